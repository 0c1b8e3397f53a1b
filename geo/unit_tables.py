"""Tables of what is derived of units, and of what an office brought in; as `geo.tables`, of whose metadata they are."""

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, Column, Table, Text

from geo.tables import metadata

admin_unit_outline = Table(
    "admin_unit_outline",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("geometry", Geometry("MULTIPOLYGON", srid=4326, spatial_index=False), nullable=False),
    Column("source", Text, nullable=False, comment="name of the file"),
    Column("digest", Text, nullable=False, comment="its SHA-256"),
    Column("changeset", BigInteger, nullable=False),
    comment="outlines that an office brought in; they hold before those of data/",
)

admin_unit_today = Table(
    "admin_unit_today",
    metadata,
    Column("unit", Text, primary_key=True, comment="one that is no more"),
    Column("today", Text, primary_key=True, comment="a unit of today that holds all or some of it"),
    Column("relation", Text, nullable=False),
)
