"""Authors at work: drafts, each version of a question, what a learner was told and asked; certificates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0013", "0012"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
TIME = sa.DateTime(timezone=True)
# What is asked now is the first version that is kept of each question.
FIRST_VERSIONS = """
INSERT INTO question_version (question_id, version, lesson, content, asked_from, organisation_id)
SELECT question.id, question.version, lesson - 'questions', asked, course.loaded_at, question.organisation_id
FROM question JOIN course ON course.id = question.course_id
CROSS JOIN LATERAL jsonb_array_elements(course.content -> 'lessons') AS lesson
CROSS JOIN LATERAL jsonb_array_elements(lesson -> 'questions') AS asked
WHERE asked ->> 'key' = question.key AND question.retired_at IS NULL
"""
# Who checks a certificate belongs to no organisation: this says whose it is, and nothing else.
WHOSE = """
CREATE FUNCTION organisation_of_certificate(given text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT organisation_id FROM certificate WHERE code = given OR id::text = given $$;
"""


def upgrade() -> None:
    op.create_table(
        "question_version",
        sa.Column("question_id", sa.Uuid(), sa.ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Text(), primary_key=True),
        sa.Column("lesson", postgresql.JSONB(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("asked_from", TIME, nullable=False),
        _organisation(),
    )
    op.execute(FIRST_VERSIONS)
    op.add_column("answer", sa.Column("flagged", sa.Boolean(), server_default="false", nullable=False))
    op.execute(
        "UPDATE answer SET flagged = true FROM question WHERE question.id = answer.question_id AND question.flagged"
    )
    op.add_column("enrolment", sa.Column("asked_version", sa.Text(), nullable=True))
    op.add_column("course", sa.Column("published_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_course_published_by"), "course", "member", ["published_by"], ["id"])
    op.create_table(
        "course_draft",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), sa.ForeignKey("member.id"), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        _organisation(),
        sa.UniqueConstraint("organisation_id", "slug", name=op.f("uq_course_draft_organisation_id_slug")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("learner_id", sa.Uuid(), sa.ForeignKey("learner.id", ondelete="CASCADE"), nullable=False),
        sa.Column("course_id", sa.Uuid(), sa.ForeignKey("course.id", ondelete="CASCADE"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        _organisation(),
        sa.UniqueConstraint("learner_id", "course_id", name=op.f("uq_certificate_learner_id_course_id")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
    )
    for table in ("question_version", "course_draft", "certificate"):
        op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own ON {table} USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
        )
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    op.execute(WHOSE)


def _organisation() -> sa.Column[sa.Uuid]:
    return sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False)


def downgrade() -> None:
    op.execute("DROP FUNCTION organisation_of_certificate(text)")
    for table in ("certificate", "course_draft", "question_version"):
        op.drop_table(table)
    op.drop_column("course", "published_by")
    op.drop_column("enrolment", "asked_version")
    op.drop_column("answer", "flagged")
