"""A server of the office's own, named by HAIPHONG_DATABASE_URL: whether it has what the store needs."""

from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from geo.errors import InvalidParameter, StoreNotReady
from geo.provision import EXTENSIONS, LEAST_POSTGRES, recent_postgis

DRIVER = "postgresql+psycopg"
_TOLD = text("""
    SELECT current_setting('server_version_num')::int / 10000 AS major, current_database() AS name,
           current_setting('server_encoding') AS encoding,
           has_schema_privilege('public', 'CREATE') AS may_make_tables,
           has_database_privilege(current_database(), 'CREATE') AS may_extend,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser
""")
_CONNECTIONS = text("""
    SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
""")
_EXTENSIONS = text("""
    SELECT name, coalesce(installed_version, default_version) AS version, installed_version IS NOT NULL AS installed
    FROM pg_available_extensions WHERE name = ANY(:names)
""")


def store_url(given: str) -> str:
    """The URL as SQLAlchemy and psycopg want it: `postgres://` and `postgresql://` are understood.

    Raises InvalidParameter when it is no URL of a PostgreSQL database.
    """
    expected = "HAIPHONG_DATABASE_URL: postgresql://user:password@host:5432/database was expected"
    try:
        url = make_url(given)
    except ArgumentError:
        raise InvalidParameter(f"{expected}; what was given is no URL.") from None
    if url.drivername not in {"postgres", "postgresql", DRIVER}:
        raise InvalidParameter(f"{expected}; what was given begins with {url.drivername}://.")
    return url.set(drivername=DRIVER).render_as_string(hide_password=False)


def check(url: str) -> None:
    """Pass when the server can keep the store.

    Raises StoreNotReady, which names everything that is missing with its way out, or says that the server is silent.
    """
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            lacks = missing(connection)
    except DBAPIError as error:
        shown = make_url(url).render_as_string(hide_password=True)
        raise StoreNotReady(
            f"Không kết nối được / The database of HAIPHONG_DATABASE_URL does not answer: {shown}\n{error.orig}"
        ) from error
    if lacks:
        raise StoreNotReady(
            "\n".join(["Cơ sở dữ liệu còn thiếu / The database of HAIPHONG_DATABASE_URL lacks:", *lacks])
        )


def connections(url: str) -> int:
    """How many connections the server lets programs have at once; those of its administrators left out."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    with engine.connect() as connection:
        return int(connection.execute(_CONNECTIONS).scalar_one())


def missing(connection: Connection) -> tuple[str, ...]:
    """What the server lacks, one sentence each with its way out; nothing when it will do."""
    told = connection.execute(_TOLD).one()
    found = {row.name: row for row in connection.execute(_EXTENSIONS, {"names": list(EXTENSIONS)})}
    lacks = []
    if told.major < LEAST_POSTGRES:
        lacks.append(f"- PostgreSQL ≥ {LEAST_POSTGRES}: this server is {told.major}; upgrade it.")
    if told.encoding != "UTF8":
        lacks.append(
            f"- UTF8: {told.name} is kept in {told.encoding}; CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0."
        )
    for name in EXTENSIONS:
        package = f"postgresql-{told.major}-postgis-3" if name == "postgis" else f"postgresql-contrib-{told.major}"
        if name not in found:
            lacks.append(f"- {name}: install it on the server (Debian: sudo apt-get install {package}).")
        elif name == "postgis" and not recent_postgis(found[name].version):
            lacks.append(
                f"- PostGIS ≥ 3.3: it has {found[name].version}; upgrade it, then ALTER EXTENSION postgis UPDATE."
            )
        elif not found[name].installed and not (told.superuser or (told.may_extend and name != "postgis")):
            lacks.append(f"- {name} in {told.name}: ask its administrator for CREATE EXTENSION {name}.")
    if not told.may_make_tables:
        lacks.append("- the right to make tables: ask its administrator for GRANT CREATE ON SCHEMA public.")
    return tuple(lacks)
