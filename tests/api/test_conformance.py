"""What is declared and what holds it; then the abstract tests of Common and of Features, Part 1, over a small city.

Whoever declares a class names here the tests that hold it.
"""

import re
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from api.conformance import CONFORMS_TO
from api.negotiation import OFFERED
from geo.query import MAX_LIMIT
from tests.api.conftest import Ask
from tests.api.test_pages import BROWSER
from tests.factories import BOX, edit, fact, point, store, store_units, unit

SPEC = "http://www.opengis.net/spec/"
HELD_BY: dict[str, dict[str, tuple[str, ...]]] = {
    "test_conformance": {
        "test_the_landing_page_leads_to_everything": ("ogcapi-common-1/1.0 core", "ogcapi-common-1/1.0 landing-page"),
        "test_every_address_is_given_as_json_and_as_a_page": (
            "ogcapi-common-1/1.0 json", "ogcapi-common-1/1.0 html", "ogcapi-features-1/1.0 html",
        ),
        "test_the_description_tells_every_parameter_as_the_standard_wants": (
            "ogcapi-common-1/1.0 oas30", "ogcapi-features-1/1.0 oas30",
        ),
        "test_a_collection_is_told_alone_as_in_the_list": ("ogcapi-common-2/1.0 collections",),
        "test_a_page_tells_its_numbers_and_its_links": ("ogcapi-features-1/1.0 core",),
        "test_one_feature_leads_to_itself_and_to_its_collection": ("ogcapi-features-1/1.0 core",),
        "test_what_is_unknown_or_impossible_is_refused": ("ogcapi-features-1/1.0 core",),
    },
    "test_items": {
        "test_an_answer_is_geojson_with_absolute_links_to_the_host_that_was_asked": ("ogcapi-features-1/1.0 geojson",),
    },
    "test_reference_systems": {
        "test_epsg_4326_puts_latitude_first_and_crs84_longitude": ("ogcapi-features-2/1.0 crs",),
    },
    "test_filters": {
        "test_what_cannot_be_asked_is_refused_with_what_can": ("ogcapi-features-3/1.0 filter",),
        "test_a_filter_joins_every_other_parameter": ("ogcapi-features-3/1.0 features-filter",),
        "test_a_condition_finds_what_it_says": tuple(
            f"cql2/1.0 {one}"
            for one in (
                "cql2-text", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
                "accent-insensitive-comparison", "basic-spatial-functions", "temporal-functions", "property-property",
            )
        ),
        "test_json_asks_the_same": ("cql2/1.0 cql2-json",),
        "test_a_filter_may_be_drawn_in_another_system": ("cql2/1.0 basic-spatial-functions-plus",),
    },
    "test_schemas": {
        "test_each_is_a_json_schema_that_the_collection_links_to": ("ogcapi-features-5/1.0 schemas",),
        "test_the_schema_tells_every_property_that_is_published": (
            "ogcapi-features-5/1.0 returnables-and-receivables",
        ),
        "test_everything_that_may_be_asked_can_be_asked": (
            "ogcapi-features-3/1.0 queryables", "ogcapi-features-5/1.0 queryables",
        ),
        "test_everything_that_sorts_is_told": ("ogcapi-features-5/1.0 sortables",),
    },
    "test_json_fg": {
        "test_the_document_names_its_system_and_what_it_conforms_to": ("json-fg-1/1.0 core",),
        "test_a_place_is_told_in_the_system_asked_for_and_for_everybody": ("json-fg-1/1.0 types-schemas",),
    },
    "test_tiles": {
        "test_the_row_stands_before_the_column": ("ogcapi-tiles-1/1.0 core",),
        "test_a_tile_set_tells_where_it_reaches_and_what_its_features_tell": ("ogcapi-tiles-1/1.0 tileset",),
        "test_every_collection_leads_to_its_tile_set_and_that_to_its_tiles": (
            "ogcapi-tiles-1/1.0 tilesets-list", "ogcapi-tiles-1/1.0 geodata-tilesets",
        ),
        "test_gdal_reads_a_tile": ("ogcapi-tiles-1/1.0 mvt",),
    },
}  # fmt: skip
ITEMS = "/api/collections/port/items"


def test_every_class_that_is_declared_is_held_by_a_test(ask: Ask) -> None:
    assert ask("/api/conformance")["conformsTo"] == list(CONFORMS_TO)
    held = set()
    for module, tests in HELD_BY.items():
        for test, classes in tests.items():
            assert callable(getattr(import_module(f"tests.api.{module}"), test)), test
            held |= {f"{SPEC}{one.replace(' ', '/conf/')}" for one in classes}
    assert held == set(CONFORMS_TO)


