"""`haiphong check --directives`: how far the documents lead to records, and the records back to documents.

Read from the files, without a database. A gap is no mistake: a list that ends in "…" names not all that it means.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from geo import edtf
from geo.judgement import STRONG, UNMAPPED, VERDICTS, Evidence, Order, judge
from layers import files
from layers.catalog import Catalog
from layers.files import Row

_ORDERING = ("orders", "approves", "announces")


@dataclass(slots=True)
class DocumentCoverage:
    """One document. Its clauses are mapped (they have mandates), unmapped (they only ask for what has no record),
    headings (their own clauses tell) or general (they ask for nothing that the map could hold)."""

    id: str
    label_vi: str
    label_en: str
    clauses: int = 0
    mapped: int = 0
    unmapped: int = 0
    headings: int = 0
    general: int = 0
    mandates: int = 0
    verdicts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(VERDICTS, 0))


@dataclass(slots=True)
class Coverage:
    """The whole report. `unmapped`: what is asked for without a record, by reason. `without_mandate`: ids of features
    by layer. `without_evidence`: clause and feature of mandates after which no source told a stage of the feature."""

    documents: list[DocumentCoverage]
    unmapped: dict[str, int]
    features: int
    mandated: int
    without_mandate: dict[str, list[str]]
    orders: int
    without_evidence: list[tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


def coverage(data: Path, catalog: Catalog, today: date) -> Coverage:
    """The report on the files of `data` and of the catalog's own folders, judged on the day `today`."""
    documents, clauses, mandates, unmapped = (
        files.read_table(data, data / "directives" / f"{name}.csv", name).rows
        for name in ("documents", "clauses", "mandates", "unmapped")
    )
    told = {row["id"]: DocumentCoverage(row["id"], row["label_vi"], row["label_en"]) for row in documents}
    act = {row["id"]: row["relays"] or row["id"] for row in documents}
    issued = {row["id"]: row["date"] or None for row in documents}
    of_clause = {row["id"]: row["document"] for row in clauses}
    facts, features = _facts(data, catalog, of_clause)
    _count_clauses(told, clauses, {row["clause"] for row in mandates}, {row["clause"] for row in unmapped})
    orders, silent = 0, []
    for row in mandates:
        document = of_clause[row["clause"]]
        told[document].mandates += 1
        if not row["feature"] or row["role"] not in _ORDERING:
            continue
        orders += 1
        family = frozenset(one for one in act if act[one] == act[document])
        order = Order(row["ordered_stage"] or None, row["ordered_finish"] == "true", row["due"] or None,
                      issued[act[document]], family)  # fmt: skip
        if order.stage or order.due:
            told[document].verdicts[judge(order, facts[row["feature"]], today).verdict] += 1
        if not any(_later(fact, order) for fact in facts[row["feature"]]):
            silent.append((row["clause"], row["feature"]))
    mandated = {row["feature"] for row in mandates if row["feature"]}
    gaps = {layer: sorted(ids - mandated) for layer, ids in features.items()}
    return Coverage(
        documents=list(told.values()),
        unmapped=dict(Counter(row["reason"] for row in unmapped)),
        features=sum(map(len, features.values())),
        mandated=len(mandated),
        without_mandate={layer: ids for layer, ids in gaps.items() if ids},
        orders=orders,
        without_evidence=silent,
    )


def lines(report: Coverage) -> list[str]:
    """The report as a table that people read, in both languages."""
    head = ("văn bản / document", "điều khoản / clauses", "có yêu cầu / mapped", "chưa dẫn tới đâu / unmapped",
            "tiêu đề / headings", "chung / general", "yêu cầu / mandates",
            *(f"{code.label.vi.lower()} / {code.label.en.lower()}" for code in VERDICTS.values()))  # fmt: skip
    rows = [
        (one.id, one.clauses, one.mapped, one.unmapped, one.headings, one.general, one.mandates, *one.verdicts.values())
        for one in report.documents
    ]
    rows.append(("tổng / total", *(sum(column) for column in list(zip(*rows, strict=True))[1:])))
    name = max(len(str(row[0])) for row in rows)
    written = [f"{number}  {words}" for number, words in enumerate(head)]
    written += ["", " " * name + "".join(f"{number:>6}" for number in range(1, len(head)))]
    written += [f"{row[0]!s:<{name}}" + "".join(f"{cell:>6}" for cell in row[1:]) for row in rows]
    written += ["", "Chưa dẫn tới đâu, theo lý do / leading nowhere, by reason:"]
    written += [
        f"  {count:>4}  {UNMAPPED[reason].vi} / {UNMAPPED[reason].en}"
        if reason in UNMAPPED
        else f"  {count:>4}  {reason}"
        for reason, count in sorted(report.unmapped.items(), key=lambda pair: -pair[1])
    ]
    without = report.features - report.mandated
    written += ["", f"Đối tượng không văn bản nào giao / features without a mandate: {without} / {report.features}"]
    written += [f"  {len(ids):>4}  {layer}" for layer, ids in report.without_mandate.items()]
    written += ["", "Yêu cầu mà sau đó chưa nguồn nào nói gì / mandates without later evidence: "
                f"{len(report.without_evidence)} / {report.orders}"]  # fmt: skip
    return written + [f"  {clause}  {feature}" for clause, feature in report.without_evidence]


def _facts(
    data: Path, catalog: Catalog, of_clause: Mapping[str, str]
) -> tuple[dict[str, list[Evidence]], dict[str, set[str]]]:
    facts: dict[str, list[Evidence]] = defaultdict(list)
    features: dict[str, set[str]] = {}
    for layer in catalog.layers:
        folder = catalog.folder(layer, data)
        collection = files.read_collection(folder.parent, folder / "curated.geojson")
        features[layer] = {str(feature["id"]) for _, feature in collection.features}
        for number, row in enumerate(files.read_table(folder.parent, folder / "status.csv", "status").rows):
            cited, doubtful = of_clause.get(row["clause"]), row["uncertain"] == "true"
            fact = Evidence(number, row["status"], row["basis"], row["valid_from"], cited, doubtful)
            facts[row["feature_id"]] += [fact] if fact.status else []
    return facts, features


def _count_clauses(
    told: Mapping[str, DocumentCoverage], clauses: tuple[Row, ...], mapped: set[str], unmapped: set[str]
) -> None:
    parents = {row["parent"] for row in clauses}
    for row in clauses:
        one = told[row["document"]]
        one.clauses += 1
        if row["id"] in mapped:
            one.mapped += 1
        elif row["id"] in unmapped:
            one.unmapped += 1
        elif row["id"] in parents:
            one.headings += 1
        else:
            one.general += 1


def _later(fact: Evidence, order: Order) -> bool:
    after = edtf.parse(order.issued).latest if order.issued else date.min
    strong = fact.basis in STRONG and not fact.uncertain and fact.document not in order.silent
    return strong and edtf.parse(fact.valid_from).earliest >= after
