"""Layers → what their features say, what a filter may ask of them, and by what they are sorted, as JSON Schemas."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from geo import queryables as asked
from geo.kinds import SINGLE, GeometryKind
from geo.query import SORTABLES
from geo.queryables import Kind, Queryable
from geo.status import BASES, CONDITIONS, STATUSES, Code, Words
from layers.definition import Field, FieldType, Layer
from layers.schema import json_field

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _field(name: str, kind: FieldType, vi: str, en: str, codes: Mapping[str, Code] | None = None) -> Field:
    return Field(name, Words(vi, en), kind, values={code.id: code.label for code in (codes or {}).values()})


DERIVED: dict[str, Field] = {
    field.name: field
    for field in (
        _field("layer", "string", "Lớp", "Layer"),
        _field("status", "string", "Trạng thái", "Status", STATUSES),
        _field("status_vi", "string", "Trạng thái, tiếng Việt", "Status in Vietnamese"),
        _field("status_en", "string", "Trạng thái, tiếng Anh", "Status in English"),
        _field("condition", "string", "Tình hình", "Condition", CONDITIONS),
        _field("condition_valid_from", "date", "Tình hình từ ngày", "Condition since"),
        _field("condition_source", "string", "Nguồn của tình hình", "Source of the condition"),
        _field("basis", "string", "Căn cứ", "Basis of the status", BASES),
        _field("valid_from", "date", "Trạng thái từ ngày", "Status since"),
        _field("status_source", "string", "Nguồn của trạng thái", "Source of the status"),
        _field("status_source_url", "string", "Địa chỉ nguồn", "Address of the source"),
        _field("status_clause", "string", "Điều khoản", "Clause"),
        _field("status_text_vi", "string", "Lời của nguồn", "Words of the source"),
        _field("status_uncertain", "boolean", "Trạng thái chưa chắc", "Status uncertain"),
        _field("status_disputed", "boolean", "Các nguồn nói khác nhau", "Sources disagree on the status"),
        _field("secondary_status", "string", "Trạng thái kèm theo", "Secondary status"),
        _field("last_told", "date", "Tin mới nhất", "Newest word"),
        _field("districts_2024", "string-list", "Quận, huyện 2024", "Districts of 2024"),
        _field("districts_2025_01", "string-list", "Quận, huyện đầu 2025", "Districts of early 2025"),
        _field("communes_2024", "string-list", "Phường, xã 2024", "Communes of 2024"),
        _field("units_2025_07", "string-list", "Phường, xã, đặc khu từ 7/2025", "Units since July 2025"),
        _field("unit_ids", "string-list", "Mã đơn vị hành chính", "Ids of the units"),
        _field("version", "integer", "Phiên bản", "Version"),
        _field("updated_at", "string", "Cập nhật lúc", "Updated at"),
    )
}
"""What stands in every feature beside its curated properties."""
UNIT: dict[str, Field] = {
    field.name: field
    for field in (
        _field("id", "string", "Mã của chúng tôi", "Our id"),
        _field("code", "string", "Mã số", "Official code"),
        _field("name", "string", "Tên", "Name"),
        _field("full_name", "string", "Tên đầy đủ", "Full name"),
        _field("type", "string", "Loại", "Type"),
        _field("level", "string", "Cấp", "Level"),
        _field("generation", "string", "Thế hệ", "Generation"),
        _field("valid_from", "date", "Từ ngày", "From"),
        _field("valid_to", "date", "Đến ngày", "To"),
        _field("parent", "string", "Thuộc", "Within"),
        _field("area_km2_official", "number", "Diện tích công bố (km²)", "Official area (km²)"),
    )
}
"""What an administrative unit says."""
_JSON_KINDS: dict[Kind, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
}


def properties(layers: Sequence[Layer]) -> dict[str, Field]:
    """Every property that a published feature of these layers may have; of several definitions the first one."""
    curated: dict[str, Field] = {}
    for layer in layers:
        curated = {**layer.fields, **curated}
    names = {name: curated.pop(name) for name in ("name_vi", "name_en") if name in curated}
    return names | DERIVED | {name: field for name, field in curated.items() if name not in DERIVED}


def queryables(layers: Iterable[Layer]) -> dict[str, Queryable]:
    """What a filter may ask of features of these layers."""
    fields = ((field.name, field.type) for layer in layers for field in layer.fields.values())
    return asked.BASE | asked.curated(fields)


def schema(address: str, title: Words, fields: Mapping[str, Field], geometry: dict[str, Any]) -> dict[str, Any]:
    """The published features, flat, with their id and their `geometry` (see `place`) beside their properties."""
    members = {
        "id": {"title": "Mã", "x-title-en": "Id", "type": "string", "x-ogc-role": "id", "readOnly": True},
        "geometry": geometry,
    }
    own = {name: json_field(field) for name, field in fields.items() if name not in members}
    return _document(address, title, members | own)


def geojson_schema(address: str, title: Words, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The same properties as members of a GeoJSON Feature, with no more than their types: what GDAL makes its table of.

    Without it GDAL takes the fields of the first 20 features for all there are. A null stands for no value.
    """
    kept = ("title", "type", "items")
    own = {name: {key: value for key, value in json_field(one).items() if key in kept} for name, one in fields.items()}
    for entry in own.values():
        if "items" in entry:
            entry["items"] = {"type": "string"}
    members = {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "geometry": {"oneOf": [{"type": "null"}, {"type": "object"}]},
        "properties": {"type": "object", "properties": own},
    }
    return _document(address, title, members) | {"required": ["type", "geometry", "properties"]}


def queryables_schema(address: str, title: Words, layers: Sequence[Layer], geometry: dict[str, Any]) -> dict[str, Any]:
    """What a filter may ask; of `geometry` see `place`."""
    document = askable_schema(address, title, queryables(layers), properties(layers), geometry)
    document["properties"]["layer"] |= {"enum": [layer.id for layer in layers]}
    return document


def sortables_schema(address: str, title: Words, layers: Sequence[Layer]) -> dict[str, Any]:
    """By what features are sorted."""
    known = queryables(layers)
    return askable_schema(address, title, {name: known[name] for name in SORTABLES}, properties(layers))


def askable_schema(
    address: str,
    title: Words,
    known: Mapping[str, Queryable],
    fields: Mapping[str, Field],
    geometry: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The properties `known`, and no others, with the words of their `fields`."""
    entries = {
        name: geometry if name == "geometry" and geometry else _entry(name, one, fields) for name, one in known.items()
    }
    return _document(address, title, entries) | {"additionalProperties": False}


def _entry(name: str, one: Queryable, fields: Mapping[str, Field]) -> dict[str, Any]:
    entry = {"title": "Mã", "x-title-en": "Id", "x-ogc-role": "id"} if name == "id" else json_field(fields[name])
    return {key: value for key, value in entry.items() if key not in ("type", "pattern")} | _JSON_KINDS[one.kind]


def place(kind: GeometryKind | None, *, several: bool | None = None) -> dict[str, Any]:
    """A geometry of this kind, or of any. `several`: it is always Multi*, or never; None: either may come."""
    one = "any" if kind is None else SINGLE[kind].lower()
    forms = {True: f"multi{one}", False: one, None: f"{one}-or-multi{one}"}
    return {
        "title": "Vị trí",
        "x-title-en": "Place",
        "x-ogc-role": "primary-geometry",
        "format": f"geometry-{one if kind is None else forms[several]}",
    }


def _document(address: str, title: Words, entries: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": address,
        "title": title.vi,
        "x-title-en": title.en,
        "type": "object",
        "properties": dict(entries),
    }
