"""The deadline radar: what is due when, out of mandates, targets and duties, and how each stands."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select, text

from geo import edtf, ledger, past
from geo.errors import InvalidParameter
from geo.judgement import VERDICTS, Judgement
from geo.query import FeatureQuery, conditions
from geo.store import name_patterns
from geo.tables import feature, mandate
from geo.targets import targets, verdict_of

SOON = timedelta(days=365)
"""Due within so long is due soon."""
_UNITS = text(
    """
    SELECT DISTINCT unit.id, unit.full_name, located.feature
    FROM feature_unit AS located JOIN admin_unit AS unit ON unit.id = located.unit
    WHERE located.feature = ANY(:features) AND unit.level = 'district' AND unit.generation = '2024'
    """
)
_ROLES = ("orders", "approves")
_ORDER = {"late": 0, "open": 1, "unknown": 2, "done_late": 3, "done": 4}


def deadlines(connection: Connection, query: FeatureQuery, *, agencies: Collection[str] = ()) -> list[dict[str, Any]]:
    """What is due, the earliest first: one entry for each project and stage, target, and duty without a record.

    The filters of `query` choose projects; a target passes the filter of layers, and with any other filter neither
    targets nor duties are told. `agencies`: issuers of the acts. What several clauses order of one project by one day
    is one entry with all of them. On a day in the past, what was ordered later is left out.
    """
    day = ledger.day_of(query.clocks)
    wanted = _features(connection, query)
    issued = (one for one in ledger.documents(connection, query.clocks) if _issued(one, day))
    documents = {one["id"]: one for one in issued}
    given = [
        one | _act(documents[one["document"]])
        for one in ledger.mandates(connection, query.clocks, features=wanted)
        if one["document"] in documents
    ]
    entries = _projects(one for one in given if one["feature"])
    narrowed = wanted is not None
    if not narrowed:
        first_hand = (one for one in given if not documents[one["document"]]["relays"])
        entries += [_duty(one) for one in first_hand if one["unmapped_reason"] and one["due"]]
    if not narrowed or _by_layer_alone(query):
        entries += _targets(connection, query, day, documents)
    found = [_timed(one, day) for one in entries if not agencies or agencies_of(one) & set(agencies)]
    return sorted(found, key=lambda one: (one["due_last"], _ORDER[one["judgement"]["verdict"]], one["id"]))


def summary(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many entries stand where, `soon` among those that are open."""
    listed = list(entries)
    counts = Counter(one["judgement"]["verdict"] for one in listed)
    return {verdict: counts[verdict] for verdict in VERDICTS} | {"soon": sum(one["soon"] for one in listed)}


