"""`haiphong units`: outlines of an office's own, and the way back. What takes time is imported by who needs it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from geo.cluster import tell
from geo.errors import InvalidParameter
from geo.settings import Settings

EXIT_OK, EXIT_FINDINGS = 0, 1
app = typer.Typer(help="Đơn vị hành chính / administrative units.", no_args_is_help=True, rich_markup_mode=None)
Generation = Annotated[
    str, typer.Option(help="districts-2024, districts-2025-01, communes-2024, communes-2025-01, units-2025-07")
]


@app.command(
    "import",
    help="Thay đường ranh khái quát bằng tệp của cơ quan (.gpkg, .geojson, .shp; WGS 84 hay VN-2000) / replace the "
    "generalised outlines by a file of the office. In báo cáo; có lỗi thì không đổi gì / prints a report, and changes "
    "nothing over an error (1).",
)
def bring_in(
    file: Path,
    generation: Generation,
    layer: Annotated[str | None, typer.Option(help="Lớp trong GeoPackage / the layer of a GeoPackage.")] = None,
    crs: Annotated[
        str | None, typer.Option(help="EPSG:4326, EPSG:9210, EPSG:9209: khi tệp không nói / if unsaid.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Cột mã / the column of codes.")] = None,
    name: Annotated[str | None, typer.Option(help="Cột tên / the column of names.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ báo cáo / only report.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Lấy mọi dòng khớp dù có lỗi / take what matches, errors or not.")
    ] = False,
) -> None:
    """Print the report; write the outlines unless it has errors or the run is dry."""
    from sqlalchemy import NullPool, create_engine

    from api.store import store
    from geo.migrate import upgrade
    from layers import outline_import
    from layers.outline_files import Asked, driver_of

    _known(generation)
    driver_of(file)
    columns = tuple((what, column) for what, column in (("code", code), ("name", name)) if column is not None)
    settings = Settings.from_env(os.environ)
    with store(settings, tell) as url:
        engine = create_engine(url, poolclass=NullPool)
        upgrade(engine)
        wish = outline_import.Wish(dry_run=dry_run, force=force, columns=columns)
        report = outline_import.bring_in(engine, file, generation, Asked(layer, crs), wish, tell)
    for line in outline_import.lines(report):
        typer.echo(line)
    done = report.moved is not None or (dry_run and not report.errors)
    raise typer.Exit(EXIT_OK if done else EXIT_FINDINGS)


@app.command("restore", help="Trở lại đường ranh khái quát của data/ / back to the generalised outlines of data/.")
def restore(generation: Generation) -> None:
    """Forget what was imported for this generation."""
    from sqlalchemy import NullPool, create_engine

    from api.store import store
    from geo.migrate import upgrade
    from layers import outline_import

    _known(generation)
    settings = Settings.from_env(os.environ)
    with store(settings, tell) as url:
        engine = create_engine(url, poolclass=NullPool)
        upgrade(engine)
        dropped, moved = outline_import.take_back(engine, settings.data, generation, tell)
    tell(
        f"{dropped} đường ranh khái quát trở lại; {moved} đối tượng đổi đơn vị. / "
        f"{dropped} generalised outlines again; {moved} features are in other units now."
    )


def _known(generation: str) -> None:
    from geo.units import COLLECTIONS

    if generation not in COLLECTIONS:
        raise InvalidParameter(f"--generation {generation!r}: có / there are: {', '.join(COLLECTIONS)}.")
