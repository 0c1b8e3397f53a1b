"""The collections of features: all layers together, each layer, and of each the features of one kind of geometry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from geo.kinds import GEOMETRY_KINDS, SINGLE, GeometryKind
from geo.status import Words
from layers.definition import Layer

PROJECTS = "projects"
KIND_WORDS: dict[GeometryKind, Words] = {
    "point": Words("Điểm", "Points"),
    "line": Words("Tuyến", "Lines"),
    "polygon": Words("Vùng", "Areas"),
}
_PROMISED: dict[str, GeometryKind] = {single: kind for kind, single in SINGLE.items()}


@dataclass(frozen=True, slots=True)
class Collection:
    """Features of `layers`. `kind`: the one kind of geometry that all of them have, None where several may come.

    `mother`: the id of the collection that holds these features among others, of every kind and without a place; its
    own id where it is none of one kind alone.
    """

    id: str
    title: Words
    description: Words
    layers: tuple[Layer, ...]
    kind: GeometryKind | None
    mother: str

    @property
    def is_part(self) -> bool:
        """Whether it holds those features of its mother that have one kind of geometry."""
        return self.mother != self.id

    @property
    def layer(self) -> Layer | None:
        """The one layer; None where it is all of them."""
        return None if self.mother == PROJECTS else self.layers[0]

    @property
    def layer_id(self) -> str | None:
        """The id of the one layer."""
        return None if self.layer is None else self.layer.id

    @property
    def layer_ids(self) -> tuple[str, ...]:
        """Ids of the layers."""
        return tuple(layer.id for layer in self.layers)

    @property
    def only(self) -> GeometryKind | None:
        """The kind that features are chosen by; a layer that promises one chooses none, so that nothing is lost."""
        return self.kind if self.is_part else None


def collections(layers: Mapping[str, Layer]) -> dict[str, Collection]:
    """Every collection by its id: all together, each layer, then those of one kind of geometry.

    A layer that promises one kind has no parts.
    """
    everything = Collection(
        PROJECTS,
        Words("Tất cả dự án", "All projects"),
        Words("Mọi lớp gộp lại.", "Every layer together."),
        tuple(layers.values()),
        None,
        PROJECTS,
    )
    whole = [
        everything,
        *(
            Collection(one.id, one.title, one.description, (one,), _PROMISED.get(one.geometry), one.id)
            for one in layers.values()
        ),
    ]
    return {one.id: one for one in (*whole, *(part for mother in whole for part in _parts(mother)))}


def _parts(mother: Collection) -> Iterator[Collection]:
    for kind in GEOMETRY_KINDS if mother.kind is None else ():
        words = KIND_WORDS[kind]
        title = Words(f"{mother.title.vi}: {words.vi.lower()}", f"{mother.title.en}: {words.en.lower()}")
        description = Words(
            f"{mother.description.vi} Chỉ gồm {words.vi.lower()}; nơi chưa có vị trí nằm trong {mother.id}.",
            f"{mother.description.en} {words.en} alone; features without a place are in {mother.id}.",
        )
        yield Collection(f"{mother.id}-{kind}s", title, description, mother.layers, kind, mother.id)
