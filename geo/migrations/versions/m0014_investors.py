"""Who invests is found by the search box, by an index."""

from alembic import op

revision = "0014"
down_revision = "0013"

INVESTORS = """
CREATE INDEX feature_investors ON feature USING gin (act_search(properties ->> 'investor') gin_trgm_ops)
  WHERE properties ? 'investor'
"""


def upgrade() -> None:
    # The driver's own cursor: without parameters it leaves ? alone.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(INVESTORS)
    cursor.close()
