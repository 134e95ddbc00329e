"""An address for mail about appeals is confirmed from its own mailbox; those that were left before count as such."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0018", "0017"

ABOUT = "num_nonnulls(question_id, request_id) = CASE WHEN kind IN ({kinds}) THEN 0 ELSE 1 END"


def upgrade() -> None:
    op.add_column("contact", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE contact SET confirmed_at = given_at")
    op.drop_constraint(op.f("ck_notice_about"), "notice")
    op.create_check_constraint(
        op.f("ck_notice_about"), "notice", ABOUT.format(kinds="'policy', 'permission', 'address'")
    )


def downgrade() -> None:
    op.execute("DELETE FROM notice WHERE kind = 'address'")
    op.drop_constraint(op.f("ck_notice_about"), "notice")
    op.create_check_constraint(op.f("ck_notice_about"), "notice", ABOUT.format(kinds="'policy', 'permission'"))
    op.execute("DELETE FROM contact WHERE confirmed_at IS NULL")
    op.drop_column("contact", "confirmed_at")
