"""Questions as they were asked, in each version; of those before this only what courses say now is known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision, down_revision = "0010", "0009"

APP = "wederhoor_app"
OURS = "NULLIF(current_setting('wederhoor.organisation', true), '')::uuid"
KNOWN = """
INSERT INTO question_version (question_id, version, content, organisation_id)
SELECT question.id, question.version, jsonb_set(lesson, '{questions}', jsonb_build_array(body)), course.organisation_id
FROM course, jsonb_array_elements(course.content -> 'lessons') AS lesson,
    jsonb_array_elements(lesson -> 'questions') AS body, question
WHERE question.course_id = course.id AND question.key = body ->> 'key'
"""


def upgrade() -> None:
    op.create_table(
        "question_version",
        sa.Column("question_id", sa.Uuid(), sa.ForeignKey("question.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Text(), primary_key=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index(op.f("ix_question_version_organisation_id"), "question_version", ["organisation_id"])
    op.execute("ALTER TABLE question_version ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own ON question_version USING (organisation_id = {OURS}) WITH CHECK (organisation_id = {OURS})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON question_version TO {APP}")
    op.execute(KNOWN)


def downgrade() -> None:
    op.drop_table("question_version")
