"""What is wrong with features, as findings that a person can act on.

Pure functions over GeoJSON, dates, texts and names; `layers.check` feeds them the files.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo import edtf
from geo.errors import InvalidParameter
from geo.findings import Finding

BOUNDS = (102.0, 6.0, 118.0, 24.0)
"""West, south, east, north: Việt Nam with its sea, Hoàng Sa and Trường Sa included."""
MAX_VERTICES = 50_000
OUTLINE_TOLERANCE_M = 120.0
"""How far a generalised outline may be from the true one."""
FAR_M = 20_000.0
"""So far from its unit a place is wrong, whatever shore or sea lies between."""
NEAR_M = 2_000.0
_METRES_PER_DEGREE = 111_320.0
_TYPES = re.compile("Point|LineString|Polygon|MultiPoint|MultiLineString|MultiPolygon")
_NUMBER = re.compile(r"\d+|\b[ivx]+\b")


@dataclass(frozen=True, slots=True)
class Named:
    """A feature for the comparison of names: its id, its name, and a point (longitude, latitude) or none."""

    id: str
    name: str
    point: tuple[float, float] | None = None


def text_findings(value: object) -> Iterator[Finding]:
    """Texts, also inside lists, that are not in NFC (the same word would be two to a search), or cannot be stored."""
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str) and "\0" in text:
            yield Finding("bad-character", repr(text))
        if isinstance(text, str) and not unicodedata.is_normalized("NFC", text):
            yield Finding("not-nfc", repr(text), unicodedata.normalize("NFC", text))


def date_findings(text: str, today: date | None) -> Iterator[Finding]:
    """A date that cannot be read, or that has not come yet; `today` None when the future is allowed."""
    try:
        printed = edtf.parse(text)
    except InvalidParameter:
        yield Finding("bad-date", repr(text))
        return
    if today is not None and printed.earliest > today:
        yield Finding("future-date", text, today.isoformat())


def geometry_findings(geometry: Any) -> Iterator[Finding]:
    """What is wrong with a GeoJSON geometry in WGS 84; nothing for None, the place that is not known yet."""
    if geometry is None:
        return
    if not isinstance(geometry, dict) or not _TYPES.fullmatch(str(geometry.get("type"))):
        came = geometry.get("type") if isinstance(geometry, dict) else geometry
        yield Finding("malformed-geometry", str(came))
        return
    try:
        vertices = list(_vertices(geometry.get("coordinates")))
    except (TypeError, RecursionError):
        yield Finding("malformed-geometry", f"{geometry['type']} coordinates")
        return
    found = _coordinate_finding(vertices)
    if found is not None:
        yield found
        return
    try:
        shape = shapely.geometry.shape(geometry)
    except (ValueError, TypeError, IndexError, shapely.errors.GEOSException) as error:
        yield Finding("malformed-geometry", str(error))
        return
    if not shape.is_valid:
        yield Finding("invalid-geometry", shapely.is_valid_reason(shape))


def place_findings(shape: BaseGeometry, units: Mapping[str, BaseGeometry], tolerance_m: float) -> Iterator[Finding]:
    """A geometry that is farther than `tolerance_m` from every one of the units (name → outline) it should lie in."""
    if not units or any(shape.intersects(outline) for outline in units.values()):
        return
    latitude = shape.centroid.y
    metric = {name: distance_m(shape, outline, latitude) for name, outline in units.items()}
    nearest = min(metric, key=lambda name: metric[name])
    if metric[nearest] > tolerance_m:
        kind = "outside-stated-unit" if metric[nearest] <= FAR_M else "far-from-stated-unit"
        yield Finding(kind, f"{metric[nearest]:.0f}", ", ".join(units))


def distance_m(one: BaseGeometry, other: BaseGeometry, latitude: float) -> float:
    """Metres between two geometries in degrees, on a flat map around `latitude`; within 1 % up to 50 km."""
    scale = (_METRES_PER_DEGREE * math.cos(math.radians(latitude)), _METRES_PER_DEGREE)
    flat = [shapely.transform(shape, lambda points: points * scale) for shape in (one, other)]
    return float(flat[0].distance(flat[1]))


def fold(text: str) -> str:
    """Letters and digits without marks, small, one space between words; khu công nghiệp is kcn."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    words = re.sub(r"[^a-z0-9]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()
    return words.replace("khu cong nghiep", "kcn").replace("cum cong nghiep", "ccn")


