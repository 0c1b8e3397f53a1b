"""Versions of a feature: what each changeset made of it, and what two of them differ in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from geo import clocks
from geo.errors import FeatureNotFound, InvalidParameter

ACCEPTED = "the number of a version (2), a day (2023-08-01, its end in the city) or an instant (2023-08-01T00:00:00Z)"
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class State:
    """A feature as one version has it, with the changeset that made it. `units`: as its sources state them."""

    version: int
    recorded_at: datetime
    actor: str
    note: str
    source: str
    withdrawn: bool
    properties: dict[str, Any]
    units: tuple[str, ...]
    shape: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What became of the place: whether it is another one, how far its centre moved, areas in m², lengths in m.

    None where one of the two has no place, no area or no length.
    """

    changed: bool
    moved_m: float | None
    area_m2: tuple[float | None, float | None]
    length_m: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Told:
    """A status fact that came, or was taken back, between two versions; the last three of its retraction."""

    status: str | None
    condition: str | None
    basis: str
    valid_from: str
    source: str
    retracted: bool
    at: datetime
    actor: str
    note: str


_LIST = text(
    """
    SELECT told.version, changeset.recorded_at, changeset.actor, changeset.note, changeset.source, told.withdrawn
    FROM feature_version AS told JOIN changeset ON changeset.id = told.changeset
    JOIN feature ON feature.id = told.feature
    WHERE told.feature = :id AND (CAST(:layer AS text) IS NULL OR feature.layer = :layer)
      AND changeset.recorded_at <= CAST(:known AS timestamptz) ORDER BY told.version DESC
    """
)
_FEATURE = text(
    """
    SELECT convert_to('{"type":"Feature","id":' || to_json(told.feature)::text || ',"geometry":'
      || coalesce(ST_AsGeoJSON(told.geometry, 7, 0), 'null') || ',"properties":'
      || (told.properties || jsonb_build_object('layer', told.layer, 'version', told.version))::text
      || ',"version":' || told.version || ',"withdrawn":' || told.withdrawn::text
      || ',"stated_units":' || told.stated_units::text || ',"changeset":' || json_build_object(
        'recorded_at', changeset.recorded_at, 'actor', changeset.actor, 'note', changeset.note,
        'source', changeset.source)::text || '}', 'UTF8') AS body,
      (SELECT max(version) FROM feature_version AS every WHERE every.feature = told.feature) AS latest
    FROM feature_version AS told JOIN changeset ON changeset.id = told.changeset
    JOIN feature ON feature.id = told.feature
    WHERE told.feature = :id AND told.version = :version AND (CAST(:layer AS text) IS NULL OR feature.layer = :layer)
    """
)
_STATE = text(
    """
    SELECT told.version, changeset.recorded_at, changeset.actor, changeset.note, changeset.source, told.withdrawn,
      told.properties, (SELECT array_agg(stated ->> 'as_stated' ORDER BY position)
        FROM jsonb_array_elements(told.stated_units) WITH ORDINALITY AS unit (stated, position)) AS units,
      GeometryType(told.geometry) AS shape
    FROM feature_version AS told JOIN changeset ON changeset.id = told.changeset
    WHERE told.feature = :id AND told.version = :version
    """
)
# Measured on the ground. Only what is stored is measured, and that was checked when it came in.
_GROUND = text(
    """
    SELECT ST_AsBinary(one.geometry) IS DISTINCT FROM ST_AsBinary(other.geometry),
      ST_Distance(CAST(ST_Centroid(one.geometry) AS geography), CAST(ST_Centroid(other.geometry) AS geography)),
      CASE WHEN ST_Dimension(one.geometry) = 2 THEN ST_Area(CAST(one.geometry AS geography)) END,
      CASE WHEN ST_Dimension(other.geometry) = 2 THEN ST_Area(CAST(other.geometry AS geography)) END,
      CASE WHEN ST_Dimension(one.geometry) = 1 THEN ST_Length(CAST(one.geometry AS geography)) END,
      CASE WHEN ST_Dimension(other.geometry) = 1 THEN ST_Length(CAST(other.geometry AS geography)) END
    FROM feature_version AS one JOIN feature_version AS other ON other.feature = one.feature
    WHERE one.feature = :id AND one.version = :first AND other.version = :last
    """
)
# A fact that came and went in between is told by neither version.
_FACTS = text(
    """
    SELECT fact.status, fact.condition, fact.basis, fact.edtf AS valid_from, fact.source,
      taken.recorded_at <= :last AS retracted, coalesce(taken.recorded_at, came.recorded_at) AS at,
      coalesce(taken.actor, came.actor) AS actor, coalesce(taken.note, came.note) AS note
    FROM status_fact AS fact JOIN changeset AS came ON came.id = fact.changeset
    LEFT JOIN changeset AS taken ON taken.id = fact.retracted_by AND taken.recorded_at <= :last
    WHERE fact.feature = :id AND ((came.recorded_at > :first AND came.recorded_at <= :last AND taken.id IS NULL)
      OR (came.recorded_at <= :first AND taken.recorded_at > :first))
    ORDER BY fact.valid_latest DESC, fact.id DESC
    """
)
_RETRACTED = text(
    """
    SELECT fact.id, fact.status, fact.condition, fact.basis, fact.edtf AS valid_from, came.recorded_at, fact.source,
      fact.source_url, fact.clause, fact.text_vi, jsonb_build_object('recorded_at', taken.recorded_at,
        'actor', taken.actor, 'note', taken.note, 'source', taken.source) AS retraction
    FROM status_fact AS fact JOIN changeset AS came ON came.id = fact.changeset
    JOIN changeset AS taken ON taken.id = fact.retracted_by
    WHERE fact.feature = :id AND taken.recorded_at <= CAST(:known AS timestamptz)
    ORDER BY taken.id DESC, fact.valid_latest DESC, fact.id DESC
    """
)
_AT = text(
    """
    SELECT max(version) FROM feature_version JOIN changeset ON changeset.id = feature_version.changeset
    WHERE feature = :id AND changeset.recorded_at <= :instant
    """
)


