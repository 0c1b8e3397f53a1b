"""What the search box finds is found by indexes: units, documents, clauses, and acts that stand in sources."""

from alembic import op

revision = "0011"
down_revision = "0010"

FIND = r"""
CREATE FUNCTION unit_search(full_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ' ' || public.fold(full_name) || ' '
$$;
CREATE FUNCTION document_search(number text, label_vi text, label_en text, title_vi text, title_en text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ' ' || public.fold(label_vi || ' / ' || coalesce(number, '') || ' / ' || label_en || ' / ' || title_vi
                            || ' / ' || coalesce(title_en, '')) || ' '
$$;
CREATE FUNCTION clause_search(label_vi text, label_en text, heading_vi text, summary_vi text, summary_en text)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ' ' || public.fold(label_vi || ' / ' || label_en || ' / ' || coalesce(heading_vi, '') || ' / '
                            || coalesce(summary_vi, '') || ' / ' || coalesce(summary_en, '')) || ' '
$$;
CREATE FUNCTION act_search(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ' ' || public.fold(told) || ' '
$$;
CREATE INDEX admin_unit_search ON admin_unit USING gin (unit_search(full_name) gin_trgm_ops);
CREATE INDEX admin_unit_code_begins ON admin_unit (code text_pattern_ops);
CREATE INDEX document_search ON document
  USING gin (document_search(number, label_vi, label_en, title_vi, title_en) gin_trgm_ops);
CREATE INDEX clause_search ON clause
  USING gin (clause_search(label_vi, label_en, heading_vi, summary_vi, summary_en) gin_trgm_ops);
CREATE INDEX feature_acts ON feature USING gin (act_search(properties ->> 'decisions') gin_trgm_ops)
  WHERE properties ? 'decisions';
CREATE INDEX status_fact_acts ON status_fact
  USING gin (act_search(source || ' / ' || coalesce(text_vi, '')) gin_trgm_ops)
  WHERE (source || ' / ' || coalesce(text_vi, '')) ~ '[0-9]/[A-Z0-9]';
"""


def upgrade() -> None:
    # The driver's own cursor: without parameters it leaves % and ? alone.
    cursor = op.get_bind().connection.cursor()
    cursor.execute(FIND)
    cursor.close()
