"""The catalog: every layer there is, gathered from `definitions/` and from one more folder if the office has one.

A definition is `<id>.toml`. `_common.toml` beside it holds the fields of every layer (`[fields.*]`) and those that
several layers share by naming them (`[shared.*]`, `shared = ["berths"]`).
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from geo import units
from geo.errors import InvalidData, UnknownLayer
from geo.status import Lifecycle
from layers.collection import PROJECTS, Collection, collections
from layers.definition import GEOMETRY_RULES, LIFECYCLE_IDS, GeometryRule, Layer, OfficeLayer, Style
from layers.entries import Entries, field_of
from layers.icons import OWN, Icon, read_icon
from layers.office import office_layer

COMMON = "_common.toml"
_LAYER_KEYS = {
    "title", "description", "each_feature_is", "geometry", "lifecycle", "order", "shared", "fields", "style",
    "landmark",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalog:
    """The layers by id, in their order, and what they make: collections. `extra`: the office's own folder, if any.

    `tables`: what the office keeps itself and we only publish.
    """

    layers: dict[str, Layer]
    extra: Path | None = None
    from_extra: frozenset[str] = frozenset()
    tables: dict[str, OfficeLayer] = field(default_factory=dict)
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
        read = [_defined(path, common) for path in _files(extra)] if extra is not None else []
        more = [layer for layer in read if isinstance(layer, Layer)]
        tables = [layer for layer in read if isinstance(layer, OfficeLayer)]
        layers: dict[str, Layer] = {}
        for layer in sorted([*own, *more], key=lambda layer: (layer.order, layer.id)):
            if layer.id in layers:
                raise InvalidData(f"{extra}: {layer.id}.toml: this id is taken; give the layer another one.")
            layers[layer.id] = layer
        offered = {table.id: table for table in sorted(tables, key=lambda table: (table.order, table.id))}
        found = cls(layers, extra, frozenset(layer.id for layer in more), offered)
        for layer in layers.values():
            if found.collections[layer.id].mother != layer.id or layer.id == PROJECTS:
                raise InvalidData(f"{extra}: {layer.id}.toml: a collection of ours is called so; choose another id.")
        for name in (*layers, *offered):
            if name in units.COLLECTIONS or (name in offered and name in found.collections):
                raise InvalidData(f"{extra}: {name}.toml: a collection of ours is called so; choose another id.")
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


def _defined(path: Path, common: dict[str, Any]) -> Layer | OfficeLayer:
    told = _read(path)
    return office_layer(Entries(path, told)) if "source" in told else _layer(path, common)


def _layer(path: Path, common: dict[str, Any]) -> Layer:
    table = Entries(path, _read(path))
    table.only(_LAYER_KEYS)
    table.named_well()
    shared = common.get("shared", {})
    fields: dict[str, Any] = dict(common.get("fields", {}))
    for name in table.get("shared", list, []):
        if name not in shared:
            raise table.error("shared", name, f"names of {COMMON}: {', '.join(shared)}")
        fields[name] = shared[name]
    fields |= table.get("fields", dict, {})
    style = Entries(path, table.get("style", dict), "style.")
    style.only({"by", "icon", "width_px"})
    return Layer(
        id=path.stem,
        title=table.words("title"),
        description=table.words("description"),
        each_feature_is=table.words("each_feature_is"),
        geometry=cast(GeometryRule, table.choice("geometry", GEOMETRY_RULES)),
        lifecycle=cast(Lifecycle, table.choice("lifecycle", LIFECYCLE_IDS)),
        order=table.get("order", int, 1000),
        style=Style(
            style.get("by", str, "status"),
            style.get("icon", str),
            _icon(path, style.get("icon", str)),
            style.get("width_px", (int, float), 3),
        ),
        fields={name: field_of(path, name, entry) for name, entry in fields.items()},
        landmark=table.get("landmark", bool, False),
    )


def _icon(path: Path, name: str) -> Icon:
    """Our own drawing of that name, or the one in `icons/` beside the definition."""
    try:
        return read_icon(name, OWN, path.parent / "icons")
    except InvalidData as error:
        raise InvalidData(f"{path}: style.{error}") from None
