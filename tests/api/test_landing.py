import re
from typing import Any
from xml.etree import ElementTree

from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo import status, units
from layers.palette import BASEMAP, DARK_BASEMAP
from tests.api.conftest import Ask
from tests.factories import BOX, edit, point, store, store_directive, store_mandate, store_units, unit


def links(body: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"].removeprefix("http://map.example") for link in body["links"]}


def test_every_link_of_the_landing_page_leads_somewhere(ask: Ask, client: TestClient) -> None:
    for link in ask("/api")["links"]:
        path = link["href"].removeprefix("http://map.example")
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].startswith(link["type"].split(";")[0])


def test_only_what_holds_is_declared(ask: Ask) -> None:
    declared = ask("/api/conformance")["conformsTo"]
    of_features = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    assert len(declared) == len(set(declared))
    assert all(one.startswith("http://www.opengis.net/spec/") and "/conf/" in one for one in declared)
    asked = ask("/api/openapi.json")["paths"]["/api/collections/{collection}/items"]["get"]["parameters"]
    assert (f"{of_features}core" in declared) == ({"$ref": "#/components/parameters/datetime"} in asked)


def test_the_collections_are_all_projects_each_layer_and_each_generation_of_units(
    ask: Ask, connection: Connection
) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    store(connection, edit(geometry=point(106.9, 20.8)), edit("bai-a", layer="tourism", geometry=point(106.7, 20.7)))
    collections = {one["id"]: one for one in ask("/api/collections")["collections"]}
    assert set(collections) == {
        "projects",
        *(layer["id"] for layer in ask("/api/catalog")["layers"]),
        *units.COLLECTIONS,
    }
    assert len(collections) == 24
    assert collections["port"]["extent"]["spatial"]["bbox"] == [[106.9, 20.8, 106.9, 20.8]]
    assert collections["projects"]["extent"]["spatial"]["bbox"] == [[106.7, 20.7, 106.9, 20.8]]
    assert "extent" not in collections["airport"]
    old = collections["districts-2024"]["extent"]
    assert old["spatial"]["bbox"] == [list(BOX["cat-hai"])]
    assert old["temporal"]["interval"] == [[None, "2024-12-31T00:00:00Z"]]
    for one in collections.values():
        assert {"self", "items", "alternate", "collection"} <= set(links(one))
        assert one["title"]
        assert one["title_en"]
        assert one["attribution"]


def test_a_collection_leads_to_its_items_its_file_and_its_map(ask: Ask, client: TestClient) -> None:
    told = ask("/api/collections/port")
    port = links(told)
    assert [link["href"].partition("?")[2] for link in told["links"] if link["rel"] == "items"] == [
        "", "f=jsonfg", "f=html", "f=csv",
    ]  # fmt: skip
    assert port["alternate"] == "/?layer=port"
    assert client.get(port["enclosure"]).status_code == 200
    assert port["license"] == "https://creativecommons.org/licenses/by/4.0/"


def test_the_catalog_tells_every_code_in_two_languages(ask: Ask) -> None:
    catalog = ask("/api/catalog")
    assert {one["id"] for one in catalog["statuses"]} == set(status.STATUSES)
    assert {one["id"] for one in catalog["conditions"]} == set(status.CONDITIONS)
    for one in [*catalog["statuses"], *catalog["conditions"], *catalog["bases"], *catalog["accuracies"]]:
        assert one["label"]["vi"]
        assert one["definition"]["en"]
    assert all(layer["title"]["vi"] and layer["description"]["en"] for layer in catalog["layers"])
    assert catalog["fields"]["area_ha"]["unit"] == "ha"


def test_the_sprite_holds_every_sign_that_the_catalog_names(ask: Ask, client: TestClient) -> None:
    sprite = client.get("/api/styles/sprite.svg")
    assert sprite.headers["content-type"] == "image/svg+xml"
    for named in (*ask("/api/catalog")["statuses"],):
        assert f'id="{named["symbol"]}"' in sprite.text
    assert "<script" not in sprite.text


def test_documents_tell_their_clauses_and_what_those_order(ask: Ask, connection: Connection) -> None:
    store(connection, edit())
    store_directive(connection)
    store_mandate(connection, "cang-a")
    (document,) = ask("/api/documents")["documents"]
    assert (document["id"], document["clauses"], document["mandates"]) == ("ct-02-2023", 1, 1)
    (clause,) = ask("/api/documents/ct-02-2023")["clauses"]
    assert clause["mandates"][0]["feature"] == "cang-a"
    (target,) = ask("/api/targets")["targets"]
    assert (target["id"], target["value"]) == ("2025-parks", 21)


def test_the_description_covers_every_public_address_and_its_parameters(client: TestClient) -> None:
    answer = client.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.json()
    assert document["openapi"] == "3.0.3"
    assert document["servers"] == [{"url": "http://map.example"}]
    for path, operations in document["paths"].items():
        operation = operations["get"]
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["responses"]["default"]["content"]["application/problem+json"], path
        assert "422" not in operation["responses"], path
    items = document["paths"]["/api/collections/{collection}/items"]["get"]
    assert {"$ref": "#/components/parameters/district"} in items["parameters"]
    assert "application/geo+json" in items["responses"]["200"]["content"]
    assert "port" in document["components"]["parameters"]["layer"]["schema"]["items"]["enum"]
    for reference in re.findall(r'"#/([^"]+)"', answer.text):
        found: Any = document
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_the_page_of_the_map_brings_the_land_as_a_picture_by_day_and_by_night(client: TestClient) -> None:
    page = client.get("/").text
    element = re.search(r'id="map"[^>]*><img class="first-ground" src="([^"]+)" alt="" data-box="([\d ]+)"', page)
    assert element
    picture = client.get(element[1])
    assert picture.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(picture.text)  # noqa: S314 - it is ours
    assert root.attrib["viewBox"] == element[2]
    assert len(picture.content) < 25_000
    assert all(colours.land in picture.text and colours.sea in picture.text for colours in (BASEMAP, DARK_BASEMAP))
