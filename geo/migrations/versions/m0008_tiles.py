"""What vector tiles are drawn from: a narrow copy of each feature in Web Mercator, and how many lie in each cell."""

from alembic import op

revision = "0008"
down_revision = "0007"

# x, y: the middle of its box, in units of a tile of zoom 24, right and down from the north-west of the world; in the
# same units size, the longer side of its box. level: the deepest level whose cells are as wide as it; level n parts the
# world into 2^n by 2^n cells.
FEATURES = """
CREATE TABLE tile_look (
  look integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  layer text NOT NULL,
  status status_code NOT NULL,
  condition condition_code NOT NULL,
  location_accuracy text,
  dimension smallint NOT NULL,
  UNIQUE NULLS NOT DISTINCT (layer, status, condition, location_accuracy, dimension)
);
CREATE TABLE tile_feature (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feature text NOT NULL UNIQUE,
  look integer NOT NULL,
  version integer NOT NULL,
  level smallint NOT NULL,
  x bigint NOT NULL,
  y bigint NOT NULL,
  size real NOT NULL,
  name_vi text,
  area_ha double precision,
  geometry geometry(Geometry, 3857) NOT NULL
);
CREATE INDEX tile_feature_geometry ON tile_feature USING gist (geometry);
CREATE INDEX tile_feature_level ON tile_feature (level);
CREATE INDEX tile_feature_look ON tile_feature (look);
"""

