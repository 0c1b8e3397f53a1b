"""Where the private cluster lives: its folder, its socket, and the system user that its server runs as."""

import contextlib
import errno
import hashlib
import os
import pwd
import re
import secrets
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import ClusterError
from geo.packages import Say

LONGEST_SOCKET_BYTES = 107  # sun_path of Linux holds 108 with its final zero
SOCKET_NAME = ".s.PGSQL.5432"
SYSTEM_HOMES = Path("/var/lib/haiphong")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The system user that the server runs as: PostgreSQL refuses to run as root."""

    name: str
    uid: int
    gid: int

    def drop(self) -> dict[str, Any]:
        """Arguments of `subprocess` that make a child run as this user."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": os.getgrouplist(self.name, self.gid)}

    def may_enter(self, folder: Path) -> bool:
        """Whether this user can walk down to the folder: a clone below /root, say, is closed to all but root."""
        tried = subprocess.run(["test", "-x", f"{folder}/."], cwd="/", check=False, **self.drop())
        return tried.returncode == 0


@dataclass(frozen=True, slots=True)
class Place:
    """One cluster on this machine: `folder` holds `data/` and the log, `sockets` the unix socket."""

    folder: Path
    sockets: Path
    user: ServerUser

    @property
    def data(self) -> Path:
        """The data folder of PostgreSQL."""
        return self.folder / "data"

    @property
    def socket(self) -> Path:
        """The unix socket that the server listens on."""
        return self.sockets / SOCKET_NAME


def find_place(home: Path, say: Say) -> Place:
    """The place of the cluster of this home, its folders made.

    Raises ClusterError when a folder cannot be written, or belongs to somebody else.
    """
    folder = home / "cluster"
    try:
        make_home(home)
        user = _server_user(folder)
        if not user.may_enter(home) or not _keeps_modes(home):
            folder = _folder_elsewhere(home, user, say)
        _own_folder(folder, user)
        return Place(folder.resolve(), _sockets(folder.resolve(), user), user)
    except OSError as error:
        raise not_writable(error) from error


def not_writable(error: OSError) -> ClusterError:
    """What to tell a person whose folder cannot be written."""
    return ClusterError(
        f"Không ghi được vào {error.filename} ({error.strerror}). "
        f"Hãy đổi quyền (chown), hoặc đặt HAIPHONG_HOME là thư mục ghi được.\n"
        f"{error.filename} cannot be written by user {os.geteuid()}, or belongs to another one. "
        f"Change its owner, or let HAIPHONG_HOME name a folder of yours."
    )


def major_of(home: Path) -> int | None:
    """The version of PostgreSQL that the data of this home is of; None before there are any."""
    try:
        return int((home / "cluster" / "data" / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise not_writable(error) from error


def make_home(home: Path) -> None:
    """Make the home of an installation, open to the server's user for walking through.

    Raises ClusterError when it cannot be written.
    """
    try:
        if not home.is_dir():
            home.mkdir(parents=True, exist_ok=True)
            home.chmod(0o755)
        if not os.access(home, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(home))
    except OSError as error:
        raise not_writable(error) from error


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise ClusterError(
            f"The system user {uid} has no name in /etc/passwd, and PostgreSQL refuses to run so. "
            f"Run as a user that exists, or set HAIPHONG_DATABASE_URL."
        ) from None


def _server_user(folder: Path) -> ServerUser:
    """Ourselves; as root, the owner of the data that is there already, else `postgres`."""
    uid = os.geteuid()
    if uid == 0:
        owner = folder.stat().st_uid if folder.exists() else 0
        try:
            uid = owner or pwd.getpwnam("postgres").pw_uid
        except KeyError:
            raise ClusterError(
                "PostgreSQL never runs as root, and the user `postgres` does not exist. Make it, and try again:\n"
                "    useradd --system --user-group --no-create-home postgres"
            ) from None
    return ServerUser(_name(uid), uid, pwd.getpwuid(uid).pw_gid)


def _keeps_modes(home: Path) -> bool:
    """Whether this file system keeps modes; a Windows disk seen from Linux does not, and PostgreSQL insists on 0700."""
    with tempfile.TemporaryDirectory(dir=home, prefix=".mode-") as probe:
        return stat.S_IMODE(Path(probe).stat().st_mode) == 0o700


def _folder_elsewhere(home: Path, user: ServerUser, say: Say) -> Path:
    """A folder that the server's user can enter, remembered by the link `<home>/cluster`.

    Each folder names its home in turn, so that a home that was copied does not meet the cluster of the original,
    while one that was moved finds its own again.
    """
    link = home / "cluster"
    back = link / "home"
    if link.is_symlink() and back.is_file():
        other = Path(back.read_text(encoding="utf-8"))
        if other == home or not (other / "cluster").is_symlink() or (other / "cluster").resolve() != link.resolve():
            back.write_text(str(home), encoding="utf-8")
            return link
    if link.is_dir() and not link.is_symlink():
        raise ClusterError(
            f"The data is in {link}, which the server's user {user.name} can no longer enter. "
            f"Open the folders above it (chmod o+x), or move the clone to where {user.name} can go."
        )
    tops = SYSTEM_HOMES if os.geteuid() == 0 else Path.home() / ".local/share/haiphong"
    folder = tops / secrets.token_hex(6)
    tops.mkdir(parents=True, exist_ok=True)
    _own_folder(folder, user)
    (folder / "home").write_text(str(home), encoding="utf-8")
    link.unlink(missing_ok=True)
    link.symlink_to(folder)
    say(
        f"Người dùng {user.name} không vào được {home}; dữ liệu nằm ở {folder}\n"
        f"The server's user {user.name} cannot keep its files in {home}: they are in {folder}"
    )
    return link


def _own_folder(folder: Path, user: ServerUser) -> None:
    """Make the folder if need be; only the server's user may open it."""
    if not folder.exists():
        fresh = Path(tempfile.mkdtemp(dir=folder.parent))  # only the maker may open it
        os.chown(fresh, user.uid, user.gid)
        try:
            fresh.rename(folder)
        except OSError:  # another process has made it meanwhile, and uses it
            fresh.rmdir()
    if folder.stat().st_uid != user.uid:
        raise PermissionError(errno.EACCES, "belongs to another user", str(folder))
    folder.chmod(0o700)


def _sockets(folder: Path, user: ServerUser) -> Path:
    """The folder of the socket: in the cluster's own where its name is short and plain, else a short one in /tmp.

    Raises ClusterError when somebody else sits on that name.
    """
    sockets = folder / "run"
    if len(bytes(sockets / SOCKET_NAME)) > LONGEST_SOCKET_BYTES or not re.fullmatch(
        r"[\w./-]+", str(sockets), re.ASCII
    ):
        digest = hashlib.sha256(bytes(folder)).hexdigest()[:12]
        sockets = Path("/tmp") / f"haiphong-{user.uid}-{digest}"  # noqa: S108 - 0700 and its owner checked below
    if sockets.is_symlink():
        raise ClusterError(f"{sockets} is a symbolic link that we did not make. Remove it and try again.")
    _own_folder(sockets, user)
    return sockets


def write_whole(path: Path, text: str, user: ServerUser) -> bool:
    """Write a file of the server's user, at one stroke; False when it says the same already."""
    with contextlib.suppress(FileNotFoundError):
        if path.read_text(encoding="utf-8") == text:
            return False
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchown(handle, user.uid, user.gid)
        os.fsync(handle)
    Path(name).replace(path)
    return True
