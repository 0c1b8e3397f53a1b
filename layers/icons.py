"""The icons of the layers, read at start from the npm packages Maki and Temaki, never committed.

Only path data leave this module: a file is parsed as XML, and of it the `d` attributes are kept when they hold nothing
but path commands and numbers. Whatever else a package may carry one day (script, style, links) stays behind.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from geo.errors import HaiphongError, InvalidData

PACKAGES = {"maki": "@mapbox/maki/icons", "temaki": "@rapideditor/temaki/icons"}

_SVG = "{http://www.w3.org/2000/svg}"
_NAME = re.compile(r"(?P<package>[a-z]+):(?P<icon>[A-Za-z0-9_-]+)")
_PATH_DATA = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE+\-.,\s]+")
_VIEW_BOX = re.compile(r"-?[\d.]+( -?[\d.]+){3}")


class AssetsMissing(HaiphongError):
    """The browser assets are not installed."""


@dataclass(frozen=True, slots=True)
class Icon:
    """One single-colour icon: its box (`viewBox`) and the data of its paths."""

    view_box: str
    paths: tuple[str, ...]


def read_icon(name: str, packages: Path) -> Icon:
    """The icon called `maki:harbor` or `temaki:chimney`, out of `packages` (the folder `web/node_modules`).

    Raises AssetsMissing when the package is not installed, InvalidData when there is no such icon or it holds no usable
    path.
    """
    match = _NAME.fullmatch(name)
    if match is None or match["package"] not in PACKAGES:
        raise InvalidData(f"icon = {name!r}: maki:<name> or temaki:<name> was expected, such as maki:harbor.")
    folder = packages / PACKAGES[match["package"]]
    if not folder.is_dir():
        raise AssetsMissing(
            f"{folder} does not exist: run `npm ci` in {packages.parent}, or `make run`, to install it."
        )
    file = folder / f"{match['icon']}.svg"
    if not file.is_file():
        raise InvalidData(f"icon = {name!r}: {match['package']} has no such icon; {folder} holds those that there are.")
    try:
        root = ElementTree.fromstring(file.read_bytes())  # noqa: S314 -- only validated path data is kept of it
    except ElementTree.ParseError as error:
        raise InvalidData(f"icon = {name!r}: {file} is not well-formed XML ({error}).") from error
    paths = tuple(" ".join(path.get("d", "").split()) for path in root.iter(f"{_SVG}path"))
    view_box = " ".join(root.get("viewBox", "").split()) or f"0 0 {root.get('width')} {root.get('height')}"
    usable = paths and all(_PATH_DATA.fullmatch(d) for d in paths) and _VIEW_BOX.fullmatch(view_box)
    if not usable:
        raise InvalidData(f"icon = {name!r}: {file} holds no viewBox, or something else than path data.")
    return Icon(view_box, paths)
