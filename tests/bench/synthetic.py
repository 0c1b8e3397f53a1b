"""Deterministic made-up features for benchmarks and planner tests. Nothing here is a project of the city."""

import math
import random
from itertools import cycle, islice
from pathlib import Path

import orjson

from layers.catalog import Catalog

LAYER = "synthetic"
_DEFINITION = """
title = { vi = "Dữ liệu giả để đo", en = "Synthetic, for measuring" }
description = { vi = "Không có thật.", en = "Not real." }
each_feature_is = { vi = "một đa giác giả", en = "one made-up polygon" }
geometry = "Any"
lifecycle = "project"
order = 999

[style]
by = "status"
icon = "maki:marker"

[fields.kind]
title = { vi = "Loại", en = "Kind" }
type = "string"
"""
_STATUSES = ("proposed", "investment_procedure", "site_clearance", "under_construction", "operational", "completed")
_WEST, _SOUTH, _EAST, _NORTH = 106.12, 20.55, 107.10, 21.15


def catalog(definitions: Path, folder: Path) -> Catalog:
    """Our layers and the synthetic one, whose curated files `write` puts into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{LAYER}.toml").write_text(_DEFINITION, "utf-8")
    return Catalog.load(definitions, folder)


def write(folder: Path, number: int, seed: int = 1) -> None:
    """`number` polygons of 8 to 24 vertices, 50 to 600 m wide, with two facts each, as curated files of one layer."""
    chance = random.Random(seed)  # noqa: S311 -- made-up shapes, no secret
    layer = folder / LAYER
    layer.mkdir(parents=True, exist_ok=True)
    with (
        (layer / "curated.geojson").open("wb") as curated,
        (layer / "status.csv").open("w", encoding="utf-8") as status,
    ):
        curated.write(b'{"type":"FeatureCollection","features":[\n')
        status.write(
            "feature_id,seq,status,condition,basis,valid_from,source,source_url,clause,text_vi,secondary_status,"
            "date_inferred,uncertain,stage_in_words\n"
        )
        for position, stage in enumerate(islice(cycle(_STATUSES), number)):
            feature_id = f"synthetic-{position:07d}"
            curated.write(_feature(feature_id, chance) + (b",\n" if position < number - 1 else b"\n"))
            year = 2015 + position % 9
            for seq, code in enumerate(("proposed", stage), start=1):
                status.write(f"{feature_id},{seq},{code},,reported,{year}-0{seq},Synthetic,,,,,false,false,true\n")
        curated.write(b"]}\n")


def _feature(feature_id: str, chance: random.Random) -> bytes:
    longitude, latitude = chance.uniform(_WEST, _EAST), chance.uniform(_SOUTH, _NORTH)
    radius, corners = chance.uniform(0.00025, 0.003), chance.randint(8, 24)
    ring = []
    for corner in range(corners):
        reach, angle = radius * chance.uniform(0.6, 1), 2 * math.pi * corner / corners
        ring.append([round(longitude + reach * math.cos(angle), 6), round(latitude + reach * math.sin(angle), 6)])
    ring.append(ring[0])
    properties = {
        "name_vi": f"Dự án giả số {feature_id[-7:]} {chance.choice(('Đồ Sơn', 'Cát Hải', 'Thủy Nguyên', 'An Lão'))}",
        "name_en": f"Synthetic project {feature_id[-7:]}",
        "kind": chance.choice(("a", "b", "c")),
        "area_ha": round(math.pi * (radius * 1e5) ** 2 / 1e4, 1),
        "investor": "Không có thật",
        "location_accuracy": "mapped",
    }
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return orjson.dumps({"type": "Feature", "id": feature_id, "geometry": geometry, "properties": properties})
