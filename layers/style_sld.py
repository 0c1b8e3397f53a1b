"""An SLD 1.1 file (OGC Symbology Encoding 1.1): for GeoServer, MapServer, QGIS and whoever else draws by the standard.

The standard knows six marks (square, circle, triangle, star, cross, x). No other is used, because QGIS and GeoServer
name theirs differently, and GeoServer refuses a file with a foreign one. So each shape of ours is built of those, and a
hatch is one of small crosses; colours, widths and dashes are those of the map.

Nor does it know a way to ask a feature for the kind of its geometry: each kind is a FeatureTypeStyle of its own, which
says so (`generic:point`). Programs that do not heed it, QGIS and GeoServer among them, want a file of one kind.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from geo.status import ACCURACIES, CONDITIONS, Words
from layers.palette import GROUPS, HALO, OUTLINE, Group
from layers.portrayal import CONDITION_WORDS, GEOMETRIES, GEOMETRY_WORDS, Geometry, Outline, Portrayal, both
from layers.style import OTHERWISE, SIGNS, status_rule

SCHEMA = "http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd"
NAMESPACES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": SCHEMA,
    "version": "1.1.0",
}
_FILL, _HALO = "fill", "halo"
# shape -> (mark, side in px, the group's fill or the halo, px of the outline), from the ground up
MARKS: dict[str, tuple[tuple[str, float, str, float], ...]] = {
    "ring": (("circle", 16, _FILL, 1.2), ("circle", 9, _HALO, 0)),
    "half-ring": (("circle", 16, _FILL, 1.2), ("circle", 5, _HALO, 0)),
    "disc": (("circle", 16, _FILL, 1.2),),
    "double-disc": (("circle", 16, _FILL, 1.2), ("circle", 8, _FILL, 1.2)),
    "square": (("square", 14, _FILL, 1.2),),
    "triangle": (("triangle", 17, _FILL, 1.2),),
    "half-square": (("square", 14, _HALO, 1.2), ("square", 7, _FILL, 0)),
    "tick-square": (("square", 14, _FILL, 1.2), ("star", 9, _HALO, 0)),
    "tick-frame": (("square", 14, _HALO, 1.2), ("star", 10, _FILL, 0)),
    "cross": (("x", 13, _FILL, 3),),
    "dot": (("circle", 10, _FILL, 1.2),),
}
# condition -> (mark, side in px, rotation in degrees): an outline round the sign
_ROUND: dict[str, tuple[str, float, float]] = {"delayed": ("square", 22, 45), "suspended": ("square", 23, 0)}


def sld(portrayal: Portrayal, geometries: Iterable[Geometry]) -> bytes:
    """The style of a layer of projects, for these kinds of geometry."""
    root, style = _document(portrayal.collection, "status", portrayal.title)
    # Areas first: what is drawn last lies on top.
    for geometry in sorted(geometries, key=GEOMETRIES.index, reverse=True):
        if geometry == "point":
            kind = _kind(style, "point", CONDITION_WORDS)
            for code, (mark, side, turn) in _ROUND.items():
                rule = _rule(kind, f"condition-{code}", CONDITIONS[code].label, ("condition", code))
                rule.append(_graphic(mark, side, HALO, 2, turn))
        kind = _kind(style, geometry, GEOMETRY_WORDS[geometry])
        for status in portrayal.statuses:
            # A feature whose stage nobody tells, and one that a client knows nothing about, look alike.
            missing = status.id == OTHERWISE
            rule = _rule(kind, f"{geometry}-{status.id}", status.label, (portrayal.by, status.id), missing)
            rule.extend(_symbolizers(portrayal, status.id, geometry))
        if geometry == "polygon":
            kind = _kind(style, "polygon", ACCURACIES["commune"].label)
            for group in dict.fromkeys(status_rule(status.id).group for status in portrayal.statuses):
                _hatched(kind, portrayal, GROUPS[group])
    return _written(root)


def outline_sld(outline: Outline) -> bytes:
    """The style of a collection of administrative units: their borders."""
    root, style = _document(outline.collection, "outline", outline.title)
    rule = _rule(_kind(style, "polygon", outline.title), "outline", outline.title, None)
    symbolizer = SubElement(rule, "se:PolygonSymbolizer")
    _stroke(symbolizer, outline.colour, 1.2)
    return _written(root)


def _document(collection: str, name: str, title: Words) -> tuple[Element, Element]:
    root = Element("StyledLayerDescriptor", NAMESPACES)
    layer = SubElement(root, "NamedLayer")
    SubElement(layer, "se:Name").text = collection
    style = SubElement(layer, "UserStyle")
    SubElement(style, "se:Name").text = name
    _described(style, title)
    return root, style


def _written(root: Element) -> bytes:
    indent(root, " ")
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _described(parent: Element, words: Words) -> None:
    SubElement(SubElement(parent, "se:Description"), "se:Title").text = both(words)


def _kind(style: Element, geometry: Geometry, words: Words) -> Element:
    """A FeatureTypeStyle for features of this geometry."""
    kind = SubElement(style, "se:FeatureTypeStyle")
    _described(kind, words)
    SubElement(kind, "se:SemanticTypeIdentifier").text = f"generic:{geometry}"
    return kind


def _rule(kind: Element, name: str, words: Words, where: tuple[str, str] | None, or_missing: bool = False) -> Element:
    """A rule for features whose property has the value, or also for those that have none."""
    rule = SubElement(kind, "se:Rule")
    SubElement(rule, "se:Name").text = name
    _described(rule, words)
    if where is not None:
        within = SubElement(rule, "ogc:Filter")
        if or_missing:
            within = SubElement(within, "ogc:Or")
            SubElement(SubElement(within, "ogc:PropertyIsNull"), "ogc:PropertyName").text = where[0]
        _equal(within, *where)
    return rule


def _equal(within: Element, name: str, value: str) -> None:
    equal = SubElement(within, "ogc:PropertyIsEqualTo")
    SubElement(equal, "ogc:PropertyName").text = name
    SubElement(equal, "ogc:Literal").text = value


def _symbolizers(portrayal: Portrayal, status: str, geometry: Geometry) -> list[Element]:
    rule, (group_id, shape) = status_rule(status), SIGNS.get(status, SIGNS[OTHERWISE])
    group = GROUPS[group_id]
    if geometry == "point":
        colours = {_FILL: group.fill, _HALO: HALO}
        return [_graphic(mark, side, colours[colour], frame_px) for mark, side, colour, frame_px in MARKS[shape]]
    if geometry == "line":
        casing, line = Element("se:LineSymbolizer"), Element("se:LineSymbolizer")
        _stroke(casing, HALO, portrayal.width_px + 3.5)
        _stroke(line, group.line, portrayal.width_px, group.dash, rule.line["opacity"])
        return [casing, line]
    # QGIS draws no dashes of ours round a fill, but it does along a line.
    area, border = Element("se:PolygonSymbolizer"), Element("se:LineSymbolizer")
    _parameters(SubElement(area, "se:Fill"), "fill", group.fill, rule.polygon["fillOpacity"])
    _stroke(border, group.line, rule.polygon["weight"], group.dash, rule.polygon["opacity"])
    return [area, border]


def _hatched(kind: Element, portrayal: Portrayal, group: Group) -> None:
    """Areas that are a whole commune, because no more is known: hatched in the colour of their group, without edge."""
    codes = [status.id for status in portrayal.statuses if SIGNS[status.id][0] == group.id]
    words = next(status.label for status in portrayal.statuses if status.id == codes[0])
    rule = _rule(kind, f"commune-{group.id}", words, None)
    both_hold = SubElement(SubElement(rule, "ogc:Filter"), "ogc:And")
    _equal(both_hold, "location_accuracy", "commune")
    one_of = SubElement(both_hold, "ogc:Or") if len(codes) > 1 else both_hold
    for code in codes:
        _equal(one_of, portrayal.by, code)
    symbolizer = SubElement(rule, "se:PolygonSymbolizer")
    graphic = SubElement(SubElement(SubElement(symbolizer, "se:Fill"), "se:GraphicFill"), "se:Graphic")
    mark = SubElement(graphic, "se:Mark")
    SubElement(mark, "se:WellKnownName").text = "x"
    _parameters(SubElement(mark, "se:Fill"), "fill", group.line)
    _stroke(mark, group.line, 0.5)
    SubElement(graphic, "se:Size").text = "8"


def _graphic(mark: str, side: float, colour: str, frame_px: float, turn: float = 0) -> Element:
    """A PointSymbolizer with one mark, turned by so many degrees."""
    symbolizer = Element("se:PointSymbolizer")
    graphic = SubElement(symbolizer, "se:Graphic")
    drawn = SubElement(graphic, "se:Mark")
    SubElement(drawn, "se:WellKnownName").text = mark
    _parameters(SubElement(drawn, "se:Fill"), "fill", colour)
    if frame_px:
        _stroke(drawn, OUTLINE, frame_px)
    SubElement(graphic, "se:Size").text = f"{side:g}"
    if turn:
        SubElement(graphic, "se:Rotation").text = f"{turn:g}"
    return symbolizer


def _stroke(parent: Element, colour: str, width_px: float, dash: str | None = None, opacity: float = 1) -> None:
    stroke = SubElement(parent, "se:Stroke")
    _parameters(stroke, "stroke", colour, opacity)
    more = {"stroke-width": f"{width_px:g}", "stroke-linejoin": "round", "stroke-linecap": "butt"}
    for name, value in (more | ({"stroke-dasharray": dash} if dash else {})).items():
        SubElement(stroke, "se:SvgParameter", name=name).text = value


def _parameters(parent: Element, what: str, colour: str, opacity: float = 1) -> None:
    SubElement(parent, "se:SvgParameter", name=what).text = colour
    if opacity != 1:
        SubElement(parent, "se:SvgParameter", name=f"{what}-opacity").text = f"{opacity:g}"
