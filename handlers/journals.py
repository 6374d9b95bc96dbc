"""What the sites keep of accounts and orders, read a page at a time, never stored; orders made elsewhere."""

from dataclasses import dataclass

from aiogram import Bot, Router
from aiogram.types import CallbackQuery

from handlers.callbacks import Adopt, JournalButton, JournalOf
from handlers.context import Context
from handlers.private import is_private
from handlers.screen import Screen
from handlers.seen import may_read_here, seen_by
from handlers.texts import Html, Texts
from handlers.views import failures
from handlers.views import journal as views
from handlers.views.accounts import account_name
from handlers.views.journal import Known, Place
from handlers.views.view import View
from orders import adopt, keys
from orders.errors import Gone, NotYours, Told
from orders.wish import option_tag
from providers.errors import SiteError
from providers.site import OrderRef, Record, Sheet
from providers.words import Journal
from storage.accounts import Account

MOST_PAGES = 9_999
"""No site has more pages; a forged number must not reach it."""


def setup() -> Router:
    """The router."""
    router = Router(name="journals")
    router.callback_query.register(journal_button, JournalButton.filter())
    router.callback_query.register(adopt_button, Adopt.filter())
    return router


async def journal_button(
    query: CallbackQuery, callback_data: JournalButton, bot: Bot, t: Texts, context: Context
) -> None:
    """A page of a journal."""
    screen = Screen.of_press(query, bot, below=callback_data.below)
    asked = await _asked(screen, callback_data, t, context)
    if screen.chat_id == asked.home or await is_private(screen, t):
        await screen.slow(t, _page(asked, t, context))


async def adopt_button(
    query: CallbackQuery, callback_data: Adopt, bot: Bot, t: Texts, context: Context
) -> None:
    """Watch an order that was made elsewhere. The outbox sends its card."""
    screen = Screen.of_press(query, bot)
    data = JournalButton(
        of=JournalOf.ACCOUNT,
        id=callback_data.account,
        key=callback_data.key,
        word=callback_data.word,
        page=callback_data.page,
    )
    asked = await _asked(screen, data, t, context)
    if not await is_private(screen, t):
        return
    await screen.answer(t.plain("toast-adopting"))
    await screen.slow(t, _adopt(screen, callback_data.tag, asked, t, context))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a button is about, after all checks."""

    place: Place
    account: Account
    ref: OrderRef | None = None
    """The order, if it is one order's journal."""
    home: int | None = None
    """The order's chat, where what the number receives is shown to all anyway."""


async def _asked(screen: Screen, data: JournalButton, t: Texts, context: Context) -> Asked:
    """Raises Gone, NotYours, NobodyKnows."""
    ref = home = None
    if data.of is JournalOf.ACCOUNT:
        account = await keys.own(context.desk, data.id, screen.user_id)
        journals = context.desk.site(account).journals
        whose = account_name(t, account.name, context.desk.site(account))
    else:
        order, account = await seen_by(screen, data.id, context)
        may_read = await may_read_here(screen, order, account, context)
        if screen.is_private and not may_read:
            raise NotYours
        journals = context.desk.line(account, order.line).journals
        ref, home = order.ref, order.chat_id if may_read else None
        whose = t("journal-number", number=order.number or order.site_id)
    journal = _journal(journals, data.key)
    place = Place(
        of=data.of,
        id=data.id,
        site=context.desk.site(account),
        whose=whose,
        journal=journal,
        others=[other for other in journals if other is not journal],
        word=_word(journal, data.word),
        page=min(max(data.page, 0), MOST_PAGES),
        part=data.part,
    )
    return Asked(place=place, account=account, ref=ref, home=home)


def _journal(journals: tuple[Journal, ...], key: str) -> Journal:
    found = next((journal for journal in journals if journal.key == key), None)
    if found is None:
        raise Gone("journal")
    return found


def _word(journal: Journal, tag: str) -> str:
    if not tag:
        return ""
    word = next((word for word in journal.filters if option_tag(word) == tag), None)
    if word is None:
        raise Gone("filter")
    return word


async def _read(asked: Asked, page: int, context: Context) -> Sheet:
    """Pages count from 0 here and from 1 at the site."""
    place, credentials = asked.place, context.desk.credentials(asked.account)
    return await place.site.journal(
        credentials, place.journal.key, word=place.word, page=page + 1, order=asked.ref
    )


async def _page(asked: Asked, t: Texts, context: Context, *, notice: Html | None = None) -> View:
    try:
        sheet = await _read(asked, asked.place.page, context)
    except SiteError as error:
        return _trouble(asked, t, error)
    known = Known(sheet=sheet, adoptable=await _adoptable(asked, sheet, context))
    return views.journal(t, asked.place, known, notice=notice)


def _trouble(asked: Asked, t: Texts, error: SiteError) -> View:
    return views.no_journal(t, asked.place, failures.site_error(t, error, asked.place.site.name))


async def _adoptable(asked: Asked, sheet: Sheet, context: Context) -> set[str]:
    """Records of open orders that are not ours, on lines that we know how to watch."""
    if asked.ref is not None:
        return set()
    lines = {line.key for line in asked.place.site.lines}
    found = {one.id: one.seen for one in sheet.records if one.seen is not None and one.line in lines}
    strange = await adopt.foreign(context.desk, asked.account, list(found.values()))
    return {record for record, seen in found.items() if seen.id in strange}


async def _adopt(screen: Screen, tag: str, asked: Asked, t: Texts, context: Context) -> View:
    try:
        record = await _record(tag, asked, context)
        if record is None or record.seen is None or record.line is None:
            raise Gone("record")
        await adopt.adopt(
            context.desk,
            asked.account,
            record.line,
            record.seen,
            user_id=screen.user_id,
            place=adopt.ChatPlace(screen.chat_id, screen.thread_id),
        )
    except SiteError as error:
        return _trouble(asked, t, error)
    except Told as error:
        return await _page(asked, t, context, notice=failures.told(t, error))
    return await _page(asked, t, context, notice=t("journal-adopted"))


async def _record(tag: str, asked: Asked, context: Context) -> Record | None:
    """The record of the button. New ones may have moved it on to the next page."""
    for page in (asked.place.page, asked.place.page + 1):
        sheet = await _read(asked, page, context)
        for record in sheet.records:
            if option_tag(record.id) == tag:
                return record
        if not sheet.has_more:
            break
    return None
