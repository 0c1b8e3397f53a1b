"""Outlines that an office brought in: they take the place of the generalised ones, and stay when `data/` is loaded."""

from alembic import op

revision = "0006"
down_revision = "0005"

OUTLINES = """
CREATE TABLE admin_unit_outline (
  unit text PRIMARY KEY REFERENCES admin_unit ON DELETE CASCADE,
  geometry geometry(MultiPolygon, 4326) NOT NULL CHECK (ST_IsValid(geometry)),
  source text NOT NULL,
  digest text NOT NULL,
  changeset bigint NOT NULL REFERENCES changeset
);
"""
# Communes of January 2025 that kept their ground show the outline of their one predecessor.
INHERITED = """
UPDATE admin_unit AS unit SET geometry = before.geometry
FROM admin_succession AS step JOIN admin_unit AS before ON before.id = step.predecessor
WHERE step.successor = unit.id AND step.relation = 'whole' AND before.level = unit.level
  AND NOT EXISTS (SELECT FROM admin_succession AS other
                  WHERE other.successor = unit.id AND other.predecessor <> before.id)
  AND NOT EXISTS (SELECT FROM admin_unit_piece AS piece WHERE piece.unit = unit.id)
"""


def upgrade() -> None:
    op.execute(OUTLINES)
    op.execute(INHERITED)
