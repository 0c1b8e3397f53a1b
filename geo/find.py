"""What a search box finds: features, units, documents, clauses, acts that sources name, investors, and codes.

Every kind is asked for by an index of trigrams, at most MOST rows of it are looked at, and the best of those are told.
Where nothing has the words, what is spelt nearly so is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from geo import words
from geo.found import Found, Question, answers, every_word, values
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
# The title as typed, whole, at its beginning or somewhere; then the same without accents; then in another text of the
# thing; then the words apart. What is searched begins with the title, and is about as long without accents.
_RANK = """
CASE WHEN strpos(' ' || lower({title}) || ' ', ' ' || %(exact)s || ' ') > 0
     THEN CASE WHEN lower({title}) = %(exact)s THEN 0 WHEN strpos(lower({title}), %(exact)s) = 1 THEN 1 ELSE 2 END
     WHEN search LIKE %(whole)s THEN 3 WHEN search LIKE %(begins)s THEN 4
     WHEN strpos(search, %(part)s) BETWEEN 1 AND length({title}) THEN 5 WHEN strpos(search, %(part)s) > 0 THEN 6
     ELSE 7 END
"""
_FEATURES = """
WITH found AS MATERIALIZED (
  SELECT id, search, properties ->> 'name_vi' AS title FROM feature WHERE NOT withdrawn AND {wanted} LIMIT %(most)s),
best AS (
  SELECT id, CASE WHEN id = %(typed)s THEN 0 ELSE {rank} END AS rank, length(title) AS size FROM found
  ORDER BY rank, size, id LIMIT %(limit)s)
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
  SELECT * FROM admin_unit AS unit WHERE {wanted} LIMIT %(most)s),
best AS (
  SELECT unit.*, CASE WHEN unit.id = %(typed)s OR lower(unit.name) = %(exact)s THEN 0
                      WHEN %(slug)s IN (unit.folded, unit.folded_full) THEN LEAST(3, {rank}) ELSE {rank} END AS rank
  FROM found AS unit
  WHERE CAST(%(code)s AS text) IS NOT NULL OR NOT EXISTS (
    SELECT FROM admin_succession AS step JOIN admin_unit AS later ON later.id = step.successor
    WHERE step.predecessor = unit.id AND step.relation = 'whole' AND later.full_name = unit.full_name
      AND later.level = unit.level)
  ORDER BY rank, unit.province_code DESC, unit.valid_to IS NOT NULL, unit.level DESC, unit.valid_to DESC, unit.id
  LIMIT %(limit)s)
