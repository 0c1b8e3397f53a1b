"""The only door of the store: what it lets in, what it refuses with which reason, and that nothing is ever lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import orjson
import pytest
from psycopg.errors import RaiseException
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from geo import edtf
from geo.apply import apply, refresh
from geo.errors import HaiphongError, InvalidFeature, VersionConflict
from geo.feature import Changeset, Edit, StatedUnit
from tests.factories import BOX, changeset, edit, fact, geometry, point, store, store_directive, store_units, unit
from tests.pace import soon

TABLES = ("changeset", "feature", "feature_version", "status_fact", "feature_unit", "loaded_feature")


def numbers(connection: Connection) -> dict[str, int]:
    """How many rows each table of the store holds."""
    return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in TABLES}


def refused(connection: Connection, error: type[HaiphongError], *edits: Edit) -> str:
    """What the door says to these edits, after looking that nothing of them stays."""
    before = numbers(connection)
    with pytest.raises(error) as told, connection.begin_nested():
        store(connection, *edits)
    assert numbers(connection) == before
    return str(told.value)


def version(connection: Connection, feature_id: str = "cang-a") -> int:
    found: int = connection.execute(text("SELECT version FROM feature WHERE id = :id"), {"id": feature_id}).scalar_one()
    return found


def name(connection: Connection, feature_id: str = "cang-a") -> str:
    found: str = connection.execute(
        text("SELECT properties ->> 'name_vi' FROM feature WHERE id = :id"), {"id": feature_id}
    ).scalar_one()
    return found


# What may stand on the map.


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("Point", [106.9, 20.8]),
        ("Point", [102, 6]),  # the very corners of what is accepted
        ("Point", [118, 24]),
        ("MultiPoint", [[106.9, 20.8], [106.95, 20.8]]),
        ("LineString", [[106.9, 20.8], [106.95, 20.85]]),
        ("MultiLineString", [[[106.9, 20.8], [106.95, 20.85]], [[107, 20.8], [107, 20.9]]]),
        ("Polygon", [[[106.9, 20.8], [106.95, 20.8], [106.95, 20.85], [106.9, 20.8]]]),
        ("MultiPolygon", [[[[106.9, 20.8], [106.95, 20.8], [106.95, 20.85], [106.9, 20.8]]]]),
        ("LineString", [[106 + step / 50_000, 20.8] for step in range(50_000)]),
    ],
)
def test_points_lines_and_areas_of_the_country_are_kept_as_they_were_told(
    connection: Connection, kind: str, coordinates: object
) -> None:
    told = geometry(kind, coordinates)
    store(connection, edit(geometry=told))
    same = "SELECT ST_AsBinary(geometry) = ST_AsBinary(ST_GeomFromGeoJSON(:told)) FROM {table}"
    for table in ("feature", "feature_version"):
        assert connection.execute(text(same.format(table=table)), {"told": told}).scalar_one()


BOW_TIE = [[[106.8, 20.7], [106.9, 20.8], [106.9, 20.7], [106.8, 20.8], [106.8, 20.7]]]
REFUSED = {
    "one coordinate is no number": ('{"type":"Point","coordinates":[NaN,20.8]}', "leaves 102–118° E, 6–24° N"),
    "one coordinate is endless": ('{"type":"Point","coordinates":[106.9,1e999]}', "leaves 102–118° E, 6–24° N"),
    "a line passes through no number": (
        '{"type":"LineString","coordinates":[[106.9,20.8],[106.95,NaN],[107,20.8]]}', "not valid"
    ),
    "a ring passes through no number": (
        '{"type":"Polygon","coordinates":[[[106.8,20.7],[106.9,20.8],[NaN,20.7],[106.8,20.7]]]}', "not valid"
    ),
    "one of two points is no number": (
        '{"type":"MultiPoint","coordinates":[[106.9,20.8],[NaN,NaN]]}', "a part of its geometry is empty or no number"
    ),
    "one of two points is empty": (
        '{"type":"MultiPoint","coordinates":[[106.9,20.8],[]]}', "a part of its geometry is empty or no number"
    ),
    "an empty point": ('{"type":"Point","coordinates":[]}', "empty; a feature without a place has null"),
    "an empty area": ('{"type":"Polygon","coordinates":[]}', "empty; a feature without a place has null"),
    "no parts at all": ('{"type":"MultiPolygon","coordinates":[]}', "empty; a feature without a place has null"),
    "a height": ('{"type":"Point","coordinates":[106.9,20.8,3]}', "Geometry has Z dimension"),
    "a height at one end": ('{"type":"LineString","coordinates":[[106.9,20.8],[106.9,20.9,5]]}', "Z dimension"),
    "latitude first": ('{"type":"Point","coordinates":[20.8,106.9]}', "longitude first"),
    "metres of VN-2000": ('{"type":"Point","coordinates":[620547.5,2300893.3]}', "WGS 84 was expected"),
    "one step west": ('{"type":"Point","coordinates":[101.999999,20.8]}', "leaves 102–118° E, 6–24° N"),
    "one step east": ('{"type":"Point","coordinates":[118.000001,20.8]}', "leaves 102–118° E, 6–24° N"),
    "one step south": ('{"type":"Point","coordinates":[106.9,5.999999]}', "leaves 102–118° E, 6–24° N"),
    "one step north": ('{"type":"Point","coordinates":[106.9,24.000001]}', "leaves 102–118° E, 6–24° N"),
    "one vertex too many": (
        geometry("LineString", [[106 + step / 50_001, 20.8] for step in range(50_001)]), "more than 50 000 vertices"
    ),
    "a ring that crosses itself": (geometry("Polygon", BOW_TIE), "a ring crosses itself"),
    "a ring that stays open": (geometry("Polygon", [BOW_TIE[0][:3]]), "is not closed"),
    "a line of one point": (geometry("LineString", [[106.9, 20.8]]), "not valid"),
    "a collection": (
        '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[106.9,20.8]}]}',
        "none of Point, LineString, Polygon",
    ),
    "another system by name": (
        '{"type":"Point","crs":{"type":"name","properties":{"name":"EPSG:9210"}},"coordinates":[620547,2300893]}',
        "SRID",
    ),
    "a feature in a feature": ('{"type":"Feature","geometry":null,"properties":{}}', "invalid GeoJson"),
    "a torn text": ('{"type":"Point","coordinates":[106.9', "unexpected end of data"),
    "no JSON": ("[]", "invalid geometry"),
    "too deep a nest": ('{"type":"GeometryCollection","geometries":' * 200, "nesting too deep"),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_shape_that_cannot_be_is_refused_by_name_and_reason(connection: Connection, shape: str, reason: str) -> None:
    good = edit("cang-b", geometry=point())
    assert refused(connection, InvalidFeature, good, edit("cang-a", geometry=shape)).startswith("cang-a: ")
    assert reason in refused(connection, InvalidFeature, good, edit("cang-a", geometry=shape))


def test_the_tables_hold_the_line_even_where_the_door_is_passed_by(connection: Connection) -> None:
    store(connection, edit("cang-a", geometry=point()))
    beyond = "UPDATE feature SET geometry = ST_SetSRID(ST_Point(20.8, 106.9), 4326)"
    again = (
        "INSERT INTO feature_version SELECT feature, 2, layer, ST_SetSRID(ST_Point(20.8, 106.9), 4326), properties, "
        "stated_units, withdrawn, changeset FROM feature_version"
    )
    for statement in (beyond, again):
        with pytest.raises(DBAPIError, match="within_vietnam"), connection.begin_nested():
            connection.execute(text(statement))


@pytest.mark.parametrize("feature_id", ["", "Cang-A", "cang--a", "-cang", "cang_a", "cảng-a", "cang a", "a" * 121])
def test_an_id_is_plain_words_joined_by_hyphens(connection: Connection, feature_id: str) -> None:
    assert "is no id" in refused(connection, InvalidFeature, edit(feature_id))


def test_the_longest_id_is_let_in(connection: Connection) -> None:
    store(connection, edit("a" * 120))
    assert version(connection, "a" * 120) == 1


@pytest.mark.parametrize("spoken", ["", "  ", None, 7])
def test_every_project_has_a_vietnamese_name(connection: Connection, spoken: object) -> None:
    assert "cang-a: a feature needs a name_vi" in refused(connection, InvalidFeature, edit("cang-a", name_vi=spoken))


def test_a_nul_byte_is_no_text_of_ours(connection: Connection) -> None:
    refused(connection, InvalidFeature, edit("cang-a", note="a\x00b"))


# Versions.


def test_each_edit_is_a_version_and_every_earlier_one_stays(connection: Connection) -> None:
    for spoken in ("Cảng A", "Cảng Á", "Cảng Ạ"):
        store(connection, edit(name_vi=spoken))
    rows = connection.execute(text("SELECT version, properties ->> 'name_vi' FROM feature_version ORDER BY version"))
    assert [tuple(row) for row in rows] == [(1, "Cảng A"), (2, "Cảng Á"), (3, "Cảng Ạ")]
    assert (version(connection), name(connection)) == (3, "Cảng Ạ")


def test_a_late_editor_is_told_to_look_again(connection: Connection) -> None:
    store(connection, edit(), edit("cang-b"))
    store(connection, replace(edit(name_vi="Cảng của người đầu"), expected_version=1))
    late = replace(edit(name_vi="Cảng của người sau"), expected_version=1)
    assert "cang-a is at version 2, not 1" in refused(connection, VersionConflict, late, edit("cang-b"))
    assert name(connection) == "Cảng của người đầu"


def test_what_must_be_new_is_not_written_over_what_is_there(connection: Connection) -> None:
    store(connection, replace(edit(), expected_version=0))
    told = refused(connection, VersionConflict, replace(edit(), expected_version=0))
    assert "cang-a is at version 1, not 0" in told


def test_an_edit_of_what_was_never_there_is_told_so(connection: Connection) -> None:
    assert "cang-a is at version 0, not 3" in refused(connection, VersionConflict, replace(edit(), expected_version=3))


def test_an_edit_without_an_expected_version_is_taken_as_it_comes(connection: Connection) -> None:
    store(connection, edit())
    store(connection, edit())
    assert version(connection) == 2


def test_one_changeset_edits_a_feature_once(connection: Connection) -> None:
    assert "cang-a: one changeset edits it twice" in refused(connection, InvalidFeature, edit(), edit("b"), edit())


def test_a_port_does_not_become_a_park(connection: Connection) -> None:
    store(connection, edit(layer="port"))
    assert "cang-a belongs to port, not park" in refused(connection, InvalidFeature, edit(layer="park"))


def test_a_changeset_without_edits_is_still_told(connection: Connection) -> None:
    applied = apply(connection, Changeset("Lan", "Looked at everything, nothing to change", "walk of 2 June"))
    assert (applied.features, applied.facts) == (0, 0)
    row = connection.execute(
        text("SELECT actor, note, source FROM changeset WHERE id = :id"), {"id": applied.changeset_id}
    )
    assert tuple(row.one()) == ("Lan", "Looked at everything, nothing to change", "walk of 2 June")


def test_what_apply_says_it_did_is_what_it_did(connection: Connection) -> None:
    applied = apply(connection, changeset(edit("a", facts=(fact(), fact("proposed"))), edit("b", facts=(fact(),))))
    assert (applied.features, applied.facts) == (2, 3)


# Facts.


def test_a_fact_that_no_longer_holds_is_retracted_and_stays_readable(connection: Connection) -> None:
    store(connection, edit(facts=(fact("under_construction"), fact("completed", valid_from="2023-05"))))
    assert status(connection) == "completed"
    wrong = connection.execute(text("SELECT id FROM status_fact WHERE status = 'completed'")).scalar_one()
    store(connection, replace(edit(), retracted=(wrong,)))
    assert status(connection) == "under_construction"
    row = connection.execute(
        text("SELECT retracted_by, changeset FROM status_fact WHERE id = :id"), {"id": wrong}
    ).one()
    assert row.retracted_by > row.changeset


def status(connection: Connection, feature_id: str = "cang-a") -> str:
    found: str = connection.execute(text("SELECT status FROM feature WHERE id = :id"), {"id": feature_id}).scalar_one()
    return found


def test_a_fact_is_retracted_once_and_by_its_own_feature(connection: Connection) -> None:
    store(connection, edit("cang-a", facts=(fact(),)), edit("cang-b", facts=(fact(),)))
    a, b = connection.execute(text("SELECT id FROM status_fact ORDER BY feature")).scalars()
    assert "not one of this feature" in refused(connection, InvalidFeature, replace(edit("cang-a"), retracted=(b,)))
    assert "not one of this feature" in refused(connection, InvalidFeature, replace(edit("cang-a"), retracted=(10**9,)))
    store(connection, replace(edit("cang-a"), retracted=(a,)))
    assert "was retracted before" in refused(connection, InvalidFeature, replace(edit("cang-a"), retracted=(a,)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE changeset SET note = 'nothing happened'",
        "DELETE FROM changeset",
        "UPDATE feature_version SET properties = '{}'",
        "DELETE FROM feature_version",
        "UPDATE status_fact SET status = 'completed'",
        "UPDATE status_fact SET source = 'hearsay'",
        "UPDATE status_fact SET retracted_by = changeset, uncertain = NOT uncertain",
        "DELETE FROM status_fact",
        "DELETE FROM feature",
    ],
)
def test_history_cannot_be_rewritten(connection: Connection, statement: str) -> None:
    store(connection, edit(facts=(fact(),)))
    with pytest.raises(DBAPIError, match="append-only") as told, connection.begin_nested():
        connection.execute(text(statement))
    assert isinstance(told.value.orig, RaiseException)


def test_a_retraction_cannot_be_taken_back(connection: Connection) -> None:
    store(connection, edit(facts=(fact(),)))
    (told,) = connection.execute(text("SELECT id FROM status_fact")).scalars()
    store(connection, replace(edit(), retracted=(told,)))
    with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
        connection.execute(text("UPDATE status_fact SET retracted_by = NULL"))


@pytest.mark.parametrize("valid_from", ["2999", "2999-01", "2999-01-01/2999-02"])
def test_a_plan_is_no_status(connection: Connection, valid_from: str) -> None:
    told = refused(connection, InvalidFeature, edit(facts=(fact(valid_from=valid_from),)))
    assert told.startswith(f"cang-a: the status of {valid_from} lies in the future")


def test_what_began_this_year_or_this_morning_is_no_plan(connection: Connection) -> None:
    today = edtf.today()
    store(connection, edit("cang-a", facts=(fact(valid_from=str(today.year)),)))
    store(connection, edit("cang-b", facts=(fact(valid_from=today.isoformat()),)))
    assert status(connection, "cang-a") == status(connection, "cang-b") == "under_construction"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"status": "finished"}, "no status 'finished'; use one of proposed, "),
        ({"condition": "slow"}, "no condition 'slow'; use one of on_schedule, "),
        ({"basis": "rumoured"}, "no basis 'rumoured'; use one of decided, "),
        ({"valid_from": "quý I/2023"}, "no date"),
        ({"source": ""}, "status_fact_source_check"),
        ({"status": None}, "status_fact_check"),  # neither a status nor a condition
        ({"clause": "ct-99#i"}, "ct-99#i"),
    ],
)
def test_a_fact_that_says_nothing_certain_is_refused(
    connection: Connection, told: dict[str, str | None], reason: str
) -> None:
    assert reason in refused(connection, InvalidFeature, edit(facts=(fact(**told),)))


def test_a_fact_may_cite_a_clause_that_is_stored(connection: Connection) -> None:
    store_directive(connection)
    store(connection, edit(facts=(fact(clause="ct-02-2023#ii.2.3"),)))
    assert connection.execute(text("SELECT clause FROM status_fact")).scalar_one() == "ct-02-2023#ii.2.3"


# Units.


def test_a_unit_that_does_not_exist_is_refused(connection: Connection) -> None:
    assert "2024-huyen-atlantis" in refused(connection, InvalidFeature, edit(districts=("2024-huyen-atlantis",)))


def test_words_that_name_no_unit_of_ours_are_kept(connection: Connection) -> None:
    stated = StatedUnit(None, "dọc sông Cấm", "Báo Hải Phòng", part=True)
    store(connection, replace(edit(), units=(stated,)))
    kept = {"unit_id": None, "as_stated": "dọc sông Cấm", "source": "Báo Hải Phòng", "part": True}
    for table in ("feature", "feature_version"):
        assert connection.execute(text(f"SELECT stated_units FROM {table}")).scalar_one() == [kept]
    assert connection.execute(text("SELECT count(*) FROM feature_unit")).scalar_one() == 0


def test_a_unit_may_be_stated_twice_and_counts_once(connection: Connection) -> None:
    store_units(connection, unit())
    store(connection, edit(districts=("2024-huyen-cat-hai", "2024-huyen-cat-hai")))
    assert connection.execute(text("SELECT count(*) FROM feature_unit")).scalar_one() == 1


def test_new_outlines_move_the_features_and_make_no_version(connection: Connection) -> None:
    store(connection, edit(geometry=point(106.9, 20.8), facts=(fact(),)))
    before = connection.execute(text("SELECT geojson FROM feature")).scalar_one()
    store_units(connection, unit(box=BOX["cat-hai"]))
    assert refresh(connection) == 1
    after = connection.execute(text("SELECT geojson FROM feature")).scalar_one()
    assert (orjson.loads(before)["properties"]["unit_ids"], orjson.loads(after)["properties"]["unit_ids"]) == (
        [],
        ["2024-huyen-cat-hai"],
    )
    assert version(connection) == orjson.loads(after)["properties"]["version"] == 1
    assert numbers(connection)["feature_version"] == numbers(connection)["changeset"] == 1


# A feature entered by mistake.


def test_a_feature_entered_by_mistake_is_withdrawn_and_can_come_back(connection: Connection) -> None:
    store(connection, edit(facts=(fact(),)))
    store(connection, edit(withdrawn=True))
    store(connection, edit())
    rows = connection.execute(text("SELECT withdrawn FROM feature_version ORDER BY version")).scalars().all()
    assert rows == [False, True, False]
    assert status(connection) == "under_construction"


# Many, and many at once.


def test_the_instant_of_recording_grows_with_the_changesets(connection: Connection) -> None:
    for _ in range(3):
        store(connection, edit())
    instants = connection.execute(text("SELECT recorded_at FROM changeset ORDER BY id")).scalars().all()
    assert instants == sorted(set(instants))


def test_two_officials_at_once_never_lose_an_edit(fresh_engine: Engine) -> None:
    edits_each = 15
    together = Barrier(2)

    def write(actor: str) -> int:
        conflicts = written = 0
        while written < edits_each:
            with fresh_engine.connect() as connection:
                seen = connection.execute(text("SELECT version, properties FROM feature")).one()
                if not written and not conflicts:
                    together.wait(timeout=30)  # both have seen the first version before either writes
                notes = [*seen.properties.get("notes", []), f"{actor}-{written}"]
                mine = replace(edit(notes=notes), expected_version=seen.version)
                try:
                    apply(connection, Changeset(actor, "one more note", "the town hall", [mine]))
                    connection.commit()
                    written += 1
                except VersionConflict:
                    conflicts += 1
        return conflicts

    with fresh_engine.begin() as connection:
        store(connection, edit())
    with ThreadPoolExecutor(2) as officials:
        conflicts = sum(officials.map(write, ("Lan", "Minh"), timeout=120))
    with fresh_engine.connect() as connection:
        assert version(connection) == 1 + 2 * edits_each
        notes = connection.execute(text("SELECT properties -> 'notes' FROM feature")).scalar_one()
        assert sorted(notes) == sorted(f"{actor}-{n}" for actor in ("Lan", "Minh") for n in range(edits_each))
        rows = connection.execute(
            text(
                "SELECT version, recorded_at FROM feature_version JOIN changeset ON changeset.id = changeset "
                "ORDER BY version"
            )
        ).all()
    assert [row.version for row in rows] == list(range(1, 2 * edits_each + 2))
    assert [row.recorded_at for row in rows] == sorted({row.recorded_at for row in rows})
    assert conflicts > 0


def test_a_reader_never_waits_for_a_writer(fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        store(connection, edit(name_vi="Cảng cũ"))
    with fresh_engine.connect() as writer, fresh_engine.connect() as reader:
        store(writer, edit(name_vi="Cảng mới"))
        reader.execute(text("SET LOCAL lock_timeout = '200ms'"))
        assert name(reader) == "Cảng cũ"
        writer.commit()
        assert name(reader) == "Cảng mới"


def test_three_thousand_edits_stream_through_one_changeset(connection: Connection) -> None:
    handed_out = 0

    def edits() -> Iterator[Edit]:
        nonlocal handed_out
        for number in range(3_000):
            handed_out += 1
            yield edit(f"cang-{number}", geometry=point(106 + number / 10_000, 20.8), facts=(fact(), fact("proposed")))

    applied = apply(connection, Changeset("test", "many", "a generator", edits()))
    assert (handed_out, applied.features, applied.facts) == (3_000, 3_000, 6_000)
    assert numbers(connection) == {
        "changeset": 1, "feature": 3_000, "feature_version": 3_000, "status_fact": 6_000, "feature_unit": 0,
        "loaded_feature": 0,
    }  # fmt: skip


def test_the_bad_one_among_thousands_is_named(connection: Connection) -> None:
    bow_tie = geometry("Polygon", BOW_TIE)
    edits = (edit(f"cang-{number}", geometry=bow_tie if number == 1_234 else point()) for number in range(2_000))
    before = numbers(connection)
    with pytest.raises(InvalidFeature, match=r"^cang-1234: .* a ring crosses itself"), connection.begin_nested():
        apply(connection, Changeset("test", "many", "a generator", edits))
    assert numbers(connection) == before


def test_what_goes_wrong_while_the_edits_are_made_reaches_the_caller(connection: Connection) -> None:
    def edits() -> Iterator[Edit]:
        yield edit("cang-a")
        raise OSError("the file is gone")

    before = numbers(connection)
    with pytest.raises(OSError, match="the file is gone"), connection.begin_nested():
        apply(connection, Changeset("test", "torn", "a generator", edits()))
    assert numbers(connection) == before


def test_one_edit_among_many_features_is_quick(connection: Connection) -> None:
    store(connection, *(edit(f"cang-{number}", facts=(fact(),)) for number in range(3_000)))
    with soon():
        store(connection, edit("cang-7", name_vi="Cảng bảy"))


def test_a_large_layer_in_an_empty_database_is_not_met_row_by_row(fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        store_units(connection, unit(box=(106, 20, 108, 22)))
        refresh(connection)  # of nothing yet, as every load into an empty database begins
        connection.execute(
            text("SET LOCAL statement_timeout = '20s'")
        )  # a second is enough; pair by pair takes minutes
        many = (edit(f"later-{n}", geometry=point(), location_accuracy="mapped") for n in range(20_000))
        apply(connection, Changeset("test", "a test", "a test", many))
        assert connection.execute(text("SELECT count(*) FROM feature_unit WHERE status IS NOT NULL")).scalar() == 20_000
