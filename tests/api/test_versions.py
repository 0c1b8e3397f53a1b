"""Every state that a project had, one after the other, and what changed between them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from geo.apply import apply
from geo.feature import Changeset
from tests.api.conftest import Ask
from tests.factories import edit, fact, point, store

PATH = "/api/collections/port/items/cang-a"


@pytest.fixture
def port(connection: Connection) -> Connection:
    """Three versions: entered; moved 0.01° north (1 107 m) and enlarged; one of two facts taken back."""
    store(
        connection,
        edit(geometry=point(106.9, 20.8), area_ha=10, facts=(fact("completed"), fact("proposed", valid_from="2019"))),
    )
    store(
        connection,
        edit(geometry=point(106.9, 20.81), area_ha=12.5, facts=(fact("under_construction", valid_from="2023-06"),)),
    )
    (wrong,) = connection.execute(text("SELECT id FROM status_fact WHERE status = 'completed'")).scalars()
    last = replace(edit(geometry=point(106.9, 20.81), area_ha=12.5), retracted=(wrong,))
    apply(connection, Changeset("lan", "nhầm dự án", "điện thoại", [last]))
    return connection


def links(answer: dict[str, Any]) -> dict[str, str]:
    return {link["rel"]: link["href"].removeprefix("http://map.example") for link in answer["links"]}


@pytest.mark.usefixtures("port")
def test_a_project_leads_to_its_versions_and_each_to_the_ones_beside_it(ask: Ask) -> None:
    every = ask(links(ask(PATH))["version-history"])
    assert [(one["version"], one["actor"], one["note"]) for one in every["versions"]] == [
        (3, "lan", "nhầm dự án"), (2, "test", "a test"), (1, "test", "a test"),
    ]  # fmt: skip
    first = ask(every["versions"][2]["href"].removeprefix("http://map.example"))
    assert (first["geometry"]["coordinates"], first["properties"]["area_ha"]) == ([106.9, 20.8], 10)
    assert (first["version"], first["withdrawn"], first["changeset"]["actor"]) == (1, False, "test")
    assert "predecessor-version" not in links(first)
    second = ask(links(first)["successor-version"])
    assert second["version"] == 2
    assert links(second)["predecessor-version"] == f"{PATH}/versions/1"
    third = ask(links(second)["successor-version"])
    assert "successor-version" not in links(third)
    for one in (every, first, second, third):
        assert links(one)["latest-version"] == PATH
    for one in (first, second, third):
        assert links(one)["version-history"] == f"{PATH}/versions"


@pytest.mark.usefixtures("port")
def test_the_difference_of_two_versions_reads_as_sentences(ask: Ask) -> None:
    told = ask(f"{PATH}/diff", **{"from": 1, "to": 2})
    assert (told["from"]["version"], told["to"]["version"]) == (1, 2)
    (field,) = told["fields"]
    assert (field["field"], field["before"], field["after"]) == ("area_ha", 10, 12.5)
    # A hundredth of a degree of latitude is 1 107 m at 20.8° N.
    assert told["geometry"]["moved_m"] == pytest.approx(1107, abs=1)
    assert told["sentences_vi"][0].endswith(": 10 ha → 12,5 ha.")
    assert told["sentences_en"][1] == "Its place moved by 1.11 km."
    assert [one["status"] for one in told["facts"]["added"]] == ["under_construction"]
    assert told["facts"]["retracted"] == []


@pytest.mark.usefixtures("port")
def test_without_parameters_the_last_change_is_told(ask: Ask) -> None:
    told = ask(f"{PATH}/diff")
    assert (told["from"]["version"], told["to"]["version"], told["geometry"]["changed"]) == (2, 3, False)
    assert [one["status"] for one in told["facts"]["retracted"]] == ["completed"]
    assert told["sentences_en"] == ["Status retracted: Completed since Feb 2023 (reported; Báo Hải Phòng): nhầm dự án."]
    whole = ask(f"{PATH}/diff", **{"from": 1})
    assert [one["status"] for one in whole["facts"]["added"]] == ["under_construction"]
    assert [one["status"] for one in whole["facts"]["retracted"]] == ["completed"]
    assert ask(f"{PATH}/diff", **{"from": 2, "to": 2})["changed"] is False


@pytest.mark.usefixtures("port")
def test_two_instants_say_what_was_learned_between_them(ask: Ask) -> None:
    first, second, third = (one["recorded_at"] for one in reversed(ask(f"{PATH}/versions")["versions"]))
    told = ask(f"{PATH}/diff", **{"from": first, "to": second})
    assert (told["from"]["version"], told["to"]["version"]) == (1, 2)
    assert ask(f"{PATH}/diff", **{"from": second, "to": third})["from"]["version"] == 2


@pytest.mark.usefixtures("port")
@pytest.mark.parametrize(
    "asked",
    [
        {"from": "0"}, {"to": "4"}, {"from": "3", "to": "1"}, {"from": "1999-01-01"}, {"to": "2999-01-01"},
        {"from": "first"}, {"from": "-1"}, {"to": "٢"}, {"to": "9" * 40}, {"since": "1"}, {"from": "2023-02-30"},
    ],
)  # fmt: skip
def test_versions_that_are_none_are_refused(refused: Ask, asked: dict[str, str]) -> None:
    refused(f"{PATH}/diff", **asked)


@pytest.mark.usefixtures("port")
@pytest.mark.parametrize(
    "path",
    [
        f"{PATH}/versions/0", f"{PATH}/versions/4", f"{PATH}/versions/x", f"{PATH}/versions/{'9' * 30}",
        "/api/collections/park/items/cang-a/versions", "/api/collections/park/items/cang-a/versions/1",
        "/api/collections/park/items/cang-a/diff", "/api/collections/port/items/nobody/versions",
        "/api/collections/districts-2024/items/2024-quan-do-son/versions",
    ],
)  # fmt: skip
def test_what_was_never_recorded_is_not_found(refused: Ask, path: str) -> None:
    refused(path, 404)


@pytest.mark.usefixtures("port")
def test_the_history_tells_what_was_taken_back_by_whom_and_why(ask: Ask) -> None:
    history = ask(f"{PATH}/history")
    assert [one["status"] for one in history["facts"]] == ["under_construction", "proposed"]
    (gone,) = history["retracted"]
    assert (gone["status"], gone["valid_from"], gone["source"]) == ("completed", "2023-02", "Báo Hải Phòng")
    assert gone["recorded_at"] < gone["retraction"]["recorded_at"]
    assert (gone["retraction"]["actor"], gone["retraction"]["note"]) == ("lan", "nhầm dự án")
    assert [one["version"] for one in history["versions"]] == [3, 2, 1]
    assert links(history)["latest-version"] == PATH


def test_a_withdrawn_project_keeps_its_versions(ask: Ask, refused: Ask, port: Connection) -> None:
    store(port, edit(geometry=point(106.9, 20.81), area_ha=12.5, withdrawn=True))
    refused(PATH, 410)
    assert ask(f"{PATH}/versions")["versions"][0]["withdrawn"] is True
    assert ask(f"{PATH}/diff")["sentences_vi"][0] == "Đối tượng bị rút lại vì nhập nhầm."


@pytest.mark.usefixtures("port")
def test_the_page_of_a_project_tells_what_each_version_changed(client: TestClient) -> None:
    vietnamese, english = (client.get(f"/du-an/cang-a?lang={lang}").text for lang in ("vi", "en"))
    assert "Các phiên bản" in vietnamese
    assert "Vị trí dời 1,11 km." in vietnamese
    assert "Its place moved by 1.11 km." in english
    assert "First recorded." in english


def test_a_project_that_never_changed_has_no_such_block(client: TestClient, connection: Connection) -> None:
    store(connection, edit())
    assert "Các phiên bản" not in client.get("/du-an/cang-a").text
