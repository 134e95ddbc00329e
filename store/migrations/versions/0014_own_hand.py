"""Rights by the learner's own hand: links to pass on, what they read of a new policy, permission of a parent."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0014", "0013"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)
TAKEN_BACK = (("link", "ended_at"), ("permission", "withdrawn_at"))
"""No restored backup brings back what ended here."""


def upgrade() -> None:
    _of_learner(
        "link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_link_digest")),
        sa.CheckConstraint("purpose IN ('export', 'choices')", name=op.f("ck_link_purpose")),
    )
    op.create_index(op.f("ix_link_learner_id"), "link", ["learner_id"])
    _of_learner(
        "acceptance",
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("told_at", TIME, nullable=False),
        sa.Column("mailed_at", TIME, nullable=True),
        sa.Column("accepted_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("learner_id", "policy", name=op.f("pk_acceptance")),
    )
    _of_learner(
        "permission",
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("given_at", TIME, nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_permission")),
        sa.UniqueConstraint("digest", name=op.f("uq_permission_digest")),
        sa.CheckConstraint("ground IN ('of_age', 'mail', 'paper')", name=op.f("ck_permission_ground")),
    )
    for table, column in TAKEN_BACK:
        op.execute(
            f"CREATE TRIGGER takes_back AFTER UPDATE OF {column} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION note_departure('{column}')"
        )
    op.add_column("organisation", sa.Column("age_gate", sa.Boolean(), server_default=sa.false(), nullable=False))
    for table, column in (("look", "member_id"), ("look", "question_id"), ("access", "member_id")):
        op.alter_column(table, column, nullable=True)
    op.create_check_constraint(op.f("ck_look_by"), "look", "(member_id IS NULL) = (purpose = 'link')")
    op.create_check_constraint(op.f("ck_access_by"), "access", "(member_id IS NULL) = (purpose = 'link')")
    op.drop_constraint(op.f("ck_notice_about"), "notice")
    op.create_check_constraint(
        op.f("ck_notice_about"),
        "notice",
        "num_nonnulls(question_id, request_id) = CASE WHEN kind IN ('policy', 'permission') THEN 0 ELSE 1 END",
    )


def _of_learner(table: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        *parts,
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f(f"fk_{table}_learner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind IN ('policy', 'permission')")
    op.drop_constraint(op.f("ck_notice_about"), "notice")
    op.create_check_constraint(op.f("ck_notice_about"), "notice", "(question_id IS NULL) = (request_id IS NOT NULL)")
    op.drop_constraint(op.f("ck_access_by"), "access")
    op.drop_constraint(op.f("ck_look_by"), "look")
    op.execute("DELETE FROM look WHERE member_id IS NULL")
    op.drop_column("organisation", "age_gate")
    for table in ("permission", "acceptance", "link"):
        op.drop_table(table)
