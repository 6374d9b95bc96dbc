"""/log: what was done with a group's shares, as pages and as files. Each press asks again who may read it."""

import re
from collections.abc import Sequence

import structlog
from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.filters import Command, CommandStart
from aiogram.types import CallbackQuery, Message
from aiogram.utils.deep_linking import create_start_link

from handlers.callbacks import LogButton, LogDo
from handlers.context import Context
from handlers.keyboard import Keyboard, link_button
from handlers.screen import Screen
from handlers.texts import Html, Texts, clean_name
from handlers.typed import LOG_DAYS, Typed, ask_in_menu
from handlers.views import failures, share_csv
from handlers.views import share_log as views
from handlers.views.accounts import account_name
from handlers.views.share_log import LogPage
from handlers.views.view import View, page_of
from orders import share_history
from orders.access import Seat
from orders.errors import BadInput, Gone
from orders.share_history import Days, Past
from storage import people, prompts, share_log
from storage.people import User
from storage.share_log import Event, Mark, Written

log = structlog.get_logger(__name__)

LOG_LINK = "log"
"""What the link from a group to the private chat says."""

MOST_BYTES = 20_000_000
"""Of one file; what is longer comes as several. Telegram takes 50 MB."""

HIGHEST = 1 << 62
"""No moment and no line is higher; a forged number must not reach the database."""

_NO_CHAT = ("chat not found", "can't initiate conversation", "PEER_ID_INVALID")


def setup() -> Router:
    """The router. It goes before the one that takes every /start."""
    router = Router(name="share log")
    router.message.register(log_link, CommandStart(deep_link=True, magic=F.args == LOG_LINK))
    router.message.register(log_command, Command("log"))
    router.callback_query.register(log_button, LogButton.filter())
    return router


