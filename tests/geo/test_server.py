"""A server of the office's own: whatever it lacks is named, with the way out."""

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from geo import server
from geo.errors import InvalidParameter, StoreNotReady


def test_a_server_with_all_we_need_passes(server_url: str) -> None:
    server.check(server_url)


def test_the_connections_are_those_that_a_program_may_have(server_url: str, engine: Engine) -> None:
    with engine.connect() as connection:
        most, reserved = (
            int(connection.execute(text(f"SHOW {name}")).scalar_one())
            for name in ("max_connections", "superuser_reserved_connections")
        )
    assert server.connections(server_url) == most - reserved


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_usual_ways_to_write_its_url_are_understood(scheme: str) -> None:
    assert server.store_url(f"{scheme}://me:s%40cret@db:5433/city") == "postgresql+psycopg://me:s%40cret@db:5433/city"


@pytest.mark.parametrize("given", ["mysql://db/city", "db:5432", "sqlite:///city.db"])
def test_another_kind_of_database_is_refused(given: str) -> None:
    with pytest.raises(InvalidParameter, match="postgresql://user:password@host:5432/database was expected"):
        server.store_url(given)


def test_a_silent_server_is_named_without_its_password() -> None:
    with pytest.raises(StoreNotReady, match="does not answer") as refusal:
        server.check("postgresql+psycopg://me:hidden@127.0.0.1:1/city")
    assert "hidden" not in str(refusal.value)


def test_everything_that_is_missing_is_named_at_once(server_url: str) -> None:
    engine = create_engine(server_url, poolclass=NullPool)
    with engine.connect() as connection:  # rolled back: the role is gone afterwards
        connection.execute(text("CREATE ROLE guest"))
        connection.execute(text("SET LOCAL ROLE guest"))
        lacks = "\n".join(server.missing(connection))
    for word in ("CREATE EXTENSION postgis", "CREATE EXTENSION unaccent", "GRANT CREATE ON SCHEMA public"):
        assert word in lacks


def test_a_database_in_another_encoding_is_refused(server_url: str, fresh_engine: Engine) -> None:
    with fresh_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        )
        with pytest.raises(StoreNotReady, match="is kept in LATIN1"):
            server.check(make_url(server_url).set(database="latin").render_as_string(hide_password=False))
        connection.execute(text("DROP DATABASE latin WITH (FORCE)"))
