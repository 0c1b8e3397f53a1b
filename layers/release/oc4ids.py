"""The projects in the Open Contracting for Infrastructure Data Standard (OC4IDS 0.9.5).

Only what is known is told: a project without a stage there has none here. The identifiers are ours; an office that has
a prefix registered for OC4IDS puts it before them.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from geo.status import STATUSES

VERSION = "0.9"
NAME = "oc4ids.json"
UNKNOWN = "unknown"
_BILLION = 1_000_000_000
Feature = Mapping[str, Any]


def write(path: Path, features: Iterable[Feature], published: str, credit: Mapping[str, str], base: str) -> None:
    """The project package, a project on each line. `published`: RFC 3339; `base`: where the file will stand."""
    head = {
        "uri": base + NAME,
        "publishedDate": published,
        "publisher": {"name": credit.get("publisher", "")},
        "license": credit.get("licence", ""),
        "version": VERSION,
    }
    with path.open("wb") as file:
        file.write(orjson.dumps(head)[:-1] + b',"projects":[')
        for number, feature in enumerate(features):
            file.write((b",\n" if number else b"\n") + orjson.dumps(project(feature)))
        file.write(b"\n]}\n")


def project(feature: Feature) -> dict[str, Any]:
    """One published feature as a project."""
    told = feature["properties"]
    status = STATUSES.get(str(told.get("status")))
    found: dict[str, Any] = {
        "id": feature["id"],
        "title": told["name_vi"],
        "updated": told["updated_at"],
    }
    if status is not None and status.id != UNKNOWN:
        found["status"] = status.oc4ids
    if told.get("scope_vi"):
        found["description"] = told["scope_vi"]
    if feature["geometry"] is not None:
        found["locations"] = [{"id": "1", "geometry": feature["geometry"]}]
    if isinstance(told.get("investment_billion_vnd"), int | float):
        amount = round(told["investment_billion_vnd"] * _BILLION)
        found["budget"] = {"amount": {"amount": amount, "currency": "VND"}}
    if told.get("status_source"):
        evidence = {"id": "status", "title": told["status_source"]}
        for ours, theirs in (("status_source_url", "url"), ("status_text_vi", "description")):
            if told.get(ours):
                evidence[theirs] = told[ours]
        found["documents"] = [evidence]
    return found
