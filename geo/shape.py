"""A geometry that a filter names → checked WKT. The same floor as for what is stored, but anywhere on earth.

Shapely is imported when it is needed: with numpy it takes 0.1 s of every start, and few filters name a geometry.
"""

from dataclasses import dataclass
from typing import Any

from geo.cql2_tree import Shape
from geo.crs import Crs
from geo.errors import InvalidFilter

# Brackets around the numbers of a position.
_LEVELS = {"Point": 0, "LineString": 1, "MultiPoint": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}


@dataclass(frozen=True, slots=True)
class Checked:
    """`wkt` with x (east) before y; `length` of all its lines, in units of its reference system."""

    wkt: str
    length: float


def checked(shape: Shape, crs: Crs) -> tuple[Checked, ...]:
    """The geometry, of a collection each part; coordinates come in the order of the axes of `crs`.

    Raises InvalidFilter for a type that is none, positions of other than two numbers, numbers out of the range of
    `crs`, rings that are not closed or cross themselves, and anything empty.
    """
    if shape.type == "GeometryCollection":
        if not shape.coordinates or not all(isinstance(part, Shape) for part in shape.coordinates):
            raise InvalidFilter("A GeometryCollection takes one geometry or more, and nothing else.")
        return tuple(one for part in shape.coordinates for one in checked(part, crs))
    if shape.type not in _LEVELS:
        kinds = (*_LEVELS, "GeometryCollection")
        raise InvalidFilter(f"{shape.type[:60]!r} is no geometry; there are: {', '.join(kinds)}.", kinds)
    coordinates = _positions(shape.coordinates, _LEVELS[shape.type], crs)
    rings = {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(shape.type, [])
    if any(ring[0] != ring[-1] for polygon in rings for ring in polygon):
        raise InvalidFilter(f"A ring of the {shape.type} is not closed; end it with its first position.")
    import shapely

    try:
        geometry = shapely.geometry.shape({"type": shape.type, "coordinates": coordinates})
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError) as error:
        raise InvalidFilter(f"The {shape.type} cannot be built: {error}.") from None
    if geometry.is_empty or not geometry.is_valid:
        reason = "it is empty" if geometry.is_empty else shapely.is_valid_reason(geometry)
        raise InvalidFilter(f"The {shape.type} is not valid: {reason}. Close each ring and let no edges cross.")
    return (Checked(geometry.wkt, float(geometry.length)),)


def _positions(value: Any, levels: int, crs: Crs) -> Any:
    if not isinstance(value, list) or not value:
        raise InvalidFilter("A geometry of the filter has brackets that do not fit its type, or is empty.")
    if levels:
        return [_positions(part, levels - 1, crs) for part in value]
    if len(value) != 2 or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        raise InvalidFilter(f"A position has two numbers; {str(value)[:60]} came. Heights are not kept here.")
    x, y = (float(one) for one in (reversed(value) if crs.latitude_first else value))
    least_x, least_y, most_x, most_y = crs.domain
    if not (least_x <= x <= most_x and least_y <= y <= most_y):
        order = "latitude, longitude" if crs.latitude_first else "east, north" if crs.metric else "longitude, latitude"
        raise InvalidFilter(
            f"The position {value[0]:g} {value[1]:g} lies outside of {crs.uri}; its order is {order}, and filter-crs "
            "names another system."
        )
    return (x, y)
