"""An index of periods that the two of migration 0013 made needless; writing it was a quarter of what a period costs."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute("DROP INDEX status_period_status")
