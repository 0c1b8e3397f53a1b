"""The environment, read once and passed in."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InvalidParameter

REPOSITORY = Path(__file__).resolve().parent.parent
MOST_ORIGINS = 50
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ORIGIN = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})*(?::[1-9][0-9]{{0,4}})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how they are served; see `from_env` for the names of the variables."""

    home: Path
    host: str
    port: int
    workers: int
    database_url: str | None = None
    layers_path: Path | None = None
    releases: Path | None = None
    embed_origins: tuple[str, ...] = ()
    data: Path = REPOSITORY / "data"
    web: Path = REPOSITORY / "web"
    definitions: Path = REPOSITORY / "layers" / "definitions"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read HAIPHONG_HOME, _HOST, _PORT (or PORT, which goes first), _WORKERS, _DATABASE_URL, _LAYERS, _RELEASES
        and _EMBED_ORIGINS.

        Raises InvalidParameter when a number is none, the folder of layers does not exist, or an origin is none.
        """
        layers_path = Path(env["HAIPHONG_LAYERS"]) if env.get("HAIPHONG_LAYERS") else None
        if layers_path is not None and not layers_path.is_dir():
            raise InvalidParameter(f"HAIPHONG_LAYERS names {layers_path}, which is not a folder.")
        port_name = "PORT" if env.get("PORT") else "HAIPHONG_PORT"
        return cls(
            home=Path(env.get("HAIPHONG_HOME") or REPOSITORY / ".haiphong").resolve(),
            host=env.get("HAIPHONG_HOST") or "127.0.0.1",
            port=_whole_number(env, port_name, default=8000, lowest=0, highest=65535),
            workers=_whole_number(env, "HAIPHONG_WORKERS", default=1, lowest=1, highest=64),
            database_url=env.get("HAIPHONG_DATABASE_URL") or None,
            layers_path=layers_path,
            releases=Path(env["HAIPHONG_RELEASES"]).resolve() if env.get("HAIPHONG_RELEASES") else None,
            embed_origins=_origins(env.get("HAIPHONG_EMBED_ORIGINS") or ""),
        )


def _whole_number(env: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise InvalidParameter(f"{name}={text!r}: a whole number from {lowest} to {highest} was expected.")
    return int(text)


def _origins(text: str) -> tuple[str, ...]:
    """The origins between the commas, as a browser writes them. Each lets a site frame the map, so none is guessed."""
    origins = tuple(dict.fromkeys(part.strip() for part in text.split(","))) if text.strip() else ()
    for origin in origins:
        port = origin.rpartition(":")[2]
        if not _ORIGIN.fullmatch(origin) or len(origin) > 280 or (port.isdigit() and int(port) > 65535):
            raise InvalidParameter(
                f"HAIPHONG_EMBED_ORIGINS: {origin!r} is no origin. Expected: origins with commas between them, in "
                "small letters, without path, wildcard or last slash, such as https://haiphong.gov.vn,https://bao.vn:8443."
            )
    if len(origins) > MOST_ORIGINS:
        raise InvalidParameter(
            f"HAIPHONG_EMBED_ORIGINS names {len(origins)} origins; at most {MOST_ORIGINS} fit a header."
        )
    return origins
