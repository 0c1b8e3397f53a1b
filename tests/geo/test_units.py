"""Administrative units over three generations: which one a name means, what lies in it, and which projects are there.

The city is the tiny one of `tests.territory`.
"""

from datetime import date

import orjson
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from geo import listing, unit_store, units
from geo.bbox import BBox
from geo.errors import AmbiguousUnit, FeatureNotFound, UnknownUnit
from geo.query import FeatureQuery
from geo.unit_store import UnitQuery
from geo.units import COLLECTIONS
from tests.factories import edit, geometry, point, store_units, succession, unit
from tests.factories import store as put
from tests.territory import CAT_HAI, STEPS, UNITS, commune, district

ALL_CAT_HAI = {
    "2024-huyen-cat-hai", "2024-xa-dong-bai", "2024-thi-tran-cat-ba",
    "2025-01-huyen-cat-hai", "2025-01-xa-dong-bai", "2025-01-thi-tran-cat-ba", "2025-07-dac-khu-cat-hai",
}  # fmt: skip
# Both new wards came out of Đồ Sơn's wards alone, so they lie in the old district, though neither took it whole.
ALL_DO_SON = {
    "2024-quan-do-son", "2024-phuong-hai-son", "2024-phuong-minh-duc", "2025-01-quan-do-son",
    "2025-01-phuong-hai-son", "2025-01-phuong-minh-duc", "2025-07-phuong-do-son", "2025-07-phuong-nam-do-son",
}  # fmt: skip


@pytest.fixture
def city(connection: Connection) -> Connection:
    store_units(connection, *UNITS, successions=STEPS)
    return connection


MEANT: dict[str, tuple[str, set[str]]] = {
    "an id: the commune, and what it became unchanged": (
        "2024-xa-dong-bai", {"2024-xa-dong-bai", "2025-01-xa-dong-bai"},
    ),
    "the id of a zone: all that went into it whole": ("2025-07-dac-khu-cat-hai", ALL_CAT_HAI),
    "the id of a ward: Hải Sơn whole, of Minh Đức only a part": (
        "2025-07-phuong-do-son", {"2025-07-phuong-do-son", "2024-phuong-hai-son", "2025-01-phuong-hai-son"},
    ),
    "the id of the ward that took only a part": ("2025-07-phuong-nam-do-son", {"2025-07-phuong-nam-do-son"}),
    "a bare name: the district, in both its generations": ("cat-hai", ALL_CAT_HAI),
    "with its accents": ("Cát Hải", ALL_CAT_HAI),
    "in capitals": ("CÁT HẢI", ALL_CAT_HAI),
    "with a space for the hyphen, and around it": ("  cat hai ", ALL_CAT_HAI),
    "with its type": ("Huyện Cát Hải", ALL_CAT_HAI),
    "with its type, folded": ("huyen-cat-hai", ALL_CAT_HAI),
    "the type of the zone means the zone": ("đặc khu Cát Hải", ALL_CAT_HAI),
    "the other district": ("do-son", ALL_DO_SON),
    "the type of the ward means the ward": (
        "phuong-do-son", {"2025-07-phuong-do-son", "2024-phuong-hai-son", "2025-01-phuong-hai-son"},
    ),
    "a unit of today where no district is called so": ("Nam Đồ Sơn", {"2025-07-phuong-nam-do-son"}),
    "a commune of before, the later of its generations": ("Hải Sơn", {"2025-01-phuong-hai-son", "2024-phuong-hai-son"}),
    "a code of a district": ("317", ALL_CAT_HAI),
    "a code with its generation": ("317@2024", ALL_CAT_HAI),
    "a commune's code with its generation": ("11914@2024", {"2024-thi-tran-cat-ba", "2025-01-thi-tran-cat-ba"}),
    "the same code, given to another unit since": ("11914@2025-07", ALL_CAT_HAI),
    "a name with its generation": ("cat-hai@2025-07", ALL_CAT_HAI),
    "an accented name with its generation": ("Đồ Sơn@2025-07", {
        "2025-07-phuong-do-son", "2024-phuong-hai-son", "2025-01-phuong-hai-son",
    }),
    "a collection for its generation": ("do-son@units-2025-07", {
        "2025-07-phuong-do-son", "2024-phuong-hai-son", "2025-01-phuong-hai-son",
    }),
    "the collection of old districts": ("do-son@districts-2024", ALL_DO_SON),
    "a commune's code with its collection, and the ward that is a part of it": ("11465@communes-2024", {
        "2024-phuong-minh-duc", "2025-01-phuong-minh-duc", "2025-07-phuong-nam-do-son",
    }),
}  # fmt: skip


