"""The pages that the server writes, as files of a folder: asked for in this process, their links made relative."""

import asyncio
import hashlib
import posixpath
import re
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from html import escape, unescape
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import httpx
from fastapi import FastAPI

from geo.errors import HaiphongError
from geo.packages import Say
from layers.edition.folder import Beside

PROJECT = "du-an"
PAGES = (PROJECT, "van-ban", "chi-tieu", "thoi-han", "huong-dan")
"""What stands beside the map; of the first two also the pages beneath."""
_TIMELESS = ("/huong-dan",)
_LANGUAGES = ("vi", "en")
_HERE = "http://site.invalid"
_ASSETS = ("/assets/", "/vendor/", "/api/styles/sprite.svg")
_LINK = re.compile(r'\b(href|src)="([^"]*)"')
_URL = re.compile(r'url\("(/[^")]*)"\)')
# A form asks a server, and so does the picture of a link; and what stands beside a day of the past, the state of today,
# is the same state here.
_LIVE = re.compile(
    r'<form\b.*?</form>|<p class="standing-now">.*?</p>|<meta [a-z]+="(?:og:image|twitter)[^>]*>', re.DOTALL
)
_SAID_EVERY = 100


def crawl(app: FastAPI, as_of: str, foot: dict[str, str], say: Say, kinds: tuple[str, ...] = PAGES) -> Beside:
    """Every page in both languages, as recorded at `as_of`, and what it is drawn with.

    `kinds`: which of PAGES; where projects have none, a link to one opens it on the map. `foot`: a sentence at the foot
    of each page, by language. A link that leads to no file of the folder is a text.
    Raises HaiphongError for a page that cannot be had.
    """
    # In a thread of its own: whoever calls may have a loop that runs.
    with ThreadPoolExecutor(1) as pool:
        return Beside(kinds, pool.submit(asyncio.run, _crawl(app, as_of, foot, say, kinds)).result())


async def _crawl(app: FastAPI, as_of: str, foot: dict[str, str], say: Say, kinds: tuple[str, ...]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    waiting = deque(f"/{page}?{urlencode({'lang': lang})}" for page in kinds for lang in _LANGUAGES)
    assets: dict[str, str] = {}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=_HERE, headers={"accept": "text/html"}) as client:

        async def get(address: str) -> bytes:
            answer = await client.get(address)
            if answer.status_code != httpx.codes.OK:
                raise HaiphongError(f"{address} answered {answer.status_code}: {answer.text[:300]}")
            return answer.content

        while waiting:
            address = waiting.popleft()
            name, lang = _file(address, kinds), _lang(address)
            if name is None or name in files:
                continue
            html = _LIVE.sub("", (await get(_at(address, as_of))).decode())
            html = html.replace("</footer>", f"<p>{escape(foot[lang])}</p>\n</footer>", 1)
            files[name] = _relinked(html, name, waiting, assets, kinds).encode()
            if len(files) % _SAID_EVERY == 0:
                say(f"{len(files)} trang / pages")
        # A sheet names more of them, behind those that are known.
        while path := next((path for path, file in assets.items() if file not in files), None):
            content, file = await get(path), assets[path]
            if file.endswith(".css"):
                content = _URL.sub(partial(_of_sheet, file, assets), content.decode()).encode()
            files[file] = content
    return files


def _at(address: str, as_of: str) -> str:
    """The page as recorded then, where it tells a record."""
    if address.startswith(_TIMELESS):
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode({'as-of': as_of})}"


def _lang(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query)).get("lang", _LANGUAGES[0])


def _file(address: str, kinds: tuple[str, ...]) -> str | None:
    """The file of a page; None for what is no page of the folder."""
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    path = unquote(parts.path).strip("/")
    if path.split("/")[0] not in kinds or path.count("/") > 1 or set(asked) - {"lang", "next", "datetime", "as-of"}:
        return None
    part = f"-{hashlib.sha256(asked['next'].encode()).hexdigest()[:8]}" if "next" in asked else ""
    return f"{'en/' if _lang(address) == 'en' else ''}{path}{part}.html"


def _relinked(html: str, name: str, waiting: "deque[str]", assets: dict[str, str], kinds: tuple[str, ...]) -> str:
    def link(found: re.Match[str]) -> str:
        attribute, address = found[1], unescape(found[2]).removeprefix(_HERE)
        if not address.startswith("/"):
            return found[0]
        parts = urlsplit(address)
        hash_ = f"#{quote(parts.fragment)}" if parts.fragment else ""
        if parts.path.startswith(_ASSETS):
            return f'{attribute}="{_to(name, _asset(parts.path, assets))}{hash_}"'
        if (file := _file(address, kinds)) is not None:
            waiting.append(_plain(address))
            return f'{attribute}="{escape(quote(_to(name, file)))}{hash_}"'
        if parts.path in ("/", "/du-an"):
            query = f"?{escape(parts.query)}" if parts.query else ""
            return f'{attribute}="{_to(name, "index.html")}{query}{hash_}"'
        if parts.path.startswith(f"/{PROJECT}/") and parts.path.count("/") == 2:
            return f'{attribute}="{_to(name, "index.html")}?id={escape(parts.path.split("/")[2])}"'
        return 'data-served=""'

    return _LINK.sub(link, html)


def _plain(address: str) -> str:
    """The page without a day of its own: the folder holds one state of the record."""
    parts = urlsplit(address)
    kept = [(key, value) for key, value in parse_qsl(parts.query) if key in ("lang", "next")]
    return parts.path + (f"?{urlencode(kept)}" if kept else "")


def _asset(path: str, assets: dict[str, str]) -> str:
    file = "assets/sprite.svg" if path == "/api/styles/sprite.svg" else path.lstrip("/")
    assets[path] = file
    return file


def _of_sheet(sheet: str, assets: dict[str, str], found: re.Match[str]) -> str:
    return f'url("{_to(sheet, _asset(urlsplit(found[1]).path, assets))}")'


def _to(name: str, file: str) -> str:
    """The way from one file of the folder to another."""
    return posixpath.relpath(file, posixpath.dirname(name) or ".")
