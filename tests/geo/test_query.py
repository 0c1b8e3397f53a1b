"""Which projects every filter lets through, alone and together, and how the pages of an order join to the whole."""

import base64
from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection

from geo import listing, store
from geo.bbox import BBox
from geo.errors import InvalidParameter
from geo.query import SORTABLES, FeatureQuery
from tests.factories import BOX, edit, fact, geometry, point, store_units, unit
from tests.factories import store as put

CAT_HAI, DO_SON = "2024-huyen-cat-hai", "2024-quan-do-son"
CABLE_CAR = geometry("LineString", [[106.78, 20.7], [106.95, 20.8]])
FARM = geometry("Polygon", [[[106.85, 20.75], [106.95, 20.75], [106.95, 20.85], [106.85, 20.85], [106.85, 20.75]]])


@pytest.fixture
def city(connection: Connection) -> Connection:
    """Seven projects in two districts; two have no place, one was entered by mistake."""
    store_units(
        connection,
        unit(CAT_HAI, box=BOX["cat-hai"]),
        unit(DO_SON, name="Đồ Sơn", full_name="Quận Đồ Sơn", type="quận", box=BOX["do-son"]),
    )
    put(
        connection,
        edit(
            "cap-treo", layer="tourism", geometry=CABLE_CAR, facts=(fact("operational", valid_from="2020"),),
            name_vi="Cáp treo Đồ Sơn – Cát Bà", area_ha=3,
        ),
        edit(
            "trang-trai-gio", layer="energy", geometry=FARM, facts=(fact("proposed", valid_from="2023-06"),),
            name_vi="Trang trại điện gió", alt_names=["Điện gió Cát Hải"], area_ha=100,
        ),
        edit(
            "cang-do-son", layer="port", geometry=point(106.77, 20.7), name_vi="Cảng Đồ Sơn",
            facts=(fact("under_construction", valid_from="2022-05-01", condition="delayed"),), area_ha=45.5,
        ),
        edit(
            "cang-cat-hai", layer="port", districts=(CAT_HAI,), name_vi="Cảng Cát Hải",
            facts=(fact("proposed", valid_from="2022-05-01"),),
        ),
        edit("kcn-nam-do-son", layer="industrial-zone", districts=(DO_SON,), name_vi="KCN Nam Đồ Sơn", area_ha=100),
        edit("benh-vien", layer="health", geometry=point(106.5, 20.9), name_vi="Bệnh viện 100 giường"),
        edit("cang-nham", layer="port", geometry=point(106.9, 20.8), name_vi="Cảng nhầm Đồ Sơn", withdrawn=True),
    )  # fmt: skip
    return connection


def ids(connection: Connection, query: FeatureQuery) -> list[str]:
    """The ids of one page, after looking that it says how many there are."""
    page = listing.items(connection, query)
    found = [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]
    assert page.returned == len(found)
    if page.next is None and query.after is None:
        assert page.matched == len(found)
        assert orjson.loads(store.counts(connection, query))["numberMatched"] == len(found)
    return found


