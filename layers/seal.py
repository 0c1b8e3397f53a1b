"""One HTML file that needs no other: styles, fonts and images inside, ids counted, scripts known by hash."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from branca.element import Element

from layers.assets import AssetsMissing
from layers.palette import BASEMAP

_OWN = Path(__file__).parent
_FONT = "@fontsource/be-vietnam-pro/files/be-vietnam-pro-{subset}-{weight}-normal.woff2"
_VIETNAMESE = "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0323,U+1EA0-1EF9,U+20AB"


def scripts_of(packages: Path) -> str:
    """Leaflet and `preview.js`. Raises AssetsMissing when `packages` (`web/node_modules`) is not installed."""
    leaflet = re.sub(r"//# sourceMappingURL=.*", "", _asset(packages, "leaflet/dist/leaflet.js").decode())
    return f"{leaflet}\n{(_OWN / 'preview.js').read_text('utf-8')}"


def styles_of(packages: Path) -> str:
    """Leaflet's rules and `preview.css`, with every image and font inside, and the palette's colours as variables."""
    leaflet = re.sub(
        r"url\(images/([\w-]+\.png)\)",
        lambda image: f"url({_data_uri(packages, f'leaflet/dist/images/{image[1]}', 'image/png')})",
        _asset(packages, "leaflet/dist/leaflet.css").decode(),
    )
    fonts = "".join(
        f'@font-face{{font-family:"Be Vietnam Pro";font-weight:{weight};{span}'
        f"src:url({_data_uri(packages, _FONT.format(subset=subset, weight=weight), 'font/woff2')})}}"
        for weight in (400, 600)
        for subset, span in (("latin", ""), ("vietnamese", f"unicode-range:{_VIETNAMESE};"))
    )
    colours = "".join(f"--{name}:{colour};" for name, colour in asdict(BASEMAP).items())
    return f"{leaflet}{fonts}:root{{{colours}}}{(_OWN / 'preview.css').read_text('utf-8')}"


def _asset(packages: Path, name: str) -> bytes:
    try:
        return (packages / name).read_bytes()
    except FileNotFoundError:
        raise AssetsMissing(
            f"{packages / name} does not exist: run `npm ci` in {packages.parent}, or `make run`, to install it."
        ) from None


def _data_uri(packages: Path, name: str, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(_asset(packages, name)).decode()}"


def sealed(figure: Any, lang: str) -> str:
    """The rendered figure, the same bytes for the same map, with a policy that lets only its own scripts run.

    The policy names the hash of each script and no host: no text of the data can run, and nothing can be fetched.
    """
    html = _counted(figure.render(), figure)
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    )
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "form-action 'none'; base-uri 'none'"
    )
    meta = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace("<html>\n<head>", f'<html lang="{lang}">\n<head>{meta}', 1)


def _counted(html: str, figure: Any) -> str:
    """The page with 1, 2, 3… in the place of Folium's random ids."""
    numbers = {element._id: str(number) for number, element in enumerate(_elements(figure))}
    return re.sub(r"(?<=_)[0-9a-f]{32}(?![0-9a-f])", lambda match: numbers.get(match[0], match[0]), html)


def _elements(element: Any) -> Iterator[Any]:
    yield element
    parts = (getattr(element, name, None) for name in ("header", "html", "script"))
    for child in (*(part for part in parts if isinstance(part, Element)), *element._children.values()):
        yield from _elements(child)
