"""Closing an organisation shuts its doors, and what was taken back is noted for restored backups."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0012", "0011"

APP = "wederhoor_app"
SIGN_IN = """
CREATE OR REPLACE FUNCTION member_for_sign_in(given text)
RETURNS TABLE (id uuid, organisation_id uuid, password_hash text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
SELECT member.id, member.organisation_id, member.password_hash
FROM member{join} WHERE lower(email) = lower(given) AND left_at IS NULL{open}
$$;
CREATE OR REPLACE FUNCTION signing_key_for_token(kid text)
RETURNS TABLE (organisation_id uuid, jwk jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
SELECT signing_key.organisation_id, signing_key.jwk
FROM signing_key{key_join} WHERE signing_key.id = kid AND revoked_at IS NULL{open}
$$;
"""
JOIN = " JOIN organisation ON organisation.id = {table}.organisation_id"
OPEN = SIGN_IN.format(
    join=JOIN.format(table="member"), key_join=JOIN.format(table="signing_key"), open=" AND closed_at IS NULL"
)
BEFORE = SIGN_IN.format(join="", key_join="", open="")

# Names a row and what of it changed; `gone` when the row is no more. Arguments are the columns to look at.
NOTE = """
CREATE FUNCTION note_departure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    name text;
    was jsonb := to_jsonb(OLD);
    key text := coalesce(was->>'id', was->>'learner_id');
    becomes jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO departure (kind, row_id, what) VALUES (TG_TABLE_NAME, key, 'gone');
        RETURN NULL;
    END IF;
    becomes := to_jsonb(NEW);
    FOREACH name IN ARRAY TG_ARGV LOOP
        IF was->>name IS DISTINCT FROM becomes->>name THEN
            INSERT INTO departure (kind, row_id, what, value)
            VALUES (TG_TABLE_NAME, key, name, becomes->>name);
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE FUNCTION take_departures() RETURNS SETOF departure
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ DELETE FROM departure RETURNING * $$;
REVOKE ALL ON FUNCTION take_departures() FROM PUBLIC;
"""
GONE = ("learner", "organisation")
CHANGED = {
    "learner": ("by_person_since", "restricted_since"),
    "consent": ("withdrawn_at",),
    "organisation": ("closed_at",),
    "member": ("left_at",),
    "staff_token": ("revoked_at",),
    "signing_key": ("revoked_at",),
    "mailbox": ("disconnected_at",),
    "agreement": ("ends_on",),
    "appeal": ("state",),
}
ONLY = {"appeal": "WHEN (NEW.state = 'withdrawn' AND OLD.state <> 'withdrawn')"}
"""An appeal is ruled on again from the start; only that it was taken back counts."""


def upgrade() -> None:
    op.execute(OPEN)
    op.create_table(
        "departure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
    )
    op.execute("ALTER TABLE departure ENABLE ROW LEVEL SECURITY")  # without a policy: the app's role sees nothing
    op.execute(NOTE)
    op.execute(f"GRANT EXECUTE ON FUNCTION take_departures() TO {APP}")
    for table in GONE:
        op.execute(f"CREATE TRIGGER departs AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION note_departure()")
    for table, columns in CHANGED.items():
        names = ", ".join(f"'{name}'" for name in columns)
        op.execute(
            f"CREATE TRIGGER takes_back AFTER UPDATE OF {', '.join(columns)} ON {table}"
            f" FOR EACH ROW {ONLY.get(table, '')} EXECUTE FUNCTION note_departure({names})"
        )


def downgrade() -> None:
    for table in CHANGED:
        op.execute(f"DROP TRIGGER takes_back ON {table}")
    for table in GONE:
        op.execute(f"DROP TRIGGER departs ON {table}")
    op.execute("DROP FUNCTION take_departures()")
    op.execute("DROP FUNCTION note_departure()")
    op.drop_table("departure")
    op.execute(BEFORE)
