"""What a search box finds: features, units, documents, clauses, acts that sources name, investors, and codes.

Every kind is asked for by an index of trigrams, at most MOST rows of it are looked at, and the best of those are told.
Where nothing has the words, what is spelt nearly so is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from geo import words
from geo.found import Found, every_word, found, statement, values
from geo.named import acts, investors
from geo.words import Asked

NEAR = 0.45
"""How alike (`word_similarity`) a name must be to what was typed wrongly."""
MOST_BECAME = 4
"""So many units of today are named of one that is no more."""
_LEAST_NEAR = 4
_BEGINS = 4
"""The rank of what begins as was typed; a document found like that is asked for, and not each of its clauses."""
_APART = 7
"""The rank of what has the words apart: in a sentence that says little, unless nothing else is found."""
_NEARLY = 8
"""What is so many hundredths less alike than the best is left out."""
_CODE = re.compile(r"(\d{2,5})(?:@([\w-]{4,20}))?")
_UNIT = "unit_search(unit.full_name)"
_DOCUMENT_SEARCH = "document_search(number, label_vi, label_en, title_vi, title_en)"
_CLAUSE_SEARCH = "clause_search(label_vi, label_en, heading_vi, summary_vi, summary_en)"
# The title as typed, whole, at its beginning or somewhere; then the same without accents; then in another text of the
# thing; then the words apart. What is searched begins with the title, and is about as long without accents.
_RANK = """
CASE WHEN strpos(' ' || lower({title}) || ' ', ' ' || :exact || ' ') > 0
     THEN CASE WHEN lower({title}) = :exact THEN 0 WHEN strpos(lower({title}), :exact) = 1 THEN 1 ELSE 2 END
     WHEN search LIKE :whole THEN 3 WHEN search LIKE :begins THEN 4
     WHEN strpos(search, :part) BETWEEN 1 AND length({title}) THEN 5 WHEN strpos(search, :part) > 0 THEN 6 ELSE 7 END
"""
_FEATURES = """
WITH found AS MATERIALIZED (
  SELECT id, search, properties ->> 'name_vi' AS title FROM feature WHERE NOT withdrawn AND {wanted} LIMIT :most),
best AS (
  SELECT id, CASE WHEN id = :typed THEN 0 ELSE {rank} END AS rank, length(title) AS size FROM found
  ORDER BY rank, size, id LIMIT :limit)
SELECT feature.id, best.rank, feature.layer, feature.status, feature.properties ->> 'name_vi' AS name_vi,
  feature.properties ->> 'name_en' AS name_en, feature.properties -> 'alt_names' AS alt_names,
  feature.properties ->> 'programme' AS programme, ST_X(spot) AS lon, ST_Y(spot) AS lat,
  (SELECT string_agg(unit.full_name, ', ' ORDER BY unit.full_name)
   FROM (SELECT unit.full_name FROM feature_unit JOIN admin_unit AS unit ON unit.id = feature_unit.unit
         WHERE feature_unit.feature = feature.id AND unit.generation = '2025-07' ORDER BY 1 LIMIT 2) AS unit) AS units
FROM best JOIN feature ON feature.id = best.id, ST_PointOnSurface(feature.geometry::geometry) AS spot
ORDER BY best.rank, best.size, feature.id
"""
# A unit that a resolution left as it was is told once, as the later one, which holds the earlier whole.
_UNITS = """
WITH found AS MATERIALIZED (
  SELECT unit.*, unit_search(full_name) AS search FROM admin_unit AS unit WHERE {wanted} LIMIT :most),
best AS (
  SELECT unit.*, CASE WHEN unit.id = :typed OR lower(unit.name) = :exact THEN 0
                      WHEN unit.folded = :slug OR unit.folded_full = :slug THEN LEAST(3, {rank}) ELSE {rank} END AS rank
  FROM found AS unit
  WHERE CAST(:code AS text) IS NOT NULL OR NOT EXISTS (
    SELECT FROM admin_succession AS step JOIN admin_unit AS later ON later.id = step.successor
    WHERE step.predecessor = unit.id AND step.relation = 'whole' AND later.full_name = unit.full_name
      AND later.level = unit.level)
  ORDER BY rank, unit.province_code DESC, unit.valid_to IS NOT NULL, unit.level DESC, unit.valid_to DESC, unit.id
  LIMIT :limit)
SELECT best.id, best.rank, best.full_name, best.generation, best.code, best.province_code, parent.full_name AS parent,
  CASE WHEN CAST(:code AS text) IS NULL AND EXISTS (
    SELECT FROM admin_succession AS step JOIN admin_unit AS earlier ON earlier.id = step.predecessor
    WHERE step.successor = best.id AND step.relation = 'whole' AND earlier.full_name = best.full_name
      AND earlier.level = best.level) THEN NULL ELSE best.valid_from END AS valid_from, best.valid_to,
  ARRAY(SELECT now.full_name FROM admin_unit_today AS became JOIN admin_unit AS now ON now.id = became.today
        WHERE became.unit = best.id ORDER BY became.relation DESC, now.full_name LIMIT {most_became}) AS became,
  (SELECT count(*) FROM admin_unit_today AS became WHERE became.unit = best.id) AS became_all