EVERY = ["benh-vien", "cang-cat-hai", "cang-do-son", "cap-treo", "kcn-nam-do-son", "trang-trai-gio"]
ASKED: dict[str, tuple[FeatureQuery, list[str]]] = {
    "everything": (FeatureQuery(), EVERY),
    "a layer": (FeatureQuery(layers=("port",)), ["cang-cat-hai", "cang-do-son"]),
    "two layers": (FeatureQuery(layers=("energy", "health")), ["benh-vien", "trang-trai-gio"]),
    "a layer of nobody": (FeatureQuery(layers=("water",)), []),
    "a status": (FeatureQuery(statuses=("proposed",)), ["cang-cat-hai", "trang-trai-gio"]),
    "the unknown": (FeatureQuery(statuses=("unknown",)), ["benh-vien", "kcn-nam-do-son"]),
    "two statuses": (FeatureQuery(statuses=("operational", "under_construction")), ["cang-do-son", "cap-treo"]),
    "a condition": (FeatureQuery(conditions=("delayed",)), ["cang-do-son"]),
    "ids, also a stranger's": (
        FeatureQuery(ids=("cap-treo", "nobody", "benh-vien", "cang-nham")), ["benh-vien", "cap-treo"],
    ),
    "a district: located, stated and touched": (
        FeatureQuery(units=(CAT_HAI,)), ["cang-cat-hai", "cap-treo", "trang-trai-gio"],
    ),
    "the other district": (FeatureQuery(units=(DO_SON,)), ["cang-do-son", "cap-treo", "kcn-nam-do-son"]),
    "both districts, each project once": (
        FeatureQuery(units=(CAT_HAI, DO_SON)), [one for one in EVERY if one != "benh-vien"],
    ),
    "no unit at all": (FeatureQuery(units=()), []),
    "words in a row": (FeatureQuery(q="do son"), ["cang-do-son", "cap-treo", "kcn-nam-do-son"]),
    "an accent does not matter": (FeatureQuery(q="ĐỒ SƠN"), ["cang-do-son", "cap-treo", "kcn-nam-do-son"]),
    "an abbreviation": (FeatureQuery(q="khu công nghiệp"), ["kcn-nam-do-son"]),
    "the same, abbreviated": (FeatureQuery(q="kcn nam"), ["kcn-nam-do-son"]),
    "a word that is not finished": (FeatureQuery(q="cảng đồ s"), ["cang-do-son"]),
    "a word begins where it begins": (FeatureQuery(q="ang do son"), []),
    "another name": (FeatureQuery(q="dien gio cat hai"), ["trang-trai-gio"]),
    "words that are nowhere in a row": (FeatureQuery(q="cat ba cap treo"), ["cap-treo"]),
    "words of which one is missing": (FeatureQuery(q="cap treo hon dau"), []),
    "part of an id": (FeatureQuery(q="cap-treo"), ["cap-treo"]),
    "a sign that means something elsewhere": (FeatureQuery(q="100%"), ["benh-vien"]),
    "signs alone": (FeatureQuery(q="%_"), []),
    "nothing but a space": (FeatureQuery(q=" "), []),
    "a box around a point": (FeatureQuery(bbox=BBox(106.4, 20.85, 106.6, 20.95)), ["benh-vien"]),
    "a box inside an area": (FeatureQuery(bbox=BBox(106.89, 20.82, 106.9, 20.83)), ["trang-trai-gio"]),
    "a box that only the frame of a line meets": (FeatureQuery(bbox=BBox(106.79, 20.78, 106.8, 20.79)), []),
    "a box that a line crosses": (FeatureQuery(bbox=BBox(106.8, 20.7, 106.83, 20.74)), ["cap-treo"]),
    "a box whose corner touches a point": (FeatureQuery(bbox=BBox(106.5, 20.9, 106.6, 21)), ["benh-vien"]),
    "a box that is a line": (FeatureQuery(bbox=BBox(106, 20.7, 107, 20.7)), ["cang-do-son", "cap-treo"]),
    "a box that is a point": (FeatureQuery(bbox=BBox(106.77, 20.7, 106.77, 20.7)), ["cang-do-son"]),
    "the whole earth holds what has a place": (
        FeatureQuery(bbox=BBox(-180, -90, 180, 90)), ["benh-vien", "cang-do-son", "cap-treo", "trang-trai-gio"],
    ),
    "layer and status": (
        FeatureQuery(layers=("port", "energy"), statuses=("proposed",)), ["cang-cat-hai", "trang-trai-gio"],
    ),
    "district and layer": (FeatureQuery(units=(CAT_HAI,), layers=("port",)), ["cang-cat-hai"]),
    "district and words": (FeatureQuery(units=(CAT_HAI,), q="do son"), ["cap-treo"]),
    "district, box and status": (
        FeatureQuery(units=(CAT_HAI,), bbox=BBox(106.8, 20.7, 107, 20.9), statuses=("proposed",)), ["trang-trai-gio"],
    ),
    "all at once": (
        FeatureQuery(
            layers=("port",), statuses=("under_construction",), conditions=("delayed",), units=(DO_SON,), q="cang",
            bbox=BBox(106, 20, 107, 21), ids=("cang-do-son", "cap-treo"),
        ),
        ["cang-do-son"],
    ),
    "two that exclude each other": (FeatureQuery(layers=("port",), statuses=("operational",)), []),
}  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), ASKED.values(), ids=ASKED)
def test_a_filter_lets_through_what_it_says(city: Connection, query: FeatureQuery, expected: list[str]) -> None:
    assert ids(city, query) == expected


def test_words_in_a_row_are_meant_before_words_anywhere(connection: Connection) -> None:
    put(connection, edit("b", name_vi="Cảng Nam Đồ Sơn"), edit("a", name_vi="Đồ Nam, Sơn La"))
    assert ids(connection, FeatureQuery(q="nam do son")) == ["b", "a"]
    assert ids(connection, FeatureQuery(q="nam do son", sortby=(("id", False),))) == ["a", "b"]
    assert ids(connection, FeatureQuery(q="son nam do")) == ["a", "b"]  # nobody has them so: all that have them all


