"""Curated files → the store: one changeset a layer of what differs; what people edited since is never overwritten."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine

from geo.apply import apply, refresh
from geo.feature import Changeset, Edit, StatusFact
from geo.loaded import (
    LOADER,
    Loaded,
    Source,
    loaded_facts,
    loaded_features,
    may_remember,
    remember,
    settle,
    sources,
    tidy,
)
from geo.writing import queue
from layers import reference
from layers.catalog import Catalog
from layers.plain_words import in_plain_words
from layers.records import FILES, Record, read, seen

MANY = 1_000
"""From so many features on, a load is followed by VACUUM."""
Verdict = Literal["added", "changed", "unchanged", "conflicting"]


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What a load did to one layer: numbers of features, and the ids that a person must look at.

    `conflicting`: changed in the file and by people; people's version stays. `missing`: stored, but no longer in the
    file; it stays too, because leaving a line out is no statement.
    """

    layer: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    conflicting: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did, layer by layer."""

    layers: tuple[LayerReport, ...] = field(default=())

    @property
    def conflicts(self) -> int:
        """How many features were changed both in the files and by people."""
        return sum(len(layer.conflicting) for layer in self.layers)


def load_all(
    engine: Engine, data: Path, catalog: Catalog, say: Callable[[str], None] = lambda _: None, *, hurry: bool = False
) -> Report:
    """Load units, directives, targets and every layer of `catalog`, all or nothing, in one transaction.

    `hurry`: leave out what has the same files as at the last load, without looking inside. Raises InvalidData with
    what cannot be stored, and where; nothing is then stored.
    """
    with engine.begin() as connection, in_plain_words(data):
        queue(connection)  # two that start together must not both find nothing loaded
        before = sources(connection)
        files = _files(data, catalog)
        units, directives = (seen(files[name], before.get(name)) for name in ("units", "directives"))
        if not _same(before.get("units"), units):
            say("units: đơn vị, ranh giới / units, outlines, successions")
            reference.load_units(connection, data)
            remember(connection, "units", units)
            refresh(connection)
        new_directives = not (hurry and _same(before.get("directives"), directives))
        if new_directives:
            say("directives: văn bản, điều khoản, chỉ tiêu / documents, clauses, targets")
            reference.load_documents(connection, data)
            remember(connection, "directives", directives)
        reports = []
        for layer in catalog.layers:
            source = seen(files[layer], before.get(layer))
            if hurry and _same(before.get(layer), source):
                continue
            say(f"{layer}: đối tượng / features")
            folder = catalog.folder(layer, data)
            with in_plain_words(folder):
                reports.append(_load_layer(connection, layer, folder, source.digest))
            remember(connection, layer, source)
        if new_directives:
            reference.load_mandates(connection, data)
        settle(connection)
    if sum(one.added + one.changed for one in reports) >= MANY:
        tidy(engine)
    return Report(tuple(reports))


def changed(connection: Connection, data: Path, catalog: Catalog) -> frozenset[str]:
    """The layers, `units` and `directives` that have other files than those that were loaded.

    Files that had to be read and hold the same are noted, so that they need not be read again.
    """
    before = sources(connection)
    now = {name: seen(paths, before.get(name)) for name, paths in _files(data, catalog).items()}
    same = {name for name, source in now.items() if _same(before.get(name), source)}
    moved = [name for name in same if now[name].stamp and now[name] != before[name]]
    if moved and may_remember(connection):
        for name in moved:
            remember(connection, name, now[name])
    return frozenset(now) - same


def _files(data: Path, catalog: Catalog) -> dict[str, tuple[Path, ...]]:
    """What is loaded, each under its name."""
    lists = {"units": reference.unit_files(data), "directives": reference.directive_files(data)}
    return lists | {layer: tuple(catalog.folder(layer, data) / name for name in FILES) for layer in catalog.layers}


def _same(before: Source | None, now: Source) -> bool:
    return before is not None and before.digest == now.digest


def _load_layer(connection: Connection, layer: str, folder: Path, digest: str) -> LayerReport:
    stored = loaded_features(connection, layer)
    verdicts: dict[str, Verdict] = {}
    if stored:  # the facts of what changed must be at hand before the edits stream; else one reading will do
        verdicts = {record.id: _verdict(record, stored) for record in read(folder)}
    facts = loaded_facts(connection, _those(verdicts, "changed"))
    edits = _edits(layer, folder, stored, facts, verdicts)
    if (first := next(edits, None)) is not None:
        apply(connection, Changeset(LOADER, f"{layer}: curated files", f"sha256:{digest}", chain([first], edits)))
    numbers = Counter(verdicts.values())
    return LayerReport(
        layer,
        added=numbers["added"],
        changed=numbers["changed"],
        unchanged=numbers["unchanged"],
        conflicting=tuple(_those(verdicts, "conflicting")),
        missing=tuple(
            sorted(one for one, known in stored.items() if known.digest and not known.withdrawn and one not in verdicts)
        ),
    )


def _those(verdicts: Mapping[str, Verdict], wanted: Verdict) -> list[str]:
    return [feature_id for feature_id, verdict in verdicts.items() if verdict == wanted]


def _verdict(record: Record, stored: Mapping[str, Loaded]) -> Verdict:
    known = stored.get(record.id)
    if known is None:
        return "added"
    if known.digest == record.digest:
        return "unchanged"
    return "changed" if known.loaded_version == known.version else "conflicting"


def _edits(
    layer: str,
    folder: Path,
    stored: Mapping[str, Loaded],
    facts: Mapping[str, list[tuple[int, StatusFact]]],
    verdicts: dict[str, Verdict],
) -> Iterator[Edit]:
    """An edit for each record that is new or changed, as the files are read; every record's verdict is noted."""
    for record in read(folder):
        verdict = verdicts[record.id] = _verdict(record, stored)
        if verdict in ("added", "changed"):
            version = stored[record.id].version if verdict == "changed" else 0
            yield _edit(layer, record, facts.get(record.id, []), version)


def _edit(layer: str, record: Record, stored: list[tuple[int, StatusFact]], version: int) -> Edit:
    fresh = list(record.facts)
    retracted = []
    for fact_id, fact in stored:
        if fact in fresh:
            fresh.remove(fact)
        else:
            retracted.append(fact_id)
    return Edit(
        feature_id=record.id,
        layer=layer,
        geometry=record.geometry,
        properties=record.properties,
        units=record.units,
        facts=tuple(fresh),
        retracted=tuple(retracted),
        expected_version=version,
        digest=record.digest,
    )


def lines(report: Report) -> Iterator[str]:
    """The report for a person: a line a layer, then what needs a look."""
    for layer in report.layers:
        yield (
            f"{layer.layer:<20} {layer.added:>7} thêm / added {layer.changed:>7} đổi / changed "
            f"{layer.unchanged:>7} giữ / unchanged {len(layer.conflicting):>4} xung đột / conflicting"
        )
    for layer in report.layers:
        for feature_id in layer.conflicting:
            yield (
                f"{layer.layer}/{feature_id}: đã sửa cả trong tệp lẫn trên bản đồ; giữ bản trên bản đồ. / "
                "changed in the file and by people since; the people's version stays."
            )
        for feature_id in layer.missing:
            yield (
                f"{layer.layer}/{feature_id}: còn trong kho, không còn trong tệp; vẫn giữ. / "
                "stored, but no longer in the file; it stays. Rút lại / to withdraw it: "
                f"haiphong withdraw {feature_id} --why …"
            )
