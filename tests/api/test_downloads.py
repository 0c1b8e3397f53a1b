import json

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine
from starlette.testclient import TestClient

from api.main import create_app
from api.routes import downloads
from geo.settings import Settings
from tests.api.conftest import Ask
from tests.factories import edit, fact, point, store


def test_the_download_holds_what_the_items_hold(ask: Ask, client: TestClient, connection: Connection) -> None:
    store(
        connection, edit("cang-a", geometry=point()), edit("cang-b", facts=(fact("proposed"),)), edit("x", layer="park")
    )
    answer = client.get("/layers/port.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-disposition"] == 'attachment; filename="port.geojson"'
    assert answer.json()["features"] == ask("/api/collections/port/items")["features"]
    assert answer.json()["attribution"]
    assert answer.json()["licence"] == "CC-BY-4.0"
    assert [one["id"] for one in ask("/layers/port.geojson", status="proposed")["features"]] == ["cang-b"]
    assert len(ask("/layers/projects.geojson")["features"]) == 3


def test_a_large_layer_is_written_in_pieces_out_of_one_snapshot(
    own_engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "BATCH", 3)
    names = [f"cang-{number:02d}" for number in range(10)]
    with own_engine.begin() as connection:
        store(connection, *(edit(name) for name in names))
    app: FastAPI = create_app(settings, own_engine)
    answer = TestClient(app).get("/layers/port.geojson")
    collection = json.loads(answer.content)
    assert "content-length" not in answer.headers
    assert [feature["id"] for feature in collection["features"]] == names
    assert collection["numberMatched"] == 10
    assert TestClient(app).head("/layers/port.geojson").content == b""
