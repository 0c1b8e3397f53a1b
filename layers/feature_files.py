"""A file of features that comes back: which of our formats it is, and its rows, read in a process with limits."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from geo.errors import InvalidData, InvalidParameter
from layers.outline_files import fenced, last_words

DRIVERS = {
    ".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".parquet": "Parquet",
    ".csv": "CSV", ".kml": "LIBKML",
}  # fmt: skip
MOST_BYTES = 512 * 1024**2
SECONDS = 300
_READING = Path(__file__).with_name("feature_reading.py")
# What the first bytes of each must be: a file may bear another format's name.
_BEGINS = {
    "GPKG": b"SQLite format 3\x00",
    "FlatGeobuf": b"fgb\x03",
    "Parquet": b"PAR1",
    "LIBKML": b"<",
    "GeoJSON": b"{",
}


def driver_of(file: Path) -> str:
    """What the file is, by its name and its first bytes. Raises InvalidParameter or InvalidData for what is none."""
    if not file.is_file():
        raise InvalidParameter(f"{file}: không có tệp này / there is no such file.")
    driver = DRIVERS.get(file.suffix.lower())
    if driver is None:
        raise InvalidParameter(f"{file.name}: nhận / taken are: {', '.join(DRIVERS)}.", tuple(DRIVERS))
    if (size := file.stat().st_size) > MOST_BYTES:
        raise InvalidData(f"{file.name}: {size / 1e6:.0f} MB; tối đa / at most {MOST_BYTES // 1024**2} MB.")
    with file.open("rb") as opened:
        start = opened.read(64).removeprefix(b"\xef\xbb\xbf")
    if not (start.lstrip() if driver in ("LIBKML", "GeoJSON") else start).startswith(_BEGINS.get(driver, b"")):
        raise InvalidData(f"{file.name}: bên trong không phải {driver} / its content is no {driver}.")
    return driver


def rows(file: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """The cells and the geometry (GeoJSON, WGS 84) of each feature, as the file tells them.

    GDAL has the one driver of this file and no other. Raises InvalidParameter or InvalidData with what a person can do.
    """
    driver = driver_of(file)
    job = {"path": str(file.resolve()), "driver": driver}
    with tempfile.TemporaryFile() as answer:
        try:
            done = fenced(_READING, job, SECONDS, answer)
        except subprocess.TimeoutExpired:
            raise InvalidData(f"{file.name}: đọc quá {SECONDS} giây / reading it took too long.") from None
        if done.returncode:
            raise InvalidData(
                f"{file.name}: không đọc được / it cannot be read: {last_words(done) or 'bộ nhớ / memory'}"
            )
        answer.seek(0)
        for line in answer:
            told = orjson.loads(line)
            if "unreadable" in told:
                raise InvalidData(f"{file.name}: {told['unreadable']}")
            yield told["cells"], told["geometry"]
