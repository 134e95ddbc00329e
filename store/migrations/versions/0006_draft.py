"""What a reviewer is writing is kept with the case."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0006", "0005"


def upgrade() -> None:
    op.add_column("appeal", sa.Column("draft", sa.LargeBinary()))
    op.create_check_constraint(op.f("ck_appeal_draft"), "appeal", "draft IS NULL OR state = 'claimed'")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_appeal_draft"), "appeal")
    op.drop_column("appeal", "draft")
