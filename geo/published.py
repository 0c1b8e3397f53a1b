"""The published form of a feature: one flat GeoJSON Feature, assembled in SQL when the row is written.

Reads pass this text through as bytes, with the state of another day in its place where one is asked for. What stands in
it beside the curated properties is derived here and in `geo.periods`, and nowhere else.
"""

from geo.outgoing import Column

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
# The state stands between these two, in one piece, so that the state of another day can be put in its place.
_HEAD = """
SELECT staged.properties -> 'name_vi' AS name_vi, staged.properties -> 'name_en' AS name_en, staged.layer AS layer"""
_TAIL = """
SELECT
  coalesce(units.districts_2024, '[]') AS districts_2024,
  coalesce(units.districts_2025_01, '[]') AS districts_2025_01,
  coalesce(units.communes_2024, '[]') AS communes_2024,
  coalesce(units.units_2025_07, '[]') AS units_2025_07,
  coalesce(units.ids, '[]') AS unit_ids,
  coalesce(staged.version, before.version + 1, 1) AS version,
  to_char(changeset.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS updated_at"""
COLUMNS = (
    *(Column(name, "text") for name in ("name_vi", "name_en", "layer", "status", "status_vi", "status_en")),
    *(Column(name, "text") for name in ("condition", "condition_valid_from", "condition_source", "basis")),
    *(Column(name, "text") for name in ("valid_from", "status_source", "status_source_url", "status_clause")),
    Column("status_text_vi", "text"),
    Column("status_uncertain", "boolean"),
    Column("status_disputed", "boolean"),
    Column("secondary_status", "text"),
    Column("last_told", "text"),
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
  valid_from, geojson, known_from, head_bytes, state_bytes)
SELECT staged.feature, staged.layer, staged.geometry, staged.properties, staged.units, tail.version, staged.withdrawn,
  staged.changeset, today.status, today.condition, today.since, text.head || today.members || text.tail, %(known)s,
  octet_length(text.head), octet_length(today.members)
FROM staged
JOIN changeset ON changeset.id = staged.changeset
JOIN derived AS today ON today.feature = staged.feature AND today.valid_to = 'infinity'
LEFT JOIN feature AS before ON before.id = staged.feature
LEFT JOIN ({_UNITS}) AS units ON units.feature = staged.feature
CROSS JOIN LATERAL ({_HEAD}) AS head
CROSS JOIN LATERAL ({_TAIL}) AS tail
CROSS JOIN LATERAL (SELECT
  '{{"type":"Feature","id":' || to_json(staged.feature)::text || ',"geometry":' || {_GEOMETRY} || ',"properties":'
  || left(row_to_json(head)::text, -1) || ',' AS head,
  ',' || substr(left(row_to_json(tail)::text, -1), 2)
  || CASE {_REST} WHEN '{{}}' THEN '}}' ELSE ',' || substr({_REST}::text, 2) END || '}}' AS tail) AS text
ON CONFLICT (id) DO UPDATE SET geometry = excluded.geometry, properties = excluded.properties,
  stated_units = excluded.stated_units, version = excluded.version, withdrawn = excluded.withdrawn,
  changeset = excluded.changeset, status = excluded.status, condition = excluded.condition,
  valid_from = excluded.valid_from, geojson = excluded.geojson, known_from = excluded.known_from,
  head_bytes = excluded.head_bytes, state_bytes = excluded.state_bytes
WHERE feature.changeset <> excluded.changeset OR feature.geojson <> excluded.geojson OR feature.known_from = 'infinity'
"""
"""Writes `feature` from `staged` and `derived`, as known from `known` on; what says the same as before stays."""
