"""Find a PostgreSQL with PostGIS on this machine, or bring one in. Standard library only."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo import packages
from geo.errors import ClusterError, ProgramMissing
from geo.packages import Say

LEAST_POSTGRES = 14
LEAST_POSTGIS = (3, 3)
PREFERRED = 15
PROGRAMS = ("postgres", "initdb", "pg_ctl", "psql", "pg_dump", "pg_restore")
EXTENSIONS = ("postgis", "unaccent", "pg_trgm")

# Where each family of systems keeps the programs of a PostgreSQL server.
PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat, with the packages of postgresql.org
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/lib/postgresql/bin",
    "/usr/local/pgsql/bin",
    "/usr/bin",  # Fedora, Arch
)
WAYS_OUT = {
    "debian": "sudo apt-get install -y --no-install-recommends postgresql-15 postgresql-15-postgis-3",
    "fedora": "sudo dnf install -y postgresql-server postgresql-contrib postgis",
    "rhel": "sudo dnf install -y postgresql16-server postgresql16-contrib postgis34_16   "
    "(sau khi thêm kho / with the repository of https://www.postgresql.org/download/linux/redhat/)",
    "alpine": "sudo apk add postgresql16 postgresql16-contrib postgis",
    "arch": "sudo pacman -S --needed postgresql postgis",
    "suse": "sudo zypper install postgresql16-server postgresql16-contrib postgresql16-postgis",
    "macos": "brew install postgresql@17 postgis",
}


@dataclass(frozen=True, slots=True)
class PostgresInstall:
    """The programs of one PostgreSQL server, and what their environment must say for them to run."""

    bin: Path
    env: dict[str, str]
    major: int
    postgis: str

    def environment(self) -> dict[str, str]:
        """The environment for its programs: ours, without the PG… variables that would lead them to another server."""
        return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | self.env


def find_or_install(home: Path, say: Say, major: int | None = None) -> PostgresInstall:
    """The server to use: one of this system, else one unpacked in `home` before, else one brought in now.

    `major`: the only version that will do, because a data folder of that version is there already.
    Raises ClusterError, with the exact line to type, where it cannot be brought in.
    """
    found = find(home, major)
    if found is None:
        _bring_in(home, say, major)
        found = find(home, major)
    if found is None:
        raise ClusterError(missing(major))
    return found


def find(home: Path, major: int | None = None, places: Sequence[str] | None = None) -> PostgresInstall | None:
    """The best server that has all we need: version 15 first, then the newest; None when there is none."""
    installs = [*installs_in(usual_places() if places is None else places, {}), *_unpacked(home / "postgis")]
    fit = [install for install in installs if major in (None, install.major)]
    return max(fit, key=lambda install: (install.major == PREFERRED, install.major), default=None)


def usual_places() -> Sequence[str]:
    """`PLACES`, and the one that the pg_config on the PATH names."""
    asked = shutil.which("pg_config")
    told = (
        subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False).stdout.strip() if asked else ""
    )
    return (*PLACES, told) if told else PLACES


def installs_in(places: Sequence[str], env: dict[str, str]) -> Iterator[PostgresInstall]:
    """Every server below these places (glob patterns) that is recent enough and has the extensions."""
    for pattern in places:
        for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
            install = _examine(folder, env)
            if install:
                yield install


def _examine(folder: Path, env: dict[str, str]) -> PostgresInstall | None:
    if not all((folder / program).is_file() for program in PROGRAMS):
        return None
    told = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False, env={**os.environ, **env}
    )
    version = re.search(r" (\d+)", told.stdout)
    if not version or int(version[1]) < LEAST_POSTGRES:
        return None
    for extensions in _extension_folders(folder, int(version[1])):
        if all((extensions / f"{name}.control").is_file() for name in EXTENSIONS):
            control = (extensions / "postgis.control").read_text(encoding="utf-8")
            postgis = re.search(r"default_version\s*=\s*'([^']+)'", control)
            if postgis and recent_postgis(postgis[1]):
                return PostgresInstall(folder, env, int(version[1]), postgis[1])
    return None


def recent_postgis(version: str) -> bool:
    """Whether this version of PostGIS ("3.4.2", "3.5.0dev") will do."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= LEAST_POSTGIS


