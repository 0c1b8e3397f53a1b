"""The collections: every layer, all of them together as `projects`, and the generations of administrative units."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answered import Answered
from api.answers import JsonAnswer, described
from api.dependencies import transaction
from api.links import HTML, JSON, PNG, SCHEMA, SVG, Links
from api.office import NOT_KEPT, Office, freshness
from api.parameters import CRS84, asked
from geo import crs, kinds, office_store, outlines, store, unit_store, units
from geo.edtf import CITY_TIME
from geo.errors import StoreNotReady, UnknownLayer
from geo.kinds import GeometryKind
from layers import provenance
from layers.cards import NOTE
from layers.catalog import Catalog
from layers.collection import Collection
from layers.definition import OfficeLayer
from layers.export import FORMATS
from layers.portrayal import both
from layers.provenance import Provenance, credit

STYLES = "http://www.opengis.net/def/rel/ogc/1.0/styles"
TILE_SETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
CRS_OFFERED = [one.uri for one in crs.CRS]
OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
LICENCES = {"CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/"}
OUTLINES = both(NOTE)

router = APIRouter(tags=["Features"], route_class=Answered)
_told = cache(provenance.told)
Texts = Annotated[dict[str, str], Depends(asked())]
Reading = Annotated[Connection, Depends(transaction, scope="function")]


@router.get("/api/collections", **described("Every collection", JSON))
def every_collection(request: Request, connection: Reading, texts: Texts) -> Response:
    """All projects together, each layer, each generation of units; last, one kind of geometry of what holds several."""
    catalog: Catalog = request.app.state.catalog
    links = Links.of(request)
    days = store.first_days(connection, ())
    present = kinds.present(connection, tuple(catalog.layers))
    mothers = (one for one in catalog.collections.values() if not one.is_part)
    parts = [part.id for mother in mothers for part in _parts(catalog, mother, present)]
    return JsonAnswer(
        {
            "links": [
                *links.own("/api/collections", JSON, texts),
                links.link("root", "/api", JSON, "The landing page"),
            ],
            "collections": [describe(request, connection, links, name, days) for name in (*names(catalog), *parts)],
        },
        NOT_KEPT if catalog.tables else {},
    )


@router.get("/api/collections/{collection}", **described("One collection", JSON, errors=[(404, "No such collection")]))
def one_collection(request: Request, collection: str, connection: Reading, texts: Texts) -> Response:
    """What the collection holds, where it reaches, and where its features are."""
    catalog: Catalog = request.app.state.catalog
    known(catalog, collection)
    links = Links.of(request)
    of = catalog.collections.get(collection)
    days = store.first_days(connection, of.layer_ids) if of is not None else {}
    told = describe(request, connection, links, collection, days)
    own = links.own(f"/api/collections/{collection}", JSON, texts)
    return JsonAnswer(
        {**told, "links": [*own, *(link for link in told["links"] if link["rel"] != "self")]},
        freshness(catalog, collection),
    )


def names(catalog: Catalog) -> tuple[str, ...]:
    """Ids of the collections that are no part of another, in their order."""
    own = (one.id for one in catalog.collections.values() if not one.is_part)
    return (*own, *catalog.tables, *units.COLLECTIONS)


def _parts(
    catalog: Catalog, collection: Collection, present: Mapping[str, tuple[GeometryKind, ...]]
) -> list[Collection]:
    """The collections of one kind of geometry that `collection` falls into, where it holds several kinds now.

    A program that takes one kind needs these. Others would be empty, or tell what their mother tells; they answer all
    the same. `present`: the kinds that each layer holds.
    """
    held = {kind for layer in collection.layer_ids for kind in present.get(layer, ())}
    several = catalog.collections.values() if len(held) > 1 and not collection.is_part else ()
    return [part for part in several if part.is_part and part.mother == collection.id and part.kind in held]


def known(catalog: Catalog, collection: str) -> None:
    """Raises UnknownLayer, with the ids that exist, when no collection has this id."""
    if not any(collection in kept for kept in (catalog.collections, units.COLLECTIONS, catalog.tables)):
        raise UnknownLayer(collection[:60], names(catalog))


def describe(
    request: Request, connection: Connection, links: Links, collection: str, days: Mapping[str, date]
) -> Mapping[str, Any]:
    """The collection as OGC API Features describes it; title and description in Vietnamese, in English beside it.

    `days`: the first of which anything is told, of each layer.
    """
    catalog: Catalog = request.app.state.catalog
    told = sources(catalog, request.app.state.settings.data, collection)
    if collection in catalog.tables:
        return _of_table(request, connection, links, catalog.tables[collection])
    if collection in units.COLLECTIONS:
        return _of_units(connection, links, units.COLLECTIONS[collection], told)
    own = catalog.collection(collection)
    title, first = own.title.vi, min((days[one] for one in own.layer_ids if one in days), default=None)
    on_map = {} if own.layer_id is None else {"layer": own.layer_id}
    if own.is_part:
        kin = [catalog.collections[own.mother]]
    else:
        kin = _parts(catalog, own, kinds.present(connection, own.layer_ids))
    path = f"/api/collections/{collection}"
    return {
        "id": collection,
        "title": title,
        "title_en": own.title.en,
        "description": own.description.vi,
        "description_en": own.description.en,
        **credit(told),
        "itemType": "feature",
        "crs": CRS_OFFERED,
        "storageCrs": CRS84,
        **_extent(store.extent(connection, own.layer_ids, own.only), [first.isoformat(), None] if first else None),
        "links": [
            *_asking(links, path, title),
            *_drawings(links, path),
            *_downloads(links, collection, title),
            *(links.link("related", f"/api/collections/{one.id}", JSON, one.title.vi) for one in kin),
            links.link("alternate", "/", HTML, f"{title} trên bản đồ / on the map", on_map),
            links.link("collection", "/api/collections", JSON),
            *_licences(told),
        ],
    }


def _asking(links: Links, path: str, title: str) -> list[dict[str, Any]]:
    """Where the features are, what they say, and what may be asked of them."""
    return [
        links.link("self", path, JSON),
        *links.every("items", f"{path}/items", title),
        links.link(f"{OGC_REL}/schema", f"{path}/schema", SCHEMA, "Các thuộc tính / What the features say"),
        links.link("describedby", f"{path}/schema/geojson", SCHEMA, "Một Feature / One Feature"),
        links.link(f"{OGC_REL}/queryables", f"{path}/queryables", SCHEMA, "Để lọc / What a filter may ask"),
        links.link(f"{OGC_REL}/sortables", f"{path}/sortables", SCHEMA, "Để sắp xếp / What to sort by"),
        links.link(TILE_SETS, f"{path}/tiles", JSON),
    ]


def _of_table(request: Request, connection: Connection, links: Links, layer: OfficeLayer) -> Mapping[str, Any]:
    path = f"/api/collections/{layer.id}"
    try:
        bbox = office_store.extent(connection, Office.of(request, connection, layer.id).table)
    except StoreNotReady:
        bbox = None  # its own address says so; the list of all is for the others too
    return {
        "id": layer.id,
        "title": layer.title.vi,
        "title_en": layer.title.en,
        "description": layer.description.vi,
        "description_en": layer.description.en,
        **credit((layer.credit,)),
        "itemType": "feature",
        "crs": CRS_OFFERED,
        "storageCrs": CRS84,
        **_extent(bbox, None),
        "links": [
            *_asking(links, path, layer.title.vi),
            *_downloads(links, layer.id, layer.title.vi),
            links.link("collection", "/api/collections", JSON),
            *_licences((layer.credit,)),
        ],
    }


def _of_units(
    connection: Connection, links: Links, collection: units.UnitCollection, told: tuple[Provenance, ...]
) -> Mapping[str, Any]:
    path = f"/api/collections/{collection.id}"
    return {
        "id": collection.id,
        "title": collection.title_vi,
        "title_en": collection.title_en,
        "description": _whose(connection, collection),
        **credit(told),
        "itemType": "feature",
        "crs": CRS_OFFERED,
        "storageCrs": CRS84,
        **_extent(unit_store.extent(connection, collection), [collection.valid_from, collection.valid_to]),
        "withoutOutline": unit_store.without_outline(connection, collection),
        "links": [
            links.link("self", path, JSON),
            *links.every("items", f"{path}/items", collection.title_vi),
            links.link(f"{OGC_REL}/schema", f"{path}/schema", SCHEMA, "Các thuộc tính / What the features say"),
            links.link("describedby", f"{path}/schema/geojson", SCHEMA, "Một Feature / One Feature"),
            links.link(TILE_SETS, f"{path}/tiles", JSON),
            *_drawings(links, path),
            *_downloads(links, collection.id, collection.title_vi),
            links.link("alternate", "/", HTML, "Bản đồ / the map"),
            links.link("collection", "/api/collections", JSON),
            *_licences(told),
        ],
    }


def _whose(connection: Connection, collection: units.UnitCollection) -> str:
    """Whose the outlines are: the generalised ones, or those that an office brought in."""
    brought = outlines.imported(connection, collection)
    if brought is None:
        return OUTLINES
    day = brought.recorded_at.astimezone(CITY_TIME).date()
    return (
        f"{brought.units} đường ranh của cơ quan, từ tệp {brought.source} ({day:%d/%m/%Y}); còn lại khái quát / "
        f"{brought.units} outlines of the office's own, from {brought.source} ({day}); the others are generalised"
    )


def sources(catalog: Catalog, data: Path, collection: str) -> tuple[Provenance, ...]:
    """Where the features of a collection come from, each source once; nothing where no file tells."""
    if collection in catalog.tables:
        return (catalog.tables[collection].credit,)
    if collection in units.COLLECTIONS:
        folders = [data / "units"]
    else:
        folders = [catalog.folder(layer, data) for layer in catalog.collection(collection).layer_ids]
    return tuple(dict.fromkeys(source for folder in folders if (source := _told(folder)) is not None))


def _downloads(links: Links, collection: str, title: str) -> list[dict[str, Any]]:
    """The whole collection as a file, in every format."""
    return [
        links.link("enclosure", f"/layers/{collection}.{one.suffix}", one.media_type, f"{title}: {one.title}")
        for one in FORMATS.values()
    ]


def _drawings(links: Links, path: str) -> list[dict[str, Any]]:
    """How the collection is drawn, for other programs."""
    return [
        links.link(STYLES, f"{path}/styles", JSON, "Cách vẽ / Styles"),
        links.link("preview", f"{path}/legend.png", PNG, "Chú giải / Legend"),
        links.link("preview", f"{path}/legend.svg", SVG, "Chú giải / Legend"),
    ]


def _licences(told: tuple[Provenance, ...]) -> list[dict[str, str]]:
    ids = dict.fromkeys(source.licence for source in told if source.licence in LICENCES)
    return [{"rel": "license", "href": LICENCES[one], "type": HTML, "title": one} for one in ids]


def _extent(bbox: tuple[float, ...] | None, interval: list[str | None] | None) -> dict[str, Any]:
    """The `extent` member; left out where nothing has a place and no time is known."""
    extent: dict[str, Any] = {}
    if bbox is not None:
        extent["spatial"] = {"bbox": [list(bbox)], "crs": CRS84}
    if interval is not None:
        days = [day and f"{day}T00:00:00Z" for day in interval]
        extent["temporal"] = {"interval": [days], "trs": GREGORIAN}
    return {"extent": extent} if extent else {}
