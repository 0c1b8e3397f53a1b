"""The map as one HTML file that opens by a double click, without a network: `web/index.html`, all it needs inside."""

import base64
import hashlib
from pathlib import Path
from typing import Any

import orjson

from geo.errors import HaiphongError
from layers.edition.bundle import Bundle
from layers.edition.frame import by_id, framed

NAME = "haiphong.html"


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
    icon = "data:image/svg+xml;base64," + base64.b64encode((web / "icons/favicon.svg").read_bytes()).decode()
    policy = (
        f"default-src 'none'; script-src '{_hash(first)}' '{_hash(script)}'; style-src '{_hash(bundled.style)}'; "
        "img-src data:; font-src data:; form-action 'none'; base-uri 'none'"
    )
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"  <script>{first}</script>\n  <style>{bundled.style}</style>"
    )
    foot = (
        f'<script type="application/json" id="edition" data-sha256="{digest}">{data}</script>\n'
        f'<script type="module">{script}</script>\n'
    )
    return framed(web, head, foot, icon=icon).encode()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
