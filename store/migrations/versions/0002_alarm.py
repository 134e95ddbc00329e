"""The alarm that stops automatic failing, per organisation."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

# The watch looks at each organisation in turn, and before it does it belongs to none.
LIST = """
CREATE FUNCTION organisations() RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT id FROM organisation $$;
"""


def upgrade() -> None:
    op.add_column("organisation", sa.Column("watched_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organisation", sa.Column("failing_stopped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organisation", sa.Column("failing_stopped_model", sa.Text(), nullable=True))
    op.add_column("organisation", sa.Column("failing_stopped_why", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_organisation_failing_stopped"),
        "organisation",
        "(failing_stopped_at IS NULL) = (failing_stopped_model IS NULL)"
        " AND (failing_stopped_at IS NULL) = (failing_stopped_why IS NULL)",
    )
    op.execute(LIST)


def downgrade() -> None:
    op.execute("DROP FUNCTION organisations()")
    op.drop_constraint(op.f("ck_organisation_failing_stopped"), "organisation")
    for column in ("failing_stopped_why", "failing_stopped_model", "failing_stopped_at", "watched_since"):
        op.drop_column("organisation", column)
