"""What was told last: the newest stages and conditions, of the features that a query lets through."""

from typing import Any

from sqlalchemy import Connection, select

from geo.query import FeatureQuery, conditions
from geo.store import name_patterns
from geo.tables import changeset, feature, status_fact

MOST = 100
"""So many are told, the latest first."""


def news(connection: Connection, query: FeatureQuery) -> list[dict[str, Any]]:
    """The facts that were recorded last; of those recorded together, the one that became true last comes first.

    Retracted facts are left out, and so are those of withdrawn features.
    """
    patterns = name_patterns(connection, query.q)
    told = (
        select(
            status_fact.c.id,
            status_fact.c.feature,
            feature.c.layer,
            feature.c.properties["name_vi"].astext.label("name_vi"),
            feature.c.properties["name_en"].astext.label("name_en"),
            status_fact.c.status,
            status_fact.c.condition,
            status_fact.c.basis,
            status_fact.c.edtf,
            status_fact.c.text_vi,
            status_fact.c.source,
            status_fact.c.source_url,
            changeset.c.recorded_at,
        )
        .join_from(status_fact, feature, feature.c.id == status_fact.c.feature)
        .join(changeset, changeset.c.id == status_fact.c.changeset)
        .where(status_fact.c.retracted_by.is_(None), *conditions(query, patterns))
        .order_by(status_fact.c.changeset.desc(), status_fact.c.valid_latest.desc(), status_fact.c.id.desc())
        .limit(MOST)
    )
    return [dict(row) for row in connection.execute(told).mappings()]
