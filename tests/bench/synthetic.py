"""Deterministic made-up features for benchmarks and planner tests. Nothing here is a project of the city."""

import math
import random
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import orjson

from layers.catalog import Catalog

LAYER, MIXED = "synthetic", "synthetic-mixed"
POLYGONS, EVERY_SHAPE = ("Polygon",), ("Polygon", "Point", "LineString", None)
"""What `write` makes in turn; None is a feature without a place."""
_DEFINITION = """
title = { vi = "Dữ liệu giả để đo", en = "Synthetic, for measuring" }
description = { vi = "Không có thật.", en = "Not real." }
each_feature_is = { vi = "một đối tượng giả", en = "one made-up feature" }
geometry = "Any"
lifecycle = "project"
order = 999

[style]
by = "status"
icon = "marker"

[fields.kind]
title = { vi = "Loại", en = "Kind" }
type = "string"
"""
_STATUSES = ("proposed", "investment_procedure", "site_clearance", "under_construction", "operational", "completed")
WEST, SOUTH, EAST, NORTH = 106.12, 20.55, 107.10, 21.15


def catalog(definitions: Path, folder: Path, layers: tuple[str, ...] = (LAYER,)) -> Catalog:
    """Our layers and the synthetic ones, whose curated files `write` puts into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for layer in layers:
        (folder / f"{layer}.toml").write_text(_DEFINITION, "utf-8")
    return Catalog.load(definitions, folder)


def write(
    folder: Path, number: int, seed: int = 1, *, layer: str = LAYER, shapes: tuple[str | None, ...] = POLYGONS
) -> None:
    """`number` features of 8 to 24 vertices, 50 to 600 m wide, with five facts each, as curated files of one layer."""
    chance = random.Random(seed)  # noqa: S311 -- made-up shapes, no secret
    (folder / layer).mkdir(parents=True, exist_ok=True)
    with (
        (folder / layer / "curated.geojson").open("wb") as curated,
        (folder / layer / "status.csv").open("w", encoding="utf-8") as status,
    ):
        curated.write(b'{"type":"FeatureCollection","features":[\n')
        status.write(
            "feature_id,seq,status,condition,basis,valid_from,source,source_url,clause,text_vi,secondary_status,"
            "date_inferred,uncertain,stage_in_words\n"
        )
        for position, (stage, shape) in enumerate(islice(zip(cycle(_STATUSES), cycle(shapes), strict=False), number)):
            feature_id = f"{layer}-{position:07d}"
            curated.write(_feature(feature_id, shape, chance) + (b",\n" if position < number - 1 else b"\n"))
            year = 2011 + position % 9
            for seq, code in enumerate((*_STATUSES[:4], stage), start=1):
                status.write(
                    f"{feature_id},{seq},{code},,reported,{year + seq}-0{seq},Synthetic,,,,,false,false,true\n"
                )
        curated.write(b"]}\n")


def _feature(feature_id: str, shape: str | None, chance: random.Random) -> bytes:
    longitude, latitude = chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)
    radius, corners = chance.uniform(0.00025, 0.003), chance.randint(8, 24)
    ring = []
    for corner in range(corners):
        reach, angle = radius * chance.uniform(0.6, 1), 2 * math.pi * corner / corners
        ring.append([round(longitude + reach * math.cos(angle), 6), round(latitude + reach * math.sin(angle), 6)])
    properties = {
        "name_vi": f"Dự án giả số {feature_id[-7:]} {chance.choice(('Đồ Sơn', 'Cát Hải', 'Thủy Nguyên', 'An Lão'))}",
        "name_en": f"Synthetic project {feature_id[-7:]}",
        "kind": chance.choice(("a", "b", "c")),
        "area_ha": round(math.pi * (radius * 1e5) ** 2 / 1e4, 1),
        "investor": "Không có thật",
        "location_accuracy": "mapped",
    }
    geometry = _geometry(shape, ring)
    return orjson.dumps({"type": "Feature", "id": feature_id, "geometry": geometry, "properties": properties})


def _geometry(shape: str | None, ring: list[list[float]]) -> dict[str, Any] | None:
    if shape is None:
        return None
    coordinates = {"Polygon": [[*ring, ring[0]]], "LineString": ring, "Point": ring[0]}[shape]
    return {"type": shape, "coordinates": coordinates}
