"""How many there are: the same number by whatever way it is found, and whoever changed the features."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from geo import listing
from geo.bbox import BBox
from geo.query import FeatureQuery
from tests.factories import edit, fact, point, store

HERE = BBox(106.8, 20.7, 107.0, 20.9)


def kept_and_counted(connection: Connection) -> tuple[list[tuple[str, str, str, int]], ...]:
    """The numbers as they are kept, and as they are counted."""
    columns = "layer, status, condition"
    told = f"SELECT {columns}, number FROM feature_number WHERE number <> 0 ORDER BY 1, 2, 3"
    counted = f"SELECT {columns}, count(*) FROM feature WHERE NOT withdrawn GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    return tuple([tuple(row) for row in connection.execute(text(sql))] for sql in (told, counted))


def test_numbers_are_kept_right_whoever_changes_the_features(connection: Connection) -> None:
    changes = (
        lambda: store(connection, *(edit(f"cang-{one}", facts=(fact("proposed"),)) for one in "abcd")),
        lambda: store(
            connection,
            edit("cang-a", facts=(fact("operational", valid_from="2024-05"),)),
            edit("cong-vien", layer="park"),
        ),
        lambda: store(connection, edit("cang-b", withdrawn=True)),
        lambda: connection.execute(text("UPDATE feature SET condition = 'delayed' WHERE id IN ('cang-a', 'cang-c')")),
        lambda: connection.execute(text("UPDATE feature SET withdrawn = NOT withdrawn WHERE layer = 'port'")),
        lambda: connection.execute(text("ALTER TABLE feature DISABLE TRIGGER no_delete")),
        lambda: connection.execute(text("DELETE FROM feature WHERE id = 'cong-vien'")),
    )
    for change in changes:
        change()
        kept, counted = kept_and_counted(connection)
        assert kept == counted


def test_nothing_is_left_where_the_table_was_emptied(connection: Connection) -> None:
    store(connection, edit("cang-a"), edit("cang-b"))
    connection.execute(text("TRUNCATE feature CASCADE"))
    assert kept_and_counted(connection) == ([], [])


@pytest.mark.parametrize("query", [
    FeatureQuery(), FeatureQuery(layers=("port",)), FeatureQuery(layers=("port", "park"), statuses=("proposed",)),
    FeatureQuery(conditions=("delayed",)), FeatureQuery(layers=("health",)), FeatureQuery(bbox=HERE),
    FeatureQuery(bbox=HERE, statuses=("proposed",)), FeatureQuery(q="cang"), FeatureQuery(q="nobody"),
    FeatureQuery(ids=("cang-1", "cang-3")),
])  # fmt: skip
@pytest.mark.parametrize("few", [listing.FEW, -100_000])
def test_every_page_tells_the_number_of_all_that_match(
    connection: Connection, query: FeatureQuery, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    store(
        connection,
        *(
            edit(
                f"cang-{number}",
                layer=("port", "park")[number % 2],
                geometry=point(106.7 + number / 20, 20.8) if number % 5 else None,
                facts=(fact(("proposed", "operational")[number % 3 == 0]),),
                withdrawn=number == 7,
            )
            for number in range(9)
        ),
    )
    whole = listing.items(connection, query)
    assert whole.matched == whole.returned
    after, seen = None, 0
    while True:
        page = listing.items(connection, replace(query, limit=2, after=after))
        assert page.matched == whole.matched
        seen, after = seen + page.returned, page.next
        if after is None:
            break
    assert seen == whole.matched


def test_a_number_that_was_counted_before_a_change_is_counted_again(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW", -100_000)
    for number in (1, 2, 3):
        store(connection, edit(f"cang-{number}", geometry=point(106.9, 20.8)))
        assert [listing.items(connection, FeatureQuery(bbox=HERE, limit=1)).matched for _ in range(2)] == [number] * 2
