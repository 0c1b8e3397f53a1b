"""Curated files → the store: one changeset a layer of what differs; what people edited since is never overwritten."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine

from geo.apply import apply, refresh
from geo.feature import Changeset, Edit, StatusFact
from geo.loaded import LOADER, loaded_facts, loaded_features, remember, settle, source_digests
from layers import reference
from layers.catalog import Catalog
from layers.records import FILES, Record, digest_of, read


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

    `hurry`: leave out what has the same files as at the last load, without looking inside. Raises InvalidData or
    InvalidFeature; nothing is then stored.
    """
    with engine.begin() as connection:
        known = source_digests(connection) if hurry else {}
        units, directives = digest_of(*reference.unit_files(data)), digest_of(*reference.directive_files(data))
        if source_digests(connection).get("units") != units:
            say("units: outlines and successions")
            reference.load_units(connection, data)
            remember(connection, "units", units)
            refresh(connection)
        new_directives = known.get("directives") != directives
        if new_directives:
            say("directives: documents, clauses and targets")
            reference.load_documents(connection, data)
            remember(connection, "directives", directives)
        reports = []
        for layer in catalog.layers:
            folder = catalog.folder(layer, data)
            digest = digest_of(*(folder / name for name in FILES))
            if known.get(layer) == digest:
                continue
            say(f"{layer}: features")
            reports.append(_load_layer(connection, layer, folder, digest))
            remember(connection, layer, digest)
        if new_directives:
            reference.load_mandates(connection, data)
        settle(connection)
    return Report(tuple(reports))


def _load_layer(connection: Connection, layer: str, folder: Path, digest: str) -> LayerReport:
    stored = loaded_features(connection, layer)
    added, changed, conflicting = set(), set(), []
    unchanged = 0
    seen = set()
    for record in read(folder):
        seen.add(record.id)
        known = stored.get(record.id)
        if known is None:
            added.add(record.id)
        elif known.digest == record.digest:
            unchanged += 1
        elif known.loaded_version == known.version:
            changed.add(record.id)
        else:
            conflicting.append(record.id)
    if added or changed:
        facts = loaded_facts(connection, sorted(changed)) if changed else {}
        edits = (
            _edit(layer, record, facts.get(record.id, []), stored[record.id].version if record.id in changed else 0)
            for record in read(folder)
            if record.id in added or record.id in changed
        )
        apply(connection, Changeset(LOADER, f"{layer}: curated files", f"sha256:{digest}", edits))
    gone = sorted(feature_id for feature_id, known in stored.items() if known.digest and feature_id not in seen)
    return LayerReport(layer, len(added), len(changed), unchanged, tuple(conflicting), tuple(gone))


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
            f"{layer.layer:<20} {layer.added:>7} added {layer.changed:>7} changed {layer.unchanged:>7} unchanged "
            f"{len(layer.conflicting):>4} conflicting"
        )
    for layer in report.layers:
        for feature_id in layer.conflicting:
            yield f"{layer.layer}/{feature_id}: changed in the file and by people since; the people's version stays."
        for feature_id in layer.missing:
            yield f"{layer.layer}/{feature_id}: stored, but no longer in the file; it stays. Withdraw it by an edit."
