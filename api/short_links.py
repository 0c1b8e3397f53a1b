"""What a map shows, as a code short enough to be sent, printed or read aloud; nothing is stored, so no link dies.

A code is base 58 of: version and whether a view follows (1 byte), checksum (2), the view (8), and the parameters
deflated against a dictionary of the words of this city. A dictionary is never changed; other words are another version.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from struct import pack, unpack

from geo.errors import HaiphongError, InvalidParameter

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
"""Without 0, O, I and l, which paper confuses."""
STATE = (
    "layer", "district", "status", "condition", "ids", "q", "datetime", "as-of", "compare", "shade",
    "sort", "group", "select", "near", "lang", "id",
)  # fmt: skip
"""What the address of the map may say; later names are added at the end, and older codes stay readable."""
MOST_BYTES = 4_000
LONGEST_CODE = 6_000
VERSION = 1
_DICTIONARY = Path(__file__).parent / "short_links_v1.words"
_VIEW = re.compile(r"(\d{1,2}(?:\.\d{1,2})?)/(-?\d{1,2}(?:\.\d{1,4})?)/(-?\d{1,3}(?:\.\d{1,4})?)")
VIEW_FORM = "zoom/latitude/longitude, such as 11.25/20.8412/106.6823"
_DEEPEST = 24
_VIEW_BYTES = 8


class UnknownShortLink(HaiphongError):
    """The code of a short link means nothing."""


@dataclass(frozen=True, slots=True)
class View:
    """Where the map stands, as exactly as its address tells: zoom in hundredths, degrees in ten-thousandths."""

    zoom: int
    lat: int
    lon: int

    @classmethod
    def parse(cls, text: str) -> "View":
        """The view that `map=` names. Raises InvalidParameter."""
        found = _VIEW.fullmatch(text)
        if found is None or float(found[1]) > _DEEPEST or abs(float(found[2])) > 90 or abs(float(found[3])) > 180:
            raise InvalidParameter(f"map={text[:60]!a}: {VIEW_FORM} was expected.", (VIEW_FORM,))
        return cls(round(float(found[1]) * 100), round(float(found[2]) * 10_000), round(float(found[3]) * 10_000))

    def __str__(self) -> str:
        return f"{self.zoom / 100:g}/{self.lat / 10_000:.4f}/{self.lon / 10_000:.4f}"


def encode(state: Mapping[str, str], view: View | None) -> str:
    """The code of a state, a text for each of its names. The same state gives the same code.

    Raises InvalidParameter when it is too much for a link.
    """
    text = "".join(f"\n{name}={state[name]}" for name in STATE if name in state).encode()
    if len(text) > MOST_BYTES:
        raise InvalidParameter(f"That is too much for a link: {len(text)} bytes, at most {MOST_BYTES}. Choose less.")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, _words())
    body = _packed(view) + packer.compress(text) + packer.flush() if text else _packed(view)
    head = bytes([VERSION << 1 | (view is not None)])
    return _base58(head + _checksum(head + body) + body)


def decode(code: str) -> tuple[dict[str, str], View | None]:
    """The state and the view of a code, every word of which was checked. Raises UnknownShortLink."""
    raw = _bytes(code)
    head, checksum, body = raw[:1], raw[1:3], raw[3:]
    if raw[:1] not in (bytes([VERSION << 1]), bytes([VERSION << 1 | 1])) or _checksum(head + body) != checksum:
        raise _unknown(code)
    view = None
    if head[0] & 1:
        view, body = _unpacked(code, body[:_VIEW_BYTES]), body[_VIEW_BYTES:]
    return _read(code, _inflated(code, body)), view


def _read(code: str, text: bytes) -> dict[str, str]:
    try:
        first, *lines = text.decode().split("\n")
    except UnicodeDecodeError:
        raise _unknown(code) from None
    state = dict(line.partition("=")[::2] for line in lines)
    good = all(name in STATE and value.strip() and value.isprintable() for name, value in state.items())
    if first or not good or len(state) < len(lines):
        raise _unknown(code)
    return state


def _inflated(code: str, body: bytes) -> bytes:
    if not body:
        return b""
    unpacker = zlib.decompressobj(-15, _words())
    try:
        text = unpacker.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        raise _unknown(code) from None
    if len(text) > MOST_BYTES or not unpacker.eof or unpacker.unused_data:
        raise _unknown(code)
    return text


def _packed(view: View | None) -> bytes:
    if view is None:
        return b""
    return pack(">H", view.zoom) + pack(">I", view.lat + 900_000)[1:] + pack(">I", view.lon + 1_800_000)[1:]


def _unpacked(code: str, raw: bytes) -> View:
    if len(raw) != _VIEW_BYTES:
        raise _unknown(code)
    zoom, lat, lon = unpack(">HII", raw[:2] + b"\0" + raw[2:5] + b"\0" + raw[5:])
    if zoom > _DEEPEST * 100 or lat > 1_800_000 or lon > 3_600_000:
        raise _unknown(code)
    return View(zoom, lat - 900_000, lon - 1_800_000)


def _base58(raw: bytes) -> str:
    number, letters = int.from_bytes(raw), []
    while number:
        number, rest = divmod(number, 58)
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters))


def _bytes(code: str) -> bytes:
    if not code or len(code) > LONGEST_CODE or any(letter not in ALPHABET for letter in code):
        raise _unknown(code)
    number = 0
    for letter in code:
        number = number * 58 + ALPHABET.index(letter)
    return number.to_bytes((number.bit_length() + 7) // 8)


def _checksum(raw: bytes) -> bytes:
    return blake2b(raw, digest_size=2).digest()


@cache
def _words() -> bytes:
    return _DICTIONARY.read_bytes()


def _unknown(code: str) -> UnknownShortLink:
    return UnknownShortLink(
        f"The short link /s/{code[:40]!a} cannot be read: a letter may be missing or mistyped. Ask for it again, or "
        "begin at the map, /."
    )
