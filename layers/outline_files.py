"""A file of outlines from an office: which format it is, and its rows, read in a process with limits."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from geo.crs import VN2000
from geo.errors import InvalidData, InvalidParameter

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON", ".shp": "ESRI Shapefile"}
CRS = ("EPSG:4326", *VN2000)
MOST_BYTES = 256 * 1024**2
SECONDS = 300
_READING = Path(__file__).with_name("outline_reading.py")
Done = subprocess.CompletedProcess[bytes]
# What the first bytes of each must be: a file may bear another format's name.
_BEGINS = {"GPKG": b"SQLite format 3\x00", "ESRI Shapefile": b"\x00\x00\x27\x0a"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller says of the file, where the file itself does not say enough."""

    layer: str | None = None
    crs: str | None = None


def driver_of(file: Path) -> str:
    """The one driver of GDAL that may read the file, by its name and its first bytes.

    Raises InvalidParameter for what is no file of outlines: no VRT, no archive, no address reaches GDAL.
    """
    if not file.is_file():
        raise InvalidParameter(f"{file}: không có tệp này / there is no such file.")
    driver = DRIVERS.get(file.suffix.lower())
    if driver is None:
        raise InvalidParameter(
            f"{file.name}: nhận / taken are: {', '.join(DRIVERS)}. Giải nén hoặc chuyển sang GeoPackage trước. / "
            "Unpack it, or make it a GeoPackage first.",
            tuple(DRIVERS),
        )
    files = [file]
    if driver == "ESRI Shapefile":
        for ending in (".dbf", ".shx"):
            if (side := _side(file, ending)) is None:
                raise InvalidData(f"{file.name}: thiếu tệp {ending} đi kèm / its {ending} is missing.")
            files.append(side)
    if (size := sum(one.stat().st_size for one in files)) > MOST_BYTES:
        raise InvalidData(f"{file.name}: {size / 1e6:.0f} MB; tối đa / at most {MOST_BYTES // 1024**2} MB.")
    with file.open("rb") as opened:
        start = opened.read(64)
    if driver == "GeoJSON":
        right = start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    else:
        right = start.startswith(_BEGINS[driver])
    if not right:
        raise InvalidData(f"{file.name}: bên trong không phải {driver} / its content is no {driver}.")
    return driver


def digest_of(file: Path) -> str:
    """SHA-256 of the file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read(file: Path, asked: Asked) -> dict[str, Any]:
    """The answer of `outline_reading`: `crs`, `said_crs`, `vertices`, `rows`, `overlaps`, `gaps`.

    GDAL has the one driver of this file and no other, a private environment, and limits of memory and time. Raises
    InvalidParameter or InvalidData with what a person can do about it.
    """
    driver = driver_of(file)
    if asked.crs is not None and asked.crs not in CRS:
        raise InvalidParameter(f"--crs {asked.crs!r}: có / there are: {', '.join(CRS)}.", CRS)
    job = {
        "path": str(file.resolve()),
        "driver": driver,
        "layer": asked.layer,
        "crs": asked.crs,
        "vn2000": VN2000,
        # Without a .cpg GDAL takes Latin-1, in which no Vietnamese name can be written.
        "encoding": "UTF-8" if driver == "ESRI Shapefile" and _side(file, ".cpg") is None else None,
    }
    try:
        done = fenced(_READING, job, SECONDS)
    except subprocess.TimeoutExpired:
        raise InvalidData(
            f"{file.name}: đọc quá {SECONDS} giây / reading it took too long. Giản lược / simplify."
        ) from None
    if done.returncode:
        said = last_words(done)
        raise InvalidData(
            f"{file.name}: không đọc được (mã {done.returncode}): {said or 'quá bộ nhớ hay thời gian'}\n    "
            f"it cannot be read: {said or 'out of memory or time'}. Nothing was changed."
        )
    answer: dict[str, Any] = orjson.loads(done.stdout)
    if "unreadable" in answer:
        raise InvalidData(f"{file.name}: {answer['unreadable']}")
    return answer


def fenced(program: Path, job: dict[str, Any], seconds: int, answer: Any = subprocess.PIPE) -> Done:
    """Run a program of ours that reads a foreign file by the `driver` of its job alone, apart from all that is ours.

    `answer`: where its output goes. Raises TimeoutExpired.
    """
    return subprocess.run(
        [sys.executable, "-I", program], input=orjson.dumps(job), stdout=answer, stderr=subprocess.PIPE,
        timeout=seconds, check=False, env=_only(job["driver"]),
    )  # fmt: skip


def last_words(done: Done) -> str:
    """What a program that failed said last."""
    return done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][-300:]


def _only(driver: str) -> dict[str, str]:
    """An environment in which GDAL has this driver and no other."""
    import pyogrio

    others = [name for name in pyogrio.list_drivers() if name != driver]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "HOME") if name in os.environ}
    return kept | {
        "GDAL_SKIP": ",".join(others),
        "GDAL_DRIVER_PATH": "disable",
        "OGR_GEOJSON_MAX_OBJ_SIZE": str(MOST_BYTES // 1024**2),
        "PYTHONIOENCODING": "utf-8",
    }


def _side(file: Path, ending: str) -> Path | None:
    """The file beside a shapefile, whatever the case of its ending; None where there is none."""
    return next((one for end in (ending, ending.upper()) if (one := file.with_suffix(end)).is_file()), None)