def every(
    connection: Connection, layer: str | None, feature_id: str, known: datetime | None = None
) -> list[dict[str, Any]]:
    """Each version with the changeset that made it, the newest first; `known`: those recorded by then.

    Raises FeatureNotFound.
    """
    values = {"id": feature_id, "layer": layer, "known": known or "infinity"}
    rows = connection.execute(_LIST, values).mappings().all()
    if not rows:
        raise FeatureNotFound(f"There is no feature {feature_id!r}{f' in {layer}' if layer else ''}.")
    return [dict(row) for row in rows]


def retracted(connection: Connection, feature_id: str, known: datetime | None = None) -> list[dict[str, Any]]:
    """Status facts that were taken back (by `known`), the latest first: as they were told, by whom and why no more."""
    values = {"id": feature_id, "known": known or "infinity"}
    return [dict(row) for row in connection.execute(_RETRACTED, values).mappings()]


def one(connection: Connection, layer: str | None, feature_id: str, version: str) -> tuple[bytes, int, int]:
    """One version as a Feature, its number, and the number of the latest. Raises FeatureNotFound."""
    number = _number(version)
    values = {"id": feature_id, "layer": layer, "version": number}
    row = None if number is None else connection.execute(_FEATURE, values).one_or_none()
    if row is None or number is None:
        raise FeatureNotFound(f"There is no version {version[:20]!a} of {feature_id!r}; its versions are listed there.")
    return row.body, number, row.latest


def between(
    connection: Connection, feature_id: str, known: list[int], first: str | None, last: str | None
) -> tuple[State, State, Ground, list[Told]]:
    """Two versions and what lies between them; `known`: its version numbers, the newest first.

    `first` and `last` name versions or instants; without them the last two. Raises InvalidParameter.
    """
    until = known[0] if last is None else _version_at(connection, feature_id, known, "to", last)
    since = max(until - 1, 1) if first is None else _version_at(connection, feature_id, known, "from", first)
    if since > until:
        raise InvalidParameter(
            f"from={first!r} is version {since}, later than to={last or 'the latest'!r}, version {until}; "
            "give the earlier one first."
        )
    states = [_state(connection, feature_id, version) for version in (since, until)]
    row = connection.execute(_GROUND, {"id": feature_id, "first": since, "last": until}).one()
    ground = Ground(row[0], row[1], (row[2], row[3]), (row[4], row[5]))
    span = {"id": feature_id, "first": states[0].recorded_at, "last": states[1].recorded_at}
    facts = [
        Told(**{**row, "retracted": bool(row["retracted"])}) for row in connection.execute(_FACTS, span).mappings()
    ]
    return states[0], states[1], ground, facts


def _state(connection: Connection, feature_id: str, version: int) -> State:
    row = connection.execute(_STATE, {"id": feature_id, "version": version}).mappings().one()
    return State(**{**row, "units": tuple(row["units"] or ())})


def _version_at(connection: Connection, feature_id: str, known: list[int], name: str, told: str) -> int:
    number = _number(told)
    if number is not None:
        if number not in known:
            raise InvalidParameter(f"{name}={told[:20]!r}: there are the versions {known[-1]} to {known[0]}.")
        return number
    try:
        instant = clocks.known_at(told, datetime.now(UTC))
    except InvalidParameter:
        raise InvalidParameter(f"{name}={told[:60]!a}: expected was {ACCEPTED}, not later than now.") from None
    found: int | None = connection.execute(_AT, {"id": feature_id, "instant": instant}).scalar_one()
    if found is None:
        raise InvalidParameter(f"{name}={told[:60]!r}: nothing of {feature_id!r} was recorded by then.")
    return found


def _number(told: str) -> int | None:
    """The number that a text is; None for any other text."""
    plain = told.isascii() and told.isdigit() and len(told) <= _LONGEST_NUMBER
    return int(told) if plain else None
