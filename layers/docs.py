"""Catalog and files → what people read: the dictionary in `layers/README.md`, the counts in `data/README.md`.

What stands between two markers of a page is written here, the rest by hand. `python -m layers.docs` writes both pages
anew and stamps the checksums of `data/`.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from geo.settings import REPOSITORY
from geo.status import ACCURACIES, BASES, CONDITIONS, LIFECYCLES, ROLES, Code
from layers import provenance
from layers.catalog import Catalog
from layers.definition import Field, Layer

BEGIN = "<!-- viết bởi / written by: python -m layers.docs -->"
END = "<!-- hết / end -->"
_HEADINGS = (
    "lớp / layer",
    "đối tượng / features",
    "có vị trí / located",
    "chưa rõ vị trí / unlocated",
    "dòng tình trạng / status rows",
    "trong đó tiến độ / with a condition",
    "yêu cầu của văn bản / orders",
    "nguồn khác nhau / sources",
    "đơn vị được nêu / stated units",
    "chưa xác định / unresolved",
)


def pages(catalog: Catalog, repository: Path = REPOSITORY) -> dict[Path, str]:
    """Both pages as they should read now, by path. Raises ValueError for a page without its two markers."""
    written = {
        repository / "layers" / "README.md": dictionary(catalog),
        repository / "data" / "README.md": counts(catalog, repository / "data"),
    }
    return {path: _between(path.read_text("utf-8"), path, text) for path, text in written.items()}


def dictionary(catalog: Catalog) -> str:
    """The data dictionary in Markdown: every code, every layer, every field, in Vietnamese and English."""
    shared = _shared_fields(catalog.layers.values())
    parts = [
        "## Mã / Codes",
        *(_codes(f"Tình trạng / Status: `{cycle}`", codes) for cycle, codes in LIFECYCLES.items()),
        _codes("Tiến độ / Condition", CONDITIONS),
        _codes("Căn cứ / Basis", BASES),
        _codes("Độ tin cậy vị trí / Location accuracy", ACCURACIES),
        _codes("Vai trò của điều khoản / Role of a clause", ROLES),
        "## Thuộc tính của mọi lớp / Fields of every layer",
        _fields(shared.values()),
        "## Các lớp / The layers",
        *(_layer(layer, shared) for layer in catalog.layers.values()),
    ]
    return "\n\n".join(parts)


def counts(catalog: Catalog, data: Path) -> str:
    """How much of everything the files of `data` hold, in Markdown tables."""
    order = {name: Counter[str]() for name in catalog.layers}
    layer_of: dict[str, str] = {}
    for name, count in order.items():
        folder = catalog.folder(name, data)
        features = json.loads((folder / "curated.geojson").read_text("utf-8"))["features"]
        facts = _rows(folder / "status.csv")
        units = _rows(folder / "units.csv")
        layer_of |= dict.fromkeys((feature["id"] for feature in features), name)
        count["features"] = len(features)
        count["located"] = sum(feature["geometry"] is not None for feature in features)
        count["unlocated"] = count["features"] - count["located"]
        count["facts"] = len(facts)
        count["conditions"] = sum(row["condition"] != "" for row in facts)
        count["sources"] = len({(row["source"], row["source_url"]) for row in facts})
        count["units"] = len(units)
        count["unresolved"] = sum(row["unit_id"] == "" for row in units)
    mandates = _rows(data / "directives" / "mandates.csv")
    for row in mandates:
        if row["feature"]:
            order[layer_of[row["feature"]]]["orders"] += 1
    columns = ("features", "located", "unlocated", "facts", "conditions", "orders", "sources", "units", "unresolved")
    head = "| " + " | ".join(_HEADINGS) + " |\n" + "|---" * len(_HEADINGS) + "|"
    lines = [
        f"| {name} | " + " | ".join(str(count[column]) for column in columns) + " |" for name, count in order.items()
    ]
    total = sum(order.values(), Counter[str]())
    sums = (str(total[column]) if column != "sources" else "" for column in columns)
    lines.append("| **tổng / total** | " + " | ".join(sums) + " |")
    return "\n".join([head, *lines]) + "\n\n" + _list_counts(data, mandates)


def _list_counts(data: Path, mandates: list[dict[str, str]]) -> str:
    units = Counter(f"{row['generation']} {row['level']}" for row in _rows(data / "units" / "units.csv"))
    relations = Counter(row["relation"] for row in _rows(data / "units" / "successions.csv"))
    numbers: dict[str, int] = {f"units/units.csv: {name}": count for name, count in sorted(units.items())}
    numbers |= {f"units/successions.csv: {name}": count for name, count in sorted(relations.items())}
    for path in (*sorted((data / "units" / "outlines").glob("*")), *sorted((data / "basemap").glob("*.geojson"))):
        numbers[str(path.relative_to(data))] = len(json.loads(path.read_text("utf-8"))["features"])
    for name in ("documents", "clauses", "unmapped"):
        numbers[f"directives/{name}.csv"] = len(_rows(data / "directives" / f"{name}.csv"))
    numbers["directives/mandates.csv: feature"] = sum(row["feature"] != "" for row in mandates)
    numbers["directives/mandates.csv: target"] = sum(row["target"] != "" for row in mandates)
    numbers["targets.csv"] = len(_rows(data / "targets.csv"))
    lines = "\n".join(f"| {name} | {count} |" for name, count in numbers.items())
    return f"| danh sách / list | dòng / rows |\n|---|---|\n{lines}"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _between(page: str, path: Path, text: str) -> str:
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path}: the lines {BEGIN!r} and {END!r} are needed around what is written.")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


def _codes(title: str, codes: Mapping[str, Code]) -> str:
    lines = [
        f"| `{code.id}` | {code.label.vi} | {code.label.en} | {code.definition.vi} | {code.definition.en} |"
        for code in codes.values()
    ]
    return "\n".join([f"### {title}", "", "| mã / code | vi | en | nghĩa | meaning |", "|---|---|---|---|---|", *lines])


def _shared_fields(layers: Iterable[Layer]) -> dict[str, Field]:
    first, *others = (dict(layer.fields) for layer in layers)
    return {name: field for name, field in first.items() if all(other.get(name) == field for other in others)}


def _fields(fields: Iterable[Field]) -> str:
    head = [
        "| thuộc tính / field | vi | en | kiểu / type | đơn vị / unit | mã, ghi chú / codes, notes |",
        "|---" * 6 + "|",
    ]
    return "\n".join([*head, *(_field(field) for field in fields)])


def _field(field: Field) -> str:
    notes = [f"{field.description.vi} {field.description.en}"] if field.description else []
    notes += [f"≥ {field.minimum:g}"] if field.minimum is not None else []
    notes += [f"`{code}` {words.vi} / {words.en}" for code, words in field.values.items()]
    kind = f"{field.type}, bắt buộc / required" if field.required else field.type
    return (
        f"| `{field.name}` | {field.title.vi} | {field.title.en} | {kind} | {field.unit or ''} | {'; '.join(notes)} |"
    )


def _layer(layer: Layer, shared: Mapping[str, Field]) -> str:
    own = [field for name, field in layer.fields.items() if name not in shared]
    return (
        f"### `{layer.id}`: {layer.title.vi} / {layer.title.en}\n\n"
        f"{layer.description.vi} Mỗi đối tượng là {layer.each_feature_is.vi}.\n\n"
        f"{layer.description.en} Each feature is {layer.each_feature_is.en}.\n\n"
        f"`geometry = {layer.geometry}`, `lifecycle = {layer.lifecycle}`\n\n{_fields(own)}"
    )


def main() -> None:
    """Write both pages and stamp every folder of `data/`."""
    catalog = Catalog.load(REPOSITORY / "layers" / "definitions")
    for path in sorted((REPOSITORY / "data").glob(f"*/{provenance.FILE}")):
        provenance.stamp(path.parent)
    for page, text in pages(catalog).items():
        page.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