def test_words_of_a_withdrawn_project_do_not_hide_the_others(city: Connection) -> None:
    assert ids(city, FeatureQuery(q="cang nham do son")) == []
    assert ids(city, FeatureQuery(q="nham")) == []


# The whole set in each order, worked out by hand. Unknown dates and areas come before all others; the id decides ties.
# Areas: bệnh viện and cảng Cát Hải unknown, cáp treo 3, cảng Đồ Sơn 45.5, KCN and điện gió 100.
# Dates: bệnh viện and KCN unknown, cáp treo 2020, the two ports 2022-05-01, điện gió 2023-06.
# Names: Bệnh, Cảng Cát, Cảng Đồ, Cáp, KCN, Trang: a tone decides only where all letters are equal.
ORDERS = {
    "id": EVERY,
    "layer": ["trang-trai-gio", "benh-vien", "kcn-nam-do-son", "cang-cat-hai", "cang-do-son", "cap-treo"],
    "name_vi": ["benh-vien", "cang-cat-hai", "cang-do-son", "cap-treo", "kcn-nam-do-son", "trang-trai-gio"],
    "status": ["benh-vien", "kcn-nam-do-son", "cang-cat-hai", "trang-trai-gio", "cang-do-son", "cap-treo"],
    "valid_from": ["benh-vien", "kcn-nam-do-son", "cap-treo", "cang-cat-hai", "cang-do-son", "trang-trai-gio"],
    "area_ha": ["benh-vien", "cang-cat-hai", "cap-treo", "cang-do-son", "kcn-nam-do-son", "trang-trai-gio"],
    "updated_at": EVERY,
}


def test_every_order_is_tried() -> None:
    assert set(ORDERS) == set(SORTABLES)


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_is_what_its_name_says(city: Connection, name: str) -> None:
    assert ids(city, FeatureQuery(sortby=((name, False),))) == ORDERS[name]
    assert ids(city, FeatureQuery(sortby=((name, True), ("id", True)))) == ORDERS[name][::-1]


def test_the_order_of_vietnamese_names_is_that_of_a_vietnamese_dictionary(connection: Connection) -> None:
    names = ["An Lão", "Ăn Quả", "Âu cảng", "Bến", "Cảng", "Chợ", "Dương Kinh", "Đồ Sơn", "Ê Đê", "Ô Cảng", "Ơn", "Ưu"]
    put(connection, *(edit(f"x{number}", name_vi=name) for number, name in enumerate(reversed(names))))
    assert ids(connection, FeatureQuery(sortby=(("name_vi", False),))) == [f"x{n}" for n in reversed(range(len(names)))]


