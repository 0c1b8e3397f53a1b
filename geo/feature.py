"""What is stored: features, the facts about their status, and the changesets that bring them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_ID = 120
_ID = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


def is_id(text: str) -> bool:
    """Whether a feature may be called so: small letters a to z and digits, in words joined by hyphens."""
    return len(text) <= LONGEST_ID and _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class StatusFact:
    """One statement that a feature reached a stage or a condition, with the day and the source that it has.

    `status` None: the words tell a condition only. `valid_from` is EDTF, as precise as printed. `clause` is the id of a
    stored clause (`ct-02-2023#ii.2.3`).
    """

    status: str | None
    basis: str
    valid_from: str
    source: str
    condition: str | None = None
    source_url: str | None = None
    clause: str | None = None
    text_vi: str | None = None
    secondary_status: str | None = None
    stage_in_words: bool = True
    date_inferred: bool = False
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """A unit that a source names for a feature. `unit_id` None: the words could not be resolved, and are kept."""

    unit_id: str | None
    as_stated: str
    source: str | None = None
    part: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """What one changeset makes of one feature.

    The whole new state of the feature (`geometry`: GeoJSON geometry as UTF-8 text in WGS 84, None where no place is
    known), plus the facts that are new and the ids of those that no longer hold. `expected_version`: the version that
    the edit is based on; 0 for a feature that must be new, None to skip the comparison. `digest`: of the curated
    record that the edit was loaded from, kept so that the next load can tell what changed there and what people edited.
    """

    feature_id: str
    layer: str
    geometry: str | None
    properties: Mapping[str, Any]
    units: tuple[StatedUnit, ...] = ()
    facts: tuple[StatusFact, ...] = ()
    retracted: tuple[int, ...] = ()
    withdrawn: bool = False
    expected_version: int | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Changeset:
    """Edits made together: who, why, on whose word. `edits` is read once, so a load can stream."""

    actor: str
    note: str
    source: str
    edits: Iterable[Edit] = field(default=())


@dataclass(frozen=True, slots=True)
class Applied:
    """What `apply` did: the changeset's id and the number of features and facts that it wrote."""

    changeset_id: int
    features: int
    facts: int