@pytest.fixture(autouse=True)
def city(connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    store(
        connection,
        *(
            edit(f"cang-{number}", geometry=point(106.5 + number / 10, 20.8), facts=(fact(valid_from=f"202{number}"),))
            for number in range(5)
        ),
        edit("cang-x"),
    )


def links(body: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    return [link for link in body["links"] if link["rel"] == rel]


def test_the_landing_page_leads_to_everything(ask: Ask, client: TestClient) -> None:
    landing = ask("/api")
    assert landing["title"]
    for rel in ("self", "alternate", "service-desc", "service-doc", "conformance", "data"):
        for link in links(landing, rel):
            answer = client.get(link["href"], headers=BROWSER if link["type"] == "text/html" else {})
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == link["type"].partition(";")[0]
        assert links(landing, rel), rel


def test_every_address_is_given_as_json_and_as_a_page(client: TestClient) -> None:
    for path in ("/api", "/api/conformance", "/api/collections", "/api/collections/port", ITEMS, f"{ITEMS}/cang-1"):
        for accept in ("application/json", "text/html"):
            answer = client.get(path, headers={"Accept": accept})
            assert answer.status_code == 200
            ours = "text/html" if "html" in accept else r"application/(geo\+)?json"
            assert re.match(ours, answer.headers["content-type"])


def test_a_collection_is_told_alone_as_in_the_list(ask: Ask) -> None:
    every = ask("/api/collections")
    assert links(every, "self")
    assert links(every, "alternate")
    for listed in every["collections"]:
        alone = ask(f"/api/collections/{listed['id']}")
        for name in ("id", "title", "description", "extent", "itemType", "crs", "storageCrs"):
            assert alone.get(name) == listed.get(name), name
        assert listed["storageCrs"] in listed["crs"]
        offered = [kind.media_type for kind in OFFERED["/api/collections/{collection}/items"]]
        for told in (alone, listed):
            assert [link["type"] for link in links(told, "items")] == offered
            assert links(told, "license") or told["licence"], "a licence without an address is told by its name"
            assert links(told, "describedby")
            assert len(links(told, "enclosure")) >= 6


def test_a_collection_tells_since_when_anything_is_known(ask: Ask) -> None:
    extent = ask("/api/collections/port")["extent"]
    assert extent["temporal"]["interval"] == [["2020-01-01T00:00:00Z", None]]
    assert extent["spatial"]["bbox"] == [[106.5, 20.8, 106.9, 20.8]]
    assert ask("/api/collections/projects")["extent"] == extent
    assert "extent" not in ask("/api/collections/airport")


def test_a_page_tells_its_numbers_and_its_links(ask: Ask) -> None:
    asked: list[dict[str, str]] = [{}, {"limit": "2"}, {"bbox": "106.55,20,106.85,21"}, {"datetime": "2021-06-30"}]
    for one in asked:
        page = ask(ITEMS, **one)
        assert page["type"] == "FeatureCollection"
        assert page["numberReturned"] == len(page["features"]) <= int(one.get("limit", 100))
        assert page["numberMatched"] >= page["numberReturned"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", page["timeStamp"])
        assert len(links(page, "self")) == 1
        assert len(links(page, "alternate")) == 3
        assert bool(links(page, "next")) == (page["numberMatched"] > page["numberReturned"])
        assert all(link["type"] and link["href"] for link in page["links"])


def test_one_feature_leads_to_itself_and_to_its_collection(ask: Ask) -> None:
    listed = next(one for one in ask(ITEMS)["features"] if one["id"] == "cang-1")
    alone = ask(f"{ITEMS}/cang-1")
    assert {name: alone[name] for name in listed} == listed
    for rel in ("self", "alternate", "collection"):
        assert links(alone, rel)


@pytest.mark.parametrize("name", ["limit", "bbox", "datetime"])
def test_the_description_tells_every_parameter_as_the_standard_wants(ask: Ask, name: str) -> None:
    document = ask("/api/openapi.json")
    items = document["paths"]["/api/collections/{collection}/items"]["get"]
    assert {"$ref": f"#/components/parameters/{name}"} in items["parameters"]
    told = document["components"]["parameters"][name]
    assert (told["in"], told["required"], told["style"], told["explode"]) == ("query", False, "form", False)
    schema = told["schema"]
    if name == "limit":
        assert (schema["type"], schema["minimum"], schema["maximum"]) == ("integer", 1, MAX_LIMIT)
    elif name == "bbox":
        assert (schema["type"], schema["minItems"], schema["items"]) == ("array", 4, {"type": "number"})
    else:
        assert schema["type"] == "string"


@pytest.mark.parametrize(
    "wrong", ["limit=0", "limit=x", "bbox=1,2,3", "datetime=yesterday", "unheard=of", "crs=EPSG:1"]
)
def test_what_is_unknown_or_impossible_is_refused(client: TestClient, wrong: str) -> None:
    assert client.get(f"{ITEMS}?{wrong}").status_code == 400
