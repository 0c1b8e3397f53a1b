"""What lies near a feature: what touches it, or is no farther than so many metres on the ground; nearest first."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    LargeBinary,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
)

from geo import past
from geo.clocks import Clocks
from geo.crs import STORED_SRID
from geo.errors import FeatureNotFound, FeatureWithdrawn
from geo.query import FeatureQuery, conditions
from geo.store import name_patterns
from geo.tables import feature, status_period
from geo.together import Stage

FARTHEST_M = 50_000
"""What may be called near: about the width of the old city."""
_SECONDS = 5
# Metres of a degree of latitude where it is shortest, and of one of longitude at the equator; the box that chooses
# candidates is a little larger than what is asked for, never smaller.
_LATITUDE_M, _LONGITUDE_M = 110_574.0, 111_319.0
_MARGIN = 1.01


@dataclass(frozen=True, slots=True)
class Place:
    """The feature that is asked about. `wkb`: its geometry, None without a place; `box`: of it, in degrees."""

    id: str
    layer: str
    location_accuracy: str | None
    wkb: bytes | None
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A feature nearby.

    `distance_m`: geodesic, between the points of both that are nearest to one another; 0 where they touch. `nearest`:
    longitude and latitude of that point of it. `azimuth_deg`: the way there, from north by east; None where they touch.
    """

    id: str
    layer: str
    name_vi: str
    name_en: str | None
    status: str
    condition: str
    location_accuracy: str | None
    distance_m: float
    nearest: tuple[float, float]
    azimuth_deg: float | None


def place(connection: Connection, layer: str | None, feature_id: str, clocks: Clocks | None) -> Place:
    """The feature as known then; in any layer when `layer` is None. Raises FeatureNotFound or FeatureWithdrawn."""
    c = feature.c
    edges = [edge(c.geometry) for edge in (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)]
    wkb = func.ST_AsBinary(c.geometry, type_=LargeBinary)
    wanted = select(c.layer, c.withdrawn, c.properties["location_accuracy"].astext, wkb, *edges).where(
        c.id == feature_id
    )
    row = connection.execute(past.at(clocks, wanted, state=False)).one_or_none()
    if row is None or (layer is not None and row[0] != layer):
        raise FeatureNotFound(f"There is no feature {feature_id!r}{f' in {layer}' if layer else ''}.")
    if row[1]:
        raise FeatureWithdrawn(f"The feature {feature_id!r} was entered by mistake and withdrawn; its history remains.")
    return Place(feature_id, row[0], row[2], row[3], (row[4], row[5], row[6], row[7]))


def near(connection: Connection, origin: Place, within_m: float, query: FeatureQuery) -> tuple[list[Neighbour], int]:
    """The nearest that `query` lets through, at most its limit, and how many there are within so many metres."""
    if origin.wkb is None:
        return [], 0
    # The distance between two large shapes costs what their authors like.
    connection.execute(text(f"SET LOCAL statement_timeout = '{_SECONDS}s'"))
    c, here = feature.c, func.ST_GeomFromWKB(literal(origin.wkb, LargeBinary), STORED_SRID)
    ground, this_ground = func.geography(c.geometry), func.geography(here)
    distance = func.ST_Distance(ground, this_ground)
    names = [c.properties[name].astext.label(name) for name in ("name_vi", "name_en", "location_accuracy")]
    shape: ColumnElement[object] = literal_column("feature.geometry").label("shape")
    matched = func.count().over().label("matched")
    found = (
        select(c.id, c.layer, *names, c.status, c.condition, shape, distance.label("distance"), matched)
        .where(*conditions(query, name_patterns(connection, query.q)), c.id != origin.id)
        .where(c.geometry.op("&&")(_around(origin.box, within_m)), func.ST_DWithin(ground, this_ground, within_m))
        .order_by(distance, c.id)
        .limit(query.limit)
        .subquery("found")
    )
    narrow = math.cos(math.radians((origin.box[1] + origin.box[3]) / 2))
    way = _way(here, found.c.shape, narrow)
    start, end = (
        func.geography(func.ST_Scale(point(way), 1 / narrow, 1)) for point in (func.ST_StartPoint, func.ST_EndPoint)
    )
    east, north = func.ST_X(func.ST_EndPoint(way)) / narrow, func.ST_Y(func.ST_EndPoint(way))
    azimuth = case((found.c.distance > 0, func.degrees(func.ST_Azimuth(start, end))))
    told = select(
        *(one for one in found.c if one.name != "shape"),
        east.label("east"),
        north.label("north"),
        azimuth.label("azimuth"),
    )
    rows = connection.execute(past.at(query.clocks, told.order_by(found.c.distance, found.c.id))).all()
    neighbours = [
        Neighbour(
            row.id, row.layer, row.name_vi, row.name_en, row.status, row.condition, row.location_accuracy,
            round(row.distance, 1), (round(row.east, 7), round(row.north, 7)),
            None if row.azimuth is None else round(row.azimuth, 1) % 360,
        )
        for row in rows
    ]  # fmt: skip
    return neighbours, rows[0].matched if rows else 0


def unlocated(connection: Connection, origin: Place, query: FeatureQuery) -> int:
    """How many others `query` lets through that have no place: near or not, nobody knows. None of them is in a box."""
    if query.bbox is not None or query.kind is not None:
        return 0
    counted = select(func.count()).where(
        *conditions(query, name_patterns(connection, query.q)), feature.c.geometry.is_(None), feature.c.id != origin.id
    )
    number: int = connection.execute(past.at(query.clocks, counted, state=query.asks_for_state())).scalar_one()
    return number


def _around(box: tuple[float, float, float, float], within_m: float) -> ColumnElement[object]:
    """A box that holds every point no farther from this one."""
    west, south, east, north = box
    up = _MARGIN * within_m / _LATITUDE_M
    aside = _MARGIN * within_m / (_LONGITUDE_M * math.cos(math.radians(max(abs(south), abs(north)) + up)))
    return func.ST_MakeEnvelope(west - aside, south - up, east + aside, north + up, STORED_SRID)


def _way(here: ColumnElement[object], there: ColumnElement[object], narrow: float) -> ColumnElement[object]:
    """From the nearest point of one to that of the other, where degrees of longitude are `narrow` as latitude's.

    In such a plane 50 km are right to some metres: enough to choose the points, between which is measured exactly.
    """
    return func.ST_ShortestLine(func.ST_Scale(here, narrow, 1), func.ST_Scale(there, narrow, 1))


def stages(connection: Connection, features: Iterable[str], clocks: Clocks | None) -> dict[str, list[Stage]]:
    """The stages of each of these features in order, as known then."""
    period = status_period.c
    first, until = (
        func.nullif(day, cast(end, Date))
        for day, end in ((period.valid_from, "-infinity"), (period.valid_to, "infinity"))
    )
    # The members of the state are JSON without braces.
    inferred = period.members.like('%"basis":"inferred"%')
    told = select(period.feature, first, until, period.status, inferred)
    wanted = told.where(period.feature == func.any(list(features)), past.known_period(clocks.known if clocks else None))
    found: dict[str, list[Stage]] = {}
    for row in connection.execute(wanted.order_by(period.feature, period.valid_from)):
        found.setdefault(row[0], []).append(Stage(*row[1:]))
    return found
