"""Tokens of members' own programs."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0007", "0006"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "staff_token",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False),
        sa.UniqueConstraint("digest", name=op.f("uq_staff_token_digest")),
    )
    for column in ("member_id", "organisation_id"):
        op.create_index(op.f(f"ix_staff_token_{column}"), "staff_token", [column])
    op.execute("ALTER TABLE staff_token ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own ON staff_token USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON staff_token TO {APP}")


def downgrade() -> None:
    op.drop_table("staff_token")
