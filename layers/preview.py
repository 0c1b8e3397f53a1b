"""Features + catalog → one HTML file with a Folium map that opens anywhere, also without a network.

Why Folium without its own files (22/11/2026): Folium 0.20 links ten files of other hosts (jQuery, Bootstrap, Font
Awesome, …). The map here drops them and carries our own Leaflet, font and signs inside (`layers.parts`, `layers.seal`).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, cast

import folium
import orjson
from folium.map import CustomPane
from folium.utilities import JsCode
from shapely.geometry import shape

from geo.edtf import is_silent
from geo.errors import HaiphongError
from layers import style
from layers.cards import DISTRICTS, NOTE, TITLE, UNITS, Cards, Lang, safe
from layers.catalog import Catalog
from layers.ground import Ground
from layers.palette import BASEMAP
from layers.parts import BareMap, Popup, Prepare, Shape, Verbatim
from layers.seal import scripts_of, sealed, styles_of
from layers.shapes import NEEDLE_TIP

_FULL_SIGNS_UP_TO = 60
_UNIT_TYPES = ("Quận ", "Huyện ", "Thành phố ", "Thị xã ", "Thị trấn ", "Phường ", "Xã ", "Đặc khu ")


def write(
    path: Path,
    features: bytes | Mapping[str, Any],
    catalog: Catalog,
    ground: Ground,
    packages: Path,
    *,
    day: date,
    lang: Lang = "vi",
    subtitle: str = "",
) -> None:
    """Write the map of published features (GeoJSON in WGS 84; one without a place is listed, not drawn) to `path`.

    `packages`: the folder `web/node_modules`; `subtitle`: what was asked for, in words; `day`: printed on the map.
    The same input gives the same bytes. Raises AssetsMissing, and InvalidData of an icon; HaiphongError when `path`
    cannot be written.
    """
    html = page(features, catalog, ground, packages, day=day, lang=lang, subtitle=subtitle)
    try:
        path.write_text(html, "utf-8")
    except OSError as error:
        raise HaiphongError(
            f"{path} cannot be written ({error.strerror}): name a file in a folder of yours."
        ) from error


def page(
    features: bytes | Mapping[str, Any],
    catalog: Catalog,
    ground: Ground,
    packages: Path,
    *,
    day: date,
    lang: Lang = "vi",
    subtitle: str = "",
    told: Mapping[str, str] | None = None,
) -> str:
    """The same map as `write`, as text; `told`: a sentence about a feature, by id, for its card and the panel."""
    collection: Mapping[str, Any] = orjson.loads(features) if isinstance(features, bytes) else features
    shown, cards, rules = list(collection["features"]), Cards(catalog, lang), style.rules(catalog)
    located = [feature for feature in shown if feature["geometry"] is not None]
    drawing = BareMap(
        location=[20.82, 106.7],
        tiles=None,
        position="absolute",
        font_size="13px",
        minZoom=5,
        maxZoom=18,
        zoomSnap=0.5,
        maxBounds=[[3, 98], [26, 122]],
    )
    _add_ground(drawing, ground, cards)
    for layer in catalog.layers.values():
        of_layer = [feature for feature in located if feature["properties"].get("layer") == layer.id]
        if of_layer:
            icon = f'<svg class="icon" aria-hidden="true"><use href="#icon-{layer.id}"/></svg>'
            group = folium.FeatureGroup(name=f"{icon}{cards.say(layer.title)} ({len(of_layer)})")
            group.add_to(drawing)
            for feature in of_layer:
                _add_feature(group, feature, rules, ground, cards, day, (told or {}).get(feature["id"], ""))
    control = folium.LayerControl()
    control.options["collapsed"] = cast(Any, JsCode("window.innerWidth < 700"))
    control.add_to(drawing)
    few = len(located) <= _FULL_SIGNS_UP_TO
    options = {
        "fullFromZoom": 0 if few else rules["marker"]["full_from_zoom"],
        "bounds": _bounds(located or ground.districts["features"]),
        "attribution": " · ".join([*map(safe, ground.attribution), cards.say(NOTE)]),
    }
    drawing.add_child(Prepare(options))

    figure: Any = drawing.get_root()
    figure.title = cards.say(TITLE) + (f" · {safe(subtitle)}" if subtitle else "")
    told_of = cards.told(told or {})
    panel = cards.head(subtitle, day, shown) + told_of + cards.legend(shown, day) + cards.unlocated(shown)
    figure.html.add_child(Verbatim(style.sprite(catalog) + f'<aside class="panel">{panel}</aside>'))
    own = f"<style>{styles_of(packages)}</style><script>{scripts_of(packages)}</script>"
    figure.header.add_child(Verbatim(own), name="own")
    return sealed(figure, lang)


def _add_ground(drawing: BareMap, ground: Ground, cards: Cards) -> None:
    """Land, rivers, unit lines and names on a pane under everything; with them Hoàng Sa and Trường Sa, always."""
    CustomPane("ground", z_index=210).add_to(drawing)
    colours = asdict(BASEMAP)

    def plain(data: dict[str, Any], colour: str, weight: float, **look: Any) -> Shape:
        geometries = [feature["geometry"] for feature in data["features"]]
        return Shape(geometries, pane="ground", interactive=False, color=colours[colour], weight=weight, **look)

    around = {"features": [*ground.neighbours["features"], *ground.far_land["features"]]}
    plain(around, "coast", 0.8, fill=False).add_to(drawing)  # of the shore the half in the water stays
    plain(around, "neighbour", 0.4, fillColor=colours["neighbour"], fillOpacity=1).add_to(drawing)
    plain(ground.units, "coast", 0.8, fillColor=colours["land"], fillOpacity=1).add_to(drawing)
    plain(ground.rivers, "river", 3, fill=False).add_to(drawing)
    units, districts = (folium.FeatureGroup(name=cards.say(name)) for name in (UNITS, DISTRICTS))
    names = folium.FeatureGroup(control=False)
    for group in (units, districts, names):
        group.add_to(drawing)
    plain(ground.units, "unit_line", 1, fill=False).add_to(units)
    plain(ground.districts, "district_line", 1.4, dashArray="6 4", fill=False).add_to(districts)
    for kind, collection, key, parent in (
        ("unit", ground.units, "full_name", units),
        ("district", ground.districts, "full_name", districts),
        ("neighbour", ground.neighbours, "name", names),
        ("archipelago", ground.archipelagos, f"name_{cards.lang}", names),
    ):
        for feature in collection["features"]:
            name = str(feature["properties"][key])
            for unit_type in _UNIT_TYPES:
                name = name.removeprefix(unit_type)
            icon = folium.DivIcon(f"<span>{safe(name)}</span>", (0, 0), (0, 0), class_name=f"place-name {kind}-name")
            where = _middle(feature["geometry"])
            folium.Marker(where, icon=icon, pane="ground", interactive=False, keyboard=False).add_to(parent)


def _add_feature(
    group: folium.FeatureGroup,
    feature: Mapping[str, Any],
    rules: dict[str, Any],
    ground: Ground,
    cards: Cards,
    day: date,
    told: str,
) -> None:
    """Commune, true area, shape and marker of one feature, bottom to top; shape and marker open its card."""
    geometry, properties = feature["geometry"], feature["properties"]
    layer, condition = rules["layers"][properties["layer"]], properties.get("condition")
    status = str(properties.get(layer["by"]))
    rule = rules["statuses"].get(status) or rules["statuses"][rules["otherwise"]]
    place, point = _middle(geometry), geometry["type"] in ("Point", "MultiPoint")
    accuracy = properties.get("location_accuracy") if point else None
    if accuracy == "commune":
        communes = [unit["geometry"] for unit in ground.smallest_units(properties.get("unit_ids") or ())]
        Shape(communes, className="commune", interactive=False, **rule["commune"]).add_to(group)
    if point and properties.get("area_ha"):
        radius_m = math.sqrt(properties["area_ha"] * 10_000 / math.pi)
        folium.Circle(place, radius_m, interactive=False, **rule["area"]).add_to(group)
    if "Polygon" in geometry["type"]:
        _with_card(Shape([geometry], **rule["polygon"]), properties, cards, told).add_to(group)
    elif "LineString" in geometry["type"]:
        weight = layer["weight"] + 0.5
        Shape([geometry], color=rules["halo"], weight=weight + 3.5, opacity=0.9, interactive=False).add_to(group)
        _with_card(Shape([geometry], **rule["line"] | {"weight": weight}), properties, cards, told).add_to(group)
    tip = " tip" if style.anchor_of(accuracy) == NEEDLE_TIP else ""
    old = is_silent(properties.get("last_told"), day)
    full = style.marker_svg(status, properties["layer"], condition, accuracy, old=old)
    signs = f'<div class="full{tip}">{full}</div><div class="small">{style.small_svg(status, condition)}</div>'
    icon = folium.DivIcon(signs, (24, 24), (12, 12), (0, -16), class_name="marker")
    _with_card(folium.Marker(place, icon=icon), properties, cards, told).add_to(group)


def _with_card(drawn: Any, properties: Mapping[str, Any], cards: Cards, told: str) -> Any:
    drawn.add_child(Popup(cards.popup(properties, told)))
    drawn.add_child(folium.Tooltip(cards.name(properties), sticky=False))
    return drawn


def _middle(geometry: Mapping[str, Any]) -> list[float]:
    """Latitude and longitude of a point on the geometry: half-way along a line, inside a polygon."""
    form = shape(geometry)
    point = form.interpolate(0.5, normalized=True) if form.geom_type == "LineString" else form.representative_point()
    return [round(point.y, 6), round(point.x, 6)]


def _bounds(features: list[Any]) -> list[list[float]]:
    """South-west and north-east corner of features that have a place, latitude first.

    Of more than a hundred, the outermost 1 % on each side are left to be found: Bạch Long Vĩ alone would shrink the
    rest of the city to a quarter of the map.
    """
    west, south, east, north = (
        sorted(edge) for edge in zip(*(shape(f["geometry"]).bounds for f in features), strict=True)
    )
    skip = len(features) // 100
    return [[south[skip], west[skip]], [north[-1 - skip], east[-1 - skip]]]
