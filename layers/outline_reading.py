"""Run in a process of its own, by `layers.outline_files`: the outlines of a foreign file, read, repaired and measured.

GDAL, GEOS and PROJ meet what nobody has checked here, under limits of memory and time, and never in the server or in
PostgreSQL. The job is JSON on standard input, the answer JSON on standard output. Imports nothing of ours.
"""

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

SECONDS_OF_CPU = 240
MOST_MEMORY = 3 * 1024**3
MOST_WRITTEN = 64 * 1024**2
MOST_ROWS = 2_000
MOST_VERTICES = 1_000_000
MOST_VERTICES_OF_ONE = 300_000
VERTICES_OF_A_PIECE = 24
BOUNDS = (102.0, 6.0, 118.0, 24.0)
OVERLAP_M2 = GAP_M2 = 10_000.0
POLYGONAL = ("Polygon", "MultiPolygon")
_GEOD = Geod(ellps="WGS84")
_METRES_PER_DEGREE = 111_320.0


class Unreadable(Exception):
    """The file as a whole cannot be used; the words are for a person, `vi / en`."""


class Refused(Exception):
    """One row cannot be used; `vi / en`."""


def main() -> None:
    """Do the job on standard input; what a person can act on is the member `unreadable` of the answer."""
    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN,) * 2)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_CPU,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = outlines(job)
    except Unreadable as error:
        answer = {"unreadable": str(error)}
    json.dump(answer, sys.stdout)


def outlines(job: dict[str, Any]) -> dict[str, Any]:
    """`said_crs`, `crs`, `rows` with attributes and geometry, and where they overlap or leave gaps."""
    if list(pyogrio.list_drivers()) != [job["driver"]]:
        raise Unreadable(f"GDAL không chịu giới hạn ở một định dạng / GDAL could not be held to {job['driver']}")
    try:
        layer = _layer(job)
        meta, _, wkb, columns = pyogrio.raw.read(
            job["path"], layer=layer, force_2d=True, max_features=MOST_ROWS + 1, encoding=job["encoding"]
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"GDAL không đọc được / GDAL cannot read it: {str(error)[:300]}") from error
    if wkb is None or not len(wkb):
        raise Unreadable("Tệp không có vùng nào / There is no area in the file.")
    if len(wkb) > MOST_ROWS:
        raise Unreadable(f"Quá {MOST_ROWS} dòng / More than {MOST_ROWS} rows.")
    system = job["crs"] or known_crs(meta["crs"])
    if system is None:
        raise Unreadable(
            f"Hệ tọa độ của tệp ({str(meta['crs'])[:80]!r}) không phải WGS 84 hay VN-2000 (EPSG:9210, 9209); nói rõ "
            "bằng --crs, hoặc chuyển hệ trước.\n    The file's reference system is none of WGS 84, EPSG:9210 and "
            "EPSG:9209; tell it with --crs, or reproject first."
        )
    moved = _to_wgs84(system, job["vn2000"])
    names = [str(name) for name in meta["fields"]]
    rows: list[dict[str, Any]] = []
    shapes: list[BaseGeometry | None] = []
    vertices = 0
    for number, one in enumerate(wkb):
        shape, note = _usable(one, moved)
        vertices += 0 if shape is None else int(shapely.get_num_coordinates(shape))
        if vertices > MOST_VERTICES:
            raise Unreadable(f"Quá {MOST_VERTICES} đỉnh; giản lược trước. / Too many vertices; simplify first.")
        shapes.append(shape)
        told = {name: _plain(column[number]) for name, column in zip(names, columns, strict=True)}
        rows.append({"attributes": told} | _measured(shape, note))
    said = known_crs(meta["crs"])
    return {"said_crs": said, "crs": system, "vertices": vertices, "rows": rows} | _together(shapes)