async def log_command(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """The log of this group; in private of which group is asked, where there are several."""
    screen = Screen.of_message(message, bot)
    if screen.is_private:
        await screen.show(await _groups(screen, t, context, 0, alone=True))
    else:
        await screen.show(await _page(screen, screen.chat_id, t, context))


async def log_link(message: Message, bot: Bot, user: User, t: Texts, context: Context) -> None:
    """Who could not be sent a file comes from the group."""
    await log_command(message, bot, user, t, context)


async def log_button(
    query: CallbackQuery, callback_data: LogButton, bot: Bot, user: User, t: Texts, context: Context
) -> None:
    """A page, or a file."""
    screen = Screen.of_own_press(query, bot)
    await _stop_listening(screen, context)
    chat_id = callback_data.chat if screen.is_private else screen.chat_id
    match callback_data.do:
        case LogDo.GROUPS:
            await screen.show(await _groups(screen, t, context, callback_data.page))
        case LogDo.READ:
            mark = _mark(callback_data)
            newer = callback_data.newer
            await screen.show(await _page(screen, chat_id, t, context, mark=mark, newer=newer))
        case LogDo.FILES:
            await _seats(screen, chat_id, context)
            await screen.show(views.files(t, chat_id))
        case LogDo.TYPE:
            await _seats(screen, chat_id, context)
            await _ask(screen, chat_id, t, context)
        case LogDo.FILE:
            days = share_history.days_of(_past(callback_data.span), context.desk.now())
            await _file(screen, chat_id, days, t, context)


async def take_days(typed: Typed) -> None:
    """The days that were typed."""
    screen = await typed.tidy(int(typed.prompt.args["menu"]))
    chat_id = int(typed.prompt.args["chat"])
    try:
        days = share_history.typed_days(typed.text)
    except BadInput as error:
        problem = failures.told(typed.t, error)
        await _ask(screen, chat_id, typed.t, typed.context, problem=problem)
        return
    await _stop_listening(screen, typed.context)
    await _file(screen, chat_id, days, typed.t, typed.context)


# Pages


async def _groups(screen: Screen, t: Texts, context: Context, page: int, *, alone: bool = False) -> View:
    """Which group's. `alone`: one that is the only one opens at once."""
    async with context.desk.db.transaction() as connection:
        found = await share_log.chats_of(connection, screen.user_id)
    if not screen.is_private or (alone and len(found) == 1):
        chat_id = found[0].id if screen.is_private else screen.chat_id
        return await _page(screen, chat_id, t, context)
    return views.groups(t, page_of(found, page))


async def _seats(screen: Screen, chat_id: int, context: Context) -> list[Seat]:
    """All that the person may read the log of. Raises MayNot, NobodyKnows, Gone."""
    seats = await share_history.readable(context.desk, chat_id, screen.user_id)
    if not seats and screen.is_private:
        raise Gone("share")
    return seats


async def _page(
    screen: Screen, chat_id: int, t: Texts, context: Context, *, mark: Mark | None = None, newer: bool = False
) -> View:
    seats = await _seats(screen, chat_id, context)
    if not seats:
        return views.nothing(t)
    share_ids = [seat.share.id for seat in seats]
    async with context.desk.db.transaction() as connection:
        heads: Sequence[Written] = []
        has_newer = has_older = False
        if mark is not None and newer:
            heads = await share_log.heads(connection, share_ids, after=mark, limit=views.PER_PAGE + 1)
            has_newer, has_older = len(heads) > views.PER_PAGE, True
            heads = heads[-views.PER_PAGE :]
        if not has_newer:  # the newest page, or one below a mark
            before = None if newer else mark
            heads = await share_log.heads(connection, share_ids, before=before, limit=views.PER_PAGE + 1)
            has_newer, has_older = before is not None, len(heads) > views.PER_PAGE
            heads = heads[: views.PER_PAGE]
        purchases = [line.purchase_id for line in heads if line.purchase_id is not None]
        chat = await people.get_chat(connection, chat_id)
        shown = LogPage(
            chat_id=chat_id,
            title=chat.title if chat is not None and screen.is_private else "",
            heads=heads,
            came=await share_log.came_of(connection, purchases, latest=views.STEPS),
            codes=await share_log.codes(connection, purchases),
            accounts={seat.share.id: _account(t, seat, context) for seat in seats},
            names={
                user_id: await people.name_of(connection, user_id)
                for line in heads
                if line.event is Event.NEARLY and (user_id := int(line.args.get("user") or 0))
            },
            has_newer=has_newer,
            has_older=has_older,
            of_several=screen.is_private and len(await share_log.chats_of(connection, screen.user_id)) > 1,
        )
    return views.log(t, shown)


def _account(t: Texts, seat: Seat, context: Context) -> Html:
    return account_name(t, seat.account.name, context.desk.site(seat.account))


def _mark(data: LogButton) -> Mark | None:
    return (data.at, data.id) if 0 < data.at < HIGHEST and 0 < data.id < HIGHEST else None


# Files


async def _file(screen: Screen, chat_id: int, days: Days, t: Texts, context: Context) -> None:
    """Send it to the private chat of who asked, also from a group: there others would keep it."""
    seats = await _seats(screen, chat_id, context)
    if not seats:
        await screen.show(views.nothing(t))
        return
    key = (f"log {screen.user_id}", "file")
    if key in context.under_way:
        await screen.answer(t.plain("toast-log-busy"))
        return
    context.under_way.add(key)
    try:
        await screen.answer(t.plain("toast-log-file"))
        sent = await _send(screen, chat_id, seats, days, t, context)
    except (TelegramForbiddenError, TelegramBadRequest) as error:
        if isinstance(error, TelegramBadRequest) and not any(words in error.message for words in _NO_CHAT):
            raise
        log.info("no private chat for the log", user=screen.user_id, why=error.message)
        link = await create_start_link(screen.bot, LOG_LINK)
        way = Keyboard().row(link_button(t.plain("button-log-private"), link)).markup()
        await screen.show(views.no_private_chat(t, way))
        return
    finally:
        context.under_way.discard(key)
    notice = t("log-file-sent") if sent else t("log-file-empty")
    if not sent or not screen.is_private:
        await screen.show(views.files(t, chat_id, notice=notice))


async def _send(
    screen: Screen, chat_id: int, seats: Sequence[Seat], days: Days, t: Texts, context: Context
) -> int:
    """How many files were sent: none where nothing happened."""
    async with context.desk.db.transaction() as connection:
        chat = await people.get_chat(connection, chat_id)
    title = clean_name(chat.title) if chat is not None else ""
    what = str(days).replace(" ", " – ")
    caption = t("log-file", title=title, what=what) if what else t("log-file-all", title=title)
    by_share = {seat.share.id: seat for seat in seats}
    sent = 0
    content = bytearray()

    async def send() -> None:
        nonlocal sent
        sent += 1
        await screen.send_file(file_name(title, days, sent), bytes(content), caption)
        content.clear()

    async for lines in share_history.lines(context.desk, seats, days):
        if not content:
            content += share_csv.header()
        content += share_csv.rows(lines, by_share)
        if len(content) > MOST_BYTES:
            await send()
    if content:
        await send()
    return sent


def file_name(title: str, days: Days, part: int) -> str:
    """Of letters, digits and dashes: some systems take nothing else."""
    words = ["log", re.sub(r"[\W_]+", "-", title).strip("-")[:40].strip("-"), str(days).replace(" ", "_")]
    if part > 1:
        words.append(f"part-{part}")
    return "-".join(word for word in words if word) + ".csv"


def _past(word: str) -> Past:
    try:
        return Past(word)
    except ValueError:
        raise Gone("span") from None


async def _ask(
    screen: Screen, chat_id: int, t: Texts, context: Context, *, problem: Html | None = None
) -> None:
    view = views.ask_days(t, chat_id, problem=problem)
    await ask_in_menu(
        screen, t, context, view,
        purpose=LOG_DAYS, args={"chat": chat_id}, placeholder=t.plain("placeholder-log-days"),
    )  # fmt: skip


async def _stop_listening(screen: Screen, context: Context) -> None:
    async with context.desk.db.transaction() as connection:
        prompt = await prompts.get(connection, screen.chat_id, screen.user_id)
        if prompt is not None and prompt.purpose == LOG_DAYS:
            await prompts.drop(connection, screen.chat_id, screen.user_id)
