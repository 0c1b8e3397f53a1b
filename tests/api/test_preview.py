"""`haiphong preview` as a publisher types it: the filters of the API, one file, and a clear answer to a slip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from api.cli_filters import given

Run = subprocess.CompletedProcess[str]


def preview(engine: Engine, *words: str) -> Run:
    environment = os.environ | {"HAIPHONG_DATABASE_URL": engine.url.render_as_string(hide_password=False)}
    command = [str(Path(sys.executable).with_name("haiphong")), "preview", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_ports_being_built_in_hai_an_stand_on_one_map(own_engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "ports.html"
    done = preview(
        own_engine, "--layer", "port", "--district", "hai-an", "--status", "under_construction", "-o", str(file)
    )
    assert done.returncode == 0, done.stderr
    html = file.read_text("utf-8")
    # data/port/status.csv: of the ports stated in Hải An, cang-nam-dinh-vu alone has its latest fact under construction
    assert "1 dự án" in done.stderr
    assert "Cảng Nam Đình Vũ" in html
    assert "Cảng, bến cảng · Quận Hải An · Đang thi công" in html


@pytest.mark.parametrize(
    ("words", "way_out"),
    [
        (("--layer", "harbour"), "port"),
        (("--status", "building"), "under_construction"),
        (("--district", "tan-dan"), "2025-01-xa-tan-dan"),
        (("--lang", "fr"), "vi, en"),
    ],
)
def test_a_slip_is_answered_with_what_there_is(
    own_engine: Engine, tmp_path: Path, words: tuple[str, ...], way_out: str
) -> None:
    done = preview(own_engine, *words, "-o", str(tmp_path / "map.html"))
    assert done.returncode == 2
    assert way_out in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "map.html").exists()


def test_a_folder_that_cannot_be_written_is_named(own_engine: Engine, tmp_path: Path) -> None:
    done = preview(own_engine, "--layer", "airport", "-o", str(tmp_path / "missing" / "map.html"))
    assert done.returncode == 3
    assert str(tmp_path / "missing") in done.stderr


@pytest.mark.parametrize("typed", [["port", "water"], ["port,water"]])
def test_an_option_that_is_repeated_means_all_that_was_typed(typed: list[str]) -> None:
    assert given(layer=typed, district=None, as_of="2026-06-30") == {"layer": "port,water", "as-of": "2026-06-30"}
