"""A layer as a file: the formats that it is published in, the columns of its table, and the files that GDAL writes.

GDAL and Arrow run in a process of their own (`layers/convert.py`): neither their memory nor a crash of theirs is ours,
and one that takes too long can be ended.
"""

import subprocess
import tempfile
import threading
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from geo.crs import STORED_SRID
from geo.errors import HaiphongError
from geo.outgoing import Column, Contents, Kind
from geo.published import COLUMNS
from layers import workshop
from layers.definition import Field, FieldType, Layer

MOST_FEATURES = 200_000
MOST_BYTES = 500_000_000
"""Of the table that a file is made from; GeoJSON and CSV, which are streamed, know no such limits."""
SECONDS = 60
AT_ONCE = 2
PATIENCE_S = 5
ITEM_END = "\x1f"
"""Between the items of a list on their way into a format that has lists: U+001F, which is there for that."""
_KINDS: dict[FieldType, Kind] = {
    "string": "text",
    "date": "text",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "string-list": "list",
}
# The types of columns as GDAL's CSV driver is told them in a .csvt file.
_CSVT: dict[Kind, str] = {
    "text": "String",
    "list": "String",
    "number": "Real",
    "integer": "Integer64",
    "boolean": "Integer(Boolean)",
}
_running = threading.BoundedSemaphore(AT_ONCE)


class UnknownFormat(HaiphongError):
    """A collection is not published in this format."""

    def __init__(self, suffix: str) -> None:
        super().__init__(f"{suffix[:20]!r} is no format; the address ends in one of .{', .'.join(FORMATS)}.")
        self.allowed = tuple(FORMATS)


class ExportTooLarge(HaiphongError):
    """More features fit than one file of this format may hold."""


class ExportBusy(HaiphongError):
    """The file took too long to write, or others are being written."""


@dataclass(frozen=True, slots=True)
class Format:
    """One form of a layer. `driver`: what writes the file; None where the database itself does.

    `lists`: it holds lists as lists; elsewhere they are text, their items joined by "; ". `key`: how it calls the id.
    `degrees`: its specification knows WGS 84 alone.
    """

    suffix: str
    media_type: str
    title: str
    driver: str | None = None
    lists: bool = False
    key: str = "id"
    degrees: bool = False


FORMATS = {
    one.suffix: one
    for one in (
        Format("geojson", "application/geo+json", "GeoJSON", lists=True),
        Format("csv", "text/csv; charset=utf-8; header=present", "bảng CSV / CSV table"),
        Format("gpkg", "application/geopackage+sqlite3", "GeoPackage (QGIS)", "GPKG"),
        Format("fgb", "application/flatgeobuf", "FlatGeobuf", "FlatGeobuf"),
        Format("parquet", "application/vnd.apache.parquet", "GeoParquet", "Parquet", lists=True),
        # A placemark has an id of its own, which GDAL reads under that name.
        Format(
            "kml",
            "application/vnd.google-earth.kml+xml",
            "KML (Google Earth)",
            "KML",
            key="feature_id",
            degrees=True,
        ),
    )
}


def own_columns(fields: Iterable[Field]) -> tuple[Column, ...]:
    """The columns of a table of these fields and nothing more."""
    return tuple(Column(field.name, _KINDS[field.type]) for field in fields)


def columns(layers: Iterable[Layer]) -> tuple[Column, ...]:
    """The columns of a table of these layers: what every feature has, then the fields, each name once.

    A name that has two types among the layers is text.
    """
    found = {one.name: one for one in COLUMNS}
    own: dict[str, Kind] = {}
    for field in (field for layer in layers for field in layer.fields.values() if field.name not in found):
        kind = _KINDS[field.type]
        own[field.name] = kind if own.get(field.name, kind) == kind else "text"
    return (*found.values(), *(Column(name, kind) for name, kind in own.items()))


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be written: the layer's id and title, the table's columns, what it holds, and words about its source.

    `words`: title, description, attribution, licence and the like, kept inside the file where its format has a place.
    `srid`: of the geometries that the table holds.
    """

    format: Format
    layer: str
    columns: tuple[Column, ...]
    contents: Contents
    words: Mapping[str, str]
    srid: int = STORED_SRID

    def write(self, rows: Generator[bytes, None, Any]) -> BinaryIO:
        """The finished file, open for reading and nowhere else: it is gone from the disk when it is closed.

        `rows`: the table as `geo.outgoing.records` gives it, closed whatever happens. Raises ExportTooLarge or
        ExportBusy.
        """
        if self.contents.features > MOST_FEATURES:
            raise ExportTooLarge(_too_large(self, f"{self.contents.features} features fit; at most {MOST_FEATURES}"))
        if not _running.acquire(timeout=PATIENCE_S):
            raise ExportBusy("Other files are being written just now; ask again in a few seconds.")
        try:
            with tempfile.TemporaryDirectory(prefix="haiphong-") as private:
                return self._write(rows, Path(private))
        finally:
            rows.close()
            _running.release()

    def _write(self, rows: Iterable[bytes], folder: Path) -> BinaryIO:
        job = self.job(rows, folder)
        try:
            return workshop.once(job, SECONDS).open("rb")
        except subprocess.TimeoutExpired:
            raise ExportBusy(_too_large(self, f"it took more than {SECONDS} seconds to write")) from None

    def job(self, rows: Iterable[bytes], folder: Path, styles: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What `layers/convert.py` is to do, with the table that it reads laid into `folder`.

        `styles`: `qml` and `sld` for formats that have a place for them. Raises ExportTooLarge.
        """
        table, file = folder / "rows.csv", folder / f"{self.layer}.{self.format.suffix}"
        kinds = ["String", *(_CSVT[one.kind] for one in self.columns), "String"]
        table.with_suffix(".csvt").write_text(",".join(f'"{kind}"' for kind in kinds), "ascii")
        written = 0
        with table.open("wb") as out:
            for piece in rows:
                written += out.write(piece)
                if written > MOST_BYTES:
                    raise ExportTooLarge(_too_large(self, f"more than {MOST_BYTES // 10**6} MB fit"))
        return {
            "table": str(table),
            "file": str(file),
            "driver": self.format.driver,
            "layer": self.layer,
            "lists": [one.name for one in self.columns if one.kind == "list"] if self.format.lists else [],
            "between": ITEM_END,
            "name": next((one.name for one in self.columns if one.name in ("name_vi", "full_name")), self.format.key),
            "shapes": self.contents.shapes,
            "srid": self.srid,
            "indexed": self.contents.located == self.contents.features,
            "words": dict(self.words),
            "styles": dict(styles or {}),
            "most_bytes": 4 * MOST_BYTES,
        }


def _too_large(export: Export, why: str) -> str:
    return (
        f"{export.layer}.{export.format.suffix}: {why}. Narrow the filters (district, status, bbox), "
        "or take .geojson or .csv, which are written as they are read."
    )
