from datetime import date
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from geo import ledger, mandates, store, targets
from geo.clocks import Clocks
from geo.errors import FeatureNotFound
from tests.factories import edit, fact, store_directive, store_mandate
from tests.factories import store as put

TODAY = Clocks(date(2026, 11, 22))
CLAUSE = "ct-02-2023#ii.2.3"


def read(body: bytes) -> Any:
    return orjson.loads(body)


@pytest.fixture
def directive(connection: Connection) -> Connection:
    """A directive that orders to finish a port of which nobody told a status."""
    store_directive(connection)
    put(connection, edit("cang-a"))
    store_mandate(connection, "cang-a")
    return connection


def order(**told: Any) -> dict[str, Any]:
    """A mandate with nothing but its clause and its role."""
    names = (
        "feature", "target", "ordered_stage", "implied_stage", "due", "due_basis", "quote_vi", "text_vi", "named_as",
        "confidence", "note", "unmapped_reason",
    )  # fmt: skip
    return dict.fromkeys(names) | {"clause": CLAUSE, "role": "orders", "ordered_finish": False} | told


def test_an_order_alone_is_never_a_status(directive: Connection) -> None:
    told = read(store.item(directive, "port", "cang-a"))["properties"]
    assert (told["status"], told["valid_from"], told["status_source"]) == ("unknown", None, None)
    history = read(store.history(directive, "port", "cang-a"))
    assert history["facts"] == []
    assert [(one["role"], one["ordered_stage"], one["due"]) for one in history["mandates"]] == [
        ("orders", "completed", "2023")
    ]


def test_the_documents_are_listed_with_the_numbers_of_their_clauses_and_mandates(directive: Connection) -> None:
    (document,) = ledger.documents(directive, TODAY)
    assert (document["id"], document["clauses"], document["mandates"]) == ("ct-02-2023", 1, 1)
    assert document["verdicts"] == {"done": 0, "done_late": 0, "late": 0, "open": 0, "unknown": 1}
    assert document["title_vi"] == "Chỉ thị về nhiệm vụ năm 2023"


def test_a_document_opens_with_its_clauses_and_what_they_order(directive: Connection) -> None:
    body = ledger.outline(directive, "ct-02-2023", TODAY)
    assert body["document"]["label_vi"] == "Chỉ thị 02/CT-UBND"
    (clause,) = body["clauses"]
    assert (clause["id"], clause["open_list"]) == (CLAUSE, True)
    (mandate,) = clause["mandates"]
    assert (mandate["feature"], mandate["feature_name_vi"], mandate["layer"]) == ("cang-a", "Cảng A", "port")
    assert mandate["quote_vi"] == "Hoàn thành cảng A"


def test_a_document_that_nobody_issued_is_not_found(directive: Connection) -> None:
    with pytest.raises(FeatureNotFound, match="no document 'ct-99'"):
        ledger.outline(directive, "ct-99", TODAY)


def test_a_city_without_documents_has_empty_lists(connection: Connection) -> None:
    assert ledger.documents(connection, TODAY) == []
    assert targets.targets(connection, TODAY) == []


def test_the_ledger_tells_its_targets_and_the_clauses_that_set_them(directive: Connection) -> None:
    mandates.replace_mandates(directive, [order(target="2025-parks"), order(feature="cang-a")])
    (target,) = targets.targets(directive, TODAY)
    assert {name: target[name] for name in ("id", "indicator_vi", "value", "clauses", "order", "rows", "ledger")} == {
        "id": "2025-parks", "indicator_vi": "Công viên", "value": 21, "clauses": [CLAUSE], "order": None, "rows": [],
        "ledger": None,
    }  # fmt: skip


def test_an_order_that_names_no_record_of_ours_is_kept_with_the_reason(directive: Connection) -> None:
    kept = mandates.replace_mandates(directive, [order(unmapped_reason="a task of the police, no place")])
    assert kept == 1
    (clause,) = ledger.outline(directive, "ct-02-2023", TODAY)["clauses"]
    assert clause["mandates"][0]["unmapped_reason"] == "a task of the police, no place"


def test_an_order_about_nothing_is_refused(directive: Connection) -> None:
    with pytest.raises(IntegrityError, match="mandate_check"):
        mandates.replace_mandates(directive, [order()])


def test_a_role_that_no_document_has_is_refused(directive: Connection) -> None:
    with pytest.raises(IntegrityError, match="mandate_role_check"):
        mandates.replace_mandates(directive, [order(feature="cang-a", role="wishes")])


def test_new_lists_of_mandates_and_documents_take_the_place_of_the_old(directive: Connection) -> None:
    assert mandates.replace_mandates(directive, []) == 0
    assert read(store.history(directive, "port", "cang-a"))["mandates"] == []
    mandates.replace_documents(directive, [], [], [])
    assert ledger.documents(directive, TODAY) == []


def test_a_clause_that_a_fact_cites_cannot_be_left_out(directive: Connection) -> None:
    put(directive, edit("cang-b", facts=(fact(clause=CLAUSE),)))
    mandates.replace_documents(directive, [], [], [])
    with pytest.raises(IntegrityError, match="status_fact_clause_fkey"):
        directive.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
