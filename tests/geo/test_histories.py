"""Whatever happened to a few projects, the two clocks tell of it what a plain model tells."""

import os
from dataclasses import replace
from datetime import date
from typing import Any

import mapbox_vector_tile
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from geo import listing, store
from geo.apply import apply, refresh
from geo.bbox import BBox
from geo.clocks import Clocks
from geo.edtf import last_told_day
from geo.errors import FeatureNotFound, FeatureWithdrawn
from geo.query import FeatureQuery
from geo.status import STATUSES
from geo.tiles import Tile, feature_tile
from tests.factories import changeset
from tests.histories import DAYS, EAST, FEATURES, WEST, Model, Step, edits, histories

EXAMPLES = int(os.environ.get("HAIPHONG_HISTORIES", "200")) // 10
"""How many examples of ten to twenty histories: `HAIPHONG_HISTORIES=10000` tries as many."""
FAR = DAYS[-1]
TILE = Tile(12, 1805, 3262)
"""Holds all places of the histories."""


def ids_of_facts(connection: Connection) -> dict[str, list[int]]:
    rows = connection.execute(text("SELECT feature, array_agg(id ORDER BY id) FROM status_fact GROUP BY feature"))
    return {row[0]: list(row[1]) for row in rows}


def pages(connection: Connection, clocks: Clocks | None) -> dict[str, dict[str, Any]]:
    """The properties of every project that a page of that instant holds."""
    page = listing.items(connection, FeatureQuery(clocks=clocks, limit=1_000))
    return {one["id"]: one["properties"] for one in orjson.loads(b"[" + page.features + b"]")}


def one(connection: Connection, feature: str, clocks: Clocks) -> dict[str, Any] | None:
    """The properties of one project; None where it is withdrawn or not there yet."""
    try:
        found: dict[str, Any] = orjson.loads(store.item(connection, None, feature, clocks=clocks))["properties"]
    except (FeatureNotFound, FeatureWithdrawn):
        return None
    return found


def expected(models: dict[str, Model], day: date, known: int) -> dict[str, dict[str, Any]]:
    """What the models tell of every project that is there."""
    states = {
        town + feature: model.state(feature, day, known) for town, model in models.items() for feature in FEATURES
    }
    return {name: state for name, state in states.items() if state and not state.pop("withdrawn")}


def filtered(connection: Connection, clocks: Clocks, status: str) -> tuple[list[str], list[str], set[tuple[Any, ...]]]:
    """Who has this status; who lies in the west, in the order of their states; and what a tile draws of whom."""
    answers = []
    for query in (
        FeatureQuery(statuses=(status,)),
        FeatureQuery(bbox=BBox(106.7, 20.8, 106.72, 20.82), sortby=(("status", True),)),
    ):
        page = listing.items(connection, replace(query, clocks=clocks, limit=1_000))
        ids = [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]
        assert page.matched == len(ids)
        answers.append(ids)
    body = feature_tile(connection, "projects", FeatureQuery(clocks=clocks), TILE)
    layers = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}) if body else {}
    told = ("id", "name_vi", "status", "condition", "version", "last_told_day")
    marks = {
        (*(one["properties"].get(name) for name in told), WEST if one["geometry"]["coordinates"][0] < 2_000 else EAST)
        for layer in layers.values() for one in layer["features"]
    }  # fmt: skip
    return answers[0], answers[1], marks


def expected_filtered(
    there: dict[str, dict[str, Any]], status: str
) -> tuple[list[str], list[str], set[tuple[Any, ...]]]:
    """What the models tell of the same."""
    west = [name for name in sorted(there) if there[name]["place"] == WEST]
    marks = {
        (name, *(state[one] for one in ("name_vi", "status", "condition", "version")),
         last_told_day(state["last_told"]), state["place"])
        for name, state in there.items() if state["place"]
    }  # fmt: skip
    last_first = sorted(west, key=lambda name: -STATUSES[there[name]["status"]].rank)
    return [name for name in sorted(there) if there[name]["status"] == status], last_first, marks


@given(
    towns=st.lists(histories, min_size=10, max_size=20),
    days=st.lists(st.sampled_from(DAYS), min_size=5, unique=True),
    stages=st.permutations(sorted(STATUSES)),
)
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_two_clocks_tell_what_was_true_and_known(
    engine: Engine, towns: list[list[list[Step]]], days: list[date], stages: list[str]
) -> None:
    """The histories of several towns happen side by side: what is recorded of one changes nothing in another."""
    models, instants = {f"t{number}-": Model() for number in range(len(towns))}, []
    with engine.connect() as connection:
        transaction = connection.begin()
        for number in range(max(map(len, towns))):
            ids = ids_of_facts(connection)
            happened = [
                one_edit
                for (town, model), history in zip(models.items(), towns, strict=True)
                for one_edit in edits(model.record(history[number] if number < len(history) else []), town, ids)
            ]
            apply(connection, changeset(*happened))
            instants.append(connection.execute(text("SELECT recorded_at FROM data_version")).scalar_one())
            if number % 2:
                assert refresh(connection) == 0  # what is derived anew says the same
        for known, instant in enumerate(instants, start=1):
            for day in days:
                wanted, found = expected(models, day, known), pages(connection, Clocks(day, instant))
                if day == days[known % len(days)]:
                    status = stages[known % len(stages)]
                    assert filtered(connection, Clocks(day, instant), status) == expected_filtered(wanted, status)
                wanted = {name: {key: state[key] for key in state if key != "place"} for name, state in wanted.items()}
                told = {name: {key: state[key] for key in wanted.get(name, state)} for name, state in found.items()}
                assert told == wanted
        today = pages(connection, None)
        for clocks in (Clocks(FAR), Clocks(FAR, instants[-1])):
            assert pages(connection, clocks) == today
        first = Clocks(days[0], instants[0])
        assert {name: one(connection, name, first) for name in pages(connection, first)} == pages(connection, first)
        transaction.rollback()
