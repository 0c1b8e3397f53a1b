from pathlib import Path

import pytest

from geo.errors import InvalidParameter
from geo.settings import REPOSITORY, Settings


def test_without_a_word_the_city_is_served_to_this_machine_alone() -> None:
    settings = Settings.from_env({})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert settings.home == REPOSITORY / ".haiphong"
    assert (settings.database_url, settings.layers_path) == (None, None)
    assert (settings.data, settings.definitions) == (REPOSITORY / "data", REPOSITORY / "layers" / "definitions")


def test_every_setting_of_the_office_is_heard(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {
            "HAIPHONG_HOME": str(tmp_path / "home"),
            "HAIPHONG_HOST": "0.0.0.0",  # noqa: S104 -- an office that serves its neighbours
            "HAIPHONG_PORT": "8080",
            "HAIPHONG_WORKERS": "4",
            "HAIPHONG_DATABASE_URL": "postgresql://office@db/city",
            "HAIPHONG_LAYERS": str(tmp_path),
        }
    )
    assert settings.home == tmp_path / "home"
    assert (settings.host, settings.port, settings.workers) == ("0.0.0.0", 8080, 4)  # noqa: S104 -- as above
    assert (settings.database_url, settings.layers_path) == ("postgresql://office@db/city", tmp_path)


def test_the_port_that_a_platform_gives_goes_first() -> None:
    assert Settings.from_env({"PORT": "9000", "HAIPHONG_PORT": "8080"}).port == 9000


def test_an_empty_variable_is_as_good_as_none() -> None:
    names = ("HOME", "HOST", "PORT", "WORKERS", "DATABASE_URL", "LAYERS")
    assert Settings.from_env({"PORT": ""} | {f"HAIPHONG_{name}": "" for name in names}) == Settings.from_env({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"), ("PORT", "-1"), ("PORT", "65536"), ("HAIPHONG_PORT", "80.0"), ("HAIPHONG_PORT", "٨٠"),
        ("HAIPHONG_WORKERS", "0"), ("HAIPHONG_WORKERS", "65"), ("HAIPHONG_WORKERS", " 2"),
    ],
)  # fmt: skip
def test_a_number_that_is_none_is_named_with_what_was_expected(name: str, value: str) -> None:
    with pytest.raises(InvalidParameter, match=rf"{name}=.* a whole number from \d+ to \d+"):
        Settings.from_env({name: value})


def test_a_folder_of_layers_that_is_not_there_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match=r"HAIPHONG_LAYERS names .*nowhere, which is not a folder"):
        Settings.from_env({"HAIPHONG_LAYERS": str(tmp_path / "nowhere")})
