"""Coordinates as officials, surveyors and phones write them, against numbers worked out by hand and by pyproj."""

import pytest
from pyproj import Transformer
from sqlalchemy import Connection

from geo.coordinates import Reading, readings
from geo.crs import VN2000
from geo.spots import spots
from tests.factories import store_units, unit

# 20°50'41.6" = 20 + 50/60 + 41.6/3600 = 20.844889; 106°41'17.16" = 106 + 41/60 + 17.16/3600 = 106.688100.
LAT, LON = 20.844889, 106.6881
# Control point A2: VN-2000 in the zone of 105°45' by Krüger's series (tests/geo/test_crs.py), WGS 84 as published.
A2 = (620547.5, 2300893.3)
A2_WGS84 = (106 + 54 / 60 + 35.4 / 3600, 20 + 47 / 60 + 48.5 / 3600)


@pytest.mark.parametrize(
    ("written", "north_first"),
    [
        ("20.844889, 106.6881", True),
        ("20.844889,106.6881", True),
        ("106.6881 20.844889", False),
        ("20,844889 106,6881", True),
        ("20,844889; 106,6881", True),
        ("20,844889, 106,6881", True),
        ("20,844889,106,6881", True),
        ("(20.844889, 106.6881)", True),
        ("20.844889N 106.6881E", True),
        ("106.6881° E, 20.844889° N", False),
        ("N20.844889 E106.6881", True),
        ("20.844889° B, 106.6881° Đ", True),
        ("vĩ độ 20,844889 kinh độ 106,6881", True),
        ("lat: 20.844889 lon: 106.6881", True),
        ("20°50'41.6\"N 106°41'17.16\"E", True),
        ("20°50′41,6″B, 106°41′17,16″Đ", True),
        ("106°41'17.16''E 20°50'41.6''N", False),
        ("20 50 41.6 106 41 17.16", True),
        ("20°50.69333' 106°41.286'", True),
    ],
)
def test_degrees_are_read_however_they_are_written(written: str, north_first: bool) -> None:
    (read,) = readings(written)
    assert (read.metres, read.north_first) == (False, north_first)
    assert (read.east, read.north) == pytest.approx((LON, LAT), abs=1e-6)


@pytest.mark.parametrize(
    ("written", "north_first"),
    [
        ("2300893.3 620547.5", True),
        ("620547.5 2300893.3", False),
        ("2300893,3 620547,5", True),
        ("X=2300893.3 Y=620547.5", True),  # as Vietnamese forms print it: X is north
        ("X = 620547,5; Y = 2300893,3", False),  # as programs do
        ("2.300.893,3 620.547,5", True),
        ("2,300,893.3, 620,547.5", True),
        ("X: 2 300 893,3 Y: 620 547,5", True),
        ("2300893.3m, 620547.5m", True),
    ],
)
def test_which_of_two_metres_is_north_is_told_by_where_the_country_lies(written: str, north_first: bool) -> None:
    assert readings(written) == (Reading(*A2, metres=True, north_first=north_first),)


@pytest.mark.parametrize(
    "written",
    [
        "do son", "02/CT-UBND", "II.2.1", "41/NQ-HĐND", "12 13 14", "303@2024", "90.1, 200", "20.8 N, 106.7 W",
        "N 106.6881, E 20.844889", "20°70'00\" 106°41'00\"", "1e5 2e6", "20.844889", "9" * 300, "",
    ],
)  # fmt: skip
def test_what_is_no_pair_of_coordinates_in_this_country_is_left_to_the_words(written: str) -> None:
    assert readings(written) == ()


@pytest.fixture
def city(connection: Connection) -> Connection:
    """Today's city, as far as coordinates need it: the east with the port, and the west around Hải Dương."""
    today = {"level": "commune", "generation": "2025-07", "valid_from": "2025-07-01"}
    port = unit("2025-07-dac-khu-cat-hai", full_name="Đặc khu Cát Hải", box=(106.85, 20.7, 107.2, 20.9), **today)
    west = unit("2025-07-xa-kim-thanh", full_name="Xã Kim Thành", box=(106.4, 20.9, 106.6, 21.0), **today)
    store_units(connection, port, west)
    return connection


def test_a_pair_of_metres_is_told_in_both_zones_the_city_s_own_first(city: Connection) -> None:
    own, other = spots(city, "2300893,3 620547,5")
    assert (own.srid, own.in_city, own.unit) == (9210, True, "Đặc khu Cát Hải")
    assert (own.lon, own.lat) == pytest.approx(A2_WGS84, abs=3e-5)  # the published seconds have one decimal: 3 m
    assert (other.srid, other.unit) == (9209, None)
    assert own.lon - other.lon == pytest.approx(0.25, abs=1e-4)  # the meridians are a quarter of a degree apart
    for spot in (own, other):
        for epsg, metres in spot.metres.items():
            there = Transformer.from_crs("EPSG:4326", VN2000[f"EPSG:{epsg}"], always_xy=True).transform(
                spot.lon, spot.lat
            )
            assert metres == pytest.approx(there, abs=0.02)


def test_either_order_of_the_axes_comes_to_the_same_place(city: Connection) -> None:
    printed, turned = spots(city, "X=2300893.3 Y=620547.5")[0], spots(city, "620547.5, 2300893.3")[0]
    assert (printed.lon, printed.lat) == (turned.lon, turned.lat)
    assert (printed.north_first, turned.north_first) == (True, False)


def test_only_the_reading_that_lies_in_the_city_is_told(city: Connection) -> None:
    # 160 km east of the meridian are 160 / 104.1 = 1.537 degrees here: 107.29, beyond the islands, or 107.04.
    (spot,) = spots(city, "2300893 660000")
    assert (spot.srid, spot.in_city) == (9209, True)
    assert spot.lon == pytest.approx(107.04, abs=0.005)


def test_a_place_outside_the_city_is_told_as_such(city: Connection) -> None:
    (hanoi,) = spots(city, "21.0285, 105.8542")
    assert (hanoi.in_city, hanoi.unit) == (False, None)
