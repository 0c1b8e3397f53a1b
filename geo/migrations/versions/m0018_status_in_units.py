"""Where a feature is, and its status, in one index: units and a status asked together are one range of it."""

from alembic import op

revision = "0018"
down_revision = "0017"

# NULL where the feature was withdrawn: no status that is asked for finds it.
STATUS = """
ALTER TABLE feature_unit ADD COLUMN status status_code;
DROP INDEX feature_unit_unit;
UPDATE feature_unit SET status = feature.status FROM feature WHERE feature.id = feature_unit.feature AND NOT withdrawn;
SET CONSTRAINTS ALL IMMEDIATE;
CREATE INDEX feature_unit_unit ON feature_unit (unit, status, feature) INCLUDE (known_from);
"""
# By whatever hand a feature or its units are written; what `apply` writes is right already, and is only looked at.
TRIGGERS = """
CREATE FUNCTION tell_status_to_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE feature_unit AS located SET status = now.status
  FROM (SELECT id, CASE WHEN NOT withdrawn THEN status END AS status FROM fresh) AS now
  WHERE located.feature = now.id AND located.status IS DISTINCT FROM now.status;
  RETURN NULL;
END $$;
CREATE FUNCTION learn_status_of_feature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE feature_unit AS located SET status = now.status
  FROM (SELECT entered.feature, entered.unit, CASE WHEN NOT withdrawn THEN feature.status END AS status
    FROM entered JOIN feature ON feature.id = entered.feature) AS now
  WHERE (located.feature, located.unit) = (now.feature, now.unit) AND located.status IS DISTINCT FROM now.status;
  RETURN NULL;
END $$;
CREATE TRIGGER tell_status_of_inserted AFTER INSERT ON feature REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION tell_status_to_units();
CREATE TRIGGER tell_status_of_updated AFTER UPDATE ON feature REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION tell_status_to_units();
CREATE TRIGGER learn_status AFTER INSERT ON feature_unit REFERENCING NEW TABLE AS entered
  FOR EACH STATEMENT EXECUTE FUNCTION learn_status_of_feature();
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(STATUS)
    cursor.execute("ANALYZE feature_unit")
    cursor.execute(TRIGGERS)
    cursor.close()
