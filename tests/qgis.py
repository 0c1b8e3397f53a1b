"""The QGIS that tries the layers: Debian's own Python bindings, which the system's Python reads, never our `.venv`.

Found on the system, else installed by apt, else unpacked without root. `make test` runs this file before the tests, so
that a download shows its progress.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo import packages
from geo.cluster import tell
from geo.errors import HaiphongError, ProgramMissing
from geo.packages import Say
from geo.place import make_home
from geo.settings import Settings

PACKAGES = ("python3-qgis", "qgis-providers")
SYSTEM_PYTHON = "usr/bin/python3"
STARTS = "from qgis.core import QgsApplication, QgsVectorTileLayer"


@dataclass(frozen=True, slots=True)
class Qgis:
    """A Python that knows QGIS. `environment`: what it needs to find its libraries; `prefix`: where QGIS lies."""

    python: Path
    environment: Mapping[str, str]
    prefix: Path

    def works(self) -> bool:
        """Whether it starts."""
        tried = subprocess.run(
            [self.python, "-c", STARTS], env=dict(self.environment), capture_output=True, timeout=120, check=False
        )
        return tried.returncode == 0


def find_or_install(home: Path, say: Say) -> Qgis:
    """The QGIS to try layers in.

    Raises ProgramMissing, with the way out, when there is none and none can be had.
    """
    for root in (Path("/"), home / "qgis"):
        if (root / SYSTEM_PYTHON).exists() and (found := _under(root)).works():
            return found
    return _bring_in(home, say)


def _under(root: Path) -> Qgis:
    own = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    if root != Path("/"):
        # Everything comes from beside it: libraries, Python's own library, plug-ins of Qt, tables of PROJ and GDAL.
        own |= {
            "LD_LIBRARY_PATH": packages.library_path(root),
            "PYTHONHOME": str(root / "usr"),
            "PYTHONPATH": str(root / "usr/lib/python3/dist-packages"),
            "QT_PLUGIN_PATH": str(next((root / "usr/lib").glob("*-linux-*/qt5/plugins"), root)),
            "PROJ_LIB": str(root / "usr/share/proj"),
            "GDAL_DATA": str(root / "usr/share/gdal"),
            "FONTCONFIG_PATH": str(root / "etc/fonts"),
        }
    return Qgis(root / SYSTEM_PYTHON, own, root / "usr")


def _bring_in(home: Path, say: Say) -> Qgis:
    if not packages.has_apt():
        raise ProgramMissing(
            "Cần QGIS (python3-qgis) để thử các lớp / The layers are tried in QGIS: install it with its Python."
        )
    root = packages.as_root()
    if root is not None:
        packages.refresh(root, say)
        packages.install(PACKAGES, root, say)
        found = _under(Path("/"))
    else:
        make_home(home)
        packages.unpack((*PACKAGES, "python3", "fonts-dejavu-core"), home / "qgis", say)
        found = _under(home / "qgis")
    if not found.works():
        raise ProgramMissing(f"{found.python} does not start QGIS although {', '.join(PACKAGES)} are there.")
    return found


if __name__ == "__main__":
    try:
        tell(f"QGIS: {find_or_install(Settings.from_env(os.environ).home, tell).python}")
    except HaiphongError as error:
        sys.exit(str(error))
