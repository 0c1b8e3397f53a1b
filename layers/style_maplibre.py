"""A MapLibre style (Mapbox Style Specification 8) over our own vector tiles: paste its address and the map is there.

The same signs, colours, dashes and hatches as on our map, out of the sprite of `layers.sheet`. Names are not drawn:
text needs glyphs, for which a style must name a server, and we name no third one; a client adds its own.
"""

import math
from collections.abc import Mapping
from typing import Any

from geo.status import Words
from layers.palette import BASEMAP, GROUPS, HALO
from layers.portrayal import Outline, Portrayal, both
from layers.shapes import CENTRE, CONDITIONS, NEEDLE_TIP
from layers.style import FULL_FROM_ZOOM, MARKER_PX, OTHERWISE, SIGNS, status_rule

NEAR = FULL_FROM_ZOOM - 1
"""MapLibre counts zooms in tiles of 512 px, the web map in tiles of 256."""
DEEPEST = 14
"""Deeper zooms stretch these tiles, whose grid is 0.6 m wide."""
LATITUDE = 20.8
"""Hải Phòng; over the whole city the size of a circle is right within 1 %."""

_METRES_PER_PX = 40_075_016.686 / 512 * math.cos(math.radians(LATITUDE))
_GEOMETRY = {"point": "Point", "line": "LineString", "polygon": "Polygon"}
_ACCURACY = ["get", "location_accuracy"]
_IS_COMMUNE = ["==", _ACCURACY, "commune"]
_IS_PLACED = ["in", _ACCURACY, ["literal", ["surveyed", "mapped"]]]
_AREA_HA = ["to-number", ["get", "area_ha"], 0]

Json = dict[str, Any]


def maplibre(portrayal: Portrayal, tiles: str, sprite: str, attribution: str) -> Json:
    """The style of a collection of projects.

    `tiles`: address with `{z}`, `{y}`, `{x}` of tiles whose one layer is called like the collection; `sprite`: address
    of the sprite without its ending.
    """
    drawn = {geometry: _DRAW[geometry](portrayal) for geometry in ("polygon", "point", "line")}
    layers = [layer for geometry, several in drawn.items() if geometry in portrayal.geometries for layer in several]
    signs = _signs(portrayal)
    return _style(portrayal.collection, portrayal.title, tiles, attribution, [*layers, *signs]) | {"sprite": sprite}


def outline_maplibre(outline: Outline, tiles: str, attribution: str) -> Json:
    """The style of a collection of administrative units: their borders."""
    border = _line("outline", ["all"], outline.colour, 1.2, None, 1)
    return _style(outline.collection, outline.title, tiles, attribution, [border])


def _style(collection: str, title: Words, tiles: str, attribution: str, layers: list[Json]) -> Json:
    background = {"id": "background", "type": "background", "paint": {"background-color": BASEMAP.land}}
    of_tiles = {"source": collection, "source-layer": collection}
    return {
        "version": 8,
        "name": both(title),
        "sources": {
            collection: {
                "type": "vector",
                "tiles": [tiles],
                "minzoom": 0,
                "maxzoom": DEEPEST,
                "attribution": attribution,
            }
        },
        "layers": [background, *({"id": layer["id"], "type": layer["type"]} | of_tiles | layer for layer in layers)],
    }


def _areas(portrayal: Portrayal) -> list[Json]:
    polygon, commune = _is("polygon"), status_rule(OTHERWISE).commune
    fill = {
        "id": "area",
        "type": "fill",
        "filter": ["all", polygon, ["!", _IS_COMMUNE]],
        "paint": {
            "fill-color": _by_status(portrayal, lambda code: status_rule(code).polygon["fillColor"]),
            "fill-opacity": status_rule(OTHERWISE).polygon["fillOpacity"],
        },
    }
    hatch = {
        "id": "area-commune",
        "type": "fill",
        "filter": ["all", polygon, _IS_COMMUNE],
        "paint": {
            "fill-pattern": _by_status(portrayal, lambda code: f"hatch-{status_rule(code).group}"),
            "fill-opacity": commune["fillOpacity"],
        },
    }
    rule = status_rule(OTHERWISE).polygon
    return [fill, hatch, *_dashed(portrayal, "area-edge", polygon, rule["weight"], rule["opacity"])]


def _lines(portrayal: Portrayal) -> list[Json]:
    line = _is("line")
    casing = _line("line-casing", line, HALO, portrayal.width_px + 3.5, None, 1)
    opacity = status_rule(OTHERWISE).line["opacity"]
    return [casing, *_dashed(portrayal, "line", line, portrayal.width_px, opacity)]


def _circles(portrayal: Portrayal) -> list[Json]:
    """Round a point whose area is known in hectares and not its outline: a circle of that area on the ground."""
    rule = status_rule(OTHERWISE).area
    at_zoom_0 = ["/", ["sqrt", ["/", ["*", _AREA_HA, 10_000], math.pi]], _METRES_PER_PX]
    deepest = 24
    circle = {
        "id": "known-area",
        "type": "circle",
        "filter": ["all", _is("point"), [">", _AREA_HA, 0]],
        "paint": {
            "circle-radius": [
                *("interpolate", ["exponential", 2], ["zoom"]),
                *(0, at_zoom_0, deepest, ["*", at_zoom_0, 2**deepest]),
            ],
            "circle-color": _by_status(portrayal, lambda code: status_rule(code).area["fillColor"]),
            "circle-opacity": rule["fillOpacity"],
            "circle-stroke-color": _by_status(portrayal, lambda code: status_rule(code).area["color"]),
            "circle-stroke-width": rule["weight"],
            "circle-stroke-opacity": rule["opacity"],
        },
    }
    return [circle]


