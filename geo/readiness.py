"""Whether a database can serve: migrated, loaded, and durable."""

from sqlalchemy import Connection, Engine, QueuePool, text
from sqlalchemy.exc import SQLAlchemyError

from geo.migrate import is_current

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_DURABLE = text(
    "SELECT name, setting FROM pg_settings WHERE name = ANY(:names) AND setting <> ALL(:durable) ORDER BY name"
)
_LOADED = text("SELECT EXISTS (SELECT FROM feature) AS features, EXISTS (SELECT FROM admin_unit) AS units")


_RECORDED = text("SELECT extract(epoch FROM nullif(recorded_at, '-infinity')) FROM data_version")


def heard(engine: Engine, most: int) -> tuple[bool, float | None]:
    """Whether the database answers, and when data was last recorded, in seconds since 1970; None: never, or unknown.

    Where all of `most` connections are in use nobody waits for one: the database answers others then.
    """
    if isinstance(engine.pool, QueuePool) and engine.pool.checkedout() >= most:
        return True, None
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SET LOCAL statement_timeout = '2s'"))
            recorded = connection.execute(_RECORDED).scalar_one_or_none()
    except SQLAlchemyError:
        return False, None
    return True, None if recorded is None else float(recorded)


def missing(connection: Connection) -> tuple[str, ...]:
    """What keeps this database from serving, one sentence each with its way out; nothing when it is ready."""
    if not is_current(connection):
        return ("The tables are not of this version; run `haiphong migrate`.",)
    lacks = [
        f"{row.name} is {row.setting}, so an acknowledged write could be lost; switch it on."
        for row in connection.execute(
            _DURABLE, {"names": list(DURABLE), "durable": ["on", "remote_write", "remote_apply"]}
        )
    ]
    loaded = connection.execute(_LOADED).one()
    if not loaded.features:
        lacks.append("No feature is stored; run `haiphong load`.")
    if not loaded.units:
        lacks.append("No administrative unit is stored; run `haiphong load`.")
    return tuple(lacks)
