"""One set of drawing rules for the map, the preview and the legends."""

import json
import re
import subprocess
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest

from geo.edtf import SILENT_MONTHS, is_silent, last_told_day
from geo.errors import InvalidData
from geo.settings import REPOSITORY
from geo.status import ACCURACIES, CONDITIONS, STATUSES
from layers import style
from layers.catalog import Catalog
from layers.icons import OWN, STROKE, Icon, read_icon
from layers.palette import GROUPS
from tests.silence import SHOWN, WORDS

PACKAGES = REPOSITORY / "web" / "node_modules"
DRAWN_ELEMENTS = {"svg", "symbol", "path", "pattern"}
DRAWN_ATTRIBUTES = {
    *("id", "viewBox", "width", "height", "d", "opacity", "fill", "fill-rule"),
    *("stroke", "stroke-width", "stroke-linejoin", "stroke-linecap", "stroke-dasharray"),
    *("patternUnits", "patternTransform"),
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load(REPOSITORY / "layers" / "definitions")


@pytest.fixture(scope="module")
def sprite(catalog: Catalog) -> ElementTree.Element:
    return ElementTree.fromstring(style.sprite(catalog))  # noqa: S314 -- our own text


def symbols(sprite: ElementTree.Element) -> dict[str, str]:
    return {
        symbol.attrib["id"]: "".join(ElementTree.tostring(part, "unicode") for part in symbol)
        for symbol in sprite.iter("{http://www.w3.org/2000/svg}symbol")
    }


def test_every_status_of_the_city_has_a_sign() -> None:
    assert set(style.SIGNS) == set(STATUSES)


def test_every_status_of_a_project_is_told_from_the_others_by_shape_or_fill_alone() -> None:
    project = [code for code in STATUSES if code not in ("registered", "in_progress", "assessed", "recognised")]
    assert len({style.SIGNS[code][1] for code in project}) == len(project)


def test_two_groups_of_statuses_never_share_a_shape_or_a_dash() -> None:
    groups_of_shape: dict[str, set[str]] = {}
    for group, shape in style.SIGNS.values():
        groups_of_shape.setdefault(shape, set()).add(group)
    assert all(len(groups) == 1 for groups in groups_of_shape.values())
    assert len({group.dash for group in GROUPS.values()}) == len(GROUPS)


def test_a_status_that_nobody_knows_is_drawn_as_unknown() -> None:
    assert style.status_rule("half-built?") == style.status_rule("unknown")


def test_the_rules_travel_as_json_and_name_only_signs_that_are_drawn(
    catalog: Catalog, sprite: ElementTree.Element
) -> None:
    rules = json.loads(json.dumps(style.rules(catalog)))
    named = {
        entry[key]
        for kind in ("statuses", "conditions", "accuracies", "layers")
        for entry in rules[kind].values()
        for key in ("symbol", "body")
        if key in entry
    }
    assert named | {rules["age"]["symbol"]} == set(symbols(sprite))
    by_time = (rules, rules["dark"])
    hatches = {entry["commune"]["fillColor"] for shown in by_time for entry in shown["statuses"].values()}
    patterns = {pattern.attrib["id"] for pattern in sprite.iter("{http://www.w3.org/2000/svg}pattern")}
    assert hatches <= {f"url(#{pattern})" for pattern in patterns}


def test_a_late_project_and_a_paused_one_are_told_by_outlines(catalog: Catalog) -> None:
    assert set(style.rules(catalog)["conditions"]) == {"delayed", "suspended"} < set(CONDITIONS)


def test_only_a_known_place_gets_a_needle_that_claims_it() -> None:
    anchors = {code: style.anchor_of(code) for code in ACCURACIES}
    assert anchors["surveyed"] == anchors["mapped"] == (20, 46)
    assert anchors["approximate"] == anchors["commune"] == style.anchor_of(None) == (20, 20)


def test_no_two_signs_of_the_sprite_look_the_same_but_those_that_model_communes_borrow(
    sprite: ElementTree.Element,
) -> None:
    drawings = symbols(sprite)
    for kind in ("status-", "body-"):
        own = [drawings[kind + code] for code in STATUSES]
        assert len(set(own)) == len(STATUSES) - 4
    icons = [drawing for name, drawing in drawings.items() if name.startswith("icon-")]
    assert len(set(icons)) == len(icons)


def test_the_sprite_holds_shapes_and_colours_and_nothing_that_could_act(sprite: ElementTree.Element) -> None:
    for element in sprite.iter():
        assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in DRAWN_ELEMENTS
        assert set(element.attrib) <= DRAWN_ATTRIBUTES
        assert not (element.text or "").strip()


def test_icons_take_the_colour_that_the_marker_gives_them(sprite: ElementTree.Element) -> None:
    for name, drawing in symbols(sprite).items():
        if name.startswith("icon-"):
            assert set(re.findall(r'(?:fill|stroke)="([^"]*)"', drawing)) <= {"currentColor", "none"}


def test_a_marker_shows_status_layer_condition_and_how_sure_the_place_is() -> None:
    marker = style.marker_svg("under_construction", "port", "delayed", "approximate")
    assert re.findall(r'href="#([^"]+)"', marker) == [
        "accuracy-approximate",
        "condition-delayed",
        "body-under_construction",
        "icon-port",
    ]


def test_a_marker_of_a_project_on_schedule_has_no_outline_of_a_condition() -> None:
    assert "condition" not in style.marker_svg("operational", "port", "on_schedule", None)


def test_from_afar_a_marker_is_the_sign_of_the_status_with_its_condition() -> None:
    assert re.findall(r'href="#([^"]+)"', style.small_svg("proposed", "suspended")) == [
        "condition-suspended",
        "status-proposed",
    ]


@pytest.mark.parametrize(
    ("told", "old"),
    [
        (None, False),
        *WORDS,
        ("2019~", True),
        ("..", False),
    ],
)
def test_a_word_of_more_than_two_years_ago_gets_the_small_clock(told: str | None, old: bool) -> None:
    assert is_silent(told, date.fromisoformat(SHOWN)) is old
    assert ("age-old" in style.marker_svg("operational", "port", old=old)) is old


def test_the_page_judges_the_silence_on_a_status_as_the_server_does() -> None:
    asked = json.dumps([told for told, _ in WORDS])
    numbers = json.dumps([last_told_day(told) for told, _ in WORDS])
    script = (
        "import { isOld } from './web/src/style.js';"
        f"const age = {{ months: {SILENT_MONTHS} }};"
        "const by = (name, told) => isOld({ [name]: told ?? undefined }, day, age);"
        f"const [day, asked, numbers] = ['{SHOWN}', {asked}, {numbers}];"
        "const judged = [asked.map((told) => by('last_told', told)), numbers.map((day) => by('last_told_day', day))];"
        "console.log(JSON.stringify(judged))"
    )
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", script], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == [[old for _, old in WORDS]] * 2


def test_words_of_the_data_never_reach_a_marker() -> None:
    marker = style.marker_svg('"/><script>', "port", '"/><script>', '"/><script>')
    assert "script" not in marker


@pytest.mark.parametrize("name", ["../icons/anchor", "", "Anchor", "no-such-icon"])
def test_an_icon_that_does_not_exist_is_refused_by_name(name: str) -> None:
    with pytest.raises(InvalidData, match=re.escape(repr(name))):
        read_icon(name)


@pytest.mark.parametrize(
    "svg",
    [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><script>alert(1)</script></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="M0 0&quot;/&gt;"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="&quot;&gt;"><path d="M0 0"/></svg>',
        "<svg",
    ],
)
def test_an_icon_file_that_holds_more_than_shapes_is_refused(svg: str, tmp_path: Path) -> None:
    (tmp_path / "evil.svg").write_text(svg)
    with pytest.raises(InvalidData, match="evil"):
        read_icon("evil", tmp_path)


def test_of_an_icon_file_only_the_shapes_are_kept(tmp_path: Path) -> None:
    (tmp_path / "port.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20" onload="x()"><style>*{}</style>'
        '<a href="https://example.org"><path style="fill:red" onclick="x()" d="M0 0\n h3z"/></a>'
        '<path stroke="red" d="M1 1v9"/></svg>'
    )
    assert read_icon("port", tmp_path) == Icon(("M0 0 h3z",), ("M1 1v9",))


def test_every_icon_of_ours_stays_within_its_grid_at_its_one_weight() -> None:
    for file in sorted(OWN.glob("*.svg")):
        icon = read_icon(file.stem)
        assert 1 <= len(icon.drawn()) <= 2, file.name
        weights = set(re.findall(r'stroke-width="([^"]+)"', file.read_text()))
        assert weights <= {f"{STROKE}"}, file.name
