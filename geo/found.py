"""One thing that a search box found, and how it was asked for: what every kind of search shares."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from geo import words
from geo.words import Asked

MOST = 400
"""So many rows of one kind are weighed; of a word that more have, the first that the index gives."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found. `rank`: the smaller the better, the same for all kinds. `told`: its columns.

    `why`: the field that has the words, and its text. `marks`: where they stand in it, from and to. `near`: it is only
    spelt nearly so.
    """

    kind: str
    id: str
    rank: int
    told: Any
    why: tuple[str, str]
    marks: tuple[tuple[int, int], ...]
    near: bool = False


@lru_cache(128)
def statement(sql: str) -> TextClause:
    """The SQL, prepared once."""
    return text(sql)


def every_word(search: str, asked: Asked) -> str:
    """The condition that the SQL `search` has every word."""
    return " AND ".join(f"{search} LIKE ANY (:word_{number})" for number, _ in enumerate(asked.words))


def values(asked: Asked, limit: int) -> dict[str, Any]:
    """What the statements are asked with."""
    phrase = asked.folded
    return {
        "typed": asked.typed,
        "exact": asked.exact,
        "phrase": phrase,
        "slug": phrase.replace(" ", "-"),
        "whole": f" {phrase} ",
        "begins": f" {phrase}%",
        "part": f" {phrase}",
        "most": MOST,
        "code": None,
        "limit": limit,
        **{f"word_{number}": patterns for number, patterns in enumerate(asked.patterns)},
    }


def found(kind: str, asked: Asked, row: Any, why: tuple[str, str], near: bool) -> Found:
    """A row that was found, with the field that has the words."""
    return Found(kind, row.id, row.rank, row, why, words.marks(asked, why[1], near=near), near)
