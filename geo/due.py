"""When each feature is due: the order that presses most, out of all that documents order of it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from geo import edtf, ledger
from geo.clocks import Clocks

_ANSWERED = ("done", "done_late")
_ROLES = ("orders", "approves")


@dataclass(frozen=True, slots=True)
class Due:
    """`text`: as printed (EDTF); `last`: the last day that it may mean; `verdict`: how the order stands."""

    text: str
    last: str
    verdict: str


def due(connection: Connection, clocks: Clocks | None) -> dict[str, Due]:
    """By feature, the earliest date that nothing on record answers yet; else the last one that was answered.

    On a day in the past, what was ordered later is left out.
    """
    day = ledger.day_of(clocks)
    issued = {one["id"] for one in ledger.documents(connection, clocks)
              if not one["date"] or edtf.parse(one["date"]).earliest <= day}  # fmt: skip
    found: dict[str, Due] = {}
    for one in ledger.mandates(connection, clocks):
        if not (one["feature"] and one["due"] and one["role"] in _ROLES and one["document"] in issued):
            continue
        told = Due(one["due"], edtf.parse(one["due"]).latest.isoformat(), one["judgement"]["verdict"])
        held = found.get(one["feature"])
        if held is None or _presses_more(told, held):
            found[one["feature"]] = told
    return found


def _presses_more(one: Due, other: Due) -> bool:
    answered = one.verdict in _ANSWERED
    if answered != (other.verdict in _ANSWERED):
        return not answered
    return one.last > other.last if answered else one.last < other.last
