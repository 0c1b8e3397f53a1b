"""The stable downloads: a layer, all projects or a generation of units as one file, in the formats of layers.export."""

import os
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Path, Request
from sqlalchemy import Connection, Select
from starlette.responses import Response

from api.answers import described, feature_collection, now
from api.dependencies import FILTERS, FORM, box, feature_query, known_until, transaction, valid
from api.dependencies import form as written
from api.links import GEOJSON, Links
from api.office import Office, freshness
from api.parameters import BBOX, BBOX_CRS, CRS, CRS84, DATETIME, PROPERTIES, SKIP_GEOMETRY, SORTBY, F, asked
from api.routes.collections import LICENCES, OUTLINES, known, sources
from api.routes.items import content_crs
from api.sending import Sending, begun, of_file
from geo import crs, office_store, outgoing, store, unit_store, units
from geo.crs import Crs
from geo.errors import InvalidParameter
from geo.outgoing import Column, Pieces
from geo.unit_store import UnitQuery
from layers import returnables
from layers.catalog import Catalog
from layers.export import FORMATS, ITEM_END, Export, Format, UnknownFormat, columns, own_columns
from layers.export import SECONDS as SECONDS_OF_FILE
from layers.provenance import credit

BATCH = 2_000
"""Up to so many features, an answer is finished before it is sent: a slow reader holds no connection."""
SECONDS = 900
"""How long a reader may take for a file that is sent as it is read."""
OF_PROJECTS = (*FILTERS, SORTBY, *FORM)
OF_UNITS = (DATETIME, BBOX, BBOX_CRS, *FORM)

router = APIRouter(tags=["Downloads"])
_DESCRIBED = described(
    "A whole collection as one file",
    GEOJSON,
    OF_PROJECTS,
    schema="FeatureCollection",
    errors=[
        (404, "No such collection, or no such format"),
        (413, "Too many features for one file of this format"),
        (503, "The file took too long, or others are being written"),
    ],
)
_DESCRIBED["responses"][200]["content"] |= {
    one.media_type: {"schema": {"type": "string", "format": "binary"}}
    for one in FORMATS.values()
    if one.media_type != GEOJSON
}


@dataclass(frozen=True, slots=True)
class _Download:
    """What was asked for: how to select it over a connection, and whose word it is."""

    collection: str
    form: Format
    selected: Callable[[Connection], Select[Any]]
    columns: tuple[Column, ...]
    title: str
    description: str
    credit: Mapping[str, str]
    link: Mapping[str, str]
    crs: Crs
    known: datetime | None

    def words(self) -> dict[str, str]:
        """What is said inside the file, in formats with a place for it."""
        told = {"title": self.title, "description": self.description, **self.credit}
        return told | {"source": self.link["href"], "written": now(self.known)}

    def pieces(self, connection: Connection, seconds: int | None = None) -> Pieces:
        """The file as the database writes it; `seconds`: how long that may take."""
        selection = self.selected(connection)
        if self.form.suffix == "csv":
            return (yield from outgoing.spreadsheet(connection, selection, self.columns, seconds, self.crs))
        members = {"name": self.collection, "title": self.title, **self.credit, "timeStamp": now(self.known)}
        head, tail = feature_collection(b"|", members | {"links": [self.link]}).rsplit(b"|", 1)
        yield head
        number = yield from outgoing.geojson(connection, selection, seconds)
        yield tail[:-1] + f',"numberMatched":{number},"numberReturned":{number}}}'.encode()
        return number

    def file(self, connection: Connection) -> BinaryIO:
        """The file as GDAL or Arrow writes it. Raises ExportTooLarge or ExportBusy."""
        selection = self.selected(connection)
        contents = outgoing.contents(connection, selection)
        export = Export(self.form, self.collection, self.columns, contents, self.words(), self.crs.srid)
        between = ITEM_END if self.form.lists else "; "
        return export.write(
            outgoing.records(connection, selection, self.columns, SECONDS_OF_FILE, between=between, key=self.form.key)
        )


