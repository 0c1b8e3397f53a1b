"""What has errors is never loaded: neither by `haiphong load` nor when the map starts."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from api import cli
from api.store import prepare
from geo.errors import InvalidData
from geo.settings import REPOSITORY, Settings
from layers import check
from layers.catalog import Catalog

WAY_OUT = "Sửa các lỗi trên rồi chạy `haiphong check`"


class Office:
    """A copy of `data/` and a database, started again and again."""

    def __init__(self, data: Path, engine: Engine) -> None:
        self.data, self.engine, self.said = data, engine, list[str]()
        self.settings = replace(Settings.from_env({}), data=data)

    def start(self) -> str:
        """What a start says."""
        self.said.clear()
        prepare(self.engine.url.render_as_string(hide_password=False), self.settings, self.said.append)
        return "\n".join(self.said)

    def spoil(self, path: str, one: str, other: str) -> None:
        file = self.data / path
        words = file.read_text("utf-8")
        assert one in words
        file.write_text(words.replace(one, other, 1), "utf-8")

    def area_of(self, feature: str) -> object:
        with self.engine.connect() as connection:
            asked = text("SELECT properties -> 'area_ha' FROM feature WHERE id = :id")
            return connection.execute(asked, {"id": feature}).scalar()


@pytest.fixture
def office(tmp_path: Path, fresh_engine: Engine) -> Iterator[Office]:
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    yield Office(tmp_path / "data", fresh_engine)
    fresh_engine.dispose()


def test_a_first_start_with_errors_is_refused_with_the_words_of_check(office: Office) -> None:
    office.spoil("industrial-zone/curated.geojson", '"area_ha":', '"hectares":')
    with pytest.raises(InvalidData) as told:
        office.start()
    assert "error [unknown-property] industrial-zone/curated.geojson" in str(told.value)
    assert WAY_OUT in str(told.value)


def test_a_later_start_with_errors_shows_what_was_loaded_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.start()
    assert office.start() == ""
    before = office.area_of("kcn-nam-dinh-vu-khu-2")
    office.spoil("park/status.csv", ",reported,", ",told,")
    office.spoil("industrial-zone/curated.geojson", '"area_ha":', '"area_ha":1')
    said = office.start()
    assert "error [unknown-code] park/status.csv" in said
    assert "Bản đồ hiện những gì đã nạp lần trước. / The map shows what was loaded before." in said
    assert office.area_of("kcn-nam-dinh-vu-khu-2") == before
    office.spoil("park/status.csv", ",told,", ",reported,")
    assert "1 đổi / changed" in office.start()
    monkeypatch.setattr(check, "run", lambda *_, **__: pytest.fail("nothing changed, so nothing is checked"))
    assert office.start() == ""


def test_only_what_changed_is_looked_at_when_the_map_starts(office: Office) -> None:
    catalog = Catalog.load(office.settings.definitions)
    office.spoil("park/status.csv", ",reported,", ",told,")
    office.spoil("port/status.csv", ",reported,", ",told,")
    errors = {one.file for one in check.run(office.data, catalog, {"port"}) if one.severity == "error"}
    assert errors == {"port/status.csv"}
    errors = {one.file for one in check.run(office.data, catalog, {"units"}) if one.severity == "error"}
    assert errors == {"park/status.csv", "port/status.csv"}


def test_haiphong_load_refuses_what_check_refuses_before_it_touches_a_database(
    office: Office, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    office.spoil("industrial-zone/curated.geojson", '"area_ha":', '"area_ha":"45 ha","was":')
    nowhere = replace(office.settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(cli, "_settings", lambda: nowhere)
    monkeypatch.setattr(sys, "argv", ["haiphong", "load"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    said = "".join(capfd.readouterr())
    assert "giá trị '45 ha' không dùng được; cần một số" in said
    assert "error [unknown-property]" in said
    assert WAY_OUT in said
