"""What a copy of the map carries: one state of the record with the whole time that it tells, and all that draws it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from geo import edtf, ledger, short_outlines, store, succession, unit_store, units
from geo.carried import carried
from geo.clocks import Clocks, on_record
from geo.deadlines import deadlines
from geo.interval import ALWAYS
from geo.query import FeatureQuery
from geo.timeline import timeline
from geo.unit_store import UnitQuery
from layers import provenance
from layers.catalog import Catalog
from layers.document import document
from layers.style import sprite

_BASEMAP = ("neighbour-land", "far-land", "rivers", "archipelagos")
_MOST_UNITS = 10_000


def contents(connection: Connection, catalog: Catalog, data: Path, query: FeatureQuery) -> dict[str, Any]:
    """All that the scripts of `web/edition/` answer from, as plain JSON; the features are those that `query` finds.

    The record is that of `query.clocks`, whose instant is told as `recorded`. Raises InvalidParameter for more features
    than one copy carries.
    """
    clocks = query.clocks
    whole = replace(query, sortby=(), after=None)
    features = [orjson.loads(row.geojson) for row in connection.execute(store.selected(connection, whole))]
    more = carried(connection, whole)
    ids = list(more)
    layers = sorted({feature["properties"]["layer"] for feature in features})
    return surroundings(connection, catalog, data, layers, clocks) | {
        "features": features,
        "carried": more,
        "history": _histories(connection, ids, clocks),
        "deadlines": deadlines(connection, whole),
        "timeline": timeline(connection, whole, ALWAYS),
    }


def surroundings(
    connection: Connection, catalog: Catalog, data: Path, layers: Iterable[str], clocks: Clocks | None
) -> dict[str, Any]:
    """What projects are shown with: names, signs, the ground, the units, whose word the data of these layers are."""
    named = {one.id: _units(connection, one) for one in units.COLLECTIONS.values()}
    return {
        "recorded": None if clocks is None or clocks.known is None else clocks.known.isoformat(timespec="seconds"),
        "judged": (edtf.today() if clocks is None else clocks.day).isoformat(),
        "catalog": document(catalog, data),
        "sprite": sprite(catalog),
        "basemap": {name: orjson.loads((data / f"basemap/{name}.geojson").read_bytes()) for name in _BASEMAP},
        "units": named,
        "outlines": {one.id: _outlines(connection, one) for one in units.COLLECTIONS.values()},
        "ended": _ended(connection, named.values()),
        "sources": _sources(catalog, data, layers),
    }


def _units(connection: Connection, one: units.UnitCollection) -> dict[str, Any]:
    """The units without their outlines, which come in their short form."""
    page = unit_store.items(connection, UnitQuery((one,)), limit=_MOST_UNITS)
    found = [unit | {"geometry": None} for unit in orjson.loads(b"[" + page.features + b"]")]
    return {"type": "FeatureCollection", "features": found}


def _outlines(connection: Connection, one: units.UnitCollection) -> dict[str, Any]:
    return {"decimals": short_outlines.DECIMALS, "outlines": short_outlines.of_generation(connection, one, set())}


def _ended(connection: Connection, collections: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What became of every unit that is no more, by its id."""
    ids = [
        unit["id"] for collection in collections for unit in collection["features"] if unit["properties"]["valid_to"]
    ]
    return {unit["id"]: unit for unit in succession.fates(connection, ids)}


def _histories(connection: Connection, ids: list[str], clocks: Clocks | None) -> dict[str, Any]:
    orders, told = defaultdict(list), on_record(clocks)
    for order in ledger.mandates(connection, clocks, features=ids):
        orders[order["feature"]].append(order)
    found = store.histories(connection, ids, told)
    return {one: orjson.loads(found[one]) | {"orders": orders[one]} for one in ids}


def _sources(catalog: Catalog, data: Path, layers: Iterable[str]) -> list[dict[str, str]]:
    """Whose word the copy is, and under which licence; each source once."""
    folders = [catalog.folder(layer, data) for layer in layers]
    told = [provenance.told(folder) for folder in (*folders, data / "units", data / "basemap")]
    return [
        {"attribution": one.attribution, "licence": one.licence} for one in dict.fromkeys(one for one in told if one)
    ]
