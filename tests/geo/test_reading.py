"""Reading is cheap: bytes travel as they are, and what matches is counted without reading it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text

from geo.reading import BinaryCursor
from tests.factories import edit, fact, store


def test_results_of_every_kind_arrive_as_they_are(server_url: str) -> None:
    reading = create_engine(server_url, poolclass=NullPool, connect_args={"cursor_factory": BinaryCursor})
    kinds = """SELECT convert_to('Đồ Sơn', 'UTF8'), 'Đồ Sơn', 7, 0.5::float8, 0.5::numeric, true, NULL,
        date '2023-02-15', '{"a": [1]}'::jsonb, '{"a": [1]}'::json, ARRAY['a', 'b']"""
    with reading.connect() as connection:
        row = connection.exec_driver_sql(kinds).one()
    expected = ("Đồ Sơn".encode(), "Đồ Sơn", 7, 0.5, Decimal("0.5"), True, None, date(2023, 2, 15))
    assert tuple(row) == (*expected, {"a": [1]}, {"a": [1]}, ["a", "b"])


@pytest.mark.parametrize("column", ["layer", "status", "condition"])
def test_what_matches_is_counted_in_an_index_alone(fresh_engine: Engine, column: str) -> None:
    with fresh_engine.begin() as connection:
        store(connection, *(edit(f"cang-{number}", facts=(fact(),)) for number in range(20)))
    with fresh_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE feature"))
        connection.execute(text("SET enable_seqscan = off; SET enable_bitmapscan = off"))
        plan = connection.execute(
            text(f"EXPLAIN SELECT count(*) FROM feature WHERE NOT withdrawn AND {column} = ANY(:values)"),
            {"values": ["a", "b"]},
        )
        assert f"Index Only Scan using feature_{column}" in "\n".join(plan.scalars())
