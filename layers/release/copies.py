"""The map in a release: as one file, and as a site for any web server.

Of up to `geo.carried.MOST` projects both carry everything. Of more there is a site alone, with the projects themselves
left where they are: in the tiles and in the GeoJSON of the release, which a browser reads by parts.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from geo import rows
from geo.carried import MOST, count, enclosing
from geo.query import FeatureQuery
from geo.rows import Arrangement
from layers.catalog import Catalog
from layers.collection import PROJECTS
from layers.edition import folder, one_file
from layers.edition.bundle import Bundle, bundle
from layers.edition.contents import contents, surroundings
from layers.edition.many import Many, numbers
from layers.release import tiles
from layers.release.folder import Staging, Write
from layers.release.release import Pages, Release

SITE = "site"
_INDEX = f"{SITE}/{folder.INDEX}"
_GEOJSON = f"layers/{PROJECTS}.geojson"


class Copies:
    """Made of what the transaction sees, and only where an earlier run has not finished it."""

    def __init__(
        self, release: Release, connection: Connection, catalog: Catalog, data: Path, web: Path, staging: Staging
    ) -> None:
        self._release, self._connection, self._catalog = release, connection, catalog
        self._data, self._web, self._staging = data, web, staging
        self._query = FeatureQuery(layers=tuple(sorted(release.layer_ids)), clocks=release.clocks)

    def files(self, pages: Pages | None) -> Iterator[tuple[str, Write]]:
        """What is not there yet, by name. `pages`: those beside the map; None: a release without a site."""
        if not self._release.layer_ids:
            return
        if self._few and one_file.NAME not in self._staging.digests:
            yield one_file.NAME, lambda path: one_file.write(path, self._contents, self._web, self._bundle)
        # The page is written last: where it is, the rest is.
        if pages is None or _INDEX in self._staging.digests:
            return
        beside = pages(self._release, self._few)
        carried = self._contents if self._few else self._surroundings()
        told = carried | {"tiles": f"../{tiles.NAME}"}
        for name, content in folder.files(told, self._web, self._bundle, beside, self._of_many()):
            yield f"{SITE}/{name}", partial(_write, content)

    def numbers(self) -> Mapping[str, int]:
        """Of each project, by its id, the number by which the site calls it; none where the site carries all."""
        if self._few or PROJECTS not in {one.id for one in self._release.subjects}:
            return {}
        return numbers(self._staging.files / _GEOJSON)

    @cached_property
    def _few(self) -> bool:
        return count(self._connection, self._query) <= MOST

    @cached_property
    def _bundle(self) -> Bundle:
        return bundle(self._web)

    @cached_property
    def _contents(self) -> dict[str, Any]:
        return contents(self._connection, self._catalog, self._data, self._query)

    def _surroundings(self) -> dict[str, Any]:
        layers, clocks = sorted(self._release.layer_ids), self._release.clocks
        known = surroundings(self._connection, self._catalog, self._data, layers, clocks)
        return known | {"many": f"../{_GEOJSON}"}

    def _of_many(self) -> Iterator[tuple[str, bytes]]:
        if not self._few:
            wanted = Arrangement(tuple(self._catalog.layers))
            by_name = rows.order(self._connection, self._query, wanted)
            many = Many(self._staging.files / _GEOJSON, enclosing(self._connection))
            yield from many.files(by_name.ids(0, by_name.matched))


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)
