"""`/tai-ve`: every collection in every format, the releases, what each changed, and how to use them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.dependencies import transaction
from api.links import Links
from api.parameters import LANG, Parameter, asked
from api.release_files import ADDRESS, PAGE
from api.routes.collections import LICENCES, sources
from api.routes.ledger import page
from geo import outgoing, store, unit_store, units
from geo.query import FeatureQuery
from geo.settings import Settings
from geo.status import Words
from geo.unit_store import UnitQuery
from layers.cards import NOTE
from layers.catalog import Catalog
from layers.collection import PROJECTS
from layers.edition import one_file
from layers.export import FORMATS
from layers.provenance import credit
from layers.release import shelf, sums, tiles
from layers.release.changes import KINDS
from layers.release.record import told as changes_told

TODAY = "today"
RELEASE = Parameter("release", f"The release to show, by its name, or `{TODAY}`; without it the latest.")
MOST_SENTENCES = 12
MOST_RELEASES = 50
_SITE = "site/index.html"
_WHOLE = (
    (one_file.NAME, Words("Cả bản đồ, mở không cần mạng", "The whole map, opens without a network"), "HTML"),
    (tiles.NAME, Words("Vector tiles của mọi lớp", "Vector tiles of every layer"), "PMTiles"),
    ("style.json", Words("Kiểu vẽ của chúng", "Their style"), "MapLibre"),
    ("catalog.json", Words("Danh mục", "Catalogue"), "JSON"),
    ("dcat.jsonld", Words("Danh mục liên kết", "Linked catalogue"), "DCAT 3"),
    ("oc4ids.json", Words("Dự án theo chuẩn minh bạch", "Projects, for transparency"), "OC4IDS"),
    ("data-dictionary.md", Words("Từ điển dữ liệu", "Data dictionary"), "Markdown"),
    (sums.FILE, Words("Tổng kiểm", "Checksums"), "SHA-256"),
    (sums.SIGNATURE, Words("Chữ ký", "Signature"), "Minisign"),
)

router = APIRouter(include_in_schema=False)


@router.get(PAGE)
def downloads(
    request: Request,
    connection: Annotated[Connection, Depends(transaction, scope="function")],
    texts: Annotated[dict[str, str], Depends(asked(RELEASE, LANG, blanks=True))],
) -> Response:
    """The page of downloads. 404 for a release that is not there."""
    settings: Settings = request.app.state.settings
    shelved = shelf.told(settings.releases) if settings.releases is not None else []
    wanted = texts.get(RELEASE.name)
    chosen = next((one for one in shelved if wanted in (None, one["release"])), None)
    if chosen is None and wanted not in (None, TODAY):
        raise HTTPException(404, f"There is no release {wanted[:40]!a}; {PAGE} lists those there are.")
    release = None if chosen is None or settings.releases is None else _release(settings.releases, chosen)
    return page(
        request,
        "downloads.html",
        PAGE,
        sets=list(_sets(request, connection, release)),
        release=release,
        shelved=[one | {"day": one["release"][:10]} for one in shelved[:MOST_RELEASES]],
        files=f"{ADDRESS}/",
        formats=FORMATS,
        licences=LICENCES,
        base=Links.of(request).base,
        kinds=KINDS,
    )


def _release(folder: Path, chosen: dict[str, Any]) -> dict[str, Any]:
    """A release with its catalogue, the sizes of what tells of the whole, and what it changed."""
    root = folder / chosen["release"]
    try:
        catalogue = orjson.loads((root / shelf.CATALOGUE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise HTTPException(404, f"The release {chosen['release']} has left its folder.") from None
    whole = [
        {"path": path, "words": words, "kind": kind, "bytes": (root / path).stat().st_size}
        for path, words, kind in _WHOLE
        if (root / path).is_file()
    ]
    files = [file for one in catalogue["collections"] for file in one["files"]]
    told = changes_told(folder / chosen["changes"]["json"], MOST_SENTENCES) if chosen.get("changes") else None
    return chosen | {
        "of": {one["id"]: one for one in catalogue["collections"]},
        "whole": whole,
        "bytes": sum(one["bytes"] for one in [*whole, *files]),
        "told": told,
        "site": _SITE if (root / _SITE).is_file() else None,
    }


def _sets(request: Request, connection: Connection, release: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Every collection as it stands now: words, whose it is, how many features, and its files in the release."""
    catalog: Catalog = request.app.state.catalog
    counts = orjson.loads(store.counts(connection, FeatureQuery()))
    for one in catalog.collections.values():
        if not one.is_part:
            number = counts["numberMatched"] if one.id == PROJECTS else counts["layer"].get(one.id, 0)
            yield _set(request, "projects" if one.id == PROJECTS else "layer", one.id, one.title, one.description,
                       number, release)  # fmt: skip
    for generation in units.COLLECTIONS.values():
        found = outgoing.contents(connection, unit_store.selected(UnitQuery((generation,))))
        title = Words(generation.title_vi, generation.title_en)
        yield _set(request, "units", generation.id, title, NOTE, found.features, release)  # fmt: skip


def _set(
    request: Request, sort: str, name: str, title: Words, words: Words, features: int, release: dict[str, Any] | None
) -> dict[str, Any]:
    state = request.app.state
    published = release["of"].get(name) if release else None
    files = {} if published is None else {file["path"].rpartition(".")[2]: file for file in published["files"]}
    told = credit(sources(state.catalog, state.settings.data, name))
    return {"sort": sort, "id": name, "title": title, "words": words, "features": features, "files": files, **told}
