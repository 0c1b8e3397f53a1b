"""Edits on their way in: copied to the temporary table `staged`, where what cannot be a feature is refused."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

import orjson
import psycopg

from geo import edtf
from geo.errors import InvalidFeature, InvalidParameter, VersionConflict
from geo.feature import LONGEST_ID, Changeset, Edit, StatusFact, is_id
from geo.status import BASES, CONDITIONS, STATUSES

# The geometry arrives as GeoJSON text and meets the checks of its domain here, once, before anything is done with it.
_TABLE = """
CREATE TEMP TABLE staged (
  feature text PRIMARY KEY, layer text NOT NULL, geometry project_geometry, properties jsonb NOT NULL,
  units jsonb NOT NULL, facts jsonb NOT NULL, retracted bigint[] NOT NULL, withdrawn boolean NOT NULL,
  expected_version integer, digest text, changeset bigint NOT NULL,
  version integer
) ON COMMIT DROP
"""
_COPY = """
COPY staged (feature, layer, geometry, properties, units, facts, retracted, withdrawn, expected_version, digest,
  changeset) FROM STDIN
"""
_AGAIN = """
INSERT INTO staged (feature, layer, geometry, properties, units, facts, retracted, withdrawn, changeset, version)
SELECT id, layer, geometry, properties, stated_units, '[]', '{}', withdrawn, changeset, version FROM feature
"""
_AS_THEN = """
INSERT INTO staged (feature, layer, geometry, properties, units, facts, retracted, withdrawn, changeset, version)
SELECT feature, layer, geometry, properties, stated_units, '[]', '{}', withdrawn, changeset, version
FROM feature_version WHERE changeset = %(changeset)s
"""
# Only what the plans need: to sample the wide columns would cost more than the plans gain.
_TELL_PLANNER = "ANALYZE staged (feature, layer, changeset)"
_LOCK_ROWS = "SELECT FROM feature WHERE id IN (SELECT feature FROM staged) FOR UPDATE"
_CONFLICTS = """
SELECT staged.feature, coalesce(feature.version, 0), staged.expected_version, feature.layer, staged.layer
FROM staged LEFT JOIN feature ON feature.id = staged.feature
WHERE staged.expected_version <> coalesce(feature.version, 0) OR feature.layer <> staged.layer ORDER BY 1 LIMIT 10
"""
_REASONS = {
    "staged_pkey": "one changeset edits it twice",
    "kind": "its geometry is none of Point, LineString, Polygon, MultiPoint, MultiLineString and MultiPolygon",
    "not_empty": "its geometry is empty; a feature without a place has null",
    "vertices": "its geometry has more than 50 000 vertices; simplify it",
    "whole_parts": "a part of its geometry is empty or no number",
    "within_vietnam": "its geometry leaves 102–118° E, 6–24° N; WGS 84 was expected, longitude first",
    "without_flaws": "its geometry is not valid: a ring crosses itself or is not closed, or a coordinate is no number",
}


def stage(cursor: psycopg.Cursor[Any], changeset_id: int, changeset: Changeset) -> None:
    """Fill `staged` with the edits, streamed once, and lock the features that they change.

    Raises InvalidFeature for what cannot be stored, VersionConflict for an edit of an older version.
    """
    cursor.execute(_TABLE)
    _copy(cursor, changeset_id, changeset.edits)
    cursor.execute(_TELL_PLANNER)
    cursor.execute(_LOCK_ROWS)
    conflicts = cursor.execute(_CONFLICTS).fetchall()
    if moved := [
        f"{one} belongs to {now}, not {asked}" for one, _, _, now, asked in conflicts if now not in (None, asked)
    ]:
        raise InvalidFeature(f"A feature keeps its layer: {'; '.join(moved)}.")
    if conflicts:
        told = "; ".join(f"{feature} is at version {now}, not {expected}" for feature, now, expected, _, _ in conflicts)
        raise VersionConflict(f"Someone else changed this first: {told}. Read the new version and edit that.")


def stage_again(cursor: psycopg.Cursor[Any]) -> None:
    """Fill `staged` with every feature as it is stored."""
    for statement in (_TABLE, _AGAIN, _TELL_PLANNER):
        cursor.execute(statement)


def stage_as_then(cursor: psycopg.Cursor[Any], changeset_id: int) -> None:
    """Fill `staged` with the versions that a changeset made."""
    cursor.execute(_TABLE)
    cursor.execute(_AS_THEN, {"changeset": changeset_id})
    cursor.execute(_TELL_PLANNER)


def _copy(cursor: psycopg.Cursor[Any], changeset_id: int, edits: Iterable[Edit]) -> None:
    today = edtf.today()
    ids: list[str] = []
    try:
        with cursor.copy(_COPY) as copy:
            for edit in edits:
                ids.append(edit.feature_id)
                copy.write_row(_row(edit, changeset_id, today))
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.InternalError_) as error:
        line = re.search(r"line (\d+)", error.diag.context or "")
        named = ids[int(line[1]) - 1] if line else "the changeset"
        reason = _REASONS.get(error.diag.constraint_name or "", error.diag.message_primary)
        raise InvalidFeature(f"{named}: {reason}. Nothing of the changeset is stored.") from error


def _row(edit: Edit, changeset_id: int, today: date) -> tuple[Any, ...]:
    if not is_id(edit.feature_id):
        raise InvalidFeature(
            f"{edit.feature_id!r} is no id; small letters a–z and digits in words joined by hyphens were expected, "
            f"{LONGEST_ID} characters at most."
        )
    name = edit.properties.get("name_vi")
    if not isinstance(name, str) or not name.strip():
        raise InvalidFeature(f"{edit.feature_id}: a feature needs a name_vi.")
    units = [
        {"unit_id": unit.unit_id, "as_stated": unit.as_stated, "source": unit.source, "part": unit.part}
        for unit in edit.units
    ]
    return (
        edit.feature_id,
        edit.layer,
        edit.geometry,
        orjson.dumps(edit.properties).decode(),
        orjson.dumps(units).decode(),
        orjson.dumps([_fact(edit.feature_id, fact, today) for fact in edit.facts]).decode(),
        list(edit.retracted),
        edit.withdrawn,
        edit.expected_version,
        edit.digest,
        changeset_id,
    )


def _fact(feature_id: str, fact: StatusFact, today: date) -> dict[str, Any]:
    _one_of(feature_id, "status", fact.status, STATUSES)
    _one_of(feature_id, "condition", fact.condition, CONDITIONS)
    _one_of(feature_id, "basis", fact.basis, BASES)
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


def _one_of(feature_id: str, what: str, code: str | None, codes: Collection[str]) -> None:
    if code is not None and code not in codes:
        raise InvalidFeature(f"{feature_id}: there is no {what} {code!r}; use one of {', '.join(codes)}.")
