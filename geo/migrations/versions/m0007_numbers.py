"""How many features there are by layer, status and condition, kept right by triggers, whatever hand changes them."""

from alembic import op

revision = "0007"
down_revision = "0006"

NUMBERS = """
CREATE TABLE feature_number (
  layer text NOT NULL,
  status text NOT NULL,
  condition text NOT NULL,
  number bigint NOT NULL,
  PRIMARY KEY (layer, status, condition)
);
CREATE FUNCTION count_features() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO feature_number AS kept SELECT layer, status, condition, count(*) FROM after_it
    WHERE NOT withdrawn GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (layer, status, condition) DO UPDATE SET number = kept.number + excluded.number;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO feature_number AS kept SELECT layer, status, condition, -count(*) FROM before_it
    WHERE NOT withdrawn GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (layer, status, condition) DO UPDATE SET number = kept.number + excluded.number;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO feature_number AS kept SELECT layer, status, condition, sum(step) FROM (
      SELECT layer, status, condition, 1 AS step FROM after_it WHERE NOT withdrawn
      UNION ALL SELECT layer, status, condition, -1 FROM before_it WHERE NOT withdrawn) AS steps
    GROUP BY 1, 2, 3 HAVING sum(step) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (layer, status, condition) DO UPDATE SET number = kept.number + excluded.number;
  ELSE
    DELETE FROM feature_number;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER count_inserted AFTER INSERT ON feature REFERENCING NEW TABLE AS after_it
  FOR EACH STATEMENT EXECUTE FUNCTION count_features();
CREATE TRIGGER count_updated AFTER UPDATE ON feature REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it
  FOR EACH STATEMENT EXECUTE FUNCTION count_features();
CREATE TRIGGER count_deleted AFTER DELETE ON feature REFERENCING OLD TABLE AS before_it
  FOR EACH STATEMENT EXECUTE FUNCTION count_features();
CREATE TRIGGER count_truncated AFTER TRUNCATE ON feature FOR EACH STATEMENT EXECUTE FUNCTION count_features();
LOCK TABLE feature IN SHARE MODE;
INSERT INTO feature_number SELECT layer, status, condition, count(*) FROM feature WHERE NOT withdrawn GROUP BY 1, 2, 3;
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(NUMBERS)
    cursor.close()
