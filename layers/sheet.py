"""Every sign of the map on one sheet, as MapLibre asks for: a PNG, and a JSON that tells where each sign lies.

`status-<status>` and `condition-<condition>-small` for far zooms, `marker-<layer>-<status>`, `condition-<condition>`,
`accuracy-<accuracy>` and `age-old` for near ones, `hatch-<group>` to fill the communes with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from geo.status import LIFECYCLES, STATUSES
from layers import signs
from layers.catalog import Catalog
from layers.palette import GROUPS, Group
from layers.raster import png
from layers.shapes import ACCURACIES, CONDITION_PX, CONDITIONS
from layers.style import AGE_PLACE, BODY_PX, MARKER_PX, SMALL_PX

WIDTH = 1024
GAP = 4
HATCH_PX = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet at one density. `index`: sign -> its box in px of the PNG and its `pixelRatio`."""

    index: dict[str, dict[str, int]]
    png: bytes


@dataclass(frozen=True, slots=True)
class _Image:
    name: str
    width: int
    height: int
    drawing: Element


def sheet(catalog: Catalog, packages: Path, ratio: int = 1) -> Sheet:
    """The sheet with `ratio` px for each px of the map.

    `packages`: the folder `web/node_modules`; raises AssetsMissing when the typeface is not installed.
    """
    index: dict[str, dict[str, int]] = {}
    parts: list[Element] = []
    x = y = row = 0
    for image in sorted(_images(catalog), key=lambda image: -image.height):
        if x + image.width > WIDTH:
            x, y, row = 0, y + row + GAP, 0
        index[image.name] = {
            "x": x * ratio,
            "y": y * ratio,
            "width": image.width * ratio,
            "height": image.height * ratio,
            "pixelRatio": ratio,
        }
        parts.append(signs.placed(image.drawing, x, y))
        x, row = x + image.width + GAP, max(row, image.height)
    return Sheet(index, png(signs.written(signs.document((0, 0, WIDTH, y + row), parts)), packages, ratio))


def _images(catalog: Catalog) -> Iterator[_Image]:
    for code in STATUSES:
        yield _square(f"status-{code}", signs.GRID, signs.status_sign(code), SMALL_PX / signs.GRID)
    for layer in catalog.layers.values():
        for code in LIFECYCLES[layer.lifecycle]:
            yield _square(f"marker-{layer.id}-{code}", MARKER_PX[0], signs.marker_sign(code, layer.style.drawing))
    for code in CONDITIONS:
        yield _square(f"condition-{code}", CONDITION_PX, signs.condition_sign(code))
        yield _square(f"condition-{code}-small", CONDITION_PX, signs.condition_sign(code), SMALL_PX / BODY_PX)
    for code in ACCURACIES:
        yield _Image(f"accuracy-{code}", *MARKER_PX, signs.accuracy_sign(code))
    yield _square("age-old", MARKER_PX[0], signs.placed(signs.age_sign(), *AGE_PLACE))
    for group in GROUPS.values():
        yield _Image(f"hatch-{group.id}", HATCH_PX, HATCH_PX, _hatch(group))


def _square(name: str, side: float, drawing: Element, scale: float = 1) -> _Image:
    """A sign of that side with room for its halo."""
    edge = signs.EDGE * scale
    px = round(side * scale + 2 * edge)
    return _Image(name, px, px, signs.placed(drawing, edge, edge, scale))


def _hatch(group: Group) -> Element:
    """Lines at 45° that go on in the next tile; what reaches over the edge falls into the gap between the signs."""
    end = HATCH_PX
    lines = f"M0 {end}L{end} 0M-1 1L1 -1M{end - 1} {end + 1}L{end + 1} {end - 1}"
    return Element("path", {"d": lines, "stroke": group.line, "stroke-width": "2.4", "fill": "none"})
