"""Every read of a feature. Bodies are assembled in SQL and leave as bytes."""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    cast,
    func,
    literal_column,
    select,
    text,
    true,
)

from geo import edtf, past
from geo.clocks import Clocks
from geo.errors import FeatureNotFound, FeatureWithdrawn
from geo.form import WHOLE, Form
from geo.kinds import GeometryKind, is_of
from geo.query import FeatureQuery, after, conditions, sort_keys
from geo.tables import feature, status_fact

FILTER_SECONDS = 5
"""How long a statement with a CQL2 filter may take before it is cancelled (an OperationalError)."""


def hurry(connection: Connection, query: FeatureQuery) -> None:
    """Let the statements of this transaction take FILTER_SECONDS at most where the query has a CQL2 filter."""
    # A filter that no index knows can cost what its author likes; the parameters cannot.
    if query.filter is not None:
        connection.execute(text(f"SET LOCAL statement_timeout = '{FILTER_SECONDS}s'"))


def text_of(form: Form) -> ColumnElement[str]:
    """The text of a feature in this form."""
    # As a bare column: the type of the geometry would wrap it into a function.
    return form.text(feature.c.id, feature.c.geojson, literal_column("feature.geometry"))


def selected(connection: Connection, query: FeatureQuery) -> Select[Any]:
    """Every feature that `query` lets through, in its order, whatever its limit, as `geo.outgoing` takes it."""
    patterns = name_patterns(connection, query.q)
    keys = sort_keys(query, patterns)
    every = (
        select(
            feature.c.id,
            text_of(query.form).label("geojson"),
            query.form.place(literal_column("feature.geometry")).label("geometry"),
        )
        .where(*conditions(query, patterns))
        .order_by(*(key.expression.desc() if descending else key.expression.asc() for key, descending in keys))
    )
    return past.at(query.clocks, every)


def one_page(connection: Connection, query: FeatureQuery) -> Select[Any]:
    """Of what `selected` selects the page that `items` gives."""
    keys = sort_keys(query, name_patterns(connection, query.q))
    return selected(connection, query).where(*after(query, keys)).limit(query.limit)


def item(
    connection: Connection,
    layer: str | None,
    feature_id: str,
    form: Form = WHOLE,
    kind: GeometryKind | None = None,
    clocks: Clocks | None = None,
) -> bytes:
    """The text of one feature, in any layer when `layer` is None, of any kind of geometry when `kind` is None.

    Raises FeatureNotFound, or FeatureWithdrawn for one that was entered by mistake.
    """
    wanted = select(
        feature.c.layer,
        feature.c.withdrawn,
        func.convert_to(text_of(form), "UTF8"),
        true() if kind is None else is_of(kind),
    ).where(feature.c.id == feature_id)
    row = connection.execute(past.at(clocks, wanted)).one_or_none()
    if row is None or (layer is not None and row.layer != layer) or not row[3]:
        known = f" that was known at {clocks.known.isoformat()}" if clocks and clocks.known else ""
        raise FeatureNotFound(f"There is no feature {feature_id!r}{f' in {layer}' if layer else ''}{known}.")
    if row.withdrawn:
        raise FeatureWithdrawn(f"The feature {feature_id!r} was entered by mistake and withdrawn; its history remains.")
    body: bytes = row[2]
    return body


def counts(connection: Connection, query: FeatureQuery) -> bytes:
    """JSON: numberMatched, located, unlocated, and how many there are per status, layer and condition.

    Each of the three is counted with every filter but its own, so that it tells what a further choice would bring.
    """
    hurry(connection, query)
    patterns = name_patterns(connection, query.q)
    total = select(func.count(), func.count(feature.c.geometry)).where(*conditions(query, patterns))
    totals = connection.execute(past.at(query.clocks, total, state=query.asks_for_state())).one()
    facets: dict[str, Any] = {}
    for name, column, own in (
        ("status", feature.c.status, "statuses"),
        ("layer", feature.c.layer, "layers"),
        ("condition", feature.c.condition, "conditions"),
    ):
        grouped = (
            select(column.label("code"), cast(func.count(), Integer).label("number"))
            .where(*conditions(query, patterns, without=own))
            .group_by(column)
            .subquery(name)
        )
        facets[name] = func.coalesce(
            select(func.json_object_agg(grouped.c.code, grouped.c.number)).scalar_subquery(),
            literal_column("'{}'::json"),
        )
    pairs = [part for name, value in facets.items() for part in (name, value)]
    told = func.json_build_object(
        "numberMatched", totals[0], "located", totals[1], "unlocated", totals[0] - totals[1], *pairs
    )
    answer = select(func.convert_to(cast(told, Text), "UTF8"))
    body: bytes = connection.execute(past.at(query.clocks, answer)).scalar_one()
    return body


