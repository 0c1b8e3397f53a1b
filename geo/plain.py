"""The page that is asked for plainly: by box, units, layer, status or condition, in the order of ids.

What `listing` answers for every question is answered here for those that are asked most, with the same features and
numbers (a test compares them): one statement, prepared once on each connection, outside of any transaction, because one
statement sees one state anyway. Its text is written out: to build and to name it anew took 2 ms. It is waited for in
libpq, where a thread needs no interpreter: psycopg takes 1.3 MB in a hundred turns of Python, 3.5 ms instead of 0.7.
"""

import threading
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import make_url

from geo.form import WHOLE
from geo.listing import FEW
from geo.page import Page
from geo.query import FeatureQuery, read_token, token
from geo.reading import Running
from geo.spatial import MARGIN, has_inside

MOST_FEATURES = 1_000
"""Of a longer page each feature costs as much, so that nothing is gained."""
_TOGETHER = 32
"""Texts of one piece."""
_CONNECT_S = 5
_ANYTHING = FeatureQuery()
_OF_SHAPE = {
    name: getattr(_ANYTHING, name)
    for name in ("layers", "statuses", "conditions", "units", "named_units", "bbox", "limit", "after")
}


@dataclass(frozen=True, slots=True)
class Told:
    """A page but for its features, which are pieces that follow each other; the version of the data that it shows."""

    page: Page
    features: list[bytes]
    version: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a statement depends on, beside its values."""

    layers: bool
    statuses: bool
    conditions: bool
    units: bool
    bbox: bool
    inside: bool
    after: bool

    @property
    def located(self) -> bool:
        """Whether `feature_unit` tells all that is asked, in one range of its index."""
        return self.units and self.statuses and not (self.layers or self.conditions or self.bbox)

    @property
    def box_alone(self) -> bool:
        """Whether one plan is right for every box: the features in it are read until they are too many for a page."""
        return self.inside and not (self.layers or self.statuses or self.conditions or self.units)

    @property
    def planning(self) -> bytes:
        """How its statement is planned: once, or anew for the values of each question."""
        return b"SET plan_cache_mode = " + (b"force_generic_plan" if self.box_alone else b"force_custom_plan")

    @property
    def name(self) -> bytes:
        """Of its statement on a connection; names are cut at 63 bytes."""
        return b"page_" + bytes(ord("1") if given else ord("0") for given in astuple(self))


class PlainPages:
    """Reads pages for any number of threads, each over a connection of its own. `options`: of the connections."""

    def __init__(self, url: str, options: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._options = options
        self._of_thread = threading.local()

    def read(self, query: FeatureQuery, running: Running) -> Told | None:
        """The page; None where it cannot be told in this way, which `listing` may or may not.

        Raises InvalidParameter when `query.after` does not belong to this order.
        """
        if not is_plain(query):
            return None
        shape, values = _asked(query)
        try:
            result = self._run(shape, values, running)
        except psycopg.Error:
            result = None
        if result is None or result.status != pq.ExecStatus.TUPLES_OK:
            self.close()  # the server went, the tables changed, or the reader left
            return None
        value = result.get_value
        version, matched, end, returned = (value(0, column) for column in range(4))
        if (shape.bbox or shape.units) and int(matched or 0) > FEW + 2 * query.limit:
            return None
        pieces = sorted((int(value(row, 4) or 0), value(row, 5) or b"") for row in range(result.ntuples))
        page = Page(b"", int(matched or 0), int(returned or 0), None if end is None else token([end.decode()]))
        return Told(page, _between([text for _, text in pieces]), (version or b"").decode())

    def close(self) -> None:
        """Give back the connection of this thread; the next page has a new one."""
        connection = getattr(self._of_thread, "connection", None)
        self._of_thread.connection = None
        if connection is not None:
            connection.close()

    def _run(self, shape: _Shape, values: list[bytes], running: Running) -> pq.abc.PGresult | None:
        name = shape.name
        connection, prepared = self._line()
        with running.by(connection):
            if running.over:
                return None
            if name not in prepared:
                made = connection.pgconn.prepare(name, _statement(shape).encode())
                if made.status != pq.ExecStatus.COMMAND_OK:
                    return made
                prepared.add(name)
            if self._of_thread.planning != shape.planning:
                connection.pgconn.exec_(shape.planning)
                self._of_thread.planning = shape.planning
            return connection.pgconn.exec_prepared(name, values)

    def _line(self) -> tuple["psycopg.Connection[Any]", set[bytes]]:
        """The connection of this thread, and what was prepared on it."""
        mine = self._of_thread
        if getattr(mine, "connection", None) is None:
            mine.connection = psycopg.connect(
                self._conninfo,
                autocommit=True,
                options=self._options,
                application_name="haiphong",
                connect_timeout=_CONNECT_S,
            )
            mine.prepared, mine.planning = set(), b""
        return mine.connection, mine.prepared


def _between(pieces: list[bytes]) -> list[bytes]:
    """The pieces with a comma between each two."""
    commas = [b",\n"] * (2 * len(pieces) - 1)
    commas[::2] = pieces
    return commas


def is_plain(query: FeatureQuery) -> bool:
    """Whether nothing is asked but what stands in a `_Shape`."""
    if query.filter is not None or query.limit > MOST_FEATURES or (query.bbox is not None and query.bbox.crs.metric):
        return False
    return query.form == WHOLE and replace(query, **_OF_SHAPE) == _ANYTHING


def _asked(query: FeatureQuery) -> tuple[_Shape, list[bytes]]:
    """The shape of the question, and its values in the order in which `_statement` numbers them."""
    box = query.bbox
    shape = _Shape(
        layers=bool(query.layers),
        statuses=bool(query.statuses),
        conditions=bool(query.conditions),
        units=query.units is not None,
        bbox=box is not None,
        inside=box is not None and has_inside(box),
        after=query.after is not None,
    )
    values = [str(query.limit).encode()]
    values += [_array(codes) for codes in (query.layers, query.statuses, query.conditions) if codes]
    if query.units is not None:
        values.append(_array(query.units))
    if box is not None:
        values += [repr(side).encode() for side in (box.west, box.south, box.east, box.north)]
    if query.after is not None:
        values += [text.encode() for text in read_token(query.after, 1)]
    return shape, values


@lru_cache(256)
def _statement(shape: _Shape) -> str:
    """A row for each piece of the page, with the place where it begins; in each also version, number, end and length.

    One row without a piece where there is no feature. Of a whole page in one piece, memory would be asked of the system
    anew each time; of each text alone, taking it would cost as much as finding it.
    """
    number = iter(range(2, 20))
    limit, where, kept = "$1::bigint", ["NOT withdrawn"], []
    for wanted, column in ((shape.layers, "layer"), (shape.statuses, "status"), (shape.conditions, "condition")):
        if wanted:
            kept.append(f"{column} = ANY (${next(number)}::text[])")
    in_units = ""
    if shape.units:
        in_units = f"unit = ANY (${next(number)}::text[])"
        where.append(f"id IN (SELECT feature FROM feature_unit WHERE {in_units})")
    where = [*where[:1], *kept, *where[1:]]
    if shape.bbox:
        where += _in_box([f"${next(number)}::float8" for _ in range(4)], inside=shape.inside, once=shape.box_alone)
    after = f"{{}} > ${next(number)}::text" if shape.after else ""
    gathered = shape.bbox or shape.units
    # Found again by its row where rows are read anyway, else by its id, which indexes tell alone.
    place = "id" if shape.units and not shape.bbox else "ctid"
    if gathered:
        which = f"SELECT {place} AS place, id AS key FROM feature WHERE {' AND '.join(where)}"
        if shape.located:
            which = f"SELECT DISTINCT feature AS place, feature AS key FROM feature_unit WHERE {in_units} AND {kept[0]}"
        source = f"SELECT * FROM ({which} LIMIT {FEW} + 2 * {limit} + 1) AS found ORDER BY key"
        matched, beyond = "count(*)", f" FILTER (WHERE {after.format('key')})" if after else ""
    else:
        of_number = " WHERE " + " AND ".join(kept) if kept else ""
        where += [after.format("id")] if after else []
        which = f"SELECT {place} AS place, id AS key FROM feature WHERE {' AND '.join(where)}"
        source = f"{which} ORDER BY key LIMIT {limit} + 1"
        matched, beyond = f"(SELECT coalesce(sum(number), 0) FROM feature_number{of_number})", ""
    text = f"(SELECT geojson FROM feature WHERE feature.{place} = one.place)"
    return (
        f"WITH chosen AS MATERIALIZED (SELECT {matched} AS matched, least({limit}, count(*){beyond}) AS number, "
        f"array_agg(place){beyond} AS places, (array_agg(key){beyond})[{limit}] AS last FROM ({source}) AS sorted) "
        f"SELECT version, matched, CASE WHEN cardinality(places) > {limit} THEN last END, number, first, "
        f"(SELECT string_agg({text}, E',\\n') "
        f"FROM unnest(places[first:least(first + {_TOGETHER} - 1, number)]) AS one (place)) "
        f"FROM data_version CROSS JOIN chosen LEFT JOIN generate_series(1, number, {_TOGETHER}) AS first ON true"
    )


def _in_box(sides: list[str], *, inside: bool, once: bool) -> list[str]:
    """As `spatial.meets` says it. `once`: a box is a query of its own, which a plan that knows no values makes once."""
    west, south, east, north = sides
    box = f"ST_Envelope(ST_MakeLine(ST_Point({west}, {south}, 4326), ST_Point({east}, {north}, 4326)))"
    if not inside:
        return [f"ST_Intersects(geometry, {box})"]
    held = f"ST_MakeEnvelope({west} + {MARGIN}, {south} + {MARGIN}, {east} - {MARGIN}, {north} - {MARGIN}, 4326)"
    if once:
        box, held = f"(SELECT {box})", f"(SELECT {held})"
    return [f"geometry && {box}", f"CASE WHEN geometry @ {held} THEN true ELSE ST_Intersects(geometry, {box}) END"]


def _array(texts: tuple[str, ...]) -> bytes:
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return ("{" + ",".join(f'"{text}"' for text in quoted) + "}").encode()