@pytest.mark.parametrize(("words", "expected"), MEANT.values(), ids=MEANT)
def test_words_mean_the_unit_that_an_official_means(city: Connection, words: str, expected: set[str]) -> None:
    assert set(units.resolve(city, words)) == expected


@pytest.mark.parametrize(
    "words",
    [
        "atlantis", "", " ", "@", "@2024", "---", "…", "2024-huyen-atlantis", "999", "317@2025-07", "cat-hai@1999",
        "cat-hai@communes", "317@", "'; DROP TABLE admin_unit; --", "%", "cat%",
        "11914",  # the code of a commune, and since July of another one: it needs its generation
        "11659",
    ],
)  # fmt: skip
def test_words_that_no_unit_answers_to_are_refused_with_the_way_out(city: Connection, words: str) -> None:
    if words == "317@":  # nothing after the sign is as good as no sign
        assert set(units.resolve(city, words)) == ALL_CAT_HAI
        return
    with pytest.raises(UnknownUnit, match=r"a code with its generation \(303@2024\)") as told:
        units.resolve(city, words)
    assert told.value.allowed == tuple(COLLECTIONS)


def test_a_name_of_several_units_is_answered_with_the_candidates(city: Connection) -> None:
    with pytest.raises(AmbiguousUnit, match=r"names several units: .*Ask for one by its id") as told:
        units.resolve(city, "Tân Dân@2025-01")
    assert set(told.value.allowed) == {"2025-01-phuong-tan-dan-chi-linh", "2025-01-phuong-tan-dan-kinh-mon"}
    for candidate in told.value.allowed:
        assert units.resolve(city, candidate) == (candidate,)


def test_the_candidates_of_a_shared_name_are_told_apart_by_their_districts_in_every_generation(
    connection: Connection,
) -> None:
    store_units(
        connection,
        district("2024-huyen-an-duong", "312", "Huyện An Dương", None),
        commune("2024-xa-quoc-tuan-an-duong", "11602", "Xã Quốc Tuấn") | {"parent": "2024-huyen-an-duong"},
        commune("2024-xa-quoc-tuan-an-lao", "11662", "Xã Quốc Tuấn"),
        commune("2025-01-xa-quoc-tuan", "11662", "Xã Quốc Tuấn"),
    )
    with pytest.raises(AmbiguousUnit, match=r"\(Xã Quốc Tuấn, Huyện An Dương, 2024\)") as told:
        units.resolve(connection, "quoc-tuan")
    assert set(told.value.allowed) == {
        "2024-xa-quoc-tuan-an-duong", "2024-xa-quoc-tuan-an-lao", "2025-01-xa-quoc-tuan"
    }  # fmt: skip
    assert units.resolve(connection, "quoc-tuan@2025-01") == ("2025-01-xa-quoc-tuan",)


def test_a_unit_that_ends_in_two_others_lies_in_neither(connection: Connection) -> None:
    store_units(
        connection,
        commune("2025-01-xa-a", "1", "Xã A"),
        commune("2025-07-xa-b", "2", "Xã B"),
        commune("2025-07-xa-c", "3", "Xã C"),
        successions=(
            succession("2025-01-xa-a", "2025-07-xa-b", "part"),
            succession("2025-01-xa-a", "2025-07-xa-c", "part"),
        ),
    )
    assert units.resolve(connection, "2025-07-xa-b") == ("2025-07-xa-b",)
    # Both came out of A alone: whoever asks for A finds what is known of them.
    assert set(units.resolve(connection, "2025-01-xa-a")) == {"2025-01-xa-a", "2025-07-xa-b", "2025-07-xa-c"}


def test_units_that_swallow_each_other_on_paper_end_the_search(connection: Connection) -> None:
    store_units(
        connection,
        commune("2025-01-xa-a", "1", "Xã A"),
        commune("2025-01-xa-b", "2", "Xã B"),
        successions=(succession("2025-01-xa-a", "2025-01-xa-b"), succession("2025-01-xa-b", "2025-01-xa-a")),
    )
    assert units.resolve(connection, "2025-01-xa-a") == ("2025-01-xa-a", "2025-01-xa-b")


