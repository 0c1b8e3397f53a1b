"""What the documents order, held against what is on record: reads clauses and mandates, and judges each one."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from geo import edtf, past
from geo.clocks import Clocks
from geo.errors import FeatureNotFound
from geo.judgement import REASONS, UNMAPPED, VERDICTS, Evidence, Judgement, Order, judge
from geo.status import STATUSES, Words
from geo.tables import document

MOST = 20_000
"""So many mandates are read at most; the five documents of the city have 228."""
_TOLD = ", ".join(one.name for one in document.c if one.server_default is None)
_DOCUMENTS = text(f"SELECT {_TOLD} FROM document ORDER BY date DESC, id")
_CLAUSES = text(
    """
    SELECT id, parent, document, label_vi, label_en, heading_vi, summary_vi, summary_en, topics, open_list
    FROM clause WHERE CAST(:document AS text) IS NULL OR document = :document ORDER BY document, position
    """
)
FACTS = """
    SELECT json_agg(json_build_object('id', told.id, 'status', told.status, 'basis', told.basis,
      'valid_from', told.edtf, 'document', cited.document, 'uncertain', told.uncertain, 'source', told.source,
      'source_url', told.source_url, 'clause_label', cited.label_vi, 'clause_label_en', cited.label_en))
    FROM status_fact AS told LEFT JOIN clause AS cited ON cited.id = told.clause
    WHERE told.status IS NOT NULL AND CASE WHEN CAST(:known AS timestamptz) IS NULL THEN told.retracted_by IS NULL ELSE
        (SELECT recorded_at <= :known FROM changeset WHERE changeset.id = told.changeset)
        AND coalesce((SELECT recorded_at > :known FROM changeset WHERE changeset.id = told.retracted_by), true) END
      AND told.feature
"""
"""The stages told of a feature, known at `:known` or now, as `evidence` takes them; `= feature.id` follows."""
_MANDATES = text(
    f"""
    SELECT mandate.id, mandate.clause, clause.label_vi AS clause_label, clause.label_en AS clause_label_en,
      clause.document, mandate.role, mandate.feature, feature.layer,
      feature.properties ->> 'name_vi' AS feature_name_vi,
      feature.properties ->> 'name_en' AS feature_name_en, feature.status, feature.condition, mandate.target,
      mandate.ordered_stage, mandate.ordered_finish, mandate.implied_stage, mandate.due, mandate.due_basis,
      mandate.quote_vi, mandate.text_vi, mandate.named_as, mandate.confidence, mandate.note, mandate.note_en,
      mandate.unmapped_reason, coalesce(feature.withdrawn, false) AS withdrawn,
      ({FACTS} = mandate.feature) AS facts
    FROM mandate JOIN clause ON clause.id = mandate.clause JOIN document ON document.id = clause.document
    LEFT JOIN feature ON feature.id = mandate.feature
    WHERE (CAST(:document AS text) IS NULL OR clause.document = :document)
      AND (CAST(:features AS text[]) IS NULL OR mandate.feature = ANY(:features))
    ORDER BY document.date DESC, document.id, clause.position, mandate.id LIMIT :most
    """
).columns()
_ROMAN = re.compile(r"[ivx]+")


def day_of(clocks: Clocks | None) -> date:
    """The day whose state is asked for; today's where no clock is set."""
    return edtf.today() if clocks is None else clocks.day


def documents(connection: Connection, clocks: Clocks | None = None) -> list[dict[str, Any]]:
    """Every document, newest first, with its numbers of clauses and mandates, and how those stand."""
    orders: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in mandates(connection, clocks):
        orders[one["document"]].append(one)
    clauses: Counter[str] = Counter()
    for clause in connection.execute(_CLAUSES, {"document": None}):
        clauses[clause.document] += 1
    return [
        dict(document) | _numbers(clauses[document["id"]], orders[document["id"]])
        for document in connection.execute(_DOCUMENTS).mappings()
    ]


def outline(connection: Connection, document_id: str, clocks: Clocks | None = None) -> dict[str, Any]:
    """One document with its clauses in order, what each orders and how that stands.

    `nowhere` says why a clause leads to no record: the reasons of what it asks for, `general` where it asks for nothing
    that the map could hold; empty where all of it is here, or its own clauses tell. Raises FeatureNotFound.
    """
    found = [row for row in connection.execute(_DOCUMENTS).mappings() if row["id"] == document_id]
    if not found:
        raise FeatureNotFound(f"There is no document {document_id!r}; /api/documents lists them.")
    orders: dict[str, list[dict[str, Any]]] = defaultdict(list)
    told = mandates(connection, clocks, document=document_id)
    for one in told:
        orders[one["clause"]].append(one)
    rows = connection.execute(_CLAUSES, {"document": document_id}).all()
    parents = {row.parent for row in rows}
    depth: dict[str | None, int] = {None: -1}
    clauses = []
    for row in rows:
        depth[row.id] = depth.get(row.parent, -1) + 1
        clauses.append(
            dict(row._mapping)
            | {"number": number(row.id), "depth": depth[row.id], "mandates": orders[row.id]}
            | {"nowhere": _nowhere(orders[row.id], has_parts=row.id in parents)}
        )
    return {"document": dict(found[0]) | _numbers(len(rows), told), "clauses": clauses}


