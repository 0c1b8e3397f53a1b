"""The drawing rules in the languages of other programs: QGIS, SLD, MapLibre; and the signs that they use."""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path
from struct import unpack
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from geo.settings import REPOSITORY
from geo.status import CONDITIONS, LIFECYCLES, STATUSES, Words
from layers import shapes, style_sld
from layers.assets import AssetsMissing
from layers.catalog import Catalog
from layers.palette import GROUPS
from layers.portrayal import GEOMETRIES, Outline, Portrayal, of_all, of_layer
from layers.raster import png
from layers.sheet import GAP, Sheet, sheet
from layers.style import SIGNS
from layers.style_maplibre import NEAR, maplibre, outline_maplibre
from layers.style_qml import outline_qml, qml
from layers.style_sld import outline_sld, sld

PACKAGES = REPOSITORY / "web" / "node_modules"
DAY = date(2026, 11, 22)
TILES, SPRITE = "http://map.example/tiles/{z}/{y}/{x}", "http://map.example/sprite"
HOSTILE = "</se:Title><script>alert(1)</script>&\"'{{7*7}}"
SE, OGC, SLD = "{http://www.opengis.net/se}", "{http://www.opengis.net/ogc}", "{http://www.opengis.net/sld}"
MARKS_OF_THE_STANDARD = {"square", "circle", "triangle", "star", "cross", "x"}
# QGIS draws SVG with Qt, which knows SVG 1.2 Tiny.
DRAWN_BY_QT = {"svg", "g", "path"}


def parse(text: bytes | str) -> Element:
    return ElementTree.fromstring(text)  # noqa: S314 -- our own text


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(REPOSITORY / "layers" / "definitions")


@pytest.fixture(scope="module")
def ports(catalog: Catalog) -> Portrayal:
    return of_layer(catalog.layer("port"))


@pytest.fixture(scope="module")
def everything(catalog: Catalog) -> Portrayal:
    return of_all(catalog, "projects", Words("Tất cả dự án", "All projects"))


@pytest.fixture(scope="module")
def drawn(catalog: Catalog) -> Sheet:
    return sheet(catalog, PACKAGES)


@pytest.fixture(scope="module")
def districts() -> Outline:
    return Outline("districts-2024", Words("Quận, huyện", "Districts"), district=True)


def test_all_projects_together_know_the_stages_of_every_layer_and_unknown_comes_last(everything: Portrayal) -> None:
    assert {status.id for status in everything.statuses} == set(STATUSES)
    assert everything.statuses[-1].id == "unknown"


def test_a_layer_that_promises_points_gets_rules_for_points_alone(catalog: Catalog) -> None:
    promised = replace(catalog.layer("port"), geometry="Point")
    assert of_layer(promised).geometries == ("point",)


# SLD


def rules_of(document: Element) -> dict[str, Element]:
    return {rule.findtext(f"{SE}Name", ""): rule for rule in document.iter(f"{SE}Rule")}


def test_the_sld_has_a_rule_for_each_status_and_kind_of_geometry(ports: Portrayal) -> None:
    rules = rules_of(parse(sld(ports, ports.geometries)))
    statuses = [status.id for status in ports.statuses]
    assert {f"{kind}-{status}" for kind in GEOMETRIES for status in statuses} <= set(rules)
    assert len(rules) == 3 * len(statuses) + len(style_sld._ROUND) + len(GROUPS)
    for status in ports.statuses:
        rule = rules[f"point-{status.id}"]
        assert rule.findtext(f"{SE}Description/{SE}Title") == f"{status.label.vi} / {status.label.en}"
        literals = [literal.text for literal in rule.iter(f"{OGC}Literal")]
        assert literals == [status.id]


def test_the_sld_of_one_kind_of_geometry_holds_no_rule_of_another(ports: Portrayal) -> None:
    document = parse(sld(ports, ("line",)))
    assert {one.text for one in document.iter(f"{SE}SemanticTypeIdentifier")} == {"generic:line"}
    assert not list(document.iter(f"{SE}PointSymbolizer"))
    assert not list(document.iter(f"{SE}PolygonSymbolizer"))


