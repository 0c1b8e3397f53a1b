"""`apply`: the only way in. It stages the edits, compares versions, and writes facts, features and versions."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection

from geo import edtf
from geo.errors import InvalidFeature, InvalidParameter, VersionConflict
from geo.feature import Applied, Changeset, Edit, StatusFact
from geo.published import PUBLISH
from geo.status import STATUSES

_WRITER_LOCK = 7_203_118_640_002
_STAGE = """
CREATE TEMP TABLE staged_text (
  feature text NOT NULL, layer text NOT NULL, geometry text, properties jsonb NOT NULL, units jsonb NOT NULL,
  facts jsonb NOT NULL, retracted bigint[] NOT NULL, withdrawn boolean NOT NULL, expected_version integer, digest text
) ON COMMIT DROP
"""
_COPY = "COPY staged_text FROM STDIN"
_STAGED = """
CREATE TEMP TABLE staged (
  feature text PRIMARY KEY, layer text, geometry geometry(Geometry, 4326), properties jsonb, units jsonb, facts jsonb,
  retracted bigint[], withdrawn boolean, digest text, version integer, changeset bigint
) ON COMMIT DROP
"""
_PARSE = """
INSERT INTO staged
SELECT told.feature, told.layer, ST_GeomFromGeoJSON(told.geometry), told.properties, told.units, told.facts,
  told.retracted, told.withdrawn, told.digest, coalesce(feature.version, 0) + 1, %(changeset)s
FROM staged_text AS told LEFT JOIN feature ON feature.id = told.feature
"""
_AGAIN = """
INSERT INTO staged (feature, layer, geometry, properties, units, withdrawn, version, changeset)
SELECT id, layer, geometry, properties, stated_units, withdrawn, version, changeset FROM feature
"""
_DUPLICATES = "SELECT feature FROM staged_text GROUP BY feature HAVING count(*) > 1 ORDER BY feature LIMIT 10"
_LOCK_ROWS = "SELECT FROM feature WHERE id IN (SELECT feature FROM staged_text) FOR UPDATE"
_CONFLICTS = """
SELECT told.feature, coalesce(feature.version, 0), told.expected_version
FROM staged_text AS told LEFT JOIN feature ON feature.id = told.feature
WHERE told.expected_version <> coalesce(feature.version, 0) ORDER BY 1 LIMIT 10
"""
_MOVED = """
SELECT feature.id, feature.layer, told.layer FROM staged_text AS told JOIN feature ON feature.id = told.feature
WHERE feature.layer <> told.layer ORDER BY 1 LIMIT 10
"""
_RETRACT = """
UPDATE status_fact SET retracted_by = %(changeset)s
FROM staged WHERE status_fact.feature = staged.feature AND status_fact.id = ANY (staged.retracted)
"""
_FACTS = """
INSERT INTO status_fact (feature, status, condition, basis, edtf, valid_from, valid_latest, source, source_url, clause,
  text_vi, secondary_status, stage_in_words, date_inferred, uncertain, changeset)
SELECT staged.feature, told.status, told.condition, told.basis, told.edtf, told.valid_from, told.valid_latest,
  told.source, told.source_url, told.clause, told.text_vi, told.secondary_status, told.stage_in_words,
  told.date_inferred, told.uncertain, %(changeset)s
FROM staged CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(facts) AS (
  status text, condition text, basis text, edtf text, valid_from date, valid_latest date, source text, source_url text,
  clause text, text_vi text, secondary_status text, stage_in_words boolean, date_inferred boolean, uncertain boolean))
  WITH ORDINALITY AS told (status, condition, basis, edtf, valid_from, valid_latest, source, source_url, clause,
  text_vi, secondary_status, stage_in_words, date_inferred, uncertain, position)
