"""The icons of the layers: our own drawings in `icons/`, and those that an office puts beside its definitions.

One grid of 20 units, filled shapes and strokes of one weight, in one colour that whoever draws them gives. Only path
data leave this module: a file is parsed as XML, and of it the `d` attributes are kept when they hold nothing but path
commands and numbers. Whatever else a file may carry (script, style, links) stays behind.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from geo.errors import InvalidData

OWN = Path(__file__).parent / "icons"
GRID = 20
STROKE = 2
"""The weight of every stroke, in units of the grid."""

_SVG = "{http://www.w3.org/2000/svg}"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PATH_DATA = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE+\-.,\s]+")


@dataclass(frozen=True, slots=True)
class Icon:
    """One single-colour icon on the grid: the data of the paths that are filled, and of those that are stroked."""

    fills: tuple[str, ...]
    strokes: tuple[str, ...] = ()

    def drawn(self) -> list[dict[str, str]]:
        """The attributes of its `<path>` elements; fill and stroke are the `color` of what holds them."""
        stroke = {"fill": "none", "stroke": "currentColor", "stroke-width": f"{STROKE}"}
        rounded = {"stroke-linecap": "round", "stroke-linejoin": "round"}
        return [
            *({"d": d, "fill": "currentColor", "fill-rule": "evenodd"} for d in self.fills),
            *({"d": d} | stroke | rounded for d in self.strokes),
        ]


def read_icon(name: str, *folders: Path) -> Icon:
    """The icon of the file `<name>.svg` in the first of the folders that has it, by default our own.

    Raises InvalidData when there is no such icon, or the file holds something else than paths on the grid.
    """
    places = [folder / f"{name}.svg" for folder in folders or (OWN,)]
    file = next((place for place in places if _NAME.fullmatch(name) and place.is_file()), None)
    if file is None:
        known = ", ".join(sorted(path.stem for path in OWN.glob("*.svg")))
        raise InvalidData(
            f"icon = {name!r}: one of {known} was expected, or a drawing of your own in icons/<name>.svg."
        )
    try:
        root = ElementTree.fromstring(file.read_bytes())  # noqa: S314 -- only validated path data is kept of it
    except ElementTree.ParseError as error:
        raise InvalidData(f"icon = {name!r}: {file} is not well-formed XML ({error}).") from error
    fills: list[str] = []
    strokes: list[str] = []
    for path in root.iter(f"{_SVG}path"):
        data = " ".join(path.get("d", "").split())
        if not _PATH_DATA.fullmatch(data):
            raise InvalidData(f"icon = {name!r}: {file} holds something else than path data: {data[:40]!r}.")
        (strokes if path.get("stroke") else fills).append(data)
    if not (fills or strokes) or root.get("viewBox") != f"0 0 {GRID} {GRID}":
        raise InvalidData(f'icon = {name!r}: {file} must hold paths, on viewBox="0 0 {GRID} {GRID}".')
    return Icon(tuple(fills), tuple(strokes))
