"""Requests that are known again by their bytes: the whole of them, or all but the id of the feature asked for.

What they say was read by the parser once; to read the same words again would cost as much as the answer.
"""

import re
from hashlib import blake2b

from api.answers import with_bytes
from api.one_feature import ANY, Wanted, around
from api.reply import Key, Question
from geo.freshness import Published
from layers.collection import PROJECTS

MOST_BYTES = 2 * 1024 * 1024
"""Of all requests that are remembered; then it begins anew."""
_LONGEST = 2048
_OVERHEAD = 512
_FEATURE = re.compile(rb"GET (/api/collections/[a-z0-9-]+/items/)([a-z0-9-]{1,120}) HTTP/1\.1\r\n")


class Alike:
    """The answers to requests for features of one collection that differ in the id alone.

    None of them is kept: they are quickly made out of what the database tells with the version, and to keep each would
    drive out what took long to make.
    """

    def __init__(self, wanted: Wanted, key: Key, software: str, vary: bytes) -> None:
        headers, members = around(wanted.collection, wanted.scheme, wanted.host, wanted.root_path)
        mark = ANY.encode()
        head = b"".join([b"%b: %b\r\n" % header for header in headers if header[0] != b"vary"])
        path = str(key[2], "ascii") if isinstance(key[2], bytes) else ""
        any_key = (*key[:2], path.removesuffix(wanted.id).encode() + mark, *key[3:])
        self._collection = wanted.collection
        self._head = (head + b"vary: %b\r\n" % vary).split(mark)
        self._members = members.split(mark)
        self._named = f"\n{software}\n{any_key!r}".encode().split(mark)

    def body(self, feature_id: bytes, feature: Published) -> bytes | None:
        """The feature with what stands around it; None where it is not of this collection."""
        if self._collection not in (PROJECTS, feature.layer):
            return None
        return with_bytes(feature.text, feature_id.join(self._members))

    def head(self, feature_id: bytes, version: str, length: int) -> bytes:
        """The headers of an answer with a body of this length."""
        tag = blake2b(version.encode() + feature_id.join(self._named), digest_size=16).hexdigest()
        return b'%betag: "%b"\r\ncontent-length: %d\r\n\r\n' % (feature_id.join(self._head), tag.encode(), length)


class Again:
    """The requests that came over connections of one kind, bounded in bytes."""

    def __init__(self) -> None:
        self._whole: dict[bytes, Question] = {}
        self._alike: dict[tuple[bytes, bytes], Alike] = {}
        self._bytes = 0

    def whole(self, request: bytes) -> Question | None:
        """What is asked, where this very request came before."""
        return self._whole.get(request)

    def alike(self, request: bytes) -> tuple[Alike, bytes] | None:
        """Who answers, and the id asked for, where a request came before that differs in the id alone."""
        found = _FEATURE.match(request)
        alike = None if found is None else self._alike.get((found[1], request[found.end() :]))
        return None if found is None or alike is None else (alike, found[2])

    def remember(self, request: bytes, question: Question) -> None:
        """Know a whole request again, whose bytes say all that the question was read from."""
        if self._room(request):
            self._whole[request] = Question(question.key, question.had, question.coding)

    def remember_alike(self, request: bytes, alike: Alike) -> None:
        """Know every request again that differs from this one in the id of the feature alone."""
        if (found := _FEATURE.match(request)) is not None and self._room(request):
            self._alike[found[1], request[found.end() :]] = alike

    def _room(self, request: bytes) -> bool:
        if len(request) > _LONGEST:
            return False
        if self._bytes + len(request) + _OVERHEAD > MOST_BYTES:
            self._whole.clear()
            self._alike.clear()
            self._bytes = 0
        self._bytes += len(request) + _OVERHEAD
        return True
