"""One thing that a search box found, and how it was asked for: what every kind of search shares."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from geo import words
from geo.words import Asked

MOST = 400
"""So many rows of one kind are weighed; of a word that more have, the first that the index gives."""


@dataclass(frozen=True)
class Found:
    """One thing that was found. `rank`: the smaller the better, the same for all kinds. `told`: its columns.

    `texts`: the fields that may have the words. `near`: it is only spelt nearly so. `begins`: so many letters, with
    which the text begins, are all that was asked for. Where words stand is looked for when it is asked: of what was
    found few are told.
    """

    kind: str
    id: str
    rank: int
    told: Any
    asked: Asked
    texts: Sequence[tuple[str, str | None]]
    near: bool = False
    begins: int = 0

    @cached_property
    def why(self) -> tuple[str, str]:
        """The field that has the words, and its text."""
        return words.best_field(self.asked, self.texts)

    @cached_property
    def marks(self) -> tuple[tuple[int, int], ...]:
        """Where the words stand in that text, from and to."""
        return ((0, self.begins),) if self.begins else words.marks(self.asked, self.why[1], near=self.near)


@dataclass(frozen=True, slots=True)
class Question:
    """A statement of psycopg with its values, and what its rows tell."""

    sql: str
    values: Mapping[str, Any]
    told: Callable[[Sequence[Any]], list[Found]]


def answers(connection: Connection, questions: Iterable[Question | None]) -> list[list[Found]]:
    """What each question finds, None nothing. All are sent before the first is answered: nobody waits in between."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.pipeline():
            sent = [(one, one and _sent(driver, one)) for one in questions]
            return [one.told(cursor.fetchall()) if one and cursor else [] for one, cursor in sent]
    except psycopg.OperationalError as error:
        raise OperationalError("find", None, error) from error


def _sent(driver: "psycopg.Connection[Any]", question: Question) -> "psycopg.Cursor[Any]":
    return driver.cursor(row_factory=namedtuple_row).execute(question.sql, question.values, prepare=True)


def every_word(search: str, asked: Asked) -> str:
    """The condition that the SQL `search` has every word."""
    return " AND ".join(f"{search} LIKE ANY (%(word_{number})s)" for number, _ in enumerate(asked.words))


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
