"""Whether a database can serve: migrated, loaded, and durable."""

from sqlalchemy import Connection, text

from geo.migrate import is_current

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_DURABLE = text(
    "SELECT name, setting FROM pg_settings WHERE name = ANY(:names) AND setting <> ALL(:durable) ORDER BY name"
)
_LOADED = text("SELECT EXISTS (SELECT FROM feature) AS features, EXISTS (SELECT FROM admin_unit) AS units")


def missing(connection: Connection) -> tuple[str, ...]:
    """What keeps this database from serving, one sentence each with its way out; nothing when it is ready."""
    if not is_current(connection):
        return ("The tables are not of this version; run `haiphong migrate`.",)
    lacks = [
        f"{row.name} is {row.setting}, so an acknowledged write could be lost; switch it on."
        for row in connection.execute(
            _DURABLE, {"names": list(DURABLE), "durable": ["on", "remote_write", "remote_apply"]}
        )
    ]
    loaded = connection.execute(_LOADED).one()
    if not loaded.features:
        lacks.append("No feature is stored; run `haiphong load`.")
    if not loaded.units:
        lacks.append("No administrative unit is stored; run `haiphong load`.")
    return tuple(lacks)
