"""Run in a process of its own, by `layers.export`: one table becomes one file of another format.

Reads a CSV of `geo.outgoing.records` through GDAL as Arrow batches, so memory does not grow with the table. The job is
JSON on standard input. Imports nothing of ours.
"""

import json
import resource
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyogrio

BATCH = 5_000
WGS_84 = 4326
_SHOWN = "Name"
SECONDS_OF_CPU = 120
MOST_MEMORY = 2 * 1024**3
_READING = {
    "HEADERS": "YES",
    "GEOM_POSSIBLE_NAMES": "geometry",
    "KEEP_GEOM_COLUMNS": "NO",
    "EMPTY_STRING_AS_NULL": "YES",
    "AUTODETECT_TYPE": "NO",
}


def with_gdal(job: dict[str, Any]) -> None:
    """GeoPackage, FlatGeobuf and KML: Arrow batches from one driver of GDAL to another."""
    driver, words = job["driver"], job["words"]
    options: dict[str, dict[str, Any]] = {
        "GPKG": {
            "dataset_options": {"VERSION": "1.2"},
            "layer_metadata": words,
            "layer_options": {"IDENTIFIER": words["title"], "DESCRIPTION": words["description"]},
        },
        # Its spatial index has no room for a feature without a place.
        "FlatGeobuf": {
            "layer_metadata": words,
            "layer_options": {
                "SPATIAL_INDEX": "YES" if job["indexed"] else "NO",
                "TITLE": words["title"],
                "DESCRIPTION": words["description"],
            },
        },
        "KML": {"dataset_options": {"NameField": _SHOWN}},
    }
    shapes = job["shapes"]
    with pyogrio.open_arrow(job["table"], batch_size=BATCH, use_pyarrow=driver == "KML", **_READING) as (_, batches):
        pyogrio.write_arrow(
            _named(batches, job["name"]) if driver == "KML" else batches,
            job["file"],
            layer=job["layer"],
            driver=driver,
            geometry_name="geometry",
            geometry_type=shapes[0] if len(shapes) == 1 else "Unknown",
            crs=f"EPSG:{job['srid']}",
            encoding="UTF-8",
            **options[driver],
        )
    if driver == "KML":
        _credit(Path(job["file"]), words)


def _named(batches: Any, name: str) -> Any:
    """The same with the name once more, for GDAL takes what a placemark shows out of the fields that it lists."""
    import pyarrow as pa

    def several() -> Iterator[Any]:
        for batch in batches:
            yield pa.record_batch([*batch.columns, batch.column(name)], schema=schema)

    schema = batches.schema.append(batches.schema.field(name).with_name(_SHOWN))
    return pa.RecordBatchReader.from_batches(schema, several())


def _credit(file: Path, words: dict[str, str]) -> None:
    """GDAL's KML has no place for words about the whole, KML has: the author and the description of its document."""
    told = "".join(f"{name}: {value}\n" for name, value in words.items() if name != "title")
    author = (
        f'\n<atom:author xmlns:atom="http://www.w3.org/2005/Atom"><atom:name>{escape(words["publisher"])}</atom:name>'
        "</atom:author>"
        if "publisher" in words
        else ""
    )
    head = f"\n<name>{escape(words['title'])}</name>{author}\n<description>{escape(told)}</description>"
    begin, bare = b'<Document id="root_doc">', file.with_suffix(".bare")
    file.rename(bare)
    with bare.open("rb") as source, file.open("wb") as out:
        out.write(source.read(1024).replace(begin, begin + head.encode(), 1))
        shutil.copyfileobj(source, out, 1024 * 1024)


def with_arrow(job: dict[str, Any]) -> None:
    """GeoParquet 1.1: the same batches, lists as lists; its default is WGS 84, longitude first."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    import pyproj

    lists = set(job["lists"])
    column = {"encoding": "WKB", "geometry_types": job["shapes"]}
    if job["srid"] != WGS_84:
        column["crs"] = pyproj.CRS.from_epsg(job["srid"]).to_json_dict()
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    told = {name: str(value) for name, value in job["words"].items()} | {"geo": json.dumps(geo)}

    def typed(field: pa.Field) -> pa.Field:
        if field.name == "geometry":
            return pa.field("geometry", pa.binary())
        return pa.field(field.name, pa.list_(pa.string()) if field.name in lists else field.type)

    with pyogrio.open_arrow(job["table"], batch_size=BATCH, use_pyarrow=True, **_READING) as (_, batches):
        schema = pa.schema([typed(field) for field in batches.schema], metadata=told)
        with pq.ParquetWriter(job["file"], schema, compression="zstd") as out:
            for batch in batches:
                arrays = [
                    pc.split_pattern(array, job["between"]) if field.name in lists else array.cast(field.type)
                    for field, array in zip(schema, batch.columns, strict=True)
                ]
                out.write_batch(pa.record_batch(arrays, schema=schema))


def with_styles(job: dict[str, Any]) -> None:
    """Put the styles into a GeoPackage as QGIS keeps them there: it then opens the layer drawn."""
    import pandas as pd

    told = {
        "f_table_catalog": "",
        "f_table_schema": "",
        "f_table_name": job["layer"],
        "f_geometry_column": "geom",
        "styleName": job["layer"],
        "styleQML": job["styles"]["qml"],
        "styleSLD": job["styles"]["sld"],
        "useAsDefault": True,
        "description": job["words"]["title"],
        "owner": "haiphong",
        "ui": None,
        "update_time": job["words"].get("written"),
    }
    pyogrio.write_dataframe(
        pd.DataFrame([told]), job["file"], layer="layer_styles", driver="GPKG", layer_options={"FID": "id"}
    )


def do(job: dict[str, Any]) -> None:
    """One job, within its limits. The file tells the time that its words name: the same table gives the same bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_FSIZE, job["most_bytes"])
    _limit(resource.RLIMIT_DATA, MOST_MEMORY)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + SECONDS_OF_CPU)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": job["words"].get("written")})
    (with_arrow if job["driver"] == "Parquet" else with_gdal)(job)
    if job["driver"] == "GPKG" and job["styles"]:
        with_styles(job)


def _limit(kind: int, most: int) -> None:
    resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def main() -> None:
    """Do the jobs on standard input, one a line, and say each name when its file is there.

    Whatever goes wrong ends the process with a traceback.
    """
    for line in sys.stdin:
        job = json.loads(line)
        do(job)
        print(job["file"], flush=True)


if __name__ == "__main__":
    main()