def test_the_sld_draws_with_the_six_marks_that_every_program_knows(ports: Portrayal) -> None:
    marks = {mark.text for mark in parse(sld(ports, ports.geometries)).iter(f"{SE}WellKnownName")}
    assert marks <= MARKS_OF_THE_STANDARD
    assert set(style_sld.MARKS) == set(shapes.SHAPES)
    assert len(set(style_sld.MARKS.values())) == len(style_sld.MARKS)
    assert set(style_sld._ROUND) == set(shapes.CONDITIONS)


def test_the_sld_keeps_colours_and_dashes_of_the_map(ports: Portrayal) -> None:
    rules = rules_of(parse(sld(ports, ports.geometries)))
    for status in ports.statuses:
        group = GROUPS[SIGNS[status.id][0]]
        line = rules[f"line-{status.id}"].findall(f"{SE}LineSymbolizer")[-1]
        told = {one.get("name"): one.text for one in line.iter(f"{SE}SvgParameter")}
        assert (told["stroke"], told.get("stroke-dasharray")) == (group.line, group.dash)
        fill = {one.get("name"): one.text for one in rules[f"polygon-{status.id}"].iter(f"{SE}SvgParameter")}
        assert fill["fill"] == group.fill


# The order in which SLD 1.1 and SE 1.1 want the children of an element (their XML schemas are sequences).
SEQUENCES = {
    f"{SLD}NamedLayer": ["Name", "UserStyle"],
    f"{SLD}UserStyle": ["Name", "Description", "FeatureTypeStyle"],
    f"{SE}FeatureTypeStyle": ["Description", "SemanticTypeIdentifier", "Rule"],
    f"{SE}Rule": ["Name", "Description", "Filter"],
    f"{SE}PointSymbolizer": ["Graphic"],
    f"{SE}LineSymbolizer": ["Stroke"],
    f"{SE}PolygonSymbolizer": ["Fill", "Stroke"],
    f"{SE}Graphic": ["Mark", "Size", "Rotation"],
    f"{SE}Mark": ["WellKnownName", "Fill", "Stroke"],
}


@pytest.mark.parametrize("kinds", [GEOMETRIES, ("point",), ("polygon",)])
def test_the_elements_of_the_sld_stand_in_the_order_of_its_schema(everything: Portrayal, kinds: Any) -> None:
    document = parse(sld(everything, kinds))
    assert document.tag == f"{SLD}StyledLayerDescriptor"
    assert document.get("version") == "1.1.0"
    for element in document.iter():
        order = SEQUENCES.get(element.tag)
        names = [child.tag.partition("}")[2] for child in element]
        names = [name for name in names if not (element.tag == f"{SE}Rule" and name.endswith("Symbolizer"))]
        if order is not None:
            assert names == sorted(names, key=order.index), element.tag


# QML


def expressions(document: Element) -> list[str]:
    written = [option.get("value", "") for option in document.iter("Option") if option.get("name") == "expression"]
    return written + [rule.get("filter", "") for rule in document.iter("rule")]


def test_the_qml_fits_layers_of_every_geometry_and_draws_each_status(ports: Portrayal) -> None:
    document = parse(qml(ports, ports.geometries))
    assert document.findtext("layerGeometryType") == "3"
    filters = [rule.get("filter") for rule in document.iter("rule")]
    for status in LIFECYCLES["project"]:
        only = "ELSE" if status == "unknown" else f"\"status\" = '{status}'"
        assert filters.count(only) == len(GEOMETRIES)
    for kind in ("Point", "Line", "Polygon"):
        assert f"geometry_type($geometry) = '{kind}'" in filters


def test_every_rule_of_the_qml_names_a_symbol_that_fits_its_geometry(everything: Portrayal) -> None:
    document = parse(qml(everything, everything.geometries))
    held = document.find("renderer-v2/symbols")
    assert held is not None
    symbols = {symbol.get("name"): symbol.get("type") for symbol in held}
    kinds = {"Point": "marker", "Line": "line", "Polygon": "fill"}
    leaves = 0
    for group in document.findall("renderer-v2/rules/rule"):
        kind = re.findall(r"'(\w+)'", group.get("filter", ""))[0]
        for rule in group:
            leaves += 1
            assert symbols[rule.get("symbol")] == kinds[kind]
    assert leaves == len(symbols)
    keys = [rule.get("key") for rule in document.iter("rule")]
    assert len(set(keys)) == len(keys)


