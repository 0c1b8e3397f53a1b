"""One file of a release: a collection in a format, or how it is drawn."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from geo import outgoing
from layers.export import ITEM_END, Export, Format
from layers.legend import legend, outline_legend
from layers.portrayal import GEOMETRIES, Outline, both
from layers.raster import png
from layers.release.folder import Write
from layers.release.subjects import Subject
from layers.style_qml import outline_qml, qml
from layers.style_sld import outline_sld, sld
from layers.workshop import Workshop

SECONDS = 900
"""How long one statement may take."""
_PNG_SCALE = 2


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes collections as one transaction sees them; `issued`: the time that they tell (RFC 3339)."""

    connection: Connection
    workshop: Workshop
    issued: str

    def layer(self, subject: Subject, form: Format) -> Write:
        """The collection in one format."""
        return lambda path: (self._streamed if form.driver is None else self._converted)(subject, form, path)

    def _streamed(self, subject: Subject, form: Format, path: Path) -> None:
        selection = subject.selected(self.connection)
        with path.open("wb") as file:
            if form.suffix == "csv":
                file.writelines(outgoing.spreadsheet(self.connection, selection, subject.columns, SECONDS))
                return
            head = {"type": "FeatureCollection", "name": subject.id, "title": both(subject.title)}
            file.write(orjson.dumps(head | subject.credit | {"timeStamp": self.issued})[:-1] + b',"features":[\n')
            file.writelines(outgoing.geojson(self.connection, selection, SECONDS))
            file.write(b"]}\n")

    def _converted(self, subject: Subject, form: Format, path: Path) -> None:
        selection = subject.selected(self.connection)
        contents = outgoing.contents(self.connection, selection)
        words = {"title": both(subject.title), "description": both(subject.description), **subject.credit}
        export = Export(form, subject.id, subject.columns, contents, words | {"written": self.issued})
        rows = outgoing.records(
            self.connection, selection, subject.columns, SECONDS,
            between=ITEM_END if form.lists else "; ", key=form.key,
        )  # fmt: skip
        styled = {"qml": qgis_style(subject).decode(), "sld": standard_style(subject).decode()}
        with tempfile.TemporaryDirectory(prefix="haiphong-") as private:
            job = export.job(rows, Path(private), styled)
            shutil.move(self.workshop.make(job, SECONDS), path)


def features(path: Path) -> Iterator[dict[str, Any]]:
    """The features of a GeoJSON file of ours, one after the other: each stands on a line of its own."""
    with path.open("rb") as file:
        next(file)
        for line in file:
            if line != b"]}\n":
                yield orjson.loads(line.lstrip(b","))


def qgis_style(subject: Subject) -> bytes:
    """The style for QGIS."""
    drawn = subject.portrayal
    return outline_qml(drawn) if isinstance(drawn, Outline) else qml(drawn, GEOMETRIES)


def standard_style(subject: Subject) -> bytes:
    """The style in SLD 1.1."""
    drawn = subject.portrayal
    return outline_sld(drawn) if isinstance(drawn, Outline) else sld(drawn, GEOMETRIES)


def legend_svg(subject: Subject) -> bytes:
    """The legend as SVG."""
    drawn = subject.portrayal
    return (outline_legend(drawn) if isinstance(drawn, Outline) else legend(drawn)).encode()


def legend_png(subject: Subject, packages: Path) -> bytes:
    """The same as PNG."""
    return png(legend_svg(subject).decode(), packages, _PNG_SCALE)
