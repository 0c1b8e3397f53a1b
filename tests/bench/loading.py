"""How long a load takes and how much memory: our own in a process of its own, and the plain COPY of the same rows.

`python -m tests.bench.loading URL LAYERS` is that process: it loads what the database does not have yet, and prints
what it cost as JSON.
"""

import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from sqlalchemy import Connection, NullPool, create_engine, text

from geo import migrate
from geo.settings import REPOSITORY, Settings
from layers.catalog import Catalog
from layers.load import load_all
from tests.bench import usage
from tests.bench.plan import BenchError

TABLES = {"feature": "id", "feature_version": "feature", "status_fact": "feature", "feature_unit": "feature",
          "loaded_feature": "feature"}  # fmt: skip
"""What a load fills, and where each row names its feature."""


@dataclass(frozen=True, slots=True)
class Load:
    """Features added, seconds from the first file read to the commit, CPU and peak memory of the loading process."""

    features: int
    seconds: float
    cpu_s: float
    peak_mb: float


def load(url: str, layers: Path) -> Load:
    """Bring the tables to this version and load our own layers and those of `layers`, in another process.

    Raises BenchError with what it said when it fails.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.loading", url, str(layers)],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip
    if ran.returncode:
        raise BenchError(f"The load failed:\n{ran.stderr[-1500:]}")
    return Load(**orjson.loads(ran.stdout))


def _load_here(url: str, layers: Path) -> Load:
    settings = Settings.from_env({})
    engine = create_engine(url, poolclass=NullPool)
    migrate.upgrade(engine)
    catalog = Catalog.load(settings.definitions, layers)
    began, cpu = time.perf_counter(), time.process_time()
    report = load_all(engine, settings.data, catalog, hurry=True)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    engine.dispose()
    return Load(sum(layer.added for layer in report.layers), seconds, cpu_s, usage.peak_mb())


def copied_s(connection: Connection, layer: str, folder: Path) -> dict[str, float]:
    """Seconds that plain COPY takes per table, and the commit, for the rows that our load wrote for `layer`.

    The tables are made like ours, with the same columns, checks and indexes, and without rows of other layers; the
    files hold finished rows, so that nothing is parsed, derived, located or compared. `connection` commits by itself.
    """
    driver = connection.connection.driver_connection
    if driver is None:
        raise BenchError("There is no connection to copy through.")
    columns = {table: _columns(connection, table) for table in TABLES}
    with driver.cursor() as cursor:
        cursor.execute("CREATE SCHEMA plain")
        for table, feature in TABLES.items():
            cursor.execute(f"CREATE TABLE plain.{table} (LIKE {table} INCLUDING ALL)")
            of_layer = f"{feature} IN (SELECT id FROM feature WHERE layer = '{layer}')"
            with (folder / table).open("wb") as file, cursor.copy(
                f"COPY (SELECT {columns[table]} FROM {table} WHERE {of_layer} ORDER BY {feature}) TO STDOUT"
            ) as copy:  # fmt: skip
                for block in copy:
                    file.write(block)
        cursor.execute("CHECKPOINT")
        took = {}
        cursor.execute("BEGIN")
        for table in TABLES:
            began = time.perf_counter()
            with (
                (folder / table).open("rb") as file,
                cursor.copy(f"COPY plain.{table} ({columns[table]}) FROM STDIN") as copy,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
            took[table] = time.perf_counter() - began
        began = time.perf_counter()
        cursor.execute("COMMIT")
        took["commit"] = time.perf_counter() - began
        cursor.execute("DROP SCHEMA plain CASCADE")
    return took


def _columns(connection: Connection, table: str) -> str:
    told = connection.execute(
        text(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        ),
        {"table": table},
    )
    return str(told.scalar_one())


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asdict(_load_here(sys.argv[1], Path(sys.argv[2])))))