# Which projects are where.


def found(connection: Connection, words: str) -> list[str]:
    page = listing.items(connection, FeatureQuery(units=units.resolve(connection, words)))
    return [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]


def located(connection: Connection, feature_id: str = "cang-a") -> dict[str, str]:
    rows = connection.execute(
        text("SELECT unit, basis FROM feature_unit WHERE feature = :id ORDER BY unit"), {"id": feature_id}
    )
    return {row.unit: row.basis for row in rows}


def test_a_project_of_a_commune_is_found_by_every_unit_that_holds_the_commune(city: Connection) -> None:
    put(city, edit("cang-a", districts=("2024-xa-dong-bai",)))
    for words in (
        "2024-xa-dong-bai",
        "cat-hai",
        "cat-hai@2024",
        "cat-hai@2025-01",
        "cat-hai@2025-07",
        "Đồng Bài@2025-01",
    ):
        assert found(city, words) == ["cang-a"], words
    for words in ("do-son", "cat-ba@2024", "2025-07-phuong-do-son"):
        assert found(city, words) == [], words


def test_a_project_of_a_commune_that_was_divided_is_in_its_district_and_in_neither_half(city: Connection) -> None:
    put(city, edit("cang-a", districts=("2024-phuong-minh-duc",)))
    assert found(city, "do-son") == found(city, "Minh Đức@2025-01") == ["cang-a"]
    assert found(city, "2025-07-phuong-do-son") == found(city, "2025-07-phuong-nam-do-son") == []


def test_a_project_of_a_whole_district_is_not_in_one_of_its_communes(city: Connection) -> None:
    put(city, edit("cang-a", districts=("2024-huyen-cat-hai",)))
    assert found(city, "cat-hai") == ["cang-a"]
    assert found(city, "dong-bai@2024") == []


def test_a_point_lies_in_the_unit_around_it_in_each_generation(city: Connection) -> None:
    put(city, edit(geometry=point(106.95, 20.80)))
    assert located(city) == dict.fromkeys(
        ("2024-huyen-cat-hai", "2024-xa-dong-bai", "2025-01-huyen-cat-hai", "2025-07-dac-khu-cat-hai"), "located"
    )


def test_a_line_lies_in_every_unit_that_it_touches(city: Connection) -> None:
    # From the middle of Hải Sơn (106.775) over Minh Đức and the strait to the middle of Đồng Bài (106.95).
    put(city, edit(geometry=geometry("LineString", [[106.775, 20.72], [106.95, 20.72]])))
    assert set(located(city)) == {
        "2024-quan-do-son", "2024-phuong-hai-son", "2024-phuong-minh-duc", "2024-huyen-cat-hai", "2024-xa-dong-bai",
        "2025-01-quan-do-son", "2025-01-huyen-cat-hai",
        "2025-07-phuong-do-son", "2025-07-phuong-nam-do-son", "2025-07-dac-khu-cat-hai",
    }  # fmt: skip
    assert found(city, "cat-hai") == found(city, "do-son") == found(city, "2025-07-phuong-do-son") == ["cang-a"]


def test_an_area_across_a_border_lies_on_both_sides(city: Connection) -> None:
    ring = [[106.99, 20.79], [107.01, 20.79], [107.01, 20.81], [106.99, 20.81], [106.99, 20.79]]
    put(city, edit(geometry=geometry("Polygon", [ring])))
    assert {"2024-xa-dong-bai", "2024-thi-tran-cat-ba"} < set(located(city))


def test_an_area_with_a_hole_is_not_in_what_the_hole_leaves_out(city: Connection) -> None:
    outer = [[106.7, 20.6], [107.2, 20.6], [107.2, 21.0], [106.7, 21.0], [106.7, 20.6]]
    hole = [[106.74, 20.64], [106.86, 20.64], [106.86, 20.76], [106.74, 20.76], [106.74, 20.64]]  # all of Đồ Sơn
    put(city, edit(geometry=geometry("Polygon", [outer, hole])))
    assert found(city, "do-son") == []
    assert found(city, "cat-hai") == ["cang-a"]


def test_a_place_in_the_sea_lies_in_no_unit(city: Connection) -> None:
    put(city, edit(geometry=point(107.5, 20.0)))
    assert located(city) == {}


