"""The database that a command works with: the office's own, or the private cluster for as long as it is needed."""

import contextlib
from collections.abc import Iterator

from geo.cluster import Cluster
from geo.errors import InvalidData
from geo.packages import Say
from geo.settings import Settings

_KEPT = "Bản đồ hiện những gì đã nạp lần trước. / The map shows what was loaded before."


@contextlib.contextmanager
def store(settings: Settings, say: Say) -> Iterator[str]:
    """The URL of the database, answering. A private cluster that nobody else uses is stopped at the end.

    Raises ClusterError or StoreNotReady, with the way out, when there is none that will do.
    """
    if settings.database_url is None:
        with Cluster(settings.home, say).in_use() as url:
            yield url
    else:
        from geo import server

        url = server.store_url(settings.database_url)
        server.check(url)
        yield url


def prepare(url: str, settings: Settings, say: Say) -> None:
    """Bring the tables to this version, and load the files of `data/` that changed since the last load.

    Changed files with errors are told and none of them is loaded: the map then shows what was loaded before. Raises
    InvalidData with the errors when nothing was, or when a table of the office is not as its definition says.
    """
    from sqlalchemy import NullPool, create_engine

    from geo import migrate
    from geo.loaded import sources
    from geo.office import held_against
    from layers.catalog import Catalog
    from layers.load import changed, lines, load_all

    engine = create_engine(url, poolclass=NullPool)
    migrate.upgrade(engine)
    catalog = Catalog.load(settings.definitions, settings.layers_path)
    with engine.begin() as connection:
        for table in catalog.tables.values():
            held_against(connection, table.source, table.file)
        known = sources(connection)
        names = changed(connection, settings.data, catalog)
    if names:
        from layers.gate import require_sound

        try:
            require_sound(settings.data, catalog, names)
            for line in lines(load_all(engine, settings.data, catalog, say, hurry=True)):
                say(line)
        except InvalidData as error:
            if not known:
                raise
            say(f"\n{error}\n{_KEPT}\n")
    engine.dispose()
