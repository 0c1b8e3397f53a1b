"""OGC API Features Parts 3 and 5: what features say, what a filter may ask, by what they are sorted."""

from typing import Any

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo import status
from geo.query import SORTABLES
from tests.api.conftest import Ask
from tests.factories import BOX, edit, fact, point, store, store_units, unit

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
PORT = "/api/collections/port"


@pytest.mark.parametrize("kind", ["schema", "queryables", "sortables"])
@pytest.mark.parametrize("collection", ["projects", "port"])
def test_each_is_a_json_schema_that_the_collection_links_to(
    client: TestClient, ask: Ask, collection: str, kind: str
) -> None:
    links = {link["rel"]: link for link in ask(f"/api/collections/{collection}")["links"]}
    link = links[REL + kind]
    answer = client.get(link["href"])
    document = answer.json()
    assert answer.headers["content-type"].startswith(link["type"])
    assert link["type"] == "application/schema+json"
    assert document["$id"] == link["href"]
    assert (document["$schema"], document["type"]) == ("https://json-schema.org/draft/2020-12/schema", "object")
    assert all(entry["title"] and entry["x-title-en"] for entry in document["properties"].values())


def test_the_schema_tells_every_property_that_is_published(ask: Ask, connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    store(
        connection,
        edit(geometry=point(), facts=(fact("completed"),), berths=2, area_ha=5, investor="A", alt_names=["B"]),
    )
    feature = ask(f"{PORT}/items/cang-a")
    told: dict[str, Any] = ask(f"{PORT}/schema")["properties"]
    kinds: dict[str, Any] = {"string": str, "number": (int, float), "integer": int, "boolean": bool, "array": list}
    assert feature["properties"].keys() <= told.keys() - {"id", "geometry"}
    for name, value in feature["properties"].items():
        assert value is None or isinstance(value, kinds[told[name]["type"]]), name
    assert told["id"]["x-ogc-role"] == "id"
    assert told["geometry"]["x-ogc-role"] == "primary-geometry"
    assert told["area_ha"]["x-ogc-unit"] == "ha"
    assert {code["const"] for code in told["status"]["oneOf"]} == set(status.STATUSES)


@pytest.mark.parametrize("collection", ["projects", "port", "districts-2024"])
def test_the_shape_of_a_geojson_feature_is_told_too(client: TestClient, ask: Ask, collection: str) -> None:
    link = next(one for one in ask(f"/api/collections/{collection}")["links"] if one["rel"] == "describedby")
    answer = client.get(link["href"])
    assert answer.headers["content-type"].startswith("application/schema+json")
    told = answer.json()["properties"]["properties"]["properties"]
    logical = ask(f"/api/collections/{collection}/schema")["properties"]
    assert told.keys() - {"id"} == logical.keys() - {"id", "geometry"}
    assert all(entry["type"] == logical[name]["type"] for name, entry in told.items())


def test_the_schema_of_units_tells_what_units_say(ask: Ask, refused: Ask, connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    path = "/api/collections/districts-2024"
    outline = ask(f"{path}/items/2024-huyen-cat-hai")
    assert outline["properties"].keys() == ask(f"{path}/schema")["properties"].keys() - {"geometry"}
    assert "/schema" in refused(f"{path}/queryables", 404)["detail"]
    assert "/schema" in refused(f"{path}/sortables", 404)["detail"]


@pytest.mark.parametrize("collection", ["projects", "port", "tourism"])
def test_everything_that_may_be_asked_can_be_asked(ask: Ask, collection: str) -> None:
    document = ask(f"/api/collections/{collection}/queryables")
    assert document["additionalProperties"] is False
    literals = {"string": "'x'", "number": "1", "boolean": "TRUE"}
    for name, entry in document["properties"].items():
        literal = literals.get(entry.get("type", ""), "")
        if "oneOf" in entry:
            literal = f"'{entry['oneOf'][0]['const']}'"
        if "format" in entry:
            literal = {"date": "DATE('2023-01-01')", "date-time": "TIMESTAMP('2023-01-01T00:00:00Z')"}.get(
                entry["format"], ""
            )
        words = f"{name} = {literal}" if literal else f"S_INTERSECTS({name},POINT(106.9 20.8))"
        ask(f"/api/collections/{collection}/items", filter=words)


def test_everything_that_sorts_is_told(ask: Ask) -> None:
    told = ask(f"{PORT}/sortables")["properties"]
    assert list(told) == list(SORTABLES)
    for name in told:
        ask(f"{PORT}/items", sortby=f"-{name}")


def test_everything_that_is_told_can_be_selected(ask: Ask) -> None:
    names = ask(f"{PORT}/schema")["properties"].keys() - {"id", "geometry"}
    ask(f"{PORT}/items", properties=",".join(names))


def test_openapi_describes_the_questions(ask: Ask) -> None:
    document = ask("/api/openapi.json")
    items = document["paths"]["/api/collections/{collection}/items"]["get"]["parameters"]
    named = {entry.get("$ref", "").rpartition("/")[2] for entry in items}
    assert named >= {"filter", "filter-lang", "filter-crs", "crs", "bbox-crs", "properties", "skipGeometry"}
    assert document["components"]["parameters"]["filter"]["schema"]["maxLength"] == 4096
    for kind in ("schema", "queryables", "sortables"):
        content = document["paths"][f"/api/collections/{{collection}}/{kind}"]["get"]["responses"]["200"]["content"]
        assert list(content) == ["application/schema+json", "text/html"]
    answers = document["paths"]["/api/collections/{collection}/items"]["get"]["responses"]["200"]
    assert "Content-Crs" in answers["headers"]


def test_the_classes_of_these_standards_are_declared(ask: Ask) -> None:
    declared = ask("/api/conformance")["conformsTo"]
    spec = "http://www.opengis.net/spec"
    features = ("2/1.0/conf/crs", "3/1.0/conf/queryables", "3/1.0/conf/filter", "3/1.0/conf/features-filter")
    schemas = ("schemas", "returnables-and-receivables", "queryables", "sortables")
    cql2 = (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
        "accent-insensitive-comparison", "basic-spatial-functions", "basic-spatial-functions-plus",
        "temporal-functions", "property-property",
    )  # fmt: skip
    assert set(declared) >= {f"{spec}/ogcapi-features-{one}" for one in features}
    assert set(declared) >= {f"{spec}/ogcapi-features-5/1.0/conf/{one}" for one in schemas}
    assert {one for one in declared if "/cql2/" in one} == {f"{spec}/cql2/1.0/conf/{one}" for one in cql2}
