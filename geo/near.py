"""What lies near a feature: what touches it, or is no farther than so many metres on the ground; nearest first."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    Connection,
    Date,
    LargeBinary,
    Select,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
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
# A distance in degrees, in a plane with narrowed longitudes, is the geodesic one but for this share (the ellipsoid),
# what the latitudes differ by, and metres (an edge of 100 km is no geodesic). So few are measured on the ellipsoid:
# those that may be among the nearest, and those on either side of the border.
_SLACK, _BENT_M, _RADIUS_M = 0.012, 200.0, 6_371_000.0


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
    `last_told`: the date of the newest word on its status.
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
    last_told: str | None


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
    south, north = origin.box[1], origin.box[3]
    narrow = math.cos(math.radians((south + north) / 2))
    slack = _SLACK + math.radians(north - south) / 2 + within_m / _RADIUS_M
    flat_m = _LATITUDE_M * func.ST_Distance(func.ST_Scale(c.geometry, narrow, 1), func.ST_Scale(here, narrow, 1))
    shape: ColumnElement[object] = literal_column("feature.geometry").label("shape")
    rough = _kept(
        select(c.id, shape, flat_m.label("flat"))
        .where(*conditions(query, name_patterns(connection, query.q)), c.id != origin.id)
        .where(c.geometry.op("&&")(_around(origin.box, within_m))),
        "rough",
    )
    r = rough.c
    least, most = r.flat * (1 - slack) - _BENT_M, r.flat * (1 + slack) + _BENT_M
    first = select(most.label("most")).order_by(r.flat).limit(query.limit).subquery("first")
    enough = select(func.max(first.c.most)).scalar_subquery()
    distance = func.ST_Distance(func.geography(r.shape), func.geography(here)).label("distance")
    measured = _kept(
        select(r.id, r.shape, (most <= within_m).label("surely"), distance).where(
            least <= within_m, or_(least <= enough, most > within_m)
        ),
        "measured",
    )
    m = measured.c
    surely = select(func.count()).where(most <= within_m).scalar_subquery()
    barely = select(func.count()).where(~m.surely, m.distance <= within_m).scalar_subquery()
    nearest = (
        select(m.id, m.shape, m.distance)
        .where(m.distance <= within_m)
        .order_by(m.distance, m.id)
        .limit(query.limit)
        .subquery("nearest")
    )
    n = nearest.c
    way = _way(here, n.shape, narrow)
    start, end = (
        func.geography(func.ST_Scale(point(way), 1 / narrow, 1)) for point in (func.ST_StartPoint, func.ST_EndPoint)
    )
    names = [c.properties[name].astext.label(name) for name in ("name_vi", "name_en", "location_accuracy")]
    newest = func.json_extract_path_text(cast(c.geojson, JSON), "properties", "last_told").label("last_told")
    told = (
        select(
            n.id, c.layer, *names, newest, c.status, c.condition, n.distance, (surely + barely).label("matched"),
            (func.ST_X(func.ST_EndPoint(way)) / narrow).label("east"), func.ST_Y(func.ST_EndPoint(way)).label("north"),
            case((n.distance > 0, func.degrees(func.ST_Azimuth(start, end)))).label("azimuth"),
        )
        .join_from(nearest, feature, c.id == n.id)
        .order_by(n.distance, n.id)
    )  # fmt: skip
    rows = connection.execute(past.at(query.clocks, told)).all()
    neighbours = [
        Neighbour(
            row.id, row.layer, row.name_vi, row.name_en, row.status, row.condition, row.location_accuracy,
            round(row.distance, 1), (round(row.east, 7), round(row.north, 7)),
            None if row.azimuth is None else round(row.azimuth, 1) % 360, row.last_told,
        )
        for row in rows
    ]  # fmt: skip
    return neighbours, rows[0].matched if rows else 0


def _kept(statement: Select[Any], name: str) -> CTE:
    """A step that is taken once."""
    return statement.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


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
