"""The files of `data/` keep their promises: references, quotes, dates, order, provenance."""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections import Counter

import pytest
from shapely import Point, box, union_all
from shapely.geometry import shape

from geo.findings import Finding
from geo.settings import REPOSITORY
from geo.status import LIFECYCLES, STATUSES
from layers import check, provenance
from layers.accepted import sift
from layers.catalog import Catalog
from tests.data.curated import DATA, LAYERS, rows

CATALOG = Catalog.load(REPOSITORY / "layers" / "definitions")
MANDATES = rows(DATA / "directives" / "mandates.csv")
UNITS = {row["id"]: row for row in rows(DATA / "units" / "units.csv")}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return check.run(DATA, CATALOG)


def test_check_finds_no_error_in_our_own_files(findings: list[Finding]) -> None:
    assert [str(found) for found in findings if found.severity == "error"] == []


def test_every_warning_that_stays_has_its_reason(findings: list[Finding]) -> None:
    sifted = sift(DATA, findings)
    assert [str(found) for found in sifted.fresh] == []
    assert len({row.where for _, row in sifted.reviewed}) == len(sifted.reviewed) == 18


@pytest.mark.parametrize("layer", LAYERS)
def test_features_stand_one_a_line_sorted_by_id_and_facts_follow_them(layer: str) -> None:
    lines = (DATA / layer / "curated.geojson").read_text("utf-8").splitlines()
    ids = [json.loads(line.rstrip(","))["id"] for line in lines if line.startswith('{"type":"Feature",')]
    assert ids == sorted(set(ids))
    for name in ("status", "units"):
        told = [row["feature_id"] for row in rows(DATA / layer / f"{name}.csv")]
        assert told == sorted(told)
        assert set(told) <= set(ids)
    facts = rows(DATA / layer / "status.csv")
    counted: Counter[str] = Counter()
    for row in facts:
        counted[row["feature_id"]] += 1
        assert row["seq"] == str(counted[row["feature_id"]])


def test_every_quote_is_short_enough_to_be_a_quote() -> None:
    quotes = [row["quote_vi"] for row in (*MANDATES, *rows(DATA / "directives" / "unmapped.csv"))]
    assert all(quotes)
    assert max(len(quote.split()) for quote in quotes) <= 15
    names = [row["named_as"] for row in MANDATES]
    headings = [row["heading_vi"] for row in rows(DATA / "directives" / "clauses.csv")]
    assert max(len(words.split()) for words in (*names, *headings)) <= 15


def test_every_quote_is_the_one_that_was_compared_with_its_document() -> None:
    """On 22 November 2026 each of these 268 was found word for word in its document; a new one is compared by hand."""
    quotes = sorted(
        f"{row['clause']}|{row['quote_vi']}" for row in (*MANDATES, *rows(DATA / "directives" / "unmapped.csv"))
    )
    assert len(quotes) == 268
    digest = hashlib.sha256("\n".join(quotes).encode()).hexdigest()
    assert digest == "775868e9efe117df78426f25f83eaec49edc1acd5667f3814b18764e50946214"


def test_every_clause_of_the_five_documents_is_here() -> None:
    """Counted on paper: 62 of the directive, 12, 10 and 31 of the three relays, 38 of the resolution for 2021."""
    clauses = rows(DATA / "directives" / "clauses.csv")
    assert Counter(row["document"] for row in clauses) == {
        "ct-02-2023": 62, "tin-ct-02-2023": 12, "tin-thanh-uy-2023-10-19": 10, "bai-nq-7-2025": 31,
        "nq-thanh-uy-2021": 38,
    }  # fmt: skip
    assert [
        row["id"] for row in clauses if row["id"].startswith("ct-02-2023#ii.") and row["parent"] == "ct-02-2023#ii"
    ] == [f"ct-02-2023#ii.{number}" for number in range(1, 10)]


def test_a_clause_that_only_orders_gives_no_status() -> None:
    """A status out of a clause of the directive is what the clause presupposes, never the stage that it orders."""
    orders = {(row["feature"], row["clause"]): row for row in MANDATES if row["text_vi"]}
    assert len({row["feature"] for row in orders.values()}) == 21
    for layer in LAYERS:
        for row in rows(DATA / layer / "status.csv"):
            order = orders.get((row["feature_id"], row["clause"]))
            if order is not None and row["text_vi"] == order["text_vi"]:
                assert (row["status"], row["basis"]) == (order["implied_stage"], "implied")


def test_words_without_a_stage_are_only_inferred() -> None:
    silent = [row for layer in LAYERS for row in rows(DATA / layer / "status.csv") if row["stage_in_words"] == "false"]
    assert len(silent) == 24
    assert {row["basis"] for row in silent} == {"inferred"}


def test_a_model_commune_goes_its_own_way() -> None:
    facts = rows(DATA / "model-commune" / "status.csv")
    assert Counter(row["status"] for row in facts) == {"registered": 8, "in_progress": 30}
    communes = {row["feature_id"] for row in facts}
    stages = {
        row[column] for row in MANDATES if row["feature"] in communes for column in ("ordered_stage", "implied_stage")
    }
    assert stages - {""} <= LIFECYCLES["model-commune"].keys()
    assert {row["secondary_status"] for row in facts} - {""} <= STATUSES.keys()


