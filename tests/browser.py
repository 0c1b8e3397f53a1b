"""The Chromium that the page is tried in: the system's own, else installed by apt, else unpacked without root.

`make test` runs this file before the tests, so that a download shows its progress.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geo import packages
from geo.cluster import tell
from geo.errors import HaiphongError, ProgramMissing
from geo.packages import Say
from geo.place import make_home
from geo.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTLED = "body.is-ready .finder:not([aria-busy])"
"""List and map show what the address of the page asks for."""
PATIENCE_S = 30
"""How long a page may take on a busy machine until it shows what it was asked for."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core")

# Chromium without the rest of its system: its libraries, fonts and settings all come from beside it.
WRAPPER = """\
#!/bin/sh
export LD_LIBRARY_PATH='{libraries}'
export FONTCONFIG_FILE='{root}/fonts.conf'
export XDG_DATA_DIRS='{root}/usr/share'
exec '{root}/usr/lib/chromium/chromium' "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{root}/usr/share/fonts</dir><cachedir>{root}/fonts.cache</cachedir></fontconfig>
"""


def find_or_install(home: Path, say: Say) -> Path:
    """The program to run.

    Raises ProgramMissing, with the way out, when there is none and none can be had.
    """
    return _found(home) or _bring_in(home, say)


def _found(home: Path) -> Path | None:
    wrapper = home / "chromium" / "run"
    named = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(named) if named else wrapper if wrapper.is_file() else None


def _bring_in(home: Path, say: Say) -> Path:
    if not packages.has_apt():
        raise ProgramMissing("Cần Chromium để thử trang / The page is tried in Chromium: install it and try again.")
    root = packages.as_root()
    if root is not None:
        packages.refresh(root, say)
        packages.install(PACKAGES, root, say)
    else:
        make_home(home)
        packages.unpack(PACKAGES, home / "chromium", say)
        _wrap(home / "chromium")
    found = _found(home)
    if found is None:
        raise ProgramMissing(f"apt installed {', '.join(PACKAGES)}, but none of {', '.join(NAMES)} is on the PATH.")
    return found


def _wrap(root: Path) -> None:
    (root / "fonts.conf").write_text(FONTS.format(root=root), encoding="utf-8")
    libraries = f"{packages.library_path(root)}:{root}/usr/lib/chromium"
    wrapper = root / "run"
    wrapper.write_text(WRAPPER.format(root=root, libraries=libraries), encoding="utf-8")
    wrapper.chmod(0o755)


def eventually(page: "Page", look: str | Callable[[], object], wanted: object) -> None:
    """Look at a page, by a script or by hand, until it shows what is wanted; fails with what it showed at last.

    For what no `expect` of Playwright can say. An action's end is never looked for just once: it may come a task later.
    """
    see = partial(page.evaluate, look) if isinstance(look, str) else look
    end = time.monotonic() + PATIENCE_S
    while (seen := see()) != wanted and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert seen == wanted, f"{wanted!r} was awaited, {seen!r} is what there is"


if __name__ == "__main__":
    try:
        tell(f"Chromium: {find_or_install(Settings.from_env(os.environ).home, tell)}")
    except HaiphongError as error:
        sys.exit(str(error))
