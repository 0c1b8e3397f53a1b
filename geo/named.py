"""Whom and what the sources of projects name: acts by their number, and who invests."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from geo import words
from geo.found import Found, Question, every_word, values
from geo.words import Asked

_ACT = re.compile(r"\d{1,5}/(?:\d{4}/)?[A-ZĐ][A-ZĐa-z]*\d*(?:-[A-ZĐ][A-ZĐa-z]*\d*)*|\d{1,4}-[A-ZĐ]{2,}/[A-ZĐ]{2,}")
_DECIDED = "act_search(properties ->> 'decisions')"
_TOLD = "source || ' / ' || coalesce(text_vi, '')"
_ACTS = f"""
SELECT feature, told FROM (
  (SELECT id AS feature, properties ->> 'decisions' AS told FROM feature
   WHERE properties ? 'decisions' AND NOT withdrawn AND {{decided}} LIMIT %(most)s)
  UNION ALL
  (SELECT feature, {_TOLD} FROM status_fact
   WHERE ({_TOLD}) ~ '[0-9]/[A-Z0-9]' AND retracted_by IS NULL AND {{told}} LIMIT %(most)s)) AS found
ORDER BY feature
"""


_INVESTED = "act_search(properties ->> 'investor')"
_INVESTORS = """
SELECT * FROM (
  SELECT id, properties ->> 'investor' AS investor, {alike} AS alike FROM feature
  WHERE properties ? 'investor' AND NOT withdrawn AND {wanted} LIMIT %(most)s) AS found
ORDER BY investor, id
"""


@dataclass(frozen=True, slots=True)
class Act:
    """A decision that sources name, and the features whose sources do."""

    number: str
    features: list[str] = field(default_factory=list)


def acts(asked: Asked, limit: int) -> Question | None:
    """Acts whose number has every word, those first that more features name."""
    if not any(character.isdigit() for character in asked.folded):
        return None
    wanted = {"decided": every_word(_DECIDED, asked), "told": every_word(f"act_search({_TOLD})", asked)}

    def told(rows: Sequence[Any]) -> list[Found]:
        best = sorted(_acts(asked, rows), key=lambda act: (-len(act.features), act.number))[:limit]
        return [_act(asked, act) for act in best]

    return Question(_ACTS.format(**wanted), values(asked, limit), told)


def _acts(asked: Asked, rows: Sequence[Any]) -> Collection[Act]:
    found: dict[str, Act] = {}
    for row in rows:
        for number in dict.fromkeys(_ACT.findall(row.told)):
            folded = f" {words.plain(number)} "
            if all(any(f" {one}" in folded for one in several) for several in asked.words):
                act = found.setdefault(number, Act(number))
                if row.feature not in act.features[-1:]:
                    act.features.append(row.feature)
    return found.values()


def _act(asked: Asked, act: Act) -> Found:
    rank = 1 if act.number.lower().startswith(asked.exact) else 4
    return Found("act", act.number, rank, act, asked, (("number", act.number),))


@dataclass(frozen=True, slots=True)
class Investor:
    """Who invests, as written, and in which features; `several`: so many ways of writing that have the words."""

    features: list[str] = field(default_factory=list)
    several: int = 1


def investors(asked: Asked, limit: int, *, near: bool = False) -> Question:
    """Who invests, each as it is written. Where several are found, first all of them together."""
    if near:
        wanted = f"%(phrase)s <%% {_INVESTED}"
        alike = f"(100 * word_similarity(%(phrase)s, {_INVESTED}))::int"
    else:
        wanted, alike = every_word(_INVESTED, asked), "0"

    def told(rows: Sequence[Any]) -> list[Found]:
        written: dict[str, Found] = {}
        for row in rows:
            one = written.setdefault(row.investor, _investor(asked, row.investor, row.alike, near=near))
            one.told.features.append(row.id)
        best = sorted(written.values(), key=lambda one: (one.rank, -len(one.told.features), one.id))
        if len(best) > 1 and not near:
            every = Investor(sorted(feature for one in best for feature in one.told.features), len(best))
            best.insert(0, Found("investor", asked.typed, best[0].rank, every, asked, best[0].texts))
        return best[:limit]

    return Question(_INVESTORS.format(wanted=wanted, alike=alike), values(asked, limit), told)


def _investor(asked: Asked, name: str, alike: int, *, near: bool) -> Found:
    if near:
        rank = 100 - alike
    else:
        rank = 4 if asked.exact in name.lower() else 5 if f" {asked.folded}" in f" {words.plain(name)}" else 7
    return Found("investor", name, rank, Investor(), asked, (("investor", name),), near)
