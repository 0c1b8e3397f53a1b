"""BBox: parse and check."""

import math
from dataclasses import dataclass

from geo.errors import InvalidBBox


@dataclass(frozen=True, slots=True)
class BBox:
    """West, south, east, north in degrees, WGS 84 longitude and latitude."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> "BBox":
        """The box that `west,south,east,north` names.

        Raises InvalidBBox when that is not four finite numbers in range with south ≤ north and west ≤ east; a box over
        the antimeridian is refused too, because nothing of Hải Phòng lies there.
        """
        parts = text.split(",")
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = []
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            raise InvalidBBox(
                f"bbox={text!r}: four numbers were expected, west,south,east,north in degrees, "
                "such as 106.4,20.5,107.2,21.1."
            )
        west, south, east, north = numbers
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise InvalidBBox(
                f"bbox={text!r}: expected -180 ≤ west ≤ east ≤ 180 and -90 ≤ south ≤ north ≤ 90; is longitude first?"
            )
        return cls(west, south, east, north)
