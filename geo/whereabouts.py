"""Where a feature lies, in a sentence: its unit, and how far from which landmark in which direction.

Nothing is said more exactly than it is known: a distance is rounded by how sure both places are and how wide, a
direction is told only where the two lie clearly apart, and a feature of which no more than its commune is known has
its commune alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.status import Words

FARTHEST_M = 20_000
"""A landmark farther away helps nobody to find a place."""
WIDEST_M = 5_000
"""What is farther than this from its middle to its edge has no distance of its own from anything."""
_DOUBT_M = {"surveyed": 10.0, "mapped": 100.0, "approximate": 1_000.0}
"""How far the point may be from where the thing is; accuracies that are not here tell no distance."""
_STEPS_M = (50, 100, 500, 1_000, 2_000, 5_000)
_DIRECTIONS = (
    Words("bắc", "north"), Words("đông bắc", "northeast"), Words("đông", "east"), Words("đông nam", "southeast"),
    Words("nam", "south"), Words("tây nam", "southwest"), Words("tây", "west"), Words("tây bắc", "northwest"),
)  # fmt: skip
NOWHERE = Words("Chưa rõ vị trí", "Location not known")


@dataclass(frozen=True, slots=True)
class Landmark:
    """The nearest one: its names, metres from it to the middle of the feature, degrees clockwise from north, and how
    far its own edge is from its middle."""

    name: Words
    metres: float
    azimuth: float
    reach_m: float = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """What is known of a feature's place. `units`: full names of those that held on the day, the finest; `former`: they
    are no more. `reach_m`: from its middle to its edge. `accuracy`: None without a place."""

    units: Sequence[str] = ()
    former: bool = False
    accuracy: str | None = None
    reach_m: float = 0
    landmark: Landmark | None = None
    placed: bool = True


def sentence(spot: Spot) -> Words:
    """Where it is, in both languages: "Phường Đông Hải, 3 km về phía đông của cầu Rào"."""
    units = _units(spot)
    if not spot.placed:
        return Words(f"{units.vi}, chưa rõ vị trí", f"{units.en}, location not known") if units else NOWHERE
    apart = _apart(spot)
    parts = [words for words in (units, apart) if words is not None]
    if not parts:
        return Words("Có trên bản đồ, chưa rõ địa bàn", "On the map, unit not known")
    return Words(", ".join(one.vi for one in parts), ", ".join(one.en for one in parts))


def _units(spot: Spot) -> Words | None:
    if not spot.units:
        return None
    named = ", ".join(spot.units[:2]) + (f" +{len(spot.units) - 2}" if len(spot.units) > 2 else "")
    return Words(f"{named} (cũ)", f"{named} (former)") if spot.former else Words(named, named)


def _apart(spot: Spot) -> Words | None:
    """How far from the landmark, and in which direction; only that it is near where no more can be told."""
    one, doubt = spot.landmark, _DOUBT_M.get(spot.accuracy or "")
    if one is None or doubt is None or one.metres > FARTHEST_M or spot.reach_m > WIDEST_M:
        return None
    vague = doubt + spot.reach_m + one.reach_m
    if one.metres <= vague:
        return Words(f"gần {one.name.vi}", f"near {one.name.en}") if vague <= FARTHEST_M / 4 else None
    told = rounded_m(one.metres, doubt)
    towards = _DIRECTIONS[direction(one.azimuth)]
    return Words(
        f"{_length(told, ',')} về phía {towards.vi} của {one.name.vi}",
        f"{_length(told, '.')} {towards.en} of {one.name.en}",
    )


def direction(azimuth: float) -> int:
    """Which of the eight directions, clockwise from north."""
    return int((azimuth % 360 + 22.5) // 45) % 8


def rounded_m(metres: float, doubt: float) -> int:
    """Metres in steps no finer than the doubt, nor than a tenth of the distance; never nothing at all."""
    step = next((one for one in _STEPS_M if one >= max(doubt, metres / 10)), _STEPS_M[-1])
    return max(step, int(metres / step + 0.5) * step)


def _length(metres: int, comma: str) -> str:
    if metres < 1_000:
        return f"{metres} m"
    return f"{metres / 1_000:g} km".replace(".", comma)
