"""In which units each feature is, as its sources state or its geometry shows, and from when to when that was known."""

_STATED = """
CREATE TEMP TABLE derived_unit ON COMMIT DROP AS
SELECT DISTINCT staged.feature, stated.value ->> 'unit_id' AS unit, 'stated' AS basis
FROM staged CROSS JOIN jsonb_array_elements(units) AS stated WHERE stated.value ->> 'unit_id' IS NOT NULL
"""
# A label point that nobody surveyed or mapped does not speak against the unit that a source states.
_LOCATED = """
INSERT INTO derived_unit
SELECT DISTINCT staged.feature, admin_unit.id, 'located'
FROM staged JOIN admin_unit_piece ON ST_Intersects(admin_unit_piece.geometry, staged.geometry)
JOIN admin_unit ON admin_unit.id = admin_unit_piece.unit
WHERE (ST_Dimension(staged.geometry) > 0
  OR coalesce(staged.properties ->> 'location_accuracy' IN ('surveyed', 'mapped'), false)
  OR NOT EXISTS (SELECT FROM derived_unit JOIN admin_unit AS stated ON stated.id = derived_unit.unit
                 WHERE derived_unit.feature = staged.feature
                   AND (stated.level, stated.generation) = (admin_unit.level, admin_unit.generation)))
  AND (staged.feature, admin_unit.id) NOT IN (SELECT feature, unit FROM derived_unit)
"""
_LEFT = """
WITH gone AS (
  DELETE FROM feature_unit USING staged WHERE feature_unit.feature = staged.feature
    AND NOT EXISTS (SELECT FROM derived_unit AS still
                    WHERE (still.feature, still.unit) = (feature_unit.feature, feature_unit.unit))
  RETURNING feature_unit.feature, feature_unit.unit, feature_unit.known_from)
INSERT INTO feature_unit_past SELECT feature, unit, known_from, %(known)s FROM gone WHERE known_from < %(known)s
"""
_ENTERED = """
INSERT INTO feature_unit (feature, unit, basis, known_from, status)
SELECT feature, unit, basis, %(known)s, CASE WHEN NOT withdrawn THEN today.status END
FROM derived_unit JOIN staged USING (feature) JOIN derived AS today USING (feature) WHERE today.valid_to = 'infinity'
ON CONFLICT (feature, unit) DO UPDATE SET basis = excluded.basis,
  known_from = least(feature_unit.known_from, excluded.known_from)
WHERE feature_unit.basis <> excluded.basis OR feature_unit.known_from = 'infinity'
"""
UNITS = (_STATED, "CREATE INDEX ON derived_unit (feature)", _LOCATED, _LEFT, _ENTERED)
"""Write `feature_unit` for what is staged and `derived`, as known from `known` on."""
