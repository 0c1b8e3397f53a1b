"""Ordered and achieved never come from the same sentence: the status facts that cite a clause, against its orders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from geo.findings import Finding
from geo.judgement import STRONG
from layers.files import Row

Orders = Mapping[tuple[str, str], Sequence[Row]]
"""The mandates of a clause about a feature."""


def by_clause_and_feature(mandates: Iterable[Row]) -> Orders:
    """The mandates that name a feature, by clause and feature."""
    orders: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in mandates:
        if row["feature"]:
            orders[row["clause"], row["feature"]].append(row)
    return orders


def order_findings(mandate: Row) -> list[Finding]:
    """A mandate that presupposes the very stage that it orders, with nothing left to finish."""
    stage = mandate["ordered_stage"]
    if stage and mandate["implied_stage"] == stage and mandate["ordered_finish"] != "true":
        return [Finding("order-as-status", stage, mandate["clause"], field="implied_stage")]
    return []


def status_findings(row: Row, orders: Orders) -> list[Finding]:
    """A status that is taken out of the very sentence that orders it.

    The clause may presuppose a stage (`implied_stage`), and the stage that is to be finished among them; it reports one
    only where a mandate says that its role is to report.
    """
    given = orders.get((row["clause"], row["feature_id"]), ())
    if not given or not row["status"] or any(order["role"] == "reports" for order in given):
        return []
    presupposed = {order["implied_stage"] for order in given}
    ordered = {order["ordered_stage"] for order in given}
    if row["basis"] in STRONG or (row["status"] in ordered and row["status"] not in presupposed):
        return [Finding("order-as-status", row["status"], row["clause"], field="status")]
    return []
