"""What the server writes into the page of the map, so that the reader sees land before the browser can draw it."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import InvalidData
from layers.ground import Ground

if TYPE_CHECKING:
    from layers.first_ground import Picture

GROUND = "/api/styles/ground.svg"


@lru_cache(4)
def ground_of(data: Path) -> "Picture | None":
    """The picture of the land in a folder of data; None where it holds none, which the map then says."""
    from layers.first_ground import picture  # with numpy and shapely 0.1 s, which the start need not wait for

    try:
        return picture(Ground.read(data))
    except InvalidData:
        return None


def ground_element(data: Path) -> str:
    """The picture as an element, hidden until `web/src/first-ground.js` has put it in its place; "" without one."""
    drawn = ground_of(data)
    if drawn is None:
        return ""
    box = " ".join(map(str, drawn.box))
    return f'<img class="first-ground" src="{GROUND}" alt="" data-box="{box}" fetchpriority="high" hidden>'
