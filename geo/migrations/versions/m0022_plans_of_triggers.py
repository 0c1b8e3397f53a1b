"""A statement's statuses are carried between features and units by a plan for that statement, not for the first one.

PL/pgSQL keeps a plan as long as the session, and believes that later statements bring as many rows as the first did.
One made for the first layer of a load, when there were no units yet, met each unit of 100 000 features with each other.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

# As migration 0018 has them, but planned each time.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION tell_status_to_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'UPDATE feature_unit AS located SET status = now.status
    FROM (SELECT id, CASE WHEN NOT withdrawn THEN status END AS status FROM fresh) AS now
    WHERE located.feature = now.id AND located.status IS DISTINCT FROM now.status';
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION learn_status_of_feature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'UPDATE feature_unit AS located SET status = now.status
    FROM (SELECT entered.feature, entered.unit, CASE WHEN NOT withdrawn THEN feature.status END AS status
      FROM entered JOIN feature ON feature.id = entered.feature) AS now
    WHERE (located.feature, located.unit) = (now.feature, now.unit) AND located.status IS DISTINCT FROM now.status';
  RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute(FUNCTIONS)
