"""VN-2000 as officials hold it in hand, against control points whose coordinates were published in both systems."""

import pytest
from sqlalchemy import Connection, text

WITHIN_M = 3.0

# Control points of the issue, as VN-2000 latitude and longitude: A2 20°47'52.1"N 106°54'28.6"E, B1 …53.7"/…31.4",
# B3 …43.2"/…38.0", B4 …41.6"/…35.1". Their eastings and northings were worked out from those with Krüger's series on
# the ellipsoid of WGS 84 (which VN-2000 uses), scale 0.9999 on the meridian, false easting 500 000 m: to 0.1 m.
# The longitude and latitude beside them are the published WGS 84 ones: A2 20°47'48.5"N 106°54'35.4"E and so on.
WGS84 = {
    "A2": (106 + 54 / 60 + 35.4 / 3600, 20 + 47 / 60 + 48.5 / 3600),
    "B1": (106 + 54 / 60 + 38.2 / 3600, 20 + 47 / 60 + 50.1 / 3600),
    "B3": (106 + 54 / 60 + 44.8 / 3600, 20 + 47 / 60 + 39.6 / 3600),
    "B4": (106 + 54 / 60 + 41.9 / 3600, 20 + 47 / 60 + 38.0 / 3600),
}
VN2000 = {
    9210: {  # meridian 105°45', the city's
        "A2": (620547.5, 2300893.3),
        "B1": (620628.1, 2300943.1),
        "B3": (620821.3, 2300621.5),
        "B4": (620737.8, 2300571.7),
    },
    9209: {  # meridian 105°30', that of old Hải Dương
        "A2": (646577.2, 2301100.2),
        "B1": (646657.8, 2301150.2),
        "B3": (646851.5, 2300828.9),
        "B4": (646768.1, 2300778.9),
    },
}
POINTS = [(srid, name) for srid, points in VN2000.items() for name in points]

FROM_METRES = text(
    """
    SELECT ST_Distance(ST_Transform(ST_SetSRID(ST_Point(:x, :y), :srid), 4326)::geography, there),
      ST_Distance(ST_Transform(ST_Point(:x, :y), proj4text, 4326)::geography, there),
      ST_Distance(ST_Transform(ST_Point(:x, :y), srtext, 4326)::geography, there),
      ST_Distance(ST_Transform(there::geometry, :srid), ST_SetSRID(ST_Point(:x, :y), :srid))
    FROM spatial_ref_sys CROSS JOIN (SELECT ST_SetSRID(ST_Point(:lon, :lat), 4326)::geography AS there) AS known
    WHERE srid = :srid
    """
)


@pytest.mark.parametrize(("srid", "name"), POINTS)
def test_a_control_point_comes_to_its_published_place(connection: Connection, srid: int, name: str) -> None:
    (x, y), (lon, lat) = VN2000[srid][name], WGS84[name]
    values = {"x": x, "y": y, "srid": srid, "lon": lon, "lat": lat}
    by_code, by_proj4, by_wkt, back_again = connection.execute(FROM_METRES, values).one()
    assert max(by_code, by_proj4, by_wkt, back_again) < WITHIN_M


@pytest.mark.parametrize(("srid", "name"), POINTS)
def test_without_the_datum_shift_it_would_stand_two_streets_away(connection: Connection, srid: int, name: str) -> None:
    (x, y), (lon, lat) = VN2000[srid][name], WGS84[name]
    unshifted = connection.execute(
        text(
            """
            SELECT ST_Distance(
              ST_Transform(ST_Point(:x, :y), regexp_replace(proj4text, '\\+towgs84=\\S+', '+towgs84=0,0,0'),
                           4326)::geography, ST_SetSRID(ST_Point(:lon, :lat), 4326)::geography)
            FROM spatial_ref_sys WHERE srid = :srid
            """
        ),
        {"x": x, "y": y, "srid": srid, "lon": lon, "lat": lat},
    ).scalar_one()
    assert 200 < unshifted < 250  # 226 m by hand: 1° is 110.7 km north and 104.1 km east here; 3.6" and 6.8" apart


def test_both_zones_stand_in_the_registry_of_the_database(connection: Connection) -> None:
    rows = connection.execute(
        text("SELECT srid, auth_name, auth_srid FROM spatial_ref_sys WHERE srid IN (9209, 9210) ORDER BY srid")
    ).all()
    assert [tuple(row) for row in rows] == [(9209, "EPSG", 9209), (9210, "EPSG", 9210)]
