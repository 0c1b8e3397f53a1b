"""How a collection is drawn, for other programs: its style in their languages, its legend, the signs as a sprite."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.answered import Answered
from api.answers import JsonAnswer, described
from api.links import JSON, MAPLIBRE, PNG, SVG, Links
from api.parameters import GEOMETRY, asked, choose
from api.routes.collections import known, sources
from api.tile_sets import style_name
from geo import units
from geo.edtf import today
from geo.status import Words
from layers.catalog import Catalog
from layers.legend import legend, outline_legend
from layers.portrayal import (
    GEOMETRIES,
    GEOMETRY_WORDS,
    Geometry,
    Outline,
    Portrayal,
    UnknownStyle,
    both,
    of_collection,
)
from layers.provenance import credit
from layers.raster import png
from layers.sheet import Sheet, sheet
from layers.style_maplibre import maplibre, outline_maplibre
from layers.style_qml import outline_qml, qml
from layers.style_sld import outline_sld, sld

SLD = "application/vnd.ogc.sld+xml;version=1.1"
QML = "application/vnd.qgis.qml"
PNG_SCALE = 2
"""A legend is read on paper and on dense screens."""
ERRORS = [(404, "No such collection or style"), (503, "The icons are not installed")]

router = APIRouter(tags=["Styles"], route_class=Answered)
Texts = Annotated[dict[str, str], Depends(asked())]
TextsOfFile = Annotated[dict[str, str], Depends(asked(GEOMETRY))]


@router.get("/api/collections/{collection}/styles", **described("The styles of a collection", JSON, errors=ERRORS))
def styles(request: Request, collection: str, texts: Texts) -> Response:
    """The style of the collection, in each language in which it is written, after OGC API Styles."""
    drawn, links = _drawn(request, collection), Links.of(request)
    name, path = style_name(collection), f"/api/collections/{collection}"
    title, file = both(_title(request, collection)), f"{path}/styles/{name}"
    # Programs that draw by SLD hold one kind of geometry in a layer, and want its rules alone.
    kinds = drawn.geometries if isinstance(drawn, Portrayal) and len(drawn.geometries) > 1 else ()
    slds = [
        links.link("stylesheet", f"{file}.sld", SLD, f"SLD 1.1: {both(GEOMETRY_WORDS[kind])}", {"geometry": kind})
        for kind in kinds
    ] or [links.link("stylesheet", f"{file}.sld", SLD, "SLD 1.1")]
    return JsonAnswer(
        {
            "default": name,
            "styles": [
                {
                    "id": name,
                    "title": title,
                    "links": [
                        links.link("stylesheet", f"{file}.json", MAPLIBRE, "MapLibre"),
                        links.link("stylesheet", f"{file}.qml", QML, "QGIS (QML)"),
                        *slds,
                        links.link("preview", f"{path}/legend.png", PNG, "Chú giải / Legend"),
                        links.link("preview", f"{path}/legend.svg", SVG, "Chú giải / Legend"),
                    ],
                }
            ],
            "links": [
                *links.own(f"{path}/styles", JSON, texts),
                links.link("collection", path, JSON, title),
            ],
        }
    )


@router.get(
    "/api/collections/{collection}/styles/{style}.json", **described("A MapLibre style", MAPLIBRE, errors=ERRORS)
)
def maplibre_style(request: Request, collection: str, style: str, _: Texts) -> Response:
    """The style over our vector tiles, with the signs of the map."""
    drawn, links = _drawn(request, collection, style), Links.of(request)
    tiles = links.url(f"/api/collections/{collection}/tiles/WebMercatorQuad") + "/{z}/{y}/{x}"
    state = request.app.state
    attribution = credit(sources(state.catalog, state.settings.data, collection)).get("attribution", "")
    if isinstance(drawn, Outline):
        document = outline_maplibre(drawn, tiles, attribution)
    else:
        document = maplibre(drawn, tiles, links.url("/api/styles/sprite"), attribution, today())
    return JsonAnswer(document, media_type=MAPLIBRE)


@router.get(
    "/api/collections/{collection}/styles/{style}.sld",
    **described("A style in SLD 1.1", SLD, (GEOMETRY,), errors=ERRORS),
)
def sld_style(request: Request, collection: str, style: str, texts: TextsOfFile) -> Response:
    """The style for GeoServer, MapServer, QGIS and others that draw by OGC Symbology Encoding."""
    drawn = _drawn(request, collection, style)
    body = outline_sld(drawn) if isinstance(drawn, Outline) else sld(drawn, _geometries(texts, drawn))
    return Response(body, media_type=SLD)


@router.get(
    "/api/collections/{collection}/styles/{style}.qml",
    **described("A style for QGIS", QML, (GEOMETRY,), errors=ERRORS),
)
def qml_style(request: Request, collection: str, style: str, texts: TextsOfFile) -> Response:
    """The style for QGIS 3.22 and later, with the signs of the map inside the file."""
    drawn = _drawn(request, collection, style)
    body = outline_qml(drawn) if isinstance(drawn, Outline) else qml(drawn, _geometries(texts, drawn))
    return Response(body, media_type=QML)


@router.get("/api/collections/{collection}/legend.svg", **described("The legend as SVG", SVG, errors=ERRORS))
def svg_legend(request: Request, collection: str, _: Texts) -> Response:
    """What the signs of the collection mean, in Vietnamese and English."""
    return Response(_legend(request, collection), media_type=SVG)


@router.get("/api/collections/{collection}/legend.png", **described("The legend as PNG", PNG, errors=ERRORS))
def png_legend(request: Request, collection: str, _: Texts) -> Response:
    """The same drawing in twice as many pixels."""
    packages = request.app.state.settings.web / "node_modules"
    return Response(png(_legend(request, collection), packages, PNG_SCALE), media_type=PNG)


@router.get("/api/styles/sprite.json", **described("Where each sign lies on the sprite", JSON, errors=ERRORS[1:]))
@router.get("/api/styles/sprite@2x.json", **described("The same on the dense sprite", JSON, errors=ERRORS[1:]))
def sprite_index(request: Request, _: Texts) -> Response:
    """The index that MapLibre reads beside the PNG."""
    return JsonAnswer(_sheet(request).index)


@router.get("/api/styles/sprite.png", **described("Every sign on one PNG", PNG, errors=ERRORS[1:]))
@router.get("/api/styles/sprite@2x.png", **described("Every sign on one PNG for dense screens", PNG, errors=ERRORS[1:]))
def sprite_png(request: Request, _: Texts) -> Response:
    """The signs of the map, for MapLibre."""
    return Response(_sheet(request).png, media_type=PNG)


def _title(request: Request, collection: str) -> Words:
    catalog: Catalog = request.app.state.catalog
    if collection in units.COLLECTIONS:
        return Words(units.COLLECTIONS[collection].title_vi, units.COLLECTIONS[collection].title_en)
    return catalog.collection(collection).title


def _drawn(request: Request, collection: str, style: str | None = None) -> Portrayal | Outline:
    """What there is to draw. Raises UnknownLayer, or UnknownStyle for another style than that of the collection."""
    state = request.app.state
    known(state.catalog, collection)
    if style not in (None, style_name(collection)):
        raise UnknownStyle(style[:60], style_name(collection))
    if collection in state.catalog.tables:
        raise HTTPException(404, f"{collection} is a table of the office, which has no style here.")
    title = _title(request, collection)
    if collection in units.COLLECTIONS:
        return Outline(collection, title, units.COLLECTIONS[collection].level == "district")
    return of_collection(state.catalog, state.catalog.collection(collection))


def _legend(request: Request, collection: str) -> str:
    drawn = _drawn(request, collection)
    return outline_legend(drawn) if isinstance(drawn, Outline) else legend(drawn)


def _geometries(texts: Mapping[str, str], drawn: Portrayal) -> tuple[Geometry, ...]:
    """The kinds asked for, in our order; without a word those that the collection may hold."""
    if "geometry" not in texts:
        return drawn.geometries
    chosen = choose("geometry", texts["geometry"], GEOMETRIES)
    return tuple(geometry for geometry in GEOMETRIES if geometry in chosen)


def _sheet(request: Request) -> Sheet:
    """The sprite, drawn once per density and process."""
    state, ratio = request.app.state, 2 if "@2x" in request.url.path else 1
    if not hasattr(state, "sheets"):
        state.sheets = {}
    if ratio not in state.sheets:
        state.sheets[ratio] = sheet(state.catalog, state.settings.web / "node_modules", ratio)
    drawn: Sheet = state.sheets[ratio]
    return drawn
