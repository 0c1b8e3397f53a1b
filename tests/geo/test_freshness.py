"""What the database tells of now: always what was committed before, however seldom tables are read for it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import Engine, text

from geo.freshness import Freshness, Now
from tests.factories import edit, store

Told = Callable[[Freshness], Awaitable[None]]


def asking(engine: Engine, told: Told) -> None:
    async def ask() -> None:
        freshness = Freshness(engine.url.render_as_string(hide_password=False))
        try:
            await told(freshness)
        finally:
            await freshness.close()

    asyncio.run(ask())


def change(engine: Engine, number: int) -> None:
    with engine.begin() as connection:
        store(connection, edit(berths=number))


def test_every_commit_brings_another_version_and_nothing_else_does(own_engine: Engine) -> None:
    async def told(freshness: Freshness) -> None:
        change(own_engine, 1)
        seen = []
        for number in range(2, 6):
            seen += [(await freshness.now()).version for _ in range(4)]
            change(own_engine, number)
        assert None not in seen
        assert [len(set(seen[start : start + 4])) for start in range(0, 16, 4)] == [1, 1, 1, 1]
        assert len(set(seen)) == 4

    asking(own_engine, told)


def test_a_transaction_that_began_before_the_question_is_seen_as_soon_as_it_commits(own_engine: Engine) -> None:
    async def told(freshness: Freshness) -> None:
        with own_engine.begin() as connection:
            store(connection, edit(berths=7))
            for number in range(3):  # others commit meanwhile: the moment moves, the version does not
                with own_engine.begin() as other:
                    other.execute(text("SELECT pg_current_xact_id()"))
                before = [await freshness.now() for _ in range(3)]
                assert len({one.version for one in before}) == 1, number
        assert (await freshness.now()).version != before[0].version

    asking(own_engine, told)


@pytest.mark.parametrize("asked", [["cang-a"], ["cang-a", "cang-b", "nothing-here"]])
def test_features_come_with_the_version_of_the_same_moment(own_engine: Engine, asked: list[str]) -> None:
    async def told(freshness: Freshness) -> None:
        seen: dict[str | None, set[bytes]] = {}
        for number in range(6):
            change(own_engine, number // 2)
            for _ in range(3):
                several: list[Now] = list(await asyncio.gather(*(freshness.now(one) for one in asked)))
                assert [one.features.keys() & {"nothing-here"} for one in several] == [set()] * len(asked)
                seen.setdefault(several[0].version, set()).add(several[0].features["cang-a"].text)
        assert None not in seen
        assert [len(texts) for texts in seen.values()] == [1] * len(seen)

    asking(own_engine, told)


@pytest.mark.parametrize("asked", ["", "x" * 121, "a,b", "cang-a\0", "{}", "%", "CANG-A"])
def test_what_is_no_id_is_no_feature(own_engine: Engine, asked: str) -> None:
    async def told(freshness: Freshness) -> None:
        for _ in range(3):
            now = await freshness.now(asked)
            assert now.version is not None
            assert not now.features

    asking(own_engine, told)
