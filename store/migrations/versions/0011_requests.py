"""Rights requests by people who cannot sign in, and what is to be told about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0011", "0010"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)
OPEN = "state IN ('received', 'identified')"
CHANNELS = "channel IN ('chat', 'learner_mail', 'staff_mail', 'webhook'{})"
# Who asks has no sign-in that says which organisation it is about. They name it; the list of all is never shown.
NAMED = """
CREATE FUNCTION organisation_named(wanted text) RETURNS TABLE (id uuid, slug text, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
SELECT id, slug, name FROM organisation
WHERE closed_at IS NULL AND (lower(slug) = lower(wanted) OR lower(name) = lower(wanted))
ORDER BY lower(slug) <> lower(wanted), created_at LIMIT 1
$$;
"""


def upgrade() -> None:
    _request()
    op.create_table(
        "request_text",
        sa.Column("request_id", sa.Uuid(), sa.ForeignKey("request.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("closed_at", TIME),
        sa.Column("contact", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.LargeBinary()) for name in ("words", "subject", "extension", "answer", "held", "ticket")),
        _organisation(),
    )
    for table in ("request", "request_text"):
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.add_column("notice", sa.Column("request_id", sa.Uuid(), sa.ForeignKey("request.id", ondelete="CASCADE")))
    op.create_index(op.f("ix_notice_request_id"), "notice", ["request_id"])
    op.alter_column("notice", "question_id", nullable=True)
    op.create_check_constraint(op.f("ck_notice_about"), "notice", "(question_id IS NULL) = (request_id IS NOT NULL)")
    op.drop_constraint(op.f("ck_notice_channel"), "notice")
    op.create_check_constraint(
        op.f("ck_notice_channel"), "notice", CHANNELS.format(", 'requester_mail', 'officer_mail'")
    )
    op.execute(NAMED)


def _request() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("learner_id", sa.Uuid(), sa.ForeignKey("learner.id", ondelete="SET NULL")),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("came_by", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("extended_at", TIME),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("remind_at", TIME),
        sa.Column("identified_how", sa.Text()),
        sa.Column("identified_at", TIME),
        sa.Column("deeds", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("held_until", sa.Date()),
        sa.Column("refusal", sa.Text()),
        sa.Column("closed_at", TIME),
        sa.Column("handled_by", sa.Uuid(), sa.ForeignKey("member.id")),
        sa.Column("file_digest", sa.LargeBinary()),
        sa.Column("code_digest", sa.LargeBinary()),
        sa.Column("file_until", TIME),
        sa.Column("file_taken_at", TIME),
        _organisation(),
        sa.UniqueConstraint("number", name=op.f("uq_request_number")),
        sa.CheckConstraint(
            "state IN ('received', 'identified', 'done', 'refused', 'taken_back')", name=op.f("ck_request_state")
        ),
        sa.CheckConstraint(f"({OPEN}) = (closed_at IS NULL)", name=op.f("ck_request_closed")),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_request_refused")),
        sa.CheckConstraint(
            "state NOT IN ('identified', 'done') OR identified_how IS NOT NULL", name=op.f("ck_request_identified")
        ),
        sa.CheckConstraint("learner_id IS NULL OR identified_how IS NOT NULL", name=op.f("ck_request_linked")),
    )
    op.create_index(
        "ix_request_open", "request", ["organisation_id", "due_at", "number"], postgresql_where=sa.text(OPEN)
    )
    op.create_index("ix_request_learner", "request", ["learner_id"], postgresql_where=sa.text("learner_id IS NOT NULL"))


def _organisation() -> sa.Column[object]:
    return sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False)


def downgrade() -> None:
    op.execute("DROP FUNCTION organisation_named(text)")
    op.execute("DELETE FROM notice WHERE request_id IS NOT NULL")
    op.drop_constraint(op.f("ck_notice_channel"), "notice")
    op.create_check_constraint(op.f("ck_notice_channel"), "notice", CHANNELS.format(""))
    op.drop_constraint(op.f("ck_notice_about"), "notice")
    op.drop_column("notice", "request_id")
    op.alter_column("notice", "question_id", nullable=False)
    op.drop_table("request_text")
    op.drop_table("request")
