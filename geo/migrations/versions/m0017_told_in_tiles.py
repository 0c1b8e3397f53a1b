"""Tiles know until when anything was told of a feature, and its units where no more of its place is known."""

from alembic import op

from geo.migrations.versions.m0013_past_in_step import CHANGED_SINCE, DRAW_SINCE, _changed

revision = "0017"
down_revision = "0016"

# last_told_day: the last day that a printed date may mean, as a number that sorts and that people read: "2023-05" is
# 20230531, as `edtf.is_silent` takes it. told_unit_ids: out of the published text, which is the same now and then.
READING = """
CREATE FUNCTION last_told_day(edtf text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(overlay('0000-12-31' PLACING split_part(edtf, '/', -1) FROM 1), '-', '')::integer
$$;
CREATE FUNCTION told_unit_ids(properties jsonb, geojson text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN properties ->> 'location_accuracy' = 'commune' THEN (
    SELECT string_agg(id, ',') FROM json_array_elements_text(nullif(geojson, '')::json #> '{properties,unit_ids}') AS id
  ) END
$$;
"""

# With USING the table is written once, and without a row that is left behind.
PERIODS = """
ALTER TABLE status_period ADD COLUMN last_told_day integer;
ALTER TABLE status_period DROP CONSTRAINT status_period_pkey,
  ALTER last_told_day TYPE integer USING last_told_day(('{' || members || '}')::json ->> 'last_told');
ALTER TABLE status_period ADD PRIMARY KEY (feature, valid_from, valid_to, known_from, known_to)
  INCLUDE (status, condition, last_told_day);
"""

FEATURES = """
ALTER TABLE tile_feature ADD COLUMN last_told_day integer, ADD COLUMN unit_ids text;
UPDATE tile_feature SET last_told_day = period.last_told_day, unit_ids = told_unit_ids(properties, geojson)
FROM feature, status_period AS period
WHERE feature.id = tile_feature.feature
  AND period.feature = feature.id AND period.valid_to = 'infinity' AND period.known_to = 'infinity';
ALTER TABLE tile_feature DROP CONSTRAINT tile_feature_pkey,
  ADD PRIMARY KEY (number) INCLUDE (feature, version, last_told_day);
"""

DRAW_TOLD = _changed(
    DRAW_SINCE,
    ("version, properties, known_from, ST_Transform",
     "version, properties, known_from, told_unit_ids(properties, geojson) AS unit_ids, ST_Transform"),
    ("    CROSS JOIN (SELECT 2 ^ 35",
     "    LEFT JOIN status_period AS period\n"
     "      ON period.feature = id AND period.valid_to = 'infinity' AND period.known_to = 'infinity'\n"
     "    CROSS JOIN (SELECT 2 ^ 35"),
    ("SELECT shaped.*, look, dimension,", "SELECT shaped.*, look, dimension, period.last_told_day,"),
    ("name_vi, area_ha, known_from, geometry)", "name_vi, area_ha, known_from, last_told_day, unit_ids, geometry)"),
    ("::double precision END,\n      known_from, shape",
     "::double precision END,\n      known_from, last_told_day, unit_ids, shape"),
)  # fmt: skip
CHANGED_TOLD = _changed(
    CHANGED_SINCE,
    ("        OR fresh.geometry IS DISTINCT",
     "        OR fresh.properties ->> 'location_accuracy' = 'commune' AND fresh.geojson <> stale.geojson\n"
     "        OR fresh.geometry IS DISTINCT"),
)  # fmt: skip


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (READING, PERIODS, FEATURES, DRAW_TOLD, CHANGED_TOLD):
        cursor.execute(statements)
    cursor.close()
