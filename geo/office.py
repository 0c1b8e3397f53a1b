"""A table or view that the office keeps itself, published as it stands: what a definition says of it, held against it.

Every identifier comes out of a definition, is looked up as a bound value before it is used, and is quoted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, MetaData, Table, Text, Uuid, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import NullType, TypeEngine

from geo.errors import InvalidData
from geo.kinds import SINGLE, GeometryKind
from geo.outgoing import Kind

SECONDS = 10
"""How long the look at one table may take."""
_FORBIDDEN = ("pg_catalog", "information_schema", "pg_toast")
_RELATION = text(
    """
    SELECT class.oid, class.relkind IN ('v', 'f') AS unindexed, has_table_privilege(class.oid, 'SELECT') AS readable,
      has_schema_privilege(space.oid, 'USAGE') AS reachable, current_user AS reader
    FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace
    WHERE space.nspname = :schema AND class.relname = :name AND class.relkind IN ('r', 'p', 'v', 'm', 'f')
    """
)
_COLUMNS = text(
    """
    SELECT attribute.attname AS name, type.typname AS type, type.typcategory AS category, atttypmod AS modifier,
      has_column_privilege(CAST(:relation AS oid), attribute.attnum, 'SELECT') AS readable,
      attnotnull AND EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisunique AND indisvalid
        AND indpred IS NULL AND indnkeyatts = 1 AND indkey[0] = attribute.attnum) AS is_key,
      EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisunique AND indisvalid
        AND indpred IS NULL AND indnkeyatts = 1 AND indkey[0] = attribute.attnum) AS is_unique
    FROM pg_attribute AS attribute JOIN pg_type AS type ON type.oid = attribute.atttypid
    WHERE attrelid = CAST(:relation AS oid) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
    """
)
_PLACE = text(
    """
    SELECT postgis_typmod_srid(:modifier) AS srid, upper(postgis_typmod_type(:modifier)) AS type,
      EXISTS (SELECT FROM spatial_ref_sys WHERE srid = :srid) AS is_known
    """
)
_IDS: dict[str, TypeEngine[Any]] = {
    **dict.fromkeys(("int2", "int4", "int8"), BigInteger()),
    **dict.fromkeys(("text", "varchar", "bpchar"), Text()),
    "uuid": Uuid(as_uuid=False),
}
_CATEGORIES: dict[Kind | str, str] = {"number": "N", "integer": "N", "boolean": "B", "date": "D", "list": "A"}
_NEEDED = {
    "number": "a column of numbers", "integer": "a column of whole numbers", "boolean": "a boolean column",
    "date": "a date or timestamp", "list": "an array",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfficeColumn:
    """A column that is published, and how: `date` as ISO 8601, `text` whatever it is."""

    name: str
    kind: Kind | str


@dataclass(frozen=True, slots=True)
class Source:
    """What a definition says of a table; every name as the database writes it, with its capitals.

    `columns`: published name → column. `srid`: where the geometry column does not say it itself. `status`: a column of
    stages; `stages` tells what each of its values means among our codes, nothing where it holds our codes.
    `district`: a column of official codes of the `generation`, or of our unit ids without one. `days`: the columns of
    the first and the last day of a row; twice the same where one day is known.
    """

    schema: str
    table: str
    id: str
    geometry: str | None
    columns: Mapping[str, OfficeColumn]
    kind: GeometryKind | None = None
    srid: int | None = None
    status: str | None = None
    stages: Mapping[str, str] = field(default_factory=dict)
    district: str | None = None
    generation: str | None = None
    days: tuple[str, str] | None = None

    @property
    def address(self) -> str:
        """The table as people call it."""
        return f"{self.schema}.{self.table}"


@dataclass(frozen=True, slots=True)
class OfficeTable:
    """A source as the database has it. `stored_srid`: of its geometries, 0 where they do not tell `srid` themselves.

    `timestamps`: published names whose column is an instant. `promoted`: see `geo.form`. `rows`: as SQLAlchemy quotes
    the table, with the columns that the source names and no other.
    """

    source: Source
    id_type: TypeEngine[Any]
    srid: int
    stored_srid: int
    timestamps: frozenset[str]
    promoted: GeometryKind | None
    rows: Table = field(compare=False)


def held_against(connection: Connection, source: Source, told: str) -> OfficeTable:
    """The source as the database has it; `told`: the definition, as an error names it.

    Raises InvalidData with what is missing and the way out: no such table, column, key or reference system, a column of
    another type, no right to read.
    """
    look = _Look(connection, source, told)
    try:
        with connection.begin_nested():
            connection.execute(text(f"SET LOCAL statement_timeout = '{SECONDS}s'"))
            return look.table()
    except DBAPIError as error:
        reason = str(error.orig).partition("\n")[0]
        raise look.error("table", f"{source.address} could not be looked at: {reason}") from None


class _Look:
    """One look at one table."""

    def __init__(self, connection: Connection, source: Source, told: str) -> None:
        self.connection, self.source, self.told = connection, source, told

    def error(self, key: str, words: str) -> InvalidData:
        return InvalidData(f"{self.told}: source.{key}: {words}.")

    def table(self) -> OfficeTable:
        source = self.source
        relation = self.connection.execute(_RELATION, {"schema": source.schema, "name": source.table}).one_or_none()
        if relation is None or source.schema in _FORBIDDEN:
            raise self.error("table", f"there is no table or view {source.address} in this database (capitals count)")
        self.columns = {row.name: row for row in self.connection.execute(_COLUMNS, {"relation": relation.oid})}
        wanted = [one.name for one in source.columns.values()]
        others = (source.id, source.geometry, source.status, source.district, *(source.days or ()))
        wanted += [name for name in others if name is not None]
        missing = [name for name in wanted if name not in self.columns]
        if missing:
            there = ", ".join(self.columns)
            raise self.error("table", f"{source.address} has no column {missing[0]!r}; it has {there}")
        if not relation.reachable or not (relation.readable or all(self.columns[name].readable for name in wanted)):
            raise self.error(
                "table",
                f"the role {relation.reader} may not read {source.address}: GRANT USAGE ON SCHEMA {source.schema} and "
                "GRANT SELECT on the table to it",
            )
        for name in source.days or ():
            if self.columns[name].category != "D":
                raise self.error("datetime", f"the column {name} is {self.columns[name].type}; a date was expected")
        id_type = self.key(is_view=relation.unindexed)
        srid, stored, promoted = self.place()
        stamps = [name for name, one in source.columns.items() if self.fits(name, one).startswith("timestamp")]
        return OfficeTable(source, id_type, srid, stored, frozenset(stamps), promoted, _rows(source, wanted))

    def key(self, *, is_view: bool) -> TypeEngine[Any]:
        """The type of the id, which must name each row."""
        column = self.columns[self.source.id]
        if column.type not in _IDS:
            raise self.error("id", f"the column {column.name} is {column.type}; a number, text or uuid was expected")
        if is_view:
            self.unique_in_a_view(column.name)
        elif not (column.is_key or (column.is_unique and self.has_no_nulls(column.name))):
            raise self.error(
                "id",
                f"{self.source.address}.{column.name} is no primary key: a column that is NOT NULL and UNIQUE was "
                "expected, so that each feature has an address and pages are found by index",
            )
        return _IDS[column.type]

    def unique_in_a_view(self, name: str) -> None:
        column, relation = quoted(name), quoted(self.source.schema, self.source.table)
        found = self.connection.exec_driver_sql(
            f"SELECT count(*) - count(DISTINCT {column}) FROM {relation}".replace("%", "%%")
        )
        if double := found.scalar_one():
            raise self.error("id", f"{double} rows of {self.source.address} share their {name}, or have none")

    def has_no_nulls(self, name: str) -> bool:
        column, relation = quoted(name), quoted(self.source.schema, self.source.table)
        statement = f"SELECT NOT EXISTS (SELECT FROM {relation} WHERE {column} IS NULL)".replace("%", "%%")
        return bool(self.connection.exec_driver_sql(statement).scalar_one())

    def place(self) -> tuple[int, int, GeometryKind | None]:
        """SRID, the SRID that geometries carry, and what they are promoted to."""
        source = self.source
        if source.geometry is None:
            return 4326, 4326, None
        column = self.columns[source.geometry]
        if column.type != "geometry":
            raise self.error(
                "geometry", f"the column {column.name} is {column.type}; geometry was expected (a view can cast it)"
            )
        told = self.connection.execute(_PLACE, {"modifier": column.modifier, "srid": source.srid or 0}).one()
        stored = told.srid or self.carried(column.name)
        srid = stored or source.srid
        if not srid:
            raise self.error(
                "srid",
                f"{source.address}.{column.name} does not say its reference system; write srid = 9210 or the like",
            )
        if source.srid not in (None, srid):
            raise self.error("srid", f"{source.srid} came, but {source.address}.{column.name} is in {srid}")
        if not self.connection.execute(_PLACE, {"modifier": -1, "srid": srid}).one().is_known:
            raise self.error("srid", f"this database does not know the reference system {srid} (spatial_ref_sys)")
        shape = told.type.rstrip("ZM")
        single = SINGLE[source.kind].upper() if source.kind else ""
        if source.kind and shape not in ("GEOMETRY", single, f"MULTI{single}"):
            raise InvalidData(f"{self.told}: geometry: {SINGLE[source.kind]!r} came, but the column holds {told.type}.")
        if shape not in (
            "GEOMETRY",
            *(f"{several}{one.upper()}" for one in SINGLE.values() for several in ("", "MULTI")),
        ):
            raise self.error(
                "geometry", f"the column holds {told.type}, which GeoJSON cannot say (a view can convert it)"
            )
        return srid, stored, None if source.kind == "point" and shape == "POINT" else source.kind

    def carried(self, name: str) -> int:
        """The SRID of the geometries themselves, of a column that states none; 0 without one."""
        column, relation = quoted(name), quoted(self.source.schema, self.source.table)
        statement = (
            f"SELECT array_agg(DISTINCT public.ST_SRID(place)) FROM (SELECT {column} AS place FROM {relation} "
            f"WHERE {column} IS NOT NULL LIMIT 1000) AS few"
        ).replace("%", "%%")
        found = self.connection.exec_driver_sql(statement).scalar_one() or [0]
        if len(found) > 1:
            raise self.error("geometry", f"{name} holds several reference systems ({found}); make a view of one")
        return int(found[0])

    def fits(self, name: str, one: OfficeColumn) -> str:
        """The type of a published column. Raises InvalidData where the field says another one."""
        column = self.columns[one.name]
        if one.kind in _CATEGORIES and column.category != _CATEGORIES[one.kind]:
            raise InvalidData(
                f"{self.told}: fields.{name}: {one.kind} came, but {self.source.address}.{one.name} is {column.type}; "
                f"{_NEEDED[one.kind]} was expected."
            )
        return str(column.type)


def _rows(source: Source, names: list[str]) -> Table:
    # Types are the database's own business: nothing is converted on the way.
    columns = (Column(quoted_name(name, quote=True), NullType(), key=name) for name in dict.fromkeys(names))
    name, schema = (quoted_name(one, quote=True) for one in (source.table, source.schema))
    return Table(name, MetaData(), *columns, schema=schema)


def quoted(*names: str) -> str:
    """Identifiers as SQL, joined by dots, whatever stands in them."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)