SELECT best.id, best.rank, best.full_name, best.generation, best.code, best.province_code, parent.full_name AS parent,
  CASE WHEN CAST(%(code)s AS text) IS NULL AND EXISTS (
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
WITH found AS MATERIALIZED (SELECT * FROM document WHERE {wanted} LIMIT %(most)s)
SELECT id, label_vi, label_en, title_vi, title_en, number, date, {rank} AS rank FROM found
ORDER BY rank, length(label_vi), date DESC, id LIMIT %(limit)s
"""
# Every clause is labelled with its document: whoever asks for that does not ask for each of its clauses.
_CLAUSES = """
WITH found AS MATERIALIZED (
  SELECT * FROM clause
  WHERE {wanted} AND document <> ALL (ARRAY(SELECT id FROM document WHERE {of_document})) LIMIT %(most)s)
SELECT id, document, label_vi, label_en, heading_vi, summary_vi, summary_en, {rank} AS rank FROM found
ORDER BY rank, document DESC, position, id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A kind whose words stand in several `fields`."""

    name: str
    sql: str
    fields: tuple[str, ...]


_DOCUMENT = Told("document", _DOCUMENTS, ("label_vi", "number", "title_vi", "label_en", "title_en"))
_CLAUSE = Told("clause", _CLAUSES, ("label_vi", "heading_vi", "summary_vi", "label_en", "summary_en"))


def find(connection: Connection, typed: str, limit: int) -> list[Found]:
    """What has the words of `typed`, the best of each kind first, at most `limit` of a kind; nothing for no words."""
    asked = words.asked(typed, _folded(connection, typed))
    if asked is None:
        return []
    features, units, documents, clauses, invested, decided, coded = answers(
        connection,
        (
            _features(asked, limit),
            _units(asked, limit),
            _texts(_DOCUMENT, asked, limit),
            _texts(_CLAUSE, asked, limit),
            investors(asked, limit),
            acts(asked, limit),
            _codes(asked, limit),
        ),
    )
    numbers = {one.told.number for one in documents}
    told = [*features, *units, *documents, *invested, *(one for one in decided if one.id not in numbers), *coded]
    if not any(one.rank <= _BEGINS for one in documents):
        told += clauses
    if any(one.rank < _APART for one in told):
        told = [
            one for one in told if one.kind != "clause" or one.rank < _APART or words.fits(asked, one.told.label_vi)
        ]
    if told or len(asked.folded) < _LEAST_NEAR or not any(character.isalpha() for character in asked.folded):
        return told
    connection.execute(text("SELECT set_config('pg_trgm.word_similarity_threshold', :near, true)"), {"near": str(NEAR)})
    nearly = (
        *(kind(asked, limit, near=True) for kind in (_features, _units, investors)),
        *(_texts(kind, asked, limit, near=True) for kind in (_DOCUMENT, _CLAUSE)),
    )
    alike = [one for several in answers(connection, nearly) for one in several]
    return [one for one in alike if one.rank <= min(other.rank for other in alike) + _NEARLY]


def _folded(connection: Connection, typed: str) -> str:
    """What `fold` of the database makes of it, which is asked for letters that no Vietnamese or English word has."""
    if words.is_plain(typed):
        return words.plain(typed)
    folded: str = connection.execute(text("SELECT fold(:typed)"), {"typed": typed}).scalar_one()
    return folded


def _features(asked: Asked, limit: int, *, near: bool = False) -> Question:
    def told(rows: Sequence[Any]) -> list[Found]:
        return [_found("project", asked, row, near, _names(asked, row)) for row in rows]

    return _asking(_FEATURES, asked, limit, told, near=near, title="title")


def _names(asked: Asked, row: Any) -> list[tuple[str, str | None]]:
    if asked.typed == row.id:
        return [("id", row.id)]
    others = [("alt_names", one) for one in row.alt_names or ()]
    return [
        ("name_vi", row.name_vi),
        ("name_en", row.name_en),
        *others,
        ("programme", row.programme),
        ("id", row.id),
    ]


def _units(asked: Asked, limit: int, *, near: bool = False) -> Question:
    def told(rows: Sequence[Any]) -> list[Found]:
        return [_found("unit", asked, row, near, [("full_name", row.full_name)]) for row in rows]

    return _asking(_UNITS, asked, limit, told, near=near, title="unit.full_name")


def _texts(kind: Told, asked: Asked, limit: int, *, near: bool = False) -> Question:
    """Documents, or clauses."""

    def told(rows: Sequence[Any]) -> list[Found]:
        return [_found(kind.name, asked, row, near, [(one, getattr(row, one)) for one in kind.fields]) for row in rows]

    return _asking(kind.sql, asked, limit, told, near=near, title="label_vi")


def _found(kind: str, asked: Asked, row: Any, near: bool, texts: list[tuple[str, str | None]]) -> Found:
    return Found(kind, row.id, row.rank, row, asked, texts, near)


def _codes(asked: Asked, limit: int) -> Question | None:
    """Units by the code that a list of the statistics office gave them, in whichever generation."""
    code = _CODE.fullmatch(asked.typed)
    if code is None:
        return None
    wanted = "unit.code LIKE %(code)s AND (%(generation)s::text IS NULL OR unit.generation LIKE %(generation)s)"
    given = {"code": f"{code[1]}%", "generation": code[2] and f"{code[2].replace('units-', '')}%"}
    begins = len(code[1])

    def told(rows: Sequence[Any]) -> list[Found]:
        return [Found("code", row.id, row.rank, row, asked, [("code", row.code)], begins=begins) for row in rows]

    rank = "CASE WHEN unit.code = %(typed)s THEN 1 ELSE 4 END"
    sql = _UNITS.format(wanted=wanted, most_became=MOST_BECAME, rank=rank)
    return Question(sql, values(asked, limit) | given, told)


def _asking(
    sql: str, asked: Asked, limit: int, told: Callable[[Sequence[Any]], list[Found]], *, near: bool, title: str
) -> Question:
    if near:
        rank, wanted = "100 - (100 * word_similarity(%(phrase)s, search))::int", "%(phrase)s <%% search"
    else:
        rank, wanted = _RANK.format(title=title), every_word("search", asked)
    of_document = every_word("act_search(label_vi || ' / ' || label_en)", asked)
    sql = sql.format(rank=rank, wanted=wanted, of_document=of_document, most_became=MOST_BECAME)
    return Question(sql, values(asked, limit), told)
