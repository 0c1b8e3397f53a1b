"""Tiles: cold ones beside `ST_AsMVT` over the full geometry, warm ones beside the same files from nginx."""

import contextlib
import math
import random
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, text

from api.tiles_ahead import whole_collections
from geo import tile_store
from geo.settings import Settings
from layers.catalog import Catalog
from tests.bench.client import Request, host
from tests.bench.measure import Bench
from tests.bench.plan import BenchError
from tests.bench.serving import Serving
from tests.bench.synthetic import EAST, LAYER, NORTH, SOUTH, WEST
from tests.bench.tools import Nginx

ZOOMS = range(10, 15)
WARMING_S = 8
"""So long both workers are asked before warm tiles are timed: each must have made every one of them."""
PATIENCE_S = 600
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


@dataclass(frozen=True, slots=True)
class Ahead:
    """The tiles that the server made in advance: seconds until all were there, their number, what they take."""

    seconds: float
    number: int
    megabytes: float


def ahead(connection: Connection, layers: Path) -> Ahead:
    """What the server makes in advance, once it is made: nothing else is to be measured meanwhile.

    `connection` commits by itself. Raises BenchError when it takes too long.
    """
    collections = whole_collections(Catalog.load(Settings.from_env({}).definitions, layers))
    began = time.perf_counter()
    while tile_store.missing(connection, collections):
        if time.perf_counter() - began > PATIENCE_S:
            raise BenchError(f"The tiles are not made in advance within {PATIENCE_S} s.")
        time.sleep(0.2)
    number, stored = tile_store.held(connection)
    return Ahead(time.perf_counter() - began, number, stored / 1e6)


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
            took, path, status, body = _drawn(browser, (z, x, y), 9_000_000 + number)
            cold[z].append(took)
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


def _drawn(browser: HTTPConnection, tile: tuple[int, int, int], number: int) -> tuple[float, str, int, bytes]:
    """A tile that nobody asked for under this number: seconds, path, status and body, over a connection that is kept.

    Raw SQL may take so long that the server has closed it meanwhile; then it is asked again over another.
    """
    z, x, y = tile
    path = f"/api/collections/{LAYER}/tiles/WebMercatorQuad/{z}/{y}/{x}"
    headers = {"Host": host(number), "Accept-Encoding": "identity"}
    began = time.perf_counter()
    try:
        browser.request("GET", path, headers=headers)
        answer = browser.getresponse()
    except (RemoteDisconnected, ConnectionError):
        browser.close()
        browser.connect()
        began = time.perf_counter()
        browser.request("GET", path, headers=headers)
        answer = browser.getresponse()
    body = answer.read()
    return time.perf_counter() - began, path, answer.status, body


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
