"""Two releases → what changed from one to the other, feature by feature, as a person would say it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from geo.errors import InvalidData
from geo.status import BASES, CONDITIONS, STATUSES, Words
from geo.versions import Ground
from layers import returnables
from layers.catalog import Catalog
from layers.collection import PROJECTS
from layers.definition import Field
from layers.differences import NOTABLE_M, day, field_changes, of_field, of_place
from layers.release.shelf import CATALOGUE

KINDS = {
    "added": Words("thêm", "added"),
    "removed": Words("rút lại", "withdrawn"),
    "status": Words("đổi trạng thái", "changed status"),
    "renamed": Words("đổi tên", "renamed"),
    "moved": Words("dời vị trí", "moved"),
    "field": Words("sửa thông tin khác", "changed otherwise"),
}
"""What can happen to a feature; the same feature may be of several kinds."""
NAMES = ("name_vi", "name_en", "full_name")
_STATUS = frozenset(
    {"status", "basis", "valid_from", "status_source", "status_source_url", "status_clause", "status_text_vi"}
)
_CONDITION = frozenset({"condition", "condition_valid_from", "condition_source"})
# What follows from something else that is told, or counts how often a feature was written.
_SILENT = frozenset({"status_vi", "status_en", "unit_ids", "version", "updated_at", "layer"})
_NOT_TOLD = Words("chưa rõ", "not known")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. `subject`: the property, or "" for the feature or its place; `moved_m`: in metres."""

    kind: str
    subject: str
    before: Any
    after: Any
    words: Words
    moved_m: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one feature from the older release to the newer one.

    `feature`: as the newer one has it, or the older one where it is gone.
    """

    layer: str
    id: str
    name: Words
    items: tuple[Item, ...]
    feature: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Edition:
    """A release as its own catalogue tells it: its folder, name, instant, and collections, by id, that are compared."""

    folder: Path
    name: str
    issued: str
    titles: Mapping[str, Words] = field(compare=False)

    @classmethod
    def read(cls, folder: Path) -> "Edition":
        """The release in `folder`. All projects together are left out: each stands in its layer too.

        Raises InvalidData when its catalogue is missing or is none.
        """
        try:
            told = orjson.loads((folder / CATALOGUE).read_bytes())
            titles = {one["id"]: Words(**one["title"]) for one in told["collections"]}
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise InvalidData(f"{folder / CATALOGUE}: không đọc được / cannot be read: {error}") from None
        if len(titles) > 1:
            titles.pop(PROJECTS, None)
        return cls(folder, told["release"], told["issued"], titles)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two releases, and how to read what changed. Collections that one of them does not hold are named, not counted."""

    old: Edition
    new: Edition
    catalog: Catalog

    @property
    def shared(self) -> list[str]:
        """Ids of the collections that both hold, in the order of the newer one."""
        return [one for one in self.new.titles if one in self.old.titles]

    @property
    def lone(self) -> dict[str, list[str]]:
        """Ids of those that only the older or only the newer release holds."""
        return {
            "old": [one for one in self.old.titles if one not in self.new.titles],
            "new": [one for one in self.new.titles if one not in self.old.titles],
        }

    def changes(self) -> Iterator[Change]:
        """Every change: by collection, in the order of the newer file, then what is gone.

        Of the older file a checksum and a place in the file are remembered for each feature, nothing more, and both
        are read line by line: 100 000 features take some 30 MB.
        """
        for layer in self.shared:
            old, new = (one.folder / f"layers/{layer}.geojson" for one in (self.old, self.new))
            fields = _fields(self.catalog, layer)
            known = {key: (digest, at) for key, digest, at, _ in _lines(old)}
            with old.open("rb") as file:

                def before(key: str) -> dict[str, Any]:
                    file.seek(known.pop(key)[1])  # noqa: B023 -- asked before the next file is opened
                    return _feature(file.readline())

                yield from _compared(layer, known, before, _lines(new), fields)


_Line = tuple[str, bytes, int, dict[str, Any]]


def _compared(
    layer: str,
    known: dict[str, tuple[bytes, int]],
    before: Callable[[str], dict[str, Any]],
    now: Iterator[_Line],
    fields: Mapping[str, Field],
) -> Iterator[Change]:
    for key, digest, _, feature in now:
        if key not in known:
            yield Change(layer, key, _name(feature), (_came(feature),), feature)
        elif known[key][0] == digest:
            del known[key]
        elif items := tuple(_items(before(key), feature, fields)):
            yield Change(layer, key, _name(feature), items, feature)
    for key in sorted(known):
        gone = before(key)
        words = Words("không còn trong bản phát hành mới (đã rút lại)", "no longer in the release (withdrawn)")
        yield Change(layer, key, _name(gone), (Item("removed", "", _state(gone), None, words),), gone)


