"""The reference systems that answers and questions may be in: what they are called, and how a coordinate is written."""

from dataclasses import dataclass, field

from geo.errors import InvalidParameter

_OGC = "http://www.opengis.net/def/crs"
STORED_SRID = 4326
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_MERCATOR_M = 20037508.342789244


@dataclass(frozen=True, slots=True)
class Crs:
    """One reference system. `uri`: its name in the standard; `names`: every name that a request may use.

    `latitude_first`: the registered order of its axes is north before east. `decimals`: written digits, never coarser
    than a centimetre. `domain`: least x, least y, greatest x, greatest y that a box or a geometry may have, x being
    east; it reaches beyond every place that can be stored. `metric`: its coordinates are metres.
    """

    uri: str
    srid: int
    names: tuple[str, ...] = field(compare=False)
    domain: tuple[float, float, float, float]
    latitude_first: bool = False
    metric: bool = True
    decimals: int = 3


def _epsg(code: int, domain: tuple[float, float, float, float], *, latitude_first: bool = False) -> Crs:
    uri = f"{_OGC}/EPSG/0/{code}"
    names = (uri, f"EPSG:{code}", f"[EPSG:{code}]")
    if latitude_first:
        return Crs(uri, code, names, domain, latitude_first=True, metric=False, decimals=7)
    return Crs(uri, code, names, domain)


CRS84 = Crs(
    f"{_OGC}/OGC/1.3/CRS84",
    STORED_SRID,
    (f"{_OGC}/OGC/1.3/CRS84", "CRS84", "OGC:CRS84", "[OGC:CRS84]"),
    _WORLD,
    metric=False,
    decimals=7,
)
"""WGS 84, longitude first: what is stored, and what is meant where nothing is said."""
# Order of the axes: EPSG registry v11.022 as PROJ 9.5 holds it (pyproj: CRS.axis_info). 4326: latitude, longitude.
# 3857: X east, Y north. 9210 and 9209 (VN-2000 / TM-3 105-45 and 105-30): E, then N, although Vietnamese maps print
# x = north first. The domains of the two hold 102-118 E, 6-24 N, where every stored geometry lies.
CRS: tuple[Crs, ...] = (
    CRS84,
    _epsg(4326, _WORLD, latitude_first=True),
    _epsg(3857, (-_MERCATOR_M, -_MERCATOR_M, _MERCATOR_M, _MERCATOR_M)),
    _epsg(9210, (0, 600_000, 2_000_000, 2_800_000)),
    _epsg(9209, (0, 600_000, 2_000_000, 2_800_000)),
)
NAMES: dict[str, Crs] = {name: crs for crs in CRS for name in crs.names}
"""Every name that a request may use: the OGC URI, the CURIE in brackets, and the plain `EPSG:9210`."""


def named(parameter: str, text: str) -> Crs:
    """The reference system called so. Raises InvalidParameter, naming `parameter`, with the names that there are."""
    crs = NAMES.get(text)
    if crs is None:
        uris = ", ".join(crs.uri for crs in CRS)
        raise InvalidParameter(
            f"{parameter}={text[:80]!r} is not offered; use one of {uris}, or its short form, such as EPSG:9210.",
            tuple(crs.uri for crs in CRS),
        )
    return crs


# As in `spatial_ref_sys` (migration 0001): without the shift of the datum a place is 226 m off.
_VN2000 = (
    "+proj=tmerc +lat_0=0 +lon_0={} +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +towgs84=-191.90441429,-39.30318279,"
    "-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +units=m +no_defs"
)
VN2000 = {"EPSG:9210": _VN2000.format(105.75), "EPSG:9209": _VN2000.format(105.5)}
"""The two zones as PROJ text, for whoever transforms outside of the database."""
