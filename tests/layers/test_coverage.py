"""How far the documents lead: counted from the files, compared with the store and with numbers worked out by hand."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from geo import ledger
from geo.clocks import Clocks
from geo.settings import REPOSITORY
from layers.catalog import Catalog
from layers.coverage import Coverage, coverage, lines
from layers.load import load_all
from tests.data.curated import DATA

CATALOG = Catalog.load(REPOSITORY / "layers" / "definitions")
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def report() -> Coverage:
    return coverage(DATA, CATALOG, TODAY)


@pytest.fixture(scope="module")
def city(own_engine: Engine) -> Iterator[Connection]:
    load_all(own_engine, DATA, CATALOG)
    with own_engine.connect() as connection:
        yield connection


def test_every_clause_is_counted_once(report: Coverage) -> None:
    """Counted on paper: of the 62 clauses of the directive 13 are headings; 19 lead to records, 11 to nothing yet."""
    told = {one.id: one for one in report.documents}
    directive = told["ct-02-2023"]
    assert (directive.clauses, directive.mapped, directive.unmapped, directive.headings, directive.general) == (
        62, 19, 11, 13, 19
    )  # fmt: skip
    for one in told.values():
        assert one.clauses == one.mapped + one.unmapped + one.headings + one.general
    assert sum(one.clauses for one in told.values()) == 153
    assert report.unmapped == {
        "unnamed_group": 10, "no_layer": 8, "no_record": 6, "plan": 5, "indicator": 4, "duty": 4, "left_out": 2,
        "annex": 1,
    }  # fmt: skip


def test_the_report_tells_what_the_store_tells(report: Coverage, city: Connection) -> None:
    stored = {one["id"]: one for one in ledger.documents(city, Clocks(TODAY))}
    for one in report.documents:
        assert one.verdicts == stored[one.id]["verdicts"], one.id
        assert one.mandates + stored[one.id]["unmapped"] == stored[one.id]["mandates"]
    without = city.execute(
        text("SELECT count(*) FROM feature WHERE NOT EXISTS (SELECT FROM mandate WHERE mandate.feature = feature.id)")
    ).scalar_one()
    assert sum(map(len, report.without_mandate.values())) == without == report.features - report.mandated == 301 - 119


def test_mandates_that_nobody_spoke_of_since_are_listed(report: Coverage) -> None:
    silent = set(report.without_evidence)
    # The 18 health stations were last told of in 2023, which may have been before the directive.
    assert sum(feature.startswith("tram-y-te-") for _, feature in silent) == 18
    assert ("ct-02-2023#ii.2.1", "kcn-vsip") in silent  # last told of in 2021
    assert ("ct-02-2023#ii.2.1", "kcn-trang-due-3") not in silent
    assert ("ct-02-2023#ii.2.1", "ccn-quang-phuc") not in silent  # founded on 13 February 2023


def test_the_table_is_read_in_both_languages(report: Coverage) -> None:
    written = "\n".join(lines(report))
    for words in ("chưa dẫn tới đâu / unmapped", "Nêu một nhóm, không nêu tên / A group, without names",
                  "features without a mandate: 182 / 301"):  # fmt: skip
        assert words in written
    total = next(line.split() for line in written.splitlines() if line.startswith("tổng / total"))
    assert total[3:9] == ["153", "62", "17", "24", "50", "228"]


def check(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("haiphong")), "check", *options]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment, check=False)


def test_programs_read_the_report_as_json_and_by_its_exit_code() -> None:
    told = check("--directives", "--json")
    assert (told.returncode, told.stderr) == (0, "")
    body = json.loads(told.stdout)
    assert body["documents"][0]["id"] == "ct-02-2023"
    assert body["features"] == 301
    assert check("--json").returncode == 2
