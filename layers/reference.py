"""Units, directives and targets: the files under `data/` that every layer refers to, brought into the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from geo import mandates, unit_store
from geo.errors import InvalidData
from layers.files import TARGET_NUMBERS
from layers.reading import BOM, rows


def unit_files(data: Path) -> tuple[Path, ...]:
    """The files that `load_units` reads."""
    outlines = sorted((data / "units" / "outlines").glob("*.geojson"))
    return (data / "units" / "units.csv", data / "units" / "successions.csv", *outlines)


def directive_files(data: Path) -> tuple[Path, ...]:
    """The files that `load_documents` and `load_mandates` read."""
    names = ("documents", "clauses", "mandates", "unmapped")
    return (*(data / "directives" / f"{name}.csv" for name in names), data / "targets.csv")


def load_units(connection: Connection, data: Path) -> None:
    """Store the units with their generalised outlines (WGS 84), and their successions."""
    units, successions, *outlines = unit_files(data)
    geometries: dict[str, str] = {}
    for path in outlines:
        try:
            for feature in orjson.loads(path.read_bytes().removeprefix(BOM))["features"]:
                geometries[feature["id"]] = orjson.dumps(feature["geometry"]).decode()
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise InvalidData(
                f"{path}: cần một FeatureCollection các đường ranh.\n"
                f"    {path.name}: a FeatureCollection of outlines was expected: {error!r}."
            ) from None
    unit_store.replace(
        connection,
        [_blank_is_none(row) | {"geometry": geometries.get(row["id"])} for row in rows(units, "units")],
        [_blank_is_none(row) for row in rows(successions, "successions")],
    )


def load_documents(connection: Connection, data: Path) -> None:
    """Store documents, clauses and targets."""
    folder = data / "directives"
    clauses = [
        _blank_is_none(row)
        | {
            "position": int(row["seq"]),
            "topics": [topic for topic in row["topics"].split(";") if topic],
            "open_list": row["open_list"] == "true",
        }
        for row in rows(folder / "clauses.csv", "clauses")
    ]
    for clause in clauses:
        del clause["seq"]
    targets = [
        {"id": row["id"], "position": position, "properties": _target(row)}
        for position, row in enumerate(rows(data / "targets.csv", "targets"), start=1)
    ]
    documents = [_blank_is_none(row) for row in rows(folder / "documents.csv", "documents")]
    mandates.replace_documents(connection, documents, clauses, targets)


def load_mandates(connection: Connection, data: Path) -> None:
    """Store what the clauses order, also what they order without naming a record of ours."""
    folder = data / "directives"
    mandates.replace_mandates(connection, [*_mapped(folder / "mandates.csv"), *_unmapped(folder / "unmapped.csv")])


def _mapped(path: Path) -> Iterator[dict[str, Any]]:
    for row in rows(path, "mandates"):
        yield _blank_is_none(row) | {"ordered_finish": row["ordered_finish"] == "true", "unmapped_reason": None}


def _unmapped(path: Path) -> Iterator[dict[str, Any]]:
    absent = dict.fromkeys(
        ("feature", "target", "ordered_stage", "implied_stage", "due_basis", "text_vi", "named_as", "confidence")
    )
    for row in rows(path, "unmapped"):
        told = _blank_is_none(row)
        yield absent | {
            "clause": told["clause"],
            "role": "orders",
            "ordered_finish": False,
            "due": told["due"],
            "quote_vi": told["quote_vi"],
            "note": told["why"],
            "note_en": told["why_en"],
            "unmapped_reason": told["reason"],
        }


def _target(row: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = _blank_is_none(row)
    del told["id"]
    for name in TARGET_NUMBERS:
        if told[name] is not None:
            number = float(told[name])
            told[name] = int(number) if number.is_integer() else number
    told["recorded_ids"] = [one for one in (told["recorded_ids"] or "").split(";") if one]
    told["in_directives"] = row["in_directives"] == "true"
    return told


def _blank_is_none(row: dict[str, str]) -> dict[str, Any]:
    return {key: value or None for key, value in row.items()}
