"""Outlines of units that an office brought in: compared with those stored, put in their place, and taken back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, text

from geo import unit_store
from geo.apply import apply, refresh
from geo.feature import Changeset
from geo.units import UnitCollection
from geo.writing import queue

IMPORTER = "haiphong units import"
"""The actor of the changeset that tells of an import."""


@dataclass(frozen=True, slots=True)
class Known:
    """A unit of the generation as stored; areas in km², the outline's geodesic, None where there is none."""

    id: str
    code: str | None
    name: str
    full_name: str
    parent: str | None
    area_km2: float | None
    official_km2: float | None


@dataclass(frozen=True, slots=True)
class Outline:
    """A valid area in WGS 84 for one unit, as hexadecimal WKB; `pieces`: the same cut small."""

    unit: str
    wkb: str
    pieces: Sequence[str]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many units of a generation have an outline of an office's own, out of which file, since which instant."""

    units: int
    source: str
    recorded_at: Any


_KNOWN = text(
    f"""
    SELECT unit.id, unit.code, unit.name, unit.full_name, parent.full_name AS parent,
      ST_Area(CAST(unit.geometry AS geography)) / 1e6 AS area_km2,
      CAST(unit.area_km2_official AS double precision) AS official_km2
    FROM (SELECT * FROM admin_unit WHERE {unit_store.OF_COLLECTION}) AS unit
    LEFT JOIN admin_unit AS parent ON parent.id = unit.parent ORDER BY unit.id
    """
)
_IMPORTED = text(
    f"""
    SELECT count(*), (array_agg(outline.source ORDER BY changeset.id DESC))[1], max(changeset.recorded_at)
    FROM admin_unit_outline AS outline JOIN changeset ON changeset.id = outline.changeset
    WHERE outline.unit IN (SELECT id FROM admin_unit WHERE {unit_store.OF_COLLECTION})
    """
)
_STAGE = (
    "CREATE TEMP TABLE brought (unit text PRIMARY KEY, geometry geometry(MultiPolygon, 4326) NOT NULL) ON COMMIT DROP",
    "CREATE TEMP TABLE brought_piece (unit text, geometry geometry(Polygon, 4326) NOT NULL) ON COMMIT DROP",
)
_PUT = (
    "DELETE FROM admin_unit_piece USING brought WHERE admin_unit_piece.unit = brought.unit",
    """
    INSERT INTO admin_unit_outline (unit, geometry, source, digest, changeset)
    SELECT unit, geometry, :source, :digest, :changeset FROM brought
    ON CONFLICT (unit) DO UPDATE SET geometry = excluded.geometry, source = excluded.source, digest = excluded.digest,
      changeset = excluded.changeset
    """,
    "INSERT INTO admin_unit_piece (unit, geometry) SELECT unit, geometry FROM brought_piece",
)
_BEFORE = "CREATE TEMP TABLE placed_before ON COMMIT DROP AS SELECT feature, unit FROM feature_unit"
_MOVED = """
SELECT count(DISTINCT feature) FROM (
  (SELECT feature, unit FROM feature_unit EXCEPT SELECT feature, unit FROM placed_before)
  UNION ALL (SELECT feature, unit FROM placed_before EXCEPT SELECT feature, unit FROM feature_unit)) AS differing
"""
_DROP = f"DELETE FROM admin_unit_outline WHERE unit IN (SELECT id FROM admin_unit WHERE {unit_store.OF_COLLECTION})"


def known(connection: Connection, collection: UnitCollection) -> list[Known]:
    """Every unit of the generation, with the areas to compare with."""
    rows = connection.execute(_KNOWN, unit_store.collection_values(collection))
    return [Known(*row) for row in rows]


def imported(connection: Connection, collection: UnitCollection) -> Imported | None:
    """What an office brought in for this generation; None where all outlines are the generalised ones."""
    row = connection.execute(_IMPORTED, unit_store.collection_values(collection)).one()
    return Imported(*row) if row[0] else None


def put(
    connection: Connection,
    collection: UnitCollection,
    outlines: Iterable[Outline],
    *,
    source: str,
    digest: str,
    say: Callable[[str], None],
) -> int:
    """Store these outlines in place of the present ones and locate every feature anew; how many are elsewhere now.

    The caller commits. `source`: the name of the file, `digest`: its SHA-256; both stand in the changeset.
    """
    queue(connection)
    for statement in (*_STAGE, _BEFORE):
        connection.execute(text(statement))
    _copy(connection, outlines)
    note = f"{collection.id}: outlines of {source}"
    changeset = apply(connection, Changeset(IMPORTER, note, f"sha256:{digest}")).changeset_id
    for statement in _PUT:
        values = {"source": source, "digest": digest, "changeset": changeset} if ":source" in statement else {}
        connection.execute(text(statement), values)
    unit_store.show_outlines(connection)
    return _relocate(connection, say)


def take_back(
    connection: Connection, collection: UnitCollection, restore: Callable[[], None], say: Callable[[str], None]
) -> tuple[int, int]:
    """Forget the outlines that were brought in; how many they were, and how many features are elsewhere now.

    `restore` stores the units of `data/` again, with their generalised outlines. The caller commits.
    """
    queue(connection)
    connection.execute(text(_BEFORE))
    dropped = connection.execute(text(_DROP), unit_store.collection_values(collection)).rowcount
    if not dropped:
        return 0, 0
    restore()
    return dropped, _relocate(connection, say)


def _copy(connection: Connection, outlines: Iterable[Outline]) -> None:
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    pieces: list[tuple[str, str]] = []
    with driver.cursor() as cursor:
        with cursor.copy("COPY brought FROM STDIN") as copy:
            for one in outlines:
                copy.write_row((one.unit, one.wkb))
                pieces += [(one.unit, piece) for piece in one.pieces]
        with cursor.copy("COPY brought_piece FROM STDIN") as copy:
            for row in pieces:
                copy.write_row(row)


def _relocate(connection: Connection, say: Callable[[str], None]) -> int:
    say("Xác định lại đơn vị của từng đối tượng / Locating every feature anew")
    refresh(connection)
    moved: int = connection.execute(text(_MOVED)).scalar_one()
    return moved
