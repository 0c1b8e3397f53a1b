"""Places that a question names, as SQL: a box or a geometry of any offered reference system, brought to WGS 84."""

from typing import Any

from sqlalchemy import ColumnElement, Text, func, literal

from geo.bbox import BBox
from geo.crs import STORED_SRID, Crs

# A straight edge in metres is a curve in degrees: over 50 km of easting here it bends by 19 m, over 1 km by 7 mm.
_STEP_M = 1_000.0
_MOST_STEPS = 2_000


def envelope(box: BBox) -> ColumnElement[Any]:
    """The box as a geometry in WGS 84."""
    corners = func.ST_Point(box.west, box.south, box.crs.srid), func.ST_Point(box.east, box.north, box.crs.srid)
    # The frame of a line may be a line or a point; a polygon so thin would meet nothing.
    length = 2 * (box.east - box.west + box.north - box.south)
    return _stored(func.ST_Envelope(func.ST_MakeLine(*corners)), box.crs, length)


def placed(wkt: str, crs: Crs, length: float) -> ColumnElement[Any]:
    """A geometry in WGS 84. `wkt`: checked, x before y; `length`: of all its lines, in units of `crs`."""
    return _stored(func.ST_GeomFromText(literal(wkt, Text), crs.srid), crs, length)


def _stored(geometry: ColumnElement[Any], crs: Crs, length: float) -> ColumnElement[Any]:
    if not crs.metric:
        return geometry
    return func.ST_Transform(func.ST_Segmentize(geometry, max(_STEP_M, length / _MOST_STEPS)), STORED_SRID)
