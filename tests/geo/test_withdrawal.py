"""A project that was entered by mistake is withdrawn by one command, and nothing of it is lost."""

import pytest
from sqlalchemy import Connection, text

from geo import versions
from geo.errors import FeatureNotFound, FeatureWithdrawn
from geo.store import item
from geo.withdrawal import withdraw
from tests.factories import edit, fact, point, store, store_units, unit


def test_a_withdrawn_project_keeps_all_that_was_told_of_it(connection: Connection) -> None:
    store_units(connection, unit())
    place = point(106.123456789, 20.8)
    store(connection, edit(geometry=place, facts=(fact(),), districts=("2024-huyen-cat-hai",), area_ha=12.5))
    assert withdraw(connection, "cang-a", "can-bo", "Nhập trùng với cảng B") == "Cảng A"
    with pytest.raises(FeatureWithdrawn):
        item(connection, None, "cang-a")
    last, first = versions.every(connection, None, "cang-a")
    assert (last["withdrawn"], last["actor"], last["note"]) == (True, "can-bo", "Nhập trùng với cảng B")
    assert first["withdrawn"] is False
    same = text(
        "SELECT count(DISTINCT (ST_AsBinary(geometry), properties, stated_units)) FROM feature_version "
        "WHERE feature = 'cang-a'"
    )
    assert connection.execute(same).scalar_one() == 1
    with pytest.raises(FeatureWithdrawn):
        withdraw(connection, "cang-a", "can-bo", "lần nữa")
    with pytest.raises(FeatureNotFound):
        withdraw(connection, "khong-co", "can-bo", "nhầm mã")
