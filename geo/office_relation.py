"""An office's own table in SQL: its rows as features, and what a question asks of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Text,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.types import TypeEngine

from geo.bbox import BBox
from geo.crs import STORED_SRID
from geo.form import WHOLE, Form
from geo.interval import ALWAYS, Interval
from geo.office import OfficeColumn, OfficeTable
from geo.queryables import Queryable
from geo.spatial import envelope
from geo.tables import admin_unit

_ARGUMENTS = 48
"""Pairs that one call of a function takes."""
_CURVED_BY_DEGREES = 0.01
NEAR = (102, 6, 118, 24)
"""Việt Nam and its seas, west, south, east, north: a box is cut to it where the table is in a local system."""


@dataclass(frozen=True, slots=True)
class OfficeQuery:
    """The rows that every filter lets through, in order, as a `geo.query.FeatureQuery`. `days`: rows of those days."""

    statuses: tuple[str, ...] = ()
    units: tuple[str, ...] | None = None
    bbox: BBox | None = None
    ids: tuple[str, ...] = ()
    days: Interval = ALWAYS
    filter: ColumnElement[bool] | None = field(default=None, compare=False)
    sortby: tuple[tuple[str, bool], ...] = ()
    limit: int = 100
    after: str | None = None
    form: Form = WHOLE


class Relation:
    """The table as SQLAlchemy quotes it, and its parts under the names that we publish."""

    def __init__(self, table: OfficeTable) -> None:
        source = table.source
        self.of, self.table = table, table.rows
        self.id = self.column(source.id)
        self.raw = None if source.geometry is None else self.column(source.geometry)

    def column(self, name: str) -> ColumnElement[Any]:
        """A column by the name that the office gave it."""
        return self.table.c[name]

    @property
    def geometry(self) -> ColumnElement[Any]:
        """The geometry in WGS 84, flat."""
        return literal_column("NULL::geometry") if self.raw is None else self.stored(func.ST_Force2D(self.raw))

    @property
    def middle(self) -> ColumnElement[Any]:
        """The middle of the geometry's box, in WGS 84."""
        return self.stored(func.ST_Centroid(func.ST_Envelope(self.raw)))

    def stored(self, own: ColumnElement[Any]) -> ColumnElement[Any]:
        """A geometry of the table, in WGS 84."""
        told = own if self.of.stored_srid else func.ST_SetSRID(own, self.of.srid)
        return told if self.of.srid == STORED_SRID else func.ST_Transform(told, STORED_SRID)

    def value(self, one: OfficeColumn) -> ColumnElement[Any]:
        """A column as JSON is to hold it: text is text, whatever its type, and so are the items of a list."""
        column = self.column(one.name)
        kinds: dict[str, TypeEngine[Any]] = {"text": Text(), "list": ARRAY(Text)}
        return cast(column, kinds[one.kind]) if one.kind in kinds else column

    @property
    def geojson(self) -> ColumnElement[str]:
        """The feature as GeoJSON, with every published property."""
        parts = [func.json_build_object(*pairs) for pairs in self.pairs]
        inside = [func.substr(cast(part, Text), 2, func.length(cast(part, Text)) - 2) for part in parts]
        properties: ColumnElement[str] = inside[0] if inside else literal("")
        for more in inside[1:]:
            properties = properties.concat(",").concat(more)
        place = func.coalesce(func.ST_AsGeoJSON(self.geometry, 7, 0), literal_column("'null'"))
        head = literal('{"type":"Feature","id":', Text).concat(cast(func.to_json(cast(self.id, Text)), Text))
        return head.concat(',"geometry":').concat(place).concat(',"properties":{').concat(properties).concat("}}")

    def rows(self, query: OfficeQuery) -> list[ColumnElement[bool]]:
        """What a row must fulfil: ids, box, filter, and status and district where the definition maps them."""
        source, wanted = self.of.source, []
        if query.ids:
            wanted.append(self.is_one_of(query.ids))
        if query.bbox is not None:
            wanted.append(false() if self.raw is None else self.meets(envelope(query.bbox)))
        if query.statuses and source.status is not None:
            own = (
                [one for one, code in source.stages.items() if code in query.statuses]
                if source.stages
                else query.statuses
            )
            wanted.append(cast(self.column(source.status), Text) == func.any(list(own)))
        if query.units is not None and source.district is not None:
            wanted.append(self.lies_in(query.units))
        if source.days is not None:
            first, last = map(self.column, source.days)
            # What has no first day has stood for ever, what has no last day still stands.
            if query.days.last is not None:
                wanted.append(or_(first.is_(None), first < query.days.last + timedelta(days=1)))
            if query.days.first is not None:
                wanted.append(or_(last.is_(None), last >= query.days.first))
        if query.filter is not None:
            wanted.append(query.filter)
        return wanted

    def is_one_of(self, ids: Sequence[str]) -> ColumnElement[bool]:
        """Whether the id is one of these texts; a text that no id can be is none."""
        kind = self.of.id_type
        possible = [one for one in ids if isinstance(kind, Text) or _is_written_so(one, kind)]
        return self.id.in_([cast(literal(one, Text), kind) for one in possible]) if possible else false()

    def reaches(self, place: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the geometry's box meets a place in WGS 84, by the index of the table."""
        return self.raw_column.op("&&")(self.moved(place))

    def meets(self, place: ColumnElement[Any]) -> ColumnElement[bool]:
        """Whether the geometry meets a place in WGS 84, by the index of the table."""
        return func.ST_Intersects(self.raw_column, self.moved(place))

    def moved(self, place: ColumnElement[Any]) -> ColumnElement[Any]:
        """A place in WGS 84 as the table would store it. What lies far from here has no place in a local system."""
        if self.of.srid != STORED_SRID:
            near = func.ST_ClipByBox2D(place, func.ST_MakeEnvelope(*NEAR, STORED_SRID))
            place = func.ST_Transform(func.ST_Segmentize(near, _CURVED_BY_DEGREES), self.of.srid)
        return func.ST_SetSRID(place, self.of.stored_srid)

    @property
    def raw_column(self) -> ColumnElement[Any]:
        """The geometry as the table stores it; of a table without one never asked."""
        return literal_column("NULL::geometry") if self.raw is None else self.raw

    @property
    def properties(self) -> ColumnElement[Any]:
        """The published properties as one JSON object in binary form."""
        parts = [func.jsonb_build_object(*pairs) for pairs in self.pairs]
        whole: ColumnElement[Any] = parts[0] if parts else literal_column("'{}'::jsonb")
        for more in parts[1:]:
            whole = whole.op("||")(more)
        return whole

    @property
    def pairs(self) -> list[list[Any]]:
        """Names and values of the properties, no more in each list than a function takes."""
        columns = list(self.of.source.columns.items())
        return [
            [part for name, one in columns[at : at + _ARGUMENTS] for part in (literal(name, Text), self.value(one))]
            for at in range(0, len(columns), _ARGUMENTS)
        ]

    def lies_in(self, units: Sequence[str]) -> ColumnElement[bool]:
        """Whether the column of units names one of these."""
        source = self.of.source
        own = cast(self.column(source.district or ""), Text)
        if source.generation is None:
            return own == func.any(list(units))
        codes = select(admin_unit.c.code).where(
            admin_unit.c.id == func.any(list(units)), admin_unit.c.generation == source.generation
        )
        return own.in_(codes)


def _is_written_so(text_of_id: str, kind: TypeEngine[Any]) -> bool:
    """Whether an id of this type is written exactly so."""
    try:
        if isinstance(kind, Integer):
            return str(int(text_of_id)) == text_of_id and abs(int(text_of_id)) < 2**63
        return str(UUID(text_of_id)) == text_of_id
    except ValueError:
        return False


def queryables(table: OfficeTable, codes: dict[str, tuple[str, ...]]) -> dict[str, Queryable]:
    """What a filter may ask; `codes`: the closed lists of values that fields have."""
    relation = Relation(table)
    found = {"id": Queryable("text", cast(relation.id, Text))}
    if relation.raw is not None:
        found["geometry"] = Queryable("geometry", relation.geometry)
    for name, one in table.source.columns.items():
        column = relation.column(one.name)
        match one.kind:
            case "number" | "integer":
                found[name] = Queryable("number", cast(column, Numeric))
            case "boolean":
                found[name] = Queryable("boolean", cast(column, Boolean))
            case "date" if name in table.timestamps:
                found[name] = Queryable("timestamp", cast(column, DateTime(timezone=True)))
            case "date":
                found[name] = Queryable("date", cast(column, Date))
            case "text":
                found[name] = Queryable("text", cast(column, Text), codes.get(name, ()))
    return found
