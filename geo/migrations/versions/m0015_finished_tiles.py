"""Finished tiles, and what tells of each whether it still holds: the last change of anything that it shows."""

from alembic import op

revision = "0015"
down_revision = "0014"

# A tile is given only while its `changes` are still what tile_change tells: of everything (level -1), and of the tile.
# So whoever makes one keeps no writer waiting, and one that is stored too late is never taken for a fresh one.
TABLES = """
CREATE TABLE tile_change (
  level smallint NOT NULL,
  x integer NOT NULL,
  y integer NOT NULL,
  change uuid NOT NULL,
  PRIMARY KEY (level, x, y)
);
CREATE TABLE tile_made (
  collection text NOT NULL,
  level smallint NOT NULL,
  x integer NOT NULL,
  y integer NOT NULL,
  drawn_as text NOT NULL,
  changes uuid[] NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (collection, level, x, y)
);
ALTER TABLE tile_made ALTER body SET STORAGE EXTERNAL;
"""

# Random, not counted: what was told of a tile once is never told of it again. A sixteenth of a tile around each feature
# is twice the buffer, and leaves room for boxes that PostGIS keeps in single precision. Of many features, or of one as
# wide as a country, it is told that everything changed.
CHANGE = """
CREATE FUNCTION change_all_tiles() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM tile_change WHERE level >= 0;
  INSERT INTO tile_change VALUES (-1, 0, 0, gen_random_uuid())
  ON CONFLICT (level, x, y) DO UPDATE SET change = excluded.change;
END $$;
CREATE FUNCTION change_tiles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  many boolean := true;
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    SELECT count(*) > 1000 INTO many FROM moved;
  END IF;
  IF NOT many THEN
    WITH box AS (
      SELECT 0.5 + ST_XMin(geometry) / around AS west, 0.5 + ST_XMax(geometry) / around AS east,
        0.5 - ST_YMax(geometry) / around AS north, 0.5 - ST_YMin(geometry) / around AS south
      FROM moved, (SELECT 2 * pi() * 6378137 AS around) AS world
    ), reach AS (
      SELECT level::smallint,
        greatest(floor(west * side - 0.0625), 0)::integer AS first_x,
        least(floor(east * side + 0.0625), side - 1)::integer AS last_x,
        greatest(floor(north * side - 0.0625), 0)::integer AS first_y,
        least(floor(south * side + 0.0625), side - 1)::integer AS last_y
      FROM box, generate_series(0, 12) AS level, LATERAL (SELECT 2 ^ level AS side) AS sides
    ), few AS (
      SELECT * FROM reach WHERE (last_x - first_x + 1)::bigint * (last_y - first_y + 1) <= 1000
    ), told AS (
      INSERT INTO tile_change SELECT touched.*, gen_random_uuid() FROM (
        SELECT DISTINCT level, x, y
        FROM few, generate_series(first_x, last_x) AS x, generate_series(first_y, last_y) AS y ORDER BY level, x, y
      ) AS touched
      ON CONFLICT (level, x, y) DO UPDATE SET change = excluded.change
    )
    SELECT (SELECT count(*) FROM few) < (SELECT count(*) FROM reach) INTO many;
  END IF;
  IF many THEN
    PERFORM change_all_tiles();
  END IF;
  RETURN NULL;
END $$;
"""
_TRIGGERS = (
    ("left_tiles", "DELETE", "REFERENCING OLD TABLE AS moved"),
    ("entered_tiles", "INSERT", "REFERENCING NEW TABLE AS moved"),
    ("moved_from_tiles", "UPDATE", "REFERENCING OLD TABLE AS moved"),
    ("moved_to_tiles", "UPDATE", "REFERENCING NEW TABLE AS moved"),
    ("left_all_tiles", "TRUNCATE", ""),
)


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(TABLES)
    cursor.execute(CHANGE)
    for name, event, rows in _TRIGGERS:
        cursor.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON tile_feature {rows} "
            "FOR EACH STATEMENT EXECUTE FUNCTION change_tiles()"
        )
    cursor.close()
