"""The scripts and styles of the map as one file each, made by esbuild out of `web/`.

Why a bundle here and nowhere else (22/11/2026): a browser reads no module of another file from `file://`.
"""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from geo.errors import HaiphongError, ProgramMissing

_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Bundle:
    """`script`: one module that imports nothing; `style`: one sheet with its fonts inside."""

    script: str
    style: str


def bundle(web: Path) -> Bundle:
    """Bundle what `web/index.html` names.

    Raises ProgramMissing without Node or esbuild, HaiphongError when it fails.
    """
    node = shutil.which("node")
    if node is None or not (web / "node_modules/esbuild").is_dir():
        raise ProgramMissing(
            "Cần Node và esbuild để đóng gói bản đồ / Node and esbuild are needed to bundle the map: "
            "`make run` một lần / once, or `npm ci` in web/."
        )
    with tempfile.TemporaryDirectory(prefix="haiphong-") as out:
        command = [node, str(web / "edition/build.mjs"), out]
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False, text=True)
        if done.returncode:
            raise HaiphongError(f"The map could not be bundled: {done.stderr[:600]}")
        return Bundle(*((Path(out) / name).read_text("utf-8") for name in ("app.js", "app.css")))
