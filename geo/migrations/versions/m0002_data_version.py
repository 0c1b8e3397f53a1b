"""The version of the data: a new random text with every change of what is published, by whatever hand."""

from alembic import op

revision = "0002"
down_revision = "0001b"

# Random, not counted: after a backup is restored, a count could come to a number that once named other data.
DATA_VERSION = """
CREATE TABLE data_version (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO data_version DEFAULT VALUES;
CREATE FUNCTION change_data_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE data_version SET version = gen_random_uuid();
  RETURN NULL;
END $$;
"""
PUBLISHED = (
    "feature", "feature_unit", "status_fact", "admin_unit", "admin_unit_within", "admin_succession", "document",
    "clause", "mandate", "target",
)  # fmt: skip


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(DATA_VERSION)
    for table in PUBLISHED:
        cursor.execute(
            f"CREATE TRIGGER change_data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION change_data_version()"
        )
    cursor.close()
