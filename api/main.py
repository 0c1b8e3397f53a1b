"""create_app(): the one place where the parts are wired."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from sqlalchemy import Engine, create_engine

from api import files, metrics, office, openapi, problems
from api.cache import AnswerCache, software_of
from api.encoding import Compression
from api.headers import AnswerHeaders
from api.html import Pages
from api.leaving import Leaving
from api.metrics import Measured, watch
from api.one_feature import OneFeature
from api.one_page import OnePage
from api.page_making import THREADS
from api.routes import (
    cards,
    catalog,
    changes,
    collections,
    directives,
    downloads,
    feeds,
    find,
    health,
    items,
    landing,
    ledger,
    near,
    pages,
    releases,
    rows,
    schemas,
    share,
    styles,
    tiles,
    units,
    versions,
)
from geo import units as generations
from geo.errors import StoreNotReady
from geo.freshness import Freshness
from geo.plain import PlainPages
from geo.reading import BinaryCursor
from geo.settings import REPOSITORY, Settings
from layers.catalog import Catalog

STATEMENT_SECONDS = 20
IDLE_SECONDS = 60
"""A client that stops reading a long download loses it, so that it cannot keep a connection for ever."""
CONNECTIONS = 8
MOST_CONNECTIONS = 2 * CONNECTIONS
"""Of one worker: those it keeps, and as many more while they are needed."""
OF_WORKER = MOST_CONNECTIONS + THREADS + 1
"""Every connection of a worker: those, one of each thread that makes pages, and that which asks what holds now."""
READING = (
    f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s "
    f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s "
    # Short questions: sharing one out among processes, or compiling it, costs more than it saves.
    "-c max_parallel_workers_per_gather=0 -c jit=off "
    # One plan for every box is a bad one for a large box: 2.1 s instead of 0.5 s among 100 000 features.
    "-c plan_cache_mode=force_custom_plan"
)
"""Of every connection that only reads."""
_ROUTERS = tuple(
    room.router
    for room in (
        landing,
        collections,
        schemas,
        items,
        versions,
        near,
        units,
        catalog,
        rows,
        changes,
        directives,
        find,
        downloads,
        styles,
        tiles,
        health,
        ledger,
        feeds,
        releases,
        share,
        cards,
        pages,
    )
)


def app() -> AnswerCache:
    """The application as the environment describes it: what uvicorn's `--factory` calls in each worker."""
    return keeping(create_app(Settings.from_env()))


def keeping(application: FastAPI) -> AnswerCache:
    """The application behind a memory for its answers, where every question comes by first."""
    state = application.state
    url = state.engine.url.render_as_string(hide_password=False)
    routes = tuple(route for router in _ROUTERS for route in router.routes)
    one_page = OnePage(state.catalog, state.engine, PlainPages(url, READING))
    one_feature = OneFeature(state.catalog)
    return AnswerCache(application, Freshness(url), software_of(REPOSITORY), one_feature, one_page, routes)


def create_app(settings: Settings, engine: Engine | None = None) -> FastAPI:
    """The application over one database.

    `engine`: connections to read with; made from `settings.database_url` when not given. Nothing is asked of the
    database here, so the service starts, and tells what is missing at /readyz, even when the database is away.

    Raises StoreNotReady when neither names a database.
    """
    reading = engine or read_only_engine(settings.database_url)
    watch(reading)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        metrics.MOST_CONNECTIONS.set(MOST_CONNECTIONS)  # here, because each worker says it for itself
        yield
        reading.dispose()

    application = FastAPI(
        title=landing.TITLE,
        description=landing.DESCRIPTION,
        version=_version(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        openapi_tags=[
            {"name": "API", "description": "Where a client begins"},
            {"name": "Features", "description": "Projects by layer, and administrative units"},
            {"name": "Units", "description": "Administrative units over time"},
            {"name": "Map", "description": "What the map asks"},
            {"name": "Directives", "description": "Documents, clauses, what they order, and targets"},
            {"name": "Styles", "description": "How a collection is drawn, for other programs"},
            {"name": "Tiles", "description": "Vector tiles of every collection"},
            {"name": "Downloads", "description": "A whole layer as a file"},
            {"name": "Health", "description": "Whether the service is up and ready"},
        ],
    )
    application.state.settings = settings
    application.state.engine = reading
    application.state.connections = MOST_CONNECTIONS
    application.state.catalog = Catalog.load(settings.definitions, settings.layers_path)
    application.state.office_tables = {}
    application.state.pages = Pages(settings.web / "pages")
    for router in _ROUTERS:
        application.include_router(router)
    files.install(application, settings)
    kept: Catalog = application.state.catalog
    ids = (*kept.collections, *kept.tables, *generations.COLLECTIONS)
    openapi.install(application, tuple(kept.layers), ids)
    # The last one added is the outermost: headers, compression, the answer to whatever went wrong.
    application.add_middleware(Leaving)
    problems.install(application)
    office.install(application)
    application.add_middleware(Compression)
    application.add_middleware(Measured)
    application.add_middleware(AnswerHeaders, embed_origins=settings.embed_origins)
    return application


def read_only_engine(url: str | None) -> Engine:
    """Connections that cannot write, whose transactions see one state, and whose statements end in time.

    Raises StoreNotReady when `url` is None.
    """
    if url is None:
        raise StoreNotReady("No database is named. Start with `haiphong serve`, or set HAIPHONG_DATABASE_URL.")
    return create_engine(
        url,
        isolation_level="REPEATABLE READ",
        pool_size=CONNECTIONS,
        max_overflow=MOST_CONNECTIONS - CONNECTIONS,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={
            "options": READING,
            "connect_timeout": 5,
            "application_name": "haiphong",
            "cursor_factory": BinaryCursor,
        },
    )


def _version() -> str:
    try:
        return version("haiphong")
    except PackageNotFoundError:
        return "0"
