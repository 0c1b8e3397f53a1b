"""The tables that tiles are drawn from, kept by triggers of `feature` (migration 0017); finished tiles (0015)."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    REAL,
    UUID,
    BigInteger,
    Column,
    DateTime,
    Double,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from geo.tables import metadata

tile_look = Table(
    "tile_look",
    metadata,
    Column("look", Integer, Identity(always=True), primary_key=True),
    Column("layer", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("location_accuracy", Text),
    Column("dimension", SmallInteger, nullable=False, comment="of the geometry: 0 points, 1 lines, 2 areas"),
    comment="every way in which features on a map may look",
)

tile_feature = Table(
    "tile_feature",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("feature", Text, nullable=False, unique=True),
    Column("look", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("level", SmallInteger, nullable=False, comment="the deepest whose cells are as wide as the feature"),
    Column("x", BigInteger, nullable=False, comment="the middle of its box, in units of tiles of zoom 24"),
    Column("y", BigInteger, nullable=False),
    Column("size", REAL, nullable=False, comment="the longer side of its box, in the same units"),
    Column("name_vi", Text),
    Column("area_ha", Double),
    Column("last_told_day", Integer, comment="as status_period tells it of today"),
    Column("unit_ids", Text, comment="of a place known by its commune alone; with commas"),
    Column("known_from", DateTime(timezone=True), nullable=False, comment="since when all of this is as it is"),
    Column("geometry", Geometry("GEOMETRY", srid=3857, spatial_index=False), nullable=False),
    comment="what tiles need of each feature that has a place; kept by triggers of feature",
)

tile_mark = Table(
    "tile_mark",
    metadata,
    Column("level", SmallInteger, primary_key=True, comment="level n parts the world into 2 ** n by 2 ** n cells"),
    Column("x", Integer, primary_key=True),
    Column("y", Integer, primary_key=True),
    Column("look", Integer, primary_key=True),
    Column("features", Integer, nullable=False, comment="in the cell with this look, no wider than two cells"),
    Column("sum_x", BigInteger, nullable=False, comment="of their places, as tile_feature tells them"),
    Column("sum_y", BigInteger, nullable=False),
    Column("numbers", BigInteger, nullable=False, comment="the sum of their numbers"),
)

tile_change = Table(
    "tile_change",
    metadata,
    Column("level", SmallInteger, primary_key=True, comment="the zoom; -1: of all tiles"),
    Column("x", Integer, primary_key=True),
    Column("y", Integer, primary_key=True),
    Column("change", UUID, nullable=False, comment="the last of anything that the tile shows; without a row: none yet"),
    comment="kept by triggers of tile_feature",
)

tile_made = Table(
    "tile_made",
    metadata,
    Column("collection", Text, primary_key=True),
    Column("level", SmallInteger, primary_key=True),
    Column("x", Integer, primary_key=True),
    Column("y", Integer, primary_key=True),
    Column("drawn_as", Text, nullable=False, comment="a digest of the query and of the software that drew it"),
    Column("changes", ARRAY(UUID), nullable=False, comment="of all tiles and of this one, as it was drawn"),
    Column("body", LargeBinary, nullable=False),
    comment="finished tiles, given while their changes are those of tile_change",
)
