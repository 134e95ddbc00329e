"""Rights: retention per organisation, closing one, restriction of a learner's data, legal holds."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0008", "0007"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)

# The app's role cannot delete from the journal; this lets it drop old entries of its own organisation, no others.
PRUNE = f"""
CREATE FUNCTION prune_journal(before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
WITH gone AS (
    DELETE FROM journal WHERE at < before AND at < now() - interval '180 days' AND organisation_id = {OURS} RETURNING 1
)
SELECT count(*) FROM gone
$$;
"""  # noqa: S608 - all of it is constant


def upgrade() -> None:
    op.add_column("organisation", sa.Column("closed_at", TIME, nullable=True))
    op.add_column("organisation", sa.Column("retention_days", sa.Integer(), server_default="365", nullable=False))
    op.create_check_constraint(
        op.f("ck_organisation_retention_days"), "organisation", "retention_days BETWEEN 30 AND 365"
    )
    op.add_column("learner", sa.Column("restricted_since", TIME, nullable=True))
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learner.id"], name=op.f("fk_hold_learner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by"], ["member.id"], name=op.f("fk_hold_made_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_hold_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_organisation_id"), "hold", ["organisation_id"])
    op.execute("ALTER TABLE hold ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON hold USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON hold TO {APP}")
    op.execute(PRUNE)


def downgrade() -> None:
    op.execute("DROP FUNCTION prune_journal(timestamptz)")
    op.drop_table("hold")
    op.drop_column("learner", "restricted_since")
    op.drop_constraint(op.f("ck_organisation_retention_days"), "organisation")
    for column in ("retention_days", "closed_at"):
        op.drop_column("organisation", column)
