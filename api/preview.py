"""`haiphong preview`: the features that the filters find, as one Folium map in a file."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, NullPool, create_engine

from api.dependencies import feature_query
from api.parameters import listed
from api.store import prepare, store
from geo.errors import InvalidParameter
from geo.listing import items
from geo.packages import Say
from geo.query import MAX_LIMIT
from geo.settings import Settings
from geo.status import CONDITIONS, STATUSES
from geo.units import full_names
from layers import preview
from layers.cards import Lang
from layers.catalog import Catalog
from layers.ground import Ground

LANGUAGES = ("vi", "en")


def write(settings: Settings, filters: dict[str, str], lang: str, output: Path, say: Say) -> int:
    """Write the map of the features that `filters` (as in the API's query string) find to `output`; how many.

    Raises InvalidParameter for a filter or language that is not known, or when more than MAX_LIMIT features fit.
    """
    if lang not in LANGUAGES:
        raise InvalidParameter(f"--lang {lang!r} is not known; there are: vi, en.", LANGUAGES)
    catalog = Catalog.load(settings.definitions, settings.layers_path)
    with store(settings, say) as url:
        prepare(url, settings, say)
        with create_engine(url, poolclass=NullPool).connect() as connection:
            page = items(connection, replace(feature_query(connection, catalog, filters), limit=MAX_LIMIT))
            titles = [in_words(connection, catalog, name, text, lang) for name, text in filters.items()]
    if page.next is not None:
        raise InvalidParameter(f"{page.matched} features fit; one map holds {MAX_LIMIT}. Narrow the filters.")
    preview.write(
        output,
        b'{"type":"FeatureCollection","features":[' + page.features + b"]}",
        catalog,
        Ground.read(settings.data),
        settings.web / "node_modules",
        day=date.today(),  # noqa: DTZ011 -- the day on the wall of whoever prints the map
        lang=cast("Lang", lang),
        subtitle=" · ".join(titles),
    )
    return page.returned


def in_words(connection: Connection, catalog: Catalog, name: str, text: str, lang: str) -> str:
    """The values of a filter as the map's subtitle says them: their labels where there are, else as typed."""
    labels = {
        "layer": {layer.id: layer.title for layer in catalog.layers.values()},
        "status": {code.id: code.label for code in STATUSES.values()},
        "condition": {code.id: code.label for code in CONDITIONS.values()},
    }.get(name, {})
    values = listed(name, text)
    if name == "district":
        return ", ".join(full for value in values for full in full_names(connection, value))
    return ", ".join(getattr(labels[value], lang) if value in labels else value for value in values)