def test_the_signs_travel_inside_the_qml_as_drawings_that_qt_understands(ports: Portrayal) -> None:
    signs = {
        option.get("value", "")
        for option in parse(qml(ports, ports.geometries)).iter("Option")
        if option.get("name") == "name" and option.get("value", "").startswith("base64:")
    }
    assert len(signs) == 2 * len(ports.statuses) + len(shapes.CONDITIONS) + len(shapes.ACCURACIES) + 1  # the clock
    for sign in signs:
        document = parse(b64decode(sign.removeprefix("base64:")))
        assert {element.tag.removeprefix("{http://www.w3.org/2000/svg}") for element in document.iter()} <= DRAWN_BY_QT


def test_the_expressions_of_the_qml_are_closed(ports: Portrayal) -> None:
    for expression in expressions(parse(qml(ports, ports.geometries))):
        assert expression.count("(") == expression.count(")")
        assert expression.count("'") % 2 == 0


# MapLibre


def images(value: Any) -> set[str]:
    """The names of images that a style can ask for, with `*` for what it takes from a feature."""
    if isinstance(value, list) and value[:1] == ["concat"]:
        return {"".join(part if isinstance(part, str) else "".join(images(part)) or "*" for part in value[1:])}
    if isinstance(value, list):
        return {name for part in value for name in images(part)}
    return (
        {value}
        if isinstance(value, str) and re.match(r"(status|marker|hatch|condition|accuracy|age)-", value)
        else set()
    )


@pytest.mark.parametrize("which", ["port", "model-commune", "projects"])
def test_every_sign_that_a_maplibre_style_asks_for_is_on_the_sheet(
    catalog: Catalog, everything: Portrayal, drawn: Sheet, which: str
) -> None:
    portrayal = everything if which == "projects" else of_layer(catalog.layer(which))
    style = json.loads(json.dumps(maplibre(portrayal, TILES, SPRITE, "Nguồn", DAY)))
    asked = {
        name
        for layer in style["layers"]
        for where in ("layout", "paint")
        for key, value in layer.get(where, {}).items()
        if key in ("icon-image", "fill-pattern")
        for name in images(value)
    }
    assert asked
    assert not any(name.endswith("-*") and not name.startswith("accuracy") for name in asked)
    patterns = [re.compile(re.escape(name).replace(r"\*", r"[a-z_-]+")) for name in asked]
    assert all(any(pattern.fullmatch(name) for name in drawn.index) for pattern in patterns)
    for status in portrayal.statuses:
        assert f"status-{status.id}" in drawn.index
        assert f"status-{status.id}" in asked
        for layer in portrayal.layers[status.id]:
            assert f"marker-{layer}-{status.id}" in asked


def test_a_maplibre_style_draws_each_status_once_and_what_it_does_not_know_as_unknown(everything: Portrayal) -> None:
    style = maplibre(everything, TILES, SPRITE, "Nguồn", DAY)
    lines = {layer["id"]: layer for layer in style["layers"] if re.fullmatch(r"line-(?!casing).*", layer["id"])}
    lines = {name: layer for name, layer in lines.items() if layer["type"] == "line"}
    assert set(lines) == {f"line-{group}" for group in GROUPS}
    told = [code for name, layer in lines.items() if name != "line-unknown" for code in layer["filter"][2][2]]
    assert sorted([*told, "unknown"]) == sorted(STATUSES)
    _, _, others, *belongs = lines["line-unknown"]["filter"][2]
    assert (sorted(others), belongs) == (sorted(told), [False, True])
    for group in GROUPS.values():
        paint = lines[f"line-{group.id}"]["paint"]
        assert paint["line-color"] == group.line
        assert ("line-dasharray" in paint) == (group.dash is not None)


def test_a_maplibre_style_asks_nobody_but_us(ports: Portrayal, districts: Outline) -> None:
    for style in (maplibre(ports, TILES, SPRITE, "x", DAY), outline_maplibre(districts, TILES, "x")):
        assert set(re.findall(r"https?://[^/\"]+", json.dumps(style))) == {"http://map.example"}
        assert "glyphs" not in style
        names = [layer["id"] for layer in style["layers"]]
        assert len(set(names)) == len(names)
        for layer in style["layers"]:
            assert layer["source"] in style["sources"]


