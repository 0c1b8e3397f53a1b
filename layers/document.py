"""The catalog as plain data: what the map asks of it once, and what a copy of the map carries."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from geo import status
from layers import provenance
from layers.catalog import Catalog
from layers.style import rules


def document(catalog: Catalog, data: Path) -> dict[str, Any]:
    """Layers, codes, fields and drawing rules as plain data; every text in Vietnamese and English.

    `credit` tells whose word the files in `data` are, and under which licence.
    """
    told = (provenance.told(catalog.folder(layer, data)) for layer in catalog.layers)
    fields: dict[str, Any] = {}
    for layer in catalog.layers.values():
        for one in layer.fields.values():
            fields.setdefault(
                one.name,
                {
                    "title": asdict(one.title),
                    "type": one.type,
                    "unit": one.unit,
                    "description": asdict(one.description) if one.description else None,
                    "values": {value: asdict(words) for value, words in one.values.items()},
                },
            )
    return {
        "layers": [
            {
                "id": layer.id,
                "title": asdict(layer.title),
                "description": asdict(layer.description),
                "each_feature_is": asdict(layer.each_feature_is),
                "icon": layer.style.icon,
                "lifecycle": layer.lifecycle,
                "geometry": layer.geometry,
                "order": layer.order,
                "fields": list(layer.fields),
            }
            for layer in catalog.layers.values()
        ],
        "statuses": [
            _code(code)
            | {"lifecycle": lifecycle, "symbol": f"status-{code.id}", "order": code.rank, "running": code.running}
            for lifecycle, codes in status.LIFECYCLES.items()
            for code in codes.values()
        ],
        "symbols": rules(catalog),
        "conditions": [_code(code) for code in status.CONDITIONS.values()],
        "bases": [_code(code) for code in status.BASES.values()],
        "accuracies": [_code(code) for code in status.ACCURACIES.values()],
        "roles": [_code(code) for code in status.ROLES.values()],
        "fields": fields,
        "credit": provenance.credit(dict.fromkeys(one for one in told if one)),
    }


def _code(code: status.Code) -> dict[str, Any]:
    return {"id": code.id, "label": asdict(code.label), "definition": asdict(code.definition)}
