"""The published form of a feature: one flat GeoJSON Feature, assembled in SQL when the row is written.

Reads pass this text through as bytes. What stands in it beside the curated properties is derived here and nowhere else.
"""

from geo.outgoing import Column

_CURRENT = """
  SELECT DISTINCT ON (told.feature) told.*
  FROM staged JOIN status_fact AS told ON told.feature = staged.feature
  JOIN status_fact_effective(%(today)s, 'infinity') AS judged ON judged.fact = told.id
  WHERE judged.effective AND {kind}
  ORDER BY told.feature, told.valid_latest DESC, told.valid_from DESC, basis_strength(told.basis) DESC, told.id DESC
"""
_UNITS = """
  SELECT feature_unit.feature, jsonb_agg(unit ORDER BY unit) AS ids,
    jsonb_agg(full_name ORDER BY unit) FILTER (WHERE level = 'district' AND generation = '2024') AS districts_2024,
    jsonb_agg(full_name ORDER BY unit)
      FILTER (WHERE level = 'district' AND generation = '2025-01') AS districts_2025_01,
    jsonb_agg(full_name ORDER BY unit) FILTER (WHERE level = 'commune' AND generation = '2024') AS communes_2024,
    jsonb_agg(full_name ORDER BY unit) FILTER (WHERE level = 'commune' AND generation = '2025-07') AS units_2025_07
  FROM staged JOIN feature_unit ON feature_unit.feature = staged.feature
  JOIN admin_unit ON admin_unit.id = feature_unit.unit
  GROUP BY feature_unit.feature
"""
# Seven decimals of a degree are a centimetre: RFC 7946 asks for no more.
_GEOMETRY = "coalesce(ST_AsGeoJSON(staged.geometry, 7, 0), 'null')"
# A new changeset makes a new version; deriving the same anew does not.
_DERIVED = """
SELECT
  staged.properties -> 'name_vi' AS name_vi,
  staged.properties -> 'name_en' AS name_en,
  staged.layer AS layer,
  coalesce(stage.status, 'unknown') AS status,
  %(labels)s::jsonb -> coalesce(stage.status, 'unknown') -> 'vi' AS status_vi,
  %(labels)s::jsonb -> coalesce(stage.status, 'unknown') -> 'en' AS status_en,
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
  stage.secondary_status AS secondary_status,
  coalesce(units.districts_2024, '[]') AS districts_2024,
  coalesce(units.districts_2025_01, '[]') AS districts_2025_01,
  coalesce(units.communes_2024, '[]') AS communes_2024,
  coalesce(units.units_2025_07, '[]') AS units_2025_07,
  coalesce(units.ids, '[]') AS unit_ids,
  coalesce(before.version, 0) + (staged.changeset IS DISTINCT FROM before.changeset)::integer AS version,
  to_char(changeset.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS updated_at"""
COLUMNS = (
    *(Column(name, "text") for name in ("name_vi", "name_en", "layer", "status", "status_vi", "status_en")),
    *(Column(name, "text") for name in ("condition", "condition_valid_from", "condition_source", "basis")),
    *(Column(name, "text") for name in ("valid_from", "status_source", "status_source_url", "status_clause")),
    Column("status_text_vi", "text"),
    Column("status_uncertain", "boolean"),
    Column("secondary_status", "text"),
    *(Column(name, "list") for name in ("districts_2024", "districts_2025_01", "communes_2024", "units_2025_07")),
    Column("unit_ids", "list"),
    Column("version", "integer"),
    Column("updated_at", "text"),
)
"""What stands in the text beside the curated properties, in its order, as a table holds it."""
# A curated field of the same name does not pose as one of these.
_REST = f"(staged.properties - '{{{','.join(column.name for column in COLUMNS)}}}'::text[])"

PUBLISH = f"""
INSERT INTO feature (id, layer, geometry, properties, stated_units, version, withdrawn, changeset, status, condition,
  valid_from, geojson)
SELECT staged.feature, staged.layer, staged.geometry, staged.properties, staged.units, derived.version,
  staged.withdrawn, staged.changeset, derived.status, derived.condition, stage.valid_from,
  '{{"type":"Feature","id":' || to_json(staged.feature)::text || ',"geometry":' || {_GEOMETRY}
  || ',"properties":' || left(row_to_json(derived)::text, -1)
  || CASE {_REST} WHEN '{{}}' THEN '}}' ELSE ',' || substr({_REST}::text, 2) END || '}}'
FROM staged
JOIN changeset ON changeset.id = staged.changeset
LEFT JOIN feature AS before ON before.id = staged.feature
LEFT JOIN ({_CURRENT.format(kind="told.status IS NOT NULL")}) AS stage ON stage.feature = staged.feature
LEFT JOIN ({_CURRENT.format(kind="true")}) AS latest ON latest.feature = staged.feature
LEFT JOIN ({_UNITS}) AS units ON units.feature = staged.feature
CROSS JOIN LATERAL ({_DERIVED}) AS derived
ON CONFLICT (id) DO UPDATE SET geometry = excluded.geometry, properties = excluded.properties,
  stated_units = excluded.stated_units, version = excluded.version, withdrawn = excluded.withdrawn,
  changeset = excluded.changeset, status = excluded.status, condition = excluded.condition,
  valid_from = excluded.valid_from, geojson = excluded.geojson
"""
"""Writes `feature` from the temporary table `staged`; `labels` of the statuses as JSON, `today` in the city."""
