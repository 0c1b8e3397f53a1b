"""Documents, their clauses, what the clauses order, and the ledger of targets."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects.postgresql import insert

from geo.errors import FeatureNotFound
from geo.tables import clause, document, mandate, target

_DOCUMENT = """
json_build_object('id', document.id, 'kind', kind, 'number', number, 'number_basis', number_basis,
  'number_basis_en', number_basis_en, 'label_vi', document.label_vi, 'label_en', document.label_en,
  'title_vi', title_vi, 'title_en', title_en, 'issuer', issuer, 'date', date, 'date_basis', date_basis,
  'date_basis_en', date_basis_en, 'text_basis', text_basis, 'relays', relays, 'note', document.note,
  'note_en', document.note_en,
  'clauses', (SELECT count(*) FROM clause WHERE clause.document = document.id),
  'mandates', (SELECT count(*) FROM mandate JOIN clause ON clause.id = mandate.clause
               WHERE clause.document = document.id))
"""
_DOCUMENTS = text(
    f"""
    SELECT convert_to(json_build_object('documents',
      coalesce(json_agg({_DOCUMENT} ORDER BY date DESC, document.id), '[]'))::text, 'UTF8') FROM document
    """
)
_ONE_DOCUMENT = text(
    f"""
    SELECT convert_to(json_build_object('document', {_DOCUMENT}, 'clauses', (
      SELECT coalesce(json_agg(json_build_object('id', clause.id, 'parent', parent, 'label_vi', clause.label_vi,
          'label_en', clause.label_en, 'heading_vi', heading_vi, 'summary_vi', summary_vi, 'summary_en', summary_en,
          'topics', topics, 'open_list', open_list, 'mandates', (
            SELECT coalesce(json_agg(json_build_object('feature', mandate.feature,
                'feature_name_vi', feature.properties ->> 'name_vi', 'layer', feature.layer, 'target', mandate.target,
                'role', role, 'ordered_stage', ordered_stage, 'ordered_finish', ordered_finish, 'implied_stage',
                implied_stage, 'due', due, 'due_basis', due_basis, 'quote_vi', quote_vi, 'text_vi', text_vi, 'named_as',
                named_as, 'confidence', confidence, 'note', mandate.note, 'note_en', mandate.note_en,
                'unmapped_reason', unmapped_reason)
              ORDER BY mandate.id), '[]')
            FROM mandate LEFT JOIN feature ON feature.id = mandate.feature WHERE mandate.clause = clause.id))
        ORDER BY position), '[]')
      FROM clause WHERE clause.document = document.id))::text, 'UTF8')
    FROM document WHERE document.id = :id
    """
)
_TARGETS = text(
    """
    SELECT convert_to(json_build_object('targets', coalesce(json_agg(
        jsonb_build_object('id', target.id) || properties || jsonb_build_object('clauses', (
          SELECT coalesce(jsonb_agg(DISTINCT mandate.clause), '[]') FROM mandate WHERE mandate.target = target.id))
      ORDER BY position), '[]'))::text, 'UTF8')
    FROM target
    """
)


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
        newer = {column.name: statement.excluded[column.name] for column in table.c if column.name != "id"}
        connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=newer), [dict(row) for row in rows]
        )


def documents(connection: Connection) -> bytes:
    """JSON: every document, newest first, with the numbers of its clauses and mandates."""
    body: bytes = connection.execute(_DOCUMENTS).scalar_one()
    return body


def document_with_clauses(connection: Connection, document_id: str) -> bytes:
    """JSON: one document with its clauses in order and the mandates of each. Raises FeatureNotFound."""
    body: bytes | None = connection.execute(_ONE_DOCUMENT, {"id": document_id}).scalar_one_or_none()
    if body is None:
        raise FeatureNotFound(f"There is no document {document_id!r}; /api/documents lists them.")
    return body


def targets(connection: Connection) -> bytes:
    """JSON: the ledger: every target with what is recorded for it, unknown as null, and the clauses that set it."""
    body: bytes = connection.execute(_TARGETS).scalar_one()
    return body
