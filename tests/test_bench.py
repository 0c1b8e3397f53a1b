"""`make bench` in small: it still loads, verifies, measures and writes its page. No time is judged here."""

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection

from geo.cluster import Cluster
from tests.bench import verify
from tests.bench.hand import Answer, answers
from tests.bench.plan import BenchError, Plan
from tests.bench.questions import Question, Variant
from tests.bench.report import markdown
from tests.bench.run import run
from tests.factories import edit, store


def test_the_bench_verifies_measures_and_tells_what_it_found(cluster: Cluster, tmp_path: Path) -> None:
    plan = Plan(
        small=310, polygons=200, rounds=1, seconds=0.2, connections=2, clients=2, tiles=10, l=300, shown=0, visits=0
    )
    page = markdown(run(plan, cluster, tmp_path, lambda _: None))
    tables = [[line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")] for part in
              re.split(r"\n\n", page)]  # fmt: skip
    by_head = {table[0][0]: table for table in tables if table}
    gates = by_head["ngưỡng / gate"][2:]
    assert {sign for *_, sign in gates} <= {"✓", "✗"}
    assert len(gates) >= 12
    questions = [table for table in tables if table and table[0][0] == "câu hỏi / question"][:3]
    assert [len(table) for table in questions] == [2 + 8] * 3
    ratios = questions[0][2:]
    assert all(float(value.strip("*")) >= 0 for row in ratios for value in row[1:] if value != "–")
    assert {row[0].partition(".")[0].partition(",")[0] for row in ratios} == set("abcde")
    assert [row[0] for table in tables if table and table[0][0] == "MB" for row in table[2:]] == ["M", "L"]
    assert "| S | 310 |" in page
    assert "| M | 200 |" in page
    assert "| L | 300 |" in page
    assert "synthetic data" in page
    assert "not durable" in page  # as the cluster of the tests is


def test_an_answer_other_than_what_sql_finds_is_never_timed(connection: Connection) -> None:
    store(connection, edit("cang-a"), edit("cang-b"))
    features = [{"type": "Feature", "id": "cang-a"}]
    body = {"features": features, "numberReturned": 1, "numberMatched": 1}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=body))
    question = Question("all", (Variant("/api/collections/projects/items", "true", 10),))
    with (
        httpx.Client(transport=transport, base_url="http://map.example") as client,
        pytest.raises(BenchError, match="ids"),
    ):
        verify.requests(client, connection, question)


def test_an_interaction_lasts_until_the_next_picture_and_counts_the_work_of_the_page_alone() -> None:
    page, other = {"pid": 1, "tid": 1}, {"pid": 2, "tid": 1}
    told = {"interactionId": 7, "timeStamp": 100, "processingEnd": 104}
    trace = [
        {"name": "thread_name", "ph": "M", "ts": 0, "args": {"name": "CrRendererMain"}, **page},
        {"name": "EventTiming", "ph": "b", "ts": 100_000, "id": "a", "args": {"data": told}, **page},
        {"name": "RunTask", "ph": "X", "ts": 100_000, "dur": 10_000, "tdur": 8_000, **page},
        {"name": "Commit", "ph": "X", "ts": 109_000, "dur": 1_000, **page},
        {"name": "RunTask", "ph": "X", "ts": 112_000, "dur": 60_000, "tdur": 50_000, **page},
        {"name": "RunTask", "ph": "X", "ts": 100_000, "dur": 900_000, "tdur": 900_000, **other},
        {"name": "EventTiming", "ph": "e", "ts": 124_000, "id": "a", "args": {}, **page},
    ]
    assert answers(trace) == [Answer(wall_ms=24, work_ms=8, longest_ms=50)]
