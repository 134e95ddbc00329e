"""Trends over people who cannot be recognised, and news that learners asked for."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0015", "0014"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _trends()
    _news()


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


def _news() -> None:
    op.create_table(
        "news_subscription",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        *_of("news_subscription", "learner_id", "learner", "CASCADE"),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_news_subscription")),
    )
    op.create_table(
        "news_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("language", "subject", "text")),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        *_of("news_item", "written_by", "member", None),
        sa.CheckConstraint("language IN ('nl', 'en')", name=op.f("ck_news_item_language")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_item")),
    )
    op.create_table(
        "news_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("send_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("gave_up_at", TIME),
        *_of("news_mail", "learner_id", "learner", "CASCADE"),
        sa.ForeignKeyConstraint(["item_id"], ["news_item.id"], name=op.f("fk_news_mail_item_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news_mail")),
    )
    op.create_index(op.f("ix_news_mail_learner_id"), "news_mail", ["learner_id"])
    waiting = sa.text("sent_at IS NULL AND gave_up_at IS NULL")
    op.create_index("ix_news_mail_waiting", "news_mail", ["organisation_id", "send_at"], postgresql_where=waiting)
    for table in ("news_subscription", "news_item", "news_mail"):
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        _own(table, "SELECT, INSERT, UPDATE, DELETE")


def _of(table: str, column: str, person: str, gone: str | None) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint([column], [f"{person}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=gone),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
        ),
    ]


def _own(table: str, rights: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})")
    op.execute(f"GRANT {rights} ON {table} TO {APP}")


def downgrade() -> None:
    for table in ("news_mail", "news_item", "news_subscription", "trend"):
        op.drop_table(table)
