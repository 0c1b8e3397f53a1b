"""The life cycle and its codes, read from `codes.toml`: each with a label and a definition in two languages."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Lifecycle = Literal["project", "model-commune"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the two languages of the map."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list: its label and a sentence that says when it applies."""

    id: str
    label: Words
    definition: Words


@dataclass(frozen=True, slots=True)
class Status(Code):
    """A stage of a life cycle.

    `rank` orders the stages; `running`: at least a part is in use, or the goal is reached; `on_site`: work is being
    done on the ground, or has been. `oc4ids` and `iati` are the codes of the same stage in OC4IDS `projectStatus` and
    IATI `ActivityStatus`.
    """

    rank: int
    running: bool
    on_site: bool
    oc4ids: str
    iati: str


def _code(code: str, entry: dict[str, Any]) -> Code:
    return Code(code, Words(**entry["label"]), Words(**entry["definition"]))


def _status(code: str, entry: dict[str, Any]) -> Status:
    words = _code(code, entry)
    extra = {key: entry[key] for key in ("rank", "running", "on_site", "oc4ids", "iati")}
    return Status(words.id, words.label, words.definition, **extra)


_LISTS = tomllib.loads(Path(__file__).with_name("codes.toml").read_text("utf-8"))

LIFECYCLES: dict[Lifecycle, dict[str, Status]] = {
    lifecycle: {code: _status(code, entry) for code, entry in entries.items()}
    for lifecycle, entries in _LISTS["status"].items()
}
STATUSES: dict[str, Status] = {code: status for codes in LIFECYCLES.values() for code, status in codes.items()}
CONDITIONS: dict[str, Code] = {code: _code(code, entry) for code, entry in _LISTS["condition"].items()}
BASES: dict[str, Code] = {code: _code(code, entry) for code, entry in _LISTS["basis"].items()}
ROLES: dict[str, Code] = {code: _code(code, entry) for code, entry in _LISTS["role"].items()}
ACCURACIES: dict[str, Code] = {code: _code(code, entry) for code, entry in _LISTS["accuracy"].items()}
