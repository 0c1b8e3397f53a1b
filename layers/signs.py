"""Signs that stand alone: SVG drawings for programs that do not know our sprite (QGIS, MapLibre, a legend on paper).

They are the very shapes of `layers.shapes`, as elements that can be placed in any drawing. Plain groups and paths, no
`use` and no nested `svg`: QGIS draws SVG with Qt, which knows little more than that.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, fromstring, tostring

from layers.icons import GRID as ICON_GRID
from layers.icons import Icon
from layers.palette import GROUPS
from layers.shapes import ACCURACIES, AGE, AGE_PX, CONDITION_PX, CONDITIONS, SHAPES
from layers.style import BODY_PX, MARKER_PX, OTHERWISE, SIGNS, status_rule

GRID = 24
EDGE = 2
"""Halos reach over the grid; so much room around a sign keeps them whole."""


def status_sign(status: str) -> Element:
    """The sign of one status on the grid of 24 units; that of `unknown` for a status that has none."""
    group, shape = SIGNS.get(status, SIGNS[OTHERWISE])
    return parsed(SHAPES[shape].draw(GROUPS[group], 1.5, False))


def marker_sign(status: str, icon: Icon | None) -> Element:
    """The marker of one status in px of the marker, centred at (20, 20), with the icon of its layer.

    Without an icon: the sign of the status, as large.
    """
    start, scale = (MARKER_PX[0] - BODY_PX) / 2, BODY_PX / GRID
    if icon is None:
        return placed(status_sign(status), start, start, scale)
    group, shape = SIGNS.get(status, SIGNS[OTHERWISE])
    whole = Element("g")
    whole.append(placed(parsed(SHAPES[shape].draw(GROUPS[group], 1, True)), start, start, scale))
    place = status_rule(status).icon
    whole.append(icon_sign(icon, place["x"], place["y"], place["size"], place["color"]))
    return whole


def icon_sign(icon: Icon, x: float, y: float, size: float, colour: str) -> Element:
    """The icon of a layer in the square of `size` at (x, y)."""
    drawing = Element("g")
    for path in icon.drawn():  # Qt knows no currentColor within a group
        drawing.append(Element("path", {k: v.replace("currentColor", colour) for k, v in path.items()}))
    return placed(drawing, x, y, size / ICON_GRID)


def condition_sign(condition: str) -> Element:
    """The outline of a condition, centred at (26, 26) in a box of 52 x 52 px. KeyError for one that draws nothing."""
    return parsed(CONDITIONS[condition])


def accuracy_sign(accuracy: str) -> Element:
    """The foot of a location accuracy, in the box of 40 x 48 px of the marker, whose body is centred at (20, 20)."""
    return parsed(ACCURACIES[accuracy])


def age_sign() -> Element:
    """The clock of an old status, in a box of 14 x 14 px."""
    return parsed(AGE)


def placed(drawing: Element, x: float, y: float, scale: float = 1) -> Element:
    """The drawing moved to (x, y) and scaled."""
    group = Element("g", transform=f"translate({x:g} {y:g})" + (f" scale({scale:g})" if scale != 1 else ""))
    group.append(drawing)
    return group


def document(box: tuple[float, float, float, float], parts: Iterable[Element]) -> Element:
    """A whole SVG document; `box` is left, top, width and height of what is seen."""
    left, top, width, height = box
    root = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        width=f"{width:g}",
        height=f"{height:g}",
        viewBox=f"{left:g} {top:g} {width:g} {height:g}",
    )
    root.extend(parts)
    return root


def written(document: Element) -> str:
    """The document as text."""
    return tostring(document, encoding="unicode")


def status_svg(status: str) -> str:
    """The sign of a status as a square document of 28 units."""
    return written(document((-EDGE, -EDGE, GRID + 2 * EDGE, GRID + 2 * EDGE), [status_sign(status)]))


def marker_svg(status: str, icon: Icon | None) -> str:
    """The marker of a status as a square document of 44 px, centred on the body."""
    side = MARKER_PX[0] + 2 * EDGE
    return written(document((-EDGE, -EDGE, side, side), [marker_sign(status, icon)]))


def condition_svg(condition: str) -> str:
    """The outline of a condition as a square document of 56 px."""
    side = CONDITION_PX + 2 * EDGE
    return written(document((-EDGE, -EDGE, side, side), [condition_sign(condition)]))


def accuracy_svg(accuracy: str) -> str:
    """The foot of a location accuracy as a document of 40 x 48 px."""
    return written(document((0, 0, *MARKER_PX), [accuracy_sign(accuracy)]))


def age_svg() -> str:
    """The clock of an old status as a square document of 18 px."""
    side = AGE_PX + 2 * EDGE
    return written(document((-EDGE, -EDGE, side, side), [age_sign()]))


def parsed(drawing: str) -> Element:
    """A drawing out of `layers.shapes` as a group."""
    return fromstring(f"<g>{drawing}</g>")  # noqa: S314 -- never a text of the data