def _lines(path: Path) -> Iterator[_Line]:
    """Each feature of a GeoJSON file of ours: its id, a checksum, where its line begins, and the feature."""
    with path.open("rb") as file:
        at = len(file.readline())
        for line in file:
            if line != b"]}\n":
                plain = line.lstrip(b",").rstrip()
                try:
                    feature = orjson.loads(plain)
                    key = str(feature["id"])
                except (orjson.JSONDecodeError, KeyError, TypeError) as error:
                    raise InvalidData(f"{path}: không phải đối tượng / not a feature: {plain[:60]!a}") from error
                yield key, hashlib.blake2b(plain, digest_size=16).digest(), at, feature
            at += len(line)


def _feature(line: bytes) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(line.lstrip(b","))
    return read


def _fields(catalog: Catalog, layer: str) -> Mapping[str, Field]:
    """What is known of the properties; nothing of a collection that is no longer ours: then they are told by name."""
    if layer in catalog.collections:
        return returnables.properties(catalog.collection(layer).layers)
    return returnables.UNIT


def _name(feature: Mapping[str, Any]) -> Words:
    told = feature["properties"]
    vi = told.get("name_vi") or told.get("full_name") or told.get("name") or feature["id"]
    return Words(vi, told.get("name_en") or vi)


def _state(feature: Mapping[str, Any]) -> Any:
    return feature["properties"].get("status")


def _came(feature: Mapping[str, Any]) -> Item:
    status = _state(feature)
    if status is None:
        return Item("added", "", None, None, Words("mới có trong bản phát hành", "new in the release"))
    stage, since = _label(STATUSES, status), _since(feature["properties"].get("valid_from"))
    words = Words(
        f"mới có trong bản phát hành, trạng thái {_small(stage.vi)}{since.vi}",
        f"new in the release, status {_small(stage.en)}{since.en}",
    )
    return Item("added", "", None, status, words)


def _items(old: Mapping[str, Any], new: Mapping[str, Any], fields: Mapping[str, Field]) -> Iterator[Item]:
    before, after = ({key: told for key, told in one["properties"].items() if told not in (None, "", [])}
                     for one in (old, new))  # fmt: skip
    differing = {one["field"]: one for one in field_changes(before, after, fields)}
    stages = [*_status(before, after, differing.keys()), *_condition(before, after, differing.keys())]
    yield from stages
    skipped = _STATUS | _CONDITION | _SILENT | ({"last_told"} if stages else frozenset())
    for name, change in differing.items():
        if name not in skipped:
            words = of_field(change, fields)
            plain = Words(words.vi.removesuffix("."), words.en.removesuffix("."))
            yield Item("renamed" if name in NAMES else "field", name, change["before"], change["after"], plain)
    yield from _place(old["geometry"], new["geometry"])


def _status(before: Mapping[str, Any], after: Mapping[str, Any], differing: Any) -> Iterator[Item]:
    if not differing & _STATUS:
        return
    was, now = before.get("status"), after.get("status")
    one, other, since = _label(STATUSES, was), _label(STATUSES, now), _since(after.get("valid_from"))
    if was != now:
        words = Words(
            f"trạng thái {_small(one.vi)} → {_small(other.vi)}{since.vi}",
            f"status {_small(one.en)} → {_small(other.en)}{since.en}",
        )
        yield Item("status", "status", was, now, words)
        return
    basis = _label(BASES, after.get("basis"))
    words = Words(
        f"vẫn {_small(other.vi)}, theo nguồn khác{since.vi}: {_small(basis.vi)}",
        f"still {_small(other.en)}, told otherwise{since.en}: {_small(basis.en)}",
    )
    yield Item("field", "status_source", before.get("status_source"), after.get("status_source"), words)


def _condition(before: Mapping[str, Any], after: Mapping[str, Any], differing: Any) -> Iterator[Item]:
    if "condition" in differing:
        was, now = before.get("condition"), after.get("condition")
        one, other = _label(CONDITIONS, was), _label(CONDITIONS, now)
        since = _since(after.get("condition_valid_from"))
        words = Words(
            f"tình hình {_small(one.vi)} → {_small(other.vi)}{since.vi}",
            f"condition {_small(one.en)} → {_small(other.en)}{since.en}",
        )
        yield Item("status", "condition", was, now, words)


def _place(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[Item]:
    if old == new:
        return
    from geo.ground import ground  # which takes 0.1 s to import; the server reads of this module what it names alone

    found: Ground = ground(old, new)
    moved = None if found.moved_m is None else round(found.moved_m, 1)
    kinds = [None if one is None else one["type"] for one in (old, new)]
    for words in of_place(kinds[0], kinds[1], found):
        away = moved if moved is not None and moved >= NOTABLE_M else None
        kind = "moved" if away is not None or None in kinds else "field"
        yield Item(kind, "", kinds[0], kinds[1], Words(_small(words.vi)[:-1], _small(words.en)[:-1]), away)
        moved = None  # the first sentence tells it


def _label(codes: Mapping[str, Any], code: str | None) -> Words:
    if code is None:
        return _NOT_TOLD
    label: Words = codes[code].label if code in codes else Words(code, code)
    return label


def _since(told: str | None) -> Words:
    try:
        read = day(told) if told else None
    except (ValueError, IndexError):
        read = Words(str(told), str(told))
    return Words("", "") if read is None else Words(f" ({read.vi})", f" ({read.en})")


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
