"""What a layer is: frozen models, filled from one TOML file per layer by `layers.catalog`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from geo.office import Source
from geo.status import Lifecycle, Words
from layers.icons import Icon
from layers.provenance import Provenance

FieldType = Literal["string", "number", "integer", "boolean", "date", "string-list"]
GeometryRule = Literal["Any", "Point", "LineString", "Polygon"]

FIELD_TYPES: tuple[str, ...] = get_args(FieldType)
GEOMETRY_RULES: tuple[str, ...] = get_args(GeometryRule)
LIFECYCLE_IDS: tuple[str, ...] = get_args(Lifecycle)


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a feature. `unit` None: a bare number or no number; `values` empty: any value of the type.

    A `date` is EDTF text, as precise as the source prints it.
    """

    name: str
    title: Words
    type: FieldType
    unit: str | None = None
    minimum: float | None = None
    description: Words | None = None
    required: bool = False
    values: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Style:
    """How the layer looks. `by`: the property that the drawing rules go by; `icon`: its name, such as `anchor`."""

    by: str
    icon: str
    drawing: Icon
    width_px: float = 3


@dataclass(frozen=True, slots=True)
class OfficeLayer:
    """A table or view that the office keeps itself, published as it stands: nothing of it is loaded, drawn or edited.

    `file`: the definition.
    """

    id: str
    title: Words
    description: Words
    each_feature_is: Words
    geometry: GeometryRule
    order: int
    fields: Mapping[str, Field]
    source: Source
    credit: Provenance
    file: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A kind of feature, as kept and drawn; `id` is its URL, its folder and its file name.

    `geometry`: what its features may be (`Point` takes MultiPoint too); a feature without a place is always allowed.
    `landmark`: of others it is told how far from a feature of this layer they lie. `order`: the place in lists.
    `fields` come in the order in which a person reads them, shared ones first.
    """

    id: str
    title: Words
    description: Words
    each_feature_is: Words
    geometry: GeometryRule
    lifecycle: Lifecycle
    order: int
    style: Style
    fields: Mapping[str, Field]
    landmark: bool = False
