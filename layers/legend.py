"""The legend of a collection as one SVG drawing, in Vietnamese and English: for papers, slides and other maps.

It lists the rules by which the map is drawn, with the same signs. It holds text, so `layers.raster` makes its PNG.
"""

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from geo.status import ACCURACIES, CONDITIONS, Status, Words
from layers import shapes, signs
from layers.palette import BASEMAP, GROUPS
from layers.portrayal import (
    ACCURACY_WORDS,
    AGE_HEADING,
    AGE_WORDS,
    AREA_WORDS,
    COMMUNE_WORDS,
    CONDITION_WORDS,
    OUTLINE_WORDS,
    Outline,
    Portrayal,
    both,
)
from layers.raster import TYPEFACE
from layers.style import AGE_PLACE, MARKER_PX, OTHERWISE, status_rule

WIDTH = 380
_EDGE, _ROW, _SIGN = 16, 36, 32
_LINE_PX, _AREA_PX, _BETWEEN, _SCALE = 34, 26, 8, 0.66

Samples = list[tuple[Element, int]]


def legend(portrayal: Portrayal) -> str:
    """What each status, condition and location accuracy of the collection looks like."""
    drawing = _Drawing(portrayal.title)
    for status in portrayal.statuses:
        drawing.row(_samples(portrayal, status), status.label)
    if "point" in portrayal.geometries:
        neutral = signs.marker_sign(OTHERWISE, portrayal.icon)
        drawing.heading(CONDITION_WORDS)
        for code in shapes.CONDITIONS:
            outline = signs.placed(signs.condition_sign(code), *(-(shapes.CONDITION_PX - MARKER_PX[0]) / 2,) * 2)
            drawing.row([(_marker([outline, neutral]), _SIGN)], CONDITIONS[code].label)
        drawing.heading(AGE_HEADING)
        drawing.row([(_marker([neutral, signs.placed(signs.age_sign(), *AGE_PLACE)]), _SIGN)], AGE_WORDS)
        drawing.heading(ACCURACY_WORDS)
        for code in shapes.ACCURACIES:
            drawing.row([(_marker([signs.accuracy_sign(code), neutral]), _SIGN)], ACCURACIES[code].label)
        drawing.row([(_circle(status_rule(OTHERWISE).area), _SIGN)], AREA_WORDS)
    if "polygon" in portrayal.geometries:
        drawing.row([(_area(status_rule(OTHERWISE).commune), _SIGN)], COMMUNE_WORDS)
    return drawing.finish()


def outline_legend(outline: Outline) -> str:
    """What the borders of a collection of administrative units look like."""
    drawing = _Drawing(outline.title)
    border = {"color": outline.colour, "opacity": 1, "weight": 1.2, "dashArray": None}
    border |= {"fillColor": "none", "fillOpacity": 1}
    drawing.row([(_area(border), _SIGN)], OUTLINE_WORDS)
    return drawing.finish()


class _Drawing:
    """A legend that grows downwards."""

    def __init__(self, title: Words) -> None:
        self.parts = [signs.parsed(shapes.hatch(GROUPS[status_rule(OTHERWISE).group]))]
        self.title = title
        self.y = _EDGE + 16
        self._words(_EDGE, self.y, title, 16, 600)
        self.y += 32

    def heading(self, words: Words) -> None:
        """The title of what follows."""
        self.y += 22
        self._words(_EDGE, self.y, words, 13, 600, beside=True)
        self.y += 12

    def row(self, samples: Samples, words: Words) -> None:
        """Samples, and what they mean."""
        x = _EDGE
        for sample, width in samples:
            self.parts.append(signs.placed(sample, x, self.y + (_ROW - _SIGN) / 2))
            x += width + _BETWEEN
        self._words(x + 4, self.y + 16, words, 13, 400)
        self.y += _ROW

    def _words(self, x: float, y: float, words: Words, size: int, weight: int, beside: bool = False) -> None:
        text = Element("text", {"x": f"{x:g}", "y": f"{y:g}", "font-size": str(size), "fill": BASEMAP.ink})
        SubElement(text, "tspan", {"font-weight": str(weight)}).text = words.vi
        place = {"dx": "8"} if beside else {"x": f"{x:g}", "dy": f"{size:g}"}
        SubElement(text, "tspan", {"font-size": str(max(11, size - 3)), "fill": BASEMAP.muted} | place).text = words.en
        self.parts.append(text)

    def finish(self) -> str:
        """The document."""
        height = self.y + _EDGE
        ground = Element("rect", width=str(WIDTH), height=f"{height:g}", fill=BASEMAP.paper)
        name = Element("title")
        name.text = both(self.title)
        root = signs.document((0, 0, WIDTH, height), [name, ground, *self.parts])
        root.attrib |= {"role": "img", "font-family": f"{TYPEFACE}, sans-serif"}
        return signs.written(root)


def _samples(portrayal: Portrayal, status: Status) -> Samples:
    """A status as a sign, and as a line and an area where such may come."""
    rule = status_rule(status.id)
    samples: Samples = [(_marker([signs.marker_sign(status.id, portrayal.icon)]), _SIGN)]
    if "line" in portrayal.geometries:
        samples.append((_line(rule.line, portrayal.width_px), _LINE_PX))
    if "polygon" in portrayal.geometries:
        samples.append((_area(rule.polygon), _AREA_PX))
    return samples


def _marker(parts: list[Element]) -> Element:
    """Parts of a marker, small enough for a row; its middle stands in the middle of the sample."""
    whole = Element("g")
    whole.extend(parts)
    corner = _SIGN / 2 - _SCALE * shapes.CENTRE[0]
    return signs.placed(whole, corner, corner, _SCALE)


def _line(rule: Mapping[str, Any], width_px: float) -> Element:
    return _stroked("path", {**rule, "weight": width_px}, {"d": f"M0 {_SIGN / 2:g}h{_LINE_PX}", "fill": "none"})


def _area(rule: Mapping[str, Any]) -> Element:
    place = {"x": "1", "y": f"{_SIGN / 2 - 9:g}", "width": f"{_AREA_PX - 2}", "height": "18"}
    return _stroked("rect", rule, place | _filled(rule))


def _circle(rule: Mapping[str, Any]) -> Element:
    middle = f"{_SIGN / 2:g}"
    return _stroked("circle", rule, {"cx": middle, "cy": middle, "r": f"{_SIGN / 2 - 2:g}"} | _filled(rule))


def _filled(rule: Mapping[str, Any]) -> dict[str, str]:
    return {"fill": rule["fillColor"], "fill-opacity": f"{rule['fillOpacity']:g}"}


def _stroked(shape: str, rule: Mapping[str, Any], attributes: Mapping[str, str]) -> Element:
    stroke = {
        "stroke": rule["color"],
        "stroke-width": f"{rule['weight']:g}",
        "stroke-opacity": f"{rule['opacity']:g}",
    }
    dash = {"stroke-dasharray": rule["dashArray"]} if rule["dashArray"] else {}
    return Element(shape, {**attributes, **stroke, **dash})
