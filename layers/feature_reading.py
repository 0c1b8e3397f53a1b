"""Run in a process of its own, by `layers.feature_files`: the features of a file, as lines of JSON.

GDAL and Arrow meet a file that others wrote, under limits of memory and time, and never in the server. The job is JSON
on standard input; each line of the answer is `{"cells", "geometry"}`, or says `unreadable`. Imports nothing of ours.
"""

import csv
import json
import math
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import shapely

SECONDS_OF_CPU = 240
MOST_MEMORY = 3 * 1024**3
MOST_WRITTEN = 1024**3
BATCH = 5_000
DECIMALS = 7
_LON, _LAT, _WKT = "longitude", "latitude", "WKT"
Cells = dict[str, Any]


class Unreadable(Exception):
    """The file as a whole cannot be used; the words are for a person, `vi / en`."""


def main() -> None:
    """Do the job on standard input."""
    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN,) * 2)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_OF_CPU,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    path, driver = Path(job["path"]), job["driver"]
    readers = {"GeoJSON": _geojson, "CSV": _csv, "Parquet": _parquet}
    try:
        found = readers[driver](path) if driver in readers else _gdal(path, driver)
        for cells, shape in found:
            sys.stdout.buffer.write(orjson.dumps({"cells": cells, "geometry": _written(shape)}) + b"\n")
    except Unreadable as error:
        sys.stdout.buffer.write(orjson.dumps({"unreadable": str(error)}) + b"\n")


def _geojson(path: Path) -> Iterator[tuple[Cells, Any]]:
    try:
        whole = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        if whole.get("crs") is not None and "CRS84" not in str(whole["crs"]) and "4326" not in str(whole["crs"]):
            raise _wrong_system(str(whole["crs"]))
        for one in whole["features"]:
            told = {"id": one["id"]} if "id" in one else {}
            place = one.get("geometry")
            yield {**told, **(one["properties"] or {})}, None if place is None else shapely.geometry.shape(place)
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.GEOSException) as error:
        raise Unreadable(f"không phải FeatureCollection / no FeatureCollection: {str(error)[:200]}") from error


def _csv(path: Path) -> Iterator[tuple[Cells, Any]]:
    csv.field_size_limit(64 * 1024**2)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        places = {_WKT, _LON, _LAT} & set(reader.fieldnames or ())
        if _WKT not in places and places != {_LON, _LAT}:
            raise Unreadable("thiếu cột WKT, hay longitude và latitude / neither WKT nor longitude and latitude")
        try:
            for row in reader:
                if None in row or None in row.values():
                    raise Unreadable(f"dòng {reader.line_num}: số ô khác tiêu đề / cells and header differ")
                yield {name: row[name] for name in row if name not in places}, _place(row)
        except (csv.Error, ValueError, shapely.errors.GEOSException) as error:
            raise Unreadable(f"dòng / line {reader.line_num}: {str(error)[:200]}") from error


def _place(row: Cells) -> Any:
    if row.get(_WKT):
        return shapely.from_wkt(row[_WKT])
    if _WKT in row or not (row[_LON] and row[_LAT]):
        return None
    return shapely.Point(float(row[_LON]), float(row[_LAT]))


def _gdal(path: Path, driver: str) -> Iterator[tuple[Cells, Any]]:
    import pyogrio

    if list(pyogrio.list_drivers()) != [driver]:
        raise Unreadable(f"GDAL không chịu giới hạn ở một định dạng / GDAL could not be held to {driver}")
    try:
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if len(layers) != 1:
            raise Unreadable(f"cần một lớp có hình / one layer with geometry was expected: {', '.join(layers)}")
        meta, _, wkb, columns = pyogrio.raw.read(path, layer=layers[0], force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeDecodeError, ValueError) as error:
        raise Unreadable(f"GDAL không đọc được / GDAL cannot read it: {str(error)[:300]}") from error
    if meta["crs"] not in ("EPSG:4326", "OGC:CRS84"):
        raise _wrong_system(str(meta["crs"]))
    names = [str(name) for name in meta["fields"]]
    for number in range(len(columns[0]) if columns else 0):
        cells = {name: _plain(column[number]) for name, column in zip(names, columns, strict=True)}
        yield cells, None if wkb is None or wkb[number] is None else shapely.from_wkb(wkb[number])


def _parquet(path: Path) -> Iterator[tuple[Cells, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
            column = geo.get("primary_column")
            if column is None:
                raise Unreadable("không phải GeoParquet / no GeoParquet")
            if (system := geo["columns"][column].get("crs")) and system.get("id", {}).get("code") not in (
                4326,
                "CRS84",
            ):
                raise _wrong_system(str(system.get("name")))
            for batch in file.iter_batches(BATCH):
                for row in batch.to_pylist():
                    wkb = row.pop(column)
                    yield {name: _plain(value) for name, value in row.items()}, wkb and shapely.from_wkb(wkb)
    except (pa.ArrowException, ValueError, KeyError, shapely.errors.GEOSException) as error:
        raise Unreadable(f"không đọc được / it cannot be read: {str(error)[:200]}") from error


def _wrong_system(told: str) -> Unreadable:
    return Unreadable(f"cần WGS 84, kinh độ trước / WGS 84, longitude first, was expected; the file says {told[:80]}")


def _plain(value: Any) -> Any:
    """A value as JSON has it; nothing for a missing number."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    return None if isinstance(value, float) and math.isnan(value) else value


def _written(shape: Any) -> Any:
    """The geometry as GeoJSON in seven decimals, in one part where it has one; None where there is none."""
    if shape is None or shape.is_empty:
        return None
    flat = shapely.force_2d(shape)
    one = flat.geoms[0] if len(getattr(flat, "geoms", ())) == 1 else flat
    told = json.loads(shapely.to_geojson(one))
    return {"type": told["type"], "coordinates": _rounded(told.get("coordinates"))}


def _rounded(part: Any) -> Any:
    return [_rounded(one) for one in part] if isinstance(part, list) else round(part, DECIMALS)


if __name__ == "__main__":
    main()
