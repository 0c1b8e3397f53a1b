"""The map in one file: it answers as the server does, opens without a network, and no word of its data can run."""

import random
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from geo.errors import InvalidParameter
from geo.query import FeatureQuery
from geo.settings import Settings
from geo.snapshot import snapshot
from layers.catalog import Catalog
from layers.edition import one_file
from layers.edition.bundle import bundle
from layers.edition.contents import contents
from tests.browser import eventually
from tests.factories import edit, fact, store
from tests.web.conftest import Reader
from tests.web.test_safety import HOSTILE

SETTINGS = Settings.from_env({})
CATALOG = Catalog.load(SETTINGS.definitions)
MEGABYTE = 1_000_000
DISTRICTS = ("", "cat-hai", "2024-huyen-cat-hai", "thuy-nguyen", "hai-an", "2025-07-dac-khu-cat-hai", "303@2024",
             "chua-xac-dinh@units-2025-07", "do-son,hong-bang")  # fmt: skip
WORDS = ("", "", "do son", "KCN trang due", "Cảng", "ntm", "cau", "khong co dau")
MEMBERS = ("status", "status_vi", "status_en", "condition", "valid_from", "basis", "status_source", "name_vi", "layer")


@pytest.fixture(scope="module")
def copy(city: Engine, assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("copy") / "haiphong.html"
    write(city, assets, path)
    return path


def write(engine: Engine, assets: Path, path: Path, query: FeatureQuery | None = None) -> None:
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        seen = snapshot(connection)
        assert seen is not None
        carried = contents(connection, CATALOG, SETTINGS.data, replace(query or FeatureQuery(), clocks=seen.clocks))
    one_file.write(path, carried, assets.parent, bundle(assets.parent))


def answered(copy: Path, questions: list[list[Any]]) -> list[Any]:
    script = str(Path(__file__).with_name("answers.mjs"))
    done = subprocess.run(["node", script, str(copy)], input=orjson.dumps(questions), capture_output=True, check=True)
    told: list[Any] = orjson.loads(done.stdout)
    return told


def asked(seed: int) -> dict[str, str]:
    chance = random.Random(seed)  # noqa: S311 -- the same questions each time
    return {
        "district": chance.choice(DISTRICTS),
        "q": chance.choice(WORDS),
        "layer": chance.choice(("", "", "port", "tourism,industrial-zone")),
        "status": chance.choice(("", "", "", "operational", "proposed,under_construction", "in_progress")),
        "condition": chance.choice(("", "", "", "suspended,not_assessed")),
        "datetime": chance.choice(("", str(date(2019, 1, 1) + timedelta(days=chance.randrange(2800))))),
    }


def test_it_answers_every_question_as_the_server_does(copy: Path, site: str) -> None:
    questions: list[list[Any]] = []
    wanted: list[Any] = []
    with httpx.Client(base_url=site, headers={"accept": "application/json"}) as server:

        def ask(path: str, parameters: dict[str, str]) -> Any:
            answer = server.get(path, params={name: value for name, value in parameters.items() if value})
            assert answer.status_code == 200, answer.text
            return answer.json()

        for seed in range(40):
            filters = asked(seed)
            counted = ask("/api/counts", filters)
            wanted.append(counted | {"units": sorted(counted.get("units", ()), key=lambda unit: unit["id"])})
            questions.append(["counts", filters])
            found = ask("/api/collections/projects/items", filters | {"limit": "1000"})["features"]
            wanted.append([[one["id"], *(one["properties"].get(name) for name in MEMBERS)] for one in found])
            questions.append(["projects", filters])
            generation = ("districts-2024", "districts-2025-01", "units-2025-07", "communes-2024")[seed % 4]
            wanted.append(ask("/api/counts/units", filters | {"generation": generation}))
            questions.append(["countsByUnit", generation, filters])
            if not (filters["status"] or filters["condition"]):
                told = ask("/api/timeline", filters | {"datetime": ""})
                wanted.append({name: told[name] for name in ("days", "documents", "reorganisations")})
                questions.append(["timeline", filters])
            days = filters | {"datetime": f"{2019 + seed % 4}-06-30/{2024 + seed % 2}-02-01"}
            told = ask("/api/changes", days | {"limit": "1000"})
            wanted.append({name: told[name] for name in ("changes", "from", "to", "numberMatched")})
            questions.append(["changes", days])
    told = answered(copy, questions)
    for (name, *values), mine, theirs in zip(questions, told, wanted, strict=True):
        if name == "projects":
            mine = [[one["id"], *(one["properties"].get(member) for member in MEMBERS)] for one in mine["features"]]
        if name == "counts":
            mine["units"].sort(key=lambda unit: unit["id"])
        if name == "timeline":
            mine = {member: mine[member] for member in theirs}
        assert mine == theirs, (name, values)


def test_it_opens_by_a_double_click_with_filters_days_and_sources(copy: Path, reading: Callable[[str], Reader]) -> None:
    assert copy.stat().st_size < 5 * MEGABYTE
    page = reading(copy.as_uri()).open("?district=cat-hai&datetime=2023-06-30")
    expect(page.locator(".summary")).to_contain_text("44 dự án")
    expect(page.locator(".time-says")).to_contain_text("30/06/2023, theo dữ liệu ghi nhận đến")
    height = "getComputedStyle(document.body).getPropertyValue('--time-height')"
    eventually(page, height, page.evaluate("`${document.querySelector('#time').offsetHeight}px`"))
    page.get_by_role("link", name="EN").click()
    page.locator("#q").fill("do son")
    expect(page.locator(".find-row").first).to_contain_text("Đồ Sơn")  # of what it carries, without a server
    page.keyboard.press("Escape")
    page.locator(".clear-all").click()
    page.locator("#q").fill("trang due")
    page.keyboard.press("Enter")
    expect(page.locator(".summary")).to_contain_text("projects")
    note = page.locator(".copy-note")
    note.locator("summary").click()
    expect(note).to_contain_text("matches: the data are as they were written")
    expect(note).to_contain_text("CC BY 4.0")


def test_it_serves_on_a_phone_and_offers_nothing_that_needs_a_server(
    copy: Path, reading: Callable[[str], Reader]
) -> None:
    page = reading(copy.as_uri()).open("?id=khu-du-lich-quoc-te-doi-rong&lang=en", phone=True)
    expect(page.locator("#panel")).to_contain_text("Đồi Rồng")
    expect(page.locator('a[href^="/"]:visible:not([data-lang])')).to_have_count(0)
    expect(page.locator("[data-served]")).to_have_count(0)
    page = reading(copy.as_uri()).open("?lang=en")
    page.locator("#list .row-name").first.wait_for()
    expect(page.locator('a[href^="/"]:visible:not([data-lang])')).to_have_count(0)


def test_its_tools_measure_and_compare_without_a_server(copy: Path, reading: Callable[[str], Reader]) -> None:
    page = reading(copy.as_uri()).open("?lang=en&select=cang-chua-ve,kcn-trang-due-3")
    page.get_by_role("button", name="Measure distance and area").click()
    for corner in ("20.80, 106.60", "20.80, 106.70"):
        page.get_by_label("Coordinates of a point").fill(corner)
        page.get_by_label("Coordinates of a point").press("Enter")
    expect(page.locator(".tool-result")).to_have_text("10.411 km")
    page.locator('[data-way="compare"]').click()
    expect(page.get_by_role("dialog", name="2 projects compared")).to_contain_text("Establishment procedure · due 2023")
    expect(page.locator(".selection-ways a:visible")).to_have_count(0)


def test_a_byte_changed_in_its_data_is_told(copy: Path, tmp_path: Path, reading: Callable[[str], Reader]) -> None:
    forged = tmp_path / "forged.html"
    forged.write_text(copy.read_text("utf-8").replace("Đang thi công", "Đang thi còng"), "utf-8")
    page = reading(forged.as_uri()).open("?lang=en")
    page.locator(".copy-note summary").click()
    expect(page.locator(".copy-note")).to_contain_text("does NOT match")


def test_the_same_record_gives_the_same_bytes(city: Engine, assets: Path, copy: Path, tmp_path: Path) -> None:
    write(city, assets, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == copy.read_bytes()


def test_no_word_of_the_data_runs_in_it(
    fresh_engine: Engine, assets: Path, tmp_path: Path, reading: Callable[[str], Reader]
) -> None:
    with fresh_engine.begin() as connection:
        for number, hostile in enumerate(HOSTILE):
            told = (fact(source=hostile, source_url="javascript:alert(1)", text_vi=hostile),)
            store(connection, edit(f"cang-{number}", name_vi=hostile, notes=hostile, facts=told))
    path = tmp_path / "hostile.html"
    write(fresh_engine, assets, path)
    page = reading(path.as_uri()).open("")
    eventually(page, lambda: set(page.locator("#list .row-name").all_inner_texts()), set(HOSTILE))
    for number, hostile in enumerate(HOSTILE):
        page.locator(f'#list [data-id="cang-{number}"]').click()
        expect(page.locator("#panel .panel-name")).to_have_text(hostile)


def test_of_more_than_it_can_carry_it_says_how_to_choose(city: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.carried.MOST", 100)
    with city.connect() as connection, pytest.raises(InvalidParameter, match="--layer, --district"):
        contents(connection, CATALOG, SETTINGS.data, FeatureQuery())


def test_a_copy_answers_or_refuses_every_question_that_the_map_can_ask() -> None:
    asked, offered = (
        set(re.findall(r"^export (?:const|class|async function|function) (\w+)", path.read_text("utf-8"), re.MULTILINE))
        for path in (SETTINGS.web / "src/api.js", SETTINGS.web / "edition/api.js")
    )
    assert asked - {"ApiError"} <= offered
