"""The versions of a feature, one of them, and what two of them differ in; links after RFC 5829."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answered import Answered
from api.answers import GeoJsonAnswer, JsonAnswer, described, with_members
from api.dependencies import transaction
from api.links import GEOJSON, JSON, Links, link_header
from api.own_parameters import FROM, TO
from api.parameters import asked
from api.routes.items import CollectionId, FeatureId, content_crs, kept_here
from geo import versions
from geo.crs import CRS84
from layers import returnables
from layers.differences import compare

Reading = Annotated[Connection, Depends(transaction, scope="function")]
Version = Annotated[str, Path(description="The number of a version, from 1")]
_NOT_FOUND = (404, "No such collection, no such feature in it, or no such version of it")

router = APIRouter(tags=["Features"], route_class=Answered)


@router.get(
    "/api/collections/{collection}/items/{feature_id}/versions",
    **described("The versions of one feature", JSON, schema="Versions", errors=[_NOT_FOUND]),
)
def every_version(request: Request, collection: CollectionId, feature_id: FeatureId, connection: Reading) -> Response:
    """Every state that the feature had, the newest first, with who recorded it, when and why."""
    asked()(request)
    layer = kept_here(request.app.state.catalog, collection, feature_id)
    links, path = Links.of(request), f"/api/collections/{collection}/items/{feature_id}"
    told = [
        row | {"href": links.url(f"{path}/versions/{row['version']}")}
        for row in versions.every(connection, layer, feature_id)
    ]
    related = [*links.own(f"{path}/versions", JSON), *_around(links, path)]
    if len(told) > 1:
        related.append(links.link("related", f"{path}/diff", JSON, "Khác gì lần trước / what changed last"))
    return JsonAnswer({"id": feature_id, "numberMatched": len(told), "versions": told, "links": related})


@router.get(
    "/api/collections/{collection}/items/{feature_id}/versions/{version}",
    **described("One version of a feature", GEOJSON, schema="Version", errors=[_NOT_FOUND]),
)
def one_version(
    request: Request, collection: CollectionId, feature_id: FeatureId, version: Version, connection: Reading
) -> Response:
    """The feature as this version recorded it, without what is derived: its status stands in the history."""
    asked()(request)
    layer = kept_here(request.app.state.catalog, collection, feature_id)
    body, number, latest = versions.one(connection, layer, feature_id, version)
    links, path = Links.of(request), f"/api/collections/{collection}/items/{feature_id}"
    related = [
        *links.own(f"{path}/versions/{number}", GEOJSON),
        *_around(links, path),
        links.link("version-history", f"{path}/versions", JSON, "Các phiên bản / its versions"),
    ]
    if number > 1:
        before = f"{path}/versions/{number - 1}"
        related.append(links.link("predecessor-version", before, GEOJSON, f"Phiên bản / version {number - 1}"))
    if number < latest:
        following = f"{path}/versions/{number + 1}"
        related.append(links.link("successor-version", following, GEOJSON, f"Phiên bản / version {number + 1}"))
    return GeoJsonAnswer(with_members(body, {"links": related}), content_crs(CRS84) | link_header(related))


@router.get(
    "/api/collections/{collection}/items/{feature_id}/diff",
    **described("What two versions of a feature differ in", JSON, (FROM, TO), schema="Difference", errors=[_NOT_FOUND]),
)
def difference(request: Request, collection: CollectionId, feature_id: FeatureId, connection: Reading) -> Response:
    """Fields before and after, how far the place moved, facts added and retracted; as sentences in both languages.

    Without parameters, what the latest version changed.
    """
    texts = asked(FROM, TO)(request)
    catalog = request.app.state.catalog
    layer = kept_here(catalog, collection, feature_id)
    known = [row["version"] for row in versions.every(connection, layer, feature_id)]
    before, after, ground, facts = versions.between(connection, feature_id, known, texts.get("from"), texts.get("to"))
    fields = returnables.properties(catalog.collection(collection).layers)
    links, path = Links.of(request), f"/api/collections/{collection}/items/{feature_id}"
    ends = {name: _end(links, path, state) for name, state in (("from", before), ("to", after))}
    related = [
        *links.own(f"{path}/diff", JSON, texts),
        *_around(links, path),
        links.link("version-history", f"{path}/versions", JSON, "Các phiên bản / its versions"),
        links.link("predecessor-version", f"{path}/versions/{before.version}", GEOJSON),
    ]
    told = compare(before, after, ground, facts, fields)
    return JsonAnswer({"id": feature_id, **ends, **told, "links": related})


def _end(links: Links, path: str, state: versions.State) -> dict[str, Any]:
    return {
        "version": state.version,
        "recorded_at": state.recorded_at,
        "actor": state.actor,
        "note": state.note,
        "href": links.url(f"{path}/versions/{state.version}"),
    }


def _around(links: Links, path: str) -> list[dict[str, Any]]:
    return [
        links.link("latest-version", path, GEOJSON, "Phiên bản mới nhất / the latest version"),
        links.link("collection", path.partition("/items/")[0], JSON),
    ]
