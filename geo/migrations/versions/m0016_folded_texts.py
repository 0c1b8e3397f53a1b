"""The folded texts of units, documents and clauses are kept: each search took most of its time to fold them again."""

from alembic import op

revision = "0016"
down_revision = "0015"

_SEARCHED = {
    "admin_unit": "unit_search(full_name)",
    "document": "document_search(number, label_vi, label_en, title_vi, title_en)",
    "clause": "clause_search(label_vi, label_en, heading_vi, summary_vi, summary_en)",
}


def upgrade() -> None:
    for table, search in _SEARCHED.items():
        op.execute(f"DROP INDEX {table}_search")
        op.execute(f"ALTER TABLE {table} ADD COLUMN search text NOT NULL GENERATED ALWAYS AS ({search}) STORED")
        op.execute(f"CREATE INDEX {table}_search ON {table} USING gin (search gin_trgm_ops)")
    op.execute("CREATE INDEX admin_succession_successor ON admin_succession (successor)")