ORDER BY staged.feature, told.position
"""
_DROP_UNITS = "DELETE FROM feature_unit USING staged WHERE feature_unit.feature = staged.feature"
_STATED_UNITS = """
INSERT INTO feature_unit (feature, unit, basis)
SELECT DISTINCT staged.feature, stated.value ->> 'unit_id', 'stated'
FROM staged CROSS JOIN jsonb_array_elements(units) AS stated WHERE stated.value ->> 'unit_id' IS NOT NULL
"""
# A label point that is only approximate does not speak against the unit that a source states.
_LOCATED_UNITS = """
INSERT INTO feature_unit (feature, unit, basis)
SELECT DISTINCT staged.feature, admin_unit.id, 'located'
FROM staged JOIN admin_unit_piece ON ST_Intersects(admin_unit_piece.geometry, staged.geometry)
JOIN admin_unit ON admin_unit.id = admin_unit_piece.unit
WHERE NOT (ST_Dimension(staged.geometry) = 0
           AND staged.properties ->> 'location_accuracy' IN ('approximate', 'commune')
           AND EXISTS (SELECT FROM feature_unit JOIN admin_unit AS stated ON stated.id = feature_unit.unit
                       WHERE feature_unit.feature = staged.feature
                         AND (stated.level, stated.generation) = (admin_unit.level, admin_unit.generation)))
