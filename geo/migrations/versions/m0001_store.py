"""The store: features with their versions, administrative units."""

from alembic import op

revision = "0001"
down_revision = None

EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
"""

# VN-2000 in the 3° zones that the city (105°45') and old Hải Dương (105°30') use; EPSG registry, datum shift as
# PostGIS's own row of EPSG:4756 has it.
CRS = """
INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
SELECT srid, 'EPSG', srid,
  format('PROJCS["VN-2000 / TM-3 %s",GEOGCS["VN-2000",DATUM["Vietnam_2000",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],TOWGS84[-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,'
    '0.252906278],AUTHORITY["EPSG","6756"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4756"]],'
    'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",%s],'
    'PARAMETER["scale_factor",0.9999],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],'
    'UNIT["metre",1,AUTHORITY["EPSG","9001"]],AXIS["Easting",EAST],AXIS["Northing",NORTH],AUTHORITY["EPSG","%s"]]',
    zone, meridian, srid),
  format('+proj=tmerc +lat_0=0 +lon_0=%s +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 '
    '+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 '
    '+units=m +no_defs', meridian)
FROM (VALUES (9209, '105-30', 105.5), (9210, '105-45', 105.75)) AS vn2000 (srid, zone, meridian)
ON CONFLICT (srid) DO NOTHING;
"""

# unaccent() is only STABLE, because its dictionary could be changed; with the dictionary named it may be indexed.
# fold: lower case, no accents, words parted by one space, the usual abbreviations spelt out. Words stand between two
# spaces until the end, so that of two abbreviations in a row neither takes the other's space.
# feature_search is made of immutable parts only (no concat_ws), so that it is inlined: a call costs more than its work.
FOLDING = r"""
CREATE FUNCTION fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(replace(replace(replace(replace(replace(replace(replace(replace(
    ' ' || regexp_replace(lower(public.unaccent('public.unaccent'::regdictionary, normalize(words, NFC))),
                          '[^a-z0-9]+', '  ', 'g') || ' ',
    ' kcn ', ' khu  cong  nghiep '), ' ccn ', ' cum  cong  nghiep '), ' kkt ', ' khu  kinh  te '),
    ' kdl ', ' khu  du  lich '), ' kdt ', ' khu  do  thi '), ' ntm ', ' nong  thon  moi '),
    ' noxh ', ' nha  o  xa  hoi '), '  ', ' '))