_DRAW = {"polygon": _areas, "point": _circles, "line": _lines}


def _signs(portrayal: Portrayal) -> list[Json]:
    """The signs: of points and inside areas at their place, of lines half-way."""
    stands = ["!", _is("line")]
    layers = []
    if {"point", "polygon"} & set(portrayal.geometries):
        foot = ["literal", [0, MARKER_PX[1] / 2 - NEEDLE_TIP[1]]]
        round_it = ["literal", [0, MARKER_PX[1] / 2 - CENTRE[1]]]
        place = _symbol(
            "place", ["all", _is("point"), ["has", "location_accuracy"]], ["concat", "accuracy-", _ACCURACY]
        )
        place["layout"]["icon-offset"] = ["case", _IS_PLACED, foot, round_it]
        layers += [place | {"minzoom": NEAR}, *_signs_along(portrayal, "", stands, {})]
    if "line" in portrayal.geometries:
        layers += _signs_along(portrayal, "line-", _is("line"), {"symbol-placement": "line-center"})
    return layers


def _signs_along(portrayal: Portrayal, prefix: str, which: list[Any], layout: Json) -> list[Json]:
    conditions = ["all", which, ["in", ["get", "condition"], ["literal", list(CONDITIONS)]]]
    outline = ["concat", "condition-", ["get", "condition"]]
    sign = _known(["concat", "status-", ["get", portrayal.by]])
    layer = ["get", "layer"] if portrayal.icon is None else portrayal.collection
    marker = _known(["concat", "marker-", layer, "-", ["get", portrayal.by]])
    risen = {
        "icon-offset": [
            *("case", ["all", _is("point"), _IS_PLACED], ["literal", [0, CENTRE[1] - NEEDLE_TIP[1]]]),
            ["literal", [0, 0]],
        ]
    }
    far = [
        _symbol(f"{prefix}condition-far", conditions, ["concat", outline, "-small"], layout),
        _symbol(f"{prefix}sign-far", which, sign, layout),
    ]
    near = [
        _symbol(f"{prefix}condition", conditions, outline, layout | risen),
        _symbol(f"{prefix}sign", which, marker, layout | risen),
    ]
    return [*(one | {"maxzoom": NEAR} for one in far), *(one | {"minzoom": NEAR} for one in near)]


def _known(image: list[Any]) -> list[Any]:
    """This image, or the sign of an unknown status where there is none."""
    return ["coalesce", ["image", image], ["image", f"status-{OTHERWISE}"]]


def _symbol(name: str, which: list[Any], image: list[Any], layout: Mapping[str, Any] | None = None) -> Json:
    free = {"icon-allow-overlap": True, "icon-ignore-placement": True, "icon-rotation-alignment": "viewport"}
    return {"id": name, "type": "symbol", "filter": which, "layout": {"icon-image": image, **free, **(layout or {})}}


def _dashed(portrayal: Portrayal, name: str, which: list[Any], width_px: float, opacity: float) -> list[Json]:
    """One line layer per group of statuses, because a dash cannot be told by a property."""
    groups = dict.fromkeys(status_rule(status.id).group for status in portrayal.statuses)
    layers = []
    for group in groups:
        codes = [status.id for status in portrayal.statuses if SIGNS[status.id][0] == group]
        others = [status.id for status in portrayal.statuses if SIGNS[status.id][0] != group]
        # A status that has no rule is drawn as unknown, as on the map.
        belongs: list[Any] = ["in", ["get", portrayal.by], ["literal", codes]]
        if OTHERWISE in codes:
            belongs = ["!", ["in", ["get", portrayal.by], ["literal", others]]]
        drawn = GROUPS[group]
        layers.append(_line(f"{name}-{group}", ["all", which, belongs], drawn.line, width_px, drawn.dash, opacity))
    return layers


def _line(name: str, which: list[Any], colour: str, width_px: float, dash: str | None, opacity: float) -> Json:
    paint: Json = {"line-color": colour, "line-width": width_px, "line-opacity": opacity}
    if dash is not None:  # in widths of the line
        paint["line-dasharray"] = [round(float(length) / width_px, 2) for length in dash.split()]
    layout = {"line-cap": "butt", "line-join": "round"}
    return {"id": name, "type": "line", "filter": which, "layout": layout, "paint": paint}


def _is(geometry: str) -> list[Any]:
    return ["==", ["geometry-type"], _GEOMETRY[geometry]]


def _by_status(portrayal: Portrayal, rule: Any) -> list[Any]:
    """A `match` from the status to what `rule` says of it."""
    pairs = [part for status in portrayal.statuses for part in (status.id, rule(status.id)) if status.id != OTHERWISE]
    return ["match", ["get", portrayal.by], *pairs, rule(OTHERWISE)]
