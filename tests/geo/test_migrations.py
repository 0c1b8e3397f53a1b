"""The migrated database and the tables as SQLAlchemy sees them tell the same."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import Column, Connection, Engine, NullPool, Table, create_engine, inspect, make_url, text

from geo import migrate, readiness
from geo.tile_tables import tile_mark
from geo.unit_tables import admin_unit_today
from tests.factories import BOX, edit, fact, point, store, store_units, unit
from tests.geo.test_tiles import drawn, tile_of

metadata = tile_mark.metadata
assert admin_unit_today.metadata is metadata  # importing the modules makes their tables known
# A domain counts as what it is made of.
COLUMNS = text(
    """
    SELECT relname AS table_name, attname AS column_name, attnotnull AS required,
      lower(format_type(coalesce(nullif(typbasetype, 0), atttypid),
                        CASE WHEN typbasetype = 0 THEN atttypmod ELSE typtypmod END)) AS type
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_type ON pg_type.oid = atttypid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
      AND relname NOT IN ('spatial_ref_sys', 'alembic_version')
    """
)


@pytest.fixture
def empty_engine(server_url: str) -> Iterator[Engine]:
    """A database in which nothing was ever made."""
    server = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE empty"))
        empty = create_engine(make_url(server_url).set(database="empty"), poolclass=NullPool)
        yield empty
        connection.execute(text("DROP DATABASE empty WITH (FORCE)"))


def described(connection: Connection, table: Table, column: Column[object]) -> tuple[str, str, bool, str]:
    return table.name, column.name, not column.nullable, column.type.compile(connection.dialect).lower()


def test_the_tables_are_what_the_migrations_made(connection: Connection) -> None:
    stored = {(row.table_name, row.column_name, row.required, row.type) for row in connection.execute(COLUMNS)}
    columns = {described(connection, table, column) for table in metadata.tables.values() for column in table.columns}
    assert columns == stored


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_a_row_is_known_by_the_same_key_on_both_sides(connection: Connection, table: Table) -> None:
    stored = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
    assert {column.name for column in table.primary_key} == set(stored)


def test_migrating_again_changes_nothing(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        store(connection, edit("cang-a"))
    migrate.upgrade(own_engine)
    with own_engine.connect() as connection:
        assert migrate.is_current(connection)
        assert connection.execute(text("SELECT id FROM feature")).scalars().all() == ["cang-a"]


DERIVED = {
    "feature": "to_jsonb(feature) - 'search'",
    "feature_past": "to_jsonb(feature_past)",
    "feature_unit": "to_jsonb(feature_unit)",
    "status_period": "to_jsonb(status_period)",
}
FORGET = """
UPDATE feature SET known_from = 'infinity', geojson = '', head_bytes = 0, state_bytes = 0, status = 'unknown';
UPDATE feature_unit SET known_from = 'infinity';
TRUNCATE feature_past, feature_unit_past, status_period
"""


def test_a_city_that_was_stored_before_there_were_two_clocks_gets_its_past(fresh_engine: Engine) -> None:
    """Out of its versions and facts, as if it had been written with them from the beginning."""

    def derived(connection: Connection) -> dict[str, list[str]]:
        rows = {name: connection.execute(text(f"SELECT {row} FROM {name}")) for name, row in DERIVED.items()}
        return {name: sorted(map(str, found.scalars())) for name, found in rows.items()}

    with fresh_engine.begin() as connection:
        store_units(connection, unit(box=BOX["cat-hai"]), unit("2024-quan-do-son", name="Đồ Sơn", box=BOX["do-son"]))
        planned = edit("cang-a", geometry=point(), facts=(fact("proposed", valid_from="2020"),))
        store(connection, planned, edit("cang-b"))
        store(connection, edit("cang-a", geometry=point(106.77, 20.7), facts=(fact("completed", valid_from="2023"),)))
        (wrong,) = connection.execute(text("SELECT id FROM status_fact WHERE status = 'completed'")).scalars()
        store(connection, replace(edit("cang-a", geometry=point(106.77, 20.7)), retracted=(wrong,)))
        store(connection, edit("cang-b", withdrawn=True))
        before = derived(connection)
        connection.exec_driver_sql(FORGET)
    assert [len(rows) for rows in before.values()] == [2, 3, 1, 6]
    migrate.upgrade(fresh_engine)
    with fresh_engine.connect() as connection:
        assert derived(connection) == before


def test_offices_that_start_at_once_migrate_one_after_the_other(empty_engine: Engine) -> None:
    with empty_engine.connect() as connection:
        assert not migrate.is_current(connection)
    with ThreadPoolExecutor(3) as starters:
        for started in [starters.submit(migrate.upgrade, empty_engine) for _ in range(3)]:
            started.result()
    with empty_engine.connect() as connection:
        assert migrate.is_current(connection)


def test_a_database_without_tables_says_how_to_make_them(empty_engine: Engine) -> None:
    with empty_engine.connect() as connection:
        assert readiness.missing(connection) == ("The tables are not of this version; run `haiphong migrate`.",)


def test_a_city_without_projects_or_units_is_not_ready_to_be_shown(connection: Connection) -> None:
    lacks = [sentence for sentence in readiness.missing(connection) if "is stored" in sentence]
    assert len(lacks) == 2
    store_units(connection, unit())
    store(connection, edit("cang-a"))
    assert not [sentence for sentence in readiness.missing(connection) if "is stored" in sentence]


def test_a_database_that_could_lose_an_acknowledged_write_is_not_ready(connection: Connection) -> None:
    store_units(connection, unit())
    store(connection, edit("cang-a"))
    # The cluster of the tests is not durable on purpose; one that is lacks nothing.
    assert [sentence.partition(" ")[0] for sentence in readiness.missing(connection)] == sorted(readiness.DURABLE)


FEATURE_OF_0004 = """
INSERT INTO changeset (actor, note, source) VALUES ('test', 'a test', 'a test');
INSERT INTO feature (id, layer, geometry, properties, stated_units, version, withdrawn, changeset, status, condition,
  geojson)
SELECT 'cang-' || n, 'port', CASE WHEN n < 3 THEN ST_Point(106.9, 20.8, 4326) END, '{"name_vi": "Cảng"}', '[]', 1,
  n = 1, 1, 'operational', 'delayed', '{}'
FROM generate_series(0, 3) AS n;
INSERT INTO feature_version (feature, version, layer, geometry, properties, stated_units, withdrawn, changeset)
SELECT id, version, layer, geometry, properties, stated_units, withdrawn, changeset FROM feature
"""


def test_a_city_that_stood_before_its_tiles_were_kept_is_in_them(empty_engine: Engine) -> None:
    config = migrate._config()
    with empty_engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for statement in FEATURE_OF_0004.split(";\n"):
            connection.exec_driver_sql(statement)
    migrate.upgrade(empty_engine)
    with empty_engine.connect() as connection:
        assert set(drawn(connection, tile_of(106.9, 20.8, 12))) == {"cang-0", "cang-2"}
        kept = connection.execute(text("SELECT level, features FROM tile_mark ORDER BY level")).all()
        assert kept == [(level, 2) for level in range(18)]
