"""What the two clocks cost: the same questions of today and of a past day as known at an instant, in turn."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from statistics import median

from sqlalchemy import Connection, text

from api.main import read_only_engine
from geo import listing, store, tiles
from geo.bbox import BBox
from geo.clocks import Clocks
from geo.query import FeatureQuery, token
from geo.tiles import Tile
from tests.bench.plan import Plan
from tests.bench.synthetic import EAST, LAYER, NORTH, SOUTH, WEST

DAY = date(2016, 6, 30)
Read = Callable[[Connection, FeatureQuery], object]


@dataclass(frozen=True, slots=True)
class Past:
    """A question; medians in milliseconds of PostgreSQL and our own code: of today, of `DAY`, of `DAY` as known now."""

    name: str
    today_ms: float
    day_ms: float
    known_ms: float


def compare(url: str, plan: Plan) -> tuple[Past, ...]:
    """Every question of M, over one connection as the server has them; what is counted once is counted before."""
    engine = read_only_engine(url)
    with engine.connect() as connection:
        results = tuple(
            _compared(connection, name, read, query, plan)
            for name, (read, query) in _questions(connection, plan).items()
        )
    engine.dispose()
    return results


def _questions(connection: Connection, plan: Plan) -> dict[str, tuple[Read, FeatureQuery]]:
    share = (1.3 * plan.limit / plan.polygons) ** 0.5
    box = BBox(106.6, 20.8, 106.6 + (EAST - WEST) * share, 20.8 + (NORTH - SOUTH) * share)
    page = FeatureQuery(layers=(LAYER,), limit=plan.limit)
    unit = connection.execute(
        text("SELECT unit FROM feature_unit GROUP BY unit ORDER BY count(*) DESC, unit LIMIT 1")
    ).scalar_one()
    middle = f"{LAYER}-{plan.polygons // 2:07d}"
    return {
        "khung / box": (listing.items, FeatureQuery(bbox=box, limit=plan.limit)),
        "đơn vị + tình trạng / unit + status": (
            listing.items,
            FeatureQuery(units=(unit,), statuses=("under_construction",), limit=plan.limit),
        ),
        "trang 1 / page 1": (listing.items, page),
        "trang ở giữa / a page in the middle": (listing.items, replace(page, after=token([middle]))),
        "một đối tượng / one feature": (_one(middle), FeatureQuery()),
        "ô bản đồ z12 / a tile": (_tile(Tile(12, 1804, 3260)), FeatureQuery()),
    }


def _one(feature_id: str) -> Read:
    return lambda connection, query: store.item(connection, None, feature_id, clocks=query.clocks)


def _tile(tile: Tile) -> Read:
    return lambda connection, query: tiles.feature_tile(connection, "projects", query, tile)


def _compared(connection: Connection, name: str, read: Read, query: FeatureQuery, plan: Plan) -> Past:
    known = datetime.now(UTC)
    asked = [replace(query, clocks=clocks) for clocks in (None, Clocks(DAY), Clocks(DAY, known))]
    taken: list[list[float]] = [[] for _ in asked]
    ends = time.perf_counter() + 2 * plan.seconds
    while time.perf_counter() < ends or len(taken[0]) < 4:
        for one, times in zip(asked, taken, strict=True):
            began = time.perf_counter()
            read(connection, one)
            times.append(1_000 * (time.perf_counter() - began))
    return Past(name, *(median(times[1:]) for times in taken))
