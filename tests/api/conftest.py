"""The whole application over the throw-away PostGIS, on the test's own connection that is rolled back."""

import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine

from api.dependencies import transaction
from api.main import create_app
from geo.settings import Settings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it asks for httpx2; the httpx that we pin does the same
    from starlette.testclient import TestClient

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The repository's own folders, whatever the environment says."""
    return replace(Settings.from_env({}), home=tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def app(engine: Engine, settings: Settings) -> FastAPI:
    return create_app(settings, engine)


@pytest.fixture
def client(app: FastAPI, connection: Connection) -> Iterator[TestClient]:
    """A client whose requests see what the test has written and nobody else ever will."""

    def nested() -> Iterator[Connection]:
        with connection.begin_nested():
            yield connection

    app.dependency_overrides[transaction] = nested
    yield TestClient(app, base_url="http://map.example", raise_server_exceptions=False, follow_redirects=False)
    app.dependency_overrides.clear()


@pytest.fixture
def ask(client: TestClient) -> Ask:
    """GET the address with these parameters; the JSON of an answer that must be 200."""

    def get(path: str, **parameters: Any) -> dict[str, Any]:
        answer = client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return get


@pytest.fixture
def refused(client: TestClient) -> Ask:
    """GET the address; the problem that the answer must be, checked for what every problem has."""

    def get(path: str, expected: int = 400, **parameters: Any) -> dict[str, Any]:
        answer = client.get(path, params=parameters)
        assert answer.status_code == expected, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = answer.json()
        assert problem["status"] == expected
        assert problem["type"].startswith("urn:haiphong:problem:")
        assert problem["title"]
        assert problem["detail"]
        assert problem["detail_vi"].endswith(".")
        assert "Traceback" not in answer.text
        return problem

    return get
