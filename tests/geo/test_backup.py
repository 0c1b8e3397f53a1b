"""What was backed up comes back, and a slip of the hand destroys nothing."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from geo import backup
from geo.errors import InvalidData, InvalidParameter
from geo.provision import PostgresInstall

CITY = """
INSERT INTO changeset (recorded_at, actor, note, source) VALUES (now(), 'test', 'one park', 'by hand')
"""


@pytest.fixture
def url(fresh_engine: Engine) -> str:
    with fresh_engine.begin() as connection:
        connection.execute(text(CITY))
    return fresh_engine.url.render_as_string(hide_password=False)


def changesets(engine: Engine) -> int:
    engine.dispose()
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM changeset")).scalar_one())


def quietly(_: str) -> None:
    pass


def test_a_backup_brings_the_store_back_with_its_tables_and_vn_2000(
    fresh_engine: Engine, url: str, install: PostgresInstall, tmp_path: Path
) -> None:
    file = tmp_path / "city.dump"
    backup.backup(url, install, file, quietly)
    with fresh_engine.begin() as connection:
        connection.execute(text(CITY))
    kept = backup.restore(url, install, file, quietly, replace=True)
    assert kept is not None
    assert changesets(fresh_engine) == 1
    with fresh_engine.connect() as connection:
        srids = connection.execute(text("SELECT count(*) FROM spatial_ref_sys WHERE srid IN (9209, 9210)")).scalar_one()
        former = connection.execute(
            text("SELECT count(*) FROM pg_database WHERE datname = :n"), {"n": kept}
        ).scalar_one()
    assert (srids, former) == (2, 1)


def test_a_store_that_is_not_empty_is_never_replaced_unasked(
    fresh_engine: Engine, url: str, install: PostgresInstall, tmp_path: Path
) -> None:
    backup.backup(url, install, tmp_path / "city.dump", quietly)
    with pytest.raises(InvalidParameter, match="--replace"):
        backup.restore(url, install, tmp_path / "city.dump", quietly)
    assert changesets(fresh_engine) == 1


def test_a_backup_never_overwrites_another_unasked(url: str, install: PostgresInstall, tmp_path: Path) -> None:
    file = tmp_path / "city.dump"
    file.write_text("precious")
    with pytest.raises(InvalidParameter, match="--replace"):
        backup.backup(url, install, file, quietly)
    assert file.read_text() == "precious"


def test_a_file_that_is_no_backup_changes_nothing(
    fresh_engine: Engine, url: str, install: PostgresInstall, tmp_path: Path
) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(InvalidData, match="is no backup"):
        backup.restore(url, install, tmp_path / "photo.jpg", quietly, replace=True)
    assert changesets(fresh_engine) == 1


def test_only_its_owner_may_read_a_backup(url: str, install: PostgresInstall, tmp_path: Path) -> None:
    backup.backup(url, install, tmp_path / "city.dump", quietly)
    assert (tmp_path / "city.dump").stat().st_mode & 0o077 == 0
