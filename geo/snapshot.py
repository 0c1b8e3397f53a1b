"""What a transaction sees, named: the version of the data, and the instant of the last change that it holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from geo import edtf
from geo.clocks import Clocks

_SEEN = text(
    """
    SELECT version::text, (SELECT max(recorded_at) FROM changeset
      WHERE recorded_at <= coalesce(CAST(:known AS timestamptz), 'infinity')) AS changed
    FROM data_version
    """
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`version`: changes with every change of what is published; `changed`: when the last changeset was recorded."""

    version: str
    changed: datetime

    @property
    def clocks(self) -> Clocks:
        """The record as of that change, on the day of it."""
        return Clocks(edtf.day_of(self.changed), self.changed)


def snapshot(connection: Connection, known: datetime | None = None) -> Snapshot | None:
    """What this transaction sees of what was recorded up to `known`, of all where None; None where that is nothing."""
    version, changed = connection.execute(_SEEN, {"known": known}).one()
    return None if changed is None else Snapshot(version, changed)
