"""`haiphong check`: reads every file of `data/` and tells what is wrong, where, and what to do about it.

Nothing is written and no database is needed. Errors stop a load; warnings ask a person to look.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo import edtf, quality
from geo.feature import is_id
from geo.findings import Finding
from geo.quality import Named
from geo.status import ACCURACIES, BASES, CONDITIONS, LIFECYCLES, STATUSES
from layers import check_orders, files, provenance
from layers.catalog import Catalog
from layers.check_lists import Known, check_lists
from layers.definition import Layer
from layers.schema import problems

_PLACE_GROUPS = (("2024", "commune"), ("2025-07", "commune"), ("2024", "district"))
_PLACE_TOLERANCE_M = {"surveyed": 0.0, "mapped": 200.0, "approximate": 500.0, "commune": 0.0}
"""How far a point may be from the units told for it, beyond the tolerance of the outlines, by its own accuracy."""


@dataclass(slots=True)
class _Layer:
    """What one layer brings: its features' ids with their shapes, and its findings. `whole`: all could be read."""

    layer: Layer
    folder: Path
    root: Path
    ids: set[str] = field(default_factory=set)
    whole: bool = True
    shapes: dict[str, BaseGeometry] = field(default_factory=dict)
    accuracy: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def run(data: Path, catalog: Catalog, only: Collection[str] | None = None, *, names: bool = True) -> list[Finding]:
    """Every finding about `data` and the catalog's own folders, errors first, then by file and place.

    `only`: names of layers, `units`, `directives`; the files of other layers are taken as sound, for their ids alone,
    and provenance is left out. Where the lists changed that every layer refers to, every layer is looked at.
    `names`: also compare names, which only warns, and takes two minutes for 100 000 points.
    """
    judged = catalog.layers.keys() if only is None or {"units", "directives"} & set(only) else set(only)
    today = edtf.today()
    findings: list[Finding] = []
    owners: dict[str, str] = {}
    checked: list[_Layer] = []
    for layer in catalog.layers.values():
        folder = catalog.folder(layer.id, data)
        root = data if folder.is_relative_to(data) else folder.parent
        one = _Layer(layer, folder, root)
        _features(one, owners, judged=layer.id in judged, names=names)
        checked.append(one)
    whole = all(one.whole for one in checked)
    known = check_lists(data, frozenset(owners), frozenset(catalog.layers), findings, whole=whole)
    for one in (one for one in checked if one.layer.id in judged):
        of_layer = known.of_layer(frozenset(one.ids), f"{one.layer.id}/curated.geojson", whole=one.whole)
        _status(one, of_layer, today)
        _places(one, of_layer)
    for one in checked:
        findings += [*one.findings, *(provenance.findings(one.root, one.folder) if only is None else ())]
    for name in ("units", "directives", "basemap"):
        if only is None and (data / name).is_dir():
            findings += provenance.findings(data, data / name)
    return sorted(findings, key=lambda found: (found.severity, found.file, found.where, found.field))


def _features(one: _Layer, owners: dict[str, str], *, judged: bool, names: bool) -> None:
    collection = files.read_collection(one.root, one.folder / "curated.geojson")
    one.findings += collection.findings
    one.whole = not collection.findings
    named: list[Named] = []
    for where, feature in collection.features:
        feature_id = feature.get("id")
        if not isinstance(feature_id, str) or not is_id(feature_id):
            one.findings.append(Finding("bad-id", repr(feature_id), file=collection.file, where=where, field="id"))
            continue
        if feature_id in owners:
            one.findings.append(_clash(one, feature_id, owners[feature_id]).at(collection.file, feature_id, "id"))
            continue
        owners[feature_id] = collection.file
        one.ids.add(feature_id)
        if not judged:
            continue
        one.findings += [
            found.at(collection.file, feature_id) for found in _feature_findings(one.layer, feature, feature_id, one)
        ]
        shape = one.shapes.get(feature_id)
        point = (shape.centroid.x, shape.centroid.y) if shape is not None else None
        named.append(Named(feature_id, str(feature["properties"].get("name_vi", "")), point))
    one.findings += [
        found.at(collection.file, feature_id, "name_vi")
        for feature_id, found in quality.lookalike_findings(name for name in named if name.name and names)
    ]


def _clash(one: _Layer, feature_id: str, owner: str) -> Finding:
    file = f"{one.layer.id}/curated.geojson"
    if owner != file:
        return Finding("duplicate-id", feature_id, owner)
    lines = ", ".join(map(str, files.lines_of(one.folder / "curated.geojson", feature_id)))
    return Finding("duplicate-id", feature_id, f"{file} (dòng {lines})", f"{file} (lines {lines})")


