"""Every write and read of the administrative units themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, func, literal_column, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from geo.bbox import BBox
from geo.errors import FeatureNotFound
from geo.form import WHOLE, Form
from geo.interval import ALWAYS, Interval
from geo.outgoing import Column
from geo.page import Page
from geo.spatial import envelope
from geo.units import CITY, UnitCollection

_UNIT_COLUMNS = (
    "id", "level", "generation", "code", "name", "full_name", "type", "province_code", "valid_from", "valid_to",
    "parent", "area_km2_official",
)  # fmt: skip
_INSERT_UNIT = text(
    f"""
    INSERT INTO admin_unit ({", ".join(_UNIT_COLUMNS)}, geometry)
    VALUES ({", ".join(":" + column for column in _UNIT_COLUMNS)}, ST_Multi(ST_GeomFromGeoJSON(:geometry)))
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in _UNIT_COLUMNS)},
      geometry = excluded.geometry
    """
)
_INSERT_SUCCESSION = text(
    """
    INSERT INTO admin_succession (predecessor, successor, relation, resolution, source, note)
    VALUES (:predecessor, :successor, :relation, :resolution, :source, :note)
    """
)
# A commune that a resolution left as it was kept its outline; where no list has one, its sole predecessor's is shown.
# It gets no pieces: to be inside the one is to be inside the other (admin_unit_within).
_INHERITED = """
UPDATE admin_unit AS unit SET geometry = before.geometry
FROM admin_succession AS step JOIN admin_unit AS before ON before.id = step.predecessor
WHERE step.successor = unit.id AND step.relation = 'whole' AND before.level = unit.level
  AND NOT EXISTS (SELECT FROM admin_succession AS other
                  WHERE other.successor = unit.id AND other.predecessor <> before.id)
  AND NOT EXISTS (SELECT FROM admin_unit_piece AS piece WHERE piece.unit = unit.id)
"""
# What an office brought in holds before the generalised outlines; its pieces were cut before they came in.
_BROUGHT_IN = """
UPDATE admin_unit SET geometry = outline.geometry FROM admin_unit_outline AS outline WHERE outline.unit = admin_unit.id
"""
_PIECES = """
INSERT INTO admin_unit_piece (unit, geometry)
SELECT id, ST_Subdivide(geometry, 24) FROM admin_unit
WHERE geometry IS NOT NULL AND id NOT IN (SELECT unit FROM admin_unit_outline)
"""
# A unit lies within another when it is that unit or its part (parent), when it went whole into it, or when every
# predecessor of it lies within; the last needs the predecessors first, so the closure grows until nothing is new.
_CLOSURE = (
    "INSERT INTO admin_unit_within SELECT id, id FROM admin_unit",
    """
    INSERT INTO admin_unit_within
    SELECT DISTINCT step.unit, known.within
    FROM (SELECT id AS unit, parent AS inside FROM admin_unit WHERE parent IS NOT NULL
          UNION SELECT predecessor, successor FROM admin_succession WHERE relation = 'whole') AS step
    JOIN admin_unit_within AS known ON known.unit = step.inside
    UNION
    SELECT succession.successor, known.within
    FROM admin_succession AS succession
    JOIN admin_unit_within AS known ON known.unit = succession.predecessor
    GROUP BY succession.successor, known.within
    HAVING count(*) = (SELECT count(*) FROM admin_succession AS every WHERE every.successor = succession.successor)
    ON CONFLICT DO NOTHING
    """,
)


# Whole: the unit lies within the one of today. Part: something that lies within the unit went into it, or into what
# lies within it. What neither proves is left out.
_TODAY = """
INSERT INTO admin_unit_today (unit, today, relation)
SELECT found.unit, found.today, max(found.relation)
FROM (SELECT unit, within AS today, 'whole' AS relation FROM admin_unit_within
      UNION ALL
      SELECT inside.within, reached.within, 'part'
      FROM admin_unit_within AS inside
      JOIN admin_succession AS step ON step.predecessor = inside.unit
      JOIN admin_unit_within AS reached ON reached.unit = step.successor) AS found
JOIN admin_unit AS ended ON ended.id = found.unit AND ended.valid_to IS NOT NULL
JOIN admin_unit AS now ON now.id = found.today AND now.valid_to IS NULL
GROUP BY found.unit, found.today
"""


def replace(
    connection: Connection, units: Iterable[Mapping[str, Any]], successions: Iterable[Mapping[str, Any]]
) -> None:
    """Store these units and successions in place of those stored; units that features refer to must stay.

    Outlines that an office brought in stay, too.

    `units`: one mapping per unit with the columns of `admin_unit` and `geometry` (GeoJSON text, WGS 84, or None).
    """
    connection.execute(text("DELETE FROM admin_unit_today"))
    connection.execute(text("DELETE FROM admin_unit_within"))
    connection.execute(text("DELETE FROM admin_succession"))
    rows = [dict(unit) for unit in units]
    connection.execute(_INSERT_UNIT, rows)
    connection.execute(text("DELETE FROM admin_unit WHERE id <> ALL(:ids)"), {"ids": [row["id"] for row in rows]})
    if steps := [dict(succession) for succession in successions]:
        connection.execute(_INSERT_SUCCESSION, steps)
    connection.execute(text("DELETE FROM admin_unit_piece WHERE unit NOT IN (SELECT unit FROM admin_unit_outline)"))
    connection.execute(text(_PIECES))
    show_outlines(connection)
    connection.execute(text(_CLOSURE[0]))
    while connection.execute(text(_CLOSURE[1])).rowcount:
        pass
    connection.execute(text(_TODAY))


def show_outlines(connection: Connection) -> None:
    """Let each unit show the outline that holds, after outlines or pieces changed."""
    connection.execute(text(_BROUGHT_IN))
    connection.execute(text("ANALYZE admin_unit_piece"))
    connection.execute(text(_INHERITED))


_PUBLISHED = """
'{"type":"Feature","id":' || to_json(id)::text || ',"geometry":' || coalesce(ST_AsGeoJSON(geometry, 5, 0), 'null')
|| ',"properties":' || json_build_object('id', id, 'code', code, 'name', name, 'full_name', full_name, 'type', type,
  'level', level, 'generation', generation, 'valid_from', valid_from, 'valid_to', valid_to, 'parent', parent,
  'area_km2_official', area_km2_official)::text || '}'
