"""Documents, their clauses, what the clauses order, and the targets, as they are stored; `ledger` reads them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert

from geo.tables import clause, document, mandate, target


def replace_documents(
    connection: Connection,
    documents: Sequence[Mapping[str, Any]],
    clauses: Sequence[Mapping[str, Any]],
    targets: Sequence[Mapping[str, Any]],
) -> None:
    """Store these documents, clauses and targets in place of those stored; what facts or mandates cite must stay."""
    connection.execute(mandate.delete())
    for table, rows in ((document, documents), (clause, clauses), (target, targets)):
        _replace(connection, table, rows)


def replace_mandates(connection: Connection, mandates: Iterable[Mapping[str, Any]]) -> int:
    """Store these mandates in place of those stored; how many. Their features and targets must be stored by then."""
    connection.execute(mandate.delete())
    rows = [dict(row) for row in mandates]
    if rows:
        connection.execute(mandate.insert(), rows)
    return len(rows)


def _replace(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(table.delete().where(table.c.id.not_in([row["id"] for row in rows])))
    if rows:
        statement = insert(table)
        newer = {
            column.name: statement.excluded[column.name]
            for column in table.c
            if column.name != "id" and column.server_default is None  # what is generated follows by itself
        }
        connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=newer), [dict(row) for row in rows]
        )
