"""What there is to draw of one collection, whichever language of styles then says it: MapLibre, SLD, QML, a legend."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from geo.errors import HaiphongError
from geo.kinds import GEOMETRY_KINDS, GeometryKind
from geo.status import LIFECYCLES, STATUSES, Status, Words
from layers.catalog import Catalog
from layers.collection import KIND_WORDS, Collection
from layers.definition import Layer
from layers.icons import Icon
from layers.palette import BASEMAP
from layers.style import OTHERWISE

Geometry = GeometryKind
GEOMETRIES = GEOMETRY_KINDS
GEOMETRY_WORDS = KIND_WORDS
CONDITION_WORDS = Words("Tiến độ", "Pace")
AGE_HEADING = Words("Độ mới của tin", "How fresh the word is")
AGE_WORDS = Words("Tin cũ hơn 24 tháng", "Word older than 24 months")
ACCURACY_WORDS = Words("Vị trí", "Place")
AREA_WORDS = Words("Diện tích đã biết, ranh giới chưa có", "Known area, outline not known")
OUTLINE_WORDS = Words("Ranh giới khái quát để định hướng", "Generalised outlines, for orientation")
COMMUNE_WORDS = Words("Cả xã, khi chỉ biết xã", "The whole commune, when no more is known")

_PROMISED: dict[str, tuple[Geometry, ...]] = {"Point": ("point",), "LineString": ("line",), "Polygon": ("polygon",)}


@dataclass(frozen=True, slots=True)
class Portrayal:
    """One collection as something to draw.

    `by`: the property that tells a feature's rule; `statuses`: its values, in the order of the legend. `icon`: that of
    the layer, None for all layers together. `width_px` of lines. `geometries`: the kinds that may come. `layers`: for
    each status the ids of the layers that know it.
    """

    collection: str
    title: Words
    by: str
    statuses: tuple[Status, ...]
    icon: Icon | None
    width_px: float
    geometries: tuple[Geometry, ...]
    layers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Outline:
    """A collection of administrative units as something to draw: a border, and from afar on the names of districts."""

    collection: str
    title: Words
    district: bool

    @property
    def colour(self) -> str:
        """The colour of the border."""
        return BASEMAP.district_line if self.district else BASEMAP.unit_line


class UnknownStyle(HaiphongError):
    """The collection has no style of this name."""

    def __init__(self, style: str, known: str) -> None:
        super().__init__(f"No style is called {style!r} here; there is: {known}.")
        self.allowed = (known,)


def of_collection(catalog: Catalog, collection: Collection) -> Portrayal:
    """A layer, or all of them, or of either what is of one kind of geometry."""
    layer = collection.layer
    drawn = of_layer(layer) if layer else of_all(catalog, collection.id, collection.title)
    kinds = GEOMETRIES if collection.kind is None else (collection.kind,)
    return replace(drawn, collection=collection.id, title=collection.title, geometries=kinds)


def of_layer(layer: Layer) -> Portrayal:
    """One layer."""
    return Portrayal(
        layer.id,
        layer.title,
        layer.style.by,
        tuple(LIFECYCLES[layer.lifecycle].values()),
        layer.style.drawing,
        layer.style.width_px,
        _PROMISED.get(layer.geometry, GEOMETRIES),
        dict.fromkeys(LIFECYCLES[layer.lifecycle], (layer.id,)),
    )


def of_all(catalog: Catalog, collection: str, title: Words) -> Portrayal:
    """All layers together, under the id and title of that collection."""
    layers = {
        code: tuple(layer.id for layer in catalog.layers.values() if code in LIFECYCLES[layer.lifecycle])
        for code in STATUSES
    }
    statuses = sorted((STATUSES[code] for code in STATUSES if layers[code]), key=lambda code: code.id == OTHERWISE)
    return Portrayal(collection, title, "status", tuple(statuses), None, 3, GEOMETRIES, layers)


def both(words: Words) -> str:
    """The Vietnamese and the English text on one line."""
    return f"{words.vi} / {words.en}"
