from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.judgement import REASONS, STRONG, VERDICTS, Evidence, Judgement, Order, judge
from geo.status import BASES, LIFECYCLES

TODAY = date(2026, 11, 22)
ISSUED = "2023-01-19"


def told(status: str, valid_from: str, basis: str = "reported", **more: object) -> Evidence:
    return Evidence(1, status, basis, valid_from, **more)  # type: ignore[arg-type]


def order(stage: str | None = "completed", due: str | None = "2023", **more: object) -> Order:
    return Order(stage, due=due, issued=ISSUED, silent=frozenset({"ct-02-2023"}), **more)  # type: ignore[arg-type]


def verdict(asked: Order, *facts: Evidence, today: date = TODAY) -> tuple[str, str, bool | None]:
    judged = judge(asked, facts, today)
    return judged.verdict, judged.reason, judged.in_time


def test_works_that_were_finished_within_the_year_are_done_in_time() -> None:
    assert verdict(order(), told("completed", "2023-12-31")) == ("done", "in_time", True)
    assert verdict(order(), told("operational", "2023-06")) == ("done", "in_time", True)


def test_works_that_were_finished_the_year_after_are_done_late() -> None:
    assert verdict(order(), told("completed", "2024")) == ("done_late", "after_due", False)


def test_a_bridge_in_use_before_anyone_told_of_its_end_may_have_been_in_time() -> None:
    assert verdict(order(), told("operational", "2024")) == ("done", "day_unknown", None)
    building, opened = told("under_construction", "2024-02"), told("operational", "2024-09")
    assert verdict(order(), building, opened) == ("done_late", "after_due", False)


def test_works_still_going_on_after_the_due_date_are_late() -> None:
    judged = judge(order(), [told("under_construction", "2024-03")], TODAY)
    assert (judged.verdict, judged.reason) == ("late", "behind")
    assert judged.evidence == told("under_construction", "2024-03")


def test_silence_after_the_due_date_is_unknown_and_not_late() -> None:
    assert verdict(order()) == ("unknown", "silent", None)
    assert verdict(order(), told("under_construction", "2023-05")) == ("unknown", "silent", None)


def test_before_the_last_possible_day_of_the_due_date_an_order_is_open() -> None:
    assert verdict(order(), today=date(2023, 12, 31)) == ("open", "not_due", None)
    assert verdict(order(), today=date(2024, 1, 1))[0] == "unknown"


def test_an_order_without_a_date_is_open_until_it_is_met() -> None:
    assert verdict(order(due=None)) == ("open", "no_due", None)
    assert verdict(order(due=None), told("completed", "2025")) == ("done", "reached", None)


def test_a_clause_that_names_no_stage_cannot_be_judged() -> None:
    assert verdict(order(None), told("completed", "2023-05")) == ("unknown", "no_stage", None)
    assert verdict(order(None, due="2030")) == ("open", "not_due", None)


def test_the_act_and_those_that_relay_it_never_testify_for_it() -> None:
    assert verdict(order(), told("completed", "2023-06", document="ct-02-2023")) == ("unknown", "silent", None)
    assert verdict(order(), told("completed", "2023-06", document="nq-7"))[0] == "done"


@pytest.mark.parametrize("weak", [{"basis": "implied"}, {"basis": "inferred"}, {"uncertain": True}])
def test_words_that_nobody_verified_leave_it_unknown(weak: dict[str, object]) -> None:
    assert verdict(order(), told("completed", "2023-06", **weak)) == ("unknown", "unverified", None)  # type: ignore[arg-type]


def test_a_stage_from_before_the_act_does_not_answer_the_act() -> None:
    earlier = told("partly_operational", "2018-05-15")
    asked = order("under_construction")
    assert verdict(asked, earlier) == ("unknown", "already", None)
    assert verdict(asked, earlier, told("partly_operational", "2025-10")) == ("unknown", "already", None)
    assert verdict(asked, earlier, told("operational", "2025-10")) == ("done", "day_unknown", None)
    assert verdict(asked, earlier, told("under_construction", "2023-08")) == ("done", "in_time", True)


def test_a_year_that_begins_before_the_act_may_have_been_before_it() -> None:
    assert verdict(order("seeking_investor"), told("seeking_investor", "2023")) == ("unknown", "already", None)


def test_procedures_are_finished_by_a_founding_decision_or_by_the_next_stage() -> None:
    asked = order("establishment_procedure", finish=True)
    submitted = told("establishment_procedure", "2024-03")
    assert verdict(asked, told("establishment_procedure", "2023-02-13", "decided")) == ("done", "in_time", True)
    assert verdict(asked, submitted) == ("late", "behind", None)
    assert verdict(asked, submitted, told("site_clearance", "2025-08")) == ("done_late", "after_due", False)
    assert verdict(asked, told("site_clearance", "2025-08")) == ("done", "day_unknown", None)


def test_a_model_commune_under_way_is_not_a_finished_one() -> None:
    asked = order("in_progress", finish=True)
    assert verdict(asked, told("in_progress", "2023-04-18")) == ("unknown", "silent", None)
    assert verdict(asked, told("in_progress", "2024-04-18")) == ("late", "behind", None)
    assert verdict(asked, told("recognised", "2023-11")) == ("done", "in_time", True)


def test_a_project_that_was_cancelled_never_met_its_order() -> None:
    assert verdict(order(), told("cancelled", "2024-05"))[0] == "late"
    assert verdict(order(), told("cancelled", "2023-05"))[0] == "unknown"


def test_a_day_in_the_past_knows_nothing_of_what_came_after() -> None:
    facts = (told("under_construction", "2024-02"), told("completed", "2025-03"))
    days = (date(2023, 6, 30), date(2024, 1, 31), date(2024, 6, 30), date(2025, 6, 30))
    assert [verdict(order(), *facts, today=day)[0] for day in days] == ["open", "unknown", "late", "done_late"]


_stages = [stage for codes in LIFECYCLES.values() for stage in codes]
_dates = st.sampled_from(
    ["2019", "2022-12", "2023", "2023-01-19", "2023-06", "2023-12-31", "2024", "2024-05-01", "2026"]
)
_facts = st.lists(
    st.builds(
        Evidence,
        st.integers(1, 9),
        st.sampled_from(_stages),
        st.sampled_from(list(BASES)),
        _dates,
        st.sampled_from([None, "ct-02-2023", "nq-7"]),
        st.booleans(),
    ),
    max_size=5,
)
_orders = st.builds(
    Order,
    st.sampled_from([None, *_stages]),
    st.booleans(),
    st.sampled_from([None, "2021", "2023", "2023-02-15", "2023/2027"]),
    st.sampled_from([None, ISSUED, "2020-11/2021-01"]),
    st.just(frozenset({"ct-02-2023"})),
)


@given(_orders, _facts, st.dates(date(2019, 1, 1), date(2030, 1, 1)))
def test_nothing_is_done_without_a_strong_word_from_elsewhere(asked: Order, facts: list[Evidence], today: date) -> None:
    judged: Judgement = judge(asked, facts, today)
    assert judged.verdict in VERDICTS
    assert judged.reason in REASONS
    if judged.verdict in ("done", "done_late", "late"):
        assert judged.evidence is not None
        assert judged.evidence.basis in STRONG
        assert judged.evidence.document not in asked.silent
        assert not judged.evidence.uncertain
    assert judge(asked, facts[::-1], today).verdict == judged.verdict