_HISTORY = text(
    """
    SELECT feature.id, convert_to(json_build_object('id', feature.id, 'layer', feature.layer, 'version', known.version,
      'facts', (
        SELECT coalesce(json_agg(json_build_object(
            'id', told.id, 'status', told.status, 'condition', told.condition, 'basis', told.basis,
            'valid_from', told.edtf, 'recorded_at', changeset.recorded_at, 'source', told.source,
            'source_url', told.source_url, 'clause', told.clause, 'clause_label', clause.label_vi,
            'clause_label_en', clause.label_en,
            'text_vi', told.text_vi, 'secondary_status', told.secondary_status, 'stage_in_words', told.stage_in_words,
            'date_inferred', told.date_inferred, 'uncertain', told.uncertain, 'effective', judged.effective)
          ORDER BY told.valid_latest DESC, told.valid_from DESC, basis_strength(told.basis) DESC, told.id DESC), '[]')
        FROM status_fact AS told
        JOIN status_fact_effective(:day, CAST(:known AS timestamptz)) AS judged ON judged.fact = told.id
        JOIN changeset ON changeset.id = told.changeset LEFT JOIN clause ON clause.id = told.clause
        WHERE told.feature = feature.id),
      'mandates', (
        SELECT coalesce(json_agg(json_build_object(
            'clause', mandate.clause, 'clause_label', clause.label_vi, 'clause_label_en', clause.label_en,
            'document', document.id,
            'document_title_vi', document.title_vi, 'document_title_en', document.title_en,
            'document_date', document.date, 'role', mandate.role, 'ordered_stage', mandate.ordered_stage,
            'ordered_finish', mandate.ordered_finish, 'implied_stage', mandate.implied_stage, 'due', mandate.due,
            'quote_vi', mandate.quote_vi, 'text_vi', mandate.text_vi, 'named_as', mandate.named_as,
            'confidence', mandate.confidence, 'note', mandate.note, 'note_en', mandate.note_en)
          ORDER BY document.date DESC, clause.position, mandate.id), '[]')
        FROM mandate JOIN clause ON clause.id = mandate.clause JOIN document ON document.id = clause.document
        WHERE mandate.feature = feature.id)
      )::text, 'UTF8') AS told
    FROM feature CROSS JOIN LATERAL (
      SELECT max(version) AS version FROM feature_version JOIN changeset ON changeset.id = feature_version.changeset
      WHERE feature_version.feature = feature.id AND changeset.recorded_at <= CAST(:known AS timestamptz)) AS known
    WHERE feature.id = ANY(CAST(:ids AS text[]))
      AND (CAST(:layer AS text) IS NULL OR feature.layer = :layer) AND known.version IS NOT NULL
    """
)


def history(connection: Connection, layer: str | None, feature_id: str, clocks: Clocks | None = None) -> bytes:
    """JSON: every status fact of the feature that holds, newest first, and the mandates that name it.

    With `clocks`, the facts that may have begun by the day, of those recorded and not retracted at the instant.

    `effective` is false for a stage that is only implied or inferred and falls behind what a stronger source told.
    Raises FeatureNotFound; a withdrawn feature still has its history.
    """
    body = histories(connection, [feature_id], clocks, layer).get(feature_id)
    if body is None:
        recorded = f" that was known at {clocks.known.isoformat()}" if clocks and clocks.known else ""
        raise FeatureNotFound(f"There is no feature {feature_id!r}{f' in {layer}' if layer else ''}{recorded}.")
    return body


def histories(
    connection: Connection, ids: list[str], clocks: Clocks | None = None, layer: str | None = None
) -> dict[str, bytes]:
    """What `history` tells of each of these features, by id; nothing of those that are not there."""
    day, known = (clocks.day, clocks.known) if clocks else (edtf.today(), None)
    values = {"ids": ids, "layer": layer, "day": day, "known": known or "infinity"}
    return {row.id: row.told for row in connection.execute(_HISTORY, values)}


def extent(
    connection: Connection, layers: tuple[str, ...], kind: GeometryKind | None = None
) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all features of these layers, or of every layer where none is named.

    In degrees of WGS 84; None when no feature has a place.
    """
    box = func.ST_Extent(feature.c.geometry)
    found = select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box)).where(
        *conditions(FeatureQuery(layers=layers, kind=kind), [])
    )
    row = connection.execute(found).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


def first_days(connection: Connection, layers: tuple[str, ...]) -> dict[str, date]:
    """The first day of which anything is told, of each of these layers that tells any; of every layer without a name.

    Of a coarser date its earliest day: from there on `datetime` finds it.
    """
    told = (
        select(feature.c.layer, func.min(status_fact.c.valid_from))
        .join_from(status_fact, feature, feature.c.id == status_fact.c.feature)
        .where(status_fact.c.retracted_by.is_(None), *conditions(FeatureQuery(layers=layers), []))
        .group_by(feature.c.layer)
    )
    return {row[0]: row[1] for row in connection.execute(told)}


def name_patterns(connection: Connection, q: str | None) -> list[str]:
    """LIKE patterns that the folded names of a feature must all fit, so that it has the words of `q`; none for None."""
    if q is None:
        return []
    folded: str = connection.execute(select(func.fold(q))).scalar_one()
    if not folded:
        return []
    *words, last = folded.split()
    return [*(f"% {word} %" for word in words), f"% {last}%"]
