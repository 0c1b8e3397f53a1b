"""`web/index.html` without its server: what it loaded is left out, a head and a foot of the copy's own are put in."""

import re
from pathlib import Path
from xml.etree import ElementTree

from geo.errors import HaiphongError

_SVG = "http://www.w3.org/2000/svg"
_SHEETS = ("ui", "verdicts")
"""Drawings in `web/icons/` whose symbols the page uses by address; inside a copy they are used by their ids."""
_ICON = "/assets/icons/favicon.svg"
_LOADED = re.compile(r"<link\b[^>]*>\s*|<script\b[^>]*></script>\s*")
_MISSING = re.compile(r'(?:src|href)="/(?:assets|vendor)[^"]*"')


def framed(web: Path, head: str, foot: str, *, icon: str) -> str:
    """The page with `head` and `foot` at the ends of its head and body, and its drawings in it. `icon`: its address.

    Raises HaiphongError when the page does not look as this module knows it.
    """
    html = _LOADED.sub("", by_id((web / "index.html").read_text("utf-8"))).replace(_ICON, icon)
    if left := _MISSING.search(html):
        raise HaiphongError(f"web/index.html: {left[0]} would be missing in a copy of the map.")
    head = f'{head}\n  <link rel="icon" href="{icon}" type="image/svg+xml">\n</head>'
    drawings = "".join(_symbols(web / f"icons/{name}.svg", name) for name in _SHEETS)
    # Functions, since a replacement in words would read its backslashes.
    html = re.sub("</head>", lambda _: head, html, count=1)
    return re.sub("</body>", lambda _: f"{drawings}{foot}</body>", html, count=1)


def by_id(text: str) -> str:
    """The drawings by their ids in this file."""
    for name in _SHEETS:
        text = text.replace(f"/assets/icons/{name}.svg#", f"#{name}-")
    return text


def _symbols(path: Path, name: str) -> str:
    """The drawings of a file, out of sight, each id with the name of the file before it."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.parse(path).getroot()  # noqa: S314 -- our own drawing
    for node in root.iter():
        if "id" in node.attrib:
            node.set("id", f"{name}-{node.attrib['id']}")
    root.set("class", "sprite-sheet")
    root.set("aria-hidden", "true")
    return ElementTree.tostring(root, encoding="unicode")
