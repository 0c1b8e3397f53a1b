"""The tokens of the design: one sheet names colours, by day and by night; every word can be read on its ground."""

import re
from pathlib import Path

import pytest
from coloraide import Color

from layers.palette import BASEMAP, DARK_BASEMAP, BaseMap

ROOT = Path(__file__).resolve().parents[2]
STYLES = ROOT / "web" / "styles"
LITERAL = re.compile(
    r"(?<![\w&-])#(?:[0-9a-fA-F]{3,4}){1,2}\b(?![\w-])|\b(?:rgb|hsl|oklch|lab)a?\((?!(?:from )?var\(--)"
)
TOKEN = re.compile(r"--(?P<name>[\w-]+):\s*var\(--light, (?P<day>#[0-9a-f]+)\) var\(--dark, (?P<night>#[0-9a-f]+)\);")
BY_TIME = {
    time: {match["name"]: match[time] for match in TOKEN.finditer((STYLES / "tokens.css").read_text())}
    for time in ("day", "night")
}
BASES = {"day": BASEMAP, "night": DARK_BASEMAP}
WORDS = ("ink", "muted", "faint", "deep", "accent", "flame", "warn", "good", "bad", "code")


def test_no_other_sheet_and_no_script_names_a_colour() -> None:
    places = [*STYLES.glob("*.css"), *(ROOT / "web" / "src").rglob("*.js")]
    found = {
        f"{path.name}: {line.strip()[:90]}"
        for path in places
        if path.name != "tokens.css"
        for line in path.read_text().splitlines()
        if LITERAL.search(line)
    }
    assert not found


@pytest.mark.parametrize("time", BY_TIME)
@pytest.mark.parametrize("ground", ["paper", "ground", "wash", "hover"])
@pytest.mark.parametrize("word", WORDS)
def test_every_word_can_be_read_on_every_surface(time: str, word: str, ground: str) -> None:
    colours = BY_TIME[time]
    assert Color(colours[word]).contrast(colours[ground], method="wcag21") >= 4.5


@pytest.mark.parametrize("time", BY_TIME)
@pytest.mark.parametrize(
    ("word", "ground"),
    [
        ("accent", "accent-wash"),
        ("ink", "accent-wash"),
        ("warn", "warn-wash"),
        ("on-accent", "accent"),
        ("on-tint", "tint-0"),
        ("on-tint", "tint-2"),
        ("on-tint", "tint-3"),
        ("on-tint-most", "tint-4"),
        ("map-label", "map-land"),
        ("map-label-quiet", "map-neighbour"),
        ("map-water-label", "sea"),
    ],
)
def test_words_on_coloured_grounds_can_be_read(time: str, word: str, ground: str) -> None:
    colours = BY_TIME[time]
    assert Color(colours[word]).contrast(colours[ground], method="wcag21") >= 4.5


@pytest.mark.parametrize("time", BASES)
def test_the_page_and_the_map_have_one_ground(time: str) -> None:
    base: BaseMap = BASES[time]
    tokens = {name: Color(value).to_string(hex=True).upper() for name, value in BY_TIME[time].items()}
    said = {
        "sea": base.sea,
        "map-land": base.land,
        "map-neighbour": base.neighbour,
        "map-coast": base.coast,
        "map-label": base.label,
        "map-water-label": base.water_label,
        "ink": base.ink,
        "accent": base.accent,
    }
    assert {name: Color(value).to_string(hex=True).upper() for name, value in said.items()} == {
        name: tokens[name] for name in said
    }
