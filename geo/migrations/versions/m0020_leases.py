"""Who was told the version may give it on for a moment: whoever changes it says so first, and lets that moment pass.

A writer takes a lock, which tells every question from then on that the version may soon be another one, and waits 5 ms;
only then can it commit. `geo.freshness` gives an answer on for 3 ms where no writer held the lock when it was asked, so
that the last of it is over before the change can be seen. Once in a transaction: 5 ms for an edit as for a load.
"""

from alembic import op

revision = "0020"
down_revision = "0019"

# The setting goes with the lock, which a savepoint that is rolled back gives up too. By row and ALWAYS, so that a
# subscriber of logical replication, who runs no other triggers, waits as well.
ANNOUNCING = """
CREATE FUNCTION announce_data_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('haiphong.announced', true) IS DISTINCT FROM 'yes' THEN
    PERFORM pg_advisory_xact_lock(7203118640003);
    PERFORM set_config('haiphong.announced', 'yes', true);
    PERFORM pg_sleep(0.005);
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER announce BEFORE INSERT OR UPDATE OR DELETE ON data_version
  FOR EACH ROW EXECUTE FUNCTION announce_data_version();
ALTER TABLE data_version ENABLE ALWAYS TRIGGER announce;
"""
# The lock first, the version after it in a snapshot of its own (a volatile function takes one for each statement): who
# held the lock before has committed by then and is seen. A standby does not see the lock, so there nothing is settled;
# nor in the last second of a day, which is a part of what is told.
SETTLED = """
CREATE FUNCTION data_version_told(OUT version text, OUT settled boolean) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  settled := NOT pg_is_in_recovery() AND (now() + interval '1 s')::date = current_date
    AND pg_try_advisory_xact_lock_shared(7203118640003);
  SELECT data_version.version::text || to_char(current_date, '@YYYY-MM-DD') INTO version FROM data_version;
END $$;
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(ANNOUNCING)
    cursor.execute(SETTLED)
    cursor.close()
