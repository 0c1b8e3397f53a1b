"""How a collection is drawn, as other programs ask for it."""

from struct import unpack
from xml.etree import ElementTree

import pytest
from sqlalchemy import Connection
from starlette.testclient import TestClient

from geo import units
from tests.api.conftest import Ask
from tests.factories import BOX, store_units, unit

HOST = "http://map.example"
STYLES = "http://www.opengis.net/def/rel/ogc/1.0/styles"
SLD, SE = "{http://www.opengis.net/sld}", "{http://www.opengis.net/se}"
MEDIA_TYPES = {
    "json": "application/vnd.mapbox.style+json",
    "sld": "application/vnd.ogc.sld+xml;version=1.1",
    "qml": "application/vnd.qgis.qml",
}


def parse(text: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 -- our own answer


def test_a_collection_leads_to_its_styles_and_its_legend(ask: Ask, client: TestClient, connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    for collection in ask("/api/collections")["collections"]:
        told = [link for link in collection["links"] if link["rel"] in (STYLES, "preview")]
        assert [link["type"] for link in told] == ["application/json", "image/png", "image/svg+xml"]
    for link in told:
        assert client.get(link["href"].removeprefix(HOST)).headers["content-type"] == link["type"]


@pytest.mark.parametrize("collection", ["projects", "port", "model-commune", *units.COLLECTIONS])
def test_every_style_of_a_collection_is_there_in_the_language_that_its_link_tells(
    ask: Ask, client: TestClient, collection: str
) -> None:
    styles = ask(f"/api/collections/{collection}/styles")
    (style,) = styles["styles"]
    assert styles["default"] == style["id"] == ("outline" if collection in units.COLLECTIONS else "status")
    assert {link["type"] for link in style["links"]} == {*MEDIA_TYPES.values(), "image/png", "image/svg+xml"}
    for link in style["links"]:
        answer = client.get(link["href"].removeprefix(HOST))
        assert answer.status_code == 200, link
        assert answer.headers["content-type"] == link["type"]
        assert answer.headers["access-control-allow-origin"] == "*"
    for form, media_type in MEDIA_TYPES.items():
        link = next(link for link in style["links"] if link["type"] == media_type)
        assert link["rel"] == "stylesheet"
        assert link["href"].partition("?")[0].endswith(f"/styles/{style['id']}.{form}")


def test_an_sld_is_offered_for_each_kind_of_geometry_that_may_come(ask: Ask) -> None:
    def slds(collection: str) -> list[str]:
        (style,) = ask(f"/api/collections/{collection}/styles")["styles"]
        return [link["href"].rpartition("/")[2] for link in style["links"] if link["type"] == MEDIA_TYPES["sld"]]

    assert slds("port") == [f"status.sld?geometry={kind}" for kind in ("point", "line", "polygon")]
    assert slds("districts-2024") == ["outline.sld"]


def test_a_maplibre_style_draws_our_own_tiles_with_our_own_sprite(ask: Ask, client: TestClient) -> None:
    style = ask("/api/collections/port/styles/status.json")
    assert style["sources"]["port"]["tiles"] == [f"{HOST}/api/collections/port/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"]
    assert style["sources"]["port"]["attribution"] == ask("/api/collections/port")["attribution"]
    assert {layer["source-layer"] for layer in style["layers"] if "source" in layer} == {"port"}
    for dense in ("", "@2x"):
        sprite = style["sprite"].removeprefix(HOST) + dense
        index = ask(f"{sprite}.json")
        picture = client.get(f"{sprite}.png")
        assert picture.headers["content-type"] == "image/png"
        width, height = unpack(">II", picture.content[16:24])
        sign = index["marker-port-under_construction"]
        assert sign["x"] + sign["width"] <= width
        assert sign["y"] + sign["height"] <= height
        assert sign["pixelRatio"] == (2 if dense else 1)


def test_an_sld_names_its_collection_and_comes_for_one_kind_of_geometry(client: TestClient) -> None:
    whole = client.get("/api/collections/transport/styles/status.sld")
    document = parse(whole.content)
    assert document.findtext(f"{SLD}NamedLayer/{SE}Name") == "transport"
    assert list(document.iter(f"{SE}PointSymbolizer"))
    lines = client.get("/api/collections/transport/styles/status.sld", params={"geometry": "line"})
    assert not list(parse(lines.content).iter(f"{SE}PointSymbolizer"))
    assert list(parse(lines.content).iter(f"{SE}LineSymbolizer"))


def test_a_qml_comes_for_the_kinds_of_geometry_that_are_asked_for(client: TestClient) -> None:
    asked = client.get("/api/collections/port/styles/status.qml", params={"geometry": "polygon,line"})
    symbols = parse(asked.content).iterfind("renderer-v2/symbols/symbol")
    assert {symbol.get("type") for symbol in symbols} == {"line", "fill"}


def test_a_style_that_is_not_there_is_answered_with_the_one_that_is(refused: Ask) -> None:
    for form in MEDIA_TYPES:
        problem = refused(f"/api/collections/port/styles/outline.{form}", 404)
        assert problem["type"] == "urn:haiphong:problem:unknown-style"
        assert problem["allowed"] == ["status"]
    assert refused("/api/collections/units-2025-07/styles/status.sld", 404)["allowed"] == ["outline"]


def test_a_style_of_a_collection_that_is_not_there_names_those_that_are(refused: Ask) -> None:
    for path in ("styles", "styles/status.json", "styles/status.sld", "styles/status.qml", "legend.svg", "legend.png"):
        assert "port" in refused(f"/api/collections/ports/{path}", 404)["allowed"]


def test_an_unknown_kind_of_geometry_is_refused_with_those_that_there_are(refused: Ask) -> None:
    for form in ("sld", "qml"):
        problem = refused(f"/api/collections/port/styles/status.{form}", geometry="circle")
        assert problem["allowed"] == ["point", "line", "polygon"]
    refused("/api/collections/port/styles/status.json", geometry="point")
    refused("/api/collections/port/legend.png", width=10)


def test_the_legend_is_a_drawing_with_the_title_of_its_collection(client: TestClient, ask: Ask) -> None:
    for collection in ("port", "projects", "districts-2024"):
        drawing = parse(client.get(f"/api/collections/{collection}/legend.svg").content)
        title = drawing.findtext("{http://www.w3.org/2000/svg}title") or ""
        (style,) = ask(f"/api/collections/{collection}/styles")["styles"]
        assert title == style["title"]
        assert client.get(f"/api/collections/{collection}/legend.png").content.startswith(b"\x89PNG")