def _feature_findings(layer: Layer, feature: dict[str, Any], feature_id: str, one: _Layer) -> Iterator[Finding]:
    properties: dict[str, Any] = feature["properties"]
    for problem in problems(layer, properties):
        if problem.field not in layer.fields:
            yield Finding("unknown-property", problem.came, layer.id, field=problem.field)
        else:
            yield Finding("bad-value", problem.came, problem.expected.vi, problem.expected.en, field=problem.field)
    for name, value in properties.items():
        yield from (found.at("", "", name) for found in quality.text_findings(value))
    geometry = feature.get("geometry")
    flaws = [found.at("", "", "geometry") for found in quality.geometry_findings(geometry)]
    yield from flaws
    if geometry is None or flaws:
        return
    if layer.geometry != "Any" and geometry["type"].removeprefix("Multi") != layer.geometry:
        yield Finding("wrong-geometry", geometry["type"], layer.geometry, field="geometry")
    one.shapes[feature_id] = shapely.geometry.shape(geometry)
    one.accuracy[feature_id] = str(properties.get("location_accuracy", ""))
    if not properties.get("location_accuracy"):
        yield Finding("point-without-accuracy", expected=", ".join(ACCURACIES), field="location_accuracy")


def _status(one: _Layer, known: Known, today: date) -> None:
    table = files.read_table(one.root, one.folder / "status.csv", "status")
    one.findings += table.findings
    lists = {
        "status": tuple(LIFECYCLES[one.layer.lifecycle]),
        "condition": tuple(CONDITIONS),
        "basis": tuple(BASES),
        "secondary_status": tuple(STATUSES),
        "date_inferred": ("true", "false"),
        "uncertain": ("true", "false"),
        "stage_in_words": ("true", "false"),
    }
    for row in table.rows:
        place = f"{row['feature_id']} ({row.where})"
        found: list[Finding] = []
        for column, codes in lists.items():
            if row[column] not in codes and (row[column] or column == "basis"):
                found.append(Finding("unknown-code", repr(row[column]), ", ".join(codes), field=column))
        if not row["status"] and not row["condition"]:
            found.append(Finding("empty-fact", field="status"))
        if not row["source"].strip():
            found.append(Finding("no-source", field="source"))
        found += [f.at("", "", "valid_from") for f in quality.date_findings(row["valid_from"], today)]
        found += known.references(row, "feature_id", "clause") + check_orders.status_findings(row, known.orders)
        found += [f.at("", "", name) for name, text in row.cells.items() for f in quality.text_findings(text)]
        one.findings += [finding.at(table.file, place) for finding in found]


def _places(one: _Layer, known: Known) -> None:
    table = files.read_table(one.root, one.folder / "units.csv", "stated_units", required=False)
    one.findings += table.findings
    stated: dict[str, dict[tuple[str, str], dict[str, BaseGeometry]]] = defaultdict(lambda: defaultdict(dict))
    for row in table.rows:
        found = known.references(row, "feature_id", "unit_id")
        if row["part"] not in ("true", "false"):
            found.append(Finding("unknown-code", repr(row["part"]), "true, false", field="part"))
        if not row["as_stated"].strip():
            found.append(Finding("bad-value", "''", "tên như nguồn ghi", "the name as stated", field="as_stated"))
        found += [f.at("", "", name) for name, text in row.cells.items() for f in quality.text_findings(text)]
        one.findings += [finding.at(table.file, f"{row['feature_id']} ({row.where})") for finding in found]
        if row["unit_id"] in known.units and row["unit_id"] in known.outlines:
            unit = known.units[row["unit_id"]]
            outline = known.outlines[row["unit_id"]]
            stated[row["feature_id"]][unit["generation"], unit["level"]][unit["full_name"]] = outline
    file = files.read_collection(one.root, one.folder / "curated.geojson").file
    for feature_id, groups in stated.items():
        shape = one.shapes.get(feature_id)
        if shape is None:
            continue
        tolerance = quality.OUTLINE_TOLERANCE_M + _PLACE_TOLERANCE_M.get(one.accuracy[feature_id], 0.0)
        flaws = (flaw for outlines in _finest(groups) for flaw in quality.place_findings(shape, outlines, tolerance))
        worst = sorted(flaws, key=lambda flaw: flaw.severity)[:1]
        one.findings += [flaw.at(file, feature_id, "geometry") for flaw in worst]


def _finest(groups: Mapping[tuple[str, str], dict[str, BaseGeometry]]) -> Iterator[dict[str, BaseGeometry]]:
    """The outlines to compare with, one group per generation: the old district only where no commune is told."""
    for key in _PLACE_GROUPS:
        if key in groups and not (key == ("2024", "district") and ("2024", "commune") in groups):
            yield groups[key]
