"""How much is loaded, how long each measurement takes, and what keeps a measurement from being true."""

from dataclasses import dataclass

from geo.errors import HaiphongError


class BenchError(HaiphongError):
    """What was measured would not be what the report says; nothing is written."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes in features, times in seconds. S holds our own features, filled up to `small`; M holds `polygons` more.

    `shown`: features of the smaller page that a hand moves, the larger being M; 0 leaves hands out. `visits`: of a
    phone to the map, by Lighthouse; 0 leaves them out.
    `l`: polygons of L, 1000000 by its name; 0 leaves it out, since loading it takes minutes. `connections`: of pgbench,
    and of clients that ask for new answers; `clients`: of those that ask for kept ones. `only`: the sizes that are
    measured, as in "L" or "S,M"; all without it. S is loaded always, for the others stand upon it.
    """

    small: int = 500
    polygons: int = 100_000
    rounds: int = 3
    seconds: float = 2.0
    connections: int = 4
    clients: int = 8
    workers: int = 2
    tiles: int = 200
    shown: int = 5_000
    visits: int = 5
    l: int = 0  # noqa: E741 -- as the option is called
    only: str = ""

    def measures(self, size: str) -> bool:
        """Whether this size is loaded and asked."""
        there = {"S": True, "M": self.polygons > 0, "L": self.l > 0}[size]
        return there and (not self.only or size in self.only.split(","))

    @property
    def limit(self) -> int:
        """Features on a page of M: a hundredth of it, so that there are pages to turn whatever its size."""
        return max(1, self.polygons // 100)
