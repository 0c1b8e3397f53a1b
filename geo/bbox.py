"""BBox: parse and check."""

import math
from dataclasses import dataclass

from geo.crs import CRS84, Crs
from geo.errors import InvalidBBox


@dataclass(frozen=True, slots=True)
class BBox:
    """West, south, east, north: WGS 84 degrees, or the eastings and northings of another `crs`."""

    west: float
    south: float
    east: float
    north: float
    crs: Crs = CRS84

    @classmethod
    def parse(cls, text: str, crs: Crs = CRS84) -> "BBox":
        """The box that `west,south,east,north` names, in the order of the axes of `crs`.

        Raises InvalidBBox when that is not four finite numbers in range with south ≤ north and west ≤ east; a box over
        the antimeridian is refused too, because nothing of Hải Phòng lies there. A box in metres is cut to where its
        system holds, so that a zoomed-out map need not know that border.
        """
        parts = text.split(",")
        try:
            # float() would also read ١, and 1_0 as 10
            numbers = [float(part) for part in parts] if text.isascii() and "_" not in text else []
        except ValueError:
            numbers = []
        if len(numbers) != 4 or not all(map(math.isfinite, numbers)):
            raise InvalidBBox(_expected(text, crs))
        return cls.of(numbers, crs, text)

    @classmethod
    def of(cls, numbers: list[float], crs: Crs, text: str) -> "BBox":
        """The box of four finite numbers in the order of the axes of `crs`; `text` is what a refusal shows.

        Raises InvalidBBox as `parse` does.
        """
        west, south, east, north = (numbers[i] for i in (1, 0, 3, 2)) if crs.latitude_first else numbers
        least_x, least_y, most_x, most_y = crs.domain
        if crs.metric:
            if not (west <= east and south <= north):
                raise InvalidBBox(f"bbox={text!r}: expected west ≤ east and south ≤ north, in metres of {crs.uri}.")
            west, east = (min(max(x, least_x), most_x) for x in (west, east))
            south, north = (min(max(y, least_y), most_y) for y in (south, north))
        elif not (least_x <= west <= east <= most_x and least_y <= south <= north <= most_y):
            first = "latitude" if crs.latitude_first else "longitude"
            raise InvalidBBox(
                f"bbox={text!r}: expected -180 ≤ west ≤ east ≤ 180 and -90 ≤ south ≤ north ≤ 90; is {first} first?"
            )
        return cls(west, south, east, north, crs)


def _expected(text: str, crs: Crs) -> str:
    if crs.metric:
        return f"bbox={text!r}: four numbers were expected, west,south,east,north in metres of {crs.uri}."
    if crs.latitude_first:
        return (
            f"bbox={text!r}: four numbers were expected, south,west,north,east in degrees (EPSG:4326 has latitude "
            "first), such as 20.5,106.4,21.1,107.2."
        )
    return (
        f"bbox={text!r}: four numbers were expected, west,south,east,north in degrees, such as 106.4,20.5,107.2,21.1."
    )
