"""The queue of writers, and what is not yet settled while one of them is at work.

What a writer records bears the instant at which it began, but is seen only when it ends. An answer about an instant in
between would be another one a moment later, so none is given until then.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection, text

from geo.clocks import known_at
from geo.errors import InvalidParameter, StillWritten

# One lock makes the queue; the other tells everybody, before any commit, since when its holder has been writing.
# Executed by SQLAlchemy, so that it knows of the transaction in which its driver then writes, and commits it.
_QUEUE = text(
    "SELECT pg_advisory_xact_lock(7203118640002), "
    "pg_advisory_xact_lock(7203118, floor(extract(epoch FROM clock_timestamp()))::integer)"
)
_SINCE = text(
    """
    SELECT to_timestamp(min(objid::bigint)) FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 7203118 AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
)


def queue(connection: Connection) -> None:
    """Wait until every other writer has ended; the lock is held to the end of the transaction."""
    connection.execute(_QUEUE)


def settled(connection: Connection, as_of: str) -> None:
    """Return when what was known at `as_of` can no longer change; the connection is left outside of any transaction.

    To be asked before the transaction that reads: what is committed by now is then seen. Raises StillWritten where a
    writer is at work that began before that instant. The day that is not over yet names no fixed instant, so nobody
    waits for it; nor for what is no instant at all, which is refused elsewhere.
    """
    now = datetime.now(UTC)
    try:
        known = known_at(as_of, now)
    except InvalidParameter:
        return
    since = connection.execute(_SINCE).scalar_one()
    connection.rollback()
    if known is not now and since is not None and since <= known:
        raise StillWritten(
            f"What was known at {known.isoformat()} is still being written, since {since.isoformat()}; "
            "ask again in a few seconds, or for an earlier instant."
        )
