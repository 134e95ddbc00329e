"""A connected mailbox per organisation, and the letters in it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
STATE = (
    "CASE direction WHEN 'in' THEN state IN ('open', 'answered', 'closed')"
    " WHEN 'out' THEN state IN ('queued', 'sent', 'failed', 'dropped') ELSE false END"
)
TIME = sa.DateTime(timezone=True)
# A case loses its learner when the answer is replaced or wiped, and when the learner is erased (a foreign key). Either
# way what was written about it goes in the same transaction, and what was still to be sent about it is not sent.
FORGET = """
CREATE FUNCTION forget_letters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE letter SET sender = NULL, subject = NULL, body = NULL, attachments = NULL, send_at = NULL,
        state = CASE state WHEN 'open' THEN 'closed' WHEN 'queued' THEN 'dropped' ELSE state END
    WHERE appeal_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER letters_go AFTER UPDATE OF learner_id ON appeal
FOR EACH ROW WHEN (OLD.learner_id IS NOT NULL AND NEW.learner_id IS NULL) EXECUTE FUNCTION forget_letters();
"""


def upgrade() -> None:
    op.create_table(
        "mailbox",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("imap_host", sa.Text(), nullable=False),
        sa.Column("imap_port", sa.Integer(), nullable=False),
        sa.Column("smtp_host", sa.Text(), nullable=False),
        sa.Column("smtp_port", sa.Integer(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password", sa.LargeBinary()),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("deletes_read", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("connected_at", TIME, nullable=False),
        sa.Column("read_at", TIME),
        sa.Column("disconnected_at", TIME),
        _organisation(),
        sa.CheckConstraint("(disconnected_at IS NULL) = (password IS NOT NULL)", name=op.f("ck_mailbox_credentials")),
    )
    op.create_index(
        "uq_mailbox_live",
        "mailbox",
        ["organisation_id"],
        unique=True,
        postgresql_where=sa.text("disconnected_at IS NULL"),
    )
    _letter()
    for table in ("mailbox", "letter"):
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.execute(FORGET)


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("mailbox_id", sa.Uuid(), sa.ForeignKey("mailbox.id", ondelete="CASCADE"), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), sa.ForeignKey("appeal.id", ondelete="SET NULL")),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text()),
        sa.Column("sender", sa.LargeBinary()),
        sa.Column("subject", sa.LargeBinary()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("attachments", sa.LargeBinary()),
        sa.Column("language", sa.Text()),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("answered_by", sa.Uuid(), sa.ForeignKey("member.id")),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("send_at", TIME),
        _organisation(),
        sa.CheckConstraint(STATE, name=op.f("ck_letter_state")),
        sa.CheckConstraint("(direction = 'out') = (answered_by IS NOT NULL)", name=op.f("ck_letter_written_by")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.UniqueConstraint("organisation_id", "message_id", name=op.f("uq_letter_organisation_id_message_id")),
    )
    op.create_index(op.f("ix_letter_mailbox_id"), "letter", ["mailbox_id"])
    op.create_index("ix_letter_thread", "letter", ["thread_id", "number"])
    for name, columns, which in (
        ("ix_letter_appeal", ["appeal_id"], "appeal_id IS NOT NULL"),
        ("ix_letter_waiting", ["organisation_id", "number"], "state = 'open'"),
        ("ix_letter_queued", ["organisation_id", "send_at"], "state = 'queued'"),
    ):
        op.create_index(name, "letter", columns, postgresql_where=sa.text(which))


def _organisation() -> sa.Column[sa.Uuid]:
    return sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False)


def downgrade() -> None:
    op.execute("DROP TRIGGER letters_go ON appeal")
    op.execute("DROP FUNCTION forget_letters()")
    op.drop_table("letter")
    op.drop_table("mailbox")
