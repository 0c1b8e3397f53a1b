"""Administrative units over time: those of a day, what became of them, and how many features are in each."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answered import Answered
from api.answers import GeoJsonAnswer, JsonAnswer, described, feature_collection, now
from api.dependencies import FILTERS, FORM, box, feature_query, form, readable, transaction
from api.encoding import chosen, compressed
from api.links import GEOJSON, JSON, Links, link_header
from api.own_parameters import GENERATION, LEVEL
from api.parameters import BBOX, BBOX_CRS, DATETIME, IDS, LIMIT, NEXT, asked, limit
from api.routes.collections import known
from geo import edtf, short_outlines, succession, unit_counts, unit_store, units
from geo.errors import FeatureNotFound
from geo.interval import Interval
from geo.query import FeatureQuery
from geo.succession import Direction
from layers import returnables

OF_EVERY_UNIT = (DATETIME, LEVEL, LIMIT, BBOX, BBOX_CRS, NEXT, *FORM)
Reading = Annotated[Connection, Depends(transaction, scope="function")]
CollectionId = Annotated[str, Path(description="A generation of units, an id of /api/collections")]
UnitId = Annotated[str, Path(description="The id of a unit")]
REL = "urn:haiphong:rel"
"""No registered relation says what a unit became."""
_NOT_FOUND = (404, "No such collection of units, or no such unit in it")

router = APIRouter(tags=["Units"], route_class=Answered)


@router.get("/api/units", **described("The units of a day", GEOJSON, OF_EVERY_UNIT, schema="FeatureCollection"))
def units_of_a_day(
    request: Request, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(*OF_EVERY_UNIT))]
) -> Response:
    """The units of every generation that was valid on the day or in the interval, today's without `datetime`.

    `collections` names those generations. The first day of units before 2025 is not known here: they answer for every
    earlier day.
    """
    valid = Interval.parse(texts["datetime"]) if "datetime" in texts else Interval(edtf.today(), edtf.today())
    generations = tuple(
        one
        for one in units.COLLECTIONS.values()
        if one.level == texts.get("level", one.level) and valid.meets(one.valid_from, one.valid_to)
    )
    written = form(texts, returnables.UNIT)
    query = unit_store.UnitQuery(generations, valid, box(texts), written)
    page = unit_store.items(connection, query, limit=limit(texts.get("limit")), after=texts.get("next", ""))
    links = Links.of(request)
    related = links.own("/api/units", GEOJSON, texts)
    if page.next is not None:
        form_of_next = GEOJSON if links.kind is None else links.kind.media_type
        related.append(links.link("next", "/api/units", form_of_next, parameters={**texts, "next": page.next}))
    related += [links.link("collection", f"/api/collections/{one.id}", JSON, one.title_vi) for one in generations]
    members = {
        "numberMatched": page.matched,
        "numberReturned": page.returned,
        "timeStamp": now(),
        "collections": [
            {
                "id": one.id,
                "level": one.level,
                "generation": one.generation,
                "title": one.title_vi,
                "title_en": one.title_en,
                "valid_from": one.valid_from,
                "valid_to": one.valid_to,
            }
            for one in generations
        ],
        "links": related,
    }
    headers = {"Content-Crs": f"<{written.crs.uri}>"} | link_header(related)
    return GeoJsonAnswer(feature_collection(page.features, members), headers)


@router.get(
    "/api/collections/{collection}/items/{unit}/successors",
    **described("What a unit became", JSON, schema="Successors", errors=[_NOT_FOUND]),
)
def successors(request: Request, collection: CollectionId, unit: UnitId, connection: Reading) -> Response:
    """The units that took it over, whole or in part, by which resolution; `today`: what it is by now."""
    return _steps(request, connection, collection, unit, "successors")


@router.get(
    "/api/collections/{collection}/items/{unit}/predecessors",
    **described("What a unit was made of", JSON, schema="Predecessors", errors=[_NOT_FOUND]),
)
def predecessors(request: Request, collection: CollectionId, unit: UnitId, connection: Reading) -> Response:
    """The units that went into it, whole or in part, by which resolution."""
    return _steps(request, connection, collection, unit, "predecessors")


@router.get(
    "/api/counts/units",
    **described(
        "How many features there are in each unit of a generation", JSON, (GENERATION, *FILTERS), schema="UnitCounts"
    ),
)
def counts_by_unit(
    request: Request,
    connection: Reading,
    texts: Annotated[dict[str, str], Depends(asked(GENERATION, *FILTERS))],
) -> Response:
    """Counts under the same filters as items, zero included; `unassigned` are in no unit of the generation.

    `district=chua-xac-dinh@<generation>` lists those. A feature that is in two units is counted in both.
    """
    query = feature_query(connection, request.app.state.catalog, texts)
    generation = units.COLLECTIONS[texts.get("generation", units.TODAY)]
    return JsonAnswer(unit_counts.by_unit(connection, query, generation))


@router.get(
    "/api/outlines/{collection}",
    **described("Outlines of units in whole numbers", JSON, (IDS,), schema="Outlines", errors=[_NOT_FOUND]),
)
def outlines_of_units(request: Request, collection: CollectionId, connection: Reading) -> Response:
    """What the map draws the ground with, a third as long as the items of the collection.

    Each ring begins at a point, in steps of 0.00001 degrees from zero, and goes on by steps from point to point:
    [x, y, dx, dy, …]; a unit is a list of polygons, a polygon a list of rings. Units without an outline are left out.
    """
    texts = asked(IDS)(request)
    known(request.app.state.catalog, collection)
    if collection not in units.COLLECTIONS:
        raise FeatureNotFound(f"{collection} holds no administrative units; {', '.join(units.COLLECTIONS)} do.")
    ids = set(texts["ids"].split(",")) if "ids" in texts else set()
    found = short_outlines.of_generation(connection, units.COLLECTIONS[collection], ids)
    body = orjson.dumps({"decimals": short_outlines.DECIMALS, "outlines": found})
    coding = chosen(request.headers.get("accept-encoding", "").encode("latin-1"))
    if not coding:
        return JsonAnswer(body)
    # Made once for each version of the data and sent to everybody who opens the map: as small as it gets.
    return JsonAnswer(compressed(body, coding, best=True), {"Content-Encoding": coding, "Vary": "Accept-Encoding"})


def became(connection: Connection, query: FeatureQuery) -> dict[str, Any]:
    """The member `units` of an answer whose filter names units that are no more; nothing where it names none."""
    ended = succession.fates(connection, query.named_units) if query.named_units else []
    return {"units": ended} if ended else {}


def fates_links(links: Links, members: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Links to what these units became; those of old Hải Dương stand in no collection."""
    return [
        links.link(
            f"{REL}:successors",
            f"/api/collections/{unit['collection']}/items/{unit['id']}/successors",
            JSON,
            f"{unit['full_name']}: nay là / became",
        )
        for unit in members.get("units", ())
        if unit["collection"] is not None
    ]


