"""Vector tiles against the features they are made of, read by a decoder that is not ours."""

import math
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import orjson
import pytest
from shapely import Polygon, box, from_wkt
from shapely.geometry import shape
from sqlalchemy import Connection, text

from geo import listing, tiles, units
from geo.edtf import last_told_day
from geo.errors import InvalidParameter, TileNotFound
from geo.query import FeatureQuery
from geo.tile_sql import BUFFER, EXTENT, MOST_MARKS, MOST_POINTS
from geo.tiles import MOST_FEATURES, MOST_SHAPES, Tile, feature_tile, unit_tile
from tests.factories import BOX, edit, fact, point, store, store_units, unit

HERE = (106.9, 20.8)
ZOOMS = [0, 7, 11, 12, 14, 18, 24]


def tile_of(longitude: float, latitude: float, zoom: int) -> Tile:
    """The tile that a place lies in, worked out apart from the code under test."""
    side = 2**zoom
    turned = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / math.pi
    return Tile(zoom, int((1 - turned) / 2 * side), int((longitude + 180) / 360 * side))


def in_units(longitude: float, latitude: float, tile: Tile) -> tuple[float, float]:
    """Where a place lies in a tile, in units right and down of its corner."""
    side = 2**tile.zoom
    turned = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) / math.pi
    return (
        ((longitude + 180) / 360 * side - tile.column) * EXTENT,
        ((1 - turned) / 2 * side - tile.row) * EXTENT,
    )


def read(body: bytes, name: str = "projects") -> list[dict[str, Any]]:
    """The features of the tile's one layer; y counts down."""
    if not body:
        return []
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    assert set(layers) == {name}
    assert (layers[name]["extent"], layers[name]["version"]) == (EXTENT, 2)
    found: list[dict[str, Any]] = layers[name]["features"]
    return found


def drawn(connection: Connection, tile: Tile, **filters: Any) -> dict[str, dict[str, Any]]:
    """The features of a tile by id."""
    return {
        one["properties"]["id"]: one
        for one in read(feature_tile(connection, "projects", FeatureQuery(**filters), tile))
    }


def polygon(*corners: tuple[float, float]) -> str:
    return orjson.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]}).decode()


def polygon_in(tile: Tile, *corners: tuple[float, float]) -> str:
    """A polygon with these corners in units of the tile."""
    return polygon(*(tile.place(x, y) for x, y in corners))


def crowd(connection: Connection, number: int) -> None:
    """So many small squares of two statuses in the tile of zoom 10 around HERE, and a large one."""
    store(connection, edit("cang-lon", geometry=polygon_in(tile_of(*HERE, 10), (900, 900), (3000, 900), (3000, 3000))))
    connection.execute(
        text(
            """
            INSERT INTO feature (id, layer, geometry, properties, stated_units, version, withdrawn, changeset, status,
              condition, geojson)
            SELECT 'nho-' || n, 'port', ST_Expand(ST_Point(:west + random() * :across, :south + random() * :up, 4326),
              0.0005), '{"name_vi": "Nhỏ", "location_accuracy": "mapped"}', '[]', 1, false,
              (SELECT max(id) FROM changeset), CASE n % 3 WHEN 0 THEN 'operational' ELSE 'proposed' END,
              'not_assessed', ''
            FROM generate_series(1, :number) AS n, (SELECT setseed(0.5)) AS seed
            """
        ),
        {"number": number, **_corner()},
    )


def _corner() -> dict[str, float]:
    (west, north), (east, south) = (tile_of(*HERE, 10).place(x, x) for x in (200, EXTENT - 200))
    return {"west": west, "south": south, "across": east - west, "up": north - south}


@pytest.mark.parametrize("zoom", ZOOMS)
def test_a_point_stands_where_it_is_to_half_a_unit(connection: Connection, zoom: int) -> None:
    store(connection, edit(geometry=point(*HERE)))
    tile = tile_of(*HERE, zoom)
    (one,) = drawn(connection, tile).values()
    assert one["geometry"]["type"] == "Point"
    assert one["geometry"]["coordinates"] == pytest.approx(in_units(*HERE, tile), abs=0.51)


