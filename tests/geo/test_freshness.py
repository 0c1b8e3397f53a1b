"""What the database tells of now: always what was committed before, however seldom tables are read for it."""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from geo.beside import Beside
from geo.freshness import LENT_S, Freshness, Now
from tests.factories import edit, store

Told = Callable[[Freshness], Awaitable[None]]
_ASKED = text(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'haiphong data version' AND datname = current_database()"
)

SAY_SO = text("UPDATE data_version SET version = gen_random_uuid() RETURNING version::text")
_HELD = text("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'")


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


async def lent(freshness: Freshness) -> Now | None:
    """What is given on soon after a question, however busy the machine is."""
    async with asyncio.timeout(20):
        while (now := freshness.lent()) is None:
            await freshness.now()
    return now


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


def test_an_answer_is_given_on_while_nobody_is_about_to_change_it(own_engine: Engine) -> None:
    async def told(freshness: Freshness) -> None:
        assert freshness.lent() is None
        assert await lent(freshness) == await freshness.now()
        with own_engine.begin() as connection:
            connection.execute(SAY_SO)
            for _ in range(5):
                assert (await freshness.now()).version is not None
                assert freshness.lent() is None
        assert await lent(freshness) == await freshness.now()

    asking(own_engine, told)


def test_whoever_changes_something_waits_until_nobody_gives_the_old_answer_on(own_engine: Engine) -> None:
    with own_engine.connect() as connection:
        for _ in range(3):
            began = time.monotonic()
            connection.execute(SAY_SO)
            connection.commit()
            assert time.monotonic() - began > LENT_S


def test_what_is_given_on_is_never_older_than_a_commit_that_was_acknowledged(own_engine: Engine) -> None:
    versions: list[str] = []

    def write() -> None:
        with own_engine.connect() as connection:
            for _ in range(150):
                version = connection.execute(SAY_SO).scalar_one()
                connection.commit()
                versions.append(version)
                time.sleep(0.004)

    async def told(freshness: Freshness) -> None:
        writing = asyncio.create_task(asyncio.to_thread(write))
        given_on = 0
        while not writing.done():
            known = len(versions)
            now = freshness.lent()
            given_on += now is not None
            now = now or await freshness.now()
            assert now.version is not None
            assert now.version.partition("@")[0] not in versions[: max(0, known - 1)]
            await asyncio.sleep(0)
        await writing
        assert given_on > 100

    asking(own_engine, told)


def test_a_change_after_a_savepoint_that_was_given_up_is_announced_again(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        given_up = connection.begin_nested()
        connection.execute(SAY_SO)
        assert connection.execute(_HELD).scalar_one() == 1
        given_up.rollback()
        assert connection.execute(_HELD).scalar_one() == 0
        connection.execute(SAY_SO)
        assert connection.execute(_HELD).scalar_one() == 1


def test_who_is_asked_works_on_the_processor_of_who_asks(own_engine: Engine) -> None:
    async def told(freshness: Freshness) -> None:
        await freshness.now()
        with own_engine.connect() as connection:
            asked = connection.execute(_ASKED).scalar_one()
        allowed = os.sched_getaffinity(0)
        try:
            for processor in sorted(allowed):
                os.sched_setaffinity(0, {processor})
                async with asyncio.timeout(20):
                    while os.sched_getaffinity(asked) != {processor}:
                        await asyncio.sleep(0.05)
        finally:
            os.sched_setaffinity(0, allowed)
        assert (await freshness.now()).version is not None

    asking(own_engine, told)


def test_a_connection_that_is_lost_between_two_questions_is_made_again_once(
    own_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    connect = psycopg.AsyncConnection.connect

    def counted(conninfo: str, **options: Any) -> Any:
        made.append(conninfo)
        return connect(conninfo, **options)

    monkeypatch.setattr("psycopg.AsyncConnection.connect", counted)

    async def told(freshness: Freshness) -> None:
        before: list[Now] = []
        after: list[Now] = []
        freshness.ask(before.append)
        await freshness.close()  # in the turn of the loop in which the question was to be sent
        freshness.ask(after.append)
        version = (await freshness.now()).version
        assert version is not None
        assert (before, after) == ([Now(None)], [Now(version)])

    asking(own_engine, told)
    assert len(made) == 1


def test_no_process_is_moved_that_is_not_behind_the_connection() -> None:
    allowed = os.sched_getaffinity(0)
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.socket() as far:
        for end in (ours, far):
            line: Any = SimpleNamespace(socket=end.fileno(), backend_pid=os.getpid())
            Beside(line).follow()
    assert os.sched_getaffinity(0) == allowed


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
