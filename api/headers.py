"""What every answer carries: the security headers, on what it depends, who may read it; HEAD, OPTIONS, preflight."""

from starlette._utils import get_route_path
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.negotiation import offered

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: https://tile.openstreetmap.org",
        "connect-src 'self'",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
EMBED = "/embed"
"""The one page that may stand in a frame: of our own origin, and of those that the setting names."""
OF_DATA = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What is no page loads nothing, wherever it is opened. Forty such answers make the first view: all that a page carries
would be 11 kB of it."""
OF_PAGES = OF_DATA | {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # OpenStreetMap's tile policy asks for a Referer, so the origin (never the path) is told.
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PAGE = "text/html"
VARY = "Accept, Accept-Language, Accept-Encoding"
"""What an answer depends on at an address that has several forms."""
PUBLIC = ("/api", "/layers/", "/basemap/", "/releases/")
FILES = "/releases/"
"""Large files on the disk, which answer HEAD themselves, without being read."""
EXPOSED = "Content-Crs, Content-Disposition, Content-Range, ETag, Link, Retry-After"
ALLOW = "GET, HEAD, OPTIONS"
OPTIONS = {
    "Allow": ALLOW,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": ALLOW,
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match, If-Modified-Since, "
    "Range, If-Range",
    "Access-Control-Max-Age": "86400",
}


class AnswerHeaders:
    """Adds the headers to every answer, lets any origin read the public ones, and answers HEAD like GET.

    A public address can be read and nothing else, so that OPTIONS, a preflight included, has one answer.
    """

    def __init__(self, app: ASGIApp, embed_origins: tuple[str, ...] = ()) -> None:
        self.app = app
        framing = " ".join(("frame-ancestors 'self'", *embed_origins))
        self._framed = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", framing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        public = scope["path"].startswith(PUBLIC)
        if public and scope["method"] == "OPTIONS":
            await _options(send)
            return
        several = bool(offered(get_route_path(scope)))

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                add(headers, public=public)
                if get_route_path(scope) == EMBED:
                    headers["Content-Security-Policy"] = self._framed
                    del headers["X-Frame-Options"]  # it knows no list, and the policy says it all
                if several:
                    headers["Vary"] = VARY
                if message["status"] == 405 and public:
                    headers["Allow"] = ALLOW
            await send(message)

        if scope["method"] == "HEAD" and not scope["path"].startswith(FILES):
            scope, send = {**scope, "method": "GET"}, bodiless(send)
        await self.app(scope, receive, with_headers)


def add(headers: MutableHeaders, *, public: bool) -> None:
    """Give an answer what every answer of its kind carries, and a public one what other origins need.

    A 304 has no kind, and what it carries takes the place of what the reader kept: it gets all.
    """
    for name, value in (OF_PAGES if headers.get("Content-Type", PAGE).startswith(PAGE) else OF_DATA).items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-cache")
    if public:
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = EXPOSED
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def bodiless(send: Send) -> Send:
    """Sends an answer without its body, as HEAD wants it."""

    async def without_body(message: Message) -> None:
        if message["type"] == "http.response.body":
            if message.get("more_body", False):
                return
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return without_body


async def _options(send: Send) -> None:
    headers = MutableHeaders(OPTIONS | OF_DATA)
    await send({"type": "http.response.start", "status": 204, "headers": headers.raw})
    await send({"type": "http.response.body", "body": b""})
