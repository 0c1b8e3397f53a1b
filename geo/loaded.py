"""What was loaded from curated files, so that the next load can tell what changed there and what people edited."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from geo.feature import StatusFact
from geo.missing import missing_reference
from geo.tables import loaded_source

LOADER = "haiphong load"
"""The actor of every changeset that comes from curated files."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A stored feature: the digest of its record as last loaded (None: never), that load's version, and today's."""

    digest: str | None
    loaded_version: int | None
    version: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Files: the SHA-256 of what they hold, and what the system tells of them; None where that proves nothing."""

    digest: str
    stamp: str | None


_FEATURES = text(
    """
    SELECT feature.id, loaded_feature.digest, loaded_feature.version AS loaded_version, feature.version,
      feature.withdrawn
    FROM feature LEFT JOIN loaded_feature ON loaded_feature.feature = feature.id WHERE feature.layer = :layer
    """
)
_FACTS = text(
    """
    SELECT status_fact.* FROM status_fact JOIN changeset ON changeset.id = status_fact.changeset
    WHERE feature = ANY(:features) AND retracted_by IS NULL AND changeset.actor = :loader ORDER BY status_fact.id
    """
)


def loaded_features(connection: Connection, layer: str) -> dict[str, Loaded]:
    """Every stored feature of a layer, by id."""
    return {
        row.id: Loaded(row.digest, row.loaded_version, row.version, row.withdrawn)
        for row in connection.execute(_FEATURES, {"layer": layer})
    }


def loaded_facts(connection: Connection, features: Sequence[str]) -> dict[str, list[tuple[int, StatusFact]]]:
    """The facts that loads brought for these features and nobody retracted, with their ids, oldest first."""
    facts: dict[str, list[tuple[int, StatusFact]]] = defaultdict(list)
    for row in connection.execute(_FACTS, {"features": list(features), "loader": LOADER}):
        fact = StatusFact(
            status=row.status,
            condition=row.condition,
            basis=row.basis,
            valid_from=row.edtf,
            source=row.source,
            source_url=row.source_url,
            clause=row.clause,
            text_vi=row.text_vi,
            secondary_status=row.secondary_status,
            stage_in_words=row.stage_in_words,
            date_inferred=row.date_inferred,
            uncertain=row.uncertain,
        )
        facts[row.feature].append((row.id, fact))
    return facts


def sources(connection: Connection) -> dict[str, Source]:
    """The files last loaded, by the name that `remember` gave them."""
    return {row.name: Source(row.digest, row.stamp) for row in connection.execute(loaded_source.select())}


def remember(connection: Connection, name: str, source: Source) -> None:
    """Note that the files called `name` are loaded as they were then."""
    told = {"digest": source.digest, "stamp": source.stamp}
    statement = insert(loaded_source).values(name=name, **told)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=told))


def may_remember(connection: Connection) -> bool:
    """Whether this database can be written: a standby cannot."""
    return str(connection.execute(text("SHOW transaction_read_only")).scalar_one()) == "off"


def tidy(engine: Engine) -> None:
    """Let indexes alone tell what was just loaded: until VACUUM has seen the rows, each count reads them one by one.

    What the planner must know `apply` has told it.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM feature, feature_unit, status_fact"))


def settle(connection: Connection) -> None:
    """Check every reference between features, units, clauses and mandates now, before the commit.

    Raises MissingReference with what is referred to and not there.
    """
    try:
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.ForeignKeyViolation):
            raise missing_reference(error.orig) from error
        raise
