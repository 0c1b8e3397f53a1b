"""What each unit that is no more is today, kept beside the successions that it follows from."""

from alembic import op

revision = "0009"
down_revision = "0008"

TODAY = """
CREATE TABLE admin_unit_today (
  unit text NOT NULL REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  today text NOT NULL REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  relation text NOT NULL CHECK (relation IN ('whole', 'part')),
  PRIMARY KEY (unit, today)
);
CREATE INDEX admin_unit_within_unit ON admin_unit_within (unit);
INSERT INTO admin_unit_today (unit, today, relation)
SELECT found.unit, found.today, max(found.relation)
FROM (SELECT unit, within AS today, 'whole' AS relation FROM admin_unit_within
      UNION ALL
      SELECT inside.within, reached.within, 'part'
      FROM admin_unit_within AS inside
      JOIN admin_succession AS step ON step.predecessor = inside.unit
      JOIN admin_unit_within AS reached ON reached.unit = step.successor) AS found
JOIN admin_unit AS ended ON ended.id = found.unit AND ended.valid_to IS NOT NULL
JOIN admin_unit AS now ON now.id = found.today AND now.valid_to IS NULL
GROUP BY found.unit, found.today;
"""


def upgrade() -> None:
    op.execute(TODAY)
