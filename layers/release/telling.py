"""What changed between two releases, written out: as text, JSON, CSV and Markdown, each while it is read."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import IO, Any, Protocol

import orjson

from geo.outgoing import BOM
from geo.status import Words
from layers.numbers import counted
from layers.release.changes import KINDS, Change, Comparison

COLUMNS = ("collection", "id", "name_vi", "name_en", "kind", "property", "before", "after", "moved_m",
           "sentence_vi", "sentence_en")  # fmt: skip
MOST_SENTENCES = 2_000
"""The page for people names so many features; the table and the JSON hold all."""
_NOTHING = Words("Không có gì thay đổi.", "Nothing changed.")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~!&])")


class Sink(Protocol):
    """Takes changes one by one, and at the end how many features there were of each kind."""

    def add(self, change: Change) -> None:
        """One feature that changed."""

    def end(self, counts: dict[str, int]) -> None:
        """Everything was added."""


def tell(comparison: Comparison, sinks: Iterable[Sink]) -> dict[str, int]:
    """Read the two releases once, and hand every change to each of `sinks`; features by kind, and `changed` in all."""
    every = tuple(sinks)
    counted: Counter[str] = Counter()
    for change in comparison.changes():
        counted.update({item.kind for item in change.items} | {"changed"})
        for sink in every:
            sink.add(change)
    lone = sum(len(ids) for ids in comparison.lone.values())
    counts = {kind: counted[kind] for kind in ("changed", *KINDS)} | {"collections_in_one_only": lone}
    for sink in every:
        sink.end(counts)
    return counts


def sentence(change: Change) -> Words:
    """Name, then everything that became of it."""
    vi, en = ("; ".join(getattr(item.words, one) for item in change.items) for one in ("vi", "en"))
    return Words(f"{change.name.vi}: {vi}", f"{change.name.en}: {en}")


def summary(counts: dict[str, int]) -> Words:
    """How many features changed, and how."""
    if not counts["changed"]:
        return _NOTHING
    vi, en = (
        ", ".join(f"{counts[kind]} {getattr(words, one)}" for kind, words in KINDS.items() if counts[kind])
        for one in ("vi", "en")
    )
    return Words(
        f"{counts['changed']} đối tượng thay đổi: {vi}.", f"{counted(counts['changed'], 'feature')} changed: {en}."
    )


def not_compared(comparison: Comparison) -> list[Words]:
    """The collections that only one of the two holds, as sentences."""
    lone = comparison.lone
    found = []
    for side, edition in (("old", comparison.old), ("new", comparison.new)):
        if lone[side]:
            ids = ", ".join(lone[side])
            found.append(Words(f"Chỉ có trong {edition.name}: {ids}.", f"Only in {edition.name}: {ids}."))
    return found


class Text:
    """Lines for a terminal, in one language."""

    def __init__(self, comparison: Comparison, language: str, say: Callable[[str], None]) -> None:
        self._comparison, self._language, self._say = comparison, language, say
        self._layer = ""

    def add(self, change: Change) -> None:
        """The sentence, under the title of its collection."""
        if change.layer != self._layer:
            self._say(f"{'' if not self._layer else chr(10)}{self._of(self._comparison.new.titles[change.layer])}")
            self._layer = change.layer
        self._say(f"  {self._of(sentence(change))}")

    def end(self, counts: dict[str, int]) -> None:
        """How many there were."""
        self._say(("\n" if self._layer else "") + self._of(summary(counts)))
        for words in not_compared(self._comparison):
            self._say(self._of(words))

    def _of(self, words: Words) -> str:
        told: str = getattr(words, self._language)
        return told


class Json:
    """One JSON document; its numbers stand at the end, because only then are they known."""

    def __init__(self, comparison: Comparison, file: IO[bytes]) -> None:
        self._file, self._between = file, b"\n"
        old, new = ({"release": one.name, "issued": one.issued} for one in (comparison.old, comparison.new))
        lone = comparison.lone
        head = {"from": old, "to": new, "compared": comparison.shared, "only_in_from": lone["old"]}
        file.write(orjson.dumps(head | {"only_in_to": lone["new"]})[:-1] + b',"changes":[')

    def add(self, change: Change) -> None:
        """One member of `changes`, on a line of its own."""
        told = sentence(change)
        document = {
            "collection": change.layer,
            "id": change.id,
            "name_vi": change.name.vi,
            "name_en": change.name.en,
            "changes": [_item(item) for item in change.items],
            "sentence_vi": told.vi,
            "sentence_en": told.en,
        }
        self._file.write(self._between + orjson.dumps(document))
        self._between = b",\n"

    def end(self, counts: dict[str, int]) -> None:
        """The numbers."""
        self._file.write(b'\n],"counts":' + orjson.dumps(counts) + b"}\n")


def _item(item: Any) -> dict[str, Any]:
    told = {"kind": item.kind, "property": item.subject or None, "before": item.before, "after": item.after}
    if item.moved_m is not None:
        told["moved_m"] = item.moved_m
    return told | {"text_vi": item.words.vi, "text_en": item.words.en}


class Csv:
    """A table for spreadsheets, one row for each thing that happened; no text of it runs as a formula."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.write(BOM)
        self._row(COLUMNS)

    def add(self, change: Change) -> None:
        """Its rows."""
        for item in change.items:
            self._row(
                (
                    change.layer, change.id, change.name.vi, change.name.en, item.kind, item.subject,
                    _cell(item.before), _cell(item.after), "" if item.moved_m is None else str(item.moved_m),
                    item.words.vi, item.words.en,
                )
            )  # fmt: skip

    def end(self, counts: dict[str, int]) -> None:
        """A table needs no end."""

    def _row(self, cells: Iterable[str]) -> None:
        line = io.StringIO()
        csv.writer(line).writerow(f"'{one}" if one.startswith(_FORMULA) else one for one in cells)
        self._file.write(line.getvalue().encode())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return value if isinstance(value, str) else orjson.dumps(value).decode()


class Page:
    """Markdown for people, in both languages, made when everything is known."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._told: list[tuple[str, Words]] = []
        self.text = ""

    def add(self, change: Change) -> None:
        """Keep its sentence, while there is room."""
        if len(self._told) < MOST_SENTENCES:
            self._told.append((change.layer, sentence(change)))

    def end(self, counts: dict[str, int]) -> None:
        """Compose the page."""
        old, new, whole = self._comparison.old, self._comparison.new, summary(counts)
        lines = [f"# {old.name} → {new.name}", "", f"{whole.vi} / {whole.en}"]
        lines += [f"{words.vi} / {words.en}" for words in not_compared(self._comparison)]
        layer = ""
        for one, words in self._told:
            if one != layer:
                title = self._comparison.new.titles[one]
                lines += ["", f"## {_plain(title.vi)} / {_plain(title.en)}", ""]
                layer = one
            lines += [f"- {_plain(words.vi)}  ", f"  *{_plain(words.en)}*"]
        if left := counts["changed"] - len(self._told):
            lines += ["", f"Còn {left} thay đổi trong tệp CSV và JSON. / {left} more are in the CSV and the JSON."]
        self.text = "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