$$;
CREATE FUNCTION feature_search(id text, properties jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ' ' || public.fold(
    coalesce(properties ->> 'name_vi', '') || ' / ' || coalesce(properties ->> 'name_en', '') || ' / '
    || coalesce(properties ->> 'alt_names', '') || ' / ' || coalesce(properties ->> 'programme', '') || ' / '
    || replace(id, '-', ' ')) || ' '
$$;
CREATE FUNCTION status_rank(status text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_position(ARRAY['proposed', 'seeking_investor', 'investment_procedure',
                    'establishment_procedure', 'site_clearance', 'under_construction', 'partly_operational',
                    'operational', 'completed', 'cancelled'], status),
                  array_position(ARRAY['registered', 'in_progress', 'assessed', 'recognised'], status), 0)
$$;
CREATE FUNCTION basis_strength(basis text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT array_position(ARRAY['inferred', 'implied', 'reported', 'observed', 'decided'], basis)
$$;
"""

# Most features take 1 to 3 kB: to compress what is over 2 kB, and to unpack it at each read, costs more than it saves.
# The checks of a domain run in the order of their names, so the names bring the dear ones last. ST_IsValid passes over
# empty parts and takes a point that is not a number for one.
FEATURES = """
CREATE TABLE changeset (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor text NOT NULL CHECK (actor <> ''),
  note text NOT NULL,
  source text NOT NULL
);
CREATE DOMAIN project_geometry AS geometry(Geometry, 4326)
  CONSTRAINT kind CHECK (GeometryType(VALUE) IN
    ('POINT', 'MULTIPOINT', 'LINESTRING', 'MULTILINESTRING', 'POLYGON', 'MULTIPOLYGON'))
  CONSTRAINT not_empty CHECK (NOT ST_IsEmpty(VALUE))
  CONSTRAINT vertices CHECK (ST_NPoints(VALUE) <= 50000)
  CONSTRAINT whole_parts CHECK (GeometryType(VALUE) NOT LIKE 'MULTI%' OR ST_AsText(VALUE, 0) !~* 'empty|nan')
  CONSTRAINT within_vietnam CHECK (ST_XMin(VALUE) >= 102 AND ST_XMax(VALUE) <= 118
                               AND ST_YMin(VALUE) >= 6 AND ST_YMax(VALUE) <= 24)
  CONSTRAINT without_flaws CHECK (ST_IsValid(VALUE));
CREATE DOMAIN status_code AS text CHECK (VALUE IN (
  'proposed', 'seeking_investor', 'investment_procedure', 'establishment_procedure', 'site_clearance',
  'under_construction', 'partly_operational', 'operational', 'completed', 'cancelled', 'unknown',
  'registered', 'in_progress', 'assessed', 'recognised'));
CREATE DOMAIN condition_code AS text CHECK (VALUE IN ('on_schedule', 'delayed', 'suspended', 'not_assessed'));
CREATE TABLE feature (
  id text PRIMARY KEY CHECK (id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(id) <= 120),
  layer text NOT NULL,
  geometry project_geometry,
  properties jsonb NOT NULL CHECK (jsonb_typeof(properties) = 'object' AND properties ->> 'name_vi' <> ''),
  stated_units jsonb NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  withdrawn boolean NOT NULL,
  changeset bigint NOT NULL, -- the one of its feature_version, which refers to it
  status status_code NOT NULL,
  condition condition_code NOT NULL,
  valid_from date,
  search text NOT NULL GENERATED ALWAYS AS (feature_search(id, properties)) STORED,
  geojson text NOT NULL
) WITH (toast_tuple_target = 4080);
CREATE TABLE feature_version (
  feature text NOT NULL REFERENCES feature DEFERRABLE INITIALLY DEFERRED,
  version integer NOT NULL,
  layer text NOT NULL,
  geometry project_geometry,
  properties jsonb NOT NULL,
  stated_units jsonb NOT NULL,
  withdrawn boolean NOT NULL,
  changeset bigint NOT NULL REFERENCES changeset,
  PRIMARY KEY (feature, version)
);
CREATE TABLE loaded_source (
  name text PRIMARY KEY,
  digest text NOT NULL
);
CREATE TABLE loaded_feature (
  feature text PRIMARY KEY REFERENCES feature,
  digest text NOT NULL,
  version integer NOT NULL
);
"""

UNITS = """
CREATE TABLE admin_unit (
  id text PRIMARY KEY,
  level text NOT NULL CHECK (level IN ('district', 'commune')),
  generation text NOT NULL,
  code text,
  name text NOT NULL,
  full_name text NOT NULL,
  type text NOT NULL,
  province_code text NOT NULL,
  valid_from date,
  valid_to date,
  parent text REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  area_km2_official numeric,
  geometry geometry(MultiPolygon, 4326) CHECK (ST_IsValid(geometry)),
  folded text NOT NULL GENERATED ALWAYS AS (replace(fold(name), ' ', '-')) STORED,
  folded_full text NOT NULL GENERATED ALWAYS AS (replace(fold(full_name), ' ', '-')) STORED
);
CREATE UNIQUE INDEX admin_unit_code ON admin_unit (code, generation, level);
CREATE INDEX admin_unit_folded ON admin_unit (folded);
CREATE INDEX admin_unit_folded_full ON admin_unit (folded_full);
CREATE TABLE admin_unit_piece (
  unit text NOT NULL REFERENCES admin_unit ON DELETE CASCADE,
  geometry geometry(Polygon, 4326) NOT NULL
);
CREATE INDEX admin_unit_piece_unit ON admin_unit_piece (unit);
CREATE INDEX admin_unit_piece_geometry ON admin_unit_piece USING gist (geometry);
CREATE TABLE admin_succession (
  predecessor text NOT NULL REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  successor text NOT NULL REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  relation text NOT NULL CHECK (relation IN ('whole', 'part')),
  resolution text,
  source text,
  note text,
  PRIMARY KEY (predecessor, successor)
);
CREATE TABLE admin_unit_within (
  unit text NOT NULL REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  within text NOT NULL REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (within, unit)
);
CREATE TABLE feature_unit (
  feature text NOT NULL REFERENCES feature DEFERRABLE INITIALLY DEFERRED,
  unit text NOT NULL REFERENCES admin_unit DEFERRABLE INITIALLY DEFERRED,
  basis text NOT NULL CHECK (basis IN ('stated', 'located')),
  PRIMARY KEY (feature, unit)
);
CREATE INDEX feature_unit_unit ON feature_unit (unit, feature);
"""

INDEXES = """
CREATE INDEX feature_geometry ON feature USING gist (geometry);
CREATE INDEX feature_layer ON feature (layer, id);
CREATE INDEX feature_status ON feature (status, id);
CREATE INDEX feature_condition ON feature (condition, id);
CREATE INDEX feature_valid_from ON feature (valid_from, id) INCLUDE (withdrawn);
CREATE INDEX feature_search ON feature USING gin (search gin_trgm_ops);
"""


def upgrade() -> None:
    # The driver's own cursor: without parameters it leaves the % of format() and RAISE alone.
    cursor = op.get_bind().connection.cursor()
    for statements in (EXTENSIONS, CRS, FOLDING, FEATURES, UNITS, INDEXES):
        cursor.execute(statements)
    cursor.close()
