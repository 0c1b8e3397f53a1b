"""Whether the API answers what the database holds. Nothing is timed before this passed."""

from typing import Any

import httpx
import orjson
from sqlalchemy import Connection, text

from tests.bench.client import Request, host
from tests.bench.plan import BenchError
from tests.bench.questions import Question, Variant


def requests(client: httpx.Client, connection: Connection, question: Question) -> tuple[Request, ...]:
    """The requests of a question, each answered once and found right.

    Right is: status 200, the very features that SQL finds, in its order and with all their members, and their numbers.
    Raises BenchError with what differs.
    """
    found = 0
    made = []
    for variant in question.variants:
        coding = "gzip" if question.gzip else "identity"
        answer = client.get(variant.path, headers={"Accept-Encoding": coding, "Host": host()})
        if answer.status_code != 200 or answer.headers.get("content-encoding", "identity") != coding:
            raise BenchError(f"{variant.path}: {answer.status_code} {dict(answer.headers)} {answer.text[:300]}")
        length = None if question.gzip else len(answer.content)  # the time in it makes zipped lengths differ
        found += _compare(variant, orjson.loads(answer.content), connection, question)
        made.append(Request(variant.path, question.gzip, length))
    if not found:
        raise BenchError(f"{question.name}: nothing was found, so there is nothing to measure.")
    return tuple(made)


def _compare(variant: Variant, body: dict[str, Any], connection: Connection, question: Question) -> int:
    stored = [orjson.loads(geojson) for geojson in connection.execute(text(variant.texts)).scalars()]
    if question.one:
        body.pop("links")
        told, numbers = [body], (1, 1)
    else:
        told, numbers = body["features"], (body["numberReturned"], body["numberMatched"])
    ids, expected_ids = ([feature["id"] for feature in features] for features in (told, stored))
    if ids != expected_ids:
        raise BenchError(f"{variant.path}: {len(ids)} ids came, SQL finds {len(expected_ids)}, and they differ.")
    if told != stored:
        raise BenchError(f"{variant.path}: the ids are right, what stands in the features is not.")
    expected = (len(stored), connection.execute(text(variant.count)).scalar_one())
    if numbers != expected:
        raise BenchError(f"{variant.path}: returned and matched are {numbers}, SQL finds {expected}.")
    return len(stored)


def walk(client: httpx.Client, path: str, pages: int) -> str:
    """The address that so many `next` links lead to; no feature comes twice on the way.

    Raises BenchError where there is no next page, or ids do not rise.
    """
    last = ""
    for _ in range(pages):
        body = client.get(path).raise_for_status().json()
        ids = [feature["id"] for feature in body["features"]]
        if ids != sorted(ids) or ids[0] <= last:
            raise BenchError(f"{path}: the ids do not rise from page to page.")
        last = ids[-1]
        following = [link["href"] for link in body["links"] if link["rel"] == "next"]
        if not following:
            raise BenchError(f"{path}: there is no next page, {pages} were expected.")
        path = httpx.URL(following[0]).raw_path.decode()
    return path
