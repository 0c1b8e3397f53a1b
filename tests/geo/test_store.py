"""What is read of a project: its published text, as it leaves the database."""

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from geo import listing, store
from geo.errors import FeatureNotFound, FeatureWithdrawn
from geo.query import FeatureQuery
from geo.status import STATUSES
from tests.factories import BOX, edit, fact, point, store_units, unit
from tests.factories import store as put
from tests.pace import soon


def item(connection: Connection, feature_id: str = "cang-a", layer: str | None = None) -> dict[str, Any]:
    """One feature; its text must be JSON in which no name comes twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({name for name, _ in pairs}) == len(pairs), pairs
        return dict(pairs)

    told: dict[str, Any] = json.loads(store.item(connection, layer, feature_id), object_pairs_hook=once)
    return told


def test_a_project_is_published_flat_and_says_the_same_as_its_row(connection: Connection) -> None:
    store_units(
        connection,
        unit("2024-huyen-cat-hai", box=BOX["cat-hai"]),
        unit("2025-01-huyen-cat-hai", generation="2025-01", box=BOX["cat-hai"]),
        unit(
            "2024-xa-dong-bai", level="commune", name="Đồng Bài", full_name="Xã Đồng Bài", parent="2024-huyen-cat-hai"
        ),
        unit("2025-07-dac-khu-cat-hai", level="commune", generation="2025-07", full_name="Đặc khu Cát Hải"),
    )
    put(
        connection,
        edit(
            geometry=point(106.9, 20.8),
            districts=("2024-xa-dong-bai", "2025-07-dac-khu-cat-hai"),
            facts=(fact("under_construction", source_url="https://example.org", text_vi="đang thi công"),),
            name_vi="Cảng Lạch Huyện",
            name_en="Lach Huyen port",
            alt_names=["HICT"],
            area_ha=12.5,
            investor="Công ty A",
            location_accuracy="mapped",
        ),
    )
    feature = item(connection)
    assert (feature["type"], feature["id"]) == ("Feature", "cang-a")
    assert feature["geometry"] == {"type": "Point", "coordinates": [106.9, 20.8]}
    properties = feature["properties"]
    row = connection.execute(
        text("SELECT *, recorded_at FROM feature JOIN changeset ON changeset.id = changeset")
    ).one()
    assert (properties["layer"], properties["status"], properties["condition"], properties["version"]) == (
        row.layer, row.status, row.condition, row.version,
    )  # fmt: skip
    assert properties["updated_at"] == row.recorded_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert {name: properties[name] for name in row.properties} == row.properties
    assert all(not isinstance(value, dict) for value in properties.values())
    assert properties["status_vi"] == STATUSES["under_construction"].label.vi
    assert properties["status_en"] == STATUSES["under_construction"].label.en
    assert (properties["valid_from"], properties["basis"], properties["status_source"]) == (
        "2023-02", "reported", "Báo Hải Phòng",
    )  # fmt: skip
    assert (properties["status_source_url"], properties["status_text_vi"]) == ("https://example.org", "đang thi công")
    assert properties["districts_2024"] == properties["districts_2025_01"] == ["Huyện Cát Hải"]
    assert properties["communes_2024"] == ["Xã Đồng Bài"]
    assert properties["units_2025_07"] == ["Đặc khu Cát Hải"]
    assert properties["unit_ids"] == [
        "2024-huyen-cat-hai", "2024-xa-dong-bai", "2025-01-huyen-cat-hai", "2025-07-dac-khu-cat-hai",
    ]  # fmt: skip


def test_a_project_without_a_place_is_kept_with_null(connection: Connection) -> None:
    put(connection, edit(geometry=None))
    assert item(connection)["geometry"] is None
    page = listing.items(connection, FeatureQuery())
    assert (page.matched, orjson.loads(page.features)["geometry"]) == (1, None)


def test_seven_decimals_are_a_centimetre_and_enough(connection: Connection) -> None:
    put(connection, edit(geometry=point(106.123456789, 20.987654321)))
    assert item(connection)["geometry"]["coordinates"] == [106.1234568, 20.9876543]


@pytest.mark.parametrize(
    "spoken",
    [
        'Cảng "A"', "Cảng \\ A", "Cảng\nA\t", "</script><script>alert(1)</script>", "${name} `x` {y} %s %(z)s :w",
        "🚢 Cảng", "Cảng\u2028\u2029", "Cảng A'; DROP TABLE feature; --", "\u0007",
    ],
)  # fmt: skip
def test_any_name_comes_out_as_it_went_in(connection: Connection, spoken: str) -> None:
    put(connection, edit(name_vi=spoken, note=spoken, alt_names=[spoken]))
    properties = item(connection)["properties"]
    assert (properties["name_vi"], properties["note"], properties["alt_names"]) == (spoken, spoken, [spoken])


def test_a_curated_field_cannot_pose_as_one_of_ours(connection: Connection) -> None:
    posing = {"status": "completed", "version": 99, "unit_ids": ["x"], "status_source": "hearsay"}
    put(
        connection, replace(edit(facts=(fact("proposed"),)), properties={"name_vi": "Cảng A", "layer": "park"} | posing)
    )
    properties = item(connection)["properties"]
    assert (properties["status"], properties["layer"], properties["version"], properties["unit_ids"]) == (
        "proposed", "port", 1, [],
    )  # fmt: skip
    assert properties["status_source"] == "Báo Hải Phòng"


def test_a_project_with_a_name_and_nothing_else_is_whole(connection: Connection) -> None:
    put(connection, edit())
    assert (item(connection)["properties"]["name_vi"], item(connection)["properties"]["name_en"]) == ("Cảng A", None)


def test_a_project_is_found_in_its_own_layer_and_in_all_together(connection: Connection) -> None:
    put(connection, edit("cang-a", layer="port"))
    assert item(connection, "cang-a", "port") == item(connection, "cang-a", None)
    for feature_id, layer in (("cang-a", "park"), ("cang-b", None)):
        with pytest.raises(FeatureNotFound, match="no feature"):
            store.item(connection, layer, feature_id)


def test_a_withdrawn_project_is_in_no_list_and_says_that_it_is_gone(connection: Connection) -> None:
    put(connection, edit("cang-a", geometry=point()), edit("cang-b", geometry=point(106.5, 20.5)))
    put(connection, edit("cang-a", geometry=point(), withdrawn=True))
    with pytest.raises(FeatureWithdrawn, match="entered by mistake"):
        store.item(connection, "port", "cang-a")
    with pytest.raises(FeatureNotFound):
        store.item(connection, "park", "cang-a")
    page = listing.items(connection, FeatureQuery())
    assert (page.matched, page.returned, orjson.loads(page.features)["id"]) == (1, 1, "cang-b")
    assert orjson.loads(store.counts(connection, FeatureQuery()))["numberMatched"] == 1
    assert store.extent(connection, ("port",)) == (106.5, 20.5, 106.5, 20.5)


def test_the_extent_holds_every_project_that_has_a_place(connection: Connection) -> None:
    put(
        connection,
        edit("a", layer="port", geometry=point(106.5, 20.9)),
        edit("b", layer="port", geometry=point(107.1, 20.6)),
        edit("c", layer="park", geometry=point(105.0, 21.5)),
        edit("d", layer="park"),
        edit("e", layer="health"),
    )
    assert store.extent(connection, ("port",)) == (106.5, 20.6, 107.1, 20.9)
    assert store.extent(connection, ("port", "park")) == (105.0, 20.6, 107.1, 21.5)
    assert store.extent(connection, ("health",)) is None
    assert store.extent(connection, ()) == store.extent(connection, ("port", "park"))


def test_each_count_tells_what_a_further_choice_would_bring(connection: Connection) -> None:
    put(
        connection,
        edit("a", layer="port", geometry=point(), facts=(fact("operational"),)),
        edit("b", layer="port", facts=(fact("operational", condition="delayed"),)),
        edit("c", layer="port", geometry=point(), facts=(fact("proposed"),)),
        edit("d", layer="park", facts=(fact("operational"),)),
        edit("e", layer="park"),
    )
    every = orjson.loads(store.counts(connection, FeatureQuery()))
    assert every == {
        "numberMatched": 5, "located": 2, "unlocated": 3,
        "status": {"operational": 3, "proposed": 1, "unknown": 1},
        "layer": {"port": 3, "park": 2},
        "condition": {"not_assessed": 4, "delayed": 1},
    }  # fmt: skip
    chosen = orjson.loads(store.counts(connection, FeatureQuery(layers=("port",), statuses=("operational",))))
    assert chosen == {
        "numberMatched": 2, "located": 1, "unlocated": 1,
        "status": {"operational": 2, "proposed": 1},  # of the ports, whatever their status
        "layer": {"port": 2, "park": 1},  # of what is operational, in whatever layer
        "condition": {"not_assessed": 1, "delayed": 1},
    }  # fmt: skip
    nothing = orjson.loads(store.counts(connection, FeatureQuery(q="no such name")))
    assert nothing == {
        "numberMatched": 0, "located": 0, "unlocated": 0, "status": {}, "layer": {}, "condition": {},
    }  # fmt: skip


def test_an_empty_city_answers_with_an_empty_page(connection: Connection) -> None:
    page = listing.items(connection, FeatureQuery())
    assert (page.features, page.matched, page.returned, page.next) == (b"", 0, 0, None)
    assert store.extent(connection, ("port",)) is None


def test_a_page_is_text_that_a_client_can_put_between_brackets(connection: Connection) -> None:
    put(connection, *(edit(f"cang-{number}", name_vi=f"Cảng, {number}") for number in range(5)))
    page = listing.items(connection, FeatureQuery(limit=3))
    assert [one["id"] for one in orjson.loads(b"[" + page.features + b"]")] == ["cang-0", "cang-1", "cang-2"]
    assert (page.matched, page.returned) == (5, 3)


def test_ten_thousand_projects_leave_in_one_page_and_soon(connection: Connection) -> None:
    put(connection, *(edit(f"cang-{number:05d}", facts=(fact(),)) for number in range(10_001)))
    with soon():
        page = listing.items(connection, FeatureQuery(limit=10_000))
    assert (page.matched, page.returned, len(orjson.loads(b"[" + page.features + b"]"))) == (10_001, 10_000, 10_000)
    assert page.next is not None
