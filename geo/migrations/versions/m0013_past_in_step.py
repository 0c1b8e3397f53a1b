"""A past as quick as today: indexes that answer for a day by themselves, and tiles that know since when they hold."""

from alembic import op

from geo.migrations.versions.m0008_tiles import DRAW, TRIGGERS

revision = "0013"
down_revision = "0012"

# Every condition of the two clocks, and what a filter or a tile asks, stand in the index: no row is read in vain. A
# status is found from either end of the years, whichever leaves less to read.
PERIODS = """
ALTER TABLE status_period DROP CONSTRAINT status_period_pkey,
  ADD PRIMARY KEY (feature, valid_from, valid_to, known_from, known_to) INCLUDE (status, condition);
CREATE INDEX status_period_begun ON status_period (status, valid_from, valid_to)
  INCLUDE (feature, known_from, known_to);
CREATE INDEX status_period_ending ON status_period (status, valid_to, valid_from)
  INCLUDE (feature, known_from, known_to);
CREATE INDEX feature_withdrawn ON feature (id) INCLUDE (known_from) WHERE withdrawn;
CREATE INDEX feature_past_withdrawn ON feature_past (id, known_from, known_to) WHERE withdrawn;
DROP INDEX feature_unit_unit;
CREATE INDEX feature_unit_unit ON feature_unit (unit, feature) INCLUDE (known_from);
"""

# known_from: a tile drew the feature like this since then.
FEATURES = """
ALTER TABLE tile_feature ADD COLUMN known_from timestamptz NOT NULL DEFAULT 'infinity',
  DROP CONSTRAINT tile_feature_pkey, ADD PRIMARY KEY (number) INCLUDE (feature, version);
ALTER TABLE tile_feature ALTER known_from DROP DEFAULT;
UPDATE tile_feature SET known_from = feature.known_from FROM feature WHERE feature.id = tile_feature.feature;
"""

# One level of cells more, for tiles of zoom 13.
MARKS = """
INSERT INTO tile_mark (level, x, y, look, features, sum_x, sum_y, numbers)
SELECT 17, (x >> 19)::integer, (y >> 19)::integer, look, count(*)::integer, sum(x)::bigint, sum(y)::bigint,
  sum(number)::bigint
FROM tile_feature WHERE level >= 16 GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
"""


def _changed(sql: str, *changes: tuple[str, str]) -> str:
    """The function of migration 0008, with these places of it changed."""
    for before, after in changes:
        if before not in sql:
            raise ValueError(f"{before!r} does not stand in the function that is changed.")
        sql = sql.replace(before, after)
    return sql


DRAW_SINCE = _changed(
    DRAW,
    ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    ("least(level + 1, 16)", "least(level + 1, 17)"),
    ("version, properties, ST_Transform", "version, properties, known_from, ST_Transform"),
    ("name_vi, area_ha, geometry)", "name_vi, area_ha, known_from, geometry)"),
    ("::double precision END,\n      shape", "::double precision END,\n      known_from, shape"),
)
CHANGED_SINCE = _changed(
    TRIGGERS.partition("CREATE TRIGGER")[0],
    ("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    (
        "OR fresh.geometry IS DISTINCT",
        "OR (fresh.known_from = 'infinity') <> (stale.known_from = 'infinity')\n        OR fresh.geometry IS DISTINCT",
    ),
)


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (PERIODS, FEATURES, MARKS, DRAW_SINCE, CHANGED_SINCE):
        cursor.execute(statements)
    cursor.close()
