import re
import struct
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine
from starlette.testclient import TestClient

from api import short_links
from api.main import create_app
from api.routes.share import STATE
from api.short_links import UnknownShortLink, View, decode, encode
from geo.errors import InvalidParameter
from geo.settings import Settings
from layers.postcard import wrapped
from tests.api.conftest import Ask
from tests.factories import edit, fact, point, store

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=60).filter(str.strip)
CODES = st.lists(
    st.sampled_from(["under_construction", "2024-huyen-cat-hai", "port", "san-bay-tien-lang", "đồ sơn", "317@2024"]),
    min_size=1,
).map(",".join)
STATES = st.dictionaries(st.sampled_from(short_links.STATE), WORDS | CODES, max_size=8)
VIEWS = st.builds(
    View, st.integers(0, 2_400), st.integers(-900_000, 900_000), st.integers(-1_800_000, 1_800_000)
) | st.none()  # fmt: skip
HERE = "11.25/20.8412/106.6823"


@given(STATES, VIEWS)
@settings(max_examples=300, deadline=None)
def test_whatever_the_map_shows_comes_back_out_of_its_short_link(state: dict[str, str], view: View | None) -> None:
    code = encode(state, view)
    assert decode(code) == (state, view)
    assert encode(dict(reversed(state.items())), view) == code
    assert view is None or View.parse(str(view)) == view


@given(STATES, VIEWS, st.data())
@settings(max_examples=200, deadline=None)
def test_a_mistyped_letter_never_shows_another_map(
    state: dict[str, str], view: View | None, data: st.DataObject
) -> None:
    code = encode(state, view)
    at = data.draw(st.integers(0, len(code) - 1))
    other = data.draw(st.sampled_from([letter for letter in short_links.ALPHABET + "0OIl/" if letter != code[at]]))
    try:
        wrong = decode(code[:at] + other + code[at + 1 :])
    except UnknownShortLink:
        return
    assert wrong != (state, view)  # one in 65 536 passes the checksum, and then it is a state that there could be
    assert set(wrong[0]) <= set(short_links.STATE)


