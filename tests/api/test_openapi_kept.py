"""schemathesis asks what our OpenAPI document allows, and much that it forbids: no answer breaks what it promises."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from geo.settings import REPOSITORY, Settings
from layers.catalog import Catalog
from layers.load import load_all
from tests.api.serving import serving

EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "1")
"""Of each address, on top of those that cover the description.

`make test ARGS=tests/api/test_openapi_kept.py SCHEMATHESIS_EXAMPLES=200 SCHEMATHESIS_SECONDS=3600` asks long.
"""


SECONDS = os.environ.get("SCHEMATHESIS_SECONDS", "40")


@pytest.fixture(scope="module")
def address(own_engine: Engine) -> Iterator[str]:
    """The whole city, served."""
    load_all(own_engine, REPOSITORY / "data", Catalog.load(Settings.from_env({}).definitions), lambda _: None)
    with serving(own_engine) as own:
        yield own


def test_no_answer_breaks_what_the_description_promises(address: str, tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("schemathesis")
    ran = subprocess.run(
        [
            program, "run", f"{address}/api/openapi.json", "--phases=examples,coverage,fuzzing", "--checks=all",
            # What OpenAPI cannot say is no failure of an answer: that a box is in order, a filter CQL2, that a layer is
            # the one of the collection, or that one parameter needs another.
            "--exclude-checks=positive_data_acceptance",
            # It rightly says 503 here: the cluster of the tests is not durable, which `test_health` looks at.
            "--exclude-path=/readyz",
            "--seed=2023", "--generation-deterministic", f"--max-examples={EXAMPLES}", "--workers=2",
            f"--max-time={SECONDS}", "--request-timeout=30", "--warnings=off", "--no-color",
        ],
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks", "PYTHONPATH": str(REPOSITORY)},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
