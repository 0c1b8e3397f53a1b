"""Debian and Ubuntu packages: installed with apt as root or by sudo, else unpacked into a folder of our own.

Standard library only: the Makefile uses this before anything is installed.
"""

import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from geo.errors import ProgramMissing

Say = Callable[[str], None]

HEARTBEAT_S = 4.0

# What Debian needs to install and to administer packages; libc, which must be the system's own; LLVM, which serves only
# PostgreSQL's JIT and the drivers of graphics cards, both switched off here.
NOT_UNPACKED = re.compile(
    r"libc6|libc-bin|libc-l10n|locales|dpkg|tar|perl|perl-base|perl-modules-.*|libperl.*|.*-perl|debconf|adduser|passwd"
    r"|usrmerge|mount|init-system-helpers|sysvinit-utils|systemd|systemd-sysv|lsb-base|dbus-daemon|libpam-.*|ucf"
    r"|ssl-cert|openssl|postgresql-common|postgresql-client-common|libllvm\d+|libz3-\d+"
)
# Debian makes and starts a cluster of its own with the server's package. Its own configuration folder can forbid that,
# so a file stands there while apt runs. Arguments: the packages.
INSTALL_AS_ROOT = """
set -e
folder=/etc/postgresql-common/createcluster.d
mkdir -p "$folder"
echo 'create_main_cluster = false' > "$folder/haiphong.conf"
trap 'rm -f "$folder/haiphong.conf"; rmdir "$folder" /etc/postgresql-common 2>/dev/null || true' EXIT
export DEBIAN_FRONTEND=noninteractive
apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
"""


def has_apt() -> bool:
    """Whether this system installs its programs with apt."""
    return all(shutil.which(program) for program in ("apt-get", "apt-cache", "dpkg"))


def as_root() -> tuple[str, ...] | None:
    """The words that make a command run as root without asking anything; None where that is impossible."""
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    asked = subprocess.run([sudo, "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    return (sudo, "-n") if asked.returncode == 0 else None


def run(command: Sequence[str], say: Say, doing: str, *, cwd: Path | None = None) -> None:
    """Run a command, saying `doing` at its start and its latest line every few seconds: nobody waits in the dark.

    Raises ProgramMissing with the last lines of its output when the command fails.
    """
    say(doing)
    began = spoken = time.monotonic()
    output = bytearray()
    with subprocess.Popen(
        command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        pipe = process.stdout.fileno() if process.stdout else -1
        while True:
            if select.select([pipe], [], [], HEARTBEAT_S)[0]:
                piece = os.read(pipe, 65536)
                if not piece:
                    break
                output += piece
            if time.monotonic() - spoken > HEARTBEAT_S:
                spoken = time.monotonic()
                say(f"  … {spoken - began:.0f} s  {_last_lines(output, 1)[:100]}")
    if process.returncode:
        words = " ".join(command if len(command) < 8 else [*command[:7], "…"])
        raise ProgramMissing(
            f"Lệnh thất bại / This command failed, exit code {process.returncode}: {words}\n{_last_lines(output, 12)}"
        )


def _last_lines(output: bytes | bytearray, count: int) -> str:
    lines = output.decode(errors="replace").replace("\r", "\n").splitlines()
    return "\n".join([line.strip() for line in lines if line.strip()][-count:])


def refresh(root: Sequence[str], say: Say) -> None:
    """Fetch the lists of packages. A repository that does not answer is no reason to stop."""
    fetch = "apt-get -q -o DPkg::Lock::Timeout=300 update || true"
    run([*root, "sh", "-c", fetch], say, "Cập nhật danh mục gói / Updating the package lists (apt-get update)")


def install(packages: Sequence[str], root: Sequence[str], say: Say) -> None:
    """Install packages for the whole system, without the distribution's own database cluster. `root`: see `as_root`.

    Raises ProgramMissing when apt fails.
    """
    names = " ".join(packages)
    run([*root, "sh", "-c", INSTALL_AS_ROOT, "apt", *packages], say, f"Cài đặt / Installing (apt-get): {names}")


def resolved(simulation: str) -> tuple[str, ...]:
    """The packages to unpack, as name=version, out of what `apt-get -s install` prints for an empty system."""
    found = re.findall(r"^Inst (\S+) (?:\[[^]]*] )?\((\S+)", simulation, flags=re.MULTILINE)
    return tuple(f"{name}={version}" for name, version in found if not NOT_UNPACKED.fullmatch(name.partition(":")[0]))


def unpack(packages: Sequence[str], folder: Path, say: Say, *, alone: bool = False) -> None:
    """Download packages with all they need and unpack them under `folder`: no root, nothing outside that folder.

    `alone`: the packages without what they need.

    The folder appears only when it is complete. Raises ProgramMissing when the packages cannot be had.
    """
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "debs").mkdir(parents=True)
    try:
        _download(packages, part, say, alone)
        debs = sorted((part / "debs").glob("*.deb"))
        say(f"Giải nén {len(debs)} gói / Unpacking {len(debs)} packages → {folder}")
        spoken = time.monotonic()
        for number, deb in enumerate(debs, start=1):
            subprocess.run(["dpkg", "-x", str(deb), str(part / "root")], check=True, capture_output=True)
            deb.unlink()
            if time.monotonic() - spoken > HEARTBEAT_S:
                spoken = time.monotonic()
                say(f"  … {number}/{len(debs)}")
        shutil.rmtree(folder, ignore_errors=True)
        (part / "root").rename(folder)
    except subprocess.CalledProcessError as error:
        raise ProgramMissing(f"dpkg -x: {error.stderr.decode(errors='replace').strip()}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _download(packages: Sequence[str], part: Path, say: Say, alone: bool) -> None:
    """Fetch the .deb files, by the package lists of the system, or by fresh ones of our own where those are too old."""
    try:
        _fetch(packages, part / "debs", (), say, alone)
    except ProgramMissing:
        for name in ("state/lists/partial", "cache/archives/partial"):
            (part / name).mkdir(parents=True, exist_ok=True)
        own_lists = ("-o", f"Dir::State={part / 'state'}", "-o", f"Dir::Cache={part / 'cache'}")
        run(["apt-get", "-q", *own_lists, "update"], say, "Tải danh mục gói / Fetching the package lists")
        _fetch(packages, part / "debs", own_lists, say, alone)


def _fetch(packages: Sequence[str], debs: Path, options: Sequence[str], say: Say, alone: bool) -> None:
    wanted = tuple(packages) if alone else _with_needs(packages, options)
    doing = f"Tải {len(wanted)} gói / Downloading {len(wanted)} packages: {', '.join(packages)}"
    run(["apt-get", "-q", *options, "download", *wanted], say, doing, cwd=debs)


def _with_needs(packages: Sequence[str], options: Sequence[str]) -> tuple[str, ...]:
    empty_system = ("-o", "Dir::State::status=/dev/null", "--no-install-recommends")
    simulate = ["apt-get", "-s", *options, *empty_system, "install", *packages]
    answer = subprocess.run(simulate, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    wanted = resolved(answer.stdout)
    if answer.returncode or not wanted:
        raise ProgramMissing(f"apt-get: {' '.join(packages)}: {answer.stderr.strip()}")
    return wanted


def library_path(root: Path) -> str:
    """LD_LIBRARY_PATH for what is unpacked under `root`: the folders of shared libraries and of their variants."""
    tops = [top for lib in ("usr/lib", "lib") for top in sorted((root / lib).glob("*-linux-*")) if top.is_dir()]
    below = sorted({library.parent for top in tops for library in top.glob("*/lib*.so.*")})
    return ":".join(map(str, tops + below))
