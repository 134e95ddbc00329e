"""Reaching people outside the chat: the address that a learner left, an organisation's webhooks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0004", "0003"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)
# Who has something to tell now: asked every few seconds, and most have nothing.
TO_TELL = """
CREATE FUNCTION organisations_to_tell(moment timestamptz) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
SELECT DISTINCT organisation_id FROM notice
WHERE channel <> 'chat' AND sent_at IS NULL AND gave_up_at IS NULL AND send_at <= moment
$$;
"""


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", TIME, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_contact")),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_contact_learner_id"), ondelete="CASCADE"),
        _organisation("contact"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        sa.UniqueConstraint("organisation_id", "url", name=op.f("uq_webhook_organisation_id_url")),
        _organisation("webhook"),
    )
    for table in ("contact", "webhook"):
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.add_column(
        "notice",
        sa.Column("reached", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.execute(TO_TELL)


def _organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION organisations_to_tell(timestamptz)")
    op.drop_column("notice", "reached")
    op.drop_table("webhook")
    op.drop_table("contact")
