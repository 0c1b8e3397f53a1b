"""The files of `data/`, as the tests of this folder read them."""

import csv
from pathlib import Path

from geo.settings import REPOSITORY

DATA = REPOSITORY / "data"
LAYERS = sorted(path.parent.name for path in DATA.glob("*/curated.geojson"))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