def mandates(
    connection: Connection,
    clocks: Clocks | None = None,
    *,
    document: str | None = None,
    features: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """The mandates of a document, or about these features, each judged on the day of `clocks`, today where None."""
    silent = _silent([dict(row) for row in connection.execute(_DOCUMENTS).mappings()])
    wanted: dict[str, Any] = {"document": document, "most": MOST}
    wanted["features"] = None if features is None else list(features)
    wanted["known"] = None if clocks is None else clocks.known
    rows = connection.execute(past.at(clocks, _MANDATES), wanted).mappings()
    there = (row for row in rows if not row["withdrawn"] and (row["layer"] or not row["feature"]))
    return [_judged(dict(row), silent, day_of(clocks)) for row in there]


def number(clause_id: str) -> str:
    """The clause's number as its document prints it: II.2.1, (10) for an indicator, ¶ 3 for a paragraph without one."""
    parts = clause_id.partition("#")[2].split(".")
    if parts[0][:1] == "p" and parts[0][1:].isdigit() and len(parts) > 1:
        return f"({parts[1]})"
    if parts[-1][:1] == "p" and parts[-1][1:].isdigit():
        return f"¶ {parts[-1][1:]}"
    if parts[-1].startswith("cap") and parts[-1][3:].isdigit():
        return f"▣ {parts[-1][3:]}"
    if parts[0].isdigit() or _ROMAN.fullmatch(parts[0]):
        return ".".join(part.upper() for part in parts)
    return "→" if parts[-1] == "recipients" else "·"


def told(judgement: Judgement, facts: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A judgement in words of both languages, with the fact that decides it, out of `facts`."""
    code, reason = VERDICTS[judgement.verdict], REASONS[judgement.reason]
    fact = next((one for one in facts if judgement.evidence and one["id"] == judgement.evidence.id), None)
    return {
        "verdict": judgement.verdict,
        "verdict_vi": code.label.vi,
        "verdict_en": code.label.en,
        "reason": judgement.reason,
        "reason_vi": reason.vi,
        "reason_en": reason.en,
        "in_time": judgement.in_time,
        "evidence": fact,
    }


def _judged(row: dict[str, Any], silent: Mapping[str, tuple[str | None, frozenset[str]]], day: date) -> dict[str, Any]:
    facts: list[dict[str, Any]] = row.pop("facts") or []
    del row["withdrawn"]
    issued, quiet = silent[row["document"]]
    row["ordered_vi"], row["ordered_en"] = _words(row["ordered_stage"])
    row["status_vi"], row["status_en"] = _words(row["status"])
    row["judgement"] = None
    if row["unmapped_reason"]:
        reason = UNMAPPED.get(row["unmapped_reason"], Words(row["unmapped_reason"], row["unmapped_reason"]))
        row["unmapped_vi"], row["unmapped_en"] = reason.vi, reason.en
    elif row["feature"] and row["role"] != "reports":
        order = Order(row["ordered_stage"], row["ordered_finish"], row["due"], issued, quiet)
        row["judgement"] = told(judge(order, evidence(facts), day), facts)
    return row


def evidence(facts: Iterable[Mapping[str, Any]]) -> list[Evidence]:
    """The facts as they may answer an order."""
    names = ("id", "status", "basis", "valid_from", "document", "uncertain")
    return [Evidence(**{name: fact[name] for name in names}) for fact in facts]


def _silent(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str | None, frozenset[str]]]:
    """For each document the date of its act, and the documents that cannot testify for it: its own and its relays."""
    dates = {row["id"]: row["date"] for row in rows}
    root = {row["id"]: row["relays"] or row["id"] for row in rows}
    return {
        one: (dates.get(act, dates[one]), frozenset(other for other in root if root[other] == act) | {act})
        for one, act in root.items()
    }


def _numbers(clauses: int, orders: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    # "Faster" without a stage or a day cannot be judged, and is not counted as unknown.
    judged = [one for one in orders if one["judgement"] and (one["ordered_stage"] or one["due"])]
    verdicts = Counter(one["judgement"]["verdict"] for one in judged)
    return {
        "clauses": clauses,
        "mandates": len(orders),
        "projects": len({one["feature"] for one in orders if one["feature"]}),
        "unmapped": sum(one["unmapped_reason"] is not None for one in orders),
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
    }


def _nowhere(orders: Sequence[Mapping[str, Any]], *, has_parts: bool) -> list[str]:
    if not orders:
        return [] if has_parts else ["general"]
    return sorted({one["unmapped_reason"] for one in orders if one["unmapped_reason"]})


def _words(stage: str | None) -> tuple[str | None, str | None]:
    code = STATUSES.get(stage or "")
    return (code.label.vi, code.label.en) if code else (None, None)
