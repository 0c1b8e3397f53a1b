"""Checks of the lists that layers refer to: administrative units, documents with clauses and orders, targets."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geo import edtf, quality
from geo.errors import InvalidParameter
from geo.findings import Finding
from geo.status import ROLES, STATUSES
from layers import check_orders, files
from layers.check_orders import Orders
from layers.files import TARGET_NUMBERS, Row, Table

LEVELS = ("district", "commune")
GENERATIONS = ("2024", "2025-01", "2025-07")
RELATIONS = ("whole", "part")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(slots=True)
class Known:
    """What may be referred to: ids by list, the units' rows and their outlines.

    `unread`: lists of which a file, or a row of one, could not be read; what refers into them is not judged. `orders`:
    what the clauses order of each feature.
    """

    ids: Mapping[str, tuple[frozenset[str], str]]
    unread: frozenset[str] = frozenset()
    units: dict[str, Row] = field(default_factory=dict)
    outlines: dict[str, BaseGeometry] = field(default_factory=dict)
    orders: Orders = field(default_factory=dict)

    def references(self, row: Row, *columns: str) -> list[Finding]:
        """Findings for cells that name something that does not exist; an empty cell names nothing.

        The column says which list is meant: `feature_id` and `feature` a feature, `predecessor` a unit, and so on.
        """
        return [
            Finding("broken-reference", one, self.ids[_LISTS[column]][1], field=column)
            for column in columns
            if _LISTS[column] not in self.unread
            for one in filter(None, row[column].split(";"))
            if one not in self.ids[_LISTS[column]][0]
        ]

    def of_layer(self, features: frozenset[str], file: str, *, whole: bool) -> "Known":
        """The same for the tables of one layer: they may name the features of its own file alone."""
        unread = self.unread - {"feature"} if whole else self.unread | {"feature"}
        return replace(self, ids={**self.ids, "feature": (features, file)}, unread=unread)


_LISTS = {
    "feature_id": "feature", "feature": "feature", "recorded_ids": "feature", "unit_id": "unit",
    "predecessor": "unit", "successor": "unit", "clause": "clause", "document": "document", "relays": "document",
    "target": "target", "layer": "layer", "topics": "layer",
}  # fmt: skip


def check_lists(
    data: Path, features: frozenset[str], layers: frozenset[str], findings: list[Finding], *, whole: bool
) -> Known:
    """Check `units/`, `directives/` and `targets.csv` of `data` into `findings`; return what may be referred to.

    `whole`: every file of features could be read.
    """

    def read(path: str, kind: str) -> Table:
        table = files.read_table(data, data / path, kind)
        findings.extend(table.findings)
        findings.extend(
            found.at(table.file, row.where, column)
            for row in table.rows
            for column, cell in row.cells.items()
            for found in quality.text_findings(cell)
        )
        return table

    units = read("units/units.csv", "units")
    documents = read("directives/documents.csv", "documents")
    clauses = read("directives/clauses.csv", "clauses")
    targets = read("targets.csv", "targets")
    mandates = read("directives/mandates.csv", "mandates")
    lists = {"unit": units, "document": documents, "clause": clauses, "target": targets}
    unread = frozenset(name for name, table in lists.items() if table.findings)
    known = Known(
        {
            "feature": (features, "curated.geojson"),
            "layer": (layers, "layers/definitions"),
            **{name: (_ids(table, findings), table.file) for name, table in lists.items()},
        },
        unread if whole else unread | {"feature"},
        {row["id"]: row for row in units.rows},
        _outlines(data, findings),
        check_orders.by_clause_and_feature(mandates.rows),
    )
    _each(units, _unit, known, findings)
    _each(read("units/successions.csv", "successions"), _succession, known, findings)
    _each(documents, _document, known, findings)
    _each(clauses, _clause, known, findings)
    _each(mandates, _mandate, known, findings)
    _each(read("directives/unmapped.csv", "unmapped"), _unmapped, known, findings)
    _each(targets, _target, known, findings)
    return known


def _each(table: Table, check: Callable[[Row, Known], list[Finding]], known: Known, findings: list[Finding]) -> None:
    findings.extend(found.at(table.file, row.where) for row in table.rows for found in check(row, known))


def _ids(table: Table, findings: list[Finding]) -> frozenset[str]:
    seen: dict[str, str] = {}
    for row in table.rows:
        if row["id"] in seen:
            first = seen[row["id"]]
            clash = Finding("duplicate-id", row["id"], f"{table.file} {first}", f"{table.file} {english(first)}")
            findings.append(clash.at(table.file, row.where, "id"))
        seen.setdefault(row["id"], row.where)
    return frozenset(seen)


def _outlines(data: Path, findings: list[Finding]) -> dict[str, BaseGeometry]:
    outlines: dict[str, BaseGeometry] = {}
    for path in sorted((data / "units" / "outlines").glob("*.geojson")):
        collection = files.read_collection(data, path)
        findings.extend(collection.findings)
        for where, feature in collection.features:
            flaws = [
                found.at(collection.file, str(feature.get("id", where)), "geometry")
                for found in quality.geometry_findings(feature.get("geometry"))
            ]
            findings.extend(flaws)
            if not flaws and feature.get("geometry"):
                shape = shapely.geometry.shape(feature["geometry"])
                shapely.prepare(shape)
                outlines[str(feature.get("id"))] = shape
    return outlines


def english(place: str) -> str:
    """The place of a row, in English: `dòng 3` is line 3."""
    return place.replace("dòng", "line")


def _numbers(row: Row, *columns: str) -> list[Finding]:
    return [
        Finding("bad-value", repr(row[column]), "một số, dấu chấm thập phân", "a number", field=column)
        for column in columns
        if row[column] and not _NUMBER.fullmatch(row[column])
    ]


def _filled(row: Row, *columns: str) -> list[Finding]:
    return [Finding("bad-value", "", "một giá trị", "a value", field=one) for one in columns if not row[one].strip()]


def _code(row: Row, column: str, codes: tuple[str, ...], *, may_be_empty: bool = False) -> list[Finding]:
    if row[column] in codes or (may_be_empty and not row[column]):
        return []
    return [Finding("unknown-code", repr(row[column]), ", ".join(codes), field=column)]


def _dates(row: Row, *columns: str) -> list[Finding]:
    return [
        found.at("", "", column)
        for column in columns
        if row[column]
        for found in quality.date_findings(row[column], None)
    ]


def _unit(row: Row, known: Known) -> list[Finding]:
    found = _code(row, "level", LEVELS) + _code(row, "generation", GENERATIONS) + _dates(row, "valid_from", "valid_to")
    found += _filled(row, "id", "name", "full_name", "type", "province_code") + _numbers(row, "area_km2_official")
    if row["parent"] and "unit" not in known.unread and row["parent"] not in known.units:
        found.append(Finding("broken-reference", row["parent"], "units/units.csv", field="parent"))
    try:
        if row["valid_from"] and row["valid_to"]:
            first, last = edtf.parse(row["valid_from"]), edtf.parse(row["valid_to"])
            if last.latest < first.earliest:
                found.append(Finding("backward-dates", row["valid_to"], row["valid_from"], field="valid_to"))
    except InvalidParameter:
        pass
    return found


def _succession(row: Row, known: Known) -> list[Finding]:
    return (
        known.references(row, "predecessor", "successor")
        + _filled(row, "predecessor", "successor")
        + _code(row, "relation", RELATIONS)
    )


def _document(row: Row, known: Known) -> list[Finding]:
    told = _filled(row, "id", "kind", "title_vi", "label_vi", "label_en")
    return known.references(row, "relays") + _dates(row, "date") + told


def _clause(row: Row, known: Known) -> list[Finding]:
    found = known.references(row, "document", "topics") + _filled(row, "id", "document", "seq", "label_vi", "label_en")
    found += _numbers(row, "seq")
    if row["parent"] and "clause" not in known.unread and row["parent"] not in known.ids["clause"][0]:
        found.append(Finding("broken-reference", row["parent"], "directives/clauses.csv", field="parent"))
    return found


def _mandate(row: Row, known: Known) -> list[Finding]:
    found = known.references(row, "clause", "feature", "target") + _code(row, "role", tuple(ROLES)) + _dates(row, "due")
    for column in ("ordered_stage", "implied_stage"):
        found += _code(row, column, tuple(STATUSES), may_be_empty=True)
    return found + check_orders.order_findings(row)


def _unmapped(row: Row, known: Known) -> list[Finding]:
    return known.references(row, "clause") + _dates(row, "due")


def _target(row: Row, known: Known) -> list[Finding]:
    found = known.references(row, "recorded_ids", "layer", "clause") + _dates(row, "year", "period")
    return found + _numbers(row, *TARGET_NUMBERS)