def _extension_folders(folder: Path, major: int) -> list[Path]:
    """Where the extensions of the server in `folder` may be: as its pg_config says, else where systems put them."""
    shares = [folder.parent / "share", folder.parent / "share/postgresql", folder.parent / f"share/postgresql@{major}"]
    if folder.parent.parent.name == "postgresql":
        shares.insert(0, folder.parents[3] / "share" / "postgresql" / str(major))  # Debian
    pg_config = folder / "pg_config"
    if pg_config.is_file() and not any((share / "extension").is_dir() for share in shares):
        told = subprocess.run([pg_config, "--sharedir"], capture_output=True, text=True, check=False)
        shares.append(Path(told.stdout.strip() or "/nowhere"))
    return [share / "extension" for share in shares]


def _unpacked(root: Path) -> list[PostgresInstall]:
    """The server that `_bring_in` unpacked under `root`, if it did."""
    if not root.is_dir():
        return []
    proj = str(root / "usr/share/proj")
    env = {
        "LD_LIBRARY_PATH": packages.library_path(root),
        "PROJ_DATA": proj,
        "PROJ_LIB": proj,  # its name before PROJ 9.1
        "GDAL_DATA": str(root / "usr/share/gdal"),
    }
    return list(installs_in([str(root / "usr/lib/postgresql/*/bin")], env))


def _bring_in(home: Path, say: Say, major: int | None) -> None:
    if not packages.has_apt():
        raise ClusterError(missing(major))
    root = packages.as_root()
    try:
        if root is not None:
            packages.refresh(root, say)
            packages.install(server_packages(major), root, say)
        else:
            packages.unpack(server_packages(major), home / "postgis", say)
            link_controls(home / "postgis")
    except ProgramMissing as error:
        tried = "Đã thử tự cài nhưng không được; có mạng không? / It could not be brought in; is there a network?"
        raise ClusterError(f"{missing(major)}\n{tried}\n{error}") from error


def server_packages(major: int | None = None) -> tuple[str, str]:
    """The Debian packages to ask for: of the version wanted, else of 15, else of the newest that comes with PostGIS.

    Where no package lists are there yet, of 15.
    """
    told = subprocess.run(["apt-cache", "pkgnames", "postgresql-"], capture_output=True, text=True, check=False).stdout
    offered = [int(found) for found in re.findall(r"^postgresql-(\d+)-postgis-3$", told, flags=re.MULTILINE)]
    best = max(offered, key=lambda version: (version == PREFERRED, version), default=PREFERRED)
    version = major or best
    return f"postgresql-{version}", f"postgresql-{version}-postgis-3"


def link_controls(root: Path) -> None:
    """Give each unpacked extension its plain name, which Debian gives when the package is configured.

    `postgis.control` → `postgis-3.control`, and so for the scripts, whose names carry the 3 likewise.
    """
    for control in root.glob("usr/share/postgresql/*/extension/*-3.control"):
        plain = control.with_name(control.name.replace("-3.control", ".control"))
        plain.unlink(missing_ok=True)
        plain.symlink_to(control.name)


def system() -> str:
    """The family of this system, a key of `WAYS_OUT`; "" when it is none of them."""
    if platform.system() == "Darwin":
        return "macos"
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ""
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    family = {"ubuntu": "debian", "centos": "rhel", "opensuse": "suse"}
    known = [family.get(name, name) for name in names]
    return next((name for name in known if name in WAYS_OUT), "")


def missing(major: int | None = None) -> str:
    """What to tell a person who lacks the server, with the line to type on this system."""
    version = f"PostgreSQL {major}" if major else f"PostgreSQL ≥ {LEAST_POSTGRES}"
    line = WAYS_OUT.get(system(), f"install {version} and PostGIS ≥ 3.3")
    if major:
        line = re.sub(r"postgresql-1\d", f"postgresql-{major}", line)
    return (
        f"Không tìm thấy {version} kèm PostGIS ≥ 3.3. Hãy chạy lệnh sau rồi thử lại, hoặc đặt HAIPHONG_DATABASE_URL.\n"
        f"{version} with PostGIS ≥ 3.3 was not found. Type this and try again, or set HAIPHONG_DATABASE_URL.\n"
        f"    {line}"
    )