ON CONFLICT DO NOTHING
"""
_VERSIONS = """
INSERT INTO feature_version (feature, version, layer, geometry, properties, stated_units, withdrawn, changeset)
SELECT feature, version, layer, geometry, properties, units, withdrawn, changeset FROM staged
"""
_LOADED = """
INSERT INTO loaded_feature (feature, digest, version)
SELECT feature, digest, version FROM staged WHERE digest IS NOT NULL
ON CONFLICT (feature) DO UPDATE SET digest = excluded.digest, version = excluded.version
"""
_UNITS_OF_STAGED = (_DROP_UNITS, _STATED_UNITS, _LOCATED_UNITS)
# Without fresh statistics the plans made for small tables stay: the check of 100 000 references would then read the
# whole table for each.
_TELL_PLANNER_FIRST = ("ANALYZE status_fact", "ANALYZE changeset")
_TELL_PLANNER_LAST = "ANALYZE feature, feature_unit"
# Now, while the error can still name this changeset; then deferred again for what else the transaction does.
_CHECK_REFERENCES = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"


def apply(connection: Connection, changeset: Changeset) -> Applied:
    """Write the edits of `changeset` and the changeset itself; the caller commits.

    Any number of edits, streamed once and copied in bulk, so that memory stays flat. Writers queue behind one lock,
    which makes `recorded_at` grow with the order of the commits.

    Raises VersionConflict when an edit is based on an older version, InvalidFeature when the database or the calendar
    refuses what it holds; the transaction is then unusable and nothing of the changeset is kept.
    """
    with _driver(connection).cursor() as cursor:
        try:
            return _apply(cursor, changeset)
        except (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.InternalError_) as error:
            diagnosis = " ".join(part for part in (error.diag.message_primary, error.diag.message_detail) if part)
            raise InvalidFeature(f"The changeset was refused, nothing of it is stored: {diagnosis[:600]}") from error


def refresh(connection: Connection) -> int:
    """Derive the units and the published text of every feature anew, after units or labels changed; how many.

    Nothing that was told changes, so no version does.
    """
    with _driver(connection).cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])
        cursor.execute(_STAGED)
        cursor.execute(_AGAIN)
        features = _publish(cursor)
        cursor.execute("DROP TABLE staged")
    return features


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"a psycopg connection is needed for COPY, not {type(driver).__name__}")
    return driver


def _apply(cursor: psycopg.Cursor[Any], changeset: Changeset) -> Applied:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])
    cursor.execute(
        "INSERT INTO changeset (actor, note, source) VALUES (%s, %s, %s) RETURNING id",
        [changeset.actor, changeset.note, changeset.source],
    )
    (changeset_id,) = cursor.fetchone() or (0,)
    values = {"changeset": changeset_id}
    cursor.execute(_STAGE)
    _copy(cursor, changeset.edits)
    cursor.execute("ANALYZE staged_text")
    _refuse(cursor)
    cursor.execute(_STAGED)
    cursor.execute(_PARSE, values)
    cursor.execute(_RETRACT, values)
    cursor.execute(_FACTS, values)
    facts = cursor.rowcount
    features = _publish(cursor)
    for statement in (_VERSIONS, _LOADED, _CHECK_REFERENCES, "DROP TABLE staged, staged_text"):
        cursor.execute(statement)
    return Applied(changeset_id, features, facts)


def _publish(cursor: psycopg.Cursor[Any]) -> int:
    bulk = cursor.execute("SELECT count(*) > 1000 FROM staged").fetchone() == (True,)
    labels = {code: {"vi": status.label.vi, "en": status.label.en} for code, status in STATUSES.items()}
    for statement in ("ANALYZE staged", *(_TELL_PLANNER_FIRST if bulk else ()), *_UNITS_OF_STAGED):
        cursor.execute(statement)
    cursor.execute(PUBLISH, {"labels": orjson.dumps(labels).decode()})
    features = cursor.rowcount
    if bulk:
        cursor.execute(_TELL_PLANNER_LAST)
    return features


def _copy(cursor: psycopg.Cursor[Any], edits: Iterable[Edit]) -> None:
    today = datetime.now(UTC).date()
    with cursor.copy(_COPY) as copy:
        for edit in edits:
            facts = [_fact_row(edit.feature_id, fact, today) for fact in edit.facts]
            units = [
                {"unit_id": unit.unit_id, "as_stated": unit.as_stated, "source": unit.source, "part": unit.part}
                for unit in edit.units
            ]
            copy.write_row(
                (
                    edit.feature_id,
                    edit.layer,
                    edit.geometry,
                    orjson.dumps(edit.properties).decode(),
                    orjson.dumps(units).decode(),
                    orjson.dumps(facts).decode(),
                    list(edit.retracted),
                    edit.withdrawn,
                    edit.expected_version,
                    edit.digest,
                )
            )


def _fact_row(feature_id: str, fact: StatusFact, today: date) -> dict[str, Any]:
    try:
        told = edtf.parse(fact.valid_from)
    except InvalidParameter as error:
        raise InvalidFeature(f"{feature_id}: {error}") from None
    if told.earliest > today:
        raise InvalidFeature(f"{feature_id}: the status of {fact.valid_from} lies in the future; a plan is no status.")
    return {
        "status": fact.status,
        "condition": fact.condition,
        "basis": fact.basis,
        "edtf": told.text,
        "valid_from": told.earliest,
        "valid_latest": told.latest,
        "source": fact.source,
        "source_url": fact.source_url,
        "clause": fact.clause,
        "text_vi": fact.text_vi,
        "secondary_status": fact.secondary_status,
        "stage_in_words": fact.stage_in_words,
        "date_inferred": fact.date_inferred,
        "uncertain": fact.uncertain,
    }


def _refuse(cursor: psycopg.Cursor[Any]) -> None:
    if twice := cursor.execute(_DUPLICATES).fetchall():
        raise InvalidFeature(f"One changeset edits a feature twice: {', '.join(row[0] for row in twice)}.")
    cursor.execute(_LOCK_ROWS)
    if conflicts := cursor.execute(_CONFLICTS).fetchall():
        told = "; ".join(f"{feature} is at version {now}, not {expected}" for feature, now, expected in conflicts)
        raise VersionConflict(f"Someone else changed this first: {told}. Read the new version and edit that.")
    if moved := cursor.execute(_MOVED).fetchall():
        told = "; ".join(f"{feature} belongs to {now}, not {asked}" for feature, now, asked in moved)
        raise InvalidFeature(f"A feature keeps its layer: {told}.")
