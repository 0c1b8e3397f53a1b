"""What a release says of itself: catalogues for programs, a page and a data dictionary for people."""

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson

from layers import docs
from layers.cards import NOTE, TITLE
from layers.catalog import Catalog
from layers.edition import folder, one_file
from layers.export import FORMATS
from layers.release import dcat, files, oc4ids, sums, tiles
from layers.release.copies import SITE
from layers.release.folder import Staging
from layers.release.release import Release
from layers.release.subjects import Subject

_README = """\
# Bản đồ hạ tầng Hải Phòng · {name}

Dữ liệu ghi nhận đến {stamp}. Data as recorded by {stamp}.

{table}

{copy}- `layers/`: mỗi lớp ở sáu định dạng; GeoPackage mở bằng QGIS là thấy đúng ký hiệu.
  Each layer in six formats; QGIS opens the GeoPackage with its signs.
{tiles}- `styles/`: QML (QGIS), SLD 1.1, chú giải / legends.
- `schemas/`, `data-dictionary.md`: ý nghĩa từng trường / what each field means.
- `catalog.json`, `dcat.jsonld` (DCAT 3), `{oc4ids}` (OC4IDS).

Kiểm tra / to verify: `haiphong verify .`, hoặc/or `sha256sum -c {sums}`{signature}

Giấy phép và nguồn nằm trong `catalog.json` và trong từng tệp.
Licence and attribution stand in `catalog.json` and in each file.

{outlines}
"""
_COPY = """\
- `{name}`: bản đồ trong một tệp, mở bằng trình duyệt, không cần mạng.
  The map in one file; a browser opens it without a network.
"""
_SITE = """\
- `site/`: bản đồ và các trang, cho mọi máy chủ web, ở mọi địa chỉ / the map and the pages, for any web server, at any
  address. Từ 1 000 dự án, bản đồ đọc từng phần của `{tiles}`: đặt cả thư mục này lên một máy chủ có HTTP Range
  (nginx, Caddy, Apache, S3…). / From 1,000 projects on the map reads parts of that archive: put this whole folder on a
  server with HTTP Range.
"""
_TILES = """\
- `{name}`, `{style}`: vector tiles của mọi lớp, kiểu vẽ cho MapLibre / of every layer, with their MapLibre style.
"""
_SIGNED = "; chữ ký / signature: `minisign -Vm {sums} -p <public key>`."


def pages(
    release: Release, catalog: Catalog, staging: Staging, base: str, *, signed: bool
) -> Iterator[tuple[str, bytes]]:
    """The last files of a release, by name, made of what stands in the others."""
    datasets = [_dataset(one, staging) for one in release.subjects]
    catalogue = dcat.catalogue(release.name, TITLE, release.issued, datasets, f"{base}{release.name}/" if base else "")
    yield "dcat.jsonld", _json(catalogue)
    yield "catalog.json", _json(_catalog(release, datasets, tiled=tiles.NAME in staging.digests))
    yield "data-dictionary.md", (docs.dictionary(catalog) + "\n").encode()
    rows = [f"| {one.id} | {one.title.vi} / {one.title.en} | {one.features} |" for one in datasets]
    table = "\n".join(["| | | số đối tượng / features |", "|---|---|---:|", *rows])
    yield "README.md", _README.format(
        name=release.name, stamp=release.stamp, table=table,
        tiles=_TILES.format(name=tiles.NAME, style=tiles.STYLE) if tiles.NAME in staging.digests else "",
        oc4ids=oc4ids.NAME, sums=sums.FILE,
        outlines=f"{NOTE.vi} {NOTE.en}",
        copy=(_COPY.format(name=one_file.NAME) if one_file.NAME in staging.digests else "")
        + (_SITE.format(tiles=tiles.NAME) if f"{SITE}/{folder.INDEX}" in staging.digests else ""),
        signature=_SIGNED.format(sums=sums.FILE) if signed else ".",
    ).encode()  # fmt: skip


def _dataset(subject: Subject, staging: Staging) -> dcat.Dataset:
    found = files.features(staging.files / f"layers/{subject.id}.geojson")
    number, west, south, east, north = 0, math.inf, math.inf, -math.inf, -math.inf
    for number, feature in enumerate(found, start=1):  # noqa: B007 -- the last number is how many there are
        for x, y in _places(feature["geometry"]):
            west, south, east, north = min(west, x), min(south, y), max(east, x), max(north, y)
    bbox = None if west > east else (west, south, east, north)
    paths = [(f"layers/{subject.id}.{form.suffix}", form.media_type, form.title) for form in FORMATS.values()]
    return dcat.Dataset(
        subject.id,
        subject.title,
        subject.description,
        number,
        bbox,
        subject.credit,
        tuple(
            dcat.File(path, media, title, (staging.files / path).stat().st_size, staging.digests[path])
            for path, media, title in paths
        ),
    )


def _places(geometry: Any) -> Iterator[tuple[float, float]]:
    """Every position of a GeoJSON geometry; none of null."""
    waiting = [] if geometry is None else [geometry["coordinates"]]
    while waiting:
        part = waiting.pop()
        if isinstance(part[0], int | float):
            yield part[0], part[1]
        else:
            waiting.extend(part)


def _catalog(release: Release, datasets: list[dcat.Dataset], *, tiled: bool) -> dict[str, Any]:
    """The same for programs that want no linked data."""
    return {
        "release": release.name,
        "issued": release.stamp,
        "features": sum(one.features for one in datasets if one.id in release.layer_ids),
        "collections": [
            {
                "id": one.id,
                "title": asdict(one.title),
                "description": asdict(one.description),
                "features": one.features,
                "bbox": one.bbox,
                **one.credit,
                "schema": f"schemas/{one.id}.json",
                "files": [
                    {"path": file.path, "type": file.media_type, "bytes": file.size, "sha256": file.digest}
                    for file in one.files
                ],
            }
            for one in datasets
        ],
        **({"tiles": tiles.NAME, "style": tiles.STYLE} if tiled else {}),
    }


def _json(document: Any) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
