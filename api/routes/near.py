"""What lies near a feature, and whether both were on the ground at the same time."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import JsonAnswer, described, now
from api.dependencies import FILTERS, feature_query, known_until, readable, transaction, valid
from api.links import GEOJSON, JSON, Links
from api.own_parameters import WITHIN, metres
from api.parameters import LIMIT, asked
from api.routes.collections import known
from api.routes.items import CollectionId, FeatureId
from geo import edtf, near, units
from geo.errors import FeatureNotFound
from geo.interval import Interval
from geo.together import Stage, together

OF_NEAR = (WITHIN, *FILTERS, LIMIT)
Reading = Annotated[Connection, Depends(transaction, scope="function")]

router = APIRouter(tags=["Features"])


@router.get(
    "/api/collections/{collection}/items/{feature_id}/near",
    **described(
        "What lies near one feature", JSON, OF_NEAR, schema="Near",
        errors=[(404, "No such collection, or no such feature in it"), (410, "The feature was withdrawn")],
    ),
)  # fmt: skip
def near_one(request: Request, collection: CollectionId, feature_id: FeatureId, connection: Reading) -> Response:
    """Projects that touch it or lie within so many metres on the ground, the nearest first, under the filters of items.

    `together`: `yes` where there is a day on which both were on the ground, that is, on which the status that held was
    one of site clearance, building, use or completion (`spans` tells the days, with both statuses); `no` where there
    surely was none; else `unknown`: before a project was first told of nobody knows, unless it was first told at a
    stage before any work. The days looked at are all up to today; those of `datetime` where it is given. `unlocated`:
    projects under the filters that no source places, near or not. `numberMatched` is exact; `limit` cuts the list.
    """
    catalog = request.app.state.catalog
    known(catalog, collection)
    texts = asked(*OF_NEAR)(request)
    readable(feature_id)
    if collection in units.COLLECTIONS or collection in catalog.tables:
        raise FeatureNotFound(f"What lies near is told of projects; {collection} holds none.")
    within_m = metres(texts.get(WITHIN.name))
    query = feature_query(connection, catalog, texts)
    origin = near.place(connection, catalog.collection(collection).layer_id, feature_id, query.clocks)
    found, matched = near.near(connection, origin, within_m, query)
    asked_for, today = valid(texts), query.clocks.day if query.clocks else edtf.today()
    stages = near.stages(connection, [feature_id, *(one.id for one in found)], query.clocks)
    own = stages.get(feature_id, [])
    links, path = Links.of(request), f"/api/collections/{collection}/items/{feature_id}"
    return JsonAnswer(
        {
            "id": origin.id,
            "layer": origin.layer,
            "location_accuracy": origin.location_accuracy,
            "located": origin.wkb is not None,
            "within": within_m,
            "from": asked_for.first,
            "to": min(asked_for.last or today, today),
            "numberMatched": matched,
            "numberReturned": len(found),
            "unlocated": near.unlocated(connection, origin, query),
            "timeStamp": now(known_until(texts)),
            "near": [asdict(one) | _time(own, stages.get(one.id, []), asked_for, today) for one in found],
            "links": [
                *links.own(f"{path}/near", JSON, texts),
                links.link("related", path, GEOJSON, "Đối tượng / the feature"),
                links.link("collection", f"/api/collections/{collection}", JSON),
            ],
        }
    )


def _time(own: list[Stage], others: list[Stage], asked_for: Interval, today: date) -> dict[str, Any]:
    verdict, spans = together(own, others, asked_for, today)
    told = [
        {
            "from": one.first,
            "to": one.last,
            "status": one.status,
            "other_status": one.other_status,
            "inferred": one.inferred,
        }
        for one in spans
    ]
    return {"together": verdict, "spans": told}
