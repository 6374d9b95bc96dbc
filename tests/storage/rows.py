"""Rows as the tests of storage need them: everything filled in, one thing different."""

from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from providers.words import State
from storage import accounts, drafts, hooks, messages, orders, purchases
from storage.accounts import Account
from storage.drafts import Draft, Pick
from storage.hooks import Hook
from storage.messages import Message
from storage.orders import Order
from storage.purchases import Outcome, Purchase

USER = 7_000_000_001
PICKS = (
    Pick(choice="service", id="wa", name="WhatsApp <&> Ёж 🙂", facts={"ttl": 900, "several": True}),
    Pick(choice="area_code", id="212", name="212", facts={}),
)


async def account(connection: AsyncConnection, **values: Any) -> Account:
    row = Account(**{
        "id": "a1", "owner_id": USER, "site": "gsim", "name": "mine", "credentials": b"\x01\x00sealed",
        "old_credentials": None, "old_until": None, "hook_hash": None, "hook_token": None,
        "hook_seen_at": None,
        "key_ok": True, "balance": Decimal("12.345678"), "balance_at": 5, "created_at": 4, "removed_at": None,
        **values,
    })  # fmt: skip
    await accounts.add(connection, row)
    return row


async def draft(connection: AsyncConnection, **values: Any) -> Draft:
    row = Draft(**{
        "id": "d1", "user_id": USER, "chat_id": -1_002_000_000_000, "thread_id": 9, "card_id": 11,
        "account_id": "a1", "line": "numbers", "picks": PICKS, "asking": "service", "query": "what",
        "page": 2,
        "low": Decimal("0.1"), "high": Decimal("0.3"), "quoted_at": 8, "token": "t", "created_at": 3,
        **values,
    })  # fmt: skip
    await drafts.add(connection, row)
    return row


def purchase(**values: Any) -> Purchase:
    return Purchase(**{
        "id": "p1", "token": "t", "user_id": USER, "chat_id": USER, "thread_id": None,
        "card_id": 11, "account_id": "a1", "site": "gsim", "line": "numbers", "act": None, "order_id": None,
        "picks": PICKS, "state": Outcome.SENDING, "ceiling": Decimal("0.30"), "charged": None, "error": None,
        "detail": None, "created_at": 3, "settled_at": None, **values,
    })  # fmt: skip


async def order(connection: AsyncConnection, **values: Any) -> Order:
    if await purchases.get(connection, values.get("purchase_id", "p1")) is None:
        await purchases.claim(connection, purchase())
    row = Order(**{
        "id": "o1", "purchase_id": "p1", "user_id": USER, "chat_id": USER, "thread_id": None,
        "card_id": None, "account_id": "a1", "site": "gsim", "line": "numbers", "site_id": "s1",
        "activation": 0,
        "state": State.WAITING, "is_open": True, "number": "+12125550123", "picks": PICKS,
        "facts": {"ttl": 900, "price": "0.3", "several": False}, "price": Decimal("0.3"), "refunded": None,
        "created_at": 3, "activated_at": 3, "alive_at": 3,
        "reminded_of": None, "expires_at": 1200, "ended_at": None, "next_look_ms": 4000,
        "last_look_at": None, "failed_looks": 0, "trouble": None, **values,
    })  # fmt: skip
    await orders.add(connection, row)
    return row


async def message(connection: AsyncConnection, **values: Any) -> Message:
    row = Message(**{
        "id": "m1", "order_id": "o1", "activation": 0, "site_id": None, "at": None, "body": b"sealed",
        "via": "poll", "created_at": 10, **values,
    })  # fmt: skip
    await messages.add(connection, row)
    return row


async def hook(connection: AsyncConnection, **values: Any) -> Hook:
    row = Hook(**{
        "id": "h1", "account_id": "a1", "site": "gsim", "body": b"sealed", "headers": {"x-signature": "00"},
        "received_at": 5, "state": "new", "attempts": 0, "not_before_ms": 0, "outcome": None, **values,
    })  # fmt: skip
    await hooks.add(connection, row)
    return row
