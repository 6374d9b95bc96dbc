"""Every table. Times are epoch seconds, `_ms` epoch milliseconds; money is whole micro-dollars.

What makes an index partial in PostgreSQL stands in the migrations alone: said here too, it would load that
dialect (2.4 MB) for those who use SQLite.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

MICRO = Decimal(1_000_000)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Money(TypeDecorator[Decimal]):
    """USD as whole micro-dollars, so that the database can sum it without rounding."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To micro-dollars."""
        return None if value is None else int((value * MICRO).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """To USD."""
        return None if value is None else Decimal(value) / MICRO


def _id() -> Column[str]:
    """Row ids are made by the program: the vault binds a value to its row before the row exists."""
    return Column("id", Text, primary_key=True)


def _place() -> list[Column[Any]]:
    """Where in Telegram something was asked for and is answered."""
    return [
        Column("user_id", BigInteger, nullable=False),
        Column("chat_id", BigInteger, nullable=False),
        Column("thread_id", BigInteger),
        Column("card_id", BigInteger),  # the message that is edited in place
    ]


users = Table(
    "users",
    metadata,
    Column("id", BigInteger, primary_key=True),  # Telegram's
    Column("language", Text, nullable=False),
    Column("keep_days", Integer, nullable=False),  # codes and texts are deleted after so many days
    Column("cap_order", Money),  # the most that this person lets one order cost, and a day, and a month
    Column("cap_day", Money),
    Column("cap_month", Money),
    Column("created_at", BigInteger, nullable=False),
    Column("name", Text, nullable=False, server_default=""),  # at Telegram; for groups, where others read it
)

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True),  # Telegram's
    Column("kind", Text, nullable=False),  # private, group, supergroup
    Column("title", Text, nullable=False),
    Column("closed", Text),  # why nothing can be sent there: blocked, kicked, gone
)

accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("owner_id", BigInteger, nullable=False),
    Column("site", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("credentials", LargeBinary, nullable=False),  # sealed
    Column("old_credentials", LargeBinary),  # sealed; webhooks signed with it pass for a while
    Column("old_until", BigInteger),
    Column("hook_hash", Text, unique=True),  # SHA-256 of the webhook token: the address is looked up by it
    Column("hook_token", LargeBinary),  # sealed; to show the address again
    Column("hook_seen_at", BigInteger),  # last webhook proven to come from the site
    Column("key_ok", Boolean, nullable=False),
    Column("balance", Money),
    Column("balance_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
    Index(None, "owner_id"),
)

catalogs = Table(
    "catalogs",
    metadata,
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Text, primary_key=True),
    Column("choice", Text, primary_key=True),
    Column("picks", Text, primary_key=True),  # what the options depend on, canonical JSON
    Column("options", LargeBinary, nullable=False),  # compressed JSON
    Column("fetched_at", BigInteger, nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    _id(),
    *_place(),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("line", Text, nullable=False),
    Column("picks", JSON, nullable=False),  # [[choice, id, name, facts] ...] in order
    Column("asking", Text),  # the choice whose list is open
    Column("query", Text, nullable=False),  # what the open list is searched for
    Column("page", Integer, nullable=False),
    Column("low", Money),  # the quote as it was shown
    Column("high", Money),
    Column("quoted_at", BigInteger),
    Column("token", Text, unique=True),  # the Buy button's one use
    Column("act", Text),  # what is to be done with an order; null: a new order
    Column("order_id", Text),  # that order
    Column("created_at", BigInteger, nullable=False),
    Column("share_id", Text),  # in a group: the share that lends the account
)

prompts = Table(
    "prompts",
    metadata,
    Column("chat_id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("message_id", BigInteger, nullable=False),  # the question; a reply to it is the answer
    Column("purpose", Text, nullable=False),
    Column("args", JSON, nullable=False),
    Column("sealed", LargeBinary),  # what was typed so far, where it is secret
    Column("created_at", BigInteger, nullable=False),
)

purchases = Table(
    "purchases",
    metadata,
    _id(),
    Column("token", Text, nullable=False, unique=True),  # spine A: one press, one row, one request
    *_place(),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("site", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("act", Text),  # an act that buys (reuse, reactivate); null: an order
    Column("order_id", Text),  # the order it acts on
    Column("picks", JSON, nullable=False),
    Column("state", Text, nullable=False),  # sending, placed, refused, unknown
    Column("ceiling", Money, nullable=False),  # what the person confirmed; reserved until settled
    Column("charged", Money),
    Column("error", Text),  # an error's code
    Column("detail", Text),  # the site's own words
    Column("sent_at", BigInteger),  # by the site's clock
    Column("baseline", JSON),  # what the account showed right before, to tell what is new after it
    Column("finding", Text),  # what is known of an unknown outcome
    Column("found", JSON),  # orders at the site that it can be, if there are several
    Column("finds", Integer, nullable=False),  # looks so far
    Column("next_find_ms", BigInteger),  # null: no more looks
    Column("created_at", BigInteger, nullable=False),
    Column("settled_at", BigInteger),
    Column("share_id", Text),  # the share whose limits it counts for; null: the owner's own
    Index(None, "state"),
    Index(None, "next_find_ms"),
    Index(None, "account_id", "created_at"),
    Index(None, "user_id", "created_at"),
    Index(None, "share_id", "created_at"),
    Index(  # acts with an order
        "ix_purchases_order_id",
        "order_id",
        sqlite_where=text("order_id IS NOT NULL"),
    ),
)

orders = Table(
    "orders",
    metadata,
    _id(),
    Column("purchase_id", Text, ForeignKey("purchases.id"), nullable=False),
    *_place(),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("site", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("site_id", Text, nullable=False),
    Column("activation", Integer, nullable=False),  # counts reactivations of the same site_id
    Column("state", Text, nullable=False),  # providers.words.State
    Column("is_open", Boolean, nullable=False),
    Column("number", Text),
    Column("picks", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("price", Money),
    Column("refunded", Money),
    Column("created_at", BigInteger, nullable=False),
    Column("activated_at", BigInteger, nullable=False),
    Column("alive_at", BigInteger, nullable=False),  # last sign of life: bought, a message, somebody waiting
    Column("reminded_of", BigInteger),  # the end that somebody was reminded of
    Column("expires_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("next_look_ms", BigInteger, nullable=False),
    Column("leased_ms", BigInteger),  # the end of the last lease: being looked at where it is the next look
    Column("last_look_at", BigInteger),
    Column("failed_looks", Integer, nullable=False),  # in a row
    Column("trouble", Text),  # the code of the error that the last look met
    Column("share_id", Text),  # the share by whose rules it is shown and acted on
    UniqueConstraint("account_id", "site_id"),
    Index(None, "is_open", "next_look_ms"),
    Index(
        "ix_orders_open_of_account",
        "account_id",
        sqlite_where=text("is_open = 1"),
    ),
    Index(None, "user_id", "created_at"),
    Index(  # what came back for purchases is summed from it alone
        "ix_orders_purchase_id_refunded", "purchase_id", "refunded"
    ),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("site", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("bucket", Integer, primary_key=True),  # of the first code's age, see orders/arrivals.py
    Column("orders", BigInteger, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    Column("order_id", Text, ForeignKey("orders.id", ondelete="CASCADE"), nullable=False),
    Column("activation", Integer, nullable=False),
    Column("site_id", Text),  # the site's id of the message, where it has one
    Column("at", BigInteger),  # the site's stamp, where it tells
    Column("body", LargeBinary),  # sealed JSON: text, code, sender; null once deleted after keep_days
    Column("via", Text, nullable=False),  # poll or hook
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("order_id", "site_id"),
    Index(None, "created_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),  # push, card, notice
    Column("priority", Integer, nullable=False),  # 0 first
    *_place()[:3],  # no card: the letter finds it when it is sent
    Column("order_id", Text),
    Column("purchase_id", Text),
    Column("message_id", Text),  # the SMS of a push
    Column("args", JSON, nullable=False),  # for notices; nothing secret
    Column("state", Text, nullable=False),  # due, sending, sent, dropped
    Column("attempts", Integer, nullable=False),
    Column("unsure", Boolean, nullable=False),  # may have arrived already: the repeat says so
    Column("not_before_ms", BigInteger, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("sent_ms", BigInteger),
    Column("sent_id", BigInteger),
    Column("error", Text),
    Index(
        "ix_outbox_due",
        "not_before_ms",
        sqlite_where=text("state = 'due'"),
    ),
    # In the order in which they go: the next few are found without reading all that wait.
    Index(
        "ix_outbox_next",
        "priority",
        "id",
        sqlite_where=text("state = 'due'"),
    ),
    # One edit of a card is enough, however often the order changed before it went out.
    Index(
        "uq_outbox_card",
        "order_id",
        unique=True,
        sqlite_where=text("kind = 'card' AND state = 'due'"),
    ),
)

hooks = Table(
    "hooks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("site", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # sealed
    Column("headers", JSON, nullable=False),  # only those that verify
    Column("received_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # new, held, done, refused
    Column("attempts", Integer, nullable=False),
    Column("not_before_ms", BigInteger, nullable=False),
    Column("outcome", Text),
    Index(
        "ix_hooks_due",
        "not_before_ms",
        sqlite_where=text("state IN ('new', 'held')"),
    ),
    Index(
        "ix_hooks_waiting",
        "account_id",
        sqlite_where=text("state IN ('new', 'held')"),
    ),
)

shares = Table(
    "shares",
    metadata,
    _id(),
    Column("account_id", Text, ForeignKey("accounts.id"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),  # the group
    Column("thread_id", BigInteger),  # the topic for its cards; null: where each was ordered
    Column("who", Text, nullable=False),  # who may order: all, admins, named
    Column("codes", Text, nullable=False),  # who sees codes: all, buyer
    Column("codes_since", BigInteger, nullable=False),  # what was ordered before stays with who ordered
    Column("admins_act", Boolean, nullable=False),  # whether group admins act on everybody's orders
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Index(
        "uq_shares_active",
        "account_id",
        "chat_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
    ),
    Index(None, "chat_id"),
)

share_caps = Table(
    "share_caps",
    metadata,
    Column("share_id", Text, ForeignKey("shares.id"), primary_key=True),
    Column("span", Text, primary_key=True),  # order, person (and day), day, month
    Column("most", Money),  # the owner's; null: no limit
    Column("tighter", Money),  # a manager's; counts where it is below
)

share_members = Table(
    "share_members",
    metadata,
    Column("share_id", Text, ForeignKey("shares.id"), primary_key=True),
    Column("user_id", BigInteger, primary_key=True),
    Column("role", Text),  # manager, buyer, viewer; null: asked to be let in
    Column("name", Text, nullable=False),
)

share_warnings = Table(
    "share_warnings",
    metadata,
    Column("share_id", Text, ForeignKey("shares.id"), primary_key=True),
    Column("span", Text, primary_key=True),
    Column("user_id", BigInteger, primary_key=True),  # whose day; 0: the group's
    Column("since", BigInteger, primary_key=True),  # when that day or month began
)

share_log = Table(
    "share_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("share_id", Text, ForeignKey("shares.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("user_id", BigInteger),  # who did it; null: nobody, it came about
    Column("name", Text, nullable=False),  # what that person was called then
    Column("event", Text, nullable=False),  # storage.share_log.Event
    Column("purchase_id", Text),
    Column("amount", Money),
    Column("args", JSON, nullable=False),  # more about it; nothing secret
    Index(None, "share_id", "at", "id"),
    Index(None, "purchase_id"),
)
"""Nothing is changed or deleted here: triggers see to that."""
