"""What a release tells of each collection, and how its features are selected from the store."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select

from geo import store, unit_store, units
from geo.clocks import Clocks
from geo.outgoing import Column
from geo.query import FeatureQuery
from geo.status import Words
from geo.unit_store import UnitQuery
from layers import provenance, returnables
from layers.cards import NOTE
from layers.catalog import Catalog
from layers.collection import PROJECTS, Collection, collections
from layers.definition import Field
from layers.export import columns
from layers.portrayal import Outline, Portrayal, of_all, of_layer
from layers.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Subject:
    """One collection of a release. `selected`: its features, as `geo.outgoing` takes them."""

    id: str
    title: Words
    description: Words
    credit: dict[str, str]
    columns: tuple[Column, ...]
    fields: dict[str, Field]
    place: dict[str, Any]
    portrayal: Portrayal | Outline
    selected: Callable[[Connection], Select[Any]]


def subjects(catalog: Catalog, data: Path, wanted: tuple[str, ...], clocks: Clocks | None = None) -> list[Subject]:
    """All projects together, every layer, every generation of units; with `wanted` those layers alone.

    `clocks`: the state of which day, as known when; None: today's, as known now. Units have their own time.
    """
    whole = [one for one in collections(catalog.layers).values() if not one.is_part]
    chosen = [one for one in whole if not wanted or one.id in wanted]
    found = [_of_features(catalog, data, one, clocks) for one in chosen]
    return found if wanted else [*found, *_of_units(data)]


def _of_features(catalog: Catalog, data: Path, one: Collection, clocks: Clocks | None) -> Subject:
    def selected(connection: Connection) -> Select[Any]:
        return store.selected(connection, FeatureQuery(layers=one.layer_ids, clocks=clocks))

    told = [provenance.told(catalog.folder(layer, data)) for layer in one.layer_ids]
    drawn = of_all(catalog, PROJECTS, one.title) if one.layer is None else of_layer(one.layer)
    return Subject(
        one.id,
        one.title,
        one.description,
        provenance.credit(source for source in told if source is not None),
        columns(one.layers),
        returnables.properties(one.layers),
        returnables.place(one.kind),
        drawn,
        selected,
    )


def _of_units(data: Path) -> Iterator[Subject]:
    told = provenance.told(data / "units")
    sources: list[Provenance] = [] if told is None else [told]
    for one in units.COLLECTIONS.values():
        title = Words(one.title_vi, one.title_en)

        def selected(_: Connection, one: units.UnitCollection = one) -> Select[Any]:
            return unit_store.selected(UnitQuery((one,)))

        yield Subject(
            one.id,
            title,
            NOTE,
            provenance.credit(sources),
            unit_store.COLUMNS,
            returnables.UNIT,
            returnables.place("polygon", several=True),
            Outline(one.id, title, one.level == "district"),
            selected,
        )
