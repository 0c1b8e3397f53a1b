"""The pages that the server writes itself: Jinja2 templates of web/pages, escaped by default."""

import unicodedata
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader

from api.negotiation import LANGUAGES, language_of

MACHINES = ("/api", "/layers", "/assets", "/vendor", "/basemap", "/releases", "/healthz", "/readyz", "/metrics")
_MARKED = frozenset("ăâđêôơưĂÂĐÊÔƠƯáàãéèíìĩóòõúùũýÁÀÃÉÈÍÌĨÓÒÕÚÙŨÝ") | frozenset(map(chr, range(0x1EA0, 0x1EFA)))
_SHARE = 0.4


class Pages:
    """The templates of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.tests["vietnamese"] = is_vietnamese

    def has(self, name: str) -> bool:
        """Whether the template is there."""
        return (self._folder / name).is_file()

    def render(self, name: str, **context: Any) -> str:
        """The page as text; what a feature does not tell is left blank by the template."""
        return self._environment.get_template(name).render(**context)


def is_vietnamese(text: str | None) -> bool:
    """Whether a text that tells no language is Vietnamese: two words of five bear marks that English has not.

    An English sentence that names Hải Phòng or Cát Hải stays English.
    """
    words = [word for word in (text or "").split() if any(letter.isalpha() for letter in word)]
    marked = sum(any(letter in _MARKED for letter in unicodedata.normalize("NFC", word)) for word in words)
    return bool(words) and marked >= _SHARE * len(words)


def is_page(path: str) -> bool:
    """Whether an address is meant for people: all but those that machines read."""
    return not any(path == start or path.startswith((start + "/", start + ".")) for start in MACHINES)


def wants_html(request: Request) -> bool:
    """Whether the client says that it reads HTML: browsers do, programs rarely."""
    return "text/html" in request.headers.get("accept", "").lower()


def reader_language(request: Request) -> str:
    """The language of a page that we write: that of `?lang=`, else the reader's own, as the browser tells it."""
    return language_of(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))


def stated_language(request: Request) -> str:
    """The language of the map, of paper and of feeds: Vietnamese unless `?lang=` says otherwise.

    A link to them shows everybody the same.
    """
    return language_of(request.query_params.get("lang", ""), "")


def kept_language(request: Request) -> dict[str, str]:
    """What links from this page to others carry, so that they are read in the same language.

    Nothing where it is Vietnamese that nobody chose.
    """
    language = reader_language(request)
    return {"lang": language} if "lang" in request.query_params or language != LANGUAGES[0] else {}


def told_language(request: Request) -> dict[str, str]:
    """The headers of a page that we write: its language, and on what that depends."""
    return {"Content-Language": reader_language(request), "Vary": "Accept-Language"}
