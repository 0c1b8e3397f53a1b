"""Bring a database to the newest state of the tables, or tell how far it is.

Alembic is imported when it is needed: a worker that serves needs it for `/readyz` alone, and it takes 0.15 s.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from geo.apply import replay

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATE_LOCK = 7_203_118_640_001


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> None:
    """Run the migrations that the database lacks, and derive what they left open.

    Two processes that start together wait for each other.
    """
    from alembic import command

    config = _config()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_MIGRATE_LOCK})")
        connection.commit()
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            replay(connection)
            connection.commit()
        finally:
            connection.rollback()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_MIGRATE_LOCK})")
            connection.commit()


def is_current(connection: Connection) -> bool:
    """Whether every migration has run."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    heads = ScriptDirectory.from_config(_config()).get_heads()
    return set(MigrationContext.configure(connection).get_current_heads()) == set(heads)
