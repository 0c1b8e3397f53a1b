"""The map as one HTML file that opens by a double click, without a network: `web/index.html`, all it needs inside."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson

from geo.errors import HaiphongError
from layers.edition.bundle import Bundle

NAME = "haiphong.html"
_SVG = "http://www.w3.org/2000/svg"
_SHEETS = ("ui", "verdicts")
"""Drawings in `web/icons/` whose symbols the page uses by address; inside a file they are used by their ids."""


def write(path: Path, carried: dict[str, Any], web: Path, bundled: Bundle) -> None:
    """Write the copy to `path`. The same contents give the same bytes.

    Raises HaiphongError when the page does not look as this module knows it, or `path` cannot be written.
    """
    try:
        path.write_bytes(page(carried, web, bundled))
    except OSError as error:
        raise HaiphongError(
            f"{path} cannot be written ({error.strerror}): name a file in a folder of yours."
        ) from error


def page(carried: dict[str, Any], web: Path, bundled: Bundle) -> bytes:
    """The copy. Its policy lets the one script in it run, by hash, and names no host: no text of the data can run."""
    # In JSON a "<" stands in strings alone, where its escape means the same.
    data = orjson.dumps(carried, option=orjson.OPT_SORT_KEYS).replace(b"<", rb"\u003c").decode()
    digest = hashlib.sha256(data.encode()).hexdigest()
    written = ((web / "src/theme.js").read_text("utf-8"), by_id(bundled.script))
    first, script = (one.replace("</script", r"<\/script") for one in written)
    html = by_id((web / "index.html").read_text("utf-8"))
    html = re.sub(r"<link\b[^>]*>\s*|<script\b[^>]*></script>\s*", "", html)
    icon = "data:image/svg+xml;base64," + base64.b64encode((web / "icons/favicon.svg").read_bytes()).decode()
    html = html.replace("/assets/icons/favicon.svg", icon)
    if left := re.search(r'(?:src|href)="/(?:assets|vendor)[^"]*"', html):
        raise HaiphongError(f"web/index.html: {left[0]} would be missing in a copy of the map.")
    policy = (
        f"default-src 'none'; script-src '{_hash(first)}' '{_hash(script)}'; style-src '{_hash(bundled.style)}'; "
        "img-src data:; font-src data:; form-action 'none'; base-uri 'none'"
    )
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'  <script>{first}</script>\n  <link rel="icon" href="{icon}" type="image/svg+xml">\n'
        f"  <style>{bundled.style}</style>\n</head>"
    )
    foot = (
        f'{drawings(web)}<script type="application/json" id="edition" data-sha256="{digest}">{data}</script>\n'
        f'<script type="module">{script}</script>\n</body>'
    )
    # A function, since a replacement in words would read its backslashes.
    html = re.sub("</head>", lambda _: head, html, count=1)
    return re.sub("</body>", lambda _: foot, html, count=1).encode()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def by_id(text: str) -> str:
    """The drawings by their ids in this file."""
    for name in _SHEETS:
        text = text.replace(f"/assets/icons/{name}.svg#", f"#{name}-")
    return text


def drawings(web: Path) -> str:
    """What the page uses by those ids, out of sight."""
    return "".join(_symbols(web / f"icons/{name}.svg", name) for name in _SHEETS)


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
