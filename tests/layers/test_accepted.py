"""A warning with a reason is reviewed; whatever the reason does not cover stands out."""

import csv
from pathlib import Path

import pytest

from geo.findings import Finding
from layers.accepted import FILE, Sifted, sift
from layers.files import COLUMNS

AWAY = Finding("outside-stated-unit", "758", "Phường Tràng Cát", file="port/curated.geojson", where="ben-3")
PAIR = Finding("lookalike-name", "Bến 3", "Bến 3B (ben-3b)", file="port/curated.geojson", where="ben-3")
BROKEN = Finding("bad-date", "hôm qua", file="port/status.csv", where="ben-3")
WHY = {"layer": "port", "id": "ben-3", "reason_vi": "Bến trên đất lấn biển.", "reason_en": "On reclaimed land."}
ROW = WHY | {"kind": "outside-stated-unit", "most_m": "900"}
SAME = WHY | {"kind": "lookalike-name", "other": "ben-3b"}


def sifted(data: Path, *rows: dict[str, str], of: tuple[Finding, ...] = (AWAY, PAIR)) -> Sifted:
    with (data / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS["accepted"], restval="")
        writer.writeheader()
        writer.writerows(rows)
    return sift(data, of)


def test_a_reviewed_warning_comes_with_its_reason_and_a_new_one_stands_out(tmp_path: Path) -> None:
    told = sifted(tmp_path, ROW)
    assert told.fresh == (PAIR,)
    assert [(found, row["reason_vi"]) for found, row in told.reviewed] == [(AWAY, "Bến trên đất lấn biển.")]
    assert sifted(tmp_path, ROW, SAME).fresh == ()


def test_without_the_file_every_warning_is_new(tmp_path: Path) -> None:
    assert sift(tmp_path, (AWAY, PAIR)) == Sifted((AWAY, PAIR), ())


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (ROW | {"most_m": "700"}, "stale-acceptance"),
        (ROW | {"most_m": "xa"}, "stale-acceptance"),
        (ROW | {"layer": "park"}, "stale-acceptance"),
        (ROW | {"id": "ben-4"}, "stale-acceptance"),
        (SAME | {"other": "ben-3c"}, "stale-acceptance"),
        (ROW | {"reason_en": " "}, "bad-value"),
        (ROW | {"kind": "outside"}, "unknown-code"),
    ],
)
def test_a_row_that_covers_nothing_is_told_itself(tmp_path: Path, row: dict[str, str], kind: str) -> None:
    told = sifted(tmp_path, row)
    assert told.reviewed == ()
    assert {AWAY, PAIR} < set(told.fresh)
    (about,) = (found for found in told.fresh if found.file == FILE)
    assert (about.kind, about.where) == (kind, f"{row['id']} (dòng 2)")


def test_an_error_cannot_be_accepted(tmp_path: Path) -> None:
    told = sifted(tmp_path, WHY | {"kind": "bad-date"}, of=(BROKEN,))
    assert told.reviewed == ()
    assert told.fresh[0] == BROKEN
