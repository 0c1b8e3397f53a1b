"""Colours are computed, not guessed: contrast after WCAG 2.2, distances after CIEDE2000, for four kinds of sight."""

from itertools import combinations

import pytest
from coloraide import Color

from layers.palette import BASEMAP, DARK_BASEMAP, GROUPS, HALO, OUTLINE, BaseMap, Group

SIGHTS = ("normal", "deutan", "protan", "tritan")


def contrast(one: str, other: str) -> float:
    return float(Color(one).contrast(other, method="wcag21"))


def seen(colour: str, sight: str) -> Color:
    return Color(colour) if sight == "normal" else Color(colour).filter(sight)


def least_distance(colours: list[str], sight: str) -> float:
    pairs = combinations([seen(colour, sight) for colour in colours], 2)
    return min(float(one.delta_e(other, method="2000")) for one, other in pairs)


def test_there_are_at_most_eight_hues() -> None:
    assert len(GROUPS) <= 8


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_lines_of_two_groups_never_look_alike(sight: str) -> None:
    assert least_distance([group.line for group in GROUPS.values()], sight) > 18.5


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_lines_of_two_groups_never_look_alike_by_night(sight: str) -> None:
    assert least_distance([group.night for group in GROUPS.values()], sight) > 17.5


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_markers_of_two_groups_never_look_alike(sight: str) -> None:
    assert least_distance([group.fill for group in GROUPS.values()], sight) > 10.5


@pytest.mark.parametrize("ground", [HALO, BASEMAP.land, BASEMAP.neighbour, BASEMAP.sea])
@pytest.mark.parametrize("group", GROUPS.values(), ids=lambda group: group.id)
def test_a_line_stands_out_on_land_and_sea(group: Group, ground: str) -> None:
    assert contrast(group.line, ground) >= 3


@pytest.mark.parametrize("ground", [DARK_BASEMAP.paper, DARK_BASEMAP.land, DARK_BASEMAP.neighbour, DARK_BASEMAP.sea])
@pytest.mark.parametrize("group", GROUPS.values(), ids=lambda group: group.id)
def test_a_line_stands_out_on_the_dark_map(group: Group, ground: str) -> None:
    assert contrast(group.night, ground) >= 3


@pytest.mark.parametrize("ground", [DARK_BASEMAP.paper, DARK_BASEMAP.land, DARK_BASEMAP.neighbour, DARK_BASEMAP.sea])
def test_the_halo_of_a_marker_stands_out_on_the_dark_map(ground: str) -> None:
    assert contrast(HALO, ground) >= 7


@pytest.mark.parametrize("ground", [HALO, BASEMAP.land, BASEMAP.neighbour, BASEMAP.sea])
def test_the_outline_of_a_marker_stands_out_everywhere(ground: str) -> None:
    assert contrast(OUTLINE, ground) >= 7


@pytest.mark.parametrize("group", [group for group in GROUPS.values() if group.id != "cancelled"], ids=lambda g: g.id)
def test_the_icon_is_legible_on_every_marker(group: Group) -> None:
    assert contrast(OUTLINE, group.fill) >= 4.5 - 0.01


@pytest.mark.parametrize("base", [BASEMAP, DARK_BASEMAP], ids=["day", "night"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("label", "land"),
        ("label", "neighbour"),
        ("water_label", "sea"),
        ("ink", "paper"),
        ("muted", "paper"),
        ("accent", "paper"),
    ],
)
def test_every_word_on_the_map_can_be_read(base: BaseMap, text: str, ground: str) -> None:
    assert contrast(getattr(base, text), getattr(base, ground)) >= 4.5
