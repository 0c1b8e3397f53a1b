"""A MapLibre style (Mapbox Style Specification 8) over our own vector tiles: paste its address and the map is there.

The same signs, colours, dashes and hatches as on our map, out of the sprite of `layers.sheet`. Names are not drawn:
text needs glyphs, for which a style must name a server, and we name no third one; a client adds its own.

A layer of the style for each status, and conditions written as `match` on one property: QGIS 3.22, which reads such a
style too, understands no more of it, and draws nothing by a property. There is no background: QGIS paints it tile by
tile, over the map beneath and not where a tile is empty. What it cannot read (the foot of a marker, the
size of a circle) it leaves out.
"""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from geo.edtf import old_before
from geo.status import Words
from layers.palette import GROUPS, HALO, Group
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
_IS_PLACED = ["match", _ACCURACY, ["surveyed", "mapped"], True, False]
_AREA_HA = ["to-number", ["get", "area_ha"], 0]

Json = dict[str, Any]


def maplibre(portrayal: Portrayal, tiles: str, sprite: str, attribution: str, day: date) -> Json:
    """The style of a collection of projects, as it is drawn on `day`: on it depends which news is old.

    `tiles`: address with `{z}`, `{y}`, `{x}` of tiles whose one layer is called like the collection; `sprite`: address
    of the sprite without its ending.
    """
    drawn = {geometry: _DRAW[geometry](portrayal) for geometry in ("polygon", "point", "line")}
    layers = [layer for geometry, several in drawn.items() if geometry in portrayal.geometries for layer in several]
    signs = _signs(portrayal, old_before(day))
    return _style(portrayal.collection, portrayal.title, tiles, attribution, [*layers, *signs]) | {"sprite": sprite}


def outline_maplibre(outline: Outline, tiles: str, attribution: str) -> Json:
    """The style of a collection of administrative units: their borders."""
    border = _line("outline", ["all"], outline.colour, 1.2, None, 1)
    return _style(outline.collection, outline.title, tiles, attribution, [border])


def _style(collection: str, title: Words, tiles: str, attribution: str, layers: list[Json]) -> Json:
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
        "layers": [{"id": layer["id"], "type": layer["type"]} | of_tiles | layer for layer in layers],
    }


def _areas(portrayal: Portrayal) -> list[Json]:
    polygon, rule = _is("polygon"), status_rule(OTHERWISE)
    whole_commune = ["match", _ACCURACY, ["commune"], True, False]
    more_is_known = ["match", _ACCURACY, ["commune"], False, True]
    fills: list[Json] = []
    for group, belongs in _groups(portrayal):
        colour = {"fill-color": group.fill, "fill-opacity": rule.polygon["fillOpacity"]}
        hatch = {"fill-pattern": f"hatch-{group.id}", "fill-opacity": rule.commune["fillOpacity"]}
        for name, which, paint in (("area", more_is_known, colour), ("area-commune", whole_commune, hatch)):
            among = ["all", polygon, which, belongs]
            fills.append({"id": f"{name}-{group.id}", "type": "fill", "filter": among, "paint": paint})
    return [*fills, *_dashed(portrayal, "area-edge", polygon, rule.polygon["weight"], rule.polygon["opacity"])]


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


def _signs(portrayal: Portrayal, old: int) -> list[Json]:
    """The signs: of points and inside areas at their place, of lines half-way; `old`: what was last told before."""
    stands = ["!=", ["geometry-type"], _GEOMETRY["line"]]
    layers = []
    if {"point", "polygon"} & set(portrayal.geometries):
        foot = ["literal", [0, MARKER_PX[1] / 2 - NEEDLE_TIP[1]]]
        round_it = ["literal", [0, MARKER_PX[1] / 2 - CENTRE[1]]]
        offset = {"icon-offset": ["case", _IS_PLACED, foot, round_it]}
        known = ["all", _is("point"), ["has", "location_accuracy"]]
        layers.append(_symbol("place", known, ["concat", "accuracy-", _ACCURACY], offset, minzoom=NEAR))
        layers += _signs_along(portrayal, "", stands, {}, old)
    if "line" in portrayal.geometries:
        layers += _signs_along(portrayal, "line-", _is("line"), {"symbol-placement": "line-center"}, old)
    return layers