def test_an_area_in_hectares_is_a_circle_of_that_area_on_the_ground(ports: Portrayal) -> None:
    circle = next(layer for layer in maplibre(ports, TILES, SPRITE, "", DAY)["layers"] if layer["type"] == "circle")
    _, square_root, metres_per_px = circle["paint"]["circle-radius"][4]
    assert square_root[1][1][2] == 10_000
    # At zoom 0 the world is 512 px wide; at 20.8° N a degree of longitude is 104.07 km on the ground (WGS 84 sphere).
    assert metres_per_px * 512 == pytest.approx(360 * 104_070, rel=0.001)


def test_a_maplibre_style_puts_the_clock_on_what_is_old_on_the_day_it_is_asked_for(everything: Portrayal) -> None:
    layers = {layer["id"]: layer for layer in maplibre(everything, TILES, SPRITE, "", DAY)["layers"]}
    for name in ("old", "line-old"):
        clock = layers[name]
        assert clock["filter"][2:] == [["has", "last_told_day"], ["<", ["get", "last_told_day"], 20241122]]
        assert (clock["layout"]["icon-image"], clock["minzoom"]) == ("age-old", NEAR)
        marker = layers[name.replace("old", "near-completed")]
        assert clock["layout"]["icon-offset"] == marker["layout"]["icon-offset"]  # on it, in its corner


# The sheet and its PNG


def size_of(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = unpack(">II", picture[16:24])
    return width, height


def test_the_signs_lie_apart_on_the_sheet(drawn: Sheet) -> None:
    width, height = size_of(drawn.png)
    boxes = list(drawn.index.values())
    for box in boxes:
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    for one, other in combinations(boxes, 2):
        assert (
            one["x"] + one["width"] + GAP <= other["x"]
            or other["x"] + other["width"] + GAP <= one["x"]
            or one["y"] + one["height"] + GAP <= other["y"]
            or other["y"] + other["height"] + GAP <= one["y"]
        )


def test_the_dense_sheet_is_the_same_in_twice_as_many_pixels(catalog: Catalog, drawn: Sheet) -> None:
    dense = sheet(catalog, PACKAGES, 2)
    assert size_of(dense.png) == tuple(2 * side for side in size_of(drawn.png))
    assert set(dense.index) == set(drawn.index)
    assert all(dense.index[name] == {key: 2 * value for key, value in box.items()} for name, box in drawn.index.items())


def test_every_layer_status_and_condition_is_on_the_sheet(catalog: Catalog, drawn: Sheet) -> None:
    assert set(drawn.index) >= {f"condition-{code}" for code in shapes.CONDITIONS}
    assert set(shapes.CONDITIONS) < set(CONDITIONS)
    for layer in catalog.layers.values():
        assert {f"marker-{layer.id}-{code}" for code in LIFECYCLES[layer.lifecycle]} <= set(drawn.index)


def test_a_missing_typeface_is_explained_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="npm ci"):
        png("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>", tmp_path / "node_modules")


# Words of the office


@pytest.mark.parametrize("write", [sld, qml])
def test_words_of_an_office_stay_words_in_a_style(write: Callable[..., bytes], ports: Portrayal) -> None:
    hostile = replace(ports, title=Words(HOSTILE, HOSTILE))
    statuses = [replace(status, label=Words(HOSTILE, HOSTILE)) for status in ports.statuses]
    document = parse(write(replace(hostile, statuses=tuple(statuses)), GEOMETRIES))
    assert not any(element.tag.endswith("script") for element in document.iter())
    told = {element.text for element in document.iter()} | {element.get("label") for element in document.iter()}
    assert f"{HOSTILE} / {HOSTILE}" in told


@pytest.mark.parametrize("write", [outline_sld, outline_qml])
def test_units_are_drawn_as_outlines(write: Callable[[Outline], bytes], districts: Outline) -> None:
    for outline in (districts, replace(districts, district=False)):
        document = parse(write(outline))
        colour = outline.colour
        rgb = ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
        written = ElementTree.tostring(document, "unicode")
        assert colour in written or rgb in written
        assert 'fill">#' not in written
