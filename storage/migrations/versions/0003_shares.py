"""Groups share an account"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ACTIVE = sa.text("ended_at IS NULL")

KEPT = ("UPDATE", "DELETE")
"""What can't be done to the log."""


def upgrade() -> None:
    """Forward."""
    for table in ("drafts", "purchases", "orders"):
        op.add_column(table, sa.Column("share_id", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    for owner in ("user_id", "share_id"):
        name = op.f(f"ix_purchases_{owner}_created_at")
        op.create_index(name, "purchases", [owner, "created_at"], unique=False)
    of_order = sa.text("order_id IS NOT NULL")
    op.create_index(
        "ix_purchases_order_id", "purchases", ["order_id"], sqlite_where=of_order, postgresql_where=of_order
    )
    op.create_index(
        op.f("ix_orders_purchase_id_refunded"), "orders", ["purchase_id", "refunded"], unique=False
    )
    op.create_table(
        "shares",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("codes_since", sa.BigInteger(), nullable=False),
        sa.Column("admins_act", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_shares_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
    )
    op.create_index(
        "uq_shares_active",
        "shares",
        ["account_id", "chat_id"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_index(op.f("ix_shares_chat_id"), "shares", ["chat_id"], unique=False)
    op.create_table(
        "share_caps",
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("tighter", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_caps_share_id")),
        sa.PrimaryKeyConstraint("share_id", "span", name=op.f("pk_share_caps")),
    )
    op.create_table(
        "share_members",
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_members_share_id")),
        sa.PrimaryKeyConstraint("share_id", "user_id", name=op.f("pk_share_members")),
    )
    op.create_table(
        "share_warnings",
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("span", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_warnings_share_id")),
        sa.PrimaryKeyConstraint("share_id", "span", "user_id", "since", name=op.f("pk_share_warnings")),
    )
    op.create_table(
        "share_log",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("purchase_id", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_share_log_share_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_log")),
    )
    op.create_index(op.f("ix_share_log_share_id_at_id"), "share_log", ["share_id", "at", "id"], unique=False)
    op.create_index(op.f("ix_share_log_purchase_id"), "share_log", ["purchase_id"], unique=False)
    for statement in _locks():
        op.execute(statement)


def _locks() -> list[str]:
    """Triggers that keep what stands in the log."""
    if op.get_context().dialect.name == "sqlite":
        refuse = "BEGIN SELECT RAISE(ABORT, 'the log is kept as it is'); END"
        kept = [
            f"CREATE TRIGGER share_log_no_{verb.lower()} BEFORE {verb} ON share_log {refuse}" for verb in KEPT
        ]
        # INSERT OR REPLACE deletes without a word to triggers of DELETE.
        replaced = "WHEN EXISTS (SELECT 1 FROM share_log WHERE id = NEW.id)"
        return [*kept, f"CREATE TRIGGER share_log_no_replace BEFORE INSERT ON share_log {replaced} {refuse}"]
    refuse = (
        "CREATE FUNCTION share_log_kept() RETURNS trigger AS $$ "
        "BEGIN RAISE EXCEPTION 'the log is kept as it is'; END $$ LANGUAGE plpgsql"
    )
    triggers = [
        f"CREATE TRIGGER {name} BEFORE {verbs} ON share_log FOR EACH {each} EXECUTE FUNCTION share_log_kept()"
        for name, verbs, each in (
            ("share_log_kept", "UPDATE OR DELETE", "ROW"),
            ("share_log_kept_whole", "TRUNCATE", "STATEMENT"),
        )
    ]
    return [refuse, *triggers]


def downgrade() -> None:
    """Back: the log goes with its table."""
    for table in ("share_log", "share_warnings", "share_members", "share_caps", "shares"):
        op.drop_table(table)
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION share_log_kept")
    for owner in ("user_id", "share_id"):
        op.drop_index(op.f(f"ix_purchases_{owner}_created_at"), table_name="purchases")
    op.drop_index("ix_purchases_order_id", table_name="purchases")
    op.drop_index(op.f("ix_orders_purchase_id_refunded"), table_name="orders")
    for table in ("drafts", "purchases", "orders"):
        op.drop_column(table, "share_id")
    op.drop_column("users", "name")
