"""The definition of a layer that stands in a table of the office: `[source] table = "schema.table"`."""

from typing import cast

from geo.kinds import SINGLE
from geo.office import OfficeColumn, Source
from geo.outgoing import Kind
from geo.status import STATUSES
from geo.units import COLLECTIONS
from layers.definition import GEOMETRY_RULES, FieldType, GeometryRule, OfficeLayer
from layers.entries import Entries, field_of
from layers.provenance import Provenance

KINDS: dict[FieldType, Kind | str] = {
    "string": "text", "number": "number", "integer": "integer", "boolean": "boolean", "date": "date",
    "string-list": "list",
}  # fmt: skip
_LAYER_KEYS = {"title", "description", "each_feature_is", "geometry", "order", "fields", "source"}
_SOURCE_KEYS = {
    "table",
    "id",
    "geometry",
    "srid",
    "status",
    "district",
    "datetime",
    "publisher",
    "attribution",
    "licence",
}
_OURS = ("id", "geometry")


def office_layer(table: Entries) -> OfficeLayer:
    """The layer that the definition tells. Raises InvalidData with file and key; the database is asked later."""
    table.named_well()
    table.only(_LAYER_KEYS)
    geometry = cast(GeometryRule, table.choice("geometry", GEOMETRY_RULES))
    fields, columns = {}, {}
    for name, entry in table.get("fields", dict).items():
        field = fields[name] = field_of(table.path, name, entry, frozenset({"column"}))
        if name in _OURS:
            raise table.error("fields", name, "another name: every feature has an id and a geometry already")
        columns[name] = OfficeColumn(_of_field(table, name).get("column", str, name), KINDS[field.type])
    source = Entries(table.path, table.get("source", dict), "source.")
    source.only(_SOURCE_KEYS)
    schema, dot, name = source.get("table", str).partition(".")
    if not (schema and dot and name):
        raise source.error("table", source.get("table", str), "schema.table, such as quy_hoach.thua_dat")
    status, district = (
        _mapped(source, "status", "column", "stages"),
        _mapped(source, "district", "column", "generation"),
    )
    days = _mapped(source, "datetime", "column", "from", "to")
    stages = status.get("stages", dict, {}) if status else {}
    for stage in stages.values():
        if stage not in STATUSES:
            raise source.error("status.stages", stage, f"one of {', '.join(STATUSES)}")
    generations = tuple(dict.fromkeys(unit.generation for unit in COLLECTIONS.values()))
    return OfficeLayer(
        id=table.path.stem,
        title=table.words("title"),
        description=table.words("description"),
        each_feature_is=table.words("each_feature_is"),
        geometry=geometry,
        order=table.get("order", int, 1000),
        fields=fields,
        source=Source(
            schema=schema,
            table=name,
            id=source.get("id", str),
            geometry=source.get("geometry", str, None),
            columns=columns,
            kind=next((kind for kind, single in SINGLE.items() if single == geometry), None),
            srid=source.get("srid", int, None),
            status=status.get("column", str) if status else None,
            stages=stages,
            district=district.get("column", str) if district else None,
            days=_days(days),
            generation=district.choice("generation", generations)
            if district and "generation" in district.entry
            else None,
        ),
        credit=Provenance(source.get("publisher", str), source.get("licence", str), source.get("attribution", str)),
        file=str(table.path),
    )


def _of_field(table: Entries, name: str) -> Entries:
    return Entries(table.path, table.entry["fields"][name], f"fields.{name}.")


def _days(mapped: Entries | None) -> tuple[str, str] | None:
    """`{ column = "…" }`: one day; `{ from = "…", to = "…" }`: its first and its last."""
    if mapped is None:
        return None
    if "column" in mapped.entry:
        return (mapped.get("column", str),) * 2
    return mapped.get("from", str), mapped.get("to", str)


def _mapped(source: Entries, key: str, *keys: str) -> Entries | None:
    """`status = { column = "…", … }`, or nothing."""
    if key not in source.entry:
        return None
    mapped = Entries(source.path, source.get(key, dict), f"source.{key}.")
    mapped.only(set(keys))
    return mapped