@given(st.text(short_links.ALPHABET, max_size=200) | st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_a_code_that_nobody_made_is_refused_by_name(code: str) -> None:
    try:
        state, _ = decode(code)
    except UnknownShortLink:
        return
    assert all(value.isprintable() for value in state.values())


def test_a_code_that_would_unfold_without_end_is_refused() -> None:
    bomb = encode({"q": "a" * (short_links.MOST_BYTES - 3)}, None)
    assert decode(bomb)[0]["q"][:3] == "aaa"
    with pytest.raises(InvalidParameter, match="at most 4000"):
        encode({"q": "a" * short_links.MOST_BYTES}, None)


def test_the_dictionary_of_the_links_that_are_out_there_is_never_changed() -> None:
    words = (Path(short_links.__file__).parent / "short_links_v1.words").read_bytes()
    assert sha256(words).hexdigest()[:16] == "83f78ec148678e07"
    state, view = decode("2342rGXtCutS8QLnxZ5fFT41j8mTdZ")
    assert (state, str(view)) == ({"district": "2024-huyen-cat-hai", "status": "under_construction"}, HERE)


def test_every_part_of_the_state_has_its_place_in_a_link() -> None:
    assert {one.name for one in STATE} == set(short_links.STATE)


def test_a_short_link_leads_to_what_was_shown(ask: Ask, client: TestClient) -> None:
    state = {
        "layer": "port,airport",
        "q": "đồ sơn & cảng",
        "datetime": "2023-06-30",
        "lang": "en",
        "id": "san-bay-tien-lang",
    }
    told = ask("/api/share", **state, map=HERE)
    assert told["url"].startswith("http://map.example/s/")
    led = client.get(urlsplit(told["url"]).path)
    assert led.status_code == 302
    to = urlsplit(led.headers["location"])
    assert (to.scheme, to.netloc, to.path, to.fragment) == ("", "", "/", f"map={HERE}")
    assert dict(parse_qsl(to.query)) == state
    assert told["address"] == "http://map.example" + led.headers["location"]


def test_a_usual_link_is_short(ask: Ask) -> None:
    told = ask("/api/share", status="under_construction,site_clearance", district="2024-huyen-cat-hai", map=HERE)
    assert len(urlsplit(told["url"]).path) <= 40


def test_a_short_link_that_cannot_be_read_tells_the_way_out(refused: Ask, client: TestClient) -> None:
    for code in ("2", "0", "rei1", "%0d%0aSet-Cookie:a", "https:%2F%2Felsewhere.example", "z" * 7_000):
        assert refused(f"/s/{code}", 404)["type"].endswith(("unknown-short-link", "not-found"))
    page = client.get("/s/nowhere", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert 'href="/"' in page.text


@pytest.mark.parametrize(
    "wrong", ["", "11", "99/20/106", "11/91/106", "11/20/181", "nan/20/106", "11/20/106#", "11/20.12345/106"]
)
def test_a_view_that_cannot_be_is_refused(refused: Ask, wrong: str) -> None:
    refused("/api/share", 400, map=wrong)


def test_a_link_too_long_for_a_code_of_squares_is_given_without_one(ask: Ask) -> None:
    ids = ",".join(f"{n * 7919:x}{n * 104729:x}" for n in range(300))
    told = ask("/api/share", ids=ids)
    assert told["qr"] is None or told["qr"]["size"] > 150
    assert ask("/api/share", lang="en")["qr"]["path"].startswith("M4 4.5h7")


@pytest.mark.parametrize(
    "wrong",
    ["haiphong.gov.vn", "https://*.gov.vn", "https://a.vn/", "https://a.vn/map", "javascript:alert(1)", "https://A.vn", "https://a.vn;",
     "https://a.vn 'unsafe-inline'", "https://a.vn,,https://b.vn", "https://a.vn:0", "https://a.vn:70000", "*",
     "'self'", "https://u@a.vn", "https://" + "a." * 200 + "vn"],
)  # fmt: skip
def test_who_may_frame_the_map_is_told_exactly_or_not_at_all(wrong: str) -> None:
    with pytest.raises(InvalidParameter, match="HAIPHONG_EMBED_ORIGINS"):
        Settings.from_env({"HAIPHONG_EMBED_ORIGINS": wrong})


def test_the_map_for_a_frame_names_who_may_frame_it_and_nothing_else_may_be_framed(
    engine: Engine, settings: Settings, client: TestClient
) -> None:
    origins = Settings.from_env(
        {"HAIPHONG_EMBED_ORIGINS": "https://haiphong.gov.vn, http://localhost:8080"}
    ).embed_origins
    allowed = TestClient(create_app(replace(settings, embed_origins=origins), engine), follow_redirects=False)

    def framing(answer: Any) -> str:
        policy: str = answer.headers["content-security-policy"]
        return policy.rpartition("frame-ancestors ")[2]

    assert framing(client.get("/embed")) == "'self'"
    assert framing(allowed.get("/embed")) == "'self' https://haiphong.gov.vn http://localhost:8080"
    assert "x-frame-options" not in allowed.get("/embed").headers
    for path in ("/", "/in", "/embed/", "/du-an", "/api"):
        assert framing(allowed.get(path)) == "'none'", path
        assert allowed.get(path).headers["x-frame-options"] == "DENY"


def test_a_link_that_is_sent_shows_a_picture_of_what_it_leads_to(client: TestClient, connection: Connection) -> None:
    store(connection, edit("cang-a", geometry=point(), facts=(fact(),), name_vi="Bến <script>& “Đồ Sơn”"))
    page = client.get("/?layer=port&q=%22%3E%3Cscript%3E&lang=en")
    picture = re.findall(r'<meta property="og:image" content="([^"]+)">', page.text)
    assert picture == ["http://map.example/api/cards/map.png?layer=port&amp;q=%22%3E%3Cscript%3E&amp;lang=en"]
    assert client.get("/", headers={"If-None-Match": client.get("/").headers["etag"]}).status_code == 304
    project = client.get("/du-an/cang-a").text
    assert 'content="Bến &lt;script&gt;&amp; “Đồ Sơn”"' in project
    for card in (
        "map.png?layer=port&lang=en",
        "map.png?datetime=2023-06-30",
        "projects/cang-a.png",
        "projects/cang-a.png?lang=en",
    ):
        answer = client.get(f"/api/cards/{card}")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "image/png"
        assert struct.unpack(">II", answer.content[16:24]) == (1200, 630)


def test_a_picture_of_nothing_is_refused(refused: Ask) -> None:
    refused("/api/cards/projects/khong-co.png", 404)
    refused("/api/cards/documents/khong-co.png", 404)
    refused("/api/cards/map.png", 400, status="done")


@given(st.text(max_size=300), st.sampled_from([24, 36, 44]))
def test_words_on_a_picture_stay_in_their_lines(words: str, size: int) -> None:
    lines = wrapped(words, size, 386, 3)
    assert len(lines) <= 3
    assert all(len(line) * size * 0.56 <= 386 + 2 * size for line in lines)
