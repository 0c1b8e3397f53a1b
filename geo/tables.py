"""The tables, as SQLAlchemy sees them. Their CHECKs, functions, triggers and indexes stand in `migrations/`."""

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    FetchedValue,
    Identity,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _geometry(kind: str) -> Geometry:
    return Geometry(kind, srid=4326, spatial_index=False)


changeset = Table(
    "changeset",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("source", Text, nullable=False),
)

feature = Table(
    "feature",
    metadata,
    Column("id", Text, primary_key=True),
    Column("layer", Text, nullable=False),
    Column("geometry", _geometry("GEOMETRY")),
    Column("properties", JSONB, nullable=False),
    Column("stated_units", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("changeset", BigInteger, nullable=False),
    Column("status", Text, nullable=False, comment="of today, derived from status_fact by apply"),
    Column("condition", Text, nullable=False, comment="of today, derived from status_fact by apply"),
    Column("valid_from", Date, comment="earliest day that the current status may have begun"),
    Column("search", Text, nullable=False, comment="generated: folded names"),
    Column("name_vi", Text, comment="generated; its collation is that of a Vietnamese dictionary"),
    Column("geojson", Text, nullable=False, comment="the published Feature, written with the row"),
    Column("known_from", DateTime(timezone=True), nullable=False, comment="since when it is published like this"),
    Column("head_bytes", Integer, nullable=False, comment="of geojson, before the members of the state"),
    Column("state_bytes", Integer, nullable=False, comment="of geojson, the members of the state"),
)

feature_past = Table(
    "feature_past",
    metadata,
    Column("id", Text, primary_key=True),
    Column("layer", Text, nullable=False),
    Column("geometry", _geometry("GEOMETRY")),
    Column("properties", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("changeset", BigInteger, nullable=False),
    Column("search", Text, nullable=False),
    Column("geojson", Text, nullable=False),
    Column("known_from", DateTime(timezone=True), primary_key=True),
    Column("head_bytes", Integer, nullable=False),
    Column("state_bytes", Integer, nullable=False),
    Column("known_to", DateTime(timezone=True), nullable=False),
    comment="how a feature was published before; kept by a trigger of feature",
)

status_period = Table(
    "status_period",
    metadata,
    Column("feature", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date, primary_key=True),
    Column("known_from", DateTime(timezone=True), primary_key=True),
    Column("known_to", DateTime(timezone=True), primary_key=True),
    Column("status", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("since", Date, comment="earliest day that the status may have begun"),
    Column("last_told_day", Integer, comment="20230531: the last day that the date of the newest fact may mean"),
    Column("members", Text, nullable=False, comment="of the published Feature, without braces"),
    comment="derived from status_fact by apply: which state held when, as known when; both half-open",
)

feature_version = Table(
    "feature_version",
    metadata,
    Column("feature", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("layer", Text, nullable=False),
    Column("geometry", _geometry("GEOMETRY")),
    Column("properties", JSONB, nullable=False),
    Column("stated_units", JSONB, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("changeset", BigInteger, nullable=False),
)

status_fact = Table(
    "status_fact",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("feature", Text, nullable=False),
    Column("status", Text),
    Column("condition", Text),
    Column("basis", Text, nullable=False),
    Column("edtf", Text, nullable=False),
    Column("valid_from", Date, nullable=False, comment="earliest day that edtf may mean"),
    Column("valid_latest", Date, nullable=False, comment="latest day that edtf may mean"),
    Column("source", Text, nullable=False),
    Column("source_url", Text),
    Column("clause", Text),
    Column("text_vi", Text),
    Column("secondary_status", Text),
    Column("stage_in_words", Boolean, nullable=False),
    Column("date_inferred", Boolean, nullable=False),
    Column("uncertain", Boolean, nullable=False),
    Column("changeset", BigInteger, nullable=False),
    Column("retracted_by", BigInteger),
)

loaded_source = Table(
    "loaded_source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False, comment="of the files that were last loaded under this name"),
    Column("stamp", Text, comment="what the system told of these files when they had this digest"),
)

loaded_feature = Table(
    "loaded_feature",
    metadata,
    Column("feature", Text, primary_key=True),
    Column("digest", Text, nullable=False, comment="of the curated record as last loaded"),
    Column("version", Integer, nullable=False, comment="of the feature that this load wrote"),
)

admin_unit = Table(
    "admin_unit",
    metadata,
    Column("id", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("generation", Text, nullable=False),
    Column("code", Text),
    Column("name", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("province_code", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("parent", Text),
    Column("area_km2_official", Numeric),
    Column("geometry", _geometry("MULTIPOLYGON")),
    Column("folded", Text, nullable=False, comment="generated: folded name, words joined by hyphens"),
    Column("folded_full", Text, nullable=False, comment="generated: folded full name, words joined by hyphens"),
    Column("search", Text, nullable=False, comment="generated: folded full name"),
)

admin_unit_piece = Table(
    "admin_unit_piece",
    metadata,
    Column("unit", Text, nullable=False),
    Column("geometry", _geometry("POLYGON"), nullable=False),
    comment="the outlines cut small, so that locating a feature reads few vertices",
)

admin_succession = Table(
    "admin_succession",
    metadata,
    Column("predecessor", Text, primary_key=True),
    Column("successor", Text, primary_key=True),
    Column("relation", Text, nullable=False),
    Column("resolution", Text),
    Column("source", Text),
    Column("note", Text),
)

admin_unit_within = Table(
    "admin_unit_within",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("within", Text, primary_key=True),
)

feature_unit = Table(
    "feature_unit",
    metadata,
    Column("feature", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("basis", Text, nullable=False, comment="stated by a source, or located by geometry"),
    Column("known_from", DateTime(timezone=True), nullable=False),
    Column("status", Text, comment="that of the feature, kept by triggers; null where it was withdrawn"),
)

feature_unit_past = Table(
    "feature_unit_past",
    metadata,
    Column("feature", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("known_from", DateTime(timezone=True), primary_key=True),
    Column("known_to", DateTime(timezone=True), nullable=False),
)

document = Table(
    "document",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Text),
    Column("number_basis", Text),
    Column("number_basis_en", Text),
    Column("title_vi", Text, nullable=False),
    Column("title_en", Text),
    Column("label_vi", Text, nullable=False, comment="short name for citations: Chỉ thị 02/CT-UBND"),
    Column("label_en", Text, nullable=False),
    Column("issuer", Text),
    Column("date", Text, comment="EDTF"),
    Column("date_basis", Text),
    Column("date_basis_en", Text),
    Column("text_basis", Text),
    Column("relays", Text),
    Column("note", Text),
    Column("note_en", Text),
    Column("search", Text, FetchedValue(), nullable=False, comment="generated: folded names and titles"),
)

clause = Table(
    "clause",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", Text, nullable=False),
    Column("parent", Text),
    Column("position", Integer, nullable=False),
    Column("label_vi", Text, nullable=False, comment="Chỉ thị 02/CT-UBND, mục II.2"),
    Column("label_en", Text, nullable=False),
    Column("heading_vi", Text),
    Column("summary_vi", Text),
    Column("summary_en", Text),
    Column("topics", JSONB, nullable=False),
    Column("open_list", Boolean, nullable=False),
    Column("search", Text, FetchedValue(), nullable=False, comment="generated: folded label, heading and content"),
)

target = Table(
    "target",
    metadata,
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("properties", JSONB, nullable=False),
)

mandate = Table(
    "mandate",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("clause", Text, nullable=False),
    Column("feature", Text),
    Column("target", Text),
    Column("role", Text, nullable=False),
    Column("ordered_stage", Text),
    Column("ordered_finish", Boolean, nullable=False),
    Column("implied_stage", Text),
    Column("due", Text, comment="EDTF"),
    Column("due_basis", Text),
    Column("quote_vi", Text),
    Column("text_vi", Text),
    Column("named_as", Text),
    Column("confidence", Text),
    Column("note", Text),
    Column("note_en", Text),
    Column("unmapped_reason", Text, comment="why the clause leads to no record here"),
)

data_version = Table(
    "data_version",
    metadata,
    Column("only_row", Boolean, primary_key=True),
    Column("version", Uuid, nullable=False, comment="new with every change of what is published"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, comment="the last instant of the store's clock"),
)

feature_number = Table(
    "feature_number",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("layer", "status", "condition")),
    Column("number", BigInteger, nullable=False, comment="of features that are not withdrawn; kept by triggers"),
)
