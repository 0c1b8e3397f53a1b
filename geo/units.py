"""Administrative units: their generations and successions, and which unit an id, a code or a name means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, text

from geo.errors import AmbiguousUnit, Candidate, UnknownUnit
from geo.tables import admin_unit

CITY = "31"
"""Code of Hải Phòng in the lists of the statistics office; units of old Hải Dương carry 30."""


@dataclass(frozen=True, slots=True)
class UnitCollection:
    """A published generation of units: `level` and `generation` as stored, valid from and to (None: open)."""

    id: str
    level: str
    generation: str
    title_vi: str
    title_en: str
    valid_from: str | None
    valid_to: str | None


COLLECTIONS = {
    collection.id: collection
    for collection in (
        UnitCollection(
            "districts-2024", "district", "2024", "Quận, huyện đến 31/12/2024", "Districts until 31 December 2024",
            None, "2024-12-31",
        ),
        UnitCollection(
            "districts-2025-01", "district", "2025-01", "Quận, huyện, thành phố 01/01–30/06/2025",
            "Districts from 1 January to 30 June 2025", "2025-01-01", "2025-06-30",
        ),
        UnitCollection(
            "units-2025-07", "commune", "2025-07", "Phường, xã, đặc khu từ 01/07/2025",
            "Wards, communes and special zones since 1 July 2025", "2025-07-01", None,
        ),
        UnitCollection(
            "communes-2024", "commune", "2024", "Phường, xã, thị trấn đến 31/12/2024",
            "Communes until 31 December 2024", None, "2024-12-31",
        ),
        UnitCollection(
            "communes-2025-01", "commune", "2025-01", "Phường, xã, thị trấn 01/01–30/06/2025",
            "Communes from 1 January to 30 June 2025", "2025-01-01", "2025-06-30",
        ),
    )
}  # fmt: skip

LEVELS = ("district", "commune")
TODAY = "units-2025-07"
"""The generation that holds today."""
UNASSIGNED = "chua-xac-dinh"
"""With a generation behind it (`chua-xac-dinh@units-2025-07`): the features that are in no unit of that generation."""

# A name is looked up where an official would first mean it: a district, else a unit of today, else an old commune.
_TIERS = {"district@2024": 0, "district@2025-01": 0, "commune@2025-07": 2, "commune@2025-01": 3, "commune@2024": 3}
_WHEN = " ".join(f"WHEN '{key}' THEN {tier}" for key, tier in _TIERS.items())
# Of communes, those of the day that is asked for come before those of today.
_TIER = f"""CASE WHEN unit.level = 'commune' AND CAST(:day AS date) BETWEEN coalesce(unit.valid_from, '-infinity')
    AND coalesce(unit.valid_to, 'infinity') THEN 1
  ELSE CASE unit.level || '@' || unit.generation {_WHEN} END END"""
_FOLDED = "replace(fold(:name), ' ', '-')"
_MATCH = text(
    f"""
    SELECT unit.id, unit.full_name, unit.generation, unit.parent, parent.full_name AS parent_name, unit.valid_from,
      unit.valid_to, {_TIER} AS tier, concat_ws(', ', unit.full_name, parent.full_name, unit.generation) AS described
    FROM admin_unit AS unit LEFT JOIN admin_unit AS parent ON parent.id = unit.parent
    WHERE (unit.id = :name OR unit.folded = {_FOLDED} OR unit.folded_full = {_FOLDED}
           OR (unit.code = :name AND (unit.level = 'district' OR CAST(:generation AS text) IS NOT NULL)))
      AND (CAST(:generation AS text) IS NULL OR unit.generation = :generation)
      AND {_FOLDED} <> ''
    ORDER BY tier, unit.province_code DESC, unit.id
    """
)
_WITHIN = text("SELECT array_agg(DISTINCT unit ORDER BY unit) FROM admin_unit_within WHERE within = ANY(:units)")


def published(collection: UnitCollection) -> ColumnElement[bool]:
    """Whether a row of `admin_unit` is one of this collection; old Hải Dương joined the city in July 2025."""
    unit = admin_unit.c
    of_city = or_(unit.generation == "2025-07", unit.province_code == CITY)
    return and_(unit.level == collection.level, unit.generation == collection.generation, of_city)


def named(connection: Connection, words: str, day: date | None = None) -> tuple[str, ...]:
    """Ids of the units that `words` name.

    `words`: an id (`2025-07-dac-khu-cat-hai`), a code or a name with its generation (`303@2024`, `cat-hai@2025-07`), or
    a name, folded or not (`cat-hai`, `Đồ Sơn`, `phuong-do-son`). A bare name means the district of that name, in both
    of its generations; where no district is called so, the commune of that `day`, else the unit of today, else an old
    commune in both of its own.
    A commune's code needs its generation, because most codes were given to another unit in 2025.

    Raises UnknownUnit, or AmbiguousUnit with the candidates.
    """
    return tuple(row.id for row in _named(connection, words, day))


def within(connection: Connection, units: Sequence[str]) -> tuple[str, ...]:
    """These units with every unit that lies wholly inside one of them, of any generation."""
    return tuple(connection.execute(_WITHIN, {"units": list(units)}).scalar_one() or ())


def resolve(connection: Connection, words: str) -> tuple[str, ...]:
    """What lies `within` the units that `words` name. Raises as `named` does."""
    return within(connection, named(connection, words))


def full_names(connection: Connection, words: str) -> tuple[str, ...]:
    """The full names of the units that `words` name, as `named` reads them, each once. Raises as `named` does.

    Of the features that are in no unit of a generation, a word for that.
    """
    if (generation := unassigned(words)) is not None:
        return (f"Chưa xác định ({COLLECTIONS[generation].title_vi})",)
    return tuple(dict.fromkeys(row.full_name for row in _named(connection, words)))


def unassigned(words: str) -> str | None:
    """The generation whose unassigned features `words` ask for (`chua-xac-dinh@units-2025-07`); None for a unit.

    Raises UnknownUnit where the generation behind the sign is none.
    """
    name, sign, collection = words.strip().partition("@")
    if name != UNASSIGNED:
        return None
    if collection not in COLLECTIONS:
        told = f"{UNASSIGNED}{sign}{collection}"[:60]
        raise UnknownUnit(
            f"{told!r} needs a generation of units: {UNASSIGNED}@ and one of {', '.join(COLLECTIONS)}.",
            allowed=tuple(f"{UNASSIGNED}@{one}" for one in COLLECTIONS),
        )
    return collection


def _named(connection: Connection, words: str, day: date | None = None) -> list[Any]:
    name, _, generation = words.strip().partition("@")
    generation = next((unit.generation for unit in COLLECTIONS.values() if unit.id == generation), generation)
    found = connection.execute(_MATCH, {"name": name, "generation": generation or None, "day": day}).all()
    exact = [row for row in found if row.id == name]
    first = exact or [row for row in found if row.tier == found[0].tier]
    if not first:
        raise UnknownUnit(
            f"No district or unit answers to {words!r}. Give an id, a code with its generation (303@2024), or a name "
            "such as cat-hai; the ids stand in the collections of units.",
            allowed=tuple(COLLECTIONS),
        )
    per_generation: dict[str, list[Any]] = {}
    for row in first:
        per_generation.setdefault(row.generation, []).append(row)
    if any(len(rows) > 1 for rows in per_generation.values()):
        told = "; ".join(f"{row.id} ({row.described})" for row in found)
        raise AmbiguousUnit(f"{words!r} names several units: {told}. Ask for one by its id.", map(_candidate, found))
    return first


def _candidate(row: Any) -> Candidate:
    return Candidate(
        id=row.id,
        full_name=row.full_name,
        generation=row.generation,
        parent=row.parent,
        parent_name=row.parent_name,
        valid_from=row.valid_from and row.valid_from.isoformat(),
        valid_to=row.valid_to and row.valid_to.isoformat(),
    )
