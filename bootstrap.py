"""Make the virtual environment and the browser's assets: `python3 bootstrap.py [python] [web] [tools] [bench]`.

Runs before anything is installed, hence with the standard library alone and, down to its first check, on any Python 3.
What is there already is recognised by the checksum of the lock it was made from, in a few milliseconds.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if sys.version_info < (3, 11):  # noqa: UP036 - this file alone may meet an older one
    newer = next(filter(None, map(shutil.which, ("python3.14", "python3.13", "python3.12", "python3.11"))), None)
    if newer:
        os.execv(newer, [newer, str(ROOT / "bootstrap.py"), *sys.argv[1:]])  # noqa: S606 - the same program again
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.exit(
        f"Cần Python 3.11 trở lên, máy này có {here}. / Python 3.11 or newer is needed, this one is {here}.\n"
        f"    Debian 12, Ubuntu 24.04: sudo apt-get install -y python3 python3-venv"
    )

sys.path.insert(0, str(ROOT))
from api.built import map_page  # noqa: E402
from geo import packages  # noqa: E402 - only a recent Python can read it
from geo.errors import HaiphongError, ProgramMissing  # noqa: E402

VENV = ROOT / ".venv"
WEB = ROOT / "web"
TOOLS = ROOT / "tests" / "tools"
LEAST_NODE = 20


def say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    print(line, file=sys.stderr, flush=True)


def checksum(*files: Path) -> str:
    """What these files say together, as one number."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def make_python() -> None:
    """`.venv` with what requirements.lock names, and the `haiphong` command in it.

    Raises ProgramMissing when Python cannot make one, or the packages cannot be fetched.
    """
    python = VENV / "bin/python"
    lock = ROOT / "requirements.lock"
    stamp = VENV / ".made-from"
    wanted = f"{checksum(lock, ROOT / 'pyproject.toml')} {VENV}"  # scripts in it name its own path
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and _runs(python):
        _compile(python)
        return
    _check_writable(ROOT)
    if not _runs(python) or not (VENV / "bin/pip").exists() or str(VENV) not in _read(VENV / "bin/pip"):
        shutil.rmtree(VENV, ignore_errors=True)
        _make_venv()
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", "--no-input"]
    offline = "Có mạng không? / Is there a network? (pip: HTTPS_PROXY, PIP_INDEX_URL)"
    try:
        doing = "Cài thư viện Python / Installing the Python libraries"
        packages.run([*pip, "--require-hashes", "-r", str(lock)], say, doing)
        doing = "Cài lệnh haiphong / Installing the haiphong command"
        packages.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], say, doing)
    except ProgramMissing as error:
        raise ProgramMissing(f"{error}\n{offline}") from error
    stamp.write_text(wanted, encoding="utf-8")
    _compile(python)


def _compile(python: Path) -> None:
    """Our rooms as bytecode, as pip leaves every package: who serves may not write here, and would do it at each start.

    What is compiled already is left alone. Where it cannot be written, starts take 0.2 s more.
    """
    rooms = [str(ROOT / room) for room in ("geo", "layers", "api")]
    subprocess.run([python, "-m", "compileall", "-q", *rooms], capture_output=True, check=False)


def _make_venv() -> None:
    doing = f"Tạo môi trường Python / Making the Python environment: {VENV}"
    command = [sys.executable, "-m", "venv", str(VENV)]
    try:
        packages.run(command, say, doing)
    except ProgramMissing as error:
        shutil.rmtree(VENV, ignore_errors=True)
        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        line = f"sudo apt-get install -y {package}" if packages.has_apt() else "python3 -m ensurepip --version"
        way_out = f"python3 không tạo được venv / python3 cannot make a venv. Hãy chạy / type:\n    {line}\n{error}"
        root = packages.as_root()
        if not packages.has_apt() or sys.prefix not in ("/usr", "/usr/local"):
            raise ProgramMissing(way_out) from error
        try:
            if root is None:
                _make_venv_with_unpacked_pip()
                return
            packages.refresh(root, say)
            packages.install([package], root, say)
        except ProgramMissing as second:
            raise ProgramMissing(f"{way_out}\n{second}") from second
        packages.run(command, say, doing)


