"""The city's own data, loaded whole: what the files tell and what the store answers are the same."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date

import orjson
import pytest
from sqlalchemy import Connection, Engine, text

from geo import listing, store, unit_counts, units
from geo.clocks import Clocks
from geo.errors import AmbiguousUnit
from geo.query import FeatureQuery
from geo.settings import REPOSITORY
from geo.units import COLLECTIONS
from layers.catalog import Catalog
from layers.load import Report, load_all
from layers.records import read
from tests.data.curated import DATA, LAYERS, rows
from tests.data.test_named_projects import PRINTED

CATALOG = Catalog.load(REPOSITORY / "layers" / "definitions")
WHERE = "2024-huyen-cat-hai"


@pytest.fixture(scope="module")
def loaded(own_engine: Engine) -> Report:
    return load_all(own_engine, DATA, CATALOG)


@pytest.fixture
def city(own_engine: Engine, loaded: Report) -> Iterator[Connection]:
    assert loaded.conflicts == 0
    with own_engine.connect() as connection:
        yield connection


def found(connection: Connection, query: FeatureQuery) -> list[str]:
    page = listing.items(connection, query)
    return [one["id"] for one in orjson.loads(b"[" + page.features + b"]")]


def test_every_project_fact_and_unit_of_the_files_is_stored(city: Connection, loaded: Report) -> None:
    records = {layer: list(read(DATA / layer)) for layer in LAYERS}
    assert {one.layer: one.added for one in loaded.layers} == {layer: len(told) for layer, told in records.items()}
    every = [record for told in records.values() for record in told]
    assert len(every) == 301
    stored = {row.id: row for row in city.execute(text("SELECT * FROM feature"))}
    for record in every:
        row = stored.pop(record.id)
        assert row.properties == record.properties
        assert (row.geometry is None) == (record.geometry is None)
        assert len(row.stated_units) == len(record.units)
    assert stored == {}
    facts = Counter(city.execute(text("SELECT feature FROM status_fact")).scalars())
    assert facts == Counter({record.id: len(record.facts) for record in every if record.facts})


def test_every_published_project_is_flat_json_with_its_curated_fields(city: Connection) -> None:
    page = listing.items(city, FeatureQuery(limit=1_000))
    features = json.loads(b"[" + page.features + b"]")
    assert (page.matched, len(features)) == (301, 301)
    for feature in features:
        properties = feature["properties"]
        assert all(not isinstance(value, dict) for value in properties.values())
        row = city.execute(text("SELECT * FROM feature WHERE id = :id"), {"id": feature["id"]}).one()
        assert {name: properties[name] for name in row.properties} == row.properties
        assert (properties["status"], properties["condition"], properties["layer"]) == (
            row.status, row.condition, row.layer,
        )  # fmt: skip


def test_cat_hai_has_the_44_projects_that_the_files_state(city: Connection) -> None:
    # By hand: every project with a row of units.csv that names the district itself. Each of its communes' projects has
    # such a row too, and no place of another project lies on the islands, so these are all of them.
    stated = {
        row["feature_id"] for layer in LAYERS for row in rows(DATA / layer / "units.csv") if row["unit_id"] == WHERE
    }
    assert len(stated) == 44
    by_sql = text("SELECT feature FROM feature_unit WHERE unit = :unit ORDER BY feature")
    assert city.execute(by_sql, {"unit": WHERE}).scalars().all() == sorted(stated)
    for words in ("cat-hai", "Cát Hải", "317@2024", "317", WHERE, "huyện Cát Hải", "cat-hai@districts-2025-01"):
        assert found(city, FeatureQuery(units=units.resolve(city, words), limit=1_000)) == sorted(stated), words
    counts = orjson.loads(store.counts(city, FeatureQuery(units=units.resolve(city, "cat-hai"))))
    assert counts["numberMatched"] == counts["located"] + counts["unlocated"] == 44


def test_the_special_zone_of_today_holds_what_the_old_district_held(city: Connection) -> None:
    """All of Cát Hải went into the special zone whole, so both hold each other."""
    zone = units.resolve(city, "dac-khu-cat-hai")
    assert set(units.resolve(city, "cat-hai")) == set(zone)


@pytest.mark.parametrize("day", [date(2023, 6, 30), date(2025, 2, 1), None])
def test_thuy_nguyen_lists_its_projects_on_any_day_by_its_name_of_any_time(city: Connection, day: date | None) -> None:
    """The district of 2024 became a city as a whole, so both hold the same; so do counts by unit."""
    told = Clocks(day) if day else None
    old, new = (
        found(city, FeatureQuery(units=units.resolve(city, unit), limit=1_000, clocks=told))
        for unit in ("2024-huyen-thuy-nguyen", "2025-01-thanh-pho-thuy-nguyen")
    )
    assert len(old) > 20
    assert set(old) <= set(new)  # the city took a part of Đông Hải 1 too
    counted = orjson.loads(unit_counts.by_unit(city, FeatureQuery(clocks=told), COLLECTIONS["districts-2024"]))
    assert {one["id"]: one["numberMatched"] for one in counted["units"]}["2024-huyen-thuy-nguyen"] == len(old)


@pytest.mark.parametrize("day", [date(2023, 6, 30), date(2025, 2, 1), None])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_each_number_of_a_unit_is_what_its_filter_finds_on_any_day(
    city: Connection, collection: str, day: date | None
) -> None:
    """Every unit of every generation; and what is in none of them is counted, not guessed."""
    clocks = Clocks(day) if day else None
    of = COLLECTIONS[collection]
    counted = orjson.loads(unit_counts.by_unit(city, FeatureQuery(clocks=clocks), of))
    assert counted["numberMatched"] == 301
    for unit in counted["units"][:: 7 if len(counted["units"]) > 20 else 1]:
        query = FeatureQuery(units=units.resolve(city, unit["id"]), limit=1, clocks=clocks)
        assert listing.items(city, query).matched == unit["numberMatched"], unit["id"]
    nowhere = FeatureQuery(unassigned=(collection,), limit=1, clocks=clocks)
    assert listing.items(city, nowhere).matched == counted["unassigned"]
    assert counted["unassigned"] < 80


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_unit_of_a_generation_answers_to_its_id_and_to_its_code_with_the_generation(
    city: Connection, collection: str
) -> None:
    of = COLLECTIONS[collection]
    known = city.execute(
        text(
            "SELECT id, code FROM admin_unit WHERE level = :level AND generation = :generation "
            "AND (generation = '2025-07' OR province_code = '31')"
        ),
        {"level": of.level, "generation": of.generation},
    ).all()
    how_many = {
        "districts-2024": 15, "communes-2024": 217, "districts-2025-01": 15, "communes-2025-01": 167,
        "units-2025-07": 114,
    }  # fmt: skip
    assert len(known) == how_many[collection]
    for unit_id, code in known:
        assert unit_id in units.resolve(city, unit_id)
        assert units.resolve(city, f"{code}@{of.generation}") == units.resolve(city, unit_id)


def test_a_name_of_two_communes_of_today_is_answered_with_both(city: Connection) -> None:
    twice = city.execute(
        text("SELECT folded_full FROM admin_unit WHERE generation = '2025-01' AND level = 'commune' "
             "GROUP BY folded_full HAVING count(*) > 1 LIMIT 1")
    ).scalar_one()  # fmt: skip
    with pytest.raises(AmbiguousUnit) as told:
        units.resolve(city, f"{twice}@2025-01")
    assert len(told.value.allowed) >= 2


@pytest.mark.parametrize(("printed", "plain", "feature_id"), PRINTED)
def test_a_project_of_the_directive_is_found_as_printed_and_without_accents(
    city: Connection, printed: str, plain: str, feature_id: str
) -> None:
    assert feature_id in found(city, FeatureQuery(q=printed))
    assert found(city, FeatureQuery(q=printed)) == found(city, FeatureQuery(q=plain))


def test_do_son_is_found_by_its_name_in_whatever_layer(city: Connection) -> None:
    named = found(city, FeatureQuery(q="do son", limit=1_000))
    every = city.execute(text("SELECT id FROM feature WHERE search LIKE '% do son%' ORDER BY id")).scalars().all()
    assert named[: len(every)] == every  # words in a row come first
    assert {"cang-bien-nam-do-son", "khu-du-lich-quoc-te-doi-rong"} <= set(every)


def test_an_order_alone_made_no_status_anywhere(city: Connection) -> None:
    """Whoever has a status has it from a row of status.csv, and whoever has such a row has a status."""
    told = {
        row["feature_id"]
        for layer in LAYERS
        for row in rows(DATA / layer / "status.csv")
        if row["status"] not in ("", "unknown")
    }
    known = city.execute(text("SELECT id FROM feature WHERE status <> 'unknown'")).scalars().all()
    assert set(known) == told


def test_loading_the_city_again_changes_nothing_and_hurrying_reads_nothing(
    own_engine: Engine, city: Connection
) -> None:
    version = (
        "SELECT (SELECT count(*) FROM changeset), (SELECT max(version) FROM feature), (SELECT count(*) FROM mandate)"
    )
    before = tuple(city.execute(text(version)).one())
    city.rollback()
    report = load_all(own_engine, DATA, CATALOG)
    assert [(one.added, one.changed, one.conflicting, one.missing) for one in report.layers] == [(0, 0, (), ())] * len(
        LAYERS
    )
    assert sum(one.unchanged for one in report.layers) == 301
    said: list[str] = []
    assert load_all(own_engine, DATA, CATALOG, said.append, hurry=True) == Report()
    assert said == []
    assert tuple(city.execute(text(version)).one()) == before
