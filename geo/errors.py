"""What can go wrong, by name. A message says what came, what was expected, and the way out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class HaiphongError(Exception):
    """Anything a person can act on. `str(error)` is written for that person; no traceback is needed."""


class InvalidParameter(HaiphongError):
    """A parameter or its value is not one of those that are understood."""

    def __init__(self, message: str, allowed: Sequence[str] = ()) -> None:
        """`allowed`: what may stand in its place, for programs that read the answer."""
        super().__init__(message)
        self.allowed = tuple(allowed)


class InvalidBBox(InvalidParameter):
    """Four numbers west, south, east, north were expected."""


class InvalidFilter(InvalidParameter):
    """A CQL2 filter cannot be read, or asks for what is not offered."""


class UnknownLayer(HaiphongError):
    """No layer or collection has this id."""

    def __init__(self, layer: str, known: Sequence[str]) -> None:
        """`known`: the ids that exist."""
        super().__init__(f"No collection is called {layer!r}; there are: {', '.join(known)}.")
        self.allowed = tuple(known)


class UnknownUnit(InvalidParameter):
    """No administrative unit answers to this id, code or name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may have been meant; days as ISO 8601, None where that end is open or not known."""

    id: str
    full_name: str
    generation: str
    parent: str | None
    parent_name: str | None
    valid_from: str | None
    valid_to: str | None


class AmbiguousUnit(InvalidParameter):
    """Several units answer to this name; `allowed` holds their ids, `candidates` what tells them apart."""

    def __init__(self, message: str, candidates: Iterable[Candidate]) -> None:
        self.candidates = tuple(candidates)
        super().__init__(message, [one.id for one in self.candidates])


class TileNotFound(HaiphongError):
    """No tile, or tile matrix set, is there; `allowed` tells which are."""

    def __init__(self, message: str, allowed: Sequence[str]) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class FeatureNotFound(HaiphongError):
    """No feature has this id."""


class FeatureWithdrawn(HaiphongError):
    """The feature was entered by mistake and withdrawn; its history remains."""


class VersionConflict(HaiphongError):
    """Someone else changed the feature after the version that this edit is based on."""


class InvalidFeature(HaiphongError):
    """A feature or a status cannot be stored as it stands."""


class MissingReference(InvalidFeature):
    """Something named by a feature, a fact or an order is not stored."""

    def __init__(self, message: str, column: str, missing: str) -> None:
        """`column`: what names it (`unit`, `clause`, `feature`, …); `missing`: the id that is not there."""
        super().__init__(message)
        self.column = column
        self.missing = missing


class InvalidData(HaiphongError):
    """A file of `data/`, or a layer definition, cannot be read as it stands."""


class StillWritten(HaiphongError):
    """What was known at an instant cannot be told yet: somebody who began before it is still writing."""


class StoreNotReady(HaiphongError):
    """The database lacks something: an extension, a version, a migration."""


class ClusterError(HaiphongError):
    """The private PostGIS cluster cannot be installed, started or stopped."""


class ProgramMissing(HaiphongError):
    """A program or a package that is needed is not there, and could not be installed."""


class PortTaken(HaiphongError):
    """Another program listens on the port already."""
