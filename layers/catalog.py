"""The catalog: every layer there is, gathered from `definitions/` and from one more folder if the office has one.

A definition is `<id>.toml`. `_common.toml` beside it holds the fields of every layer (`[fields.*]`) and those that
several layers share by naming them (`[shared.*]`, `shared = ["berths"]`).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from geo.errors import InvalidData, UnknownLayer
from geo.status import ACCURACIES, Lifecycle, Words
from layers.collection import PROJECTS, Collection, collections
from layers.definition import FIELD_TYPES, GEOMETRY_RULES, LIFECYCLE_IDS, Field, FieldType, GeometryRule, Layer, Style

COMMON = "_common.toml"
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_LAYER_KEYS = {
    "title", "description", "each_feature_is", "geometry", "lifecycle", "order", "shared", "fields", "style"
}  # fmt: skip
_FIELD_KEYS = {"title", "type", "unit", "minimum", "description", "required", "values", "codes"}


@dataclass(frozen=True, slots=True)
class Catalog:
    """The layers by id, in their order, and what they make: collections. `extra`: the office's own folder, if any."""

    layers: dict[str, Layer]
    extra: Path | None = None
    from_extra: frozenset[str] = frozenset()
    collections: dict[str, Collection] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "collections", collections(self.layers))

    @classmethod
    def load(cls, definitions: Path, extra: Path | None = None) -> "Catalog":
        """Read every definition of `definitions`, then those of `extra`, whose curated files lie in `extra/<id>/`.

        Raises InvalidData with file, key and what was expected when one cannot be used, or an id comes twice.
        """
        common = _read(definitions / COMMON)
        own = [_layer(path, common) for path in _files(definitions)]
        more = [_layer(path, common) for path in _files(extra)] if extra is not None else []
        layers: dict[str, Layer] = {}
        for layer in sorted([*own, *more], key=lambda layer: (layer.order, layer.id)):
            if layer.id in layers:
                raise InvalidData(f"{extra}: {layer.id}.toml: this id is taken; give the layer another one.")
            layers[layer.id] = layer
        found = cls(layers, extra, frozenset(layer.id for layer in more))
        for layer in layers.values():
            if found.collections[layer.id].mother != layer.id or layer.id == PROJECTS:
                raise InvalidData(f"{extra}: {layer.id}.toml: a collection of ours is called so; choose another id.")
        return found

    def layer(self, layer_id: str) -> Layer:
        """The layer of this id. Raises UnknownLayer with the ids that exist."""
        try:
            return self.layers[layer_id]
        except KeyError:
            raise UnknownLayer(layer_id, tuple(self.layers)) from None

    def collection(self, collection_id: str) -> Collection:
        """The collection of this id. Raises UnknownLayer with the ids of those that are no part of another."""
        try:
            return self.collections[collection_id]
        except KeyError:
            whole = tuple(one.id for one in self.collections.values() if not one.is_part)
            raise UnknownLayer(collection_id[:60], whole) from None

    def of(self, layer_id: str | None) -> tuple[Layer, ...]:
        """The layer of this id alone, or with None every layer. Raises UnknownLayer with the ids that exist."""
        return tuple(self.layers.values()) if layer_id is None else (self.layer(layer_id),)

    def folder(self, layer_id: str, data: Path) -> Path:
        """Where the curated files of a layer lie: `data/<id>/`, or the office's own folder."""
        root = self.extra if self.extra is not None and layer_id in self.from_extra else data
        return root / self.layer(layer_id).id


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith("_"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InvalidData(f"{path}: the file is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidData(f"{path}: no valid TOML: {error}.") from None


def _layer(path: Path, common: dict[str, Any]) -> Layer:
    table = _Table(path, _read(path))
    table.only(_LAYER_KEYS)
    if not _ID.fullmatch(path.stem):
        raise table.error("the file name", path.name, "an id in kebab-case, such as drainage-pipes.toml")
    shared = common.get("shared", {})
    fields: dict[str, Any] = dict(common.get("fields", {}))
    for name in table.get("shared", list, []):
        if name not in shared:
            raise table.error("shared", name, f"names of {COMMON}: {', '.join(shared)}")
        fields[name] = shared[name]
    fields |= table.get("fields", dict, {})
    style = _Table(path, table.get("style", dict), "style.")
    style.only({"by", "icon", "width_px"})
    return Layer(
        id=path.stem,
        title=table.words("title"),
        description=table.words("description"),
        each_feature_is=table.words("each_feature_is"),
        geometry=cast(GeometryRule, table.choice("geometry", GEOMETRY_RULES)),
        lifecycle=cast(Lifecycle, table.choice("lifecycle", LIFECYCLE_IDS)),
        order=table.get("order", int, 1000),
        style=Style(style.get("by", str, "status"), style.get("icon", str), style.get("width_px", (int, float), 3)),
        fields={name: _field(path, name, entry) for name, entry in fields.items()},
    )


def _field(path: Path, name: str, entry: Any) -> Field:
    table = _Table(path, entry if isinstance(entry, dict) else {}, f"fields.{name}.")
    if not _NAME.fullmatch(name):
        raise table.error("the name", name, "small letters, digits and _, such as diameter_mm")
    table.only(_FIELD_KEYS)
    values: Mapping[str, Words] = {key: table.words("values", key) for key in table.get("values", dict, {})}
    if table.get("codes", str, "") == "accuracy":
        values = {code.id: code.label for code in ACCURACIES.values()}
    return Field(
        name=name,
        title=table.words("title"),
        type=cast(FieldType, table.choice("type", FIELD_TYPES)),
        unit=table.get("unit", str, None),
        minimum=table.get("minimum", (int, float), None),
        description=table.words("description") if "description" in table.entry else None,
        required=table.get("required", bool, False),
        values=values,
    )


_REQUIRED = object()


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of a TOML file, with errors that name file, key, what came and what was expected."""

    path: Path
    entry: dict[str, Any]
    prefix: str = ""

    def error(self, key: str, came: object, expected: str) -> InvalidData:
        return InvalidData(f"{self.path}: {self.prefix}{key}: {came!r} came, {expected} was expected.")

    def only(self, keys: set[str]) -> None:
        for key in self.entry:
            if key not in keys:
                raise self.error(key, self.entry[key], f"one of the keys {', '.join(sorted(keys))}")

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = _REQUIRED) -> Any:
        value = self.entry.get(key, default)
        if value is default and default is not _REQUIRED:
            return default
        if not isinstance(value, kind):
            kinds = kind if isinstance(kind, tuple) else (kind,)
            raise self.error(
                key, None if value is _REQUIRED else value, "a value of type " + " or ".join(k.__name__ for k in kinds)
            )
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self.get(key, str)
        if value not in allowed:
            raise self.error(key, value, f"one of {', '.join(allowed)}")
        return str(value)

    def words(self, key: str, inner: str | None = None) -> Words:
        """Text in both languages; one plain string stands for both."""
        value = self.get(key, (str, dict))
        if inner is not None:
            value = value[inner]
        if isinstance(value, str):
            return Words(value, value)
        texts = value if isinstance(value, dict) else {}
        if set(texts) != {"vi", "en"} or not all(isinstance(text, str) for text in texts.values()):
            raise self.error(f"{key}.{inner}" if inner else key, value, '{ vi = "…", en = "…" }')
        return Words(texts["vi"], texts["en"])
