"""A picture of a page for messengers and social networks: 1200 x 630, a map with its signs beside a few words.

Everything on it is ours: outlines of `data/`, signs of `layers.shapes`, the map's own typeface.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from layers import signs
from layers.ground import FeatureCollection, Ground
from layers.icons import Icon
from layers.palette import BASEMAP
from layers.raster import png

WIDTH, HEIGHT = 1200, 630
WORDS_PX = 470
CITY = (106.40, 20.52, 107.12, 21.02)
"""Old Hải Phòng with its islands: west, south, east, north."""
MOST_LINES = 3
_ISLES = (("Hoàng Sa", 112.0, 16.4), ("Trường Sa", 113.9, 9.6))
_LETTER = 0.56
"""The width of a letter of our typeface in its size, on the wide side."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A project on the map: where, its status; with an icon it is the one that the picture is about."""

    lon: float
    lat: float
    status: str
    icon: Icon | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of words: the sign of a status before it, a number after it."""

    text: str
    status: str | None = None
    number: str = ""


def draw(
    ground: Ground,
    packages: Path,
    *,
    over: str,
    title: str,
    rows: Sequence[Row],
    foot: str,
    spots: Iterable[Spot],
    frame: tuple[float, float, float, float] = CITY,
) -> bytes:
    """The picture as PNG. `over` stands above the title, `foot` at the bottom; `frame` is what the map shows at least.

    `packages`: the folder `web/node_modules`; raises AssetsMissing when the typeface is not installed.
    """
    place = _Place.of(frame)
    parts = [_box(0, 0, WIDTH, HEIGHT, BASEMAP.sea), *_map(ground, place), *_signs(spots, place), *_inset()]
    parts += [_box(0, 0, WORDS_PX, HEIGHT, BASEMAP.paper), _box(0, 0, 10, HEIGHT, BASEMAP.accent)]
    parts += _words(over, title, rows, foot)
    return png(signs.written(signs.document((0, 0, WIDTH, HEIGHT), parts)), packages)


def around(lon: float, lat: float, km: float) -> tuple[float, float, float, float]:
    """A frame of so many kilometres on each side of a point."""
    up = km / 111.2
    across = up / math.cos(math.radians(lat))
    return lon - across, lat - up, lon + across, lat + up


@dataclass(frozen=True, slots=True)
class _Place:
    """Web Mercator in px of the picture: the frame in the middle of what the words leave free."""

    scale: float
    left: float
    top: float

    @classmethod
    def of(cls, frame: tuple[float, float, float, float]) -> "_Place":
        west, south, east, north = frame
        free = WIDTH - WORDS_PX
        high = _mercator(north) - _mercator(south)
        scale = min(free / (east - west), HEIGHT / high)
        left = WORDS_PX + (free - (east - west) * scale) / 2 - west * scale
        return cls(scale, left, (HEIGHT - high * scale) / 2 + _mercator(north) * scale)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return self.left + lon * self.scale, self.top - _mercator(lat) * self.scale


def _mercator(lat: float) -> float:
    return math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


def _map(ground: Ground, place: _Place) -> Iterator[Element]:
    colours = BASEMAP
    for collection, fill, stroke, width in (
        (ground.neighbours, colours.neighbour, colours.coast, 1.2),
        (ground.units, colours.land, colours.coast, 2.4),
        (ground.units, colours.land, colours.unit_line, 0.8),
    ):
        d = "".join(_outline(ring, place, closed=True) for ring in _rings(collection))
        yield Element(
            "path", {"d": d, "fill": fill, "fill-rule": "evenodd", "stroke": stroke, "stroke-width": f"{width}"}
        )
    d = "".join(_outline(line, place, closed=False) for line in _rings(ground.rivers))
    yield Element(
        "path", {"d": d, "fill": "none", "stroke": colours.river, "stroke-width": "3", "stroke-linejoin": "round"}
    )


def _rings(collection: FeatureCollection) -> Iterator[list[list[float]]]:
    for feature in collection["features"]:
        geometry: dict[str, Any] | None = feature["geometry"]
        if geometry is None:
            continue
        lines = geometry["coordinates"]
        for _ in range({"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}[geometry["type"]]):
            lines = (
                list(lines) if isinstance(lines[0][0][0], float) else [ring for polygon in lines for ring in polygon]
            )
        yield from [lines] if isinstance(lines[0][0], float) else lines


def _outline(points: list[list[float]], place: _Place, *, closed: bool) -> str:
    """A path of whole pixels' worth of points; nothing where all of it is out of the picture."""
    kept: list[tuple[float, float]] = []
    for lon, lat in points:
        x, y = place.at(lon, lat)
        if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) > 1:
            kept.append((x, y))
    xs, ys = zip(*kept, strict=True)
    if max(xs) < 0 or min(xs) > WIDTH or max(ys) < 0 or min(ys) > HEIGHT or len(kept) < 2:
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in kept) + ("Z" if closed else "")


