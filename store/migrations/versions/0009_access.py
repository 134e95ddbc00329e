"""The log of who of the staff looked at what, as a chain that shows when an entry was changed or taken out."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0009", "0008"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "access",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_access_member_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_access_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
    )
    op.create_index(op.f("ix_access_organisation_id"), "access", ["organisation_id"])
    op.create_index("ix_access_member_at", "access", ["member_id", "at"])
    op.execute("ALTER TABLE access ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON access USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})")
    op.execute(f"GRANT SELECT, INSERT ON access TO {APP}")
    op.add_column("look", sa.Column("salt", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("look", "salt")
    op.drop_table("access")
