"""`haiphong copy`: the map of the features that the filters find, in one file that needs no server."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine

from api.dependencies import feature_query
from api.preview import LANGUAGES, in_words
from api.store import prepare, store
from geo.errors import InvalidParameter
from geo.packages import Say
from geo.query import FeatureQuery
from geo.settings import Settings
from geo.snapshot import snapshot
from layers.catalog import Catalog
from layers.edition import one_file
from layers.edition.bundle import bundle
from layers.edition.contents import contents


def write(settings: Settings, filters: dict[str, str], file: Path, say: Say) -> int:
    """Write the copy of what `filters` (as in the API's query string) find to `file`; how many features it carries.

    Raises InvalidParameter for a filter that is not known, and when nothing fits or more than one copy carries.
    """
    catalog = Catalog.load(settings.definitions, settings.layers_path)
    bundled = bundle(settings.web)
    with store(settings, say) as url:
        prepare(url, settings, say)
        engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
        with engine.connect() as connection, connection.begin():
            query = _dated(connection, feature_query(connection, catalog, filters))
            carried = contents(connection, catalog, settings.data, query)
            named = {name: text for name, text in filters.items() if name != "as-of"}
            words = {
                lang: " · ".join(in_words(connection, catalog, name, text, lang) for name, text in named.items())
                for lang in LANGUAGES
            }
    if not carried["features"]:
        raise InvalidParameter("Không có dự án nào khớp / no project fits: bỏ bớt bộ lọc / leave a filter out.")
    one_file.write(file, carried | ({"filters": words} if named else {}), settings.web, bundled)
    return len(carried["features"])


def _dated(connection: Connection, query: FeatureQuery) -> FeatureQuery:
    """The query with the instant of the record that it reads, which the copy tells: that of the last change."""
    seen = snapshot(connection, query.clocks.known if query.clocks else None)
    if seen is None:
        raise InvalidParameter("Chưa ghi nhận gì đến lúc đó / nothing was recorded by then.")
    if query.clocks is None:
        return replace(query, clocks=seen.clocks)
    return replace(query, clocks=replace(query.clocks, known=query.clocks.known or seen.changed))