@pytest.mark.parametrize("accuracy", ["approximate", "commune", None])
def test_a_pin_that_nobody_mapped_does_not_speak_against_what_a_source_states(
    city: Connection, accuracy: str | None
) -> None:
    put(
        city,
        edit(geometry=point(106.95, 20.80), districts=("2024-quan-do-son",), location_accuracy=accuracy),
    )
    # Of the old districts the stated one alone; of the other lists, where nothing is stated, the one around the pin.
    assert located(city) == {
        "2024-quan-do-son": "stated",
        "2024-xa-dong-bai": "located",
        "2025-01-huyen-cat-hai": "located",
        "2025-07-dac-khu-cat-hai": "located",
    }


@pytest.mark.parametrize("accuracy", ["surveyed", "mapped"])
def test_a_pin_that_was_mapped_counts_beside_what_a_source_states(city: Connection, accuracy: str) -> None:
    put(city, edit(geometry=point(106.95, 20.80), districts=("2024-quan-do-son",), location_accuracy=accuracy))
    assert located(city)["2024-quan-do-son"] == "stated"
    assert located(city)["2024-huyen-cat-hai"] == "located"


def test_an_approximate_pin_of_which_no_unit_is_stated_is_the_best_we_know(city: Connection) -> None:
    put(city, edit(geometry=point(106.95, 20.80), location_accuracy="approximate"))
    assert "2024-huyen-cat-hai" in located(city)


def test_an_approximate_line_lies_where_it_runs_all_the_same(city: Connection) -> None:
    line = geometry("LineString", [[106.775, 20.72], [106.95, 20.72]])
    put(city, edit(geometry=line, districts=("2024-quan-do-son",), location_accuracy="approximate"))
    assert {"2024-quan-do-son", "2024-huyen-cat-hai"} < set(located(city))


def test_what_is_stated_and_located_at_once_is_stated(city: Connection) -> None:
    put(city, edit(geometry=point(106.95, 20.80), districts=("2024-huyen-cat-hai",)))
    assert located(city)["2024-huyen-cat-hai"] == "stated"


def test_a_project_without_a_place_is_where_its_sources_say(city: Connection) -> None:
    put(city, edit(districts=("2024-xa-dong-bai", "2025-07-phuong-do-son")))
    assert located(city) == {"2024-xa-dong-bai": "stated", "2025-07-phuong-do-son": "stated"}


def test_a_project_that_moves_leaves_its_old_units(city: Connection) -> None:
    put(city, edit(geometry=point(106.95, 20.80), districts=("2024-xa-dong-bai",)))
    put(city, edit(geometry=point(106.775, 20.72)))
    assert found(city, "cat-hai") == []
    assert found(city, "do-son") == ["cang-a"]


# The units as a collection.


def test_each_generation_is_a_collection_of_its_own(city: Connection) -> None:
    def ids(collection: str) -> list[str]:
        page = unit_store.items(city, UnitQuery((COLLECTIONS[collection],)), limit=100)
        found = [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]
        assert (page.matched, page.returned, page.next) == (len(found), len(found), None)
        return found

    assert ids("districts-2024") == ["2024-huyen-cat-hai", "2024-quan-do-son"]
    assert ids("districts-2025-01") == ["2025-01-huyen-cat-hai", "2025-01-quan-do-son"]
    assert ids("communes-2024") == [
        "2024-phuong-hai-son", "2024-phuong-minh-duc", "2024-thi-tran-cat-ba", "2024-xa-dong-bai", "2024-xa-tan-dan",
    ]  # fmt: skip
    assert ids("units-2025-07") == ["2025-07-dac-khu-cat-hai", "2025-07-phuong-do-son", "2025-07-phuong-nam-do-son"]


def test_units_are_paged_and_boxed(city: Connection) -> None:
    collection = COLLECTIONS["units-2025-07"]
    seen, after = [], ""
    while True:
        page = unit_store.items(city, UnitQuery((collection,)), limit=1, after=after)
        assert page.matched == 3
        seen.append(orjson.loads(page.features)["id"])
        if page.next is None:
            break
        after = page.next
    assert seen == ["2025-07-dac-khu-cat-hai", "2025-07-phuong-do-son", "2025-07-phuong-nam-do-son"]
    boxed = unit_store.items(city, UnitQuery((collection,), bbox=BBox(107.05, 20.8, 107.06, 20.81)), limit=10)
    assert (boxed.matched, orjson.loads(boxed.features)["id"]) == (1, "2025-07-dac-khu-cat-hai")
    assert unit_store.extent(city, collection) == (106.75, 20.65, 107.10, 20.90)


