"""Names as a column of their own, so that an index tells the rows of a list in the order of their names."""

from alembic import op

revision = "0012"
down_revision = "0011"

# INCLUDE: what most questions ask beside the name, so that 100 000 rows are put in order without reading one.
NAMES = """
ALTER TABLE feature ADD COLUMN name_vi text COLLATE "vi-x-icu" GENERATED ALWAYS AS (properties ->> 'name_vi') STORED;
CREATE INDEX feature_name ON feature (name_vi, id) INCLUDE (layer, status, condition, withdrawn);
"""


def upgrade() -> None:
    op.execute(NAMES)