def _make_venv_with_unpacked_pip() -> None:
    """Without root: pip comes as a wheel out of Debian's own package, and installs itself."""
    unpacked = ROOT / ".haiphong" / "pip"
    packages.unpack(["python3-pip-whl"], unpacked, say, alone=True)
    wheels = sorted((unpacked / "usr/share/python-wheels").glob("pip-*.whl"))
    if not wheels:
        raise ProgramMissing("The package python3-pip-whl holds no pip.")
    packages.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], say, "venv --without-pip")
    install = [str(VENV / "bin/python"), f"{wheels[-1]}/pip", "install", "--no-index", str(wheels[-1])]
    packages.run(install, say, "pip")
    shutil.rmtree(unpacked)


def make_web() -> None:
    """`web/node_modules` with what package-lock.json names, and `web/build`, the page of the map in few files.

    Raises ProgramMissing when Node or npm is missing or too old, or the packages cannot be fetched.
    """
    install(WEB)
    if map_page(WEB) == WEB / "index.html":
        doing = "Gói trang bản đồ / Bundling the page of the map"
        packages.run(["node", "build.mjs"], say, doing, cwd=WEB)


def make_tools() -> None:
    """`tests/tools/node_modules`: what the tests ask of npm, never served; without the 180 MB that measuring takes.

    Raises ProgramMissing as `make_web` does.
    """
    install(TOOLS, "--omit=dev")


def make_bench() -> None:
    """The same with Lighthouse, for `make bench` and `make lighthouse`.

    Raises ProgramMissing as `make_web` does.
    """
    install(TOOLS)


def install(folder: Path, *less: str) -> None:
    """The packages that a folder's package-lock.json names, in its `node_modules`; `less` is what npm leaves out."""
    stamp = folder / "node_modules" / ".made-from"
    whole = checksum(folder / "package.json", folder / "package-lock.json")
    wanted = " ".join((whole, *less))
    if stamp.is_file() and stamp.read_text(encoding="utf-8") in (whole, wanted):
        return
    way_out = (
        f"Cần Node.js {LEAST_NODE} trở lên kèm npm / Node.js {LEAST_NODE} or newer with npm is needed: "
        f"https://nodejs.org/en/download (Debian 13, Ubuntu 25.04: sudo apt-get install -y nodejs npm)"
    )
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise ProgramMissing(f"Không tìm thấy {program}. {way_out}")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(version.lstrip("v").partition(".")[0] or 0) < LEAST_NODE:
        raise ProgramMissing(f"Node.js {version} quá cũ / is too old. {way_out}")
    _check_writable(folder)
    try:
        doing = f"Tải thư viện trình duyệt / Fetching the browser's libraries (npm ci, {folder.name}/)"
        packages.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", *less], say, doing, cwd=folder)
    except ProgramMissing as error:
        offline = "Có mạng không? / Is there a network? (npm: HTTPS_PROXY, npm config)"
        raise ProgramMissing(f"{error}\n{offline}") from error
    stamp.write_text(wanted, encoding="utf-8")


def _runs(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        raise ProgramMissing(
            f"Không ghi được vào {folder}: hãy đổi chủ sở hữu, hoặc sao chép về thư mục của bạn.\n"
            f"{folder} cannot be written: change its owner (sudo chown -R $USER {folder}), or clone elsewhere."
        )


def main(wanted: list[str]) -> int:
    """Make what is asked for, or all that the tests need; 0, or 3 when this machine lacks something."""
    steps = {"python": make_python, "web": make_web, "tools": make_tools, "bench": make_bench}
    try:
        for name in wanted or ("python", "web", "tools"):
            steps[name]()
    except HaiphongError as error:
        say(f"\n{error}")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
