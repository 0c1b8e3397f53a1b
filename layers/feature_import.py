"""A published file → `data/`: features that were corrected in QGIS or a spreadsheet come back to the curated files.

What a file of a release tells of a feature is its place and its fields; its status and its units are derived from
`status.csv`, `units.csv` and the map, and stay as they are.
"""

import contextlib
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import shapely

from geo.errors import InvalidData, InvalidParameter
from geo.findings import Finding
from geo.published import COLUMNS
from layers import check, provenance
from layers.catalog import Catalog
from layers.definition import Field, Layer
from layers.differences import field_changes, of_field
from layers.feature_files import rows
from layers.gate import MOST
from layers.reading import features

FILE = "curated.geojson"
TOLERANCE = 1e-7
"""In degrees: a centimetre, the last decimal that is published."""
_KEYS = ("feature_id", "id")
# What the formats add of themselves.
_FORMAT = {
    "fid", "ogc_fid", "longitude", "latitude", "WKT", "Description", "description", "timestamp", "begin", "end",
    "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "Name2",
}  # fmt: skip
_DERIVED = {column.name for column in COLUMNS} - {"name_vi", "name_en"}
_NAME = "Name"
"""What KML calls the name that it shows; in releases before 0.4.0 it stands nowhere else."""
_FORMULA = tuple("=+-@\t\r")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a file brings to one layer, by id: the names of what is new, and sentences of what differs.

    `left_out`: how many features of the layer the file does not tell of.
    """

    layer: str
    added: Mapping[str, str]
    changed: Mapping[str, tuple[str, ...]]
    unchanged: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Report:
    """`layers`: those that the file tells of; `warnings`: what the check says of them; `written`: whether it was."""

    layers: tuple[Changed, ...]
    warnings: tuple[Finding, ...]
    written: bool


def bring_in(file: Path, data: Path, catalog: Catalog, layer: str | None = None, *, dry_run: bool = False) -> Report:
    """Put what `file` tells into the curated files of its layers, which a feature names, or of `layer`.

    Nothing is written where anything is wrong: InvalidParameter or InvalidData say what. A feature that the file
    leaves out stays; a column that it leaves out stays as it was.
    """
    told = _by_layer(file, catalog, layer)
    report, fresh = [], {}
    for name, found in told.items():
        folder = catalog.folder(name, data)
        stored = {one["id"]: one for _, one in features(folder / FILE)}
        merged = {key: _merged(catalog.layers[name], key, stored.get(key), *one) for key, one in found.items()}
        report.append(_compared(catalog.layers[name], stored, merged))
        if report[-1].added or report[-1].changed:
            fresh[name] = _collection(stored | merged)
    warnings = _checked(data, catalog, fresh) if fresh else ()
    if not dry_run:
        for name, content in fresh.items():
            _put(catalog.folder(name, data) / FILE, content)
            if (catalog.folder(name, data) / provenance.FILE).is_file():
                provenance.stamp(catalog.folder(name, data))
    return Report(tuple(report), warnings, written=bool(fresh) and not dry_run)


def lines(report: Report) -> Iterator[str]:
    """The report for a person."""
    for one in report.layers:
        yield (
            f"{one.layer}: {len(one.added)} thêm / added, {len(one.changed)} đổi / changed, {one.unchanged} giữ / "
            f"unchanged, {one.left_out} không có trong tệp, vẫn giữ / not in the file, they stay"
        )
        sentences = [f"{name} ({key}): thêm mới / added" for key, name in one.added.items()]
        sentences += [sentence for several in one.changed.values() for sentence in several]
        yield from (f"  {sentence}" for sentence in sentences[:MOST])
        if len(sentences) > MOST:
            yield f"  … {len(sentences) - MOST} nữa / more"
    yield from map(str, report.warnings)
    yield (
        "Tình trạng, đơn vị và các cột suy ra khác không nhập từ tệp: tình trạng mới là một dòng của status.csv. / "
        "Status, units and what else is derived are not taken from the file: a new status is a row of status.csv."
    )


def _by_layer(file: Path, catalog: Catalog, layer: str | None) -> dict[str, dict[str, tuple[Properties, Any]]]:
    if layer is not None:
        catalog.layer(layer)
    found: dict[str, dict[str, tuple[Properties, Any]]] = defaultdict(dict)
    for number, (cells, place) in enumerate(rows(file), start=1):
        where = f"{file.name}, đối tượng / feature {number}"
        key = next((cells[name] for name in _KEYS if cells.get(name)), None)
        if not isinstance(key, str):
            raise InvalidData(f"{where}: không có mã / there is no id, in a column `id` (KML: `feature_id`).")
        of = cells.get("layer") or layer
        if of not in catalog.layers:
            told = "--layer" if of is None else f"{of!r}: --layer"
            raise InvalidParameter(f"{where}: lớp nào / of which layer? {told} {', '.join(catalog.layers)}")
        if layer not in (None, of):
            continue
        if key in found[of]:
            raise InvalidData(f"{where}: mã {key!r} có hai lần / the id {key!r} comes twice.")
        name = {"name_vi": cells[_NAME]} if "name_vi" not in cells and cells.get(_NAME) else {}
        own = {one: value for one, value in cells.items() if one not in (*_KEYS, _NAME) and one not in _DERIVED}
        fields = catalog.layers[of].fields
        kept = {one: value for one, value in own.items() if one in fields or one not in _FORMAT}
        found[of][key] = kept | name, place
    if not found:
        raise InvalidData(
            f"{file.name}: không có đối tượng nào / there is no feature{f' of {layer}' if layer else ''}."
        )
    return found


def _merged(layer: Layer, key: str, stored: dict[str, Any] | None, cells: Properties, place: Any) -> dict[str, Any]:
    """The feature as the curated file keeps it; what says the same as before is left as it was written."""
    before: Properties = stored["properties"] if stored else {}
    after = {name: before[name] for name in before if name not in cells}
    values = {name: _value(layer.fields.get(name), cells[name], before.get(name)) for name in cells}
    after |= {name: value for name, value in values.items() if value not in (None, "", [])}
    order = [*before, *layer.fields, *after]
    geometry = stored["geometry"] if stored and _same(stored["geometry"], place) else place
    return {
        "type": "Feature",
        "id": key,
        "geometry": geometry,
        "properties": {name: after[name] for name in dict.fromkeys(order) if name in after},
    }


def _value(field: Field | None, cell: Any, before: Any) -> Any:
    """What the cell means for the field. A format without lists, or without numbers, has written them as text."""
    if cell is None or field is None:
        return cell
    if cell == before:
        return before
    text = cell
    if isinstance(cell, str):
        text = cell.replace("\r\n", "\n")
        # A spreadsheet gets an apostrophe before what it would run.
        bare = text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text
        if before is not None and text in (_text(before), f"'{_text(before)}"):
            return before
        text = bare
    match field.type:
        case "string-list" if isinstance(text, str):
            return [item for item in text.split("; ") if item]
        case "number" | "integer" if isinstance(text, str | float) and not isinstance(text, bool):
            return _number(text)
        case "boolean" if not isinstance(text, bool):
            return _FLAGS.get(str(text).lower().removesuffix(".0"), text)
        case "string" | "date" if isinstance(text, int | float) and not isinstance(text, bool):
            return str(_number(text))
    return text


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _number(text: str | float) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _same(before: Any, after: Any) -> bool:
    if before is None or after is None:
        return before is after
    one, other = (shapely.geometry.shape(place) for place in (before, after))
    parts = [place.geoms[0] if len(getattr(place, "geoms", ())) == 1 else place for place in (one, other)]
    return bool(parts[0].normalize().equals_exact(parts[1].normalize(), TOLERANCE))


def _compared(layer: Layer, stored: Mapping[str, Any], merged: Mapping[str, Any]) -> Changed:
    added: dict[str, str] = {}
    changed: dict[str, tuple[str, ...]] = {}
    for key, one in merged.items():
        name = str(one["properties"].get("name_vi", key))
        before = stored.get(key)
        if before is None:
            added[key] = name
            continue
        told = [
            of_field(change, layer.fields)
            for change in field_changes(before["properties"], one["properties"], layer.fields)
        ]
        sentences = [f"{name} ({key}): {words.vi} / {words.en}" for words in told]
        if before["geometry"] != one["geometry"]:
            sentences.append(f"{name} ({key}): vị trí đổi / its place changed")
        if sentences:
            changed[key] = tuple(sentences)
    unchanged = len(merged) - len(added) - len(changed)
    return Changed(layer.id, added, changed, unchanged, len(stored.keys() - merged.keys()))


def _collection(found: Mapping[str, dict[str, Any]]) -> bytes:
    listed = b",\n".join(orjson.dumps(found[key]) for key in sorted(found))
    return b'{"type":"FeatureCollection",\n"features":[\n' + listed + b"\n]}\n"


def _checked(data: Path, catalog: Catalog, fresh: Mapping[str, bytes]) -> tuple[Finding, ...]:
    """The warnings of `haiphong check` about the layers as they would be. Raises InvalidData with its errors."""
    with tempfile.TemporaryDirectory(prefix="haiphong-") as private:
        beside = Path(private) / "data"
        office = Path(private) / "office"
        _mirror(data, beside)
        tried = catalog
        if catalog.extra is not None:
            _mirror(catalog.extra, office)
            tried = replace(catalog, extra=office)
        for name, content in fresh.items():
            real, folder = catalog.folder(name, data), tried.folder(name, beside)
            folder.unlink()
            _mirror(real, folder)
            (folder / FILE).unlink()
            (folder / FILE).write_bytes(content)
        found = check.run(beside, tried, list(fresh), names=False)
    if errors := [str(one) for one in found if one.severity == "error"]:
        more = [f"… {len(errors) - MOST} lỗi nữa / more errors"] if len(errors) > MOST else []
        told = "Chưa nhập gì, tệp của data/ giữ nguyên. / Nothing was taken in, the files of data/ are as they were."
        raise InvalidData("\n".join([*errors[:MOST], *more, told]))
    return tuple(found)


def _mirror(folder: Path, beside: Path) -> None:
    """A folder that holds the same as another one, by links."""
    beside.mkdir(parents=True)
    for path in folder.resolve().iterdir():
        (beside / path.name).symlink_to(path)


def _put(path: Path, content: bytes) -> None:
    """In the place of the file that is there, on the disk before it counts. Raises InvalidData where it cannot be."""
    aside = path.with_name(f".{path.name}.new")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise InvalidData(f"{path}: không ghi được / cannot be written: {error.strerror}") from error
