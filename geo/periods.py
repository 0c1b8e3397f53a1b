"""Which state a feature had from when to when, as known from when to when: derived from its facts, in SQL.

Of the facts that may have begun by a day, the one whose printed date ends last holds; then the later beginning, the
stronger basis, the later record. A stage that is only implied or inferred never pulls back one that a stronger source
told before. Between two days on which facts begin nothing changes, so a feature has few periods.
"""

from geo.status import STATUSES

# What the published text says of the state, in its order.
_STATE = """
SELECT
  coalesce(stage.status, 'unknown') AS status,
  label.vi AS status_vi,
  label.en AS status_en,
  coalesce(latest.condition, 'not_assessed') AS condition,
  CASE WHEN latest.condition IS NOT NULL THEN latest.edtf END AS condition_valid_from,
  CASE WHEN latest.condition IS NOT NULL THEN latest.source END AS condition_source,
  stage.basis AS basis,
  stage.edtf AS valid_from,
  stage.source AS status_source,
  stage.source_url AS status_source_url,
  stage.clause AS status_clause,
  stage.text_vi AS status_text_vi,
  coalesce(stage.uncertain OR stage.date_inferred, false) AS status_uncertain,
  disputed.id IS NOT NULL AS status_disputed,
  stage.secondary_status AS secondary_status,
  newest.edtf AS last_told"""
# `place` orders the facts of a feature by their right to hold; from `held_from` on a stronger source keeps a weak stage
# down.
_DERIVE = f"""
CREATE TEMP TABLE derived ON COMMIT DROP AS
WITH told AS MATERIALIZED (
  SELECT fact.*, row_number() OVER (ORDER BY fact.feature, fact.valid_latest, fact.valid_from,
    basis_strength(fact.basis), fact.id) AS place
  FROM staged JOIN status_fact AS fact ON fact.feature = staged.feature
  WHERE fact.changeset IN (SELECT id FROM changeset WHERE recorded_at <= %(known)s)
    AND (fact.retracted_by IS NULL OR fact.retracted_by IN (SELECT id FROM changeset WHERE recorded_at > %(known)s))
),
label AS (SELECT key AS code, value ->> 'vi' AS vi, value ->> 'en' AS en FROM jsonb_each(%(labels)s::jsonb)),
held AS (
  SELECT weak.feature, weak.id, weak.place, weak.valid_from, min(strong.valid_from) AS held_from
  FROM told AS weak JOIN told AS strong ON strong.feature = weak.feature AND strong.valid_latest <= weak.valid_latest
    AND status_rank(strong.status) > status_rank(weak.status)
  WHERE weak.status IS NOT NULL
    AND weak.basis IN ('implied', 'inferred') AND strong.basis NOT IN ('implied', 'inferred')
  GROUP BY weak.feature, weak.id, weak.place, weak.valid_from
),
-- Two sources tell different stages for the same printed date; what only follows from words tells nothing.
disputed AS (
  SELECT DISTINCT one.id
  FROM told AS one JOIN told AS other ON (other.feature, other.edtf) = (one.feature, one.edtf)
    AND other.status <> one.status AND other.source <> one.source
  WHERE one.basis NOT IN ('implied', 'inferred') AND other.basis NOT IN ('implied', 'inferred')
),
seen AS (
  SELECT feature, valid_from, lead(valid_from, 1, 'infinity') OVER days AS valid_to,
    max(max(place) FILTER (WHERE status IS NOT NULL AND held_from IS NULL)) OVER days AS stage,
    max(max(place) FILTER (WHERE held_from IS NULL)) OVER days AS latest,
    max(max(place)) OVER days AS newest
  FROM (SELECT told.feature, told.valid_from, told.place, status, held_from FROM told LEFT JOIN held USING (id)
    UNION ALL SELECT feature, '-infinity', NULL, NULL, NULL FROM staged) AS one
  GROUP BY feature, valid_from WINDOW days AS (PARTITION BY feature ORDER BY valid_from)
),
-- What is kept down from some day on counts until then.
until AS (
  SELECT seen.feature, seen.valid_from, max(place) AS place
  FROM held JOIN seen ON seen.feature = held.feature AND seen.valid_from >= held.valid_from
    AND seen.valid_from < held_from
  GROUP BY seen.feature, seen.valid_from
),
period AS (
  SELECT feature, valid_from, valid_to, greatest(stage, until.place) AS stage, greatest(latest, until.place) AS latest,
    newest
  FROM seen LEFT JOIN until USING (feature, valid_from)
)
SELECT period.feature, period.valid_from, period.valid_to, state.status, state.condition, stage.valid_from AS since,
  last_told_day(newest.edtf) AS last_told_day, substr(left(row_to_json(state)::text, -1), 2) AS members
FROM period
LEFT JOIN told AS stage ON stage.place = period.stage
LEFT JOIN told AS latest ON latest.place = period.latest
LEFT JOIN told AS newest ON newest.place = period.newest
LEFT JOIN disputed ON disputed.id = stage.id
JOIN label ON label.code = coalesce(stage.status, 'unknown')
CROSS JOIN LATERAL ({_STATE}) AS state
"""
"""Fills the temporary table `derived` for the features of `staged`, as known at `known`."""
_CLOSE = """
UPDATE status_period AS old SET known_to = %(known)s FROM staged
WHERE old.feature = staged.feature AND old.known_to = 'infinity' AND NOT EXISTS (
  SELECT FROM derived WHERE (derived.feature, derived.valid_from, derived.valid_to, derived.status, derived.condition,
    derived.members) = (old.feature, old.valid_from, old.valid_to, old.status, old.condition, old.members)
    AND derived.since IS NOT DISTINCT FROM old.since)
"""
_EXTEND = """
INSERT INTO status_period (feature, valid_from, valid_to, known_from, known_to, status, condition, since,
  last_told_day, members)
SELECT feature, valid_from, valid_to, %(known)s, 'infinity', status, condition, since, last_told_day, members
FROM derived
WHERE NOT EXISTS (SELECT FROM status_period AS same WHERE same.feature = derived.feature
  AND same.valid_from = derived.valid_from AND same.known_to = 'infinity')
ORDER BY feature, valid_from
"""
PERIODS = (_DERIVE, _CLOSE, _EXTEND)
"""What still holds stays as it was known; what no longer does is known until now, and the new from now on."""
LABELS = {code: {"vi": status.label.vi, "en": status.label.en} for code, status in STATUSES.items()}
