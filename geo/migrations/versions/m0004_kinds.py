"""Indexes that tell which features are points, lines or areas, and where a feature was ever several points."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("CREATE INDEX feature_kind ON feature (ST_Dimension(geometry), layer, id) INCLUDE (withdrawn)")
    op.execute(
        "CREATE INDEX feature_version_several_points ON feature_version (layer) "
        "WHERE GeometryType(geometry) = 'MULTIPOINT'"
    )
    op.execute("ANALYZE feature")
