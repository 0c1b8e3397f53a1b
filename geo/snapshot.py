"""What a transaction sees, named: the version of the data, and the instant of the last change that it holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

_SEEN = text("SELECT version::text, (SELECT max(recorded_at) FROM changeset) AS changed FROM data_version")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`version`: changes with every change of what is published; `changed`: when the last changeset was recorded."""

    version: str
    changed: datetime


def snapshot(connection: Connection) -> Snapshot | None:
    """What this transaction sees; None before anything was stored."""
    version, changed = connection.execute(_SEEN).one()
    return None if changed is None else Snapshot(version, changed)
