"""The ground of the map as one light picture, which a browser shows before it can draw the map itself."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, transform, union_all
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.ground import FeatureCollection, Ground
from layers.palette import BASEMAP, DARK_BASEMAP, BaseMap

ZOOM = 10
"""The picture counts in pixels of Web Mercator at this zoom (143 m here), from which the page places it."""
_LEAST = 0.8
"""A corner that lies less than so many pixels beside the way past it is left out."""
_SMALLEST = 6
"""So many pixels at least has an islet, or a hole."""
_WIDTH = 1000
_EDGES = {"n": (0, 0, 100, 12), "s": (0, 88, 100, 12), "w": (0, 0, 8, 100), "e": (92, 0, 8, 100)}
"""Where the neighbours' land fades out, in hundredths of the picture, as the map does it."""
_TURNS = {"n": (0, 1, 0, 0), "s": (0, 0, 0, 1), "w": (1, 0, 0, 0), "e": (0, 0, 1, 0)}


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG and its place: left, top, width, height in pixels of Web Mercator at `ZOOM`."""

    svg: str
    box: tuple[int, int, int, int]


def picture(ground: Ground) -> Picture:
    """The land of the neighbours and of the city, by day or by night as the system wishes it."""
    around = _land(ground.neighbours)
    west, north, east, south = (round(side) for side in around.bounds)
    width, height = east - west, south - north
    fog = "".join(
        f'<linearGradient id="{side}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"><stop class="g" stop-opacity="0"/>'
        f'<stop class="g" offset="1"/></linearGradient>'
        for side, (x1, y1, x2, y2) in _TURNS.items()
    )
    veil = "".join(
        f'<rect x="{west + x * width / 100:g}" y="{north + y * height / 100:g}" width="{across * width / 100:g}" '
        f'height="{down * height / 100:g}" fill="url(#{side})"/>'
        for side, (x, y, across, down) in _EDGES.items()
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{west} {north} {width} {height}" width="{_WIDTH}" '
        f'height="{round(_WIDTH * height / width)}"><style>path{{stroke-linejoin:round;paint-order:stroke;'
        f"vector-effect:non-scaling-stroke}}{_style(BASEMAP)}@media(prefers-color-scheme:dark){{"
        f'{_style(DARK_BASEMAP)}}}</style><defs>{fog}</defs><path class="n" d="{_path(around)}"/>'
        f'<path class="c" d="{_path(_land(ground.units))}"/>{veil}</svg>'
    )
    return Picture(svg, (west, north, width, height))


def _style(colours: BaseMap) -> str:
    return (
        f".n{{fill:{colours.neighbour}}}path{{stroke:{colours.coast}}}.c{{fill:{colours.land}}}"
        f".g{{stop-color:{colours.sea}}}"
    )


def _land(collection: FeatureCollection) -> BaseGeometry:
    """The land of all features together, in pixels."""
    land = [shape(feature["geometry"]) for feature in collection["features"] if feature["geometry"]]
    return transform(union_all(land), _pixels)


def _pixels(places: NDArray[np.float64]) -> NDArray[np.float64]:
    world = 256 * 2**ZOOM
    lon, lat = places.T
    y = np.arcsinh(np.tan(np.radians(lat))) / math.pi
    return np.column_stack(((lon + 180) / 360 * world, (1 - y) / 2 * world))


def _path(land: BaseGeometry) -> str:
    """Its outlines, without the corners and islets that nobody sees at that size."""
    rings = (
        ring
        for part in getattr(land, "geoms", [land])
        for ring in (part.exterior, *part.interiors)
        if Polygon(ring).area >= _SMALLEST
    )
    return "".join(_steps(ring.simplify(_LEAST).coords) for ring in rings)


def _steps(corners: Iterable[tuple[float, ...]]) -> str:
    points = [(round(x), round(y)) for x, y in corners]
    here = points[0]
    told = f"M{here[0]} {here[1]}l"
    for there in points[1:]:
        told += f"{there[0] - here[0]} {there[1] - here[1]} "
        here = there
    return (told + "z").replace(" -", "-").replace(" z", "z")
