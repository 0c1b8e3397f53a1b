"""What became of a place: two GeoJSON geometries compared on the ellipsoid, as `versions` does it in the database."""

from collections.abc import Mapping
from typing import Any

from pyproj import Geod
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.versions import Ground

_EARTH = Geod(ellps="WGS84")
_LINES, _AREAS = 1, 2
_DIMENSIONS = {"LineString": _LINES, "MultiLineString": _LINES, "Polygon": _AREAS, "MultiPolygon": _AREAS}


def ground(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Ground:
    """Whether the place is another one, how far its centre moved, areas in m² and lengths in m.

    WGS 84, longitude first. None where one of the two has no place, no area or no length.
    """
    one, other = (None if geometry is None else shape(geometry) for geometry in (before, after))
    return Ground(
        before != after, _moved(one, other), (_area(one), _area(other)), (_length(one), _length(other))
    )  # fmt: skip


def _moved(one: BaseGeometry | None, other: BaseGeometry | None) -> float | None:
    if one is None or other is None or one.is_empty or other.is_empty:
        return None
    start, end = one.centroid, other.centroid
    return float(_EARTH.inv(start.x, start.y, end.x, end.y)[2])


def _area(one: BaseGeometry | None) -> float | None:
    if one is None or _DIMENSIONS.get(one.geom_type) != _AREAS:
        return None
    return abs(float(_EARTH.geometry_area_perimeter(one)[0]))


def _length(one: BaseGeometry | None) -> float | None:
    if one is None or _DIMENSIONS.get(one.geom_type) != _LINES:
        return None
    return float(_EARTH.geometry_length(one))
