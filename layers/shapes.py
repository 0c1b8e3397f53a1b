"""The drawn signs: a shape per status, an outline per condition, a foot per location accuracy, as SVG symbols.

Every sign of a status exists twice on the same 24-unit grid: `status-…` for legend, lists and far zooms, and `body-…`
with room for the icon of the layer, on which ticks move to a corner. Signs carry geometry and colours as attributes,
never `style`, so that they pass a strict Content-Security-Policy.

Why the sign of the status is the body of the marker, and not a badge beside the icon (22/11/2026): at 30 px a badge is
8 px wide and its shape cannot be told any more; a body of 27 px is told by colour-blind eyes and on grey paper.
"""

from collections.abc import Callable
from dataclasses import dataclass

from layers.palette import HALO, OUTLINE, Group


@dataclass(frozen=True, slots=True)
class IconBox:
    """Where the icon stands on a body: centre and side on the 24-unit grid."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True)
class Shape:
    """How one shape is drawn: (group, outline width, is it a body?) -> SVG elements."""

    draw: Callable[[Group, float, bool], str]
    icon: IconBox


def _circle(radius: float, cx: float = 12, cy: float = 12) -> str:
    arc = f"a{radius:g} {radius:g} 0 1 0"
    return f"M{cx - radius:g} {cy:g}{arc} {2 * radius:g} 0{arc} {-2 * radius:g} 0z"


def _fill(d: str, colour: str) -> str:
    return f'<path d="{d}" fill="{colour}"/>'


def _stroke(d: str, colour: str, width: float, **more: str) -> str:
    extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:g}"'
        f' stroke-linejoin="round" stroke-linecap="round"{extra}/>'
    )


def _framed(d: str, inside: str, width: float) -> str:
    """Halo, inside, outline: the outline carries the contrast, the halo parts signs that overlap."""
    return _stroke(d, HALO, width + 2.6) + inside + _stroke(d, OUTLINE, width)


_DISC, _SQUARE, _TRIANGLE, _DOT = _circle(9), "M4 4h16v16h-16z", "M12 2.4L22 20H2z", _circle(6.4)
_CROSS = "M6.4 2.8L12 8.4L17.6 2.8L21.2 6.4L15.6 12L21.2 17.6L17.6 21.2L12 15.6L6.4 21.2L2.8 17.6L8.4 12L2.8 6.4z"


def _tick(colour: str, body: bool, width: float) -> str:
    if not body:
        return _stroke("M7.6 12.3l3.2 3.3l5.8-6.8", colour, 2.5)
    badge = _fill(_circle(4, 19.6, 4.4), HALO) + _stroke(_circle(4, 19.6, 4.4), OUTLINE, width)
    return badge + _stroke("M17.7 4.5l1.5 1.6l2.5-3.1", OUTLINE, 1.4)


def _ring(group: Group, width: float, body: bool) -> str:
    hole = _circle(6.7 if body else 5.2)
    return _framed(_DISC, _fill(_DISC, group.fill) + _fill(hole, HALO), width)


def _half_ring(group: Group, width: float, body: bool) -> str:
    radius = 6.7 if body else 5.2
    upper_half = f"M{12 - radius:g} 12a{radius:g} {radius:g} 0 0 1 {2 * radius:g} 0z"
    return _framed(_DISC, _fill(_DISC, group.fill) + _fill(upper_half, HALO), width)


def _disc(group: Group, width: float, _body: bool) -> str:
    return _framed(_DISC, _fill(_DISC, group.fill), width)


def _double_disc(group: Group, width: float, body: bool) -> str:
    inner = _stroke(_circle(6.8 if body else 5), OUTLINE, width * 0.9)
    return _framed(_DISC, _fill(_DISC, group.fill) + inner, width)


def _square(group: Group, width: float, _body: bool) -> str:
    return _framed(_SQUARE, _fill(_SQUARE, group.fill), width)


def _triangle(group: Group, width: float, _body: bool) -> str:
    return _framed(_TRIANGLE, _fill(_TRIANGLE, group.fill), width)


def _half_square(group: Group, width: float, _body: bool) -> str:
    return _framed(_SQUARE, _fill(_SQUARE, HALO) + _fill("M20 4v16h-16z", group.fill), width)


def _tick_square(group: Group, width: float, body: bool) -> str:
    return _framed(_SQUARE, _fill(_SQUARE, group.fill), width) + _tick(HALO, body, width)


def _tick_frame(group: Group, width: float, body: bool) -> str:
    window = "M6.4 6.4h11.2v11.2h-11.2z"
    return _framed(_SQUARE, _fill(_SQUARE, group.fill) + _fill(window, HALO), width) + _tick(group.line, body, width)


def _cross(group: Group, width: float, body: bool) -> str:
    middle = _fill(_circle(6.2), HALO) + _stroke(_circle(6.2), OUTLINE, width) if body else ""
    return _framed(_CROSS, _fill(_CROSS, group.fill), width) + middle


def _dot(group: Group, width: float, body: bool) -> str:
    if body:
        return _framed(_circle(7), _fill(_circle(7), group.fill), width)
    question = _stroke("M9.9 10.4a2.1 2.1 0 1 1 3.2 1.8c-.8.5-1.1.8-1.1 1.5", OUTLINE, 1.3)
    return _framed(_DOT, _fill(_DOT, group.fill), width) + question + _fill(_circle(0.85, 12, 15.7), OUTLINE)


SHAPES: dict[str, Shape] = {
    "ring": Shape(_ring, IconBox(12, 12, 9.2)),
    "half-ring": Shape(_half_ring, IconBox(12, 12, 9.2)),
    "disc": Shape(_disc, IconBox(12, 12, 10.4)),
    "double-disc": Shape(_double_disc, IconBox(12, 12, 9)),
    "square": Shape(_square, IconBox(12, 12, 11)),
    "triangle": Shape(_triangle, IconBox(12, 14.6, 8.4)),
    "half-square": Shape(_half_square, IconBox(12, 12, 11)),
    "tick-square": Shape(_tick_square, IconBox(12, 12.4, 10.6)),
    "tick-frame": Shape(_tick_frame, IconBox(12, 12.2, 9.6)),
    "cross": Shape(_cross, IconBox(12, 12, 8.4)),
    "dot": Shape(_dot, IconBox(12, 12, 8.6)),
}


def _with_halo(d: str, width: float, **more: str) -> str:
    return _stroke(d, HALO, width + 2.5) + _stroke(d, OUTLINE, width, **more)


# Under a body that is centred in 52 x 52, wider than the marker: a diamond inside it would hide the shape.
CONDITIONS: dict[str, str] = {
    "delayed": _with_halo("M26 1.8L50.2 26L26 50.2L1.8 26z", 2.2),
    "suspended": _with_halo("M7 15v22M45 15v22", 3.6),
}

_NEEDLE = "M20 32v13"
# Under a body that is centred at (20, 20) in 40 x 48. A needle claims a place; without one the sign floats near it.
ACCURACIES: dict[str, str] = {
    "surveyed": _with_halo(_NEEDLE, 2) + _fill(_circle(3.6, 20, 44), HALO) + _fill(_circle(2.8, 20, 44), OUTLINE),
    "mapped": _with_halo(_NEEDLE, 2),
    "approximate": _stroke(_circle(17.6, 20, 20), OUTLINE, 1.3, stroke_dasharray="0.1 4.5", opacity="0.75"),
    "commune": _stroke(_circle(17.6, 20, 20), OUTLINE, 1.3, stroke_dasharray="5 4.2", opacity="0.75"),
}
CONDITION_PX = 52
AGE_PX = 14
# A clock in 14 x 14: the newest word on the status is old. Its hands stand at ten past ten.
AGE = (
    _fill(_circle(6.8, 7, 7), HALO)
    + _stroke(_circle(5, 7, 7), OUTLINE, 1.5)
    + _stroke("M4.9 5.2L7 7.2L9.2 5.2", OUTLINE, 1.3)
)
NEEDLE_TIP, CENTRE = (20, 46), (20, 20)


def hatch(group: Group, *, dark: bool = False) -> str:
    """A pattern `hatch-<group>`, by night `hatch-<group>-night`: lines at 45° in the group's colour, for a commune that
    stands for a project."""
    name, colour = (f"{group.id}-night", group.night) if dark else (group.id, group.line)
    return (
        f'<pattern id="hatch-{name}" width="7" height="7" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><path d="M0 0v7" stroke="{colour}" stroke-width="2.4"/></pattern>'
    )
