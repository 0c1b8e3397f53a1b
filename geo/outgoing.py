"""Features on their way out: whole selections straight from PostgreSQL by COPY, in pieces, from one snapshot.

Nothing is parsed here. A selection has three columns, as `store.selected` and `unit_store.selected` make them: `id`,
`geojson` (the published text) and `geometry`.
"""

import contextlib
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast

import psycopg
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Numeric,
    Select,
    Subquery,
    Text,
    case,
    column,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import OperationalError

from geo.crs import CRS84, Crs
from geo.reading import copied

Kind = Literal["text", "number", "integer", "boolean", "list"]
Pieces = Generator[bytes, None, int]
"""Pieces of a file, none of them empty; in the end the number of features that they held."""

PIECE = 224 * 1024
"""As few as can be, for each passes from thread to thread; up to 256 kB memory is at hand (`api/memory.py`)."""
BOM = b"\xef\xbb\xbf"
# What a spreadsheet would take for the beginning of a formula: = + - @, tab, carriage return.
_FORMULA = tuple(map(ord, "=+-@\t\r"))
# No JSON text holds these control characters, so COPY never quotes one.
_LINES = r"FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01'"


@dataclass(frozen=True, slots=True)
class Column:
    """One property of the published features, and how a table holds it; a `list` is one of texts."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Contents:
    """What a selection holds: features, those with a place, and the types of their geometries, as `MultiPolygon`."""

    features: int
    located: int
    shapes: tuple[str, ...]


def more_than(connection: Connection, selection: Select[Any], number: int) -> bool:
    """Whether the selection holds more features than that; never counts further."""
    few = selection.order_by(None).limit(number + 1).subquery()
    return bool(connection.execute(select(func.count()).select_from(few)).scalar_one() > number)


def contents(connection: Connection, selection: Select[Any]) -> Contents:
    """What the selection holds, counted."""
    found = selection.order_by(None).subquery("found")
    shape = func.substr(func.ST_GeometryType(_geometry(found)), 4)
    row = connection.execute(
        select(func.count(), func.count(_geometry(found)), func.array_agg(shape.distinct())).select_from(found)
    ).one()
    return Contents(row[0], row[1], tuple(sorted(name for name in row[2] or () if name)))


def geojson(connection: Connection, selection: Select[Any], seconds: int | None = None) -> Pieces:
    """The published texts, with commas between them.

    `seconds`: how long it may take, instead of what the connection allows a statement.
    """
    found = selection.subquery("found")
    lines = select(literal_column("','").concat(found.c.geojson))
    return _copied(connection, lines, _LINES, seconds, skip=1)


def spreadsheet(
    connection: Connection,
    selection: Select[Any],
    columns: Iterable[Column],
    seconds: int | None = None,
    crs: Crs = CRS84,
) -> Pieces:
    """CSV for people: UTF-8 with a byte order mark, without which Excel reads Vietnamese as rubbish.

    A header, then the id, the columns (items of a list joined by "; "), longitude and latitude of a point, and the
    geometry as WKT. A text that a spreadsheet would run as a formula begins with an apostrophe. Of a selection in
    metres the header names easting, northing and the system (`_WKT_epsg_9210`: GDAL takes that for the geometry).
    """
    east, north, wkt = "longitude", "latitude", "WKT"
    if crs.metric:
        east, north, wkt = (f"{name}_epsg_{crs.srid}" for name in ("easting", "northing", "_WKT"))
    found = selection.subquery("found")
    geometry = _geometry(found)
    point = func.ST_GeometryType(geometry) == "ST_Point"
    table = _table(found, columns, between="; ", guarded=True).add_columns(
        case((point, _written(func.ST_X(geometry), crs))).label(east),
        case((point, _written(func.ST_Y(geometry), crs))).label(north),
        func.ST_AsText(geometry, crs.decimals).label(wkt),
    )
    yield BOM
    return (yield from _copied(connection, table, "FORMAT csv, HEADER", seconds))


def records(
    connection: Connection,
    selection: Select[Any],
    columns: Iterable[Column],
    seconds: int | None = None,
    *,
    between: str = "; ",
    key: str = "id",
) -> Pieces:
    """CSV for programs: every text as it is, the geometry last, as hexadecimal EWKB under the name `geometry`.

    `between` stands between the items of a list; `key` names the column of the id.
    """
    found = selection.subquery("found")
    table = _table(found, columns, between=between, guarded=False, key=key).add_columns(
        _geometry(found).label("geometry")
    )
    return _copied(connection, table, "FORMAT csv, HEADER", seconds)


def _written(ordinate: ColumnElement[Any], crs: Crs) -> ColumnElement[Any]:
    return func.round(sql_cast(ordinate, Numeric), crs.decimals) if crs.metric else ordinate


def _geometry(found: Subquery) -> ColumnElement[Any]:
    """The geometry as the database holds it; the type of the column would wrap it into a function."""
    return literal_column(f"{found.name}.geometry")


def _table(found: Subquery, columns: Iterable[Column], *, between: str, guarded: bool, key: str = "id") -> Select[Any]:
    # Cutting the geometry off before the text is parsed halves the time. In an id its quotes would be escaped.
    at = func.strpos(found.c.geojson, '"properties":')
    properties = literal("{").concat(func.substr(found.c.geojson, at)).cast(JSON)["properties"]
    wanted = list(columns)
    record = (
        func.json_to_record(properties)
        .table_valued(*(column(one.name, JSON if one.kind == "list" else Text) for one in wanted), name="record")
        .render_derived(with_types=True)
    )

    def cell(one: Column) -> ColumnElement[Any]:
        value = _joined(record.c[one.name], between) if one.kind == "list" else record.c[one.name]
        return _guarded(value) if guarded and one.kind in ("text", "list") else value

    ids = _guarded(found.c.id) if guarded else found.c.id
    return select(ids.label(key), *(cell(one).label(one.name) for one in wanted)).select_from(found, record)


def _joined(items: ColumnElement[Any], between: str) -> ColumnElement[Any]:
    """The items of a JSON list as one text; NULL for an empty one. What is no list stays as it is."""
    item = func.json_array_elements_text(items).column_valued("item")
    joined = select(func.string_agg(item, between)).scalar_subquery()
    return case((func.json_typeof(items) == "array", joined), else_=items.op("#>>")(literal_column("'{}'")))


def _guarded(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((func.ascii(value).in_(_FORMULA), literal("'").concat(value)), else_=value)


def _copied(connection: Connection, table: Select[Any], options: str, seconds: int | None, skip: int = 0) -> Pieces:
    """What COPY says of the table, in pieces, without its first `skip` bytes.

    The server waits while nobody takes the next piece. Left unfinished, the query is cancelled.
    """
    if seconds is not None:
        connection.execute(select(func.set_config("statement_timeout", f"{seconds}s", True)))
    compiled = table.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with psycopg.ClientCursor(driver) as cursor:
        command = cursor.mogrify(f"COPY ({compiled}) TO STDOUT WITH ({options})", compiled.params)
    try:
        with contextlib.closing(copied(driver, command, PIECE)) as pieces:
            try:
                first = next(pieces)
            except StopIteration as end:
                number: int = end.value
                return number
            yield first[skip:]
            return (yield from pieces)
    except psycopg.OperationalError as error:
        raise OperationalError("COPY", None, error) from error
