"""Accounts at a provider outside by which members sign in."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0016", "0015"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"

FIND = """
CREATE FUNCTION member_by_outside_account(given_issuer text, given_subject text)
RETURNS TABLE (id uuid, organisation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
SELECT m.id, m.organisation_id FROM outside_account o JOIN member m ON m.id = o.member_id
WHERE o.issuer = given_issuer AND o.subject = given_subject AND m.left_at IS NULL
$$;
"""


def upgrade() -> None:
    op.create_table(
        "outside_account",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_outside_account_issuer_subject")),
        sa.UniqueConstraint("member_id", "issuer", name=op.f("uq_outside_account_member_id_issuer")),
    )
    op.create_index(op.f("ix_outside_account_organisation_id"), "outside_account", ["organisation_id"])
    op.execute("ALTER TABLE outside_account ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own ON outside_account USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
    )
    op.execute(f"GRANT SELECT, INSERT, DELETE ON outside_account TO {APP}")
    op.execute(FIND)


def downgrade() -> None:
    op.execute("DROP FUNCTION member_by_outside_account(text, text)")
    op.drop_table("outside_account")
