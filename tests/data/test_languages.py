"""What people read stands in Vietnamese and in English: neither without the other, each in its own words."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.settings import REPOSITORY
from layers.catalog import Catalog
from tests.data.curated import DATA, LAYERS, rows

CATALOG = Catalog.load(REPOSITORY / "layers" / "definitions")
COLUMNS = tomllib.loads((REPOSITORY / "layers" / "columns.toml").read_text("utf-8"))
TABLES = {
    "documents": (DATA / "directives" / "documents.csv", {"note", "date_basis", "number_basis"}),
    "mandates": (DATA / "directives" / "mandates.csv", {"note"}),
    "unmapped": (DATA / "directives" / "unmapped.csv", {"why"}),
    "targets": (DATA / "targets.csv", {"notes", "programme", "unit", "scope", "comparator"}),
}
TURNED_AROUND = re.compile(r"\b(the|and|not|which|former|placed|general knowledge)\b")
"""English words that no name and no title in our Vietnamese texts has, outside quotes."""


def in_both_languages(layer: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The features of a layer with those of their properties that the layer defines in both languages."""
    names = {name for name in CATALOG.layers[layer].fields if f"{name}_en" in CATALOG.layers[layer].fields}
    assert {"notes", "location_source", "references_note"} <= names
    for feature in json.loads((DATA / layer / "curated.geojson").read_text("utf-8"))["features"]:
        told = feature["properties"]
        yield feature["id"], {name: told[name] for pair in names for name in (pair, f"{pair}_en") if name in told}


def unpaired(told: dict[str, str]) -> set[str]:
    return {
        name for name in told if name.removesuffix("_en") not in told or f"{name.removesuffix('_en')}_en" not in told
    }


@pytest.mark.parametrize("layer", LAYERS)
def test_a_note_or_source_of_a_place_in_one_language_has_its_other(layer: str) -> None:
    for feature_id, told in in_both_languages(layer):
        assert unpaired(told) == set(), feature_id


@pytest.mark.parametrize("layer", LAYERS)
def test_the_vietnamese_note_is_no_english_sentence(layer: str) -> None:
    for feature_id, told in in_both_languages(layer):
        for name, text in told.items():
            if not name.endswith("_en"):
                assert not TURNED_AROUND.search(re.sub(r'"[^"]*"', "", text)), f"{feature_id} {name}: {text}"


@pytest.mark.parametrize("name", TABLES)
def test_a_note_of_a_document_order_or_target_in_one_language_has_its_other(name: str) -> None:
    path, pairs = TABLES[name]
    assert {f"{column}_en" for column in pairs} <= set(COLUMNS[name])
    for row in rows(path):
        for column in pairs:
            assert bool(row[column]) == bool(row[f"{column}_en"]), (path.name, row)
            assert not TURNED_AROUND.search(re.sub(r'"[^"]*"', "", row[column])), row[column]


@pytest.mark.parametrize(
    "path", [*DATA.rglob("*.csv"), *DATA.rglob("curated.geojson")], ids=lambda path: str(path.relative_to(DATA))
)
def test_numbers_are_the_same_in_both_languages(path: Path) -> None:
    """Figures of three digits and more are never lost in translation; dates may be spelt out."""
    told = (
        [feature["properties"] for feature in json.loads(path.read_text("utf-8"))["features"]]
        if path.suffix == ".geojson"
        else rows(path)
    )
    for row in told:
        for name in [name for name in row if f"{name}_en" in row]:
            assert figures(str(row[name])) == figures(str(row[f"{name}_en"])), row


def figures(text: str) -> set[str]:
    """1.060,374 and 1,060.374 → {"1060374"}."""
    return {re.sub(r"\D", "", found) for found in re.findall(r"\d[\d.,]*\d", text) if len(re.sub(r"\D", "", found)) > 2}
