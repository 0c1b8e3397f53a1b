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
        value, rows = result.get_value, result.ntuples
        version, matched = (value(0, 0) or b"").decode(), int(value(0, 1) or 0)
        if (shape.bbox or shape.units) and matched > FEW + 2 * query.limit:
            return None
        texts = [text for row in range(rows) if (text := value(row, 3)) is not None]
        end = value(query.limit - 1, 2) if rows > query.limit else None
        page = Page(b"", matched, len(texts), None if end is None else token([end.decode()]))
        return Told(page, _joined(texts), version)

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
            mine.prepared = set()
        return mine.connection, mine.prepared


def _joined(texts: list[bytes]) -> list[bytes]:
    """The texts with commas between them, in pieces for which no memory has to be asked of the system."""
    groups = [texts[start : start + _TOGETHER] for start in range(0, len(texts), _TOGETHER)]
    for group in groups[:-1]:
        group.append(b"")
    return [b",\n".join(group) for group in groups]


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
    """A row for each text of the page and one more: version and number in the first, the last id in that of its end.

    One row without a text where there is none. Joined by the server, the texts would be copied three times more.
    """
    number = iter(range(2, 20))
    limit, where, kept = "$1::bigint", ["NOT withdrawn"], []
    for wanted, column in ((shape.layers, "layer"), (shape.statuses, "status"), (shape.conditions, "condition")):
        if wanted:
            kept.append(f"{column} = ANY (${next(number)}::text[])")
    if shape.units:
        where.append(f"id IN (SELECT feature FROM feature_unit WHERE unit = ANY (${next(number)}::text[]))")
    where = [*where[:1], *kept, *where[1:]]
    if shape.bbox:
        where += _in_box([f"${next(number)}::float8" for _ in range(4)], inside=shape.inside)
    after = f"{{}} > ${next(number)}::text" if shape.after else ""
    # Found again by its row where rows are read anyway, else by its id, which indexes tell alone.
    place = "ctid" if shape.bbox else "id"
    if shape.bbox or shape.units:
        found = (
            f"WITH found AS MATERIALIZED (SELECT {place} AS place, id AS key FROM feature WHERE {' AND '.join(where)} "
            f"LIMIT {FEW} + 2 * {limit} + 1) "
        )
        matched, source = "(SELECT count(*) FROM found)", "found" + (f" WHERE {after.format('key')}" if after else "")
        columns = "place, key"
    else:
        found = ""
        of_number = " WHERE " + " AND ".join(kept) if kept else ""
        matched = f"(SELECT coalesce(sum(number), 0) FROM feature_number{of_number})"
        beyond = [after.format("id")] if after else []
        source = "feature WHERE " + " AND ".join([*where, *beyond])
        columns = "id AS place, id AS key"
    text = f"(SELECT geojson FROM feature WHERE feature.{place} = chosen.place)"
    return (
        f"{found}SELECT CASE WHEN coalesce(position, 1) = 1 THEN version END, "
        f"CASE WHEN coalesce(position, 1) = 1 THEN {matched} END, CASE WHEN position = {limit} THEN key END, "
        f"CASE WHEN position <= {limit} THEN {text} END FROM data_version LEFT JOIN "
        f"(SELECT *, row_number() OVER (ORDER BY key) AS position FROM (SELECT {columns} FROM {source}) AS row "
        f"ORDER BY key LIMIT {limit} + 1) AS chosen ON true ORDER BY position LIMIT {limit} + 1"
    )


def _in_box(sides: list[str], *, inside: bool) -> list[str]:
    """As `spatial.meets` says it."""
    west, south, east, north = sides
    box = f"ST_Envelope(ST_MakeLine(ST_Point({west}, {south}, 4326), ST_Point({east}, {north}, 4326)))"
    if not inside:
        return [f"ST_Intersects(geometry, {box})"]
    held = f"{west} + {MARGIN}, {south} + {MARGIN}, {east} - {MARGIN}, {north} - {MARGIN}"
    within = f"geometry @ ST_MakeEnvelope({held}, 4326)"
    return [f"geometry && {box}", f"CASE WHEN {within} THEN true ELSE ST_Intersects(geometry, {box}) END"]


def _array(texts: tuple[str, ...]) -> bytes:
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return ("{" + ",".join(f'"{text}"' for text in quoted) + "}").encode()
