"""Trends over people who cannot be recognised."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0009"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _trends()


def _trends() -> None:
    op.create_table(
        "trend",
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer()) for name in ("passed", "not_passed", "undecided", "by_person", "learners")),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("LEAST(passed, not_passed, undecided, by_person, learners) >= 5", name=op.f("ck_trend_k")),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_trend_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_trend_organisation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "week", name=op.f("pk_trend")),
    )
    op.create_index(op.f("ix_trend_organisation_id"), "trend", ["organisation_id"])
    _own("trend", "SELECT, INSERT, DELETE")


def _own(table: str, rights: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})")
    op.execute(f"GRANT {rights} ON {table} TO {APP}")


def downgrade() -> None:
    op.drop_table("trend")
