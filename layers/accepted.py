"""Warnings that a person looked at and let stand: `data/accepted.csv`, each with its reason.

A row names the kind, the layer and the id, for a pair the other id too, for a distance the most metres that the reason
covers. An error cannot be accepted.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from geo.findings import KINDS, Finding
from layers import files
from layers.files import Row

FILE = "accepted.csv"


@dataclass(frozen=True, slots=True)
class Sifted:
    """`fresh`: what nobody has looked at yet, and what is wrong with accepted.csv; `reviewed`: with the reasons."""

    fresh: tuple[Finding, ...]
    reviewed: tuple[tuple[Finding, Row], ...]


def sift(data: Path, findings: Iterable[Finding]) -> Sifted:
    """Part the findings of a whole check by what `data/accepted.csv` says of them; errors first, as they came."""
    table = files.read_table(data, data / FILE, "accepted", required=False)
    fresh: list[Finding] = []
    reviewed: list[tuple[Finding, Row]] = []
    used: set[str] = set()
    for finding in findings:
        row = next((row for row in table.rows if _covers(row, finding)), None)
        if row is None:
            fresh.append(finding)
        else:
            used.add(row.where)
            reviewed.append((finding, row))
    fresh += table.findings
    for row in table.rows:
        place = f"{row['id']} ({row.where})"
        if row["kind"] not in KINDS:
            fresh.append(Finding("unknown-code", repr(row["kind"]), ", ".join(KINDS), None, FILE, place, "kind"))
        elif not (row["reason_vi"].strip() and row["reason_en"].strip()):
            fresh.append(Finding("bad-value", "", "lý do, hai thứ tiếng", "a reason, in both languages", FILE, place))
        elif row.where not in used:
            fresh.append(Finding("stale-acceptance", row["kind"], file=FILE, where=place))
    return Sifted(tuple(sorted(fresh, key=lambda found: found.severity)), tuple(reviewed))


def _covers(row: Row, finding: Finding) -> bool:
    if finding.severity == "error" or not (row["reason_vi"].strip() and row["reason_en"].strip()):
        return False
    if (row["kind"], row["layer"], row["id"]) != (finding.kind, finding.file.split("/")[0], finding.where):
        return False
    if row["other"] and not finding.expected.endswith(f"({row['other']})"):
        return False
    return not row["most_m"] or _metres(finding.came) <= _metres(row["most_m"])


def _metres(text: str) -> float:
    """Whole metres; what is no such number is beyond every limit, and no limit."""
    return float(text) if text.isascii() and text.isdigit() else math.nan
