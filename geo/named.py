"""Whom and what the sources of projects name: acts by their number, and who invests."""

import re
from dataclasses import dataclass, field

from sqlalchemy import Connection

from geo import words
from geo.found import Found, every_word, statement, values
from geo.words import Asked

_ACT = re.compile(r"\d{1,5}/(?:\d{4}/)?[A-ZĐ][A-ZĐa-z]*\d*(?:-[A-ZĐ][A-ZĐa-z]*\d*)*|\d{1,4}-[A-ZĐ]{2,}/[A-ZĐ]{2,}")
_DECIDED = "act_search(properties ->> 'decisions')"
_TOLD = "source || ' / ' || coalesce(text_vi, '')"
_ACTS = f"""
SELECT feature, told FROM (
  (SELECT id AS feature, properties ->> 'decisions' AS told FROM feature
   WHERE properties ? 'decisions' AND NOT withdrawn AND {{decided}} LIMIT :most)
  UNION ALL
  (SELECT feature, {_TOLD} FROM status_fact
   WHERE ({_TOLD}) ~ '[0-9]/[A-Z0-9]' AND retracted_by IS NULL AND {{told}} LIMIT :most)) AS found
ORDER BY feature
"""


_INVESTED = "act_search(properties ->> 'investor')"
_INVESTORS = """
SELECT * FROM (
  SELECT id, properties ->> 'investor' AS investor, {alike} AS alike FROM feature
  WHERE properties ? 'investor' AND NOT withdrawn AND {wanted} LIMIT :most) AS found
ORDER BY investor, id
"""


@dataclass(frozen=True, slots=True)
class Act:
    """A decision that sources name, and the features whose sources do."""

    number: str
    features: list[str] = field(default_factory=list)


def acts(connection: Connection, asked: Asked, limit: int) -> list[Found]:
    """Acts whose number has every word, those first that more features name."""
    if not any(character.isdigit() for character in asked.folded):
        return []
    wanted = {"decided": every_word(_DECIDED, asked), "told": every_word(f"act_search({_TOLD})", asked)}
    told: dict[str, Act] = {}
    for row in connection.execute(statement(_ACTS.format(**wanted)), values(asked, limit)):
        for number in dict.fromkeys(_ACT.findall(row.told)):
            folded = f" {words.plain(number)} "
            if all(any(f" {one}" in folded for one in several) for several in asked.words):
                act = told.setdefault(number, Act(number))
                if row.feature not in act.features[-1:]:
                    act.features.append(row.feature)
    best = sorted(told.values(), key=lambda act: (-len(act.features), act.number))[:limit]
    return [_act(asked, act) for act in best]


def _act(asked: Asked, act: Act) -> Found:
    rank = 1 if act.number.lower().startswith(asked.exact) else 4
    return Found("act", act.number, rank, act, ("number", act.number), words.marks(asked, act.number))


@dataclass(frozen=True, slots=True)
class Investor:
    """Who invests, as written, and in which features; `several`: so many ways of writing that have the words."""

    features: list[str] = field(default_factory=list)
    several: int = 1


def investors(connection: Connection, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    """Who invests, each as it is written. Where several are found, first all of them together."""
    if near:
        wanted, alike = f":phrase <% {_INVESTED}", f"(100 * word_similarity(:phrase, {_INVESTED}))::int"
    else:
        wanted, alike = every_word(_INVESTED, asked), "0"
    written: dict[str, Found] = {}
    for row in connection.execute(statement(_INVESTORS.format(wanted=wanted, alike=alike)), values(asked, limit)):
        one = written.setdefault(row.investor, _investor(asked, row.investor, row.alike, near=near))
        one.told.features.append(row.id)
    best = sorted(written.values(), key=lambda one: (one.rank, -len(one.told.features), one.id))
    if len(best) > 1 and not near:
        every = Investor(sorted(feature for one in best for feature in one.told.features), len(best))
        best.insert(0, Found("investor", asked.typed, best[0].rank, every, ("investor", best[0].id), best[0].marks))
    return best[:limit]


def _investor(asked: Asked, name: str, alike: int, *, near: bool) -> Found:
    if near:
        rank = 100 - alike
    else:
        rank = 4 if asked.exact in name.lower() else 5 if f" {asked.folded}" in f" {words.plain(name)}" else 7
    return Found("investor", name, rank, Investor(), ("investor", name), words.marks(asked, name, near=near), near)
