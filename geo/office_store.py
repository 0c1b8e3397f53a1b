"""Every read of an office's own table: features in the same form as ours, assembled in SQL from its columns."""

from typing import Any

import psycopg
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.exc import DataError, ProgrammingError
from sqlalchemy.types import TypeEngine

from geo.errors import FeatureNotFound, InvalidParameter
from geo.form import Form
from geo.office import OfficeTable
from geo.office_relation import OfficeQuery, Relation
from geo.page import Page
from geo.query import FeatureQuery, Key, after, token
from geo.store import FILTER_SECONDS

CHANGED = (ProgrammingError, psycopg.ProgrammingError)
"""What a read raises of a table that is no longer as it was when it was looked at."""
_ZEROS: dict[str, tuple[Any, TypeEngine[Any]]] = {
    "text": ("", Text()), "number": (0, Numeric()), "integer": (0, Numeric()), "boolean": (False, Boolean()),
    "date": ("-infinity", DateTime(timezone=True)),
}  # fmt: skip


def sortables(table: OfficeTable) -> tuple[str, ...]:
    """By what its features are sorted."""
    return ("id", *(name for name, one in table.source.columns.items() if one.kind in _ZEROS and name != "id"))


def _keys(relation: Relation, query: OfficeQuery) -> list[tuple[Key, bool]]:
    """The order, closed by the id. What is unknown comes before all others, as the smallest."""
    keys: list[tuple[Key, bool]] = []
    for name, descending in query.sortby:
        if name == "id":
            continue
        one = relation.of.source.columns[name]
        column, (zero, kind) = relation.column(one.name), _ZEROS[one.kind]
        value = func.coalesce(cast(column, kind), cast(literal(str(zero), Text), kind))
        keys += [(Key(case((column.is_(None), 0), else_=1), Integer()), descending), (Key(value, kind), descending)]
    return [*keys, (Key(relation.id, relation.of.id_type), dict(query.sortby).get("id", False))]


def _order(keys: list[tuple[Key, bool]]) -> list[ColumnElement[Any]]:
    return [key.expression.desc() if descending else key.expression.asc() for key, descending in keys]


def selected(connection: Connection, table: OfficeTable, query: OfficeQuery) -> Select[Any]:
    """Every feature that `query` lets through, in its order, whatever its limit, as `geo.outgoing` takes it."""
    _hurry(connection, query)
    relation = Relation(table)
    return _features(relation, query).where(*relation.rows(query)).order_by(*_order(_keys(relation, query)))


def one_page(connection: Connection, table: OfficeTable, query: OfficeQuery) -> Select[Any]:
    """Of what `selected` selects the page that `items` gives."""
    keys = _keys(Relation(table), query)
    rest = after(FeatureQuery(after=query.after), keys)
    return selected(connection, table, query).where(*rest).limit(query.limit)


def _features(relation: Relation, query: OfficeQuery) -> Select[Any]:
    own_id = cast(relation.id, Text)
    return select(
        own_id.label("id"),
        query.form.text(own_id, relation.geojson, relation.geometry).label("geojson"),
        query.form.place(relation.geometry).label("geometry"),
    ).select_from(relation.table)


def _hurry(connection: Connection, query: OfficeQuery) -> None:
    if query.filter is not None or query.sortby:
        connection.execute(text(f"SET LOCAL statement_timeout = '{FILTER_SECONDS}s'"))


def items(connection: Connection, table: OfficeTable, query: OfficeQuery) -> Page:
    """One page. Raises InvalidParameter when `query.after` does not belong to this order."""
    _hurry(connection, query)
    relation = Relation(table)
    keys, wanted = _keys(relation, query), relation.rows(query)
    order = _order(keys)
    chosen = (
        select(
            query.form.text(cast(relation.id, Text), relation.geojson, relation.geometry).label("geojson"),
            *(cast(key.expression, Text).label(f"key_{number}") for number, (key, _) in enumerate(keys)),
            func.row_number().over(order_by=order).label("position"),
        )
        .select_from(relation.table)
        .where(*wanted, *after(FeatureQuery(after=query.after), keys))
        .order_by(*order)
        .limit(query.limit + 1)
        .subquery("chosen")
    )
    rows = chosen.c.position <= query.limit
    joined = func.string_agg(chosen.c.geojson, literal_column("E',\\n'")).filter(rows)
    last = [func.max(chosen.c[f"key_{number}"]).filter(chosen.c.position == query.limit) for number in range(len(keys))]
    page = select(func.convert_to(func.coalesce(joined, ""), "UTF8"), func.count(), *last)
    try:
        body, found, *values = connection.execute(page).one()
    except DataError as error:
        if isinstance(error.orig, psycopg.DataError):
            raise InvalidParameter(
                "This `next` does not fit the request; follow the link rel=next with its other parameters."
            ) from None
        raise
    if query.after is None and found <= query.limit:
        matched = found
    else:
        counted = select(func.count()).select_from(relation.table).where(*wanted)
        matched = connection.execute(counted).scalar_one()
    return Page(body, matched, min(found, query.limit), token(values) if found > query.limit else None)


def item(connection: Connection, table: OfficeTable, feature_id: str, form: Form) -> bytes:
    """The text of one feature. Raises FeatureNotFound."""
    relation = Relation(table)
    own = form.text(cast(relation.id, Text), relation.geojson, relation.geometry)
    found: bytes | None = connection.execute(
        select(func.convert_to(own, "UTF8")).select_from(relation.table).where(relation.is_one_of([feature_id]))
    ).scalar_one_or_none()
    if found is None:
        raise FeatureNotFound(f"There is no feature {feature_id!r} in this table.")
    return found


def extent(connection: Connection, table: OfficeTable) -> tuple[float, float, float, float] | None:
    """West, south, east, north as the spatial index or the statistics of the table tell it; None where neither does."""
    source = table.source
    if source.geometry is None:
        return None
    names = {"schema": source.schema, "name": source.table, "column": source.geometry}
    row = connection.execute(_EXTENT, names | {"srid": table.srid}).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


_EXTENT = text(
    """
    SELECT ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)
    FROM (SELECT ST_Transform(ST_Segmentize(ST_SetSRID(found::geometry, :srid), greatest(1e-9,
        ST_Perimeter(found::geometry) / 100)), 4326) AS box
      FROM (SELECT CASE WHEN EXISTS (SELECT FROM pg_class AS class JOIN pg_namespace AS space
          ON space.oid = relnamespace JOIN pg_stats AS told ON told.schemaname = nspname AND told.tablename = relname
        WHERE nspname = :schema AND relname = :name AND attname = :column AND relkind IN ('r', 'm', 'p'))
        THEN ST_EstimatedExtent(:schema, :name, :column) END AS found) AS estimated) AS moved
    """
)
