"""The map as files of a folder that any web server can serve, at any address: what `one_file` holds, side by side."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from layers.edition.bundle import Bundle
from layers.edition.frame import by_id, framed

_POLICY = "default-src 'self'; img-src 'self' data:; font-src 'self' data:; form-action 'none'; base-uri 'none'"

INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the map: `kinds` of pages (the map links to `du-an` as `du-an.html`), and `files` by name."""

    kinds: tuple[str, ...]
    files: Mapping[str, bytes]


def files(
    carried: dict[str, Any], web: Path, bundled: Bundle, beside: Beside, more: Iterable[tuple[str, bytes]] = ()
) -> Iterator[tuple[str, bytes]]:
    """The files of the map and what stands beside it, by name; the page itself comes last, so where it is, all are."""
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n  <script src="theme.js"></script>\n'
        '  <link rel="stylesheet" href="app.css">\n  <script type="module" src="app.js"></script>'
    )
    yield "theme.js", (web / "src/theme.js").read_bytes()
    yield "app.js", by_id(bundled.script).encode()
    yield "app.css", bundled.style.encode()
    yield "edition.json", orjson.dumps(carried, option=orjson.OPT_SORT_KEYS)
    yield from beside.files.items()
    yield from more
    html = framed(web, head, "", icon="assets/icons/favicon.svg")
    yield INDEX, html.replace("<body ", f'<body data-pages="{" ".join(beside.kinds)}" ', 1).encode()
