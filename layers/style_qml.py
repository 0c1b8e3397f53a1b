"""A QML file, QGIS's own form of a style: rules by geometry, condition, accuracy and status, with our signs in it.

Written for QGIS 3.22 (Debian 12) and read by every later one. Sizes are mm, for maps that are printed. The signs travel
inside the file as base64, so it needs neither us nor a network once it is saved. `layerGeometryType` 3 (unknown) lets
QGIS put the file on a layer of points, of lines or of areas; rules whose symbol does not fit the geometry draw nothing.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from geo.edtf import SILENT_MONTHS
from geo.status import ACCURACIES, CONDITIONS, Status, Words
from layers import shapes, signs
from layers.palette import BASEMAP, GROUPS, HALO
from layers.portrayal import (
    ACCURACY_WORDS,
    AGE_HEADING,
    AGE_WORDS,
    CONDITION_WORDS,
    GEOMETRY_WORDS,
    Geometry,
    Outline,
    Portrayal,
    both,
)
from layers.style import AGE_PLACE, BODY_PX, MARKER_PX, OTHERWISE, SMALL_PX, status_rule

NEAR_SCALE = 150_000
"""Nearer than 1 : 150 000 (zoom 12 of the web map) whole markers are drawn, from afar the sign of the status alone."""
LABEL_SCALE = 60_000

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_MM = 25.4 / 96
_KIND = {"point": "Point", "line": "Line", "polygon": "Polygon"}
_PLACED = "attribute($currentfeature, 'location_accuracy') IN ('surveyed', 'mapped')"
_RISE = f"if({_PLACED}, '0,{-(shapes.NEEDLE_TIP[1] - shapes.CENTRE[1]) * _MM:.3f}', '0,0')"
_ONLY_COMMUNE = "coalesce(attribute($currentfeature, 'location_accuracy') = 'commune', false)"
_AREA = "attribute($currentfeature, 'area_ha')"
_CIRCLE = (
    "with_variable('crs', coalesce(@layer_crs, layer_property(@layer_id, 'crs')), "
    f"transform(buffer(transform($geometry, @crs, 'EPSG:9210'), sqrt({_AREA} * 10000 / pi()), 24), 'EPSG:9210', @crs))"
)
# As `edtf.is_silent` has it: a date that names no day is taken at its last, a window at its end.
OLD = (
    "with_variable('told', regexp_replace(\"last_told\", '^.*/', ''),"
    f" to_string(to_int(left(@told, 4)) + {SILENT_MONTHS // 12}) || substr(@told, 5)"
    " || right('-12-31', 10 - length(@told)) < format_date(now(), 'yyyy-MM-dd'))"
)
_OUTLINE_PX = shapes.CONDITION_PX + 2 * signs.EDGE
_OUTLINE_MM = f"if(@map_scale > {NEAR_SCALE}, {_OUTLINE_PX * SMALL_PX / BODY_PX * _MM:.3f}, {_OUTLINE_PX * _MM:.3f})"
_BESIDE = {"placement": "0", "dist": "6", "distUnits": "MM"}
_WITHIN = {"placement": "1", "centroidInside": "1"}
# Passes are drawn one above the other, whatever the order of the features.
_GROUND, _AROUND, _SIGN, _CLOCK = range(4)

Layers = list[Element]


def qml(portrayal: Portrayal, geometries: Iterable[Geometry]) -> bytes:
    """The style of a layer of projects, for these kinds of geometry."""
    document = _Document()
    for geometry in geometries:
        fits = f"geometry_type($geometry) = '{_KIND[geometry]}'"
        if geometry == "point":
            document.group(CONDITION_WORDS, fits, [_condition(code) for code in shapes.CONDITIONS])
            document.group(AGE_HEADING, fits, [_age()])
            document.group(ACCURACY_WORDS, fits, [_accuracy(code) for code in shapes.ACCURACIES])
        rules = [(_filter(portrayal, code), code.label, geometry, _status(portrayal, code, geometry))
                 for code in portrayal.statuses]  # fmt: skip
        document.group(GEOMETRY_WORDS[geometry], fits, rules)
    return document.finish("name_vi", LABEL_SCALE, _BESIDE)


def outline_qml(outline: Outline) -> bytes:
    """The style of a collection of administrative units: their borders and names."""
    document = _Document()
    document.rule(document.root, "", both(outline.title), "polygon", [_line(outline.colour, 1, 1.2, None)])
    return document.finish("full_name", 10 * LABEL_SCALE if outline.district else 3 * LABEL_SCALE, _WITHIN)


class _Document:
    """A QML file that grows rule by rule."""

    def __init__(self) -> None:
        self.qgis = Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling", labelsEnabled="1")
        renderer = SubElement(
            self.qgis, "renderer-v2", type="RuleRenderer", symbollevels="1", enableorderby="0", forceraster="0"
        )
        self.root = SubElement(renderer, "rules", key="rules")
        self.symbols = SubElement(renderer, "symbols")

    def group(self, words: Words, fits: str, rules: Iterable[tuple[str, Words, Geometry, Layers]]) -> None:
        """A heading with a rule for each (filter, label, geometry, symbol layers)."""
        heading = SubElement(self.root, "rule", key=f"group-{len(self.root)}", filter=fits, label=both(words))
        for only, label, geometry, layers in rules:
            self.rule(heading, only, both(label), geometry, layers)

    def rule(self, parent: Element, only: str, label: str, geometry: Geometry, layers: Layers) -> None:
        """One rule and its symbol."""
        name = str(len(self.symbols))
        self.symbols.append(_symbol(geometry, name, layers))
        SubElement(parent, "rule", key=f"rule-{name}", filter=only, label=label, symbol=name)

    def finish(self, name: str, scale: int, where: dict[str, str]) -> bytes:
        """The file; features are labelled with the property `name` nearer than 1 : `scale`."""
        labeling = SubElement(self.qgis, "labeling", type="simple")
        settings = SubElement(labeling, "settings", calloutType="simple")
        text = SubElement(
            settings,
            "text-style",
            fieldName=name,
            isExpression="0",
            fontSize="8",
            fontSizeUnit="Point",
            textColor=_colour(BASEMAP.ink),
            textOpacity="1",
        )
        SubElement(text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM",
                   bufferColor=_colour(HALO), bufferOpacity="0.9", bufferNoFill="1")  # fmt: skip
        SubElement(settings, "text-format", autoWrapLength="24", wrapChar="")
        SubElement(settings, "placement", {"priority": "5", **where})
        SubElement(settings, "rendering", drawLabels="1", obstacle="1", scaleVisibility="1",
                   scaleMin="0", scaleMax=str(scale))  # fmt: skip
        SubElement(self.qgis, "layerGeometryType").text = "3"
        indent(self.qgis, " ")
        return _HEAD.encode() + tostring(self.qgis, encoding="unicode").encode()


def _filter(portrayal: Portrayal, status: Status) -> str:
    # A status that has no rule is drawn as unknown, as on the map.
    return "ELSE" if status.id == OTHERWISE else f"\"{portrayal.by}\" = '{status.id}'"


def _condition(code: str) -> tuple[str, Words, Geometry, Layers]:
    layer = _svg(signs.condition_svg(code), _OUTLINE_PX, _AROUND)
    _decided(layer, size=_OUTLINE_MM, offset=f"if(@map_scale > {NEAR_SCALE}, '0,0', {_RISE})")
    return f"\"condition\" = '{code}'", CONDITIONS[code].label, "point", [layer]


def _outlines() -> Layers:
    """The outlines of all conditions, each only where it holds: for the marker of a line or an area."""
    layers = {code: _svg(signs.condition_svg(code), _OUTLINE_PX, _SIGN) for code in shapes.CONDITIONS}
    for code, layer in layers.items():
        holds = f"coalesce(attribute($currentfeature, 'condition') = '{code}', false)"
        _decided(layer, size=_OUTLINE_MM, enabled=holds)
    return list(layers.values())


def _age() -> tuple[str, Words, Geometry, Layers]:
    layer = _svg(signs.age_svg(), shapes.AGE_PX + 2 * signs.EDGE, _CLOCK)
    corner = (AGE_PLACE[0] + shapes.AGE_PX / 2 - MARKER_PX[0] / 2) * _MM
    rise = (shapes.NEEDLE_TIP[1] - shapes.CENTRE[1]) * _MM
    offset = f"if({_PLACED}, '{corner:.3f},{corner - rise:.3f}', '{corner:.3f},{corner:.3f}')"
    _decided(layer, enabled=f"coalesce(@map_scale <= {NEAR_SCALE}, true)", offset=offset)
    return OLD, AGE_WORDS, "point", [layer]


def _accuracy(code: str) -> tuple[str, Words, Geometry, Layers]:
    tip = code in ("surveyed", "mapped")
    x, y = shapes.NEEDLE_TIP if tip else shapes.CENTRE
    offset = ((MARKER_PX[0] / 2 - x) * _MM, (MARKER_PX[1] / 2 - y) * _MM)
    layer = _svg(signs.accuracy_svg(code), MARKER_PX[0], _GROUND, offset)
    _decided(layer, enabled=f"coalesce(@map_scale <= {NEAR_SCALE}, true)")
    return f"\"location_accuracy\" = '{code}'", ACCURACIES[code].label, "point", [layer]


def _status(portrayal: Portrayal, status: Status, geometry: Geometry) -> Layers:
    rule = status_rule(status.id)
    if geometry == "point":
        return [_circle(rule.area), *_marker(portrayal, status.id, _RISE)]
    inside = _symbol("point", "marker", [*_outlines(), *_marker(portrayal, status.id, None)])
    if geometry == "line":
        weight, dash = portrayal.width_px, GROUPS[rule.group].dash
        middle = _layer("MarkerLine", {"placements": "CentralPoint", "placement": "centralpoint", "rotate": "0"}, _SIGN)
        middle.append(inside)
        return [_line(HALO, 1, weight + 3.5, None), _line(rule.line["color"], 0.95, weight, dash, _AROUND), middle]
    polygon, commune = rule.polygon, rule.commune
    fill = _fill(polygon["fillColor"], polygon["fillOpacity"])
    hatch = _layer("LinePatternFill", {"angle": "45", "distance": _mm(7), "distance_unit": "MM"}, _GROUND)
    hatch.append(_symbol("line", "hatch", [_line(rule.line["color"], commune["fillOpacity"], 2.4, None)]))
    _decided(hatch, enabled=_ONLY_COMMUNE)
    _decided(fill, enabled=f"NOT {_ONLY_COMMUNE}")
    border = _line(polygon["color"], polygon["opacity"], polygon["weight"], polygon["dashArray"], _AROUND)
    middle = _layer("CentroidFill", {"point_on_surface": "1", "point_on_all_parts": "0"}, _SIGN)
    middle.append(inside)
    return [fill, hatch, border, middle]


def _marker(portrayal: Portrayal, status: str, rise: str | None) -> Layers:
    """The sign of the status from afar, the marker from near; a known place is pointed at, not covered."""
    small = _svg(signs.status_svg(status), SMALL_PX * (signs.GRID + 2 * signs.EDGE) / signs.GRID, _SIGN)
    whole = _svg(signs.marker_svg(status, portrayal.icon), MARKER_PX[0] + 2 * signs.EDGE, _SIGN)
    near = {"offset": rise} if rise else {}
    _decided(small, enabled=f"coalesce(@map_scale > {NEAR_SCALE}, false)")
    _decided(whole, enabled=f"coalesce(@map_scale <= {NEAR_SCALE}, true)", **near)
    return [small, whole]


def _circle(area: Mapping[str, Any]) -> Element:
    """The dashed circle of the true area round a point, measured in VN-2000, whatever the CRS of the layer."""
    layer = _layer(
        "GeometryGenerator", {"geometryModifier": _CIRCLE, "SymbolType": "Fill", "units": "MapUnit"}, _GROUND
    )
    _decided(layer, enabled=f"coalesce({_AREA} > 0, false)")
    border = _line(area["color"], area["opacity"], area["weight"], area["dashArray"])
    layer.append(_symbol("polygon", "area", [_fill(area["fillColor"], area["fillOpacity"]), border]))
    return layer


def _symbol(geometry: Geometry, name: str, layers: Layers) -> Element:
    kind = {"point": "marker", "line": "line", "polygon": "fill"}[geometry]
    symbol = Element("symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")
    symbol.extend(layers)
    return symbol


def _layer(kind: str, options: Mapping[str, str], drawn: int) -> Element:
    layer = Element("layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(drawn)})
    held = SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        SubElement(held, "Option", type="QString", name=name, value=value)
    return layer


def _svg(drawing: str, width_px: float, drawn: int, offset: tuple[float, float] = (0, 0)) -> Element:
    name = f"base64:{b64encode(drawing.encode()).decode()}"
    place = {"offset": f"{offset[0]:.3f},{offset[1]:.3f}", "offset_unit": "MM"}
    return _layer("SvgMarker", {"name": name, "size": _mm(width_px), "size_unit": "MM"} | place, drawn)


def _line(colour: str, opacity: float, width_px: float, dash: str | None, drawn: int = _GROUND) -> Element:
    width = {"line_width": _mm(width_px), "line_width_unit": "MM", "capstyle": "flat", "joinstyle": "round"}
    dashed = {"use_custom_dash": "0"}
    if dash is not None:
        lengths = ";".join(_mm(float(length)) for length in dash.split())
        dashed = {"use_custom_dash": "1", "customdash": lengths, "customdash_unit": "MM"}
    return _layer("SimpleLine", {"line_color": _colour(colour, opacity), "line_style": "solid"} | width | dashed, drawn)


def _fill(colour: str, opacity: float) -> Element:
    return _layer("SimpleFill", {"color": _colour(colour, opacity), "style": "solid", "outline_style": "no"}, _GROUND)


def _decided(layer: Element, **expressions: str) -> None:
    """Let QGIS decide these settings of a symbol layer feature by feature."""
    held = SubElement(SubElement(layer, "data_defined_properties"), "Option", type="Map")
    SubElement(held, "Option", name="name", type="QString", value="")
    properties = SubElement(held, "Option", name="properties", type="Map")
    for name, expression in expressions.items():
        one = SubElement(properties, "Option", name=name, type="Map")
        SubElement(one, "Option", name="active", type="bool", value="true")
        SubElement(one, "Option", name="expression", type="QString", value=expression)
        SubElement(one, "Option", name="type", type="int", value="3")
    SubElement(held, "Option", name="type", type="QString", value="collection")


def _colour(colour: str, opacity: float = 1) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{round(opacity * 255)}"


def _mm(px: float) -> str:
    return f"{px * _MM:.3f}"
