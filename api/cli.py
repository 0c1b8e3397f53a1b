"""The `haiphong` command. Every import that takes time waits for the command that needs it."""

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from api import cli_releases, cli_units, cli_withdrawal
from api.cli_filters import Filter, Words, given
from geo.cluster import Cluster, tell
from geo.errors import HaiphongError, InvalidData, InvalidFeature, InvalidParameter
from geo.place import major_of
from geo.provision import PostgresInstall, find_or_install
from geo.settings import Settings

EXIT_OK, EXIT_FINDINGS, EXIT_USAGE, EXIT_ENVIRONMENT = 0, 1, 2, 3

HELP = """Bản đồ hạ tầng Hải Phòng / the infrastructure map of Hải Phòng.

Mã kết thúc / exit codes: 0 được / done; 1 có điều cần xem trong dữ liệu / the data needs a look;
2 gõ lệnh sai / the command was not understood; 3 máy còn thiếu hoặc vướng điều gì / this machine lacks something.

Biến môi trường / environment: HAIPHONG_DATABASE_URL (máy chủ riêng / a server of your own), HAIPHONG_HOST,
PORT hoặc/or HAIPHONG_PORT, HAIPHONG_WORKERS, HAIPHONG_HOME, HAIPHONG_LAYERS, HAIPHONG_RELEASES."""

