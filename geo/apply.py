"""`apply`: the only way in. One transaction writes the changeset, its facts, the features and their versions."""

from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection, text

from geo import edtf
from geo.errors import InvalidFeature
from geo.feature import Applied, Changeset
from geo.missing import missing_reference
from geo.published import PUBLISH
from geo.staging import stage, stage_again
from geo.status import STATUSES

# Executed by SQLAlchemy, so that it knows of the transaction in which its driver then writes, and commits it.
_QUEUE = text("SELECT pg_advisory_xact_lock(7203118640002)")
_CHANGESET = "INSERT INTO changeset (actor, note, source) VALUES (%s, %s, %s) RETURNING id"
_RETRACT = """
UPDATE status_fact SET retracted_by = staged.changeset
FROM staged WHERE status_fact.feature = staged.feature AND status_fact.id = ANY (staged.retracted)
  AND status_fact.retracted_by IS NULL
"""
_TO_RETRACT = "SELECT coalesce(sum(cardinality(retracted)), 0) FROM staged"
_FACTS = """
INSERT INTO status_fact (feature, status, condition, basis, edtf, valid_from, valid_latest, source, source_url, clause,
  text_vi, secondary_status, stage_in_words, date_inferred, uncertain, changeset)
SELECT staged.feature, told.status, told.condition, told.basis, told.edtf, told.valid_from, told.valid_latest,
  told.source, told.source_url, told.clause, told.text_vi, told.secondary_status, told.stage_in_words,
  told.date_inferred, told.uncertain, staged.changeset
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
# A label point that nobody surveyed or mapped does not speak against the unit that a source states.
_LOCATED_UNITS = """
INSERT INTO feature_unit (feature, unit, basis)
SELECT DISTINCT staged.feature, admin_unit.id, 'located'
FROM staged JOIN admin_unit_piece ON ST_Intersects(admin_unit_piece.geometry, staged.geometry)
JOIN admin_unit ON admin_unit.id = admin_unit_piece.unit
WHERE ST_Dimension(staged.geometry) > 0
  OR coalesce(staged.properties ->> 'location_accuracy' IN ('surveyed', 'mapped'), false)
  OR NOT EXISTS (SELECT FROM feature_unit JOIN admin_unit AS stated ON stated.id = feature_unit.unit
                 WHERE feature_unit.feature = staged.feature
                   AND (stated.level, stated.generation) = (admin_unit.level, admin_unit.generation))
ON CONFLICT DO NOTHING
"""
_VERSIONS = """
INSERT INTO feature_version (feature, version, layer, geometry, properties, stated_units, withdrawn, changeset)
SELECT id, version, feature.layer, feature.geometry, feature.properties, stated_units, feature.withdrawn,
  feature.changeset
FROM staged JOIN feature ON feature.id = staged.feature
"""
_LOADED = """
INSERT INTO loaded_feature (feature, digest, version)
SELECT feature.id, digest, version FROM staged JOIN feature ON feature.id = staged.feature WHERE digest IS NOT NULL
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
    queue(connection)
    with _driver(connection).cursor() as cursor:
        try:
            return _apply(cursor, changeset)
        except psycopg.errors.ForeignKeyViolation as error:
            raise missing_reference(error) from error
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            diagnosis = " ".join(part for part in (error.diag.message_primary, error.diag.message_detail) if part)
            raise InvalidFeature(f"The changeset was refused, nothing of it is stored: {diagnosis[:600]}") from error


def queue(connection: Connection) -> None:
    """Wait until every other writer has ended; the lock is held to the end of the transaction."""
    connection.execute(_QUEUE)


def refresh(connection: Connection) -> int:
    """Derive the units and the published text of every feature anew, after units or labels changed; how many.

    Nothing that was told changes, so no version does.
    """
    queue(connection)
    with _driver(connection).cursor() as cursor:
        stage_again(cursor)
        features = _publish(cursor)
        cursor.execute("DROP TABLE staged")
    return features


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"a psycopg connection is needed for COPY, not {type(driver).__name__}")
    return driver


def _apply(cursor: psycopg.Cursor[Any], changeset: Changeset) -> Applied:
    (changeset_id,) = cursor.execute(_CHANGESET, [changeset.actor, changeset.note, changeset.source]).fetchone() or (0,)
    stage(cursor, changeset_id, changeset)
    to_retract = cursor.execute(_TO_RETRACT).fetchone()
    retracted = cursor.execute(_RETRACT).rowcount
    if to_retract != (retracted,):
        raise InvalidFeature("A fact to be retracted was retracted before, or is not one of this feature.")
    facts = cursor.execute(_FACTS).rowcount
    features = _publish(cursor)
    for statement in (_VERSIONS, _LOADED, _CHECK_REFERENCES, "DROP TABLE staged"):
        cursor.execute(statement)
    return Applied(changeset_id, features, facts)


def _publish(cursor: psycopg.Cursor[Any]) -> int:
    bulk = cursor.execute("SELECT count(*) > 1000 FROM staged").fetchone() == (True,)
    labels = {code: {"vi": status.label.vi, "en": status.label.en} for code, status in STATUSES.items()}
    for statement in (*(_TELL_PLANNER_FIRST if bulk else ()), *_UNITS_OF_STAGED):
        cursor.execute(statement)
    features = cursor.execute(PUBLISH, {"labels": orjson.dumps(labels).decode(), "today": edtf.today()}).rowcount
    if bulk:
        cursor.execute(_TELL_PLANNER_LAST)
    return features
