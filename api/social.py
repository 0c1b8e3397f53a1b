"""What a link to a page of ours looks like elsewhere: title, words and picture, as Open Graph and Twitter read them."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from html import escape
from pathlib import Path

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from api.html import stated_language
from api.links import Links

NAME = {"vi": "Bản đồ hạ tầng Hải Phòng", "en": "Infrastructure map of Hải Phòng"}
WORDS = {
    "vi": "Mọi dự án hạ tầng mà thành phố Hải Phòng đã giao, trên một bản đồ: trạng thái, căn cứ và diễn biến.",
    "en": "Every infrastructure project that Hải Phòng has ordered, on one map: status, evidence and history.",
}
CARDS = "/api/cards"


def social(
    request: Request,
    card: str,
    title: str | None = None,
    words: str | None = None,
    query: Mapping[str, str] | None = None,
    lang: str | None = None,
) -> dict[str, str]:
    """The properties of a page whose picture is `card`, an address under CARDS, asked for with `query`.

    `lang`: that of the page, where it is not stated in its address.
    """
    lang = lang or stated_language(request)
    links = Links.of(request)
    return {
        "og:type": "website",
        "og:site_name": NAME[lang],
        "og:locale": {"vi": "vi_VN", "en": "en_GB"}[lang],
        "og:title": title or NAME[lang],
        "og:description": words or WORDS[lang],
        "og:image": links.url(f"{CARDS}/{card}.png", {**(query or {}), "lang": lang}),
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": title or NAME[lang],
        "twitter:card": "summary_large_image",
    }


def tags(properties: Mapping[str, str]) -> str:
    """The properties as elements of a page's head."""
    return "\n".join(
        f'  <meta {"name" if name.startswith("twitter") else "property"}="{name}" content="{escape(value)}">'
        for name, value in properties.items()
    )


def with_tags(request: Request, path: Path, properties: Mapping[str, str], **written: str) -> Response:
    """An HTML file of ours with these properties in its head, or 304 when the client has it.

    `written`: what else stands in it, at the beginning of the element of that id.
    """
    if not path.is_file():
        raise HTTPException(503, f"The page {path.name} is not installed; the API answers at /api.")
    body = path.read_text("utf-8").replace("</head>", f"{tags(properties)}\n</head>", 1)
    for name, inside in written.items():
        head, tag, tail = re.split(rf'(<[^>]* id="{name}"[^>]*>)', body, maxsplit=1)
        body = head + tag + inside + tail
    tag = f'"{blake2b(body.encode(), digest_size=16).hexdigest()}"'
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers={"ETag": tag})
    return HTMLResponse(body, headers={"ETag": tag})
