"""Whether two projects were on the ground at the same time, and when: out of the periods of their statuses.

A project is *on the ground* on a day where the status that holds on it is one of `on_site` (`codes.toml`): land is
being cleared, works go on, it is in use, or is finished. Before it was first told of, nobody knows, unless it is first
told at an earlier stage: what is proposed in 2023 was not being built in 2022. A date as coarse as "2023" holds from
its first day, as everywhere on the map.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from geo.interval import Interval
from geo.status import STATUSES

Verdict = Literal["yes", "no", "unknown"]
UNKNOWN = "unknown"
ENDED = "cancelled"


@dataclass(frozen=True, slots=True)
class Stage:
    """A status that held from one day to another, that one not included; None where an end is open.

    `inferred`: general knowledge, and nobody's word.
    """

    first: date | None
    until: date | None
    status: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, on which two projects were on the ground; None: since before the first day told of."""

    first: date | None
    last: date
    status: str
    other_status: str
    inferred: bool


def together(one: Sequence[Stage], other: Sequence[Stage], within: Interval, today: date) -> tuple[Verdict, list[Span]]:
    """Whether there is a day of `within`, up to `today`, on which both were on the ground, and all such days in order.

    `one` and `other`: the stages of each in order, without a gap. "no": there surely was none.
    """
    window = within.first, min(within.last or today, today) + timedelta(days=1)
    spans: list[Span] = []
    perhaps = False
    for mine, here in _judged(one):
        for theirs, there in _judged(other):
            common = _common(_common(window, mine), theirs)
            if common is None or "no" in (here, there):
                continue
            if here == there == "yes":
                inferred = mine.inferred or theirs.inferred
                last = (common[1] or date.max) - timedelta(days=1)
                spans.append(Span(common[0], last, mine.status, theirs.status, inferred))
            else:
                perhaps = True
    return ("yes" if spans else "unknown" if perhaps else "no"), spans


def _judged(stages: Iterable[Stage]) -> Iterator[tuple[Stage, Verdict]]:
    """Each stage, and whether the project was on the ground in it."""
    later: Stage | None = None
    judged: list[tuple[Stage, Verdict]] = []
    for stage in reversed(list(stages)):
        if stage.status != UNKNOWN:
            judged.append((stage, "yes" if STATUSES[stage.status].on_site else "no"))
            later = stage
        elif later is None or later.status == ENDED or STATUSES[later.status].on_site:
            judged.append((stage, "unknown"))
        else:
            judged.append((stage, "no"))
    return reversed(judged)


Days = tuple[date | None, date | None]


def _common(days: Days | None, stage: Stage) -> Days | None:
    """The days of both; None where there is none."""
    if days is None:
        return None
    first = max((day for day in (days[0], stage.first) if day is not None), default=None)
    until = min((day for day in (days[1], stage.until) if day is not None), default=None)
    return None if first is not None and until is not None and first >= until else (first, until)
