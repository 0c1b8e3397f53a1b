"""The form in which features leave: their reference system, and which of their members."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import JSON, ColumnElement, Text, case, cast, func, literal, literal_column, select

from geo import json_fg
from geo.crs import CRS84, Crs
from geo.kinds import SINGLE, GeometryKind

_BORDER = ',"properties":'


@dataclass(frozen=True, slots=True)
class Form:
    """`properties`: names of those that are wanted, None for all. `geometry`: whether places are told at all.

    `promoted`: the kind whose single geometries are written as Multi*, so that all of them have one type.
    `fg`: as JSON-FG, the type of features that tell none themselves; `geometry` is then in WGS 84 for whoever reads
    GeoJSON alone, and `place` in `crs`.
    """

    crs: Crs = CRS84
    properties: tuple[str, ...] | None = None
    geometry: bool = True
    promoted: GeometryKind | None = None
    fg: str | None = None

    def place(self, geometry: ColumnElement[Any]) -> ColumnElement[Any]:
        """The geometry as a table holds it: east before north, as the formats of files want, whatever the system."""
        moved = geometry if self.crs.srid == CRS84.srid else func.ST_Transform(geometry, self.crs.srid)
        return moved if self.promoted is None else func.ST_Multi(moved)

    def text(
        self, feature_id: ColumnElement[str], published: ColumnElement[str], geometry: ColumnElement[Any]
    ) -> ColumnElement[str]:
        """The text of a feature in this form, out of its id, its published text, and its geometry (WGS 84).

        The published text stays untouched where it already has this form. Id and geometry stand before the first
        `,"properties":`, because an id has no quotes. In text, coordinates stand in the order of the axes of `crs`.
        """
        border = func.strpos(published, literal_column(f"'{_BORDER}'"))
        if self.fg is not None:
            plain = replace(self, crs=CRS84, fg=None).text(feature_id, published, geometry)
            elsewhere = self.geometry and self.crs != CRS84
            place = _coordinates(self.place(geometry), self.crs) if elsewhere else None
            return json_fg.text(plain, func.substr(published, border + 1), place, self.fg)
        head: ColumnElement[Any] = func.substr(published, 1, border - 1)
        if not self.geometry:
            head = _head(feature_id, literal_column("'null'"))
        elif self.crs != CRS84:
            place = _coordinates(self.place(geometry), self.crs)
            head = _head(feature_id, func.coalesce(place, literal_column("'null'")))
        elif self.promoted is not None:
            head = _promoted(head, SINGLE[self.promoted])
        elif self.properties is None:
            return published
        if self.properties is None:
            return head.concat(func.substr(published, border))
        whole = func.left(func.substr(published, border + len(_BORDER)), -1)
        told = func.json_each(cast(whole, JSON)).table_valued("key", "value")
        pairs = func.string_agg(
            cast(func.to_json(told.c.key), Text).concat(literal_column("':'")).concat(cast(told.c.value, Text)),
            literal_column("','"),
        )
        chosen = select(func.coalesce(pairs, literal_column("''"))).where(told.c.key == func.any(list(self.properties)))
        return (
            head.concat(literal_column(f"'{_BORDER}{{'"))
            .concat(chosen.scalar_subquery())
            .concat(literal_column("'}}'"))
        )


WHOLE = Form()
"""The published text as it stands."""


def _head(feature_id: ColumnElement[str], geometry: ColumnElement[Any]) -> ColumnElement[str]:
    opening: ColumnElement[str] = literal_column("""'{"type":"Feature","id":'""")
    named = opening.concat(cast(func.to_json(feature_id), Text))
    return named.concat(literal_column("""',"geometry":'""")).concat(geometry)


def _promoted(head: ColumnElement[str], single: str) -> ColumnElement[str]:
    """The same head with a Multi* of one part; at a third of what writing the geometry anew would cost."""
    one = f'"geometry":{{"type":"{single}","coordinates":'
    several = f'"geometry":{{"type":"Multi{single}","coordinates":['
    opened = func.replace(func.left(head, -1), literal_column(f"'{one}'"), literal_column(f"'{several}'"))
    is_one = func.strpos(head, literal_column(f"'{one}'")) > 0
    return case((is_one, opened.concat(literal_column("']}'"))), else_=head)


def _coordinates(place: ColumnElement[Any], crs: Crs) -> ColumnElement[str]:
    ordered = func.ST_FlipCoordinates(place) if crs.latitude_first else place
    return cast(func.ST_AsGeoJSON(ordered, literal(crs.decimals), 0), Text)