def _layer(job: dict[str, Any]) -> str | None:
    layers = {str(name): str(kind) for name, kind in pyogrio.list_layers(job["path"])}
    if job["layer"] is not None:
        if job["layer"] not in layers:
            raise Unreadable(f"Không có lớp {job['layer']!r}; có / there are: {', '.join(layers)}.")
        return str(job["layer"])
    wanted = [name for name, kind in layers.items() if "Polygon" in kind or kind in ("Unknown", "Surface")]
    if len(wanted) == 1:
        return wanted[0]
    if not wanted:
        raise Unreadable("Tệp không có lớp vùng nào / The file has no layer of areas.")
    raise Unreadable(
        f"Nhiều lớp vùng; chọn bằng --layer / Several layers; choose one with --layer: {', '.join(wanted)}."
    )


def known_crs(text: str | None) -> str | None:
    """The EPSG name of a reference system that is one of the three; None for any other, and for none."""
    if not text:
        return None
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return None
    code = crs.to_epsg(min_confidence=70)
    if code in (4326, 9209, 9210):
        return f"EPSG:{code}"
    if crs.is_geographic and crs == CRS.from_user_input("OGC:CRS84"):
        return "EPSG:4326"
    return _of_vn2000(crs)


def _of_vn2000(crs: CRS) -> str | None:
    """A .prj that names no code: the 3° zones of VN-2000 by their datum and parameters."""
    if not crs.is_projected or crs.datum is None or crs.coordinate_operation is None:
        return None
    datum = crs.datum.name.lower().replace("_", " ").replace("-", " ")
    if not any(name in datum for name in ("vietnam 2000", "viet nam 2000", "vn 2000")):
        return None
    numbers = {one.name.lower(): float(one.value) for one in crs.coordinate_operation.params}
    told = (
        round(numbers.get("longitude of natural origin", 0), 6),
        round(numbers.get("scale factor at natural origin", 0), 6),
        round(numbers.get("false easting", 0)),
        round(numbers.get("false northing", 0)),
        round(numbers.get("latitude of natural origin", 0), 6),
    )
    return {(105.75, 0.9999, 500000, 0, 0.0): "EPSG:9210", (105.5, 0.9999, 500000, 0, 0.0): "EPSG:9209"}.get(told)


def _to_wgs84(system: str, vn2000: dict[str, str]) -> Transformer | None:
    if system not in vn2000:
        return None
    return Transformer.from_crs(
        CRS.from_proj4(vn2000[system]), CRS.from_proj4("+proj=longlat +datum=WGS84"), always_xy=True
    )


def _usable(wkb: bytes | None, moved: Transformer | None) -> tuple[BaseGeometry | None, dict[str, str]]:
    """A valid area in WGS 84 and what was repaired, or None and why it cannot be used."""
    try:
        shape = _placed(_area(wkb), moved)
        if shape.is_valid:
            return _whole(shape), {}
        reason = str(shapely.is_valid_reason(shape))
        repaired = _areas(shapely.make_valid(shape, method="structure", keep_collapsed=False))
        if repaired.is_empty or not repaired.is_valid:
            raise Refused(f"không sửa được / it cannot be repaired: {reason}")
    except Refused as error:
        return None, {"refused": str(error)}
    return _whole(repaired), {"repaired": reason}


def _area(wkb: bytes | None) -> BaseGeometry:
    """The area as the file has it, of finite numbers, perhaps with flaws."""
    if wkb is None:
        raise Refused("không có hình / it has no geometry")
    try:
        shape = shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError as error:
        raise Refused(f"hình không đọc được / its geometry cannot be read: {str(error)[:80]}") from error
    if shape.is_empty or shape.geom_type not in POLYGONAL:
        raise Refused(f"cần một vùng / an area was expected: {'empty' if shape.is_empty else shape.geom_type}")
    if shapely.get_num_coordinates(shape) > MOST_VERTICES_OF_ONE:
        raise Refused(f"quá {MOST_VERTICES_OF_ONE} đỉnh / too many vertices")
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise Refused("tọa độ không phải là số / a coordinate is no number")
    return shape