app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
db = typer.Typer(help="Cơ sở dữ liệu / the database.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(db, name="db")
app.add_typer(cli_releases.app)
app.add_typer(cli_withdrawal.app)
app.add_typer(cli_units.app, name="units")

Replace = Annotated[bool, typer.Option("--replace", help="Thay cái đang có / put it in the place of what is there.")]


def main() -> None:
    """Run the command that was typed; what a person can act on is told in a paragraph, never as a traceback."""
    try:
        app()
    except HaiphongError as error:
        tell(f"\nhaiphong: {error}")
        usage, data = isinstance(error, InvalidParameter), isinstance(error, InvalidData | InvalidFeature)
        sys.exit(EXIT_USAGE if usage else EXIT_FINDINGS if data else EXIT_ENVIRONMENT)


@app.command(help="Phục vụ bản đồ cho đến khi Ctrl-C / serve the map until Ctrl-C.")
def serve() -> None:
    """Start the database unless it is the office's own, migrate, load what changed, and answer."""
    from api.serve import serve as serve_map

    serve_map(_settings(), tell)


@app.command(help="Đưa các bảng lên phiên bản này / bring the tables to this version.")
def migrate() -> None:
    """Run the migrations that the database lacks."""
    from sqlalchemy import NullPool, create_engine

    from api.store import store
    from geo.migrate import upgrade

    with store(_settings(), tell) as url:
        upgrade(create_engine(url, poolclass=NullPool))
    tell("Các bảng đã đúng phiên bản / The tables are of this version.")


@app.command(help="Kiểm tra các tệp của data/ / check the files of data/; 1 khi có lỗi / when there are errors.")
def check(
    everything: Annotated[
        bool, typer.Option("--all", help="In cả cảnh báo đã xem / print reviewed warnings too.")
    ] = False,
    directives: Annotated[
        bool,
        typer.Option(
            "--directives",
            help="Văn bản dẫn tới đối tượng nào, yêu cầu nào chưa có bằng chứng / what documents lead to, and which "
            "orders nothing has answered.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Với/with --directives: in JSON / print JSON.")] = False,
) -> None:
    """Print every finding that nobody reviewed yet, with what to do about it; or how far the documents lead."""
    from layers.accepted import sift
    from layers.catalog import Catalog
    from layers.check import run

    settings = _settings()
    if as_json and not directives:
        raise InvalidParameter("--json đi với --directives. / --json goes with --directives.")
    if directives:
        _coverage(settings, as_json=as_json)
    sifted = sift(settings.data, run(settings.data, Catalog.load(settings.definitions, settings.layers_path)))
    for finding, row in sifted.reviewed if everything else ():
        typer.echo(f"{finding}\n  đã xem: {row['reason_vi']}\n  reviewed: {row['reason_en']}")
    for finding in sifted.fresh:
        typer.echo(str(finding))
    errors = sum(finding.severity == "error" for finding in sifted.fresh)
    tell(f"{errors} lỗi / errors, {len(sifted.fresh) - errors} cảnh báo / warnings.")
    if sifted.reviewed:
        tell(f"{len(sifted.reviewed)} cảnh báo đã xem / reviewed warnings (--all).")
    raise typer.Exit(EXIT_FINDINGS if errors else EXIT_OK)


@app.command(
    help="Kiểm tra rồi nạp data/ vào cơ sở dữ liệu / check data/ and load it into the database; "
    "1 khi có lỗi hay xung đột / on errors or conflicts."
)
def load() -> None:
    """Check the files, load every layer, and print what was added, changed, unchanged and conflicting."""
    from sqlalchemy import NullPool, create_engine

    from api.store import store
    from geo.migrate import upgrade
    from layers.catalog import Catalog
    from layers.gate import require_sound
    from layers.load import lines, load_all

    settings = _settings()
    catalog = Catalog.load(settings.definitions, settings.layers_path)
    require_sound(settings.data, catalog)
    with store(settings, tell) as url:
        engine = create_engine(url, poolclass=NullPool)
        upgrade(engine)
        report = load_all(engine, settings.data, catalog, tell)
    for line in lines(report):
        typer.echo(line)
    raise typer.Exit(EXIT_FINDINGS if report.conflicts else EXIT_OK)


@app.command(
    "import",
    help="Đưa một tệp đã phát hành, đã sửa trong QGIS hay bảng tính, trở lại data/ / bring a published file, corrected "
    "in QGIS or a spreadsheet, back into data/: .geojson .gpkg .fgb .parquet .csv .kml; 1 khi có lỗi / on errors, and "
    "then nothing is changed. Sau đó / after it: haiphong load",
)
def import_(
    file: Annotated[Path, typer.Argument(help="Tệp của một lớp, hay của mọi dự án / of a layer, or of all projects.")],
    layer: Annotated[str | None, typer.Option(help="Chỉ lớp này / this layer alone.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ báo trước / only say what would change.")] = False,
) -> None:
    """Check the file as `check` would, say what differs, and write the curated files of its layers."""
    from layers.catalog import Catalog
    from layers.feature_import import bring_in, lines

    settings = _settings()
    catalog = Catalog.load(settings.definitions, settings.layers_path)
    report = bring_in(file, settings.data, catalog, layer, dry_run=dry_run)
    for line in lines(report):
        typer.echo(line)
    tell("Đã nhập vào / Written to data/: haiphong load" if report.written else "Chưa đổi gì / Nothing was changed.")


@app.command(
    help="Bản đồ Folium của các dự án tìm thấy, trong một tệp / a Folium map of the projects found, in one file. "
    "Bộ lọc như của API / filters as in the API: haiphong preview --layer port --district hai-an -o ports.html"
)
def preview(
    output: Annotated[Path, typer.Option("--output", "-o", help="Tệp HTML / the HTML file.")],
    layer: Filter = None,
    district: Filter = None,
    status: Filter = None,
    condition: Filter = None,
    q: Words = None,
    ids: Filter = None,
    lang: Annotated[str, typer.Option(help="vi hoặc/or en")] = "vi",
) -> None:
    """Write the map, and print how many projects it shows."""
    from api import preview as previews

    asked = given(layer=layer, district=district, status=status, condition=condition, q=q, ids=ids)
    found = previews.write(_settings(), asked, lang, output, tell)
    tell(f"{found} dự án / projects: {output}")


@db.command(
    "start", help="Chạy cơ sở dữ liệu riêng, để nó chạy tiếp / start the private database and leave it running."
)
def db_start() -> None:
    """Start the private cluster, and keep it when the last one who uses it leaves."""
    cluster = _cluster()
    typer.echo(cluster.start())
    cluster.keep(wanted=True)


@db.command("stop", help="Dừng cơ sở dữ liệu riêng / stop the private database.")
def db_stop() -> None:
    """Stop the private cluster, whoever is connected."""
    cluster = _cluster()
    stopped = cluster.stop()
    cluster.keep(wanted=False)
    tell("Đã dừng / Stopped." if stopped else "Không chạy / It was not running.")


@db.command(
    "status", help="Cơ sở dữ liệu riêng có chạy không / whether the private database runs; 3 khi không / if not."
)
def db_status() -> None:
    """Print whether the private cluster runs, where, and its URL."""
    status = _cluster().status()
    if status is None or not status.running:
        tell("Không chạy / Not running.")
        raise typer.Exit(EXIT_ENVIRONMENT)
    typer.echo(f"PostgreSQL {status.major}, pid {status.pid}\n{status.folder}\n{status.url}")


@db.command("backup", help="Chép toàn bộ ra một tệp / write the whole store to a file.")
def db_backup(file: Path, replace: Replace = False) -> None:
    """Write a backup of the store as it stands at one instant."""
    from api.store import store
    from geo import backup

    settings = _settings()
    with store(settings, tell) as url:
        backup.backup(url, _programs(settings), file, tell, replace=replace)
    tell(f"Xong / Done: {file} ({file.stat().st_size / 1e6:.1f} MB).")


@db.command("restore", help="Khôi phục từ một tệp / put a backup in the place of the store.")
def db_restore(file: Path, replace: Replace = False) -> None:
    """Restore a backup; the present store is kept under another name."""
    from api.store import store
    from geo import backup

    settings = _settings()
    with store(settings, tell) as url:
        kept = backup.restore(url, _programs(settings), file, tell, replace=replace)
    tell("Đã khôi phục / Restored." + (f" Bản cũ còn đó / The former store is kept as: {kept}" if kept else ""))


def _coverage(settings: Settings, *, as_json: bool) -> NoReturn:
    """Print the coverage of the documents; errors in them come first, and then nothing is counted."""
    import json

    from geo import edtf
    from layers.catalog import Catalog
    from layers.check import run
    from layers.coverage import coverage, lines

    catalog = Catalog.load(settings.definitions, settings.layers_path)
    findings = run(settings.data, catalog, only=["directives"], names=False)
    errors = [finding for finding in findings if finding.severity == "error"]
    for finding in errors:
        tell(str(finding))
    if errors:
        raise typer.Exit(EXIT_FINDINGS)
    report = coverage(settings.data, catalog, edtf.today())
    if as_json:
        typer.echo(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        for line in lines(report):
            typer.echo(line)
    raise typer.Exit(EXIT_OK)


def _settings() -> Settings:
    return Settings.from_env(os.environ)


def _cluster() -> Cluster:
    """The private cluster. A server of the office's own is not ours to start or stop: InvalidParameter."""
    settings = _settings()
    if settings.database_url is not None:
        raise InvalidParameter(
            "HAIPHONG_DATABASE_URL đang được đặt: máy chủ ấy không do lệnh này quản lý. / "
            "HAIPHONG_DATABASE_URL is set: that server is not ours to start or stop. Unset it for the private database."
        )
    return Cluster(settings.home, tell)


def _programs(settings: Settings) -> PostgresInstall:
    """The programs of the private cluster's version; any recent ones for a server of the office's own."""
    return find_or_install(settings.home, tell, major_of(settings.home) if settings.database_url is None else None)
