from sqlalchemy import Connection, text

from tests.api.conftest import Ask
from tests.factories import edit, store, store_units, unit


def test_an_empty_database_is_not_ready_and_the_way_out_is_named(refused: Ask) -> None:
    missing = " ".join(refused("/readyz", 503)["missing"])
    assert "haiphong load" in missing


def test_a_database_that_could_lose_what_it_acknowledged_is_not_ready(refused: Ask, connection: Connection) -> None:
    store_units(connection, unit())
    store(connection, edit())
    missing = refused("/readyz", 503)["missing"]  # the throw-away cluster is not durable
    assert [sentence.split()[0] for sentence in missing] == ["fsync", "full_page_writes", "synchronous_commit"]


def test_a_durable_and_loaded_database_is_ready(ask: Ask, connection: Connection) -> None:
    store_units(connection, unit())
    store(connection, edit())
    connection.execute(text("CREATE TEMP VIEW pg_settings AS SELECT 'fsync' AS name, 'on' AS setting"))
    connection.execute(text("SET LOCAL search_path = pg_temp, public, pg_catalog"))
    assert ask("/readyz") == {"status": "ready"}


def test_a_database_of_another_version_is_not_ready(refused: Ask, connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert "haiphong migrate" in refused("/readyz", 503)["detail"]