@pytest.mark.parametrize("zoom", [6, 10, 11, 12, 13, 16])
def test_a_shape_inside_the_tile_is_the_one_that_postgis_would_clip(connection: Connection, zoom: int) -> None:
    tile = tile_of(*HERE, zoom)
    corners = [(300, 200), (3900, 350), (2800, 2050), (3700, 3900), (250, 3100)]
    store(connection, edit(geometry=polygon_in(tile, *corners)))
    (one,) = drawn(connection, tile).values()
    expected = connection.execute(
        text("SELECT ST_AsText(ST_AsMVTGeom(ST_Transform(geometry, 3857), ST_TileEnvelope(:z, :x, :y))) FROM feature"),
        {"z": tile.zoom, "x": tile.column, "y": tile.row},
    ).scalar_one()
    ours, theirs = shape(one["geometry"]), from_wkt(expected)
    assert ours.hausdorff_distance(theirs) <= 1.5
    assert ours.area == pytest.approx(Polygon(corners).area, rel=0.001)


def test_rings_run_as_the_format_wants_inside_and_on_the_edge(connection: Connection) -> None:
    tile = tile_of(*HERE, 12)
    inside, over = (
        [(100, 100), (100, 900), (900, 900), (900, 100)],
        [(3900, 100), (3900, 900), (4900, 900), (4900, 100)],
    )
    store(
        connection,
        edit("trong", geometry=polygon_in(tile, *inside)),
        edit("nguoc", geometry=polygon_in(tile, *inside[::-1])),
        edit("mep", geometry=polygon_in(tile, *over)),
    )
    for one in drawn(connection, tile).values():
        (ring,) = one["geometry"]["coordinates"]
        signed = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
        assert signed > 0


@pytest.mark.parametrize("zoom", [10, 14])
def test_neighbours_hold_a_shape_up_to_their_buffer_and_meet_on_the_edge(connection: Connection, zoom: int) -> None:
    west = tile_of(*HERE, zoom)
    east = Tile(zoom, west.row, west.column + 1)
    store(connection, edit(geometry=polygon_in(west, (3000, 1000), (5000, 1500), (5200, 3000), (2900, 2500))))
    left, right = (shape(drawn(connection, tile)["cang-a"]["geometry"]) for tile in (west, east))
    assert (left.bounds[2], right.bounds[0]) == (EXTENT + BUFFER, -BUFFER)
    edges = [left.intersection(box(EXTENT, 0, EXTENT + 0.001, EXTENT)), right.intersection(box(0, 0, 0.001, EXTENT))]
    assert edges[0].bounds[1::2] == pytest.approx(edges[1].bounds[1::2], abs=1)


def test_a_point_just_over_the_edge_is_in_both_tiles(connection: Connection) -> None:
    west = tile_of(*HERE, 14)
    east = Tile(14, west.row, west.column + 1)
    store(
        connection,
        edit("gan", geometry=point(*west.place(EXTENT + BUFFER - 2, 50))),
        edit("xa", geometry=point(*west.place(EXTENT + BUFFER + 2, 50))),
    )
    assert set(drawn(connection, west)) == {"gan"}
    assert set(drawn(connection, east)) == {"gan", "xa"}


def test_what_has_no_place_or_was_withdrawn_is_in_no_tile(connection: Connection) -> None:
    store(connection, edit("khong-cho"), edit("nham", geometry=point(*HERE)))
    store(connection, edit("nham", geometry=point(*HERE), withdrawn=True))
    assert feature_tile(connection, "projects", FeatureQuery(), Tile(0, 0, 0)) == b""


def test_a_feature_tells_what_a_map_draws_by_and_nothing_more(connection: Connection) -> None:
    told: dict[str, Any] = {"location_accuracy": "approximate", "area_ha": 12.5, "investor": "Công ty A"}
    tile = tile_of(*HERE, 12)
    store(
        connection,
        edit(geometry=point(*HERE), facts=(fact("operational", condition="delayed"),), **told),
        edit("cang-b", geometry=polygon_in(tile, (0, 0), (100, 0), (100, 100)), **told),
    )
    found = drawn(connection, tile)
    expected = {
        "id": "cang-a", "name_vi": "Cảng A", "layer": "port", "status": "operational", "condition": "delayed",
        "location_accuracy": "approximate", "version": 1, "area_ha": 12.5, "last_told_day": 20230231,
    }  # fmt: skip
    assert found["cang-a"]["properties"] == expected
    assert {"area_ha", "last_told_day", "unit_ids"}.isdisjoint(found["cang-b"]["properties"])


