"""`apply`: the only way in. One transaction writes the changeset, its facts, the features and their versions."""

from datetime import datetime
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection

from geo.errors import InvalidFeature
from geo.feature import Applied, Changeset
from geo.located import UNITS
from geo.missing import missing_reference
from geo.periods import LABELS, PERIODS
from geo.published import PUBLISH
from geo.staging import stage, stage_again, stage_as_then
from geo.writing import queue

_NOW = """
UPDATE data_version SET recorded_at = greatest(clock_timestamp(), recorded_at + interval '1 microsecond')
RETURNING recorded_at
"""
_CHANGESET = "INSERT INTO changeset (recorded_at, actor, note, source) VALUES (%s, %s, %s, %s) RETURNING id"
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
_VERSIONS = """
INSERT INTO feature_version (feature, version, layer, geometry, properties, stated_units, withdrawn, changeset)
SELECT id, feature.version, feature.layer, feature.geometry, feature.properties, stated_units, feature.withdrawn,
  feature.changeset
FROM staged JOIN feature ON feature.id = staged.feature
"""
_LOADED = """
INSERT INTO loaded_feature (feature, digest, version)
SELECT feature.id, digest, feature.version FROM staged JOIN feature ON feature.id = staged.feature
WHERE digest IS NOT NULL
ON CONFLICT (feature) DO UPDATE SET digest = excluded.digest, version = excluded.version
"""
_WITHOUT_PAST = """
SELECT id, recorded_at FROM changeset WHERE EXISTS (
  SELECT FROM feature_version JOIN feature ON feature.id = feature_version.feature
  WHERE feature_version.changeset = changeset.id AND feature.known_from = 'infinity') ORDER BY id
"""
# Without fresh statistics the plans made for small tables stay: the check of 100 000 references would then read the
# whole table for each.
_TELL_PLANNER_FIRST = ("ANALYZE status_fact", "ANALYZE changeset", "SET LOCAL work_mem = '128MB'")
_TELL_PLANNER_LAST = "ANALYZE feature, feature_unit, status_period"
# The words of many features are sorted into their indexes once, and not with every 4 MB of them.
_GATHER_WORDS = "SET LOCAL gin_pending_list_limit = '1GB'"
_SORT_WORDS_IN = (
    "SELECT gin_clean_pending_list(name) FROM unnest(ARRAY['feature_search', 'feature_investors']::regclass[]) AS name",
    "SET LOCAL gin_pending_list_limit TO DEFAULT",
)
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


def refresh(connection: Connection) -> int:
    """Derive the units and the published text of every feature anew, after units or labels changed; how many.

    Nothing that was told changes, so no version does.
    """
    queue(connection)
    with _driver(connection).cursor() as cursor:
        stage_again(cursor)
        features = _publish(cursor, _now(cursor))
        cursor.execute("DROP TABLE staged")
    return features


def replay(connection: Connection) -> int:
    """Derive the past of every feature that has none, out of its versions and facts; how many changesets that took.

    What an older version of this software wrote knew no past.
    """
    queue(connection)
    with _driver(connection).cursor() as cursor:
        changesets = cursor.execute(_WITHOUT_PAST).fetchall()
        for changeset_id, recorded_at in changesets:
            stage_as_then(cursor, changeset_id)
            _publish(cursor, recorded_at)
            cursor.execute("DROP TABLE staged")
    return len(changesets)


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"a psycopg connection is needed for COPY, not {type(driver).__name__}")
    return driver


def _now(cursor: psycopg.Cursor[Any]) -> datetime:
    """The instant of what is written next, later than any at which something was recorded."""
    (instant,) = cursor.execute(_NOW).fetchone() or (None,)
    if not isinstance(instant, datetime):
        raise TypeError("data_version has no row")
    return instant


def _apply(cursor: psycopg.Cursor[Any], changeset: Changeset) -> Applied:
    known = _now(cursor)
    told = [known, changeset.actor, changeset.note, changeset.source]
    (changeset_id,) = cursor.execute(_CHANGESET, told).fetchone() or (0,)
    stage(cursor, changeset_id, changeset)
    to_retract = cursor.execute(_TO_RETRACT).fetchone()
    retracted = cursor.execute(_RETRACT).rowcount
    if to_retract != (retracted,):
        raise InvalidFeature("A fact to be retracted was retracted before, or is not one of this feature.")
    facts = cursor.execute(_FACTS).rowcount
    features = _publish(cursor, known)
    for statement in (_VERSIONS, _LOADED, _CHECK_REFERENCES, "DROP TABLE staged"):
        cursor.execute(statement)
    return Applied(changeset_id, features, facts)


def _publish(cursor: psycopg.Cursor[Any], known: datetime) -> int:
    """Derive periods, units and texts of what is staged, as known from this instant on; how many features changed."""
    bulk = cursor.execute("SELECT count(*) > 1000 FROM staged").fetchone() == (True,)
    values = {"known": known, "labels": orjson.dumps(LABELS).decode()}
    for statement in (*_TELL_PLANNER_FIRST, _GATHER_WORDS) if bulk else ():
        cursor.execute(statement)
    for statement in (*PERIODS, *UNITS):
        cursor.execute(statement, values)
    features = cursor.execute(PUBLISH, values).rowcount
    cursor.execute("DROP TABLE derived, derived_unit")
    for statement in (*_SORT_WORDS_IN, _TELL_PLANNER_LAST) if bulk else ():
        cursor.execute(statement)
    return features
