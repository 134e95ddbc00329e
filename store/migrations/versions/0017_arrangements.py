"""Another ground than consent, recorded per organisation; an agreement can end before it held."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0017", "0016"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "legal_basis",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("why", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False),
        sa.CheckConstraint("ground IN ('contract', 'legal_obligation')", name=op.f("ck_legal_basis_ground")),
    )
    op.create_index(op.f("ix_legal_basis_organisation_id"), "legal_basis", ["organisation_id"])
    op.create_index(
        "uq_legal_basis_live",
        "legal_basis",
        ["organisation_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.execute("ALTER TABLE legal_basis ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own ON legal_basis USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON legal_basis TO {APP}")
    op.execute(
        "CREATE TRIGGER takes_back AFTER UPDATE OF ended_at ON legal_basis"
        " FOR EACH ROW EXECUTE FUNCTION note_departure('ended_at')"
    )
    op.add_column("acceptance", sa.Column("legal_basis_id", sa.Uuid(), sa.ForeignKey("legal_basis.id"), nullable=True))
    op.drop_constraint(op.f("ck_agreement_period"), "agreement")
    op.create_check_constraint(op.f("ck_agreement_period"), "agreement", "ends_on IS NULL OR ends_on >= starts_on - 1")


def downgrade() -> None:
    op.execute("UPDATE agreement SET ends_on = starts_on WHERE ends_on < starts_on")
    op.drop_constraint(op.f("ck_agreement_period"), "agreement")
    op.create_check_constraint(op.f("ck_agreement_period"), "agreement", "ends_on IS NULL OR ends_on >= starts_on")
    op.drop_column("acceptance", "legal_basis_id")
    op.drop_table("legal_basis")
