"""The two clocks: which state held on a day as known at an instant, and how a feature was published at an instant.

What exists gets its past when `geo.migrate.upgrade` has run every migration: it is derived by the same statements as
any edit's, which know the tables of today and not those of this step.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

# `known_from` is infinite until a feature's past is derived. No foreign key guards what is derived: it is written with
# what it is derived from, and 300 000 checks at a load of 100 000 features find nothing.
EDITIONS = """
ALTER TABLE feature ADD COLUMN known_from timestamptz NOT NULL DEFAULT 'infinity',
  ADD COLUMN head_bytes integer NOT NULL DEFAULT 0, ADD COLUMN state_bytes integer NOT NULL DEFAULT 0;
CREATE TABLE feature_past (
  id text NOT NULL,
  layer text NOT NULL,
  geometry project_geometry,
  properties jsonb NOT NULL,
  version integer NOT NULL,
  withdrawn boolean NOT NULL,
  changeset bigint NOT NULL,
  search text NOT NULL,
  geojson text NOT NULL,
  known_from timestamptz NOT NULL,
  head_bytes integer NOT NULL,
  state_bytes integer NOT NULL,
  known_to timestamptz NOT NULL CHECK (known_to > known_from),
  PRIMARY KEY (id, known_from)
) WITH (toast_tuple_target = 4080);
CREATE INDEX feature_past_geometry ON feature_past USING gist (geometry);
CREATE INDEX feature_past_layer ON feature_past (layer, id);
CREATE INDEX feature_past_search ON feature_past USING gin (search gin_trgm_ops);
CREATE FUNCTION keep_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO feature_past VALUES (OLD.id, OLD.layer, OLD.geometry, OLD.properties, OLD.version, OLD.withdrawn,
    OLD.changeset, OLD.search, OLD.geojson, OLD.known_from, OLD.head_bytes, OLD.state_bytes, NEW.known_from);
  RETURN NEW;
END $$;
CREATE TRIGGER keep_edition BEFORE UPDATE ON feature FOR EACH ROW
  WHEN (OLD.known_from < NEW.known_from) EXECUTE FUNCTION keep_edition();
ALTER TABLE feature_unit ADD COLUMN known_from timestamptz NOT NULL DEFAULT 'infinity';
CREATE TABLE feature_unit_past (
  feature text NOT NULL,
  unit text NOT NULL,
  known_from timestamptz NOT NULL,
  known_to timestamptz NOT NULL CHECK (known_to > known_from),
  PRIMARY KEY (feature, unit, known_from)
);
CREATE INDEX feature_unit_past_unit ON feature_unit_past (unit, feature);
"""

# Half-open on both clocks. For every feature and every two instants exactly one row holds.
PERIODS = """
CREATE TABLE status_period (
  feature text NOT NULL,
  valid_from date NOT NULL,
  valid_to date NOT NULL CHECK (valid_to > valid_from),
  known_from timestamptz NOT NULL,
  known_to timestamptz NOT NULL CHECK (known_to > known_from),
  status status_code NOT NULL,
  condition condition_code NOT NULL,
  since date,
  members text NOT NULL,
  PRIMARY KEY (feature, valid_from, known_from) INCLUDE (valid_to, known_to)
);
CREATE INDEX status_period_status ON status_period (status, feature, valid_from, valid_to, known_from, known_to);
CREATE INDEX status_period_condition ON status_period (condition, feature, valid_from, valid_to, known_from, known_to)
  WHERE condition <> 'not_assessed';
"""

# What was known then is counted in an index alone, too.
COUNTING = """
DROP INDEX feature_layer;
CREATE INDEX feature_layer ON feature (layer, id) INCLUDE (withdrawn, known_from);
"""

# The clock of the store: no two things are recorded at one instant, and none before another that is there already, not
# even where the clock of the machine was set back.
RECORDING = """
ALTER TABLE data_version ADD COLUMN recorded_at timestamptz;
UPDATE data_version SET recorded_at = coalesce((SELECT max(recorded_at) FROM changeset), '-infinity');
ALTER TABLE data_version ALTER recorded_at SET NOT NULL, ALTER recorded_at SET DEFAULT '-infinity';
"""


def upgrade() -> None:
    # The driver's own cursor: without parameters it leaves the % of format() and RAISE alone.
    cursor = op.get_bind().connection.cursor()
    for statements in (EDITIONS, PERIODS, COUNTING, RECORDING):
        cursor.execute(statements)
    cursor.close()
