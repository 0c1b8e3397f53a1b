"""The smallest valid thing of each kind: a test says only what it is about."""

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from geo import mandates, unit_store
from geo.apply import apply
from geo.feature import Changeset, Edit, StatedUnit, StatusFact

BOX = {"cat-hai": (106.8, 20.7, 107.1, 20.9), "do-son": (106.75, 20.65, 106.8, 20.75)}


def geometry(kind: str, coordinates: Any) -> str:
    return orjson.dumps({"type": kind, "coordinates": coordinates}).decode()


def point(longitude: float = 106.9, latitude: float = 20.8) -> str:
    return geometry("Point", [longitude, latitude])


def fact(status: str | None = "under_construction", **told: Any) -> StatusFact:
    return StatusFact(status=status, **{"basis": "reported", "valid_from": "2023-02", "source": "Báo Hải Phòng"} | told)


def edit(
    feature_id: str = "cang-a",
    *,
    layer: str = "port",
    geometry: str | None = None,
    districts: tuple[str, ...] = (),
    facts: tuple[StatusFact, ...] = (),
    withdrawn: bool = False,
    **properties: Any,
) -> Edit:
    return Edit(
        feature_id,
        layer,
        geometry,
        {"name_vi": "Cảng A"} | properties,
        tuple(StatedUnit(unit_id, unit_id) for unit_id in districts),
        facts,
        withdrawn=withdrawn,
    )


def changeset(*edits: Edit) -> Changeset:
    return Changeset("test", "a test", "a test", edits)


def store(connection: Connection, *edits: Edit) -> None:
    apply(connection, changeset(*edits))


def unit(unit_id: str = "2024-huyen-cat-hai", **told: Any) -> dict[str, Any]:
    """A unit with a square outline where `box` names west, south, east, north."""
    box = told.pop("box", None)
    row = {
        "id": unit_id,
        "level": "district",
        "generation": "2024",
        "code": None,
        "name": "Cát Hải",
        "full_name": "Huyện Cát Hải",
        "type": "huyện",
        "province_code": "31",
        "valid_from": None,
        "valid_to": None,
        "parent": None,
        "area_km2_official": None,
        "geometry": square(*box) if box else None,
    }
    return row | told


def square(west: float, south: float, east: float, north: float) -> str:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return geometry("MultiPolygon", [[ring]])


def succession(predecessor: str, successor: str, relation: str = "whole") -> dict[str, Any]:
    told = dict.fromkeys(("resolution", "source", "note"))
    return told | {"predecessor": predecessor, "successor": successor, "relation": relation}


def store_units(connection: Connection, *units: dict[str, Any], successions: Sequence[dict[str, Any]] = ()) -> None:
    unit_store.replace(connection, units, successions)


def store_directive(connection: Connection) -> None:
    """One document with one clause that no mandate follows yet, and one target."""
    document = {
        "id": "ct-02-2023", "kind": "directive", "number": "02/CT-UBND", "number_basis": None,
        "title_vi": "Chỉ thị về nhiệm vụ năm 2023", "title_en": None, "label_vi": "Chỉ thị 02/CT-UBND",
        "label_en": "Directive 02/CT-UBND", "issuer": "Ủy ban nhân dân thành phố",
        "date": "2023-01-19", "date_basis": None,
        "text_basis": None, "relays": None, "note": None,
    }  # fmt: skip
    clause: dict[str, Any] = {
        "id": "ct-02-2023#ii.2.3", "document": "ct-02-2023", "parent": None, "position": 1,
        "label_vi": "Chỉ thị 02/CT-UBND, mục II.2.3", "label_en": "Directive 02/CT-UBND, II.2.3",
        "heading_vi": None, "summary_vi": None,
        "summary_en": None, "topics": [], "open_list": True,
    }  # fmt: skip
    target = {"id": "2025-parks", "position": 1, "properties": {"indicator_vi": "Công viên", "value": 21}}
    mandates.replace_documents(connection, [document], [clause], [target])


def store_mandate(connection: Connection, feature: str, **told: Any) -> None:
    mandates.replace_mandates(
        connection,
        [
            {
                "clause": "ct-02-2023#ii.2.3", "feature": feature, "target": None, "role": "orders",
                "ordered_stage": "completed", "ordered_finish": True, "implied_stage": None, "due": "2023",
                "due_basis": None, "quote_vi": "Hoàn thành cảng A", "text_vi": None, "named_as": "cảng A",
                "confidence": "high", "note": None, "unmapped_reason": None,
            }
            | told
        ],
    )  # fmt: skip
