"""The rule of the house, held by reading every import: geo ← layers ← api; SQL in geo alone, HTTP in api alone."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo.status import LIFECYCLES

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {"geo": set(), "layers": {"geo"}, "api": {"geo", "layers"}}
OURS = {"geo", "layers", "api", "web", "data", "tests", "bootstrap"}
SQL_SPEAKERS = {"psycopg", "alembic", "geoalchemy2"}
SQL_WORDS = {"text", "select", "insert", "update", "delete"}
HTTP_SPEAKERS = {"fastapi", "starlette", "uvicorn", "http", "requests", "httpx", "urllib3", "aiohttp"}
SQL = re.compile(r"^\s*(SELECT\b.+\bFROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE (TABLE|INDEX|FUNCTION))\b", re.S)

MODULES = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """Every import of a module, wherever it stands, as (module, name); name is "" for a plain import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides the room it reaches into"
            yield from ((node.module or "", alias.name) for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_go_down_the_house(path: Path) -> None:
    room = room_of(path)
    reached = {module.partition(".")[0] for module, _ in imports(path)} & OURS
    assert reached <= MAY_IMPORT[room] | {room}


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) != "geo"], ids=named)
def test_sql_is_spoken_in_geo_alone(path: Path) -> None:
    for module, name in imports(path):
        top = module.partition(".")[0]
        assert top not in SQL_SPEAKERS, f"{module} speaks SQL"
        assert not (top == "sqlalchemy" and name in SQL_WORDS), f"sqlalchemy.{name} speaks SQL"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.match(node.value), f"line {node.lineno} is SQL"
        if isinstance(node, ast.Attribute):
            assert node.attr != "exec_driver_sql", f"line {node.lineno} sends SQL"


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) != "api"], ids=named)
def test_http_is_spoken_in_api_alone(path: Path) -> None:
    spoken = {module.partition(".")[0] for module, _ in imports(path)} & HTTP_SPEAKERS
    assert not spoken
    assert not any(module == "urllib.request" for module, _ in imports(path))


@pytest.mark.parametrize("path", [path for path in MODULES if "versions" not in path.parts], ids=named)
def test_a_module_has_one_idea(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 300, f"{lines} lines: look for the second idea"


def test_no_layer_is_named_outside_its_definition_data_and_tests() -> None:
    ids = {path.stem for path in (ROOT / "layers" / "definitions").glob("*.toml") if "-" in path.stem}
    layers = ids - set(LIFECYCLES)  # a life cycle may bear the name of the layer that it was made for
    assert layers
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant):
                assert node.value not in layers, f"{named(path)}, line {node.lineno} names the layer {node.value}"


def test_a_start_waits_for_no_library_that_few_questions_need() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, api.cli, api.main, api.doorstep; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert not {"pyproj", "pandas", "folium", "pyarrow", "alembic"} & set(told.stdout.split())


def test_web_and_data_hold_no_python() -> None:
    found = [
        path for room in ("web", "data") for path in (ROOT / room).rglob("*.py") if "node_modules" not in path.parts
    ]
    assert found == []
