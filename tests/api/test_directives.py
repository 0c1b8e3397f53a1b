from typing import Any

import pytest
from sqlalchemy import Connection

from tests.api.conftest import Ask
from tests.factories import edit, fact, store, store_directive, store_mandate


@pytest.fixture
def directive(connection: Connection) -> Connection:
    """Directive 02 orders that cang-a be finished in 2023; it was, in March 2024."""
    store_directive(connection)
    store(connection, edit("cang-a", facts=(fact("completed", valid_from="2024-03"),)), edit("cang-b"))
    store_mandate(connection, "cang-a", ordered_finish=False)
    return connection


@pytest.mark.usefixtures("directive")
def test_a_document_tells_ordered_and_recorded_side_by_side(ask: Ask) -> None:
    (document,) = ask("/api/documents")["documents"]
    assert document["verdicts"]["done_late"] == 1
    assert [link["rel"] for link in document["links"]] == ["item", "alternate"]
    body = ask("/api/documents/ct-02-2023")
    ((order,),) = (clause["mandates"] for clause in body["clauses"])
    assert (order["ordered_stage"], order["due"], order["status"]) == ("completed", "2023", "completed")
    judgement = order["judgement"]
    assert (judgement["verdict"], judgement["verdict_vi"], judgement["in_time"]) == ("done_late", "Đạt sau hạn", False)
    assert (judgement["evidence"]["valid_from"], judgement["evidence"]["source"]) == ("2024-03", "Báo Hải Phòng")


@pytest.mark.usefixtures("directive")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, 1),
        ({"verdict": "done_late"}, 1),
        ({"verdict": "late,unknown"}, 0),
        ({"layer": "port"}, 1),
        ({"layer": "park"}, 0),
        ({"status": "completed", "q": "cang"}, 1),
        ({"ids": "cang-b"}, 0),
    ],
)
def test_deadlines_take_the_filters_of_the_map(ask: Ask, filters: dict[str, str], found: int) -> None:
    body = ask("/api/deadlines", **filters)
    assert len(body["deadlines"]) == found
    assert {link["href"].partition("?")[0].rpartition("/")[2] for link in body["links"]} == {
        "deadlines", "thoi-han", "thoi-han.ics", "thoi-han.atom"
    }  # fmt: skip


@pytest.mark.usefixtures("directive")
def test_a_deadline_tells_the_last_possible_day_of_what_is_printed(ask: Ask) -> None:
    (deadline,) = ask("/api/deadlines")["deadlines"]
    told = {name: deadline[name] for name in ("id", "due", "due_last", "precision", "soon", "name_vi")}
    assert told == {
        "id": "project-cang-a-completed-2023", "due": "2023", "due_last": "2023-12-31", "precision": "year",
        "soon": False, "name_vi": "Cảng A",
    }  # fmt: skip


@pytest.mark.usefixtures("directive")
@pytest.mark.parametrize(
    ("path", "parameters", "expected"),
    [
        ("/api/documents/ct-99", {}, 404),
        ("/api/documents", {"status": "late"}, 400),
        ("/api/deadlines", {"verdict": "soon"}, 400),
        ("/api/deadlines", {"agency": "Sở Xây dựng"}, 400),
        ("/api/deadlines", {"layer": "mines"}, 400),
        ("/api/targets", {"year": "2023"}, 400),
    ],
)
def test_what_is_not_understood_is_told_with_what_there_is(
    refused: Ask, path: str, parameters: dict[str, Any], expected: int
) -> None:
    problem = refused(path, expected, **parameters)
    if expected == 400:
        assert problem["allowed"]


@pytest.mark.usefixtures("directive")
def test_a_withdrawn_project_leaves_the_ledger(ask: Ask, connection: Connection) -> None:
    store(connection, edit("cang-a", withdrawn=True))
    assert ask("/api/deadlines")["deadlines"] == []
    ((nothing),) = (clause["mandates"] for clause in ask("/api/documents/ct-02-2023")["clauses"])
    assert nothing == []


@pytest.mark.usefixtures("directive")
def test_the_ledger_is_told_as_on_any_day(ask: Ask) -> None:
    def on(day: str) -> tuple[str, str]:
        (deadline,) = ask("/api/deadlines", datetime=day)["deadlines"]
        return deadline["judgement"]["verdict"], deadline["status"]

    assert on("2023-06-30") == ("open", "unknown")
    assert on("2024-01-31") == ("unknown", "unknown")
    assert on("2024-12-31") == ("done_late", "completed")
    assert ask("/api/deadlines", datetime="2023-01-18")["deadlines"] == []  # the directive was not yet issued
    ((order,),) = (clause["mandates"] for clause in ask("/api/documents/ct-02-2023", datetime="2023-06-30")["clauses"])
    assert order["judgement"]["verdict"] == "open"
    assert ask("/api/targets", datetime="2023-06-30")["targets"]


@pytest.mark.parametrize("text", ["2023-13-01", "2024-01-01/2023-01-01", "gần đây"])
@pytest.mark.parametrize("path", ["/api/documents", "/api/targets", "/api/deadlines"])
def test_a_day_that_is_none_is_refused(refused: Ask, path: str, text: str) -> None:
    refused(path, 400, datetime=text)
