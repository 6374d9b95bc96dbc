""" "Show me the code": a button under a group's card that answers to the one who ordered alone."""

import structlog
from aiogram import Bot, Router
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.types import CallbackQuery
from aiogram.utils.deep_linking import create_start_link

from handlers import waiting_codes
from handlers.callbacks import ShowCode
from handlers.cards import facts_of
from handlers.context import Context
from handlers.private import CODES_LINK
from handlers.screen import Screen
from handlers.texts import Texts
from handlers.views import card as views
from handlers.views.codes import buyer_name
from handlers.whisper import CantWhisper, whisper
from orders import acts, shares
from orders.access import Seat, may_read
from orders.errors import MayNot
from storage import messages, outbox, people
from storage.messages import Message
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority

log = structlog.get_logger(__name__)

PATIENCE = 8
"""Seconds for Telegram to show it: after 15 from the press it may not any more without an admin's rights."""


def setup() -> Router:
    """The router."""
    router = Router(name="codes")
    router.callback_query.register(show_code, ShowCode.filter())
    return router


async def show_code(
    query: CallbackQuery, callback_data: ShowCode, bot: Bot, t: Texts, context: Context
) -> None:
    """For who ordered, in the group where it was pressed; where Telegram refuses, in the private chat.

    Raises Gone, MayNot, NobodyKnows.
    """
    screen = Screen.of_press(query, bot)
    order, account = await acts.load(context.desk, callback_data.order)
    seat = await shares.seat_of_order(context.desk, order, screen.user_id)
    if not may_read(order, account, screen.user_id, seat):
        await screen.answer(t.plain("toast-code-of", name=await _buyer(order, t, context)))
        return
    _demand_to_be_there(seat, order)
    async with context.desk.db.transaction() as connection:
        arrived = await messages.of_order(connection, order.id)
    if not arrived:
        await screen.answer(t.plain("toast-no-code-yet"))
        return
    view = views.shown(t, order, await facts_of(context, order, account, screen.user_id))
    if screen.is_private:
        await screen.at(screen.message_id or 0).send(view)
        await screen.answer()
        return
    try:
        await whisper(
            bot,
            view,
            chat_id=screen.chat_id,
            user_id=screen.user_id,
            thread_id=screen.thread_id,
            query_id=query.id,
            request_timeout=PATIENCE,
        )
    except (TelegramAPIError, ClientDecodeError, CantWhisper) as error:
        log.info("code goes to the private chat", order=order.id, why=str(error) or type(error).__name__)
        await _send_home(screen, order, arrived[-1], t, context)
    else:
        await screen.answer()


def _demand_to_be_there(seat: Seat | None, order: Order) -> None:
    """Who has left the group is shown nothing more. Raises MayNot."""
    if seat is not None and not seat.may_see(order):
        raise MayNot("not-in-group")


async def _buyer(order: Order, t: Texts, context: Context) -> str:
    async with context.desk.db.transaction() as connection:
        return buyer_name(t, await people.name_of(connection, order.user_id))


async def _send_home(screen: Screen, order: Order, newest: Message, t: Texts, context: Context) -> None:
    """As a letter, which waits where the private chat is not open: then the answer leads there."""
    letter = Letter(
        kind=Kind.PUSH,
        priority=Priority.CODE,
        user_id=screen.user_id,
        chat_id=screen.user_id,
        order_id=order.id,
        message_id=newest.id,
    )
    async with context.desk.db.transaction() as connection:
        is_open = await waiting_codes.is_open(connection, screen.user_id)
        if not await outbox.has_push(connection, screen.user_id, newest.id):
            await outbox.put(connection, letter, context.desk.now_ms())
    context.desk.bells.outbox.set()
    if is_open:
        await screen.answer(t.plain("toast-code-in-private"))
    else:
        link = await create_start_link(screen.bot, CODES_LINK)
        await screen.answer(t.plain("toast-code-waits"), url=link)