def by_unit(connection: Connection, entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How the entries stand in each old district that holds one of their projects, the fullest first."""
    of_project: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in entries:
        if one["feature"]:
            of_project[one["feature"]].append(one)
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in connection.execute(_UNITS, {"features": list(of_project)}):
        counts[row.id, row.full_name].update(one["judgement"]["verdict"] for one in of_project[row.feature])
    listed = [{"id": unit, "full_name": name, "verdicts": dict(count), "entries": count.total()}
              for (unit, name), count in counts.items()]  # fmt: skip
    return sorted(listed, key=lambda one: (-one["entries"], one["full_name"]))


def agencies_of(entry: Mapping[str, Any]) -> set[str]:
    """Who issued the acts behind an entry."""
    return {one["issuer"] for one in entry["orders"] if one["issuer"]}


def known_agencies(connection: Connection) -> list[str]:
    """Every issuer of a document, by its name. Raises nothing; a city without documents has none."""
    return sorted({one["issuer"] for one in ledger.documents(connection) if one["issuer"]})


def require_agencies(asked: Collection[str], known: Collection[str]) -> None:
    """Raises InvalidParameter for an agency that issued nothing, with those that did."""
    wrong = [one for one in asked if one not in known]
    if wrong:
        raise InvalidParameter(f"agency={wrong[0]!r} issued no document; there are: {'; '.join(known)}.", tuple(known))


def _features(connection: Connection, query: FeatureQuery) -> list[str] | None:
    """The ids of the features that have mandates and pass the filters; None where nothing is filtered."""
    patterns = name_patterns(connection, query.q)
    chosen = conditions(query, patterns)
    if len(chosen) == 1:
        return None
    ordered = select(mandate.c.feature).where(mandate.c.feature.is_not(None))
    found = select(feature.c.id).where(feature.c.id.in_(ordered), *chosen)
    return list(connection.scalars(past.at(query.clocks, found)))


def _by_layer_alone(query: FeatureQuery) -> bool:
    return FeatureQuery(layers=query.layers) == FeatureQuery(
        layers=query.layers, statuses=query.statuses, conditions=query.conditions, units=query.units, q=query.q,
        bbox=query.bbox, ids=query.ids, unassigned=query.unassigned,
    )  # fmt: skip


def _projects(given: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    entries: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in given:
        if not one["due"] or one["role"] == "reports":
            continue
        key = (one["feature"], one["ordered_stage"], one["ordered_finish"], one["due"])
        entry = entries.setdefault(key, _entry("project", one["feature"], one) | {"judgement": one["judgement"]})
        entry["orders"].append(_clause(one))
        entry["given"] = entry["given"] or one["role"] in _ROLES
    return [entry for entry in entries.values() if entry["given"]]


def _duty(one: dict[str, Any]) -> dict[str, Any]:
    words = hashlib.sha256((one["quote_vi"] or "").encode()).hexdigest()[:10]
    silent = ledger.told(Judgement("unknown", "not_judged"))
    entry = _entry("duty", f"{one['clause']}-{words}", one) | {"judgement": silent, "given": True}
    return entry | {"name_vi": one["quote_vi"], "name_en": one["quote_vi"], "orders": [_clause(one)]}


def _targets(
    connection: Connection, query: FeatureQuery, day: date, documents: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    entries = []
    for one in targets(connection, query.clocks):
        due = (one["order"] or {}).get("due")
        if not due or not one["ledger"] or (query.layers and one.get("layer") not in query.layers):
            continue
        orders = [
            _clause(order | _act(documents[order["document"]]))
            for order in one["orders"]
            if order["document"] in documents
        ]
        if not orders:
            continue
        judgement = ledger.told(verdict_of(one["ledger"], edtf.parse(due).latest, day))
        entries.append(
            {
                "id": f"target-{one['id']}", "kind": "target", "feature": None, "target": one["id"],
                "name_vi": one["indicator_vi"], "name_en": one.get("indicator_en"), "layer": one.get("layer"),
                "status": None, "status_vi": None, "status_en": None, "condition": None, "due": due,
                "ordered_stage": one["order"]["stage"], "ordered_vi": one["order"]["stage_vi"],
                "ordered_en": one["order"]["stage_en"], "ordered_finish": False, "value": one["value"],
                "unit": one.get("unit"), "unit_en": one.get("unit_en"), "ledger": one["ledger"],
                "orders": orders, "judgement": judgement, "given": True,
            }
        )  # fmt: skip
    return entries


def _entry(kind: str, key: str, one: Mapping[str, Any]) -> dict[str, Any]:
    names = ("feature", "target", "layer", "status", "status_vi", "status_en", "condition", "due", "ordered_stage",
             "ordered_vi", "ordered_en", "ordered_finish")  # fmt: skip
    stage = f"-{one['ordered_stage']}" if one["ordered_stage"] else ""
    told = {name: one[name] for name in names}
    return told | {
        "id": f"{kind}-{key}{stage}-{one['due'].replace('/', '_')}",
        "kind": kind,
        "name_vi": one["feature_name_vi"],
        "name_en": one["feature_name_en"],
        "orders": [],
        "given": False,
    }


def _clause(one: Mapping[str, Any]) -> dict[str, Any]:
    names = ("clause", "clause_label", "clause_label_en", "document", "document_label", "document_label_en", "issuer",
             "issued", "role", "due_basis", "quote_vi")  # fmt: skip
    return {name: one[name] for name in names}


def _timed(entry: dict[str, Any], day: date) -> dict[str, Any]:
    """The entry with the last possible day of its due date, and whether that comes soon."""
    due = edtf.parse(entry["due"])
    del entry["given"]
    precise = {4: "year", 7: "month", 10: "day"}.get(len(entry["due"]), "window")
    soon = entry["judgement"]["verdict"] == "open" and due.latest - day <= SOON
    return entry | {"due_last": due.latest.isoformat(), "precision": precise, "soon": soon}


def _act(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "issuer": document["issuer"],
        "issued": document["date"],
        "document_label": document["label_vi"],
        "document_label_en": document["label_en"],
    }


def _issued(document: Mapping[str, Any], day: date) -> bool:
    return not document["date"] or edtf.parse(document["date"]).earliest <= day
