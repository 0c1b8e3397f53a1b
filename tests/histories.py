"""Random histories of a few projects, and a plain model of what is known of them: no SQL, no sharing with `geo`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from geo import edtf
from geo.feature import Edit, StatusFact
from geo.status import STATUSES
from tests.factories import edit, fact, point

FEATURES = ("cang-a", "cang-b", "cang-c")
DAYS = tuple(date(2019, 12, 31) + timedelta(days=step) for step in (0, 1, 31, 181, 182, 366, 397, 455, 731, 800, 1500))
WEST, EAST = (106.71, 20.81), (106.75, 20.81)
_WEAK = ("implied", "inferred")
_STRENGTH = ("inferred", "implied", "reported", "observed", "decided")
_STAGES = (
    "proposed",
    "site_clearance",
    "under_construction",
    "partly_operational",
    "operational",
    "cancelled",
    "unknown",
)
_DATES = (
    "2020", "2021", "2022", "2020-01", "2020-12", "2021-02", "2020-07/2021-01", "2021/2022", "2020-01-01", "2020-12-31",
    "2021-01-01", "2021-03-31", "2022-01-01",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One edit: `retract` chooses among the facts that still hold, by position."""

    feature: str
    facts: tuple[StatusFact, ...]
    retract: tuple[int, ...]
    withdrawn: bool
    name: str
    place: tuple[float, float] | None


facts = st.builds(
    lambda status, basis, day, source, condition: fact(
        status if status or condition else "proposed", basis=basis, valid_from=day, source=source, condition=condition
    ),
    st.sampled_from((*_STAGES, None)),
    st.sampled_from(_STRENGTH),
    st.sampled_from(_DATES),
    st.sampled_from(("Báo A", "Báo B")),
    st.sampled_from((None, None, "delayed", "suspended")),
)
steps = st.builds(
    Step,
    st.sampled_from(FEATURES),
    st.lists(facts, max_size=3).map(tuple),
    st.lists(st.integers(0, 5), max_size=2).map(tuple),
    st.sampled_from((False, False, False, True)),
    st.sampled_from(("Cảng A", "Cảng Á", "Cảng Ạ")),
    st.sampled_from((None, WEST, EAST)),
)
histories = st.lists(
    st.lists(steps, min_size=1, max_size=3, unique_by=lambda step: step.feature), min_size=1, max_size=5
)
"""Changesets in order, each with edits of different projects."""


@dataclass(slots=True)
class _Told:
    id: int
    fact: StatusFact
    since: int
    until: int | None = None


@dataclass(slots=True)
class Model:
    """What was told of each project, by the number of the changeset."""

    told: dict[str, list[_Told]] = field(default_factory=lambda: {one: [] for one in FEATURES})
    versions: dict[str, list[tuple[int, Step]]] = field(default_factory=lambda: {one: [] for one in FEATURES})
    changesets: int = 0
    last_id: int = 0

    def record(self, steps: Sequence[Step]) -> list[tuple[Step, tuple[int, ...]]]:
        """Take a changeset; each step with the positions, counted over all facts of its project, that it retracts."""
        self.changesets += 1
        recorded = []
        for step in sorted(steps, key=lambda one: one.feature):
            told = self.told[step.feature]
            holding = [one for one in told if one.until is None]
            gone = [holding[place] for place in sorted(set(step.retract)) if place < len(holding)]
            for one in gone:
                one.until = self.changesets
            for new in step.facts:
                self.last_id += 1
                told.append(_Told(self.last_id, new, self.changesets))
            self.versions[step.feature].append((self.changesets, step))
            recorded.append((step, tuple(told.index(one) for one in gone)))
        return recorded

    def state(self, feature: str, day: date, known: int) -> dict[str, Any] | None:
        """What is published of the project for the day, as known after `known` changesets; None: nothing yet."""
        versions = [(number, step) for number, step in self.versions[feature] if number <= known]
        if not versions:
            return None
        seen = [
            one for one in self.told[feature]
            if one.since <= known and (one.until is None or one.until > known) and _first(one) <= day
        ]  # fmt: skip
        holding = [one for one in seen if not any(_holds_down(other, one) for other in seen)]
        stage = max((one for one in holding if one.fact.status), key=_right, default=None)
        latest = max(holding, key=_right, default=None)
        newest = max(seen, key=_right, default=None)
        return {
            "withdrawn": versions[-1][1].withdrawn,
            "place": versions[-1][1].place,
            "version": len(versions),
            "name_vi": versions[-1][1].name,
            "status": stage.fact.status if stage else "unknown",
            "condition": (latest.fact.condition if latest else None) or "not_assessed",
            "condition_valid_from": latest.fact.valid_from if latest and latest.fact.condition else None,
            "basis": stage.fact.basis if stage else None,
            "valid_from": stage.fact.valid_from if stage else None,
            "status_source": stage.fact.source if stage else None,
            "status_disputed": stage is not None and any(_disputes(one, stage) for one in seen),
            "last_told": newest.fact.valid_from if newest else None,
        }


def edits(recorded: list[tuple[Step, tuple[int, ...]]], town: str, ids: dict[str, list[int]]) -> list[Edit]:
    """The edits of a changeset to the projects of a town; `ids`: of the stored facts of each project, oldest first."""
    return [
        replace(
            edit(
                town + step.feature,
                geometry=point(*step.place) if step.place else None,
                facts=step.facts,
                withdrawn=step.withdrawn,
                name_vi=step.name,
            ),
            retracted=tuple(ids[town + step.feature][place] for place in gone),
        )
        for step, gone in recorded
    ]


def _first(one: _Told) -> date:
    return edtf.parse(one.fact.valid_from).earliest


def _right(one: _Told) -> tuple[date, date, int, int]:
    """The right to hold: the later end, the later beginning, the stronger basis, the later record."""
    told = edtf.parse(one.fact.valid_from)
    return told.latest, told.earliest, _STRENGTH.index(one.fact.basis), one.id


def _holds_down(strong: _Told, weak: _Told) -> bool:
    """A stage that is only implied or inferred does not pull back what a stronger source told before."""
    if weak.fact.status is None or weak.fact.basis not in _WEAK or strong.fact.basis in _WEAK or not strong.fact.status:
        return False
    further = STATUSES[strong.fact.status].rank > STATUSES[weak.fact.status].rank
    return further and edtf.parse(strong.fact.valid_from).latest <= edtf.parse(weak.fact.valid_from).latest


def _disputes(other: _Told, stage: _Told) -> bool:
    same_date = other.fact.valid_from == stage.fact.valid_from
    differs = other.fact.status not in (None, stage.fact.status) and other.fact.source != stage.fact.source
    return same_date and differs and other.fact.basis not in _WEAK and stage.fact.basis not in _WEAK
