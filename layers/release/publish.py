"""`publish`: what a release holds, in which order it is written, and how it appears.

    <release>/  layers/<collection>.{geojson,csv,gpkg,fgb,parquet,kml}   styles/…   schemas/…   tiles/…   style.json
                haiphong.html  site/…  catalog.json  dcat.jsonld  oc4ids.json  data-dictionary.md  README.md  SHA256SUMS

A release is what one transaction sees. Nothing in it depends on the day or the machine that wrote it, so the same data
gives the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import minisign
import orjson
from sqlalchemy import Connection

from geo.packages import Say
from layers import returnables
from layers.catalog import Catalog
from layers.collection import PROJECTS
from layers.export import FORMATS
from layers.ground import Ground
from layers.portrayal import Outline
from layers.release import about, files, oc4ids, record, shelf, signing, sums, tiles
from layers.release.copies import Copies
from layers.release.folder import Staging, Write
from layers.release.release import Pages, Release, Wanted, described
from layers.release.subjects import Subject
from layers.sheet import sheet
from layers.workshop import Workshop

_RATIOS = {1: "", 2: "@2x"}


@dataclass(frozen=True, slots=True)
class Step:
    """One file to be written."""

    name: str
    write: Write


Numbers = Mapping[str, int]
"""Of each project its number, by its id."""
Watch = Callable[[Sequence[Step]], Iterator[Step]]
"""Hands out the steps one by one, and may show how far they have come."""


def _silent(_: str) -> None:
    """Nobody listens."""


def publish(
    connection: Connection,
    catalog: Catalog,
    data: Path,
    packages: Path,
    out: Path,
    wanted: Wanted,
    watch: Watch = iter,
    key: minisign.SecretKey | None = None,
    say: Say = _silent,
    pages: Pages | None = None,
) -> Path:
    """Write a release under `out`, what it changed, and the index of releases; the folder of the release.

    `pages`: makes a release of the whole city hold them in a folder `site/` with the map, for any web server.
    `connection`: in one read-only transaction. Raises UnknownLayer, InvalidParameter when there is nothing to publish
    or the release exists, HaiphongError when the disk refuses: earlier releases stay as they are, and the next run goes
    on where this one broke off.
    """
    release = described(connection, catalog, data, wanted)
    with Staging.opened(out, release.name) as staging:
        with Workshop() as workshop:
            writer = files.Writer(connection, workshop, release.stamp)
            for step in watch([*_layers(release, writer), *_drawings(release, catalog, packages)]):
                staging.add(step.name, step.write)
        copies = Copies(release, connection, catalog, data, packages.parent, staging)
        # The tiles first: what the site gathers in memory would stand beside what their maker takes.
        for step in watch([*_wholes(release, staging, wanted.base, copies.numbers)]):
            staging.add(step.name, step.write)
        for step in watch([Step(*one) for one in copies.files(None if wanted.layers else pages)]):
            staging.add(step.name, step.write)
        for name, content in about.pages(release, catalog, staging, wanted.base, signed=key is not None):
            staging.add_bytes(name, content)
        staging.finish(_sealed(staging, key))
    record.put(out, catalog, Ground.read(data), packages, say)
    shelf.put(out, wanted.base)
    return staging.release


def _layers(release: Release, writer: files.Writer) -> Iterator[Step]:
    for subject in release.subjects:
        for form in FORMATS.values():
            yield Step(f"layers/{subject.id}.{form.suffix}", writer.layer(subject, form))


def _drawings(release: Release, catalog: Catalog, packages: Path) -> Iterator[Step]:
    for one in release.subjects:
        yield _bytes(f"styles/{one.id}.qml", partial(files.qgis_style, one))
        yield _bytes(f"styles/{one.id}.sld", partial(files.standard_style, one))
        yield _bytes(f"styles/{one.id}.svg", partial(files.legend_svg, one))
        yield _bytes(f"styles/{one.id}.png", partial(files.legend_png, one, packages))
        yield _bytes(f"schemas/{one.id}.json", partial(_schema, one))
    for ratio, name in _RATIOS.items():
        drawn = sheet(catalog, packages, ratio)
        yield _bytes(f"{tiles.SPRITE}{name}.png", partial(bytes, drawn.png))
        yield _bytes(f"{tiles.SPRITE}{name}.json", partial(_json, drawn.index))


def _wholes(release: Release, staging: Staging, base: str, numbers: Callable[[], Numbers]) -> Iterator[Step]:
    """What is made of finished files: the tiles of all layers, their style, the projects for OC4IDS."""
    drawn = [one for one in release.subjects if one.id != PROJECTS]
    projects = [one for one in drawn if not isinstance(one.portrayal, Outline)]
    credit = "; ".join(dict.fromkeys(one.credit["attribution"] for one in drawn if "attribution" in one.credit))

    def of(subject: Subject) -> Iterator[dict[str, Any]]:
        return files.features(staging.files / f"layers/{subject.id}.geojson")

    def write_tiles(path: Path) -> None:
        tiles.write(path, {one.id: of(one) for one in drawn}, "haiphong", credit, numbers())

    def write_oc4ids(path: Path) -> None:
        found = (feature for one in projects for feature in of(one))
        oc4ids.write(path, found, release.stamp, projects[0].credit, base)

    if any(feature["geometry"] for one in drawn for feature in of(one)):
        yield Step(tiles.NAME, write_tiles)
        portrayals = [one.portrayal for one in drawn]
        yield _bytes(tiles.STYLE, lambda: _json(tiles.style(portrayals, credit, base, release.clocks.day)))
    if projects:
        yield Step(oc4ids.NAME, write_oc4ids)


def _schema(subject: Subject) -> bytes:
    return _json(returnables.schema(f"{subject.id}.json", subject.title, subject.fields, subject.place))


def _bytes(name: str, made: Callable[[], bytes]) -> Step:
    def write(path: Path) -> None:
        path.write_bytes(made())

    return Step(name, write)


def _json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def _sealed(staging: Staging, key: minisign.SecretKey | None) -> Iterator[tuple[str, bytes]]:
    """The checksums of all files, and what proves who wrote them."""
    if key is not None:
        staging.add_bytes(signing.PUBLIC_KEY, bytes(key.get_public_key()))
    text = sums.written(staging.digests)
    yield sums.FILE, text
    if key is not None:
        yield sums.SIGNATURE, signing.signature(key, text)