def lookalike_findings(named: Iterable[Named]) -> Iterator[tuple[str, Finding]]:
    """Pairs of one layer whose folded names are equal, or nearly equal within 2 km of each other.

    Nearly: one word more, or one word spelled a little differently; bến 3 and bến 4 are no pair. Yields the id of the
    second of each pair with the finding.
    """
    seen: dict[str, str] = {}
    grid: dict[tuple[int, int], list[tuple[Named, str]]] = defaultdict(list)
    for one in named:
        words = fold(one.name)
        if words in seen:
            yield one.id, Finding("lookalike-name", one.name, seen[words])
        elif one.point is not None:
            cell = (int(one.point[0] / 0.02), int(one.point[1] / 0.02))
            around = [pair for dx in (-1, 0, 1) for dy in (-1, 0, 1) for pair in grid[cell[0] + dx, cell[1] + dy]]
            for other, other_words in around:
                if _nearly(words, other_words):
                    yield one.id, Finding("lookalike-name", one.name, f"{other.name} ({other.id})")
            grid[cell].append((one, words))
        seen.setdefault(words, f"{one.name} ({one.id})")


def _nearly(one: str, other: str) -> bool:
    """One word more, or one word written a little differently; numbers, Roman ones included, must be the same."""
    if re.findall(_NUMBER, one) != re.findall(_NUMBER, other):
        return False
    words, other_words = one.split(), other.split()
    blocks = SequenceMatcher(None, words, other_words, autojunk=False).get_opcodes()
    changes = [(words[a:b], other_words[c:d]) for tag, a, b, c, d in blocks if tag != "equal"]
    if len(changes) != 1 or max(map(len, changes[0])) > 1:
        return False
    left, right = "".join(changes[0][0]), "".join(changes[0][1])
    return not left or not right or SequenceMatcher(None, left, right, autojunk=False).ratio() >= 0.75


def _vertices(coordinates: Any) -> Iterator[Sequence[Any]]:
    if not isinstance(coordinates, list | tuple):
        raise TypeError
    if coordinates and not isinstance(coordinates[0], list | tuple):
        yield coordinates
        return
    for part in coordinates:
        yield from _vertices(part)


def _coordinate_finding(vertices: list[Sequence[Any]]) -> Finding | None:
    if not vertices:
        return Finding("empty-geometry")
    if len(vertices) > MAX_VERTICES:
        return Finding("too-many-vertices", str(len(vertices)), str(MAX_VERTICES))
    for vertex in vertices:
        for number in vertex:
            if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
                return Finding("not-finite", repr(number))
        if len(vertex) != 2:
            return Finding("three-dimensions", str(len(vertex)))
        x, y = vertex
        if not _inside(x, y):
            return _misplaced(x, y)
    return None


def _inside(x: float, y: float) -> bool:
    west, south, east, north = BOUNDS
    return west <= x <= east and south <= y <= north


def _misplaced(x: float, y: float) -> Finding:
    came = f"[{x:g}, {y:g}]" if abs(x) <= 180 else f"[{x:.0f}, {y:.0f}]"
    if _inside(y, x):
        return Finding("swapped-axes", came, f"[{y:g}, {x:g}]")
    for easting, northing in ((x, y), (y, x)):
        if 100_000 <= easting <= 900_000 and 600_000 <= northing <= 2_700_000:
            # Around the central meridian 105.75° E: good to a minute of arc, enough to recognise the place.
            latitude = northing / 110_574
            longitude = 105.75 + (easting - 500_000) / (_METRES_PER_DEGREE * math.cos(math.radians(latitude)))
            return Finding("projected-metres", came, f"[{longitude:.2f}, {latitude:.2f}]")
    west, south, east, north = BOUNDS
    return Finding("outside-bounds", came, f"{west:g}–{east:g} E, {south:g}–{north:g} N")
