"""The colours of the map, shared by every renderer: status groups, base map, paper and ink.

Why seven groups: no palette stays distinct for colour-blind eyes past about eight hues, so statuses share a hue by
group and are told apart by shape and words. `fill` is for markers, whose dark outline and white halo carry the
contrast (Okabe-Ito), by day and by night; `line` is for thin strokes without an outline: at least 3:1 on land and
sea, as `night` is on the dark map. One group has one hue in all three. `tests/layers/test_palette.py` computes
contrast and CIEDE2000 distances under four kinds of sight.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """The colours of one group of statuses; `night` is `line` on the dark map.

    `dash` is an SVG dash pattern in px, None for a solid line.
    """

    id: str
    fill: str
    line: str
    night: str
    dash: str | None
    flat_night: str | None = None
    """The fill on the dark map where nothing outlines it, if not `fill`."""


GROUPS: dict[str, Group] = {
    group.id: group
    for group in (
        Group("idea", "#56B4E9", "#0087FF", "#8AD0FB", "2 6"),
        Group("procedure", "#CC79A7", "#5A1E96", "#8E64A3", "9 5"),
        Group("clearance", "#F0E442", "#C3780F", "#FEC935", "12 4 2 4"),
        Group("construction", "#D55E00", "#963C00", "#E0480F", "14 5"),
        Group("service", "#009E73", "#00695A", "#1E9F6E", None),
        Group("cancelled", "#1A1A1A", "#3C0000", "#F6F8EB", "1 5", "#F6F8EB"),
        Group("unknown", "#C9C9D0", "#878796", "#9C9CA5", "4 6"),
    )
}

OUTLINE = "#1A1A1A"
HALO = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Colours of our own base map and of the cards on it: quiet, so that the projects speak."""

    sea: str = "#E4F0F7"
    land: str = "#FCFBF7"
    neighbour: str = "#F4F2EC"
    coast: str = "#8FB0C4"
    unit_line: str = "#CFC8BA"
    district_line: str = "#9C9484"
    river: str = "#A8CCDF"
    label: str = "#4D5661"
    water_label: str = "#3C6A86"
    paper: str = "#FFFFFF"
    ink: str = "#1B2733"
    muted: str = "#566270"
    accent: str = "#0B5C8A"


BASEMAP = BaseMap()
DARK_BASEMAP = BaseMap(
    sea="#0E1A25",
    land="#1E2831",
    neighbour="#172029",
    coast="#3D5A70",
    unit_line="#34414D",
    district_line="#6B7B89",
    river="#2B4F68",
    label="#B9C5CF",
    water_label="#7FB2D2",
    paper="#18212A",
    ink="#E8EEF3",
    muted="#AEBAC5",
    accent="#82C4F0",
)
"""The same by night. `web/styles/tokens.css` has both again for the words on the map; a test compares them."""
