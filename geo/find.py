"""What a search box finds: features, units, documents, clauses, acts that sources name, and codes.

Every kind is asked for by an index of trigrams, at most MOST rows of it are looked at, and the best of those are told.
Where nothing has the words, what is spelt nearly so is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

from geo import words
from geo.words import Asked

MOST = 400
"""So many rows of one kind are weighed; of a word that more have, the first that the index gives."""
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
_ACT = re.compile(r"\d{1,5}/(?:\d{4}/)?[A-ZĐ][A-ZĐa-z]*\d*(?:-[A-ZĐ][A-ZĐa-z]*\d*)*|\d{1,4}-[A-ZĐ]{2,}/[A-ZĐ]{2,}")
_CODE = re.compile(r"(\d{2,5})(?:@([\w-]{4,20}))?")
_UNIT = "unit_search(unit.full_name)"
_DOCUMENT = "document_search(number, label_vi, label_en, title_vi, title_en)"
_CLAUSE = "clause_search(label_vi, label_en, heading_vi, summary_vi, summary_en)"
_DECIDED = "act_search(properties ->> 'decisions')"
_TOLD = "source || ' / ' || coalesce(text_vi, '')"
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
_ACTS = f"""
SELECT feature, told FROM (
  (SELECT id AS feature, properties ->> 'decisions' AS told FROM feature
   WHERE properties ? 'decisions' AND NOT withdrawn AND {{decided}} LIMIT :most)
  UNION ALL
  (SELECT feature, {_TOLD} FROM status_fact
   WHERE ({_TOLD}) ~ '[0-9]/[A-Z0-9]' AND retracted_by IS NULL AND {{told}} LIMIT :most)) AS found
