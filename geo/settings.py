"""The environment, read once and passed in."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import InvalidParameter

REPOSITORY = Path(__file__).resolve().parent.parent


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
    data: Path = REPOSITORY / "data"
    web: Path = REPOSITORY / "web"
    definitions: Path = REPOSITORY / "layers" / "definitions"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Settings":
        """Read HAIPHONG_HOME, _HOST, _PORT (or PORT, which goes first), _WORKERS, _DATABASE_URL, _LAYERS and _RELEASES.

        Raises InvalidParameter when a number is none, or the folder of layers does not exist.
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
        )


def _whole_number(env: Mapping[str, str], name: str, *, default: int, lowest: int, highest: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise InvalidParameter(f"{name}={text!r}: a whole number from {lowest} to {highest} was expected.")
    return int(text)
