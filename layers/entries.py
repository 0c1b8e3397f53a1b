"""The tables of a definition: values of the right type, or an error that names file, key, and what was expected."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from geo.errors import InvalidData
from geo.status import ACCURACIES, Words
from layers.definition import FIELD_TYPES, Field, FieldType

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIELD_KEYS = {"title", "type", "unit", "minimum", "description", "required", "values", "codes"}


def field_of(path: Path, name: str, entry: Any, more: frozenset[str] = frozenset()) -> Field:
    """One `[fields.…]` table; `more`: keys that it may have beside the usual ones."""
    table = Entries(path, entry if isinstance(entry, dict) else {}, f"fields.{name}.")
    if not _NAME.fullmatch(name):
        raise table.error("the name", name, "small letters, digits and _, such as diameter_mm")
    table.only(_FIELD_KEYS | more)
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
class Entries:
    """One table of a TOML file, with errors that name file, key, what came and what was expected."""

    path: Path
    entry: dict[str, Any]
    prefix: str = ""

    def error(self, key: str, came: object, expected: str) -> InvalidData:
        """What is said of a value that cannot be used."""
        return InvalidData(f"{self.path}: {self.prefix}{key}: {came!r} came, {expected} was expected.")

    def named_well(self) -> None:
        """Raises InvalidData when the file name is no id."""
        if not _ID.fullmatch(self.path.stem):
            raise self.error("the file name", self.path.name, "an id in kebab-case, such as drainage-pipes.toml")

    def only(self, keys: set[str]) -> None:
        """Raises InvalidData for a key that is none of these."""
        for key in self.entry:
            if key not in keys:
                raise self.error(key, self.entry[key], f"one of the keys {', '.join(sorted(keys))}")

    def get(self, key: str, kind: type | tuple[type, ...], default: Any = _REQUIRED) -> Any:
        """The value of a key, of this type. Raises InvalidData for another type, or for none without a default."""
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
        """One of `allowed`. Raises InvalidData with them."""
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
