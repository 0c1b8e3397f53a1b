"""The whole store in one file, and back again, with PostgreSQL's own pg_dump and pg_restore."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from geo.errors import InvalidData, InvalidParameter, StoreNotReady
from geo.packages import Say
from geo.provision import PostgresInstall

_END_SESSIONS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()"
)


def backup(url: str, install: PostgresInstall, file: Path, say: Say, *, replace: bool = False) -> None:
    """Write the store as it stands at one instant to `file`, in pg_dump's own compressed form.

    Finished tiles are left out: they are made again. The file appears only when it is whole. Raises InvalidParameter
    when it exists and `replace` was not asked for, StoreNotReady when pg_dump fails.
    """
    if file.exists() and not replace:
        raise InvalidParameter(f"{file} đã có / exists already. Name another file, or add --replace.")
    say(f"Sao lưu / Writing the backup: {file}")
    part = file.with_name(f"{file.name}.part")
    try:
        part.touch(mode=0o600)
        words = ("--format=custom", "--exclude-table-data=tile_made", f"--file={part}", f"--dbname={_plain(url)}")
        done = _run(install, "pg_dump", *words, url=url)
        if done.returncode:
            raise StoreNotReady(f"pg_dump: {done.stderr.strip()}")
        part.replace(file)
    except OSError as error:
        raise InvalidParameter(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def restore(url: str, install: PostgresInstall, file: Path, say: Say, *, replace: bool = False) -> str | None:
    """Put the store of `file` in the place of the present one; the name that the present one is kept under.

    The file is first read into a database beside it, whole; only then do the two change names, and whoever was
    connected is cut off. None when there was nothing to keep.

    Raises InvalidData when the file is no backup, InvalidParameter when the present store is not empty and `replace`
    was not asked for, StoreNotReady when the server refuses.
    """
    listed = _run(install, "pg_restore", "--list", str(file))
    if listed.returncode or " TABLE DATA public feature " not in listed.stdout:
        raise InvalidData(f"{file} is no backup made by `haiphong db backup`. {listed.stderr.strip()}")
    target = make_url(url)
    name = target.database or ""
    filled = _is_filled(target)
    if filled and not replace:
        raise InvalidParameter(
            f"Cơ sở dữ liệu {name} đang có dữ liệu / holds features. Add --replace to put the backup in its place; "
            f"the present one is kept under another name."
        )
    stamp = f"{datetime.now(UTC):%Y%m%d_%H%M%S}"
    new, old = f"{name}_restored_{stamp}", f"{name}_before_{stamp}"
    say(f"Khôi phục / Reading the backup: {file}")
    engine = create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        _read_into(engine, target.set(database=new), install, file)
        with engine.connect() as connection:
            _change_places(connection, name, new, old)
            if not filled:
                connection.execute(text(f'DROP DATABASE "{old}"'))
    except DBAPIError as error:
        raise StoreNotReady(f"The backup was not restored, the store is as it was: {error.orig}") from error
    return old if filled else None


def _read_into(engine: Engine, new: URL, install: PostgresInstall, file: Path) -> None:
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE \"{new.database}\" ENCODING 'UTF8' TEMPLATE template0"))
        url = new.render_as_string(hide_password=False)
        words = ("--no-owner", "--no-privileges", "--exit-on-error", f"--dbname={_plain(url)}", str(file))
        done = _run(install, "pg_restore", *words, url=url)
        if done.returncode:
            connection.execute(text(f'DROP DATABASE "{new.database}" WITH (FORCE)'))
            raise StoreNotReady(f"pg_restore: {done.stderr.strip()}")


def _change_places(connection: Connection, name: str, new: str, old: str) -> None:
    connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
    try:
        connection.execute(_END_SESSIONS, {"name": name})
        connection.execute(text(f'ALTER DATABASE "{name}" RENAME TO "{old}"'))
    except DBAPIError:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
        raise
    connection.execute(text(f'ALTER DATABASE "{new}" RENAME TO "{name}"'))
    connection.execute(text(f'ALTER DATABASE "{old}" ALLOW_CONNECTIONS true'))


def _is_filled(target: URL) -> bool:
    engine = create_engine(target, poolclass=NullPool)
    with engine.connect() as connection:
        if not inspect(connection).has_table("feature"):
            return False
        return bool(connection.execute(text("SELECT EXISTS (SELECT FROM changeset)")).scalar_one())


def _plain(url: str) -> str:
    """The URL for PostgreSQL's own programs, its password left out: others see the words of a command."""
    bare = make_url(url).set(drivername="postgresql")
    return URL.create(
        bare.drivername, bare.username, None, bare.host, bare.port, bare.database, bare.query
    ).render_as_string(hide_password=False)


def _run(
    install: PostgresInstall, program: str, *words: str, url: str = "postgresql://"
) -> subprocess.CompletedProcess[str]:
    password = make_url(url).password
    env = install.environment() | ({"PGPASSWORD": str(password)} if password else {}) | {"LC_MESSAGES": "C"}
    env |= {name: os.environ[name] for name in ("PGPASSFILE", "PGSSLROOTCERT") if name in os.environ}
    return subprocess.run(
        [install.bin / program, *words], env=env, capture_output=True, text=True, errors="replace", check=False
    )
