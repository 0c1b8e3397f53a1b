"""What leaves the map: short links, the page for paper, the map in a frame of another site."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Request
from segno.encoder import DataOverflowError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api import short_links
from api.answers import JsonAnswer, described
from api.dependencies import CLOCKS
from api.files import whole_page
from api.headers import EMBED
from api.html import stated_language
from api.links import JSON, Links
from api.own_parameters import COMPARE, GROUP, ID, MAP, NEAR, SELECT, SHADE, SORT
from api.parameters import CONDITION, DISTRICT, IDS, LANG, LAYER, STATUS, Parameter, Q, asked
from api.routes.collections import sources
from api.short_links import View
from geo.settings import Settings
from layers.collection import PROJECTS
from layers.provenance import credit

FILTERED = (LAYER, DISTRICT, STATUS, CONDITION, IDS, Q, *CLOCKS)
STATE = (*FILTERED, COMPARE, SHADE, SORT, GROUP, SELECT, NEAR, LANG, ID)
"""What the address of the map says; `short_links.STATE` has the same names."""
_QUIET_EDGE = 4
"""The white modules around a QR code, without which readers miss it (ISO/IEC 18004)."""

CHOICES = tuple(
    Parameter(name, "Of the map on paper.", {"type": "string", "enum": list(values)})
    for name, values in {
        "paper": ("a4", "a3"),
        "turn": ("landscape", "portrait"),
        "scale": ("fit", "25000", "50000", "100000", "200000"),
        "rows": ("view", "all", "none"),
    }.items()
)
ON_PAPER = (
    *CHOICES,
    Parameter("title", "What stands over the map.", {"type": "string", "maxLength": 120}),
    Parameter("frame", "What the map shows: west,south,east,north in degrees."),
)
TITLES = {"vi": "Bản đồ hạ tầng Hải Phòng", "en": "Infrastructure map of Hải Phòng"}

router = APIRouter()


@router.get(
    "/api/share", tags=["Map"], **described("A short link to a view of the map", JSON, (*STATE, MAP), schema="Share")
)
def share(request: Request, texts: Annotated[dict[str, str], Depends(asked(*STATE, MAP))]) -> Response:
    """The short link of a state of the map and of its view, with the whole address, and as a QR code.

    Nothing is stored: the code holds the state itself. Values are not judged here but where the link leads.
    """
    links = Links.of(request)
    view = View.parse(texts["map"]) if "map" in texts else None
    state = {name: text for name, text in texts.items() if name in short_links.STATE}
    url = links.url(f"/s/{short_links.encode(state, view)}")
    return JsonAnswer({"url": url, "address": links.url("/", state) + _hash(view), "qr": _qr(url)})


@router.get("/s/{code}", include_in_schema=False)
def open_short_link(code: str) -> Response:
    """Leads to the state of the map that the code holds, never to another site."""
    state, view = short_links.decode(code)
    return RedirectResponse(Links("").url("/", state) + _hash(view), 302)


@router.get("/in", include_in_schema=False)
def on_paper(
    request: Request, texts: Annotated[dict[str, str], Depends(asked(*STATE, *ON_PAPER, blanks=True))]
) -> Response:
    """The map on paper: the choices, the sheets, and what the server alone knows; the browser draws it."""
    state = request.app.state
    lang = stated_language(request)
    body = state.pages.render(
        "print.html",
        lang=lang,
        choice={one.name: texts.get(one.name, one.schema["enum"][0]) for one in CHOICES},
        title=texts.get("title", TITLES[lang]),
        credit=credit(sources(state.catalog, state.settings.data, PROJECTS)),
    )
    return HTMLResponse(body, headers={"Content-Language": lang})


@router.get(EMBED, include_in_schema=False)
def embedded(request: Request) -> Response:
    """The map for a frame; its state lives in the query, which the browser reads."""
    settings: Settings = request.app.state.settings
    return whole_page(request, settings.web / "embed.html")


def _hash(view: View | None) -> str:
    return "" if view is None else f"#map={view}"


def _qr(text: str) -> dict[str, Any] | None:
    """The code as one SVG path of strokes, 1 wide, over `size` modules with its edge; None for too long a text."""
    try:
        rows = segno.make_qr(text, error="m").matrix
    except DataOverflowError:
        return None
    return {"size": len(rows) + 2 * _QUIET_EDGE, "path": "".join(_strokes(rows))}


def _strokes(rows: Iterable[Iterable[int]]) -> Iterator[str]:
    for y, row in enumerate(rows):
        x = _QUIET_EDGE
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x} {y + _QUIET_EDGE + 0.5}h{length}"
            x += length
