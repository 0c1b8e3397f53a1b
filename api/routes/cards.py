"""Pictures of the map, of a project and of a document, for those who are sent a link to one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from threading import BoundedSemaphore
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from api.answers import described
from api.dependencies import FILTERS, clocks, feature_query, readable, transaction
from api.links import PNG
from api.parameters import LANG, asked
from api.social import CARDS, NAME
from geo import ledger, listing, store
from geo.judgement import VERDICTS
from geo.status import STATUSES
from layers import postcard
from layers.catalog import Catalog
from layers.export import ExportBusy
from layers.ground import Ground
from layers.postcard import Row, Spot

MOST_SIGNS = 2_000
AROUND_KM = 9
WAIT_SECONDS = 10
_AT_ONCE = BoundedSemaphore(1)
"""A picture takes a second of one core; the answer is kept until the data change."""
_MISSING = ((404, "Nothing has this id"), (410, "It was withdrawn"))
Reading = Annotated[Connection, Depends(transaction, scope="function")]

router = APIRouter(tags=["Map"])


@router.get(f"{CARDS}/map.png", **described("The map as a picture for a link", PNG, (*FILTERS, LANG), schema="Picture"))
def of_the_map(
    request: Request, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(*FILTERS, LANG))]
) -> Response:
    """The projects that the filters find, and how many there are of each status."""
    en = texts.get("lang") == "en"
    found = _features(request, connection, {name: text for name, text in texts.items() if name != "lang"})
    counts = Counter(feature["properties"]["status"] for feature in found)
    rows = [Row(_label(code, en=en), code, f"{n}") for code, n in counts.most_common(6)]
    then = clocks(texts)
    day = "" if then is None else f" · {then.day:%d/%m/%Y}"
    more = "+" if len(found) == MOST_SIGNS else ""
    foot = f"{len(found)}{more} {'projects' if en else 'dự án'}{day}"
    over = "City of Hải Phòng" if en else "Thành phố Hải Phòng"
    return _picture(request, over=over, title=NAME["en" if en else "vi"], rows=rows, foot=foot, spots=_spots(found))


@router.get(
    f"{CARDS}/projects/{{feature_id}}.png",
    **described("A project as a picture for a link", PNG, (LANG,), schema="Picture", errors=_MISSING),
)
def of_a_project(
    request: Request, feature_id: str, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(LANG))]
) -> Response:
    """Its name, its status and since when, and where it lies among the others."""
    readable(feature_id)
    en = texts.get("lang") == "en"
    catalog: Catalog = request.app.state.catalog
    feature = orjson.loads(store.item(connection, None, feature_id))
    told = feature["properties"]
    layer = catalog.layers[told["layer"]]
    status = told["status"] or "unknown"
    rows = [Row(_label(status, en=en), status)]
    rows += [Row(name) for name in (told.get("units_2025_07") or [])[:1]]
    point = _point(feature)
    if point is None:
        rows.append(Row("Place not known yet" if en else "Chưa rõ vị trí"))
    here = [] if point is None else [Spot(*point, status, layer.style.drawing)]
    others = (one for one in _features(request, connection, {}) if one["id"] != feature_id)
    return _picture(
        request,
        over=layer.title.en if en else layer.title.vi,
        title=_own(told, "name", en=en),
        rows=rows,
        foot=NAME["en" if en else "vi"],
        spots=[*_spots(others), *here],
        frame=postcard.CITY if point is None else postcard.around(*point, AROUND_KM),
    )


@router.get(
    f"{CARDS}/documents/{{document_id}}.png",
    **described("A document as a picture for a link", PNG, (LANG,), schema="Picture", errors=_MISSING),
)
def of_a_document(
    request: Request, document_id: str, connection: Reading, texts: Annotated[dict[str, str], Depends(asked(LANG))]
) -> Response:
    """Its title, how what it orders stands, and the projects that it names."""
    readable(document_id)
    en = texts.get("lang") == "en"
    outline = ledger.outline(connection, document_id, None)
    document = outline["document"]
    orders = [order for clause in outline["clauses"] for order in clause["mandates"]]
    stands = Counter(order["judgement"]["verdict"] for order in orders if order.get("judgement"))
    rows = [
        Row(code.label.en if en else code.label.vi, None, f"{stands[code.id]}")
        for code in VERDICTS.values()
        if stands[code.id]
    ]
    named = {order["feature"] for order in orders if order.get("feature")}
    found = [one for one in _features(request, connection, {}) if one["id"] in named]
    return _picture(
        request,
        over=_own(document, "label", en=en),
        title=_own(document, "title", en=en),
        rows=rows,
        foot=NAME["en" if en else "vi"],
        spots=_spots(found),
    )


def _picture(request: Request, **parts: Any) -> Response:
    state = request.app.state
    if not _AT_ONCE.acquire(timeout=WAIT_SECONDS):
        raise ExportBusy("Other pictures are being drawn; ask again in a few seconds.")
    try:
        if not hasattr(state, "ground"):
            state.ground = Ground.read(state.settings.data)
        return Response(postcard.draw(state.ground, state.settings.web / "node_modules", **parts), media_type=PNG)
    finally:
        _AT_ONCE.release()


def _features(request: Request, connection: Connection, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    wanted = {**filters, "properties": "status,layer", "limit": str(MOST_SIGNS)}
    found = listing.items(connection, feature_query(connection, request.app.state.catalog, wanted))
    features: list[dict[str, Any]] = orjson.loads(b"[" + found.features + b"]")
    return features


def _spots(features: Iterable[Mapping[str, Any]]) -> list[Spot]:
    placed = ((_point(feature), feature["properties"]["status"] or "unknown") for feature in features)
    return [Spot(*point, status) for point, status in placed if point is not None]


def _point(feature: Mapping[str, Any]) -> tuple[float, float] | None:
    """Its point, or the middle of what it covers."""
    if feature["geometry"] is None:
        return None
    flat = _flat(feature["geometry"]["coordinates"])
    lons, lats = flat[::2], flat[1::2]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def _flat(coordinates: list[Any]) -> list[float]:
    return [
        number for part in coordinates for number in (_flat(part) if isinstance(part, list) else [part])
    ]  # fmt: skip


def _own(told: Mapping[str, Any], name: str, *, en: bool) -> str:
    """A text in the reader's language; the Vietnamese one where there is no other."""
    text: str = (told.get(f"{name}_en") if en else None) or told[f"{name}_vi"]
    return text


def _label(code: str, *, en: bool) -> str:
    label = STATUSES[code].label
    return label.en if en else label.vi
