"""The ledger of targets: what was promised, what is on record for it, and what nobody knows, which is never zero."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, column, text

from geo import ledger, past
from geo.clocks import Clocks
from geo.judgement import Judgement, Order, Verdict, goal, judge
from geo.status import LIFECYCLES, STATUSES

_TARGETS = text("SELECT id, properties FROM target ORDER BY position")
_ROWS = text(
    f"""
    SELECT feature.id, layer, properties ->> 'name_vi' AS name_vi, properties ->> 'name_en' AS name_en, status,
      condition, ({ledger.FACTS} = feature.id) AS facts
    FROM feature WHERE feature.id = ANY(:ids) AND NOT withdrawn
    """
).columns()
_SAME_LAYER = text("SELECT layer, count(*)::int AS features FROM feature WHERE NOT withdrawn GROUP BY layer").columns(
    column("layer"), column("features")
)


def targets(connection: Connection, clocks: Clocks | None = None) -> list[dict[str, Any]]:
    """Every target with its order, its numbers and the records behind them, as they stand on the day of `clocks`.

    `rows`: the records that the target counts, each with its judgement. `ledger`: target, recorded, done, done_late,
    late, open, unknown, in the target's own unit; None for a plain figure, of which no record can tell. A number that
    might be larger than what is known is null, never 0. `layer_features`: how many records its layer has, named or not.
    """
    orders: dict[str, list[dict[str, Any]]] = defaultdict(list)
    by_feature: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in ledger.mandates(connection, clocks):
        if one["target"]:
            orders[one["target"]].append(one)
        elif one["feature"]:
            by_feature[one["feature"]].append(one)
    listed = [{"id": row.id, **row.properties} for row in connection.execute(_TARGETS)]
    ids = [feature for target in listed for feature in target.get("recorded_ids", [])]
    day = ledger.day_of(clocks)
    values = {"ids": ids, "known": None if clocks is None else clocks.known}
    rows = {row["id"]: dict(row) for row in connection.execute(past.at(clocks, _ROWS), values).mappings()}
    same_layer = {row.layer: row.features for row in connection.execute(past.at(clocks, _SAME_LAYER))}
    for target in listed:
        given = orders[target["id"]]
        target["clauses"] = sorted({one["clause"] for one in given})
        target["orders"] = [_order(one) for one in given]
        target["order"] = _leading(target, given)
        known = [rows[one] for one in target.get("recorded_ids", []) if one in rows]
        target["rows"] = [_row(one, by_feature[one["id"]], target, day) for one in known]
        target["ledger"] = _ledger(target) if target["order"] and target.get("value") is not None else None
        target["layer_features"] = same_layer.get(target.get("layer"), 0) if target.get("layer") else None
    return listed


def tally(value: float, verdicts: Sequence[Verdict], each: float = 1) -> dict[str, float | None]:
    """The numbers of one target, in its own unit, from the verdicts on its rows.

    `each`: for how many a row stands; berths 3 and 4 are one row. Whatever nobody can tell is `unknown`, those included
    that have no name; while there is any, a number of which none is known is None and not 0.
    """
    known = {verdict: _whole(count * each) for verdict, count in Counter(verdicts).items() if verdict != "unknown"}
    unknown = _whole(max(value - sum(known.values()), 0))
    numbers = {name: known.get(name) or (None if unknown else 0) for name in ("done", "done_late", "late", "open")}
    return {"target": value, "recorded": _whole(len(verdicts) * each) or None, **numbers, "unknown": unknown}


def verdict_of(numbers: Mapping[str, float | None], due: date | None, day: date) -> Judgement:
    """How the target as a whole stands: reached by as many as were promised, behind where one is, else not known."""
    promised = numbers["target"] or 0
    done, late = numbers["done"] or 0, numbers["done_late"] or 0
    if done >= promised:
        return Judgement("done", "reached")
    if done + late >= promised:
        return Judgement("done_late", "after_due", in_time=False)
    if numbers["late"]:
        return Judgement("late", "behind")
    if due is None or due >= day:
        return Judgement("open", "no_due" if due is None else "not_due")
    return Judgement("unknown", "partly_known" if done + late else "silent")


def _order(one: Mapping[str, Any]) -> dict[str, Any]:
    names = ("clause", "clause_label", "clause_label_en", "document", "role", "ordered_stage", "ordered_vi",
             "ordered_en", "ordered_finish", "due", "due_basis", "quote_vi", "note", "note_en")  # fmt: skip
    return {name: one[name] for name in names}


def _leading(target: Mapping[str, Any], given: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The order that the target is judged by; where its clause names no stage, the goal. None for a plain figure."""
    orders = [one for one in given if one["role"] in ("orders", "approves")]
    staged = next((one for one in orders if one["ordered_stage"]), None)
    if staged:
        words = {"stage_vi": staged["ordered_vi"], "stage_en": staged["ordered_en"]}
        return {"stage": staged["ordered_stage"], **words, "stage_basis": "clause", "due": staged["due"]}
    if orders and target.get("recorded_ids"):
        due = next((one["due"] for one in orders if one["due"]), None)
        return {"stage": None, "stage_vi": None, "stage_en": None, "stage_basis": "goal", "due": due}
    return None


def _row(
    row: Mapping[str, Any], given: Sequence[Mapping[str, Any]], target: Mapping[str, Any], day: date
) -> dict[str, Any]:
    """One record behind a target, judged by its own order in the target's clause, else by the goal of its kind."""
    code = STATUSES[row["status"]]
    own = [one for one in given if one["clause"] in target["clauses"] and one["ordered_stage"]]
    if own:
        judgement = own[0]["judgement"]
    else:
        lifecycle = next(name for name, codes in LIFECYCLES.items() if row["status"] in codes)
        order = Order(goal(lifecycle), due=(target["order"] or {}).get("due"))
        judgement = ledger.told(judge(order, ledger.evidence(row["facts"] or ()), day), row["facts"] or ())
    told = {name: row[name] for name in ("id", "layer", "name_vi", "name_en", "status", "condition")}
    return told | {"status_vi": code.label.vi, "status_en": code.label.en, "judgement": judgement}


def _ledger(target: Mapping[str, Any]) -> dict[str, Any]:
    listed = len(target.get("recorded_ids", []))
    each = (target.get("recorded") or listed) / listed if listed else 1
    return tally(target["value"], [row["judgement"]["verdict"] for row in target["rows"]], each)


def _whole(number: float) -> float:
    return int(number) if number == int(number) else number
