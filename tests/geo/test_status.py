"""The codes of the life cycle, and what is true of a project on a day as known at an instant."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from geo import store
from geo.feature import StatusFact
from geo.status import BASES, CONDITIONS, LIFECYCLES, STATUSES, Status
from tests.factories import edit, fact
from tests.factories import store as put

# OC4IDS 0.9, codelist projectStatus; IATI 2.03, codelist ActivityStatus.
OC4IDS = {"identification", "preparation", "implementation", "completion", "completed", "cancelled"}
IATI = {"1", "2", "3", "4", "5", "6"}


@pytest.mark.parametrize("status", STATUSES.values(), ids=STATUSES)
def test_a_stage_explains_itself_in_two_languages_and_to_other_cities(status: Status) -> None:
    for words in (status.label, status.definition):
        assert len({words.vi, words.en, ""}) == 3
    assert {status.definition.vi[-1], status.definition.en[-1]} == {"."}
    assert status.id == "unknown" or (status.oc4ids in OC4IDS and status.iati in IATI)


def test_the_stages_of_each_life_cycle_are_those_of_the_design_in_their_order() -> None:
    assert list(LIFECYCLES["project"]) == [
        "proposed", "seeking_investor", "investment_procedure", "establishment_procedure", "site_clearance",
        "under_construction", "partly_operational", "operational", "completed", "cancelled", "unknown",
    ]  # fmt: skip
    assert list(LIFECYCLES["model-commune"]) == ["registered", "in_progress", "assessed", "recognised", "unknown"]


def test_the_database_knows_the_same_codes(connection: Connection) -> None:
    def codes(constraint: str) -> set[str]:
        found = connection.execute(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": constraint}
        ).scalar_one()
        return set(found.split("'")[1::2])

    assert codes("status_code_check") == set(STATUSES)
    assert codes("condition_code_check") == set(CONDITIONS)
    assert codes("status_fact_basis_check") == set(BASES)


def test_the_database_orders_the_stages_as_the_codes_do(connection: Connection) -> None:
    for stages in LIFECYCLES.values():
        ranks = connection.execute(
            text("SELECT array_agg(status_rank(status)) FROM unnest(CAST(:codes AS text[])) AS status"),
            {"codes": [code for code in stages if code != "unknown"]},
        ).scalar_one()
        assert ranks == sorted(set(ranks))
        assert all(rank > 0 for rank in ranks)
    assert connection.execute(text("SELECT status_rank('unknown')")).scalar_one() == 0


def now(connection: Connection) -> dict[str, Any]:
    """The published properties of the one project."""
    properties: dict[str, Any] = orjson.loads(store.item(connection, None, "cang-a"))["properties"]
    return properties


STATE = text(
    """
    SELECT coalesce((
      SELECT status FROM status_fact AS told
      JOIN status_fact_effective(:day, CAST(:known AS timestamptz)) AS judged ON judged.fact = told.id
      WHERE judged.effective AND status IS NOT NULL
      ORDER BY valid_latest DESC, valid_from DESC, basis_strength(basis) DESC, id DESC LIMIT 1), 'unknown')
    """
)


def state(connection: Connection, day: date, known: datetime | None = None) -> str:
    """The stage of the one project on a day, as known at an instant (None: today)."""
    found: str = connection.execute(STATE, {"day": day, "known": str(known or "infinity")}).scalar_one()
    return found


def told(status: str | None, valid_from: str, basis: str = "reported", /, **more: Any) -> StatusFact:
    return fact(status, valid_from=valid_from, basis=basis, **more)


def test_a_year_follows_a_day_inside_it(connection: Connection) -> None:
    put(connection, edit(facts=(told("completed", "2023"), told("under_construction", "2023-01-19"))))
    assert (now(connection)["status"], now(connection)["valid_from"]) == ("completed", "2023")


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2022", "2023"),
        ("2023-01", "2023-02"),
        ("2023-02-14", "2023-02-15"),
        ("2023-02-15", "2023-02"),  # the month may end after the day
        ("2023-02", "2023-02-28"),  # they end together; the day begins later
        ("2020-11/2021-01", "2021"),
        ("2020-12-31", "2020-11/2021-01"),
        ("2020", "2020-11/2021-01"),
    ],
)
def test_what_may_have_begun_last_holds(connection: Connection, earlier: str, later: str) -> None:
    put(connection, edit("cang-a", facts=(told("site_clearance", earlier), told("operational", later))))
    assert now(connection)["status"] == "operational"
    put(connection, edit("cang-b", facts=(told("site_clearance", later), told("operational", earlier))))
    assert connection.execute(text("SELECT status FROM feature WHERE id = 'cang-b'")).scalar_one() == "site_clearance"


@pytest.mark.parametrize(
    ("weaker", "stronger"), [("inferred", "implied"), ("reported", "observed"), ("observed", "decided")]
)
def test_on_the_same_day_the_stronger_word_holds(connection: Connection, weaker: str, stronger: str) -> None:
    facts = told("operational", "2023", stronger), told("site_clearance", "2023", weaker)
    put(connection, edit(facts=facts))
    assert (now(connection)["status"], now(connection)["basis"]) == ("operational", stronger)


def test_of_two_equal_words_the_one_that_was_recorded_later_holds(connection: Connection) -> None:
    put(connection, edit(facts=(told("operational", "2023"),)))
    put(connection, edit(facts=(told("site_clearance", "2023"),)))
    assert now(connection)["status"] == "site_clearance"


@pytest.mark.parametrize("weak", ["implied", "inferred"])
def test_what_is_only_implied_or_inferred_never_pulls_a_project_back(connection: Connection, weak: str) -> None:
    put(connection, edit(facts=(told("partly_operational", "2021-06"), told("under_construction", "2023-01-19", weak))))
    assert (now(connection)["status"], now(connection)["valid_from"]) == ("partly_operational", "2021-06")
    history = orjson.loads(store.history(connection, None, "cang-a"))["facts"]
    assert [(one["status"], one["effective"]) for one in history] == [
        ("under_construction", False),
        ("partly_operational", True),
    ]


@pytest.mark.parametrize("weak", ["implied", "inferred"])
def test_what_is_only_implied_or_inferred_may_carry_a_project_on(connection: Connection, weak: str) -> None:
    put(connection, edit(facts=(told("site_clearance", "2021-06"), told("under_construction", "2023-01-19", weak))))
    assert (now(connection)["status"], now(connection)["basis"]) == ("under_construction", weak)


def test_a_report_may_pull_a_project_back(connection: Connection) -> None:
    put(connection, edit(facts=(told("under_construction", "2021"), told("site_clearance", "2023"))))
    assert now(connection)["status"] == "site_clearance"


def test_of_two_weak_words_the_later_holds(connection: Connection) -> None:
    put(connection, edit(facts=(told("operational", "2021", "inferred"), told("site_clearance", "2023", "implied"))))
    assert now(connection)["status"] == "site_clearance"


def test_a_report_that_came_true_after_a_weak_word_does_not_undo_it_on_the_days_between(connection: Connection) -> None:
    put(connection, edit(facts=(told("site_clearance", "2021-03-01", "implied"), told("operational", "2023-03-01"))))
    assert state(connection, date(2022, 1, 1)) == "site_clearance"
    assert state(connection, date(2023, 3, 1)) == "operational"


def test_a_project_of_which_nothing_is_told_is_unknown(connection: Connection) -> None:
    put(connection, edit())
    properties = now(connection)
    assert (properties["status"], properties["condition"]) == ("unknown", "not_assessed")
    assert properties["status_vi"] == STATUSES["unknown"].label.vi
    for name in ("basis", "valid_from", "status_source", "condition_valid_from"):
        assert properties[name] is None
    assert properties["status_uncertain"] is False


def test_a_delay_is_a_condition_and_leaves_the_stage_as_it_was(connection: Connection) -> None:
    put(
        connection,
        edit(
            facts=(
                told("under_construction", "2023-02", source="Báo Hải Phòng"),
                told(None, "2023-05", condition="delayed", source="Kết luận thanh tra"),
            )
        ),
    )
    properties = now(connection)
    assert (properties["status"], properties["valid_from"], properties["status_source"]) == (
        "under_construction", "2023-02", "Báo Hải Phòng",
    )  # fmt: skip
    assert (properties["condition"], properties["condition_valid_from"], properties["condition_source"]) == (
        "delayed", "2023-05", "Kết luận thanh tra",
    )  # fmt: skip
    row = connection.execute(text("SELECT status, condition, valid_from FROM feature")).one()
    assert tuple(row) == ("under_construction", "delayed", date(2023, 2, 1))


def test_a_delay_ends_with_the_next_word_that_tells_of_none(connection: Connection) -> None:
    put(connection, edit(facts=(told(None, "2023-05", condition="delayed"), told("completed", "2024-01"))))
    assert (now(connection)["status"], now(connection)["condition"]) == ("completed", "not_assessed")


def test_a_project_that_is_only_late_is_of_unknown_stage(connection: Connection) -> None:
    put(connection, edit(facts=(told(None, "2023-05", condition="suspended"),)))
    assert (now(connection)["status"], now(connection)["condition"]) == ("unknown", "suspended")


@pytest.mark.parametrize("doubt", [{"uncertain": True}, {"date_inferred": True}])
def test_a_doubt_of_the_source_is_published(connection: Connection, doubt: dict[str, bool]) -> None:
    put(connection, edit(facts=(told("operational", "2023", **doubt),)))
    assert now(connection)["status_uncertain"] is True


def test_each_day_has_its_own_state(connection: Connection) -> None:
    put(
        connection,
        edit(facts=(told("proposed", "2019"), told("site_clearance", "2021-06"), told("completed", "2023-02-15"))),
    )
    days = {
        date(2018, 12, 31): "unknown",
        date(2019, 1, 1): "proposed",  # some day in 2019: from its first day on
        date(2021, 5, 31): "proposed",
        date(2021, 6, 1): "site_clearance",
        date(2023, 2, 14): "site_clearance",
        date(2023, 2, 15): "completed",
    }
    assert {day: state(connection, day) for day in days} == days


def test_what_was_known_then_can_be_told_from_what_is_known_now(connection: Connection) -> None:
    """30/06/2023 as we know it, and 30/06/2023 as it was known between two changesets."""
    day = date(2023, 6, 30)
    put(connection, edit(facts=(told("site_clearance", "2022"),)))
    put(connection, edit(facts=(told("under_construction", "2023-03"),)))
    (wrong,) = connection.execute(text("SELECT id FROM status_fact WHERE status = 'under_construction'")).scalars()
    put(connection, replace(edit(), retracted=(wrong,)))
    first, second, third = connection.execute(text("SELECT recorded_at FROM changeset ORDER BY id")).scalars()
    assert state(connection, day, first) == "site_clearance"
    assert state(connection, day, second) == "under_construction"
    assert state(connection, day, third) == state(connection, day) == "site_clearance"
    assert state(connection, day, first.replace(year=2000)) == "unknown"


def test_a_retracted_report_no_longer_holds_a_weak_word_down(connection: Connection) -> None:
    put(connection, edit(facts=(told("operational", "2021"), told("under_construction", "2023", "implied"))))
    assert now(connection)["status"] == "operational"
    (wrong,) = connection.execute(text("SELECT id FROM status_fact WHERE status = 'operational'")).scalars()
    put(connection, replace(edit(), retracted=(wrong,)))
    assert now(connection)["status"] == "under_construction"


def test_a_model_commune_has_stages_of_its_own(connection: Connection) -> None:
    put(connection, edit(layer="model-commune", facts=(told("registered", "2021"), told("recognised", "2023-12"))))
    assert (now(connection)["status"], now(connection)["status_en"]) == ("recognised", STATUSES["recognised"].label.en)
