"""What lies under the projects on a drawn map: units, neighbours, rivers and the two archipelagos, out of `data/`."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from geo.errors import InvalidData

FeatureCollection = dict[str, Any]
_FILES = {
    "units": "units/outlines/units-2025-07.geojson",
    "districts": "units/outlines/districts-2024.geojson",
    "communes": "units/outlines/communes-2024.geojson",
    "neighbours": "basemap/neighbour-land.geojson",
    "far_land": "basemap/far-land.geojson",
    "rivers": "basemap/rivers.geojson",
    "archipelagos": "basemap/archipelagos.geojson",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """GeoJSON feature collections in WGS 84; units by their own ids. Generalised: for orientation, no legal boundaries.

    `units`: today's wards, communes and special zones; `districts` and `communes`: those until 31/12/2024.
    `far_land`: what lies beyond the neighbours, up to the edge of their frame.
    """

    units: FeatureCollection
    districts: FeatureCollection
    communes: FeatureCollection
    neighbours: FeatureCollection
    far_land: FeatureCollection
    rivers: FeatureCollection
    archipelagos: FeatureCollection

    @classmethod
    def read(cls, data: Path) -> "Ground":
        """The ground as `data/` holds it. Raises InvalidData when a file is missing or no JSON."""
        return cls(**{name: _read(data / file) for name, file in _FILES.items()})

    @property
    def attribution(self) -> tuple[str, ...]:
        """Whom to name under the map, each line once."""
        collections = (self.units, self.districts, self.communes, self.neighbours, self.rivers)
        return tuple(dict.fromkeys(line for each in collections for line in each.get("attribution", ())))

    def smallest_units(self, unit_ids: Iterable[str]) -> list[dict[str, Any]]:
        """Outlines of the communes of 2024 among `unit_ids`; where there is none, of the units of today; else nothing.

        Districts are left out: to hatch one says nothing about the place of a project.
        """
        wanted = set(unit_ids)
        communes = [unit for unit in self.communes["features"] if unit["id"] in wanted]
        return communes or [unit for unit in self.units["features"] if unit["id"] in wanted]


def _read(path: Path) -> FeatureCollection:
    try:
        collection: FeatureCollection = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        raise InvalidData(f"{path}: the file is missing.") from None
    except orjson.JSONDecodeError as error:
        raise InvalidData(f"{path}: no valid JSON ({error}).") from error
    return collection
