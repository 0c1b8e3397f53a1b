"""Tiles: cold ones beside `ST_AsMVT` over the full geometry, warm ones beside the same files from nginx."""

import contextlib
import math
import random
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from statistics import median

from sqlalchemy import Connection, text

from tests.bench.client import Request, host
from tests.bench.measure import Bench
from tests.bench.serving import Serving
from tests.bench.synthetic import EAST, LAYER, NORTH, SOUTH, WEST
from tests.bench.tools import Nginx

ZOOMS = range(10, 15)
WARMING_S = 8
"""So long both workers are asked before warm tiles are timed: each must have made every one of them."""
WARMED = 40
"""So many tiles of another zoom are drawn first, over every connection that the workers keep."""
_RAW = """
SELECT ST_AsMVT(tile, 'synthetic', 4096, 'geometry') FROM (
  SELECT id, properties ->> 'name_vi' AS name_vi, layer, status, condition,
    properties ->> 'location_accuracy' AS location_accuracy, version,
    ST_AsMVTGeom(ST_Transform(feature.geometry, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 128, true) AS geometry
  FROM feature WHERE layer = :layer AND NOT withdrawn
    AND feature.geometry && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.03125), 4326)) AS tile
"""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Of one size: ms of a cold tile and of raw SQL by zoom, the heaviest of all, and how many a second when warm."""

    size: str
    cold_ms: dict[int, float]
    slowest_ms: dict[int, float]
    raw_ms: dict[int, float]
    heaviest_kb: float
    warm: tuple[float, ...]
    nginx: tuple[float, ...]


def measured(size: str, serving: Serving, connection: Connection, nginx: Nginx | None, bench: Bench) -> Tiles:
    """Each tile once cold and once raw, by turns on one connection; then all of them warm."""
    cold: dict[int, list[float]] = {zoom: [] for zoom in ZOOMS}
    raw: dict[int, list[float]] = {zoom: [] for zoom in ZOOMS}
    ready, files, heaviest = [], [], 0
    with contextlib.closing(HTTPConnection(*serving.address, timeout=120)) as browser:
        for number in range(WARMED):  # what a connection does for the first time is no tile's cost: theirs, and raw
            _drawn(browser, (9, 407 + number % 2, 225), 8_000_000 + number)
            connection.execute(text(_RAW), {"z": 12, "x": 3260, "y": 1804, "layer": LAYER})
        for number, (z, x, y) in enumerate(_chosen(bench.plan.tiles)):
            began = time.perf_counter()
            path, status, body = _drawn(browser, (z, x, y), 9_000_000 + number)
            cold[z].append(time.perf_counter() - began)
            began = time.perf_counter()
            connection.execute(text(_RAW), {"z": z, "x": x, "y": y, "layer": LAYER}).scalar_one()
            raw[z].append(time.perf_counter() - began)
            if status == HTTPStatus.OK:
                heaviest = max(heaviest, len(body))
                ready.append(Request(path, gzip=False, length=len(body)))
                if nginx is not None:
                    name = nginx.put(f"tiles-{size}/{z}-{x}-{y}.mvt", body)
                    files.append(Request(name, gzip=False, length=len(body)))
    plan = bench.plan
    warm: list[float] = []
    beside: list[float] = []
    for _ in range(plan.rounds if ready else 0):
        if nginx is not None:
            beside.append(bench.ask(nginx.address, files, plan.clients, plan.seconds, new=False).per_second)
        bench.ask(serving.address, ready, plan.clients, WARMING_S, new=False)
        warm.append(bench.ask(serving.address, ready, plan.clients, plan.seconds, new=False).per_second)
    return Tiles(
        size,
        {zoom: 1000 * sum(took) / len(took) for zoom, took in cold.items() if took},
        {zoom: 1000 * max(took) for zoom, took in cold.items() if took},
        {zoom: 1000 * sum(took) / len(took) for zoom, took in raw.items() if took},
        heaviest / 1000,
        tuple(warm),
        tuple(beside),
    )


def _drawn(browser: HTTPConnection, tile: tuple[int, int, int], number: int) -> tuple[str, int, bytes]:
    """Path, status and body of a tile that nobody asked for under this number, over a connection that is kept."""
    z, x, y = tile
    path = f"/api/collections/{LAYER}/tiles/WebMercatorQuad/{z}/{y}/{x}"
    browser.request("GET", path, headers={"Host": host(number), "Accept-Encoding": "identity"})
    answer = browser.getresponse()
    return path, answer.status, answer.read()


def gain(tiles: Tiles, zooms: range) -> float:
    """How many times as fast a cold tile is as raw SQL: the median of these zooms."""
    return median(tiles.raw_ms[zoom] / tiles.cold_ms[zoom] for zoom in zooms if zoom in tiles.cold_ms)


def _chosen(number: int) -> list[tuple[int, int, int]]:
    """So many tiles of our part of the world: of low zooms all, of higher ones as many as there is room for."""
    chance = random.Random(3)  # noqa: S311 -- made-up questions, no secret
    chosen: list[tuple[int, int, int]] = []
    for place, zoom in enumerate(ZOOMS):
        west, north = _at(zoom, WEST, NORTH)
        east, south = _at(zoom, EAST, SOUTH)
        every = [(zoom, x, y) for x in range(west, east + 1) for y in range(north, south + 1)]
        share = (number - len(chosen)) // (len(ZOOMS) - place)
        chosen += sorted(chance.sample(every, min(share, len(every))))
    return chosen


def _at(zoom: int, longitude: float, latitude: float) -> tuple[int, int]:
    across = 2**zoom
    slope = math.asinh(math.tan(math.radians(latitude)))
    return int((longitude + 180) / 360 * across), int((1 - slope / math.pi) / 2 * across)