@pytest.mark.parametrize("number", [0, MOST_FEATURES, MOST_SHAPES + 1], ids=["few", "many", "crowded"])
def test_a_tile_tells_until_when_it_has_news_and_the_units_of_a_place_known_by_its_commune(
    connection: Connection, number: int
) -> None:
    store_units(connection, unit(), unit("2024-xa-phu-long", level="commune", full_name="Xã Phù Long"))
    if number:
        crowd(connection, number)
    within = ("2024-huyen-cat-hai", "2024-xa-phu-long")
    dates = {"nam": "2019", "ngay": "2023-02-15", "khoang": "2020-11/2021-01"}
    store(
        connection,
        *(edit(name, geometry=point(*HERE), districts=within, facts=(fact(layer, valid_from=when),),
               location_accuracy="commune" if name == "nam" else "mapped")
          for (name, when), layer in zip(dates.items(), ("cancelled", "completed", "site_clearance"), strict=True)),
    )  # fmt: skip
    for query in (FeatureQuery(), FeatureQuery(q="cang")):
        found = {
            one["properties"]["id"]: one["properties"]
            for one in read(feature_tile(connection, "projects", query, tile_of(*HERE, 10)))
            if one["properties"].get("id") in dates
        }
        told = {name: (one["last_told_day"], one.get("unit_ids")) for name, one in found.items()}
        assert told == {"nam": (20191231, ",".join(within)), "ngay": (20230215, None), "khoang": (20210131, None)}


@pytest.mark.parametrize("told", [None, "2019", "2023-02", "2023-02-15", "2020-11/2021-01", "2021/2022", "2024-02-29"])
def test_the_database_and_the_program_read_a_printed_date_to_the_same_last_day(
    connection: Connection, told: str | None
) -> None:
    assert connection.execute(text("SELECT last_told_day(:told)"), {"told": told}).scalar_one() == last_told_day(told)


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"layers": ("tourism",)},
        {"statuses": ("operational", "completed")},
        {"conditions": ("delayed",)},
        {"units": ("2024-huyen-cat-hai",)},
        {"units": ()},
        {"q": "bai tam"},
        {"q": "khong co"},
        {"ids": ("cang-c", "cang-a", "ai")},
        {"layers": ("port",), "statuses": ("operational",), "q": "cang"},
    ],
)
def test_a_filter_lets_the_same_features_into_a_tile_as_into_a_page(
    connection: Connection, filters: dict[str, Any]
) -> None:
    store_units(connection, unit(box=BOX["cat-hai"]))
    store(
        connection,
        edit("cang-a", geometry=point(106.9, 20.8), facts=(fact("under_construction"),)),
        edit("cang-c", geometry=point(106.77, 20.7), facts=(fact("operational", condition="delayed"),)),
        edit("bai-tam", layer="tourism", name_vi="Bãi tắm", geometry=point(106.78, 20.69), facts=(fact("completed"),)),
    )
    page = listing.items(connection, FeatureQuery(**filters))
    expected = {one["id"] for one in orjson.loads(b"[" + page.features + b"]")}
    assert set(drawn(connection, tile_of(*HERE, 5), **filters)) == expected


def test_a_tile_holds_as_many_features_as_sql_counts_in_it(connection: Connection) -> None:
    crowd(connection, 900)
    counted = """
    SELECT count(*) FROM feature WHERE ST_Intersects(geometry,
      ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => :margin), 4326))
    """
    found = 0
    for zoom, row, column in [(10, 0, 0), *((12, row, column) for row in range(4) for column in range(4))]:
        here = tile_of(*HERE, 10)
        tile = Tile(zoom, here.row * 2 ** (zoom - 10) + row, here.column * 2 ** (zoom - 10) + column)
        values = {"z": tile.zoom, "x": tile.column, "y": tile.row, "margin": BUFFER / EXTENT}
        expected = connection.execute(text(counted), values).scalar_one()
        # What merely touches the rim of the buffer may be rounded away.
        assert expected - 2 <= len(drawn(connection, tile)) <= expected
        found += expected
    assert found > 1800


def test_what_is_smaller_than_a_pixel_is_a_point_and_never_lost(connection: Connection) -> None:
    tile = tile_of(*HERE, 10)
    quay = polygon_in(tile, (3800, 2000), (4200, 2000), (4200, 2000.05), (3800, 2000.05))
    store(
        connection,
        edit("nho", geometry=polygon_in(tile, (800, 800), (806, 800), (806, 806), (800, 806))),
        edit("lon", geometry=polygon_in(tile, (900, 900), (912, 900), (912, 912), (900, 912))),
        edit("ke-mong", geometry=quay),
    )
    found = drawn(connection, tile)
    assert {one: found[one]["geometry"]["type"] for one in found} == {
        "nho": "Point",
        "lon": "Polygon",
        "ke-mong": "Point",
    }
    assert found["nho"]["geometry"]["coordinates"] == pytest.approx([803, 803], abs=1)
    assert found["ke-mong"]["geometry"]["coordinates"] == pytest.approx([4000, 2000], abs=1)