def test_old_communes_lie_in_old_districts_and_new_units_are_dated() -> None:
    for unit in UNITS.values():
        if unit["generation"] != "2025-07" and unit["level"] == "commune":
            assert UNITS[unit["parent"]]["level"] == "district"
            assert UNITS[unit["parent"]]["generation"] == unit["generation"]
    assert {(u["valid_from"], u["valid_to"]) for u in UNITS.values() if u["generation"] == "2025-07"} == {
        ("2025-07-01", "")
    }
    assert {u["province_code"] for u in UNITS.values() if u["generation"] == "2025-01"} == {"30", "31"}


def test_succession_is_whole_only_when_all_of_it_went_there() -> None:
    successions = rows(DATA / "units" / "successions.csv")
    pairs = [(row["predecessor"], row["successor"]) for row in successions]
    assert len(set(pairs)) == len(pairs)
    towards: dict[tuple[str, str], list[str]] = {}
    for row in successions:
        towards.setdefault((row["predecessor"], row["successor"][:7]), []).append(row["relation"])
    assert all("whole" not in relations for relations in towards.values() if len(relations) > 1)
    told = {(row["predecessor"], row["successor"]): row["relation"] for row in successions}
    assert told["2024-huyen-an-duong", "2025-01-quan-hong-bang"] == "part"
    assert told["2025-01-huyen-cat-hai", "2025-07-dac-khu-cat-hai"] == "whole"
    assert told["2025-01-huyen-bach-long-vi", "2025-07-dac-khu-bach-long-vi"] == "whole"
    assert told["2024-phuong-dong-hai-1", "2025-01-phuong-dong-hai-1"] == "part"


def test_outlines_belong_to_units_and_carry_nothing_but_their_name() -> None:
    for path in (DATA / "units" / "outlines").glob("*.geojson"):
        collection = json.loads(path.read_text("utf-8"))
        assert "not legal boundaries" in collection["note"]
        for feature in collection["features"]:
            assert feature["properties"] == {key: UNITS[feature["id"]][key] for key in ("code", "full_name")}


def test_hoang_sa_and_truong_sa_stand_on_the_base_map_with_their_country() -> None:
    features = json.loads((DATA / "basemap" / "archipelagos.geojson").read_text("utf-8"))["features"]
    assert [feature["properties"]["name_vi"] for feature in features] == [
        "Quần đảo Hoàng Sa (Việt Nam)",
        "Quần đảo Trường Sa (Việt Nam)",
    ]
    for feature in features:
        west, south, east, north = map(float, feature["properties"]["extent"].split(","))
        x, y = feature["geometry"]["coordinates"]
        assert (x, y) == (round((west + east) / 2, 4), round((south + north) / 2, 4))
        assert feature["properties"]["source_url"].startswith("http")


def test_land_further_away_begins_where_that_of_the_neighbours_ends() -> None:
    far, near = (
        union_all([shape(one["geometry"]) for one in json.loads((DATA / "basemap" / name).read_bytes())["features"]])
        for name in ("far-land.geojson", "neighbour-land.geojson")
    )
    frame = box(*near.bounds)
    thanh_hoa_in_frame = box(105.9, 20.0, 106.15, 20.13)  # of no neighbour
    assert (far & frame).difference(frame.exterior.buffer(0.015)).difference(thanh_hoa_in_frame).is_empty
    for place, lon, lat in (("Thanh Hóa", 105.6, 19.8), ("Hà Nội", 105.8, 21.03), ("Cà Mau", 105.1, 9.2)):
        assert far.contains(Point(lon, lat)), place
    for place, lon, lat in (("Vịnh Bắc Bộ", 107.6, 19.6), ("Hoàng Sa", 112.0, 16.5), ("Trường Sa", 114.2, 9.25)):
        assert far.distance(Point(lon, lat)) > 0.5, place
    edge = near & frame.exterior
    assert edge.difference(far.buffer(0.001)).length < 0.01, "between the two lands there is a gap"


def test_every_folder_says_where_it_comes_from_and_its_checksums_hold() -> None:
    for name in (*LAYERS, "units", "directives", "basemap"):
        told = tomllib.loads((DATA / name / provenance.FILE).read_text("utf-8"))
        assert told["sha256"] == provenance.checksums(DATA / name), f"{name}: run python -m layers.docs"
        assert all(told[key] for key in ("title", "publisher", "licence", "attribution", "method", "known_limits"))


def test_the_licence_page_carries_the_attribution_lines_that_the_files_carry() -> None:
    page = (DATA / "LICENCE.md").read_text("utf-8")
    lands = (DATA / "basemap" / name for name in ("neighbour-land.geojson", "far-land.geojson"))
    for path in (*(DATA / "units" / "outlines").glob("*.geojson"), *lands):
        for line in json.loads(path.read_text("utf-8"))["attribution"]:
            assert line in page


def test_no_file_speaks_of_how_the_facts_were_filed_before() -> None:
    for path in (path for path in DATA.rglob("*") if path.is_file()):
        text = path.read_text("utf-8")
        assert not re.search(r"\w\.txt\b|\bseeds?\b|gazette[e]r|\.yaml", text), path
        assert unicodedata.is_normalized("NFC", text), path
