"""Appeals in full: second persons, questions back, clocks, remedies, notices, conflicts of interest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0003", "0002"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
OPEN = "state IN ('filed', 'claimed', 'awaiting_learner', 'escalated')"

STATES = (
    "state IN ('filed', 'claimed', 'awaiting_learner', 'escalated', 'decided', 'expired_in_favour',"
    " 'withdrawn', 'superseded')"
)
MAKER = (
    "(maker = 'model' AND model_id IS NOT NULL AND member_id IS NULL)"
    " OR (maker = 'key' AND model_id IS NULL AND member_id IS NULL)"
    " OR (maker = 'clock' AND member_id IS NULL)"
    " OR (maker = 'person' AND member_id IS NOT NULL)"
)

TIME = sa.DateTime(timezone=True)
# Learners who were not told yet are told as before, by the chat.
UNTOLD = """
INSERT INTO notice (id, organisation_id, appeal_id, learner_id, question_id, kind, channel, version, created_at, send_at)
SELECT gen_random_uuid(), organisation_id, id, learner_id, question_id, 'ruled', 'chat', version, ruled_at, ruled_at
FROM appeal WHERE state = 'decided' AND announced_at IS NULL AND learner_id IS NOT NULL
"""
# Whoever shows the line hears of every change in it, whichever act made it: only whose line it is, nothing of the case.
ANNOUNCE = """
CREATE FUNCTION announce_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('wederhoor_line', NEW.organisation_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER line_changed AFTER INSERT OR UPDATE OF state, claimed_by, due_at ON appeal
FOR EACH ROW EXECUTE FUNCTION announce_line();
"""


def upgrade() -> None:
    _columns()
    _tables()
    _appeal()
    op.execute(ANNOUNCE)
    op.execute(UNTOLD)
    op.drop_column("appeal", "announced_at")
    op.execute(
        "UPDATE appeal SET announce_at = ruled_at, clock_at = filed_at, clock_days = organisation.appeal_days FROM organisation"
        " WHERE organisation.id = appeal.organisation_id"
    )
    for column in ("clock_at", "clock_days"):
        op.alter_column("appeal", column, nullable=False)


def _columns() -> None:
    op.add_column("organisation", sa.Column("on_missed", sa.Text(), server_default="favour", nullable=False))
    op.add_column("organisation", sa.Column("pauses_clock", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("organisation", sa.Column("undo_seconds", sa.Integer(), server_default="30", nullable=False))
    op.create_check_constraint(op.f("ck_organisation_on_missed"), "organisation", "on_missed IN ('favour', 'escalate')")
    op.create_check_constraint(op.f("ck_organisation_undo_seconds"), "organisation", "undo_seconds BETWEEN 0 AND 300")
    op.add_column("learner", sa.Column("by_person_since", TIME, nullable=True))
    op.add_column("decision", sa.Column("remedy_id", sa.Uuid(), nullable=True))
    op.drop_constraint(op.f("ck_decision_maker"), "decision")
    op.create_check_constraint(op.f("ck_decision_maker"), "decision", MAKER)


def _tables() -> None:
    op.create_table(
        "remedy",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("appeal_id", sa.Uuid(), sa.ForeignKey("appeal.id", ondelete="SET NULL")),
        sa.Column("question_id", sa.Uuid(), sa.ForeignKey("question.id"), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("referred", sa.Integer(), nullable=False),
        sa.Column("undone_at", TIME),
        sa.Column("undone_by", sa.Uuid(), sa.ForeignKey("member.id")),
        _organisation(),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("appeal_id", sa.Uuid(), sa.ForeignKey("appeal.id", ondelete="CASCADE")),
        sa.Column("learner_id", sa.Uuid(), sa.ForeignKey("learner.id", ondelete="CASCADE")),
        sa.Column("question_id", sa.Uuid(), sa.ForeignKey("question.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("send_at", TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("gave_up_at", TIME),
        _organisation(),
        sa.CheckConstraint(
            "channel IN ('chat', 'learner_mail', 'staff_mail', 'webhook')", name=op.f("ck_notice_channel")
        ),
        sa.UniqueConstraint(
            "appeal_id", "kind", "channel", "version", name=op.f("uq_notice_appeal_id_kind_channel_version")
        ),
    )
    op.create_index(
        "ix_notice_waiting",
        "notice",
        ["organisation_id", "send_at"],
        postgresql_where=sa.text("channel <> 'chat' AND sent_at IS NULL AND gave_up_at IS NULL"),
    )
    op.create_index("ix_notice_learner", "notice", ["learner_id", "question_id"])
    op.create_table(
        "conflict",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("member.id", ondelete="CASCADE"), nullable=False),
        sa.Column("course_id", sa.Uuid(), sa.ForeignKey("course.id", ondelete="CASCADE")),
        sa.Column("learner_id", sa.Uuid(), sa.ForeignKey("learner.id", ondelete="CASCADE")),
        sa.Column("created_at", TIME, nullable=False),
        _organisation(),
        sa.CheckConstraint("(course_id IS NULL) <> (learner_id IS NULL)", name=op.f("ck_conflict_about_one")),
    )
    op.create_index("uq_conflict_course", "conflict", ["member_id", "course_id"], unique=True)
    op.create_index("uq_conflict_learner", "conflict", ["member_id", "learner_id"], unique=True)
    for table in ("remedy", "notice", "conflict"):
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def _appeal() -> None:
    for column in (
        sa.Column("remedy_id", sa.Uuid(), sa.ForeignKey("remedy.id", ondelete="SET NULL")),
        sa.Column("level", sa.Integer(), server_default="1", nullable=False),
        sa.Column("clock_at", TIME),
        sa.Column("clock_days", sa.Integer()),
        sa.Column("paused_at", TIME),
        sa.Column("paused_seconds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("extended_at", TIME),
        sa.Column("extension", sa.LargeBinary()),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("remind_at", TIME),
        sa.Column("claimed_at", TIME),
        sa.Column("exception", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("asked", sa.LargeBinary()),
        sa.Column("asked_at", TIME),
        sa.Column("agreed", sa.Boolean()),
        sa.Column("first_ruling", sa.Text()),
        sa.Column("first_text", sa.LargeBinary()),
        sa.Column("first_ruled_by", sa.Uuid(), sa.ForeignKey("member.id")),
        sa.Column("before", postgresql.JSONB()),
        sa.Column("announce_at", TIME),
        sa.Column("opens_remedy", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("expected", sa.Text()),
    ):
        op.add_column("appeal", column)
    for name in ("state", "origin"):
        op.drop_constraint(op.f(f"ck_appeal_{name}"), "appeal")
    for name, check in (
        ("state", STATES),
        ("origin", "origin IN ('learner', 'machine', 'opted_out', 'remedy')"),
        ("level", "level IN (1, 2)"),
        ("escalated", "state <> 'escalated' OR level = 2"),
        ("undo", "before IS NULL OR (state = 'decided' AND announce_at IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(f"ck_appeal_{name}"), "appeal", check)
    for name in ("uq_appeal_open", "ix_appeal_waiting"):
        op.drop_index(name, "appeal")
    of_open = {"postgresql_where": sa.text(OPEN)}
    op.create_index("uq_appeal_open", "appeal", ["decision_id"], unique=True, **of_open)
    op.create_index("ix_appeal_waiting", "appeal", ["organisation_id", "filed_at", "number"], **of_open)
    op.create_index("ix_appeal_due", "appeal", ["organisation_id", "due_at", "number"], **of_open)
    op.create_index("ix_appeal_origin", "appeal", ["organisation_id", "origin", "filed_at", "number"], **of_open)
    op.create_index("ix_appeal_of_question", "appeal", ["question_id", "filed_at", "number"], **of_open)
    op.create_index(
        "ix_appeal_claimed",
        "appeal",
        ["claimed_by", "filed_at", "number"],
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )
    op.create_index("ix_appeal_remind", "appeal", ["organisation_id", "remind_at"], **of_open)
    op.create_index("ix_appeal_decision", "appeal", ["decision_id"])
    for name, column, where in (
        ("undo", "announce_at", "before IS NOT NULL"),
        ("opens_remedy", "announce_at", "opens_remedy"),
    ):
        op.create_index(f"ix_appeal_{name}", "appeal", ["organisation_id", column], postgresql_where=sa.text(where))
    for name, table, column in (
        ("ix_appeal_remedy", "appeal", "remedy_id"),
        ("ix_decision_remedy", "decision", "remedy_id"),
        ("ix_journal_appeal", "journal", "appeal_id"),
    ):
        op.create_index(name, table, [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    op.create_index("ix_appeal_question", "appeal", ["question_id", "filed_at"])
    op.create_index("ix_appeal_ruled", "appeal", ["organisation_id", "ruled_at"])


def _organisation() -> sa.Column[sa.Uuid]:
    return sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False)


def downgrade() -> None:
    raise RuntimeError("the schema before cannot hold these states: restore a backup of then")
