"""Coordinates as people write them: degrees in either order, degrees and minutes, metres of VN-2000.

What is written decides nothing by itself: Vietnamese forms print X = north before Y = east, most programs east before
north, and a comma may part decimals, thousands or the two numbers. So every way to read the text is tried, and only
what can lie in the country is left; `geo.spots` then asks which of it lies in the city.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

LONGEST = 80
_EAST, _NORTH = "east", "north"
# Where every place can lie that may be stored: degrees, and metres in the two zones of VN-2000.
_DEGREES = {_EAST: (102.0, 118.0), _NORTH: (6.0, 24.0)}
_METRES = {_EAST: (100_000.0, 1_800_000.0), _NORTH: (660_000.0, 2_700_000.0)}
_GROUPED = re.compile(r"\d{1,3}(?:([ .,])\d{3})(?:\1\d{3})*(?:[.,]\d{1,4})?")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")
_PART = r"\d{1,2}(?:[.,]\d+)?"
_ANGLE = re.compile(rf"(\d{{1,3}})(?:\s*°\s*|\s+)(?:({_PART})(?:\s*'\s*|\s+|$)(?:({_PART})\s*(?:\"|''|$))?)?")
_AXIS = re.compile(
    r"^(?:(VĨ ĐỘ|VI DO|LATITUDE|LAT|NORTHING|BẮC|BAC|N|B)|(KINH ĐỘ|KINH DO|LONGITUDE|LONG|LON|LNG|EASTING|ĐÔNG|DONG"
    r"|E|Đ)|[XY])(?=[\s:=.\d]|$)\s*[:=]?\s*"
)
_AXIS_BEHIND = re.compile(r"\s*(?:(VĨ ĐỘ BẮC|ĐỘ BẮC|BẮC|N|B)|(KINH ĐỘ ĐÔNG|ĐỘ ĐÔNG|ĐÔNG|E|Đ)|M)$")
_SEPARATOR = re.compile(r"\s*[;|/]\s*|\s*,\s+|\s+|,|(?<=[NBEĐ])(?=[\dXYNBEĐ])")
_SIGNS = str.maketrans({"º": "°", "˚": "°", "’": "'", "′": "'", "´": "'", "”": '"', "″": '"', "“": '"', "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a pair of numbers. `metres`: of VN-2000, in a zone that the text does not tell.

    `north_first`: the northern coordinate (latitude, X) stood before the eastern one.
    """

    east: float
    north: float
    metres: bool
    north_first: bool


def readings(text: str) -> tuple[Reading, ...]:
    """Every way in which the text is a place in this country; none where it is no pair of coordinates."""
    if len(text) > LONGEST or sum(character.isdigit() for character in text) < 4:
        return ()
    told = unicodedata.normalize("NFC", text).translate(_SIGNS).upper().strip(" ()[]")
    found: dict[Reading, None] = {}
    for split in _SEPARATOR.finditer(told):
        sides = [list(_side(side.strip(" ,;"))) for side in (told[: split.start()], told[split.end() :])]
        for (first, first_axis), (second, second_axis) in product(*sides):
            for north_first in (True, False):
                axes = (_NORTH, _EAST) if north_first else (_EAST, _NORTH)
                if first_axis not in (None, axes[0]) or second_axis not in (None, axes[1]):
                    continue
                values = dict(zip(axes, (first, second), strict=True))
                for metres, limits in ((False, _DEGREES), (True, _METRES)):
                    if all(low <= values[axis] <= high for axis, (low, high) in limits.items()):
                        found[Reading(values[_EAST], values[_NORTH], metres, north_first)] = None
    return tuple(found)


def _side(text: str) -> Iterator[tuple[float, str | None]]:
    """Every number that one half of the text may mean, with the axis that it names (X and Y name none)."""
    axis = None
    if ahead := _AXIS.match(text):
        axis = _NORTH if ahead[1] else _EAST if ahead[2] else None
        text = text[ahead.end() :]
    if behind := _AXIS_BEHIND.search(text):
        axis = _NORTH if behind[1] else _EAST if behind[2] else axis
        text = text[: behind.start()]
    yield from ((value, axis) for value in _numbers(text.strip()))


def _numbers(text: str) -> Iterator[float]:
    plain = text.removesuffix("°").rstrip()
    if _DECIMAL.fullmatch(plain):
        yield float(plain.replace(",", "."))
    if (grouped := _GROUPED.fullmatch(plain)) is not None:
        whole, mark, rest = plain, "", ""
        for other in {".", ","} - {grouped[1]}:
            if other in plain:
                whole, mark, rest = plain.partition(other)
        yield float(f"{whole.replace(grouped[1], '')}{'.' if mark else ''}{rest}")
    if (angle := _ANGLE.fullmatch(text)) is not None and angle[2]:
        degrees, minutes, seconds = (float((part or "0").replace(",", ".")) for part in angle.groups())
        if minutes < 60 and seconds < 60:
            yield degrees + minutes / 60 + seconds / 3600
