"""What a route asks for: a connection, the catalog as JSON, and the features that the query string means."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

import orjson
from fastapi import Request
from sqlalchemy import ColumnElement, Connection, Engine

from api import parameters
from api.leaving import asker_of
from api.parameters import (
    AS_OF,
    BBOX,
    BBOX_CRS,
    CONDITION,
    CRS,
    DATETIME,
    DISTRICT,
    FILTER,
    FILTER_CRS,
    FILTER_LANG,
    IDS,
    LAYER,
    LIMIT,
    NEXT,
    PROPERTIES,
    SKIP_GEOMETRY,
    SORTBY,
    STATUS,
    Q,
    choose,
    listed,
)
from geo import clocks as two_clocks
from geo import cql2, crs, filter, kinds, status, units, writing  # noqa: A004 -- the module is named for the parameter
from geo.bbox import BBox
from geo.clocks import Clocks
from geo.errors import FeatureNotFound, InvalidParameter
from geo.form import Form
from geo.interval import ALWAYS, Interval
from geo.query import FeatureQuery
from geo.queryables import Queryable
from layers import returnables
from layers.catalog import Catalog
from layers.collection import PROJECTS, Collection
from layers.document import document
from layers.returnables import queryables

CLOCKS = (DATETIME, AS_OF)
FILTERS = (LAYER, DISTRICT, STATUS, CONDITION, Q, BBOX, BBOX_CRS, IDS, FILTER, FILTER_LANG, FILTER_CRS, *CLOCKS)
PAGING = (LIMIT, SORTBY, NEXT)
FORM = (CRS, PROPERTIES, SKIP_GEOMETRY)
LONGEST_ID = 200


def transaction(request: Request) -> Iterator[Connection]:
    """A connection in one read-only transaction, so that every statement of an answer sees the same state.

    What runs on it ends when the reader leaves. Raises StillWritten where `as-of` asks for what is just being written.
    """
    engine: Engine = request.app.state.engine
    with engine.connect() as connection, asker_of(request).running.on(connection):
        if "as-of" in request.query_params:
            writing.settled(connection, request.query_params["as-of"])
        with connection.begin():
            yield connection


@dataclass(frozen=True, slots=True)
class Territory:
    """What `district` means: the units that it names, all that lies inside of them (None: everything), and the
    generations of which the unassigned features are asked for."""

    named: tuple[str, ...] = ()
    inside: tuple[str, ...] | None = None
    unassigned: tuple[str, ...] = ()


def feature_query(
    connection: Connection, catalog: Catalog, texts: Mapping[str, str], within: Collection | None = None
) -> FeatureQuery:
    """The features that the texts of a query string ask for, in the collection `within` or, with None, in all of them.

    Raises InvalidParameter, InvalidBBox, InvalidFilter, UnknownUnit or AmbiguousUnit.
    """
    within = within or catalog.collections[PROJECTS]
    then = clocks(texts)
    place = territory(connection, texts["district"], then.day if then else None) if "district" in texts else Territory()
    return selection(catalog, texts, within, place, feature_form(connection, texts, within))


def selection(
    catalog: Catalog, texts: Mapping[str, str], within: Collection, place: Territory, written: Form
) -> FeatureQuery:
    """The same once it is known what `district` means. Raises InvalidParameter, InvalidBBox or InvalidFilter."""
    layers = choose("layer", texts["layer"], tuple(catalog.layers)) if "layer" in texts else ()
    only = () if within.layer_id is None else (within.layer_id,)
    if only and layers not in ((), only):
        raise InvalidParameter(
            f"layer={texts['layer']!r}: this is the layer {only[0]} alone; the others are in {PROJECTS}.",
            only,
        )
    return FeatureQuery(
        layers=only or layers,
        kind=within.only,
        units=place.inside,
        named_units=place.named,
        unassigned=place.unassigned,
        statuses=choose("status", texts["status"], tuple(status.STATUSES)) if "status" in texts else (),
        conditions=choose("condition", texts["condition"], tuple(status.CONDITIONS)) if "condition" in texts else (),
        q=texts.get("q"),
        bbox=box(texts),
        ids=listed("ids", texts["ids"]) if "ids" in texts else (),
        sortby=parameters.order(texts.get("sortby")),
        limit=parameters.limit(texts.get("limit")),
        after=texts.get("next"),
        # What may be asked takes longer to gather than a page to find.
        filter=condition(texts, queryables(within.layers)) if "filter" in texts else None,
        form=written,
        clocks=clocks(texts),
    )


def clocks(texts: Mapping[str, str]) -> Clocks | None:
    """The day and the instant that are asked for; None for today, as known now. Raises InvalidParameter."""
    return two_clocks.clocks(texts.get("datetime"), texts.get("as-of"))


def known_until(texts: Mapping[str, str]) -> datetime | None:
    """The instant whose knowledge is asked for; None for now."""
    asked_for = clocks(texts)
    return None if asked_for is None else asked_for.known


def feature_form(connection: Connection, texts: Mapping[str, str], within: Collection) -> Form:
    """How features of the collection are to be written: all with one type of geometry where it promises one."""
    promoted = None if within.kind is None else kinds.promoted(connection, within.layer_ids, within.kind)
    known = returnables.properties(within.layers) if "properties" in texts else ()
    return replace(form(texts, known), promoted=promoted)


def box(texts: Mapping[str, str]) -> BBox | None:
    """The box that is asked for, in its reference system. Raises InvalidBBox."""
    return BBox.parse(texts["bbox"], _crs(texts, "bbox-crs")) if "bbox" in texts else None


def valid(texts: Mapping[str, str]) -> Interval:
    """The time that units are asked for. Raises InvalidParameter."""
    return Interval.parse(texts["datetime"]) if "datetime" in texts else ALWAYS


def form(texts: Mapping[str, str], known: Iterable[str]) -> Form:
    """How features are to be written; `known`: the properties that they have. Raises InvalidParameter."""
    return Form(
        _crs(texts, "crs"),
        choose("properties", texts["properties"], tuple(known)) if "properties" in texts else None,
        geometry=texts.get("skipGeometry") != "true",
    )


def _crs(texts: Mapping[str, str], parameter: str) -> crs.Crs:
    return crs.named(parameter, texts[parameter]) if parameter in texts else crs.CRS84


def condition(texts: Mapping[str, str], known: Mapping[str, Queryable]) -> ColumnElement[bool] | None:
    """What the CQL2 filter asks of the properties `known`; None without one. Raises InvalidFilter."""
    if "filter" not in texts:
        return None
    language = cql2.LANGUAGES[cql2.LANGUAGES.index(texts.get("filter-lang", "cql2-text"))]
    tree = cql2.parse(texts["filter"], language)
    return filter.condition(tree, known, _crs(texts, "filter-crs"))


def territory(connection: Connection, text: str, day: date | None = None) -> Territory:
    """What `district` means, on a `day` that is not today. Raises InvalidParameter, UnknownUnit or AmbiguousUnit."""
    named: dict[str, None] = {}
    generations: dict[str, None] = {}
    for words in listed("district", text):
        if (generation := units.unassigned(words)) is not None:
            generations[generation] = None
        else:
            named |= dict.fromkeys(units.named(connection, words, day))
    inside = units.within(connection, tuple(named)) if named else None
    return Territory(tuple(named), inside, tuple(generations))


def readable(record_id: str) -> None:
    """Raises FeatureNotFound for an id that cannot be one, before the database is asked for it."""
    if len(record_id) > LONGEST_ID or not record_id.isprintable():
        raise FeatureNotFound(f"There is nothing with the id {record_id[:60]!a}.")


def catalog_answer(request: Request) -> bytes:
    """The body of /api/catalog, made once per application."""
    state = request.app.state
    if not hasattr(state, "catalog_answer"):
        state.catalog_answer = orjson.dumps(document(state.catalog, state.settings.data))
    answer: bytes = state.catalog_answer
    return answer