FROM best LEFT JOIN admin_unit AS parent ON parent.id = best.parent
ORDER BY best.rank, best.province_code DESC, best.valid_to IS NOT NULL, best.level DESC, best.valid_to DESC, best.id
"""
_DOCUMENTS = """
WITH found AS MATERIALIZED (SELECT *, {searched} AS search FROM document WHERE {wanted} LIMIT :most)
SELECT id, label_vi, label_en, title_vi, title_en, number, date, {rank} AS rank FROM found
ORDER BY rank, length(label_vi), date DESC, id LIMIT :limit
"""
# Every clause is labelled with its document: whoever asks for that does not ask for each of its clauses.
_CLAUSES = """
WITH found AS MATERIALIZED (
  SELECT *, {searched} AS search FROM clause
  WHERE {wanted} AND document <> ALL (ARRAY(SELECT id FROM document WHERE {of_document})) LIMIT :most)
SELECT id, document, label_vi, label_en, heading_vi, summary_vi, summary_en, {rank} AS rank FROM found
ORDER BY rank, document DESC, position, id LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A kind whose words stand in several `fields`, which `search` looks into."""

    name: str
    sql: str
    search: str
    fields: tuple[str, ...]


_DOCUMENT = Told("document", _DOCUMENTS, _DOCUMENT_SEARCH, ("label_vi", "number", "title_vi", "label_en", "title_en"))
_CLAUSE = Told("clause", _CLAUSES, _CLAUSE_SEARCH, ("label_vi", "heading_vi", "summary_vi", "label_en", "summary_en"))


def find(connection: Connection, typed: str, limit: int) -> list[Found]:
    """What has the words of `typed`, the best of each kind first, at most `limit` of a kind; nothing for no words."""
    folded = connection.execute(statement("SELECT fold(:typed)"), {"typed": typed}).scalar_one()
    asked = words.asked(typed, folded)
    if asked is None:
        return []
    documents = _texts(connection, _DOCUMENT, asked, limit)
    told = [*_features(connection, asked, limit), *_units(connection, asked, limit), *documents]
    if not any(one.rank <= _BEGINS for one in documents):
        told += _texts(connection, _CLAUSE, asked, limit)
    numbers = {one.told.number for one in documents}
    told += investors(connection, asked, limit)
    told += [one for one in acts(connection, asked, limit) if one.id not in numbers]
    told += _codes(connection, asked, limit)
    if any(one.rank < _APART for one in told):
        told = [
            one for one in told if one.kind != "clause" or one.rank < _APART or words.fits(asked, one.told.label_vi)
        ]
    if told or len(asked.folded) < _LEAST_NEAR or not any(character.isalpha() for character in asked.folded):
        return told
    connection.execute(
        statement("SELECT set_config('pg_trgm.word_similarity_threshold', :near, true)"), {"near": str(NEAR)}
    )
    alike = [one for kind in (_features, _units, investors) for one in kind(connection, asked, limit, near=True)]
    alike += [one for kind in (_DOCUMENT, _CLAUSE) for one in _texts(connection, kind, asked, limit, near=True)]
    return [one for one in alike if one.rank <= min(other.rank for other in alike) + _NEARLY]


def _features(connection: Connection, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    told = []
    for row in _rows(connection, _FEATURES, asked, limit, near=near, search="search", title="title"):
        others = [("alt_names", one) for one in row.alt_names or ()]
        texts = [
            ("name_vi", row.name_vi),
            ("name_en", row.name_en),
            *others,
            ("programme", row.programme),
            ("id", row.id),
        ]
        why = ("id", row.id) if asked.typed == row.id else words.best_field(asked, texts)
        told.append(found("project", asked, row, why, near))
    return told


def _units(connection: Connection, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    rows = _rows(connection, _UNITS, asked, limit, near=near, search=_UNIT, title="unit.full_name")
    return [found("unit", asked, row, ("full_name", row.full_name), near) for row in rows]


def _texts(connection: Connection, kind: Told, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    """Documents, or clauses."""
    rows = _rows(connection, kind.sql, asked, limit, near=near, search=kind.search, title="label_vi")
    told = [(row, [(name, getattr(row, name)) for name in kind.fields]) for row in rows]
    return [found(kind.name, asked, row, words.best_field(asked, texts), near) for row, texts in told]


def _codes(connection: Connection, asked: Asked, limit: int) -> list[Found]:
    """Units by the code that a list of the statistics office gave them, in whichever generation."""
    code = _CODE.fullmatch(asked.typed)
    if code is None:
        return []
    wanted = "unit.code LIKE :code AND (CAST(:generation AS text) IS NULL OR unit.generation LIKE :generation)"
    given = {"code": f"{code[1]}%", "generation": code[2] and f"{code[2].replace('units-', '')}%"}
    asking = statement(
        _UNITS.format(wanted=wanted, most_became=MOST_BECAME, rank="CASE WHEN unit.code = :typed THEN 1 ELSE 4 END")
    )
    rows = connection.execute(asking, {**values(asked, limit), **given})
    return [Found("code", row.id, row.rank, row, ("code", row.code), ((0, len(code[1])),)) for row in rows]


def _rows(
    connection: Connection, sql: str, asked: Asked, limit: int, *, near: bool, search: str, title: str
) -> Sequence[Any]:
    if near:
        rank, wanted = "100 - (100 * word_similarity(:phrase, search))::int", f":phrase <% {search}"
    else:
        rank, wanted = _RANK.format(title=title), every_word(search, asked)
    of_document = every_word("act_search(label_vi || ' / ' || label_en)", asked)
    asking = statement(
        sql.format(rank=rank, wanted=wanted, searched=search, of_document=of_document, most_became=MOST_BECAME)
    )
    return connection.execute(asking, values(asked, limit)).all()