def _signs_along(portrayal: Portrayal, prefix: str, which: list[Any], layout: Json, old: int) -> list[Json]:
    risen = {
        "icon-offset": [
            *("case", ["all", _is("point"), _IS_PLACED], ["literal", [0, CENTRE[1] - NEEDLE_TIP[1]]]),
            ["literal", [0, 0]],
        ]
    }
    far, near = layout, layout | risen
    silent = ["all", which, ["has", "last_told_day"], ["<", ["get", "last_told_day"], old]]
    layers = []
    for code in CONDITIONS:
        among = ["all", which, ["match", ["get", "condition"], [code], True, False]]
        layers += [
            _symbol(f"{prefix}far-{code}", among, f"condition-{code}-small", far, maxzoom=NEAR),
            _symbol(f"{prefix}near-{code}", among, f"condition-{code}", near, minzoom=NEAR),
        ]
    for status in reversed(portrayal.statuses):
        among = ["all", which, _belongs(portrayal, [status.id])]
        layers += [
            _symbol(f"{prefix}far-{status.id}", among, f"status-{status.id}", far, maxzoom=NEAR),
            _symbol(f"{prefix}near-{status.id}", among, _marker(portrayal, status.id), near, minzoom=NEAR),
        ]
    return [*layers, _symbol(f"{prefix}old", silent, "age-old", near, minzoom=NEAR)]


def _marker(portrayal: Portrayal, status: str) -> str | list[Any]:
    """The marker of a status, or for all layers together a choice by the layer."""
    names = {layer: f"marker-{layer}-{status}" for layer in portrayal.layers[status]}
    if portrayal.icon is not None:
        return next(iter(names.values()))
    pairs = [part for layer, name in names.items() for part in ([layer], name)]
    return ["match", ["get", "layer"], *pairs, f"status-{status}"]


def _symbol(name: str, which: list[Any], image: str | list[Any], layout: Mapping[str, Any], **zooms: int) -> Json:
    free = {"icon-allow-overlap": True, "icon-ignore-placement": True, "icon-rotation-alignment": "viewport"}
    return {"id": name, "type": "symbol", "filter": which, "layout": {"icon-image": image, **free, **layout}, **zooms}


def _dashed(portrayal: Portrayal, name: str, which: list[Any], width_px: float, opacity: float) -> list[Json]:
    return [
        _line(f"{name}-{group.id}", ["all", which, belongs], group.line, width_px, group.dash, opacity)
        for group, belongs in _groups(portrayal)
    ]


def _groups(portrayal: Portrayal) -> list[tuple[Group, list[Any]]]:
    """The groups of colours, and which features are drawn in each."""
    groups = dict.fromkeys(status_rule(status.id).group for status in portrayal.statuses)
    members = {group: [one.id for one in portrayal.statuses if SIGNS[one.id][0] == group] for group in groups}
    return [(GROUPS[group], _belongs(portrayal, codes)) for group, codes in members.items()]


def _belongs(portrayal: Portrayal, codes: list[str]) -> list[Any]:
    """Features of these statuses. One that has no rule is drawn as unknown, as on the map."""
    if OTHERWISE not in codes:
        return ["match", ["get", portrayal.by], codes, True, False]
    others = [status.id for status in portrayal.statuses if status.id not in codes]
    return ["match", ["get", portrayal.by], others, False, True]


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
    known = [status.id for status in portrayal.statuses if status.id != OTHERWISE]
    pairs = [part for code in known for part in ([code], rule(code))]
    return ["match", ["get", portrayal.by], *pairs, rule(OTHERWISE)]
