"""Ordered against recorded: whether what a clause orders is on record as reached, in time or late.

Pure functions, and the only place where this is judged. An order is never its own evidence: nothing that the act said,
or that those said which relay it, counts for it. Nor does what is implied, inferred or uncertain. Where no
source tells, the judgement is `unknown`; silence is never taken for a delay, nor for a success.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from geo import edtf
from geo.edtf import Edtf
from geo.status import LIFECYCLES, STATUSES, Code, Lifecycle, Words

Verdict = Literal["done", "done_late", "late", "open", "unknown"]

STRONG = frozenset({"decided", "reported", "observed"})
"""The bases on which a stage counts as reached."""
_REACHED_BY = {"completed": frozenset({"completed", "operational"}), "operational": frozenset({"operational"})}
"""Orders that a higher rank does not meet: works in use are finished, but finished works need not be in use."""
_GOALS: dict[Lifecycle, str] = {"project": "completed", "model-commune": "recognised"}
_NOWHERE = frozenset({"cancelled", "unknown"})


def _codes(entries: dict[str, Any]) -> dict[str, Code]:
    return {code: Code(code, Words(**entry["label"]), Words(**entry["definition"])) for code, entry in entries.items()}


_LISTS = tomllib.loads(Path(__file__).with_name("judgements.toml").read_text("utf-8"))
VERDICTS: dict[str, Code] = _codes(_LISTS["verdict"])
REASONS: dict[str, Words] = {reason: Words(**words) for reason, words in _LISTS["reason"].items()}
UNMAPPED: dict[str, Words] = {reason: Words(**words) for reason, words in _LISTS["unmapped"].items()}
"""Why something that a clause asks for, or a clause as a whole, leads to no record."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered: the stage (None: the clause names none), whether it must be finished and not merely entered,
    the due date and the date of the act (EDTF), and `silent`: documents that cannot testify, the act's own and those
    that relay it."""

    stage: str | None
    finish: bool = False
    due: str | None = None
    issued: str | None = None
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A status fact as far as it may answer an order: its stage, basis, date (EDTF) and the document that it cites."""

    id: int
    status: str
    basis: str
    valid_from: str
    document: str | None = None
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, why (a key of REASONS), the fact that decides it, and for `done` whether in time: None if no source
    tells."""

    verdict: Verdict
    reason: str
    evidence: Evidence | None = None
    in_time: bool | None = None


def goal(lifecycle: Lifecycle) -> str:
    """The stage at which a project, or a model commune, has become what it was meant to be."""
    return _GOALS[lifecycle]


def judge(order: Order, facts: Sequence[Evidence], today: date) -> Judgement:
    """How `order` stands on the day `today`, by the facts about its feature.

    A stage on record before the act was issued does not answer the act, which then orders what is still missing: a
    later fact must name that very stage while there was time, or a further one. A stage beyond the ordered one tells
    that this was passed, not when: it is late only where a source after the due date still told an earlier one.
    """
    due = edtf.parse(order.due) if order.due else None
    passed = due is not None and due.latest < today
    if order.stage is None:
        return Judgement("unknown", "no_stage") if passed or due is None else Judgement("open", "not_due")
    told = [(fact, edtf.parse(fact.valid_from)) for fact in facts if fact.document not in order.silent]
    told = sorted((pair for pair in told if pair[1].earliest <= today), key=lambda pair: (pair[1].latest, pair[0].id))
    strong = [pair for pair in told if pair[0].basis in STRONG and not pair[0].uncertain]
    issued = edtf.parse(order.issued).latest if order.issued else date.min
    before = max((_rank(fact) for fact, when in strong if when.earliest < issued), default=0)
    since = [(fact, when) for fact, when in strong if when.earliest >= issued]
    already = any(_meets(fact, order) for fact, when in strong if when.earliest < issued)
    for fact, when in since:
        if _meets(fact, order) and (not already or _rank(fact) > before or _again(fact, when, order, due)):
            return _reached(order, fact, when, due, since, already=already)
    if already:
        return Judgement("unknown" if passed or due is None else "open", "already")
    if not passed:
        return Judgement("open", "not_due" if due else "no_due")
    behind = [fact for fact, when in since if due and when.earliest > due.latest and fact.status in _ladder(order)]
    if behind:
        return Judgement("late", "behind", behind[-1])
    weak = [fact for fact, when in told if _meets(fact, order) and when.earliest >= issued]
    return Judgement("unknown", "unverified" if weak else "silent", weak[0] if weak else None)


def _reached(
    order: Order, fact: Evidence, when: Edtf, due: Edtf | None, since: Sequence[tuple[Evidence, Edtf]], *, already: bool
) -> Judgement:
    if due is None:
        return Judgement("done", "reached", fact)
    if when.latest <= due.latest:
        return Judgement("done", "in_time", fact, in_time=True)
    behind = any(
        due.latest < earlier.earliest and earlier.latest <= when.latest and not _meets(one, order)
        for one, earlier in since
        if one.status in _ladder(order)
    )
    on_the_day = fact.status == order.stage and not already and when.earliest > due.latest
    if on_the_day or behind:
        return Judgement("done_late", "after_due", fact, in_time=False)
    return Judgement("done", "day_unknown", fact)


def _again(fact: Evidence, when: Edtf, order: Order, due: Edtf | None) -> bool:
    return fact.status == order.stage and due is not None and when.latest <= due.latest


def _meets(fact: Evidence, order: Order) -> bool:
    """Whether the fact says that the ordered stage was reached or, where it must be finished, left behind."""
    stage = order.stage or ""
    if fact.status in _NOWHERE or fact.status not in _ladder(order):
        return False
    if order.finish and fact.status == stage:
        return fact.basis == "decided" or stage == "completed"
    if stage in _REACHED_BY:
        return fact.status in _REACHED_BY[stage]
    return _rank(fact) >= STATUSES[stage].rank


def _ladder(order: Order) -> frozenset[str]:
    """The stages of the life cycle that the ordered one belongs to; `unknown` tells nothing."""
    steps = next((codes for codes in LIFECYCLES.values() if order.stage in codes), {})
    return frozenset(steps) - {"unknown"}


def _rank(fact: Evidence) -> int:
    return 0 if fact.status in _NOWHERE else STATUSES[fact.status].rank
