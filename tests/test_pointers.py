"""The repository stands on its own: no file of it leads to a folder or a text that is not in it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", ".haiphong", "node_modules", ".hypothesis", "build", "__pycache__"}
FOREIGN = re.compile(
    r"(?<!\[)\bshared/|[\"'(`\s]/work/|/tmp/\w|\bgazetteers?\b|(?<![*.\w])[\w-]+\.txt\b", re.IGNORECASE
)


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the repository, what is installed or built aside."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in NOT_OURS and not name.endswith((".egg-info", "_cache"))]
        for path in (Path(folder) / name for name in names):
            try:
                yield path, path.read_text("utf-8")
            except UnicodeDecodeError:
                continue


def test_no_file_leads_to_what_is_not_here() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0].strip()}"
        for path, text in texts()
        if path != Path(__file__)
        for match in FOREIGN.finditer(text)
    ]
    assert found == []