def test_a_unit_tells_its_code_its_names_and_its_days(connection: Connection) -> None:
    told = unit(valid_to="2024-12-31", code="317", area_km2_official="325.6", box=CAT_HAI)
    store_units(connection, told)
    one = orjson.loads(unit_store.item(connection, COLLECTIONS["districts-2024"], "2024-huyen-cat-hai"))
    assert one["geometry"]["type"] == "MultiPolygon"
    assert one["properties"] == {
        "id": "2024-huyen-cat-hai", "code": "317", "name": "Cát Hải", "full_name": "Huyện Cát Hải", "type": "huyện",
        "level": "district", "generation": "2024", "valid_from": None, "valid_to": "2024-12-31", "parent": None,
        "area_km2_official": 325.6,
    }  # fmt: skip


def test_a_unit_of_another_generation_or_of_nowhere_is_not_found(city: Connection) -> None:
    for collection, unit_id in (("districts-2024", "2025-01-quan-do-son"), ("units-2025-07", "nowhere")):
        with pytest.raises(FeatureNotFound, match=f"{collection} has no unit '{unit_id}'"):
            unit_store.item(city, COLLECTIONS[collection], unit_id)


def test_a_city_without_units_has_no_extent(connection: Connection) -> None:
    assert unit_store.extent(connection, COLLECTIONS["districts-2024"]) is None
    assert unit_store.items(connection, UnitQuery((COLLECTIONS["districts-2024"],)), limit=10).matched == 0


def test_new_lists_take_the_place_of_the_old(city: Connection) -> None:
    store_units(city, unit("2024-huyen-cat-hai", full_name="Huyện đảo Cát Hải"))
    assert city.execute(text("SELECT id, full_name FROM admin_unit")).all() == [
        ("2024-huyen-cat-hai", "Huyện đảo Cát Hải")
    ]
    assert units.resolve(city, "cat-hai") == ("2024-huyen-cat-hai",)


def test_a_unit_that_a_project_refers_to_cannot_be_left_out(city: Connection) -> None:
    put(city, edit(districts=("2024-quan-do-son",)))
    store_units(city, unit("2024-huyen-cat-hai"))
    with pytest.raises(DBAPIError, match="feature_unit_unit_fkey"):
        city.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_an_outline_that_crosses_itself_is_refused(connection: Connection) -> None:
    bow_tie = [[[[106.8, 20.7], [106.9, 20.8], [106.9, 20.7], [106.8, 20.8], [106.8, 20.7]]]]
    with pytest.raises(DBAPIError, match="admin_unit_geometry_check"), connection.begin_nested():
        store_units(connection, unit() | {"geometry": geometry("MultiPolygon", bow_tie)})


def test_a_bare_name_means_the_commune_of_the_day_that_is_asked_for(connection: Connection) -> None:
    old = {"name": "An Biên", "full_name": "Phường An Biên", "level": "commune", "valid_to": date(2024, 12, 31)}
    now = old | {"generation": "2025-07", "valid_from": date(2025, 7, 1), "valid_to": None}
    store_units(connection, unit("2024-phuong-an-bien", **old), unit("2025-07-phuong-an-bien", **now), unit())
    assert units.named(connection, "an-bien") == ("2025-07-phuong-an-bien",)
    assert units.named(connection, "an-bien", date(2025, 8, 1)) == ("2025-07-phuong-an-bien",)
    assert units.named(connection, "An Biên", date(2023, 6, 30)) == ("2024-phuong-an-bien",)
    assert units.named(connection, "an-bien", date(2025, 3, 1)) == ("2025-07-phuong-an-bien",)
    assert units.named(connection, "cat-hai", date(2023, 6, 30)) == ("2024-huyen-cat-hai",)
    store_units(connection, *(unit(f"2024-xa-an-bien-{n}", **old) for n in "ab"), unit("2025-07-phuong-an-bien", **now))
    assert units.named(connection, "an-bien") == ("2025-07-phuong-an-bien",)
    with pytest.raises(AmbiguousUnit, match=r"2024-xa-an-bien-a.*2024-xa-an-bien-b"):
        units.named(connection, "an-bien", date(2023, 6, 30))
