"""Gathering what a card shows. Used by handlers and by the outbox, so that both draw the same."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.context import Context
from handlers.views.card import CardFacts
from orders import acts, inbox
from orders.desk import Desk
from storage import messages
from storage.accounts import Account
from storage.messages import Message
from storage.orders import Order
from storage.sealed import MessageBody, open_message


async def facts_of(context: Context, order: Order, account: Account) -> CardFacts:
    """All that a card shows beside the order's row."""
    async with context.desk.db.transaction() as connection:
        arrived = await messages.of_order(connection, order.id)
    return facts_with(context, order, account, arrived)


def facts_with(context: Context, order: Order, account: Account, arrived: Sequence[Message]) -> CardFacts:
    """The same, with the order's messages at hand."""
    desk = context.desk
    return CardFacts(
        site=desk.site(account),
        account_name=account.name,
        acts=acts.available(desk, order, account),
        messages=[open_body(desk, order, message) for message in arrived],
    )


def open_body(desk: Desk, order: Order, message: Message) -> MessageBody | None:
    """An SMS's words; None once they are deleted."""
    if message.body is None:
        return None
    return open_message(desk.vault, replace(inbox.message_owner(order), row=message.id), message.body)
