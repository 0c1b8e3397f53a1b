"""Whole selections on their way out of PostgreSQL."""

import json
from collections.abc import Generator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from geo import outgoing, store, unit_store, units
from geo.outgoing import Column, Contents
from geo.published import COLUMNS
from geo.query import FeatureQuery
from tests.factories import BOX, edit, fact, point, square, store_units, unit
from tests.factories import store as keep

EVERYTHING = FeatureQuery()


def whole(pieces: Generator[bytes, None, int]) -> tuple[str, int]:
    """All the pieces as one text, and the number that they end with."""
    content = bytearray()
    while True:
        try:
            content += next(pieces)
        except StopIteration as end:
            return content.decode(), end.value


def table(connection: Connection, columns: tuple[Column, ...], query: FeatureQuery = EVERYTHING) -> list[str]:
    return whole(outgoing.records(connection, store.selected(connection, query), columns))[0].splitlines()


def test_the_columns_are_what_is_published_beside_the_curated_properties(connection: Connection) -> None:
    keep(connection, edit(facts=(fact(),)))
    published = connection.execute(text("SELECT geojson::json -> 'properties' FROM feature")).scalar_one()
    assert list(published) == [column.name for column in COLUMNS]
    kinds: dict[str, Any] = {"list": list, "boolean": bool, "integer": int, "text": str}
    assert all(isinstance(published[one.name] or kinds[one.kind](), kinds[one.kind]) for one in COLUMNS)


def test_features_leave_in_their_order_and_are_counted(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "PIECE", 10)
    areas = {"nho": 1, "lon": 30, "vua": 2}
    keep(connection, *(edit(name, area_ha=area, name_vi="Cảng \\ “đá”\n,") for name, area in areas.items()))
    selection = store.selected(connection, FeatureQuery(sortby=(("area_ha", True),), limit=1))
    pieces = list(outgoing.geojson(connection, selection))
    assert len(pieces) == 3
    features = json.loads(b"[" + b"".join(pieces) + b"]")
    assert [one["id"] for one in features] == ["lon", "vua", "nho"]
    assert features[0]["properties"]["name_vi"] == "Cảng \\ “đá”\n,"
    assert whole(outgoing.geojson(connection, selection))[1] == 3
    rows = table(connection, (Column("area_ha", "number"),), FeatureQuery(sortby=(("area_ha", True),)))
    assert rows[1:] == ["lon,30,", "vua,2,", "nho,1,"]


def test_nothing_is_an_empty_file_with_its_header(connection: Connection) -> None:
    nothing = store.selected(connection, EVERYTHING)
    assert whole(outgoing.geojson(connection, nothing)) == ("", 0)
    header = "\ufeffid,area_ha,longitude,latitude,WKT\n"
    assert whole(outgoing.spreadsheet(connection, nothing, (Column("area_ha", "number"),))) == (header, 0)
    assert outgoing.contents(connection, nothing) == Contents(0, 0, ())


def test_a_value_that_is_not_what_its_column_says_stands_as_it_is(connection: Connection) -> None:
    odd = (Column("alt_names", "list"), Column("berths", "integer"), Column("order", "text"), Column("gone", "list"))
    keep(
        connection, edit("a", alt_names="một tên", berths="hai", order={"x": [1]}), edit("b", alt_names=[], berths=None)
    )
    assert table(connection, odd) == [
        "id,alt_names,berths,order,gone,geometry",
        'a,một tên,hai,"{""x"": [1]}",,',
        "b,,,,,",
    ]


def test_contents_tell_places_and_shapes(connection: Connection) -> None:
    places = (point(), point(106.7), square(106, 20, 107, 21), None)
    keep(connection, *(edit(str(number), geometry=place) for number, place in enumerate(places)))
    selection = store.selected(connection, EVERYTHING)
    assert outgoing.contents(connection, selection) == Contents(4, 3, ("MultiPolygon", "Point"))
    assert outgoing.more_than(connection, selection, 3)
    assert not outgoing.more_than(connection, selection, 4)


def test_units_leave_as_they_are_published(connection: Connection) -> None:
    store_units(connection, unit(box=BOX["cat-hai"], code="317"), unit("2024-huyen-x", parent="2024-huyen-cat-hai"))
    selection = unit_store.selected(unit_store.UnitQuery((units.COLLECTIONS["districts-2024"],)))
    published = json.loads("[" + whole(outgoing.geojson(connection, selection))[0] + "]")
    assert [one["id"] for one in published] == ["2024-huyen-cat-hai", "2024-huyen-x"]
    assert list(published[0]["properties"]) == ["id", *(column.name for column in unit_store.COLUMNS)]
    assert outgoing.more_than(connection, selection, 1)
    assert not outgoing.more_than(connection, selection, 2)
    header, *rows = whole(outgoing.spreadsheet(connection, selection, unit_store.COLUMNS))[0].splitlines()
    assert header.startswith("\ufeffid,code,name,full_name,")
    assert len(rows) == 2


def test_a_query_that_nobody_reads_to_its_end_is_cancelled(connection: Connection) -> None:
    keep(connection, *(edit(f"cang-{number}", notes="x" * 10_000) for number in range(100)))
    with connection.begin_nested() as reading:
        pieces = outgoing.geojson(connection, store.selected(connection, EVERYTHING), seconds=30)
        assert next(pieces)
        pieces.close()
        reading.rollback()
    assert connection.execute(text("SELECT count(*) FROM feature")).scalar_one() == 100