@pytest.fixture(params=[listing.FEW, -100_000], ids=["gathered", "in order"])
def many(connection: Connection, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """Twenty-nine projects full of ties, unknowns and names that differ by a mark; few, or taken for many."""
    monkeypatch.setattr(listing, "FEW", request.param)
    names = ("Hòa Bình", "Hoà Bình", "hòa bình", "Hoa Binh", "Đồ Sơn", "Do Son", "Thủy", "Thuỷ", 'A", "b', "Ω", "一")
    stages = ("proposed", "cancelled", "operational", None, "site_clearance")
    days = ("2020", "2020-01-01", "2021-12", "0001")
    areas = (None, 0, 0.1, 12.5, 1e-9, 1e12, -3, "12", 100)
    for start in (0, 15):  # two changesets
        put(
            connection,
            *(
                edit(
                    f"x{number:02d}",
                    layer=("port", "park", "health")[number % 3],
                    name_vi=names[number % len(names)],
                    area_ha=areas[number % len(areas)],
                    facts=(fact(stage, valid_from=days[number % 4]),) if (stage := stages[number % 5]) else (),
                )
                for number in range(start, min(start + 15, 29))
            ),
        )
    return connection


def pages(connection: Connection, query: FeatureQuery) -> list[str]:
    """The ids of all pages, one after the other."""
    found: list[str] = []
    after: str | None = None
    while True:
        page = listing.items(connection, replace(query, after=after))
        found += [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]
        if page.next is None:
            return found
        assert page.returned == query.limit
        after = page.next


@pytest.mark.parametrize("limit", [1, 4, 28, 29, 30])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", SORTABLES)
def test_the_pages_join_to_the_whole(many: Connection, name: str, descending: bool, limit: int) -> None:
    sortby = ((name, descending),)
    whole = ids(many, FeatureQuery(sortby=sortby, limit=1_000))
    assert len(whole) == 29
    assert pages(many, FeatureQuery(sortby=sortby, limit=limit)) == whole


def test_pages_of_two_names_in_two_directions_join_to_the_whole(many: Connection) -> None:
    sortby = (("status", True), ("area_ha", False), ("name_vi", True), ("id", True))
    whole = ids(many, FeatureQuery(sortby=sortby, limit=1_000))
    assert pages(many, FeatureQuery(sortby=sortby, limit=3)) == whole
    ports = FeatureQuery(sortby=sortby, limit=3, layers=("port",))
    assert pages(many, ports) == [one for one in whole if int(one[1:]) % 3 == 0]


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_the_pages_of_a_search_join_to_the_whole(many: Connection, limit: int) -> None:
    put(many, edit("a-xa-nhau", name_vi="Bình minh trên phố Hòa"))
    whole = ids(many, FeatureQuery(q="hoa binh", limit=1_000))
    assert whole[-1] == "a-xa-nhau"  # it has both words, but not in a row
    assert len(whole) == 13  # four of the twelve names that come in turn, for the numbers 0 to 28: three times four
    assert pages(many, FeatureQuery(q="hoa binh", limit=limit)) == whole


def test_what_is_entered_while_somebody_turns_pages_disturbs_nobody(many: Connection) -> None:
    first = listing.items(many, FeatureQuery(limit=10))
    put(many, edit("a00"), edit("x09a", withdrawn=False))
    second = listing.items(many, FeatureQuery(limit=10, after=first.next))
    assert orjson.loads(b"[" + second.features + b"]")[0]["id"] == "x09a"


def test_an_order_that_does_not_exist_is_refused_with_those_that_do(connection: Connection) -> None:
    with pytest.raises(InvalidParameter, match="'price' is not sortable; use id, layer, name_vi") as told:
        listing.items(connection, FeatureQuery(sortby=(("price", False),)))
    assert told.value.allowed == tuple(SORTABLES)


def token(*values: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


BY_STATUS, BY_AREA, BY_DATE, BY_ID, BY_UPDATE = (
    ((name, False),) for name in ("status", "area_ha", "valid_from", "id", "updated_at")
)
HOSTILE: dict[str, tuple[tuple[tuple[str, bool], ...], str]] = {
    "nothing": (BY_ID, ""),
    "no base64": (BY_ID, "%%%"),
    "no ASCII": (BY_ID, "ế"),
    "base64 of no JSON": (BY_ID, base64.urlsafe_b64encode(b"{[").decode()),
    "base64 of no UTF-8": (BY_ID, base64.urlsafe_b64encode(b'["\xff"]').decode()),
    "no list": (BY_ID, base64.urlsafe_b64encode(b'{"id":"x"}').decode()),
    "a number": (BY_ID, token(1)),
    "null": (BY_ID, token(None)),
    "a list in a list": (BY_ID, token(["x"])),
    "too few": (BY_STATUS, token("x")),
    "too many": (BY_ID, token("1", "x")),
    "a NUL byte": (BY_ID, token("x\x00")),
    "a rank of no number": (BY_STATUS, token("many", "x")),
    "a rank beyond all integers": (BY_STATUS, token("99999999999999999999", "x")),
    "a changeset beyond all integers": (BY_UPDATE, token("9" * 30, "x")),
    "an area of no number": (BY_AREA, token("12 ha", "x")),
    "an area too long to be one": (BY_AREA, token("9" * 200_000, "x")),
    "a day of no calendar": (BY_DATE, token("2023-02-30", "x")),
    "a year beyond all calendars": (BY_DATE, token("999999999-01-01", "x")),
    "a statement": (BY_DATE, token("2023-01-01'; DROP TABLE feature; --", "x")),
}


@pytest.mark.parametrize(("sortby", "after"), HOSTILE.values(), ids=HOSTILE)
def test_a_next_that_we_never_gave_is_refused(
    many: Connection, sortby: tuple[tuple[str, bool], ...], after: str
) -> None:
    with pytest.raises(InvalidParameter, match="This `next` does not fit the request"), many.begin_nested():
        listing.items(many, FeatureQuery(sortby=sortby, after=after))
    assert len(ids(many, FeatureQuery())) == 29


@pytest.mark.parametrize(("after", "number"), [("zzz", 0), ("Ω", 0), ("x13", 15), ("x' OR '1'='1", 29), ("", 29)])
def test_a_next_of_an_id_that_nobody_has_is_only_a_place_in_the_order(
    many: Connection, after: str, number: int
) -> None:
    assert ids(many, FeatureQuery(after=token(after))) == [f"x{one:02d}" for one in range(29 - number, 29)]
