"""What a learner replies to a reviewer's question stands beside their statement."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0010", "0009"


def upgrade() -> None:
    op.add_column("appeal", sa.Column("reply", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("appeal", "reply")