ORDER BY feature
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found. `rank`: the smaller the better, the same for all kinds. `told`: its columns.

    `why`: the field that has the words, and its text. `marks`: where they stand in it, from and to. `near`: it is only
    spelt nearly so.
    """

    kind: str
    id: str
    rank: int
    told: Any
    why: tuple[str, str]
    marks: tuple[tuple[int, int], ...]
    near: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """A decision that sources name, and the features whose sources do."""

    number: str
    features: list[str] = field(default_factory=list)


def find(connection: Connection, typed: str, limit: int) -> list[Found]:
    """What has the words of `typed`, the best of each kind first, at most `limit` of a kind; nothing for no words."""
    folded = connection.execute(_statement("SELECT fold(:typed)"), {"typed": typed}).scalar_one()
    asked = words.asked(typed, folded)
    if asked is None:
        return []
    documents = _documents(connection, asked, limit)
    found = [*_features(connection, asked, limit), *_units(connection, asked, limit), *documents]
    if not any(one.rank <= _BEGINS for one in documents):
        found += _clauses(connection, asked, limit)
    numbers = {one.told.number for one in documents}
    found += [one for one in _acts(connection, asked, limit) if one.id not in numbers]
    found += _codes(connection, asked, limit)
    if any(one.rank < _APART for one in found):
        found = [
            one for one in found if one.kind != "clause" or one.rank < _APART or words.fits(asked, one.told.label_vi)
        ]
    if found or len(asked.folded) < _LEAST_NEAR or not any(character.isalpha() for character in asked.folded):
        return found
    connection.execute(
        _statement("SELECT set_config('pg_trgm.word_similarity_threshold', :near, true)"), {"near": str(NEAR)}
    )
    kinds = (_features, _units, _documents, _clauses)
    alike = [one for kind in kinds for one in kind(connection, asked, limit, near=True)]
    return [one for one in alike if one.rank <= min(other.rank for other in alike) + _NEARLY]


def _features(connection: Connection, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    found = []
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
        found.append(_found("project", asked, row, why, near))
    return found


def _units(connection: Connection, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    rows = _rows(connection, _UNITS, asked, limit, near=near, search=_UNIT, title="unit.full_name")
    return [_found("unit", asked, row, ("full_name", row.full_name), near) for row in rows]


def _documents(connection: Connection, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    found = []
    for row in _rows(connection, _DOCUMENTS, asked, limit, near=near, search=_DOCUMENT, title="label_vi"):
        texts = [("label_vi", row.label_vi), ("number", row.number), ("title_vi", row.title_vi),
                 ("label_en", row.label_en), ("title_en", row.title_en)]  # fmt: skip
        found.append(_found("document", asked, row, words.best_field(asked, texts), near))
    return found


def _clauses(connection: Connection, asked: Asked, limit: int, *, near: bool = False) -> list[Found]:
    found = []
    for row in _rows(connection, _CLAUSES, asked, limit, near=near, search=_CLAUSE, title="label_vi"):
        texts = [("label_vi", row.label_vi), ("heading_vi", row.heading_vi), ("summary_vi", row.summary_vi),
                 ("label_en", row.label_en), ("summary_en", row.summary_en)]  # fmt: skip
        found.append(_found("clause", asked, row, words.best_field(asked, texts), near))
    return found


def _acts(connection: Connection, asked: Asked, limit: int) -> list[Found]:
    """Acts whose number has every word, those first that more features name."""
    if not any(character.isdigit() for character in asked.folded):
        return []
    wanted = {"decided": _all(_DECIDED, asked), "told": _all(f"act_search({_TOLD})", asked)}
    acts: dict[str, Act] = {}
    for row in connection.execute(_statement(_ACTS.format(**wanted)), _values(asked, limit)):
        for number in dict.fromkeys(_ACT.findall(row.told)):
            folded = f" {words.plain(number)} "
            if all(any(f" {one}" in folded for one in several) for several in asked.words):
                act = acts.setdefault(number, Act(number))
                if row.feature not in act.features[-1:]:
                    act.features.append(row.feature)
    best = sorted(acts.values(), key=lambda act: (-len(act.features), act.number))[:limit]
    return [_act(asked, act) for act in best]


def _act(asked: Asked, act: Act) -> Found:
    rank = 1 if act.number.lower().startswith(asked.exact) else 4
    return Found("act", act.number, rank, act, ("number", act.number), words.marks(asked, act.number))


def _codes(connection: Connection, asked: Asked, limit: int) -> list[Found]:
    """Units by the code that a list of the statistics office gave them, in whichever generation."""
    code = _CODE.fullmatch(asked.typed)
    if code is None:
        return []
    wanted = "unit.code LIKE :code AND (CAST(:generation AS text) IS NULL OR unit.generation LIKE :generation)"
    given = {"code": f"{code[1]}%", "generation": code[2] and f"{code[2].replace('units-', '')}%"}
    statement = _statement(
        _UNITS.format(wanted=wanted, most_became=MOST_BECAME, rank="CASE WHEN unit.code = :typed THEN 1 ELSE 4 END")
    )
    rows = connection.execute(statement, {**_values(asked, limit), **given})
    return [Found("code", row.id, row.rank, row, ("code", row.code), ((0, len(code[1])),)) for row in rows]


def _rows(
    connection: Connection, statement: str, asked: Asked, limit: int, *, near: bool, search: str, title: str
) -> Sequence[Any]:
    if near:
        rank, wanted = "100 - (100 * word_similarity(:phrase, search))::int", f":phrase <% {search}"
    else:
        rank, wanted = _RANK.format(title=title), _all(search, asked)
    of_document = _all("act_search(label_vi || ' / ' || label_en)", asked)
    asking = _statement(
        statement.format(rank=rank, wanted=wanted, searched=search, of_document=of_document, most_became=MOST_BECAME)
    )
    return connection.execute(asking, _values(asked, limit)).all()


@lru_cache(128)
def _statement(sql: str) -> TextClause:
    return text(sql)


def _all(search: str, asked: Asked) -> str:
    return " AND ".join(f"{search} LIKE ANY (:word_{number})" for number, _ in enumerate(asked.words))


def _values(asked: Asked, limit: int) -> dict[str, Any]:
    phrase = asked.folded
    return {
        "typed": asked.typed,
        "exact": asked.exact,
        "phrase": phrase,
        "slug": phrase.replace(" ", "-"),
        "whole": f" {phrase} ",
        "begins": f" {phrase}%",
        "part": f" {phrase}",
        "most": MOST,
        "code": None,
        "limit": limit,
        **{f"word_{number}": patterns for number, patterns in enumerate(asked.patterns)},
    }


def _found(kind: str, asked: Asked, row: Any, why: tuple[str, str], near: bool) -> Found:
    return Found(kind, row.id, row.rank, row, why, words.marks(asked, why[1], near=near), near)
