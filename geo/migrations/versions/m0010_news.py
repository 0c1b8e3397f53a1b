"""What was told last is found without reading every fact."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("CREATE INDEX status_fact_news ON status_fact (changeset DESC, valid_latest DESC, id DESC)")
