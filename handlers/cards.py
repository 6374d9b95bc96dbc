"""Gathering what a card shows. Used by handlers and by the outbox, so that both draw the same."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.context import Context
from handlers.views.card import CardFacts
from handlers.views.codes import ALONE, Audience
from orders import acts, inbox
from orders.desk import Desk
from storage import messages, orders, people, shares
from storage.accounts import Account
from storage.messages import Message
from storage.orders import Order
from storage.sealed import MessageBody, open_message


async def facts_of(context: Context, order: Order, account: Account, chat_id: int) -> CardFacts:
    """All that a card shows beside the order's row, to those who read in that chat."""
    async with context.desk.db.transaction() as connection:
        arrived = await messages.of_order(connection, order.id)
        family = await family_of(connection, context, order)
        audience = await audience_of(connection, order, chat_id)
    return facts_with(context, order, account, arrived, audience, family)


async def audience_of(connection: AsyncConnection, order: Order, chat_id: int) -> Audience:
    """Who reads in that chat. Codes that one alone may see are shown in that person's private chat only."""
    if order.share_id is None or chat_id == order.user_id:
        return ALONE
    share = await shares.get(connection, order.share_id)
    return Audience(
        buyer=await people.name_of(connection, order.user_id),
        sees_codes=share is not None and not share.keeps_codes(order.created_at),
        in_group=chat_id < 0,
    )


async def family_of(connection: AsyncConnection, context: Context, order: Order) -> Sequence[Order]:
    """All orders of its purchase, where the site has acts for several of them at once."""
    acts_of_line = context.sites[order.site].line(order.line).acts
    if not any(act.together for act in acts_of_line):
        return ()
    return await orders.of_same_purchase(connection, order)


def facts_with(
    context: Context,
    order: Order,
    account: Account,
    arrived: Sequence[Message],
    audience: Audience,
    family: Sequence[Order] = (),
) -> CardFacts:
    """The same, with the order's messages and those bought with it at hand.

    Messages that are not for the audience are not even opened.
    """
    desk = context.desk
    shown = arrived if audience.sees_codes else ()
    return CardFacts(
        site=desk.site(account),
        account_name=account.name,
        acts=acts.available(desk, order, account),
        messages=[open_body(desk, order, message) for message in shown],
        kept=0 if audience.sees_codes else sum(message.body is not None for message in arrived),
        audience=audience,
        now=int(desk.site_now(order.site)),
        family=family,
    )


def open_body(desk: Desk, order: Order, message: Message) -> MessageBody | None:
    """An SMS's words; None once they are deleted."""
    if message.body is None:
        return None
    return open_message(desk.vault, replace(inbox.message_owner(order), row=message.id), message.body)
