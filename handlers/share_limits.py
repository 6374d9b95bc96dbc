"""/limits in a group: the limits of its shares. The owner sets them, a manager goes below."""

from decimal import Decimal

from aiogram import Bot, F, Router
from aiogram.types import CallbackQuery

from handlers.callbacks import ShareButton, ShareDo
from handlers.context import Context
from handlers.screen import Screen
from handlers.share_seats import page_number, seats_here, sit, titles
from handlers.texts import Html, Texts
from handlers.typed import SHARE_CAP, Typed, ask_in_menu
from handlers.views import failures, menu
from handlers.views import share_limits as views
from handlers.views.view import View, page_of
from orders import limits
from orders import shares as sharing
from orders.access import Right, Seat
from orders.errors import BadInput, Gone, MayNot
from orders.limits import Span
from storage import prompts, shares

OF_LIMITS = frozenset({ShareDo.LIMITS, ShareDo.CAP, ShareDo.LIFT})


def setup() -> Router:
    """The router."""
    router = Router(name="share-limits")
    router.callback_query.register(limit_button, ShareButton.filter(F.do.in_(OF_LIMITS)))
    return router


async def limit_button(
    query: CallbackQuery, callback_data: ShareButton, bot: Bot, t: Texts, context: Context
) -> None:
    """All limits of a share, or one that is to be changed."""
    screen = Screen.of_own_press(query, bot)
    if callback_data.do is ShareDo.LIMITS and not (callback_data.id or screen.is_private):
        await _stop_listening(screen, context)
        await screen.show(await limits_here(screen, t, context, page=page_number(callback_data.arg)))
        return
    if callback_data.do is ShareDo.LIMITS:
        seat = await sit(context, screen, callback_data.id)
        await _stop_listening(screen, context)
        await screen.show(await _limits(t, context, seat))
        return
    seat = await sit(context, screen, callback_data.id, Right.TIGHTEN)
    span = _span(callback_data.arg)
    if callback_data.do is ShareDo.CAP:
        await _ask(screen, t, context, seat, span)
        return
    await _stop_listening(screen, context)
    await screen.show(await _set(t, context, seat, span, None))


async def take_cap(typed: Typed) -> None:
    """The amount that was typed."""
    t, context, args = typed.t, typed.context, typed.prompt.args
    screen = await typed.tidy(int(args["menu"]))
    await _stop_listening(screen, context)
    span, seat = _span(args["span"]), await sit(context, screen, str(args["share"]), Right.TIGHTEN)
    try:
        view = await _set(t, context, seat, span, limits.typed_cap(typed.text))
    except (BadInput, MayNot) as error:
        if isinstance(error, MayNot) and error.why != "widen":
            raise
        await _ask(screen, t, context, seat, span, problem=failures.told(t, error))
        return
    await screen.show(view)


async def limits_here(screen: Screen, t: Texts, context: Context, *, page: int = 0) -> View:
    """The limits of all shares of the group in which the person asks."""
    seats = await seats_here(context, screen)
    if not seats:
        return View(t("share-limits-none"), menu.home(t))
    if len(seats) == 1:
        return await _limits(t, context, seats[0])
    shown = page_of(seats, page, views.PER_PAGE)
    blocks = [await _block(t, context, seat) for seat in shown.entries]
    return views.several(t, blocks, [(seat.share.id, seat.account.name) for seat in shown.entries], shown)


async def _limits(t: Texts, context: Context, seat: Seat, *, notice: Html | None = None) -> View:
    desk = context.desk
    async with desk.db.transaction() as connection:
        called = await titles(connection, context, t, seat)
        rooms = await limits.share_rooms(connection, seat.share.id, seat.user_id, desk.now())
    title = t("share-limits", account=called.account, group=called.group)
    return views.limits(t, seat, title, rooms, notice=notice)


async def _block(t: Texts, context: Context, seat: Seat) -> Html:
    desk = context.desk
    async with desk.db.transaction() as connection:
        called = await titles(connection, context, t, seat)
        rooms = await limits.share_rooms(connection, seat.share.id, seat.user_id, desk.now())
    return views.block(t, t("share-limits", account=called.account, group=called.group), rooms)


async def _set(t: Texts, context: Context, seat: Seat, span: Span, most: Decimal | None) -> View:
    await sharing.set_cap(context.desk, seat.share.id, span, most, seat.user_id)
    return await _limits(t, context, seat, notice=t("cap-saved"))


async def _ask(
    screen: Screen, t: Texts, context: Context, seat: Seat, span: Span, *, problem: Html | None = None
) -> None:
    async with context.desk.db.transaction() as connection:
        cap = views.cap_of(await shares.caps(connection, seat.share.id), span)
    view = views.ask_cap(t, seat, span, cap, problem=problem)
    args = {"share": seat.share.id, "span": span.value}
    await ask_in_menu(
        screen, t, context, view, purpose=SHARE_CAP, args=args, placeholder=t.plain("placeholder-cap")
    )


async def _stop_listening(screen: Screen, context: Context) -> None:
    async with context.desk.db.transaction() as connection:
        await prompts.drop(connection, screen.chat_id, screen.user_id)


def _span(word: str) -> Span:
    try:
        return Span(word)
    except ValueError:
        raise Gone("cap") from None
