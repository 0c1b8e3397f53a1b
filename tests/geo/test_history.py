"""The history of a project: every word that holds, who said it and when we learned it, and the orders that name it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from geo import store, versions
from geo.clocks import Clocks
from geo.errors import FeatureNotFound
from tests.factories import edit, fact, store_directive, store_mandate
from tests.factories import store as put


def history(connection: Connection, feature_id: str = "cang-a", layer: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(store.history(connection, layer, feature_id))
    return told


def test_the_newest_word_comes_first(connection: Connection) -> None:
    dates = ("2019", "2023-02-15", "2023", "2020-11/2021-01", "2023-02")
    put(connection, edit(facts=tuple(fact("proposed", valid_from=day) for day in dates)))
    assert [one["valid_from"] for one in history(connection)["facts"]] == [
        "2023", "2023-02", "2023-02-15", "2020-11/2021-01", "2019",
    ]  # fmt: skip


def test_every_word_is_told_with_its_date_its_basis_and_its_source(connection: Connection) -> None:
    store_directive(connection)
    told = fact(
        "under_construction",
        basis="implied",
        valid_from="2023-01",
        source="Chỉ thị 02/CT-UBND, mục II.2",
        source_url="https://example.org/ct02",
        clause="ct-02-2023#ii.2.3",
        condition="delayed",
        text_vi="đẩy nhanh tiến độ",
        secondary_status="site_clearance",
        stage_in_words=False,
        date_inferred=True,
        uncertain=True,
    )
    put(connection, edit(facts=(told,)))
    (one,) = history(connection)["facts"]
    recorded = datetime.fromisoformat(one.pop("recorded_at"))
    assert recorded == connection.execute(text("SELECT recorded_at FROM changeset")).scalar_one()
    assert one.pop("id") == connection.execute(text("SELECT id FROM status_fact")).scalar_one()
    assert one == {
        "status": "under_construction", "condition": "delayed", "basis": "implied", "valid_from": "2023-01",
        "source": "Chỉ thị 02/CT-UBND, mục II.2", "source_url": "https://example.org/ct02",
        "clause": "ct-02-2023#ii.2.3", "clause_label": "Chỉ thị 02/CT-UBND, mục II.2.3",
        "clause_label_en": "Directive 02/CT-UBND, II.2.3",
        "text_vi": "đẩy nhanh tiến độ", "secondary_status": "site_clearance", "stage_in_words": False,
        "date_inferred": True, "uncertain": True, "effective": True,
    }  # fmt: skip


def test_the_orders_that_name_a_project_stand_beside_what_happened(connection: Connection) -> None:
    store_directive(connection)
    put(connection, edit("cang-a"), edit("cang-b"))
    store_mandate(connection, "cang-a")
    (order,) = history(connection)["mandates"]
    assert (order["document"], order["document_date"], order["clause_label"]) == (
        "ct-02-2023", "2023-01-19", "Chỉ thị 02/CT-UBND, mục II.2.3",
    )  # fmt: skip
    assert (order["role"], order["ordered_stage"], order["ordered_finish"], order["due"], order["quote_vi"]) == (
        "orders", "completed", True, "2023", "Hoàn thành cảng A",
    )  # fmt: skip
    assert history(connection, "cang-b")["mandates"] == []


def test_a_word_that_was_taken_back_is_no_longer_told(connection: Connection) -> None:
    put(connection, edit(facts=(fact("completed"), fact("site_clearance", valid_from="2021"))))
    (wrong,) = connection.execute(text("SELECT id FROM status_fact WHERE status = 'completed'")).scalars()
    put(connection, replace(edit(), retracted=(wrong,)))
    assert [one["status"] for one in history(connection)["facts"]] == ["site_clearance"]
    assert history(connection)["version"] == 2


def test_the_first_word_of_the_history_is_the_published_one(connection: Connection) -> None:
    facts = (
        fact("operational", valid_from="2023", basis="observed"),
        fact("site_clearance", valid_from="2023", basis="reported"),
        fact("completed", valid_from="2023", basis="observed"),  # recorded after the first
        fact("proposed", valid_from="2024", basis="inferred"),  # newest, and too weak to pull back
    )
    put(connection, edit(facts=facts))
    first = next(one for one in history(connection)["facts"] if one["effective"])
    properties = orjson.loads(store.item(connection, None, "cang-a"))["properties"]
    assert first["status"] == properties["status"] == "completed"


def test_a_project_that_was_entered_by_mistake_keeps_its_history(connection: Connection) -> None:
    put(connection, edit(facts=(fact(),)))
    put(connection, edit(withdrawn=True))
    assert [one["status"] for one in history(connection)["facts"]] == ["under_construction"]


def test_a_project_without_a_word_has_an_empty_history(connection: Connection) -> None:
    put(connection, edit())
    assert history(connection) == {"id": "cang-a", "layer": "port", "version": 1, "facts": [], "mandates": []}


@pytest.mark.parametrize(
    ("feature_id", "layer"), [("cang-b", None), ("cang-b", "port"), ("cang-a", "park"), ("", None)]
)
def test_who_asks_for_a_stranger_is_told_that_there_is_none(
    connection: Connection, feature_id: str, layer: str | None
) -> None:
    put(connection, edit("cang-a", layer="port"))
    with pytest.raises(FeatureNotFound, match="no feature"):
        history(connection, feature_id, layer)


def test_what_was_on_record_then_is_told_without_what_came_later(connection: Connection) -> None:
    put(connection, edit(facts=(fact("proposed", valid_from="2020"), fact("site_clearance", valid_from="2021"))))
    first: datetime = connection.execute(text("SELECT recorded_at FROM data_version")).scalar_one()
    wrong = history(connection)["facts"][0]["id"]
    put(connection, replace(edit(facts=(fact("operational", valid_from="2019-05"),)), retracted=(wrong,)))

    def told(clocks: Clocks) -> list[str]:
        answer = orjson.loads(store.history(connection, None, "cang-a", clocks))
        assert answer["version"] == (1 if clocks.known == first else 2)
        return [one["status"] for one in answer["facts"]]

    assert told(Clocks(date(2026, 1, 1), first)) == ["site_clearance", "proposed"]
    assert told(Clocks(date(2020, 6, 30), first)) == ["proposed"]
    assert told(Clocks(date(2019, 12, 31))) == ["operational"]
    assert told(Clocks(date(2026, 1, 1))) == ["proposed", "operational"]
    assert versions.retracted(connection, "cang-a", first) == []
    assert [one["version"] for one in versions.every(connection, None, "cang-a", first)] == [1]
    with pytest.raises(FeatureNotFound, match="was known at"):
        store.history(connection, None, "cang-a", Clocks(date(2026, 1, 1), first - timedelta(days=1)))