@router.get("/layers/{file}", **_DESCRIBED)
def download(
    request: Request,
    file: Annotated[
        str, Path(description=f"`{{collection}}.{{format}}`: an id of /api/collections, then {', '.join(FORMATS)}")
    ],
    connection: Annotated[Connection, Depends(transaction, scope="function")],
) -> Response:
    """Every feature of the collection that the filters find, those without a place included; the address stays.

    Collections of administrative units take bbox and datetime.
    """
    collection, _, suffix = file.partition(".")
    known(request.app.state.catalog, collection)
    if suffix not in FORMATS:
        raise UnknownFormat(suffix)
    wanted = _asked(request, connection, collection, FORMATS[suffix])
    told = wanted.credit.get("licence", "").split("; ")
    licence = ", ".join(f'<{LICENCES[one]}>; rel="license"' for one in told if one in LICENCES)
    headers = {
        "Content-Disposition": f'attachment; filename="{file}"',
        **content_crs(wanted.crs),
        **({"Link": licence} if licence else {}),
        **freshness(request.app.state.catalog, collection),
    }
    if wanted.form.driver is not None:
        written = wanted.file(connection)
        size = {"Content-Length": str(os.fstat(written.fileno()).st_size)}
        return Sending(of_file(written), wanted.form.media_type, headers | size)
    if outgoing.more_than(connection, wanted.selected(connection), BATCH):
        # Not to be kept, by us neither: the first bytes leave while the database still writes the others.
        streamed = headers | {"Cache-Control": "no-store"}
        return Sending(begun(_over_its_own(request, wanted)), wanted.form.media_type, streamed)
    return Response(b"".join(wanted.pieces(connection)), headers=headers, media_type=wanted.form.media_type)


def _asked(request: Request, connection: Connection, collection: str, form: Format) -> _Download:
    catalog: Catalog = request.app.state.catalog
    data = request.app.state.settings.data
    office = Office.of(request, connection, collection) if collection in catalog.tables else None
    if office is not None:
        texts = asked(*office.filters, SORTBY, *FORM)(request)
    else:
        texts = asked(*(OF_UNITS if collection in units.COLLECTIONS else OF_PROJECTS))(request)
    if form.media_type != GEOJSON and F.name in texts:
        raise InvalidParameter("f: here the ending of the address is the format; leave the parameter out.")
    if form.degrees and texts.get(CRS.name, CRS84) not in crs.CRS84.names:
        others = ", ".join(f".{one.suffix}" for one in FORMATS.values() if not one.degrees)
        raise InvalidParameter(
            f"crs: a .{form.suffix} is always in WGS 84, longitude first; leave it out, or take {others}.", (CRS84,)
        )
    if form.media_type != GEOJSON and (whole := {PROPERTIES.name, SKIP_GEOMETRY.name} & texts.keys()):
        raise InvalidParameter(f"{min(whole)}: a .{form.suffix} holds whole features; .geojson can leave parts out.")
    if collection in units.COLLECTIONS:
        generation = units.COLLECTIONS[collection]
        title, description = f"{generation.title_vi} / {generation.title_en}", OUTLINES
        table = unit_store.COLUMNS

        def selected(connection: Connection) -> Select[Any]:  # noqa: ARG001 -- no filter of units asks the database
            form = written(texts, returnables.UNIT)
            return unit_store.selected(UnitQuery((generation,), valid(texts), box(texts), form))
    elif office is not None:
        title, description = (f"{words.vi} / {words.en}" for words in (office.layer.title, office.layer.description))
        table = own_columns(office.layer.fields.values())

        def selected(connection: Connection) -> Select[Any]:
            return office_store.selected(connection, office.table, office.query(connection, texts))
    else:
        within = catalog.collection(collection)
        title, description = (f"{words.vi} / {words.en}" for words in (within.title, within.description))
        table = columns(within.layers)

        def selected(connection: Connection) -> Select[Any]:
            return store.selected(connection, feature_query(connection, catalog, texts, within))

    link = Links.of(request).link("self", f"/layers/{collection}.{form.suffix}", form.media_type, parameters=texts)
    told = credit(sources(catalog, data, collection))
    system = crs.named(CRS.name, texts.get(CRS.name, CRS84))
    return _Download(collection, form, selected, table, title, description, told, link, system, known_until(texts))


def _over_its_own(request: Request, wanted: _Download) -> Pieces:
    """The pieces, over a connection of their own: that of the route goes back before the answer is sent."""
    with contextmanager(transaction)(request) as connection:
        return (yield from wanted.pieces(connection, SECONDS))
