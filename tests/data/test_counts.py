"""No record, status, source or note is lost: the numbers in `data/README.md` are those of the files."""

import json
import re
from collections import Counter

from tests.data.curated import DATA, LAYERS, rows


def told() -> dict[str, list[str]]:
    lines = re.findall(r"^\| (.+) \|$", (DATA / "README.md").read_text("utf-8"), re.MULTILINE)
    return {cells[0].strip("*"): cells[1:] for cells in (line.split(" | ") for line in lines)}


def test_the_count_table_holds_for_every_layer() -> None:
    table = told()
    mandates = Counter(row["feature"] for row in rows(DATA / "directives" / "mandates.csv"))
    for layer in LAYERS:
        lines = (DATA / layer / "curated.geojson").read_text("utf-8").splitlines()
        features = [json.loads(line.rstrip(",")) for line in lines if line.startswith('{"type":"Feature",')]
        facts, units = rows(DATA / layer / "status.csv"), rows(DATA / layer / "units.csv")
        located = [feature for feature in features if feature["geometry"]]
        numbers = [
            len(features),
            len(located),
            len(features) - len(located),
            len(facts),
            len([row for row in facts if row["condition"]]),
            sum(mandates[feature["id"]] for feature in features),
            len({(row["source"], row["source_url"]) for row in facts}),
            len(units),
            len([row for row in units if not row["unit_id"]]),
        ]
        assert table[layer] == [str(number) for number in numbers], layer


def test_everything_that_was_gathered_is_here() -> None:
    table = told()
    assert len(LAYERS) == 18
    features, _, _, facts, conditions, orders, *_ = table["tổng / total"]
    # 548 gathered entries: 22 are orders only; 13 of these presuppose a stage, and add an implied row each.
    assert (features, facts, conditions, orders) == ("301", str(548 - 22 + 13), "6", "161")
    gathered = {
        "targets.csv": "80",
        "directives/documents.csv": "5",
        "directives/clauses.csv": "153",
        "directives/mandates.csv: feature": "161",
        "directives/mandates.csv: target": "67",
        "directives/unmapped.csv": "40",
        "units/units.csv: 2024 commune": "217",
        "units/units.csv: 2025-07 commune": "114",
    }
    assert {name: table[name] for name in gathered} == {name: [number] for name, number in gathered.items()}


def test_the_451_rows_of_the_conversion_table_are_all_here() -> None:
    crosswalk = [
        row
        for row in rows(DATA / "units" / "successions.csv")
        if row["source"].startswith("Bảng chuyển đổi") and row["resolution"] == "1669/NQ-UBTVQH15"
    ]
    assert Counter(row["relation"] for row in crosswalk) == {"whole": 304, "part": 147}
    assert {row["successor"][:7] for row in crosswalk} == {"2025-07"}
    assert len({row["successor"] for row in crosswalk}) == 114
