"""What each release changed, kept beside the releases: `changes/<older>..<newer>.json`, `.csv`, `.md` and as maps.

Not inside them: a release is made of its data alone, and the one before it is another matter.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from layers.catalog import Catalog
from layers.ground import Ground
from layers.release.changes import Comparison, Edition
from layers.release.drawing import Drawing
from layers.release.folder import move_in, replace
from layers.release.shelf import SUFFIXES, before, changes, releases
from layers.release.telling import Csv, Json, Page, tell
from layers.release.verify import verify

_LONGEST_TAIL = 500
"""The numbers at the end are shorter, in bytes."""


def put(out: Path, catalog: Catalog, ground: Ground, packages: Path, say: Callable[[str], None]) -> None:
    """Write what changed for every release under `out` that has no such record yet.

    So what a broken run left out is made by the next. A release that is no longer as it was published is not compared;
    that is said, and the others go on.
    """
    found = releases(out)
    for release in (one["release"] for one in found):
        older = before(release, found)
        if older is None or (out / f"{changes(older, release)}.json").is_file():
            continue
        flawed = [name for name in (older, release) if verify(out / name).flaws]
        if flawed:
            say(
                f"{', '.join(flawed)}: không còn nguyên vẹn, không so sánh / no longer as published, not compared: "
                "haiphong verify"
            )
            continue
        comparison = Comparison(Edition.read(out / older), Edition.read(out / release), catalog)
        _write(out / changes(older, release), comparison, ground, packages)


def told(path: Path, most: int) -> dict[str, Any] | None:
    """`counts`, and at most `most` of the `changes`, of a JSON file that `put` wrote; None where it cannot be read.

    However long the file is, only its first lines and its last one are read: each change stands on a line of its own.
    """
    found: list[dict[str, Any]] = []
    try:
        with path.open("rb") as file:
            file.readline()
            for line in file:
                if not line.startswith(b"{") or len(found) == most:
                    break
                found.append(orjson.loads(line.rstrip(b",\n")))
            file.seek(-min(path.stat().st_size, _LONGEST_TAIL), os.SEEK_END)
            tail = file.read().rpartition(b'\n],"counts":')[2].rstrip()[:-1]
            return {"counts": orjson.loads(tail), "changes": found}
    except (OSError, orjson.JSONDecodeError):
        return None


def _write(stem: Path, comparison: Comparison, ground: Ground, packages: Path) -> None:
    stem.parent.mkdir(exist_ok=True)
    paths = {suffix: stem.with_name(f"{stem.name}.{suffix}") for suffix in SUFFIXES}
    page, drawing = Page(comparison), Drawing(comparison, ground, packages)
    aside = {suffix: paths[suffix].with_name(f".{paths[suffix].name}.new") for suffix in ("json", "csv")}
    with aside["json"].open("wb") as json, aside["csv"].open("wb") as csv:
        tell(comparison, (Json(comparison, json), Csv(csv), page, drawing))
    replace(paths["md"], page.text.encode())
    replace(paths["html"], drawing.page("vi").encode())
    replace(paths["en.html"], drawing.page("en").encode())
    # The JSON comes last: where it is, the others are.
    for suffix in ("csv", "json"):
        move_in(aside[suffix], paths[suffix])
