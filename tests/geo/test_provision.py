"""PostgreSQL with PostGIS is found wherever systems put it, and brought in where it is missing."""

from pathlib import Path

import pytest

from geo import packages, provision
from geo.errors import ProgramMissing

SIMULATED = """\
NOTE: This is only a simulation!
Inst gcc-12-base (12.2.0-14+deb12u1 Debian:12.15/oldstable [amd64])
Inst libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64]) []
Inst dpkg (1.21.22 Debian:12.15/oldstable [amd64])
Inst libtext-glob-perl (0.11-3 Debian:12.15/oldstable [all])
Inst libpq5 [15.1-1] (15.20-0+deb12u1 Debian-Security:12/oldstable-security [amd64])
Inst libllvm14 (1:14.0.6-12 Debian:12.15/oldstable [amd64])
Inst postgresql-15 (15.20-0+deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf gcc-12-base (12.2.0-14+deb12u1 Debian:12.15/oldstable [amd64])
"""


def fake_server(folder: Path, version: str, postgis: str | None) -> None:
    programs = folder / f"usr/lib/postgresql/{version.partition('.')[0]}/bin"
    extensions = folder / f"usr/share/postgresql/{version.partition('.')[0]}/extension"
    for made in (programs, extensions):
        made.mkdir(parents=True)
    for program in provision.PROGRAMS:
        (programs / program).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (programs / program).chmod(0o755)
    for name in ("unaccent", "pg_trgm"):
        (extensions / f"{name}.control").write_text("default_version = '1.1'\n")
    if postgis:
        (extensions / "postgis.control").write_text(f"default_version = '{postgis}'\n")


def test_this_machine_has_a_server_that_will_do(install: provision.PostgresInstall) -> None:
    assert install.major >= provision.LEAST_POSTGRES
    assert provision.recent_postgis(install.postgis)


def test_version_15_is_preferred_to_newer_ones_and_those_to_older_ones(tmp_path: Path) -> None:
    places = [f"{tmp_path}/usr/lib/postgresql/*/bin"]
    fake_server(tmp_path, "14.2", "3.3.0")
    fake_server(tmp_path, "16.1", "3.4.2")
    found = provision.find(tmp_path / "home", places=places)
    assert found is not None
    assert found.major == 16
    fake_server(tmp_path, "15.20", "3.3.2")
    found = provision.find(tmp_path / "home", places=places)
    assert found is not None
    assert (found.major, found.postgis) == (15, "3.3.2")


def test_data_of_one_version_is_never_opened_by_another(tmp_path: Path) -> None:
    fake_server(tmp_path, "16.1", "3.4.2")
    assert provision.find(tmp_path / "home", 15, [f"{tmp_path}/usr/lib/postgresql/*/bin"]) is None


@pytest.mark.parametrize(("version", "postgis"), [("13.9", "3.3.2"), ("15.2", "3.2.7"), ("15.2", None)])
def test_a_server_too_old_or_without_postgis_is_passed_over(tmp_path: Path, version: str, postgis: str | None) -> None:
    fake_server(tmp_path, version, postgis)
    assert provision.find(tmp_path / "home", places=[f"{tmp_path}/usr/lib/postgresql/*/bin"]) is None


def test_what_apt_resolves_is_unpacked_but_for_libc_and_the_tools_of_packaging() -> None:
    assert packages.resolved(SIMULATED) == (
        "gcc-12-base=12.2.0-14+deb12u1",
        "libpq5=15.20-0+deb12u1",
        "postgresql-15=15.20-0+deb12u1",
    )


def test_an_unpacked_extension_gets_its_plain_name(tmp_path: Path) -> None:
    extensions = tmp_path / "usr/share/postgresql/15/extension"
    extensions.mkdir(parents=True)
    (extensions / "postgis-3.control").write_text("default_version = '3.3.2'\n")
    (extensions / "postgis.control").symlink_to("/etc/alternatives/nowhere")
    provision.link_controls(tmp_path)
    assert "3.3.2" in (extensions / "postgis.control").read_text()


def test_libraries_are_found_with_their_variants(tmp_path: Path) -> None:
    for name in ("usr/lib/x86_64-linux-gnu/libpq.so.5", "usr/lib/x86_64-linux-gnu/blas/libblas.so.3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    top = tmp_path / "usr/lib/x86_64-linux-gnu"
    assert packages.library_path(tmp_path) == f"{top}:{top / 'blas'}"


@pytest.mark.parametrize(
    ("release", "line"),
    [
        ({"ID": "debian"}, "sudo apt-get install"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "sudo apt-get install"),
        ({"ID": "fedora"}, "sudo dnf install"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "postgis34_16"),
        ({"ID": "alpine"}, "sudo apk add"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "sudo pacman -S"),
        ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, "sudo zypper"),
    ],
)
def test_each_system_is_told_its_own_line(monkeypatch: pytest.MonkeyPatch, release: dict[str, str], line: str) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    assert line in provision.missing()


def test_a_failed_command_shows_its_last_words() -> None:
    said: list[str] = []
    with pytest.raises(ProgramMissing, match="no such package"):
        packages.run(["sh", "-c", "echo no such package; exit 7"], said.append, "Đang thử")
    assert said == ["Đang thử"]