def _signs(spots: Iterable[Spot], place: _Place) -> Iterator[Element]:
    main = []
    for spot in spots:
        x, y = place.at(spot.lon, spot.lat)
        if not (WORDS_PX - 10 < x < WIDTH + 10 and -10 < y < HEIGHT + 10):
            continue
        if spot.icon is None:
            yield signs.placed(signs.status_sign(spot.status), x - 9.6, y - 9.6, 0.8)
        else:
            main.append((x, y, spot))
    for x, y, spot in main:
        ring = {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "56", "stroke": BASEMAP.accent, "stroke-width": "4"}
        yield Element("circle", ring | {"fill": BASEMAP.accent, "fill-opacity": "0.14"})
        yield signs.placed(signs.marker_sign(spot.status, spot.icon), x - 40, y - 40, 2)


def _inset() -> Iterator[Element]:
    """Hoàng Sa and Trường Sa stand on every map of ours."""
    left, top, side = WIDTH - 148, HEIGHT - 164, 132
    box = _box(left, top, side, 148, BASEMAP.sea)
    box.attrib |= {"stroke": BASEMAP.paper, "stroke-width": "3", "rx": "8"}
    yield box
    yield Element("circle", {"cx": f"{left + 22}", "cy": f"{top + 18}", "r": "3.4", "fill": "#C93C27"})
    yield _text("Hải Phòng", left + 31, top + 22, 12, BASEMAP.ink)
    for name, lon, lat in _ISLES:
        x, y = left + 22 + (lon - 106.7) * 7.5, top + 18 + (20.8 - lat) * 7.5
        for dx, dy in ((-6, 3), (-2, -2), (3, 2), (6, -3), (0, 6)):
            yield Element(
                "circle", {"cx": f"{x + dx:.1f}", "cy": f"{y + dy:.1f}", "r": "1.5", "fill": BASEMAP.water_label}
            )
        yield _text(f"QĐ. {name}", x, y + 18, 11.5, BASEMAP.ink, weight=600, middle=True)
        yield _text("(Việt Nam)", x, y + 29, 9.5, BASEMAP.water_label, middle=True)


def _words(over: str, title: str, rows: Sequence[Row], foot: str) -> Iterator[Element]:
    left, right = 48, WORDS_PX - 36
    yield _text(_cut(over, 24, right - left), left, 82, 24, BASEMAP.accent, weight=600)
    size = 44 if len(title) < 44 else 36 if len(title) < 80 else 30
    y = 92.0
    for line in wrapped(title, size, right - left, MOST_LINES + (size < 40)):
        y += size * 1.24
        yield _text(line, left, y, size, BASEMAP.ink, weight=600)
    y += 26
    for row in rows:
        if y + 40 > HEIGHT - 84:
            break
        y += 40
        start = left
        if row.status is not None:
            yield signs.placed(signs.status_sign(row.status), left, y - 24, 1.2)
            start += 44
        yield _text(_cut(row.text, 24, right - start - len(row.number) * 15), start, y, 24, BASEMAP.ink)
        if row.number:
            number = _text(row.number, right, y, 24, BASEMAP.ink, weight=600)
            number.set("text-anchor", "end")
            yield number
    yield _text(_cut(foot, 18, right - left), left, HEIGHT - 40, 18, BASEMAP.muted)


def wrapped(text: str, size: float, width: float, most: int) -> list[str]:
    """The text in lines that fit; what `most` lines do not hold ends in "…"."""
    letters = max(1, int(width / (size * _LETTER)))
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][: letters - 1].rstrip(' ,;–-')}…"]
    return [_cut(line, size, width) for line in lines]


def _cut(text: str, size: float, width: float) -> str:
    letters = max(2, int(width / (size * _LETTER)))
    return text if len(text) <= letters + 1 else f"{text[:letters].rstrip()}…"


def _text(
    words: str, x: float, y: float, size: float, colour: str, *, weight: int = 400, middle: bool = False
) -> Element:
    element = Element("text", {"x": f"{x:g}", "y": f"{y:g}", "font-size": f"{size:g}", "font-weight": f"{weight}"})
    element.attrib |= {"fill": colour, "font-family": "Be Vietnam Pro"} | ({"text-anchor": "middle"} if middle else {})
    element.text = "".join(letter for letter in words if letter.isprintable())
    return element


def _box(x: float, y: float, width: float, height: float, colour: str) -> Element:
    return Element(
        "rect", {"x": f"{x:g}", "y": f"{y:g}", "width": f"{width:g}", "height": f"{height:g}", "fill": colour}
    )