def _placed(shape: BaseGeometry, moved: Transformer | None) -> BaseGeometry:
    """The same in WGS 84, inside of the country."""
    if moved is not None:
        shape = shapely.transform(shape, lambda points: np.column_stack(moved.transform(points[:, 0], points[:, 1])))
    west, south, east, north = shape.bounds
    # Written so that what PROJ could not transform, which is infinite, is outside too.
    if not (west >= BOUNDS[0] and south >= BOUNDS[1] and east <= BOUNDS[2] and north <= BOUNDS[3]):
        raise Refused(
            f"ra ngoài 102–118° Đ, 6–24° B: [{west:.6g} {south:.6g} {east:.6g} {north:.6g}]; sai hệ tọa độ? "
            "/ it leaves 102–118° E, 6–24° N; another --crs?"
        )
    return shape


def _whole(shape: BaseGeometry) -> BaseGeometry:
    return shapely.orient_polygons(shapely.multipolygons(shapely.get_parts(shape)))


def _areas(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of whatever came out of a repair or a cut."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons([part for part in np.atleast_1d(parts) if part.geom_type == "Polygon"])


def _measured(shape: BaseGeometry | None, note: dict[str, str]) -> dict[str, Any]:
    if shape is None:
        return note
    return note | {
        "wkb": shapely.to_wkb(shape, hex=True),
        "pieces": [shapely.to_wkb(piece, hex=True) for part in shapely.get_parts(shape) for piece in _pieces(part)],
        "area_m2": area_m2(shape),
        "vertices": int(shapely.get_num_coordinates(shape)),
    }


def area_m2(shape: BaseGeometry) -> float:
    """Geodesic area on WGS 84 in m²; rings must be oriented."""
    return abs(float(_GEOD.geometry_area_perimeter(shape)[0]))


def _pieces(polygon: BaseGeometry, depth: int = 0) -> Iterator[BaseGeometry]:
    """The polygon cut into pieces of few vertices, so that locating a feature reads few."""
    if shapely.get_num_coordinates(polygon) <= VERTICES_OF_A_PIECE or depth > 40:
        yield polygon
        return
    west, south, east, north = polygon.bounds
    if east - west > north - south:
        middle = (west + east) / 2
        halves = (box(west, south, middle, north), box(middle, south, east, north))
    else:
        middle = (south + north) / 2
        halves = (box(west, south, east, middle), box(west, middle, east, north))
    for half in halves:
        for part in shapely.get_parts(_areas(shapely.intersection(polygon, half))):
            yield from _pieces(part, depth + 1)


def _together(shapes: list[BaseGeometry | None]) -> dict[str, Any]:
    """Pairs of rows that share ground, and holes between them, in m²; slivers are left out."""
    present = [(number, shape) for number, shape in enumerate(shapes) if shape is not None]
    if not present:
        return {"overlaps": [], "gaps": []}
    areas = [shape for _, shape in present]
    overlaps = []
    for one, other in shapely.STRtree(areas).query(areas, predicate="intersects").T:
        if one < other:
            common = _flat_m2(shapely.intersection(areas[one], areas[other]))
            if common > OVERLAP_M2:
                overlaps.append([present[one][0], present[other][0], common])
    holes = [
        shapely.polygons(ring)
        for part in shapely.get_parts(shapely.unary_union(areas))
        if part.geom_type == "Polygon"
        for ring in part.interiors
    ]
    gaps = [
        {"m2": size, "at": [round(hole.representative_point().x, 5), round(hole.representative_point().y, 5)]}
        for hole in holes
        if (size := _flat_m2(hole)) > GAP_M2
    ]
    return {"overlaps": overlaps, "gaps": gaps}


def _flat_m2(shape: BaseGeometry) -> float:
    """Area in m² on a flat map around the middle of the shape: good to 1 %."""
    if shape.is_empty:
        return 0.0
    scale = float(np.cos(np.radians((shape.bounds[1] + shape.bounds[3]) / 2)))
    return float(shape.area) * _METRES_PER_DEGREE**2 * scale


def _plain(value: Any) -> str | None:
    """An attribute as text; a whole number without its point."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return "".join(letter if letter.isprintable() else "?" for letter in str(value)[:200])


if __name__ == "__main__":
    main()