def test_a_crowded_tile_keeps_the_largest_shapes_and_counts_the_others(connection: Connection) -> None:
    crowd(connection, 2 * MOST_MARKS)
    body = feature_tile(connection, "projects", FeatureQuery(), tile_of(*HERE, 10))
    found = read(body)
    assert len(body) < 500_000
    assert len(found) <= MOST_MARKS + 100
    assert [one["properties"]["id"] for one in found if one["geometry"]["type"] == "Polygon"] == ["cang-lon"]
    counted = dict.fromkeys(("operational", "proposed", "unknown"), 0)
    for one in found:
        counted[one["properties"]["status"]] += one["properties"].get("count", 1)
        assert ("id" in one["properties"]) == ("count" not in one["properties"])
    stored = connection.execute(text("SELECT status, count(*) FROM feature GROUP BY status")).all()
    assert counted == dict(stored)


def test_neighbours_of_a_crowded_tile_count_no_feature_twice(connection: Connection) -> None:
    crowd(connection, 3 * MOST_POINTS)
    here = tile_of(*HERE, 10)
    counted = 0
    for tile in (Tile(10, here.row, here.column), *(Tile(10, here.row, here.column + step) for step in (-1, 1))):
        for one in read(feature_tile(connection, "projects", FeatureQuery(statuses=("proposed",)), tile)):
            x, y = one["geometry"]["coordinates"]
            if 0 <= x < EXTENT and 0 <= y < EXTENT:
                counted += one["properties"].get("count", 1)
    assert counted == 2 * MOST_POINTS


def test_a_tile_that_comes_out_too_large_is_drawn_as_a_crowded_one(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    tile = tile_of(*HERE, 12)
    store(connection, edit(geometry=polygon_in(tile, (0, 0), (100, 0), (100, 100))))
    monkeypatch.setattr(tiles, "LARGEST", 10)
    (one,) = drawn(connection, tile).values()
    assert "name_vi" not in one["properties"]


def test_the_same_data_make_the_same_bytes(connection: Connection) -> None:
    store(connection, *(edit(f"cang-{n}", geometry=point(106.9 + n / 100, 20.8)) for n in range(5)))
    bodies = {feature_tile(connection, "projects", FeatureQuery(), Tile(8, 112, 204)) for _ in range(8)}
    assert len(bodies) == 1


def test_units_share_their_border_in_a_tile(connection: Connection) -> None:
    store_units(
        connection,
        unit("2024-a", box=(106.8, 20.7, 106.9, 20.9)),
        unit("2024-b", box=(106.9, 20.7, 107.0, 20.9)),
        unit("2025-07-c", generation="2025-07", level="commune", box=(106.8, 20.7, 107.0, 20.9)),
    )
    body = unit_tile(connection, "districts-2024", units.COLLECTIONS["districts-2024"], Tile(8, 112, 204))
    west, east = sorted(read(body, "districts-2024"), key=lambda one: str(one["properties"]["id"]))
    assert west["properties"] == {"id": "2024-a", "full_name": "Huyện Cát Hải", "type": "huyện"}
    assert shape(west["geometry"]).bounds[2] == shape(east["geometry"]).bounds[0]
    assert unit_tile(connection, "districts-2024", units.COLLECTIONS["districts-2024"], Tile(8, 0, 0)) == b""


@pytest.mark.parametrize("told", ["-1", "1.5", "1e3", "", " 1", "٣", "0x1", "x", "\x00", "+1", "nan", "1" * 5000 + "x"])
def test_a_tile_address_that_is_no_number_is_refused_with_the_range(told: str) -> None:
    for segments in ((told, "0", "0"), ("3", told, "0"), ("3", "0", told)):
        with pytest.raises(InvalidParameter) as refused:
            Tile.parse(*segments)
        assert refused.value.allowed in (("0..24",), ("0..7",))


@pytest.mark.parametrize(
    "segments", [("25", "0", "0"), ("3", "8", "0"), ("3", "0", "8"), ("0", "1", "0"), ("9" * 5000, "0", "0")]
)
def test_a_tile_outside_the_matrix_is_not_found_and_the_range_told(segments: tuple[str, str, str]) -> None:
    with pytest.raises(TileNotFound, match=r"0 to \d+"):
        Tile.parse(*segments)


def test_a_tile_is_named_by_zoom_row_and_column() -> None:
    assert Tile.parse("3", "7", "1") == Tile(zoom=3, row=7, column=1)