# Sums, to which an edit adds and from which it subtracts without reading a neighbour: of the places, for their mean,
# and of the numbers, which for a single feature is its own. What is wider than two cells is in none of them.
MARKS = """
CREATE TABLE tile_mark (
  level smallint NOT NULL,
  x integer NOT NULL,
  y integer NOT NULL,
  look integer NOT NULL,
  features integer NOT NULL CHECK (features >= 0),
  sum_x bigint NOT NULL,
  sum_y bigint NOT NULL,
  numbers bigint NOT NULL,
  PRIMARY KEY (level, x, y, look)
);
CREATE INDEX tile_mark_empty ON tile_mark (level) WHERE features = 0;
"""
_CELLS = """
  SELECT cell AS level, (one.x >> (36 - cell))::integer AS x, (one.y >> (36 - cell))::integer AS y, look,
    count(*)::integer AS features, sum(one.x)::bigint AS sum_x, sum(one.y)::bigint AS sum_y,
    sum(number)::bigint AS numbers
  FROM one CROSS JOIN LATERAL generate_series(0, least(level + 1, 16)) AS cell GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

# Writers come here one after the other: each has changed the version of the data before. `draw_features` brings the
# tables in line with these features as they are stored now, whatever was drawn of them before.
DRAW = f"""
CREATE FUNCTION draw_features(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH one AS (DELETE FROM tile_feature WHERE feature = ANY (ids) RETURNING *), gone AS ({_CELLS})
  UPDATE tile_mark AS mark SET features = mark.features - gone.features, sum_x = mark.sum_x - gone.sum_x,
    sum_y = mark.sum_y - gone.sum_y, numbers = mark.numbers - gone.numbers
  FROM gone WHERE (mark.level, mark.x, mark.y, mark.look) = (gone.level, gone.x, gone.y, gone.look);

  INSERT INTO tile_look (layer, status, condition, location_accuracy, dimension)
  SELECT layer, status, condition, properties ->> 'location_accuracy', ST_Dimension(geometry)
  FROM feature WHERE id = ANY (ids) AND geometry IS NOT NULL
  EXCEPT SELECT layer, status, condition, location_accuracy, dimension FROM tile_look
  ON CONFLICT DO NOTHING;

  WITH shaped AS MATERIALIZED (
    SELECT id, layer, status, condition, version, properties, ST_Transform(geometry, 3857) AS shape
    FROM feature WHERE id = ANY (ids) AND NOT withdrawn AND geometry IS NOT NULL
  ), boxed AS (
    SELECT shaped.*, look, dimension,
      greatest(ST_XMax(shape) - ST_XMin(shape), ST_YMax(shape) - ST_YMin(shape)) * scale AS size,
      (ST_XMin(shape) + ST_XMax(shape)) / 2 * scale AS east, (ST_YMin(shape) + ST_YMax(shape)) / 2 * scale AS north
    FROM shaped JOIN tile_look
      ON (tile_look.layer, tile_look.status, tile_look.condition, dimension)
        = (shaped.layer, shaped.status, shaped.condition, ST_Dimension(shape))
      AND tile_look.location_accuracy IS NOT DISTINCT FROM properties ->> 'location_accuracy'
    CROSS JOIN (SELECT 2 ^ 35 / (pi() * 6378137) AS scale OFFSET 0) AS world
  ), one AS (
    INSERT INTO tile_feature (feature, look, version, level, x, y, size, name_vi, area_ha, geometry)
    SELECT id, look, version, CASE WHEN size > 2 THEN floor(36 - ln(size) / ln(2)) ELSE 36 END,
      round(2 ^ 35 + east), round(2 ^ 35 - north), size, properties ->> 'name_vi',
      CASE WHEN dimension = 0 AND jsonb_typeof(properties -> 'area_ha') = 'number'
        THEN (properties ->> 'area_ha')::double precision END,
      shape
    FROM boxed ORDER BY shape -- along a curve, so that neighbours stand on one page
    RETURNING number, look, level, x, y
  )
  INSERT INTO tile_mark AS mark {_CELLS}
  ON CONFLICT (level, x, y, look) DO UPDATE SET features = mark.features + excluded.features,
    sum_x = mark.sum_x + excluded.sum_x, sum_y = mark.sum_y + excluded.sum_y, numbers = mark.numbers + excluded.numbers;

  DELETE FROM tile_mark WHERE features = 0;
  IF cardinality(ids) > 1000 THEN
    ANALYZE tile_look, tile_feature, tile_mark;
  END IF;
END $$;
"""

# What is written anew without a change, as when units change, is not drawn anew.
TRIGGERS = """
CREATE FUNCTION draw_changed_features() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ids text[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(id) INTO ids FROM fresh;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(id) INTO ids FROM stale;
  ELSIF TG_OP = 'UPDATE' THEN
    SELECT array_agg(id) || array_agg(before) INTO ids
    FROM (SELECT fresh.id, stale.id AS before FROM stale FULL JOIN fresh ON fresh.id = stale.id
      WHERE (fresh.layer, fresh.status, fresh.condition, fresh.version, fresh.withdrawn, fresh.properties)
        IS DISTINCT FROM (stale.layer, stale.status, stale.condition, stale.version, stale.withdrawn, stale.properties)
        OR fresh.geometry IS DISTINCT FROM stale.geometry) AS changed;
  ELSE
    TRUNCATE tile_feature, tile_mark;
  END IF;
  IF ids IS NOT NULL THEN
    PERFORM draw_features(ids);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER draw_inserted_features AFTER INSERT ON feature REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION draw_changed_features();
CREATE TRIGGER draw_updated_features AFTER UPDATE ON feature REFERENCING OLD TABLE AS stale NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION draw_changed_features();
CREATE TRIGGER draw_deleted_features AFTER DELETE ON feature REFERENCING OLD TABLE AS stale
  FOR EACH STATEMENT EXECUTE FUNCTION draw_changed_features();
CREATE TRIGGER draw_no_features AFTER TRUNCATE ON feature FOR EACH STATEMENT EXECUTE FUNCTION draw_changed_features();
"""
STORED = "SELECT draw_features(array_agg(id)) FROM feature HAVING count(*) > 0"


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (FEATURES, MARKS, DRAW, TRIGGERS, STORED):
        cursor.execute(statements)
    cursor.close()
