"""A project that was entered by mistake is withdrawn by one command, and nothing of it is lost."""

import orjson
import pytest
from sqlalchemy import Connection, text

from geo import versions
from geo.errors import FeatureNotFound, FeatureWithdrawn, InvalidParameter
from geo.store import item
from geo.withdrawal import reinstate, withdraw
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


def test_a_project_withdrawn_by_mistake_comes_back_with_its_evidence_and_both_steps_in_its_history(
    connection: Connection,
) -> None:
    store_units(connection, unit())
    store(
        connection, edit(geometry=point(106.7, 20.8), facts=(fact(),), districts=("2024-huyen-cat-hai",), area_ha=12.5)
    )
    before = item(connection, None, "cang-a")
    with pytest.raises(InvalidParameter):
        reinstate(connection, "cang-a", "can-bo", "chưa rút")
    withdraw(connection, "cang-a", "can-bo", "Tưởng nhập trùng")
    assert reinstate(connection, "cang-a", "can-bo", "Không trùng: hai bến khác nhau") == "Cảng A"
    after = item(connection, None, "cang-a")
    told = [orjson.loads(one) for one in (before, after)]
    for one in told:
        for instant in ("version", "updated_at"):
            one["properties"].pop(instant, None)
    assert told[0] == told[1]
    back, gone, first = versions.every(connection, None, "cang-a")
    assert [one["withdrawn"] for one in (back, gone, first)] == [False, True, False]
    assert (back["actor"], back["note"]) == ("can-bo", "Không trùng: hai bến khác nhau")
    facts = text("SELECT count(*), count(retracted_by) FROM status_fact WHERE feature = 'cang-a'")
    assert connection.execute(facts).one() == (1, 0)
    with pytest.raises(FeatureNotFound):
        reinstate(connection, "khong-co", "can-bo", "nhầm mã")
