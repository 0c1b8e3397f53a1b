"""One feature, the question that is asked most, answered without the framework where nothing about it is special.

Whatever is special (parameters, another form, a feature that is not there) takes the way of every other question; the
links, the headers and the bytes are those of that way, because they are made by the same functions.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from secrets import token_hex

import orjson
from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from api.answers import with_bytes
from api.encoding import SMALLEST, compressed
from api.headers import add
from api.links import GEOJSON, Links, link_header
from api.negotiation import GEOJSON as GEOJSON_FORM
from api.routes.items import content_crs, links_of_feature
from geo.crs import CRS84
from geo.freshness import Published
from layers.catalog import Catalog
from layers.collection import PROJECTS

ROUTE = "/api/collections/{collection}/items/{feature_id}"
"""What its answers are counted as; to look for it took as long as to make one."""
RawHeaders = list[tuple[bytes, bytes]]
_PATH = re.compile("/api/collections/([a-z0-9-]+)/items/([a-z0-9-]{1,120})")
ANY = f"any-{token_hex(8)}"
"""Stands for the id where links are written for many features at once: nothing that anybody sends holds it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A feature of a collection, by a client that sees us at `scheme`, `host` and `root_path`."""

    collection: str
    id: str
    scheme: str
    host: bytes
    root_path: str


class OneFeature:
    """Makes the answer to `/api/collections/{collection}/items/{id}`."""

    def __init__(self, catalog: Catalog) -> None:
        # Where one type of geometry is promised, the text may have to be written anew.
        self._collections = frozenset(one.id for one in catalog.collections.values() if one.kind is None)

    def wanted(self, scope: Scope, headers: dict[bytes, bytes], form: str) -> Wanted | None:
        """What is asked for, where it is one feature as it is; None where it is anything else."""
        if scope["query_string"] or form != GEOJSON_FORM.f or b"host" not in headers:
            return None
        found = _PATH.fullmatch(scope["path"])
        if found is None or found[1] not in self._collections:
            return None
        return Wanted(found[1], found[2], scope["scheme"], headers[b"host"], scope.get("root_path", ""))

    def answer(self, wanted: Wanted, feature: Published, coding: str) -> tuple[RawHeaders, list[bytes]] | None:
        """Headers and body of the answer with this feature; None where it is not of this collection."""
        if wanted.collection not in (PROJECTS, feature.layer):
            return None
        headers, members = around(wanted.collection, wanted.scheme, wanted.host, wanted.root_path)
        mark, own = ANY.encode(), wanted.id.encode()
        body = with_bytes(feature.text, members.replace(mark, own))
        told = [(name, value.replace(mark, own)) for name, value in headers]
        if coding and len(body) >= SMALLEST:
            body = compressed(body, coding)
            told.append((b"content-encoding", coding.encode()))
        told.append((b"content-length", b"%d" % len(body)))
        return told, [body]


@lru_cache(1024)
def around(collection: str, scheme: str, host: bytes, root_path: str) -> tuple[RawHeaders, bytes]:
    """The headers, and the members behind those of the feature, for the id `ANY`."""
    scope = {
        "type": "http",
        "scheme": scheme,
        "path": f"{root_path}/api/collections/{collection}/items/{ANY}",
        "root_path": root_path,
        "query_string": b"",
        "headers": [(b"host", host)],
    }
    links = links_of_feature(Links.of(Request(scope)), collection, ANY, {})
    headers = MutableHeaders({"Content-Type": GEOJSON} | content_crs(CRS84) | link_header(links))
    add(headers, public=True)
    return headers.raw, orjson.dumps({"links": links})