def related_units(links: Links, collection: str, unit: str) -> list[dict[str, Any]]:
    """The links of one unit to what it became, and to what it was made of."""
    path = f"/api/collections/{collection}/items/{unit}"
    return [
        links.link(f"{REL}:successors", f"{path}/successors", JSON, "Nay là / What it became"),
        links.link(f"{REL}:predecessors", f"{path}/predecessors", JSON, "Hợp thành từ / What it was made of"),
    ]


def _steps(request: Request, connection: Connection, collection: str, unit: str, direction: Direction) -> Response:
    asked()(request)
    known(request.app.state.catalog, collection)
    readable(unit)
    if collection not in units.COLLECTIONS:
        raise FeatureNotFound(f"{collection} holds no administrative units; {', '.join(units.COLLECTIONS)} do.")
    links = Links.of(request)
    told = succession.steps(connection, units.COLLECTIONS[collection], unit, direction)
    path = f"/api/collections/{collection}/items/{unit}"
    related = [
        *links.own(f"{path}/{direction}", JSON),
        links.link("up", path, GEOJSON, told["unit"]["full_name"]),
        *(
            links.link("item", f"/api/collections/{one['collection']}/items/{one['id']}", GEOJSON, one["full_name"])
            for one in told[direction]
            if one["collection"]
        ),
    ]
    return JsonAnswer(told | {"links": related})