"""
# Until June 2025 the city ended where old Hải Dương began; its old units are kept for their successions only.
OF_CITY = "(generation = '2025-07' OR province_code = :city)"
OF_COLLECTION = f"level = :level AND generation = :generation AND {OF_CITY}"
# A first day that is not known lies before every day that is asked for.
_VALID = (
    "coalesce(valid_from, '-infinity') <= coalesce(CAST(:last AS date), 'infinity') "
    "AND coalesce(valid_to, 'infinity') >= coalesce(CAST(:first AS date), '-infinity')"
)
_EVERY = text(
    f"""
    SELECT id, {_PUBLISHED} AS geojson, geometry FROM admin_unit
    WHERE level || '@' || generation = ANY(:collections) AND {OF_CITY} AND {_VALID}
    """
)
COLUMNS = (
    *(Column(name, "text") for name in ("code", "name", "full_name", "type", "level", "generation")),
    *(Column(name, "text") for name in ("valid_from", "valid_to", "parent")),
    Column("area_km2_official", "number"),
)
"""The published properties of a unit, as a table holds them."""
_EXTENT = text(
    f"""
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT ST_Extent(geometry) AS box FROM admin_unit WHERE {OF_COLLECTION}) AS every
    """
)
_WITHOUT_OUTLINE = text(
    f"""
    SELECT concat_ws(', ', unit.full_name, parent.full_name)
    FROM (SELECT * FROM admin_unit WHERE {OF_COLLECTION} AND geometry IS NULL) AS unit
    LEFT JOIN admin_unit AS parent ON parent.id = unit.parent
    ORDER BY unit.id
    """
)


@dataclass(frozen=True, slots=True)
class UnitQuery:
    """The units of these generations that were valid at some time of the interval, in a box if one is given."""

    collections: tuple[UnitCollection, ...]
    valid: Interval = ALWAYS
    bbox: BBox | None = None
    form: Form = WHOLE


def items(connection: Connection, query: UnitQuery, *, limit: int, after: str = "") -> Page:
    """A page of units with their outlines, by id; `next` is the last id of the page."""
    every = selected(query).order_by(None).subquery("every")
    rows = (
        select(every.c.id, every.c.geojson, func.row_number().over(order_by=every.c.id).label("position"))
        .where(every.c.id > after)
        .order_by(every.c.id)
        .limit(limit + 1)
        .subquery("page")
    )
    kept = rows.c.position <= limit
    joined = func.string_agg(rows.c.geojson, aggregate_order_by(literal_column("E',\\n'"), rows.c.position)).filter(
        kept
    )
    last = func.max(rows.c.id).filter(rows.c.position == limit)
    total = select(func.count()).select_from(every).scalar_subquery()
    body, found, end, matched = connection.execute(
        select(func.convert_to(func.coalesce(joined, ""), "UTF8"), func.count(), last, total)
    ).one()
    return Page(features=body, matched=matched, returned=min(found, limit), next=end if found > limit else None)


def selected(query: UnitQuery) -> Select[Any]:
    """Every unit of the query, by id, as `geo.outgoing` takes it."""
    values = {
        "collections": [f"{one.level}@{one.generation}" for one in query.collections],
        "city": CITY,
        "first": query.valid.first,
        "last": query.valid.last,
    }
    unit = _EVERY.bindparams(**values).columns(id=Text, geojson=Text).subquery("unit")
    geometry: ColumnElement[Any] = literal_column("unit.geometry")
    wanted = select(
        unit.c.id,
        query.form.text(unit.c.id, unit.c.geojson, geometry).label("geojson"),
        query.form.place(geometry).label("geometry"),
    )
    if query.bbox is not None:
        wanted = wanted.where(geometry.op("&&")(envelope(query.bbox)))
    return wanted.order_by(unit.c.id)


def one_page(query: UnitQuery, *, limit: int, after: str = "") -> Select[Any]:
    """Of what `selected` selects the page that `items` gives."""
    every = selected(query)
    return every.where(every.selected_columns.id > after).limit(limit)


def item(connection: Connection, collection: UnitCollection, unit_id: str, form: Form = WHOLE) -> bytes:
    """One unit as a GeoJSON Feature. Raises FeatureNotFound."""
    every = selected(UnitQuery((collection,), form=form)).subquery("every")
    found: bytes | None = connection.execute(
        select(func.convert_to(every.c.geojson, "UTF8")).where(every.c.id == unit_id)
    ).scalar_one_or_none()
    if found is None:
        raise FeatureNotFound(f"{collection.id} has no unit {unit_id!r}.")
    return found


def extent(connection: Connection, collection: UnitCollection) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all units of a generation, WGS 84 degrees; None before any is stored."""
    row = connection.execute(_EXTENT, collection_values(collection)).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


def without_outline(connection: Connection, collection: UnitCollection) -> list[str]:
    """The names of the units of which no outline is known, with that of the unit that they were in."""
    return list(connection.scalars(_WITHOUT_OUTLINE, collection_values(collection)))


def collection_values(collection: UnitCollection) -> dict[str, Any]:
    """What OF_COLLECTION binds."""
    return {"level": collection.level, "generation": collection.generation, "city": CITY}
