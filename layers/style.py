"""Layer → drawing rules. One set, used by the Leaflet page, the Folium preview and both legends.

`rules` is plain data (JSON-able); path options carry Leaflet's own names. `sprite` draws every sign that they name. A
marker is composed of signs of the sprite, bottom to top, in a box of 40 x 48: foot of the location accuracy, outline
of the condition, body of the status, icon of the layer, clock of an old status (`marker_svg` does exactly this):

    <svg viewBox="0 0 40 48" width="40" height="48" overflow="visible">
      <use href="#accuracy-mapped" width="40" height="48"/>
      <use href="#condition-delayed" x="-6" y="-6" width="52" height="52"/>
      <use href="#body-under_construction" x="2" y="2" width="36" height="36"/>
      <use href="#icon-port" x="13.7" y="17.6" width="12.6" height="12.6" color="#1A1A1A"/>
      <use href="#age-old" x="25" y="25" width="14" height="14"/>
    </svg>

Its anchor is that of the accuracy: the tip of the needle where the place is known, else the centre. Stages of model
communes share the sign of the project stage that they resemble; words and icon tell them apart.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from geo.edtf import SILENT_MONTHS
from layers.catalog import Catalog
from layers.icons import GRID
from layers.palette import BASEMAP, DARK_BASEMAP, GROUPS, HALO, OUTLINE
from layers.shapes import ACCURACIES, AGE, AGE_PX, CENTRE, CONDITION_PX, CONDITIONS, NEEDLE_TIP, SHAPES, hatch

# status -> (group of colours, shape)
SIGNS: dict[str, tuple[str, str]] = {
    "proposed": ("idea", "ring"),
    "seeking_investor": ("idea", "half-ring"),
    "investment_procedure": ("procedure", "disc"),
    "establishment_procedure": ("procedure", "double-disc"),
    "site_clearance": ("clearance", "square"),
    "under_construction": ("construction", "triangle"),
    "partly_operational": ("service", "half-square"),
    "operational": ("service", "tick-square"),
    "completed": ("service", "tick-frame"),
    "cancelled": ("cancelled", "cross"),
    "unknown": ("unknown", "dot"),
    "registered": ("idea", "ring"),
    "in_progress": ("construction", "triangle"),
    "assessed": ("service", "tick-frame"),
    "recognised": ("service", "tick-square"),
}
OTHERWISE = "unknown"
AGE_PLACE = (25, 25)
"""Of the clock of a status on which nothing was told for long (`edtf.is_silent`); from near only, where it has room."""
BODY_PX, SMALL_PX, MARKER_PX = 36, 18, (40, 48)
FULL_FROM_ZOOM = 12
"""From afar only the sign of the status is drawn: 300 whole markers would cover each other."""
_CONDITION_BOX = ((MARKER_PX[0] - CONDITION_PX) / 2,) * 2 + (CONDITION_PX,) * 2


@dataclass(frozen=True, slots=True)
class StatusRule:
    """How one status is drawn, on a legend, as a marker, a line, a polygon, an area of known size, a commune."""

    symbol: str
    body: str
    icon: Mapping[str, Any]
    group: str
    line: Mapping[str, Any]
    polygon: Mapping[str, Any]
    area: Mapping[str, Any]
    commune: Mapping[str, Any]


def status_rule(status: str, *, dark: bool = False) -> StatusRule:
    """The rule of one status; that of `unknown` for a status that has none. `dark`: its strokes on the dark map."""
    code = status if status in SIGNS else OTHERWISE
    group_id, shape = SIGNS[code]
    group = GROUPS[group_id]
    colour, suffix = (group.night, "-night") if dark else (group.line, "")
    fill = (dark and group.flat_night) or group.fill
    stroke = {"color": colour, "opacity": 0.95, "lineCap": "butt", "lineJoin": "round"}
    return StatusRule(
        symbol=f"status-{code}",
        body=f"body-{code}",
        icon=_icon_place(shape),
        group=group_id,
        line=stroke | {"weight": 3, "dashArray": group.dash, "fill": False},
        polygon=stroke | {"weight": 2, "dashArray": group.dash, "fillColor": fill, "fillOpacity": 0.35},
        area=stroke | {"weight": 1.5, "opacity": 0.8, "dashArray": "5 5", "fillColor": fill, "fillOpacity": 0.14},
        commune=stroke
        | {
            "weight": 1.5,
            "opacity": 0.8,
            "dashArray": "2 4",
            "fillColor": f"url(#hatch-{group_id}{suffix})",
            "fillOpacity": 0.4,
        },
    )


def _icon_place(shape: str) -> dict[str, Any]:
    """The icon's box in px of the marker; the body's 24 units fill BODY_PX from (2, 2)."""
    box, scale, margin = SHAPES[shape].icon, BODY_PX / 24, (MARKER_PX[0] - BODY_PX) / 2
    side = box.side * scale
    x, y = (round(margin + centre * scale - side / 2, 2) for centre in (box.x, box.y))
    return {"x": x, "y": y, "size": round(side, 2), "color": OUTLINE}


def rules(catalog: Catalog) -> dict[str, Any]:
    """Every drawing rule as plain data: `symbols` of `GET /api/catalog`, and what the legend lists."""
    return {
        "outline": OUTLINE,
        "halo": HALO,
        "otherwise": OTHERWISE,
        "marker": {
            "width": MARKER_PX[0],
            "height": MARKER_PX[1],
            "body": {"x": (MARKER_PX[0] - BODY_PX) // 2, "y": (MARKER_PX[0] - BODY_PX) // 2, "size": BODY_PX},
            "small_px": SMALL_PX,
            "full_from_zoom": FULL_FROM_ZOOM,
        },
        "statuses": {code: asdict(status_rule(code)) for code in SIGNS},
        "conditions": {
            code: {"symbol": f"condition-{code}"}
            | dict(zip(("x", "y", "width", "height"), _CONDITION_BOX, strict=True))
            for code in CONDITIONS
        },
        "accuracies": {code: {"symbol": f"accuracy-{code}", "anchor": list(anchor_of(code))} for code in ACCURACIES},
        "age": {"symbol": "age-old", "months": SILENT_MONTHS, "x": AGE_PLACE[0], "y": AGE_PLACE[1], "size": AGE_PX},
        "layers": {
            layer.id: {"symbol": f"icon-{layer.id}", "by": layer.style.by, "weight": layer.style.width_px}
            for layer in catalog.layers.values()
        },
        "basemap": asdict(BASEMAP),
        "dark": {
            "statuses": {code: asdict(status_rule(code, dark=True)) for code in SIGNS},
            "basemap": asdict(DARK_BASEMAP),
        },
    }


def anchor_of(accuracy: str | None) -> tuple[int, int]:
    """The px of the marker that stands on the coordinate. Without a known accuracy: the centre, as for a guess."""
    return NEEDLE_TIP if accuracy in ("surveyed", "mapped") else CENTRE


def sprite(catalog: Catalog) -> str:
    """One SVG of hidden symbols: all that `rules` names, plus the hatches of communes."""
    parts = [hatch(group, dark=dark) for group in GROUPS.values() for dark in (False, True)]
    for code, (group_id, shape) in SIGNS.items():
        parts += [
            _symbol(f"status-{code}", "0 0 24 24", SHAPES[shape].draw(GROUPS[group_id], 1.5, False)),
            _symbol(f"body-{code}", "0 0 24 24", SHAPES[shape].draw(GROUPS[group_id], 1, True)),
        ]
    parts += [
        _symbol(f"condition-{code}", f"0 0 {CONDITION_PX} {CONDITION_PX}", _on_any_ground(drawing))
        for code, drawing in CONDITIONS.items()
    ]
    parts += [_symbol(f"accuracy-{code}", "0 0 40 48", _on_any_ground(drawing)) for code, drawing in ACCURACIES.items()]
    parts.append(_symbol("age-old", f"0 0 {AGE_PX} {AGE_PX}", AGE))
    for layer in catalog.layers.values():
        paths = "".join(_path(attributes) for attributes in layer.style.drawing.drawn())
        parts.append(_symbol(f"icon-{layer.id}", f"0 0 {GRID} {GRID}", paths))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0">{"".join(parts)}</svg>'


def _on_any_ground(drawing: str) -> str:
    """What lies around a body has no fill that parts it from a dark ground: its ink is that of the text there."""
    return drawing.replace(OUTLINE, "currentColor").replace(HALO, "var(--sign-ground, #FFFFFF)")


def _path(attributes: Mapping[str, str]) -> str:
    return "<path " + " ".join(f'{name}="{value}"' for name, value in attributes.items()) + "/>"


def _symbol(name: str, view_box: str, drawing: str) -> str:
    return f'<symbol id="{name}" viewBox="{view_box}">{drawing}</symbol>'


def marker_svg(
    status: str, layer: str, condition: str | None = None, accuracy: str | None = None, *, old: bool = False
) -> str:
    """A marker as SVG text that a page may trust: it names signs of `sprite`, and holds no word of the data.

    A `status` without a sign is drawn as unknown, such a `condition` or `accuracy` not at all; `layer`: an id of the
    catalog. `old`: as `edtf.is_silent` says.
    """
    rule, (width, height) = status_rule(status), MARKER_PX
    foot = _use(f"accuracy-{accuracy}", 0, 0, width, height) if accuracy in ACCURACIES else ""
    outline = _use(f"condition-{condition}", *_CONDITION_BOX) if condition in CONDITIONS else ""
    body = _use(rule.body, (width - BODY_PX) / 2, (width - BODY_PX) / 2, BODY_PX, BODY_PX)
    place = rule.icon
    icon = _use(f"icon-{layer}", place["x"], place["y"], place["size"], place["size"], place["color"])
    clock = _use("age-old", *AGE_PLACE, AGE_PX, AGE_PX) if old else ""
    size = f'width="{width}" height="{height}" overflow="visible"'
    return f'<svg viewBox="0 0 {width} {height}" {size}>{foot}{outline}{body}{icon}{clock}</svg>'


def small_svg(status: str, condition: str | None = None) -> str:
    """The sign of the status alone, with the outline of its condition: a marker for far zooms."""
    outline = _use(f"condition-{condition}", -7, -7, 38, 38) if condition in CONDITIONS else ""
    size = f'width="{SMALL_PX}" height="{SMALL_PX}" overflow="visible"'
    return f'<svg viewBox="0 0 24 24" {size}>{outline}{_use(status_rule(status).symbol, 0, 0, 24, 24)}</svg>'


def _use(symbol: str, x: float, y: float, width: float, height: float, colour: str | None = None) -> str:
    ink = f' color="{colour}"' if colour else ""
    return f'<use href="#{symbol}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{ink}/>'
