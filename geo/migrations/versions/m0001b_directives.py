"""The store: directives with what they order, targets, and the status facts of features."""

from alembic import op

revision = "0001b"
down_revision = "0001"

DIRECTIVES = """
CREATE TABLE document (
  id text PRIMARY KEY,
  kind text NOT NULL,
  number text,
  number_basis text,
  number_basis_en text,
  title_vi text NOT NULL,
  title_en text,
  label_vi text NOT NULL,
  label_en text NOT NULL,
  issuer text,
  date text,
  date_basis text,
  date_basis_en text,
  text_basis text,
  relays text REFERENCES document DEFERRABLE INITIALLY DEFERRED,
  note text,
  note_en text
);
CREATE TABLE clause (
  id text PRIMARY KEY,
  document text NOT NULL REFERENCES document DEFERRABLE INITIALLY DEFERRED,
  parent text REFERENCES clause DEFERRABLE INITIALLY DEFERRED,
  position integer NOT NULL,
  label_vi text NOT NULL,
  label_en text NOT NULL,
  heading_vi text,
  summary_vi text,
  summary_en text,
  topics jsonb NOT NULL,
  open_list boolean NOT NULL
);
CREATE INDEX clause_document ON clause (document, position);
CREATE TABLE target (
  id text PRIMARY KEY,
  position integer NOT NULL,
  properties jsonb NOT NULL
);
CREATE TABLE mandate (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  clause text NOT NULL REFERENCES clause DEFERRABLE INITIALLY DEFERRED,
  feature text REFERENCES feature DEFERRABLE INITIALLY DEFERRED,
  target text REFERENCES target DEFERRABLE INITIALLY DEFERRED,
  role text NOT NULL CHECK (role IN ('orders', 'reports', 'approves', 'announces')),
  ordered_stage text,
  ordered_finish boolean NOT NULL,
  implied_stage text,
  due text,
  due_basis text,
  quote_vi text,
  text_vi text,
  named_as text,
  confidence text,
  note text,
  note_en text,
  unmapped_reason text,
  CHECK (num_nonnulls(feature, target, unmapped_reason) >= 1)
);
CREATE INDEX mandate_feature ON mandate (feature);
CREATE INDEX mandate_target ON mandate (target);
CREATE INDEX mandate_clause ON mandate (clause);
"""

FACTS = """
CREATE TABLE status_fact (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feature text NOT NULL REFERENCES feature DEFERRABLE INITIALLY DEFERRED,
  status status_code,
  condition condition_code,
  basis text NOT NULL CHECK (basis IN ('decided', 'reported', 'observed', 'implied', 'inferred')),
  edtf text NOT NULL,
  valid_from date NOT NULL,
  valid_latest date NOT NULL CHECK (valid_latest >= valid_from),
  source text NOT NULL CHECK (source <> ''),
  source_url text,
  clause text REFERENCES clause DEFERRABLE INITIALLY DEFERRED,
  text_vi text,
  secondary_status text,
  stage_in_words boolean NOT NULL,
  date_inferred boolean NOT NULL,
  uncertain boolean NOT NULL,
  changeset bigint NOT NULL REFERENCES changeset,
  retracted_by bigint REFERENCES changeset,
  CHECK (num_nonnulls(status, condition) >= 1)
);
CREATE INDEX status_fact_feature ON status_fact (feature, valid_latest);

-- The state of every feature on a day, as known at an instant. Of the facts that may have begun by that day, the one
-- whose printed date ends last holds (so 2023 follows 2023-01-19); then the later beginning, the stronger basis, the
-- later record. A stage that is only implied or inferred never pulls back one that a stronger source told before.
CREATE FUNCTION status_fact_effective(day date, known timestamptz)
RETURNS TABLE (fact bigint, feature text, effective boolean) LANGUAGE sql STABLE AS $$
  SELECT weak.id, weak.feature, NOT (
      weak.basis IN ('implied', 'inferred') AND weak.status IS NOT NULL AND EXISTS (
        SELECT FROM status_fact AS seen JOIN changeset AS told ON told.id = seen.changeset
        LEFT JOIN changeset AS untold ON untold.id = seen.retracted_by
        WHERE seen.feature = weak.feature AND status_rank(seen.status) > status_rank(weak.status)
          AND seen.basis NOT IN ('implied', 'inferred') AND seen.valid_from <= day
          AND seen.valid_latest <= weak.valid_latest
          AND told.recorded_at <= known AND coalesce(untold.recorded_at > known, true)))
  FROM status_fact AS weak JOIN changeset AS told ON told.id = weak.changeset
  LEFT JOIN changeset AS untold ON untold.id = weak.retracted_by
  WHERE weak.valid_from <= day AND told.recorded_at <= known AND coalesce(untold.recorded_at > known, true)
$$;

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: record a new row instead', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON feature_version
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON changeset
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER no_delete BEFORE DELETE ON status_fact
  FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER retract_once BEFORE UPDATE ON status_fact FOR EACH ROW
  WHEN (OLD.retracted_by IS NOT NULL
        OR to_jsonb(OLD) - 'retracted_by' IS DISTINCT FROM to_jsonb(NEW) - 'retracted_by')
  EXECUTE FUNCTION append_only();
CREATE TRIGGER no_delete BEFORE DELETE ON feature
  FOR EACH ROW EXECUTE FUNCTION append_only();
"""


def upgrade() -> None:
    # The driver's own cursor: without parameters it leaves the % of format() and RAISE alone.
    cursor = op.get_bind().connection.cursor()
    for statements in (DIRECTIVES, FACTS):
        cursor.execute(statements)
    cursor.close()
