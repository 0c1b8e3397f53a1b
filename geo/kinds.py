"""The three kinds of geometry: programs that make a table of a collection want one of them, and one type, in it."""

from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, func, literal_column, text

GeometryKind = Literal["point", "line", "polygon"]
GEOMETRY_KINDS: tuple[GeometryKind, ...] = get_args(GeometryKind)
SINGLE: dict[GeometryKind, str] = {"point": "Point", "line": "LineString", "polygon": "Polygon"}
"""The GeoJSON type of one of them; several together are `Multi` and this."""

# As the indexes of migration 0004 say it.
DIMENSION: dict[GeometryKind, int] = {"point": 0, "line": 1, "polygon": 2}
_PRESENT = text(
    """
    SELECT layer, dimension FROM unnest(CAST(:layers AS text[])) AS layer, generate_series(0, 2) AS dimension
    WHERE EXISTS (SELECT FROM feature
      WHERE ST_Dimension(geometry) = dimension AND feature.layer = layer.layer AND NOT withdrawn)
    """
)
_SEVERAL_POINTS = text(
    """
    SELECT EXISTS (SELECT FROM feature_version
      WHERE GeometryType(geometry) = 'MULTIPOINT' AND layer = ANY(CAST(:layers AS text[])))
    """
)


def is_of(kind: GeometryKind, geometry: str = "feature.geometry") -> ColumnElement[bool]:
    """Whether a geometry, named as in SQL, is of this kind; never true where there is none."""
    dimension: ColumnElement[Any] = func.ST_Dimension(literal_column(geometry))
    return dimension == literal_column(str(DIMENSION[kind]))


def present(connection: Connection, layers: tuple[str, ...]) -> dict[str, tuple[GeometryKind, ...]]:
    """The kinds that features of each layer have; a layer without a place is left out."""
    rows = {(row.layer, row.dimension) for row in connection.execute(_PRESENT, {"layers": list(layers)})}
    found = {layer: tuple(kind for kind, number in DIMENSION.items() if (layer, number) in rows) for layer in layers}
    return {layer: kinds for layer, kinds in found.items() if kinds}


def promoted(connection: Connection, layers: tuple[str, ...], kind: GeometryKind) -> GeometryKind | None:
    """The kind again where features of these layers must be written as Multi* to be of one type; else None.

    Lines and areas always: some lie in parts. Points only where a feature of several points was ever stored, because
    programs do more with plain points (`gdf.geometry.x`, clusters in QGIS), and hardly a project is several points.
    """
    if kind == "point" and not connection.execute(_SEVERAL_POINTS, {"layers": list(layers)}).scalar_one():
        return None
    return kind
