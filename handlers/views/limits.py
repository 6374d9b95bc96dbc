"""A person's own caps on spending."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from aiogram.types import InlineKeyboardMarkup

from handlers.callbacks import CapButton, Open, Page, ShareButton, ShareDo
from handlers.keyboard import Keyboard, button
from handlers.texts import Html, Texts
from handlers.views.menu import menu_button
from handlers.views.view import View
from orders.limits import PERSONAL, Room, Span


def caps(
    t: Texts,
    found: Sequence[Room],
    *,
    shares: Sequence[tuple[str, str]] = (),
    notice: Html | None = None,
) -> View:
    """All caps, and what is left under each. `shares`: ids and names of those whose limits can be seen."""
    by_span = {room.span: room for room in found}
    keyboard = Keyboard()
    for span in PERSONAL:
        room = by_span.get(span)
        most = t.money(room.most) if room else t.plain("cap-none")
        keyboard.row(button(t.plain(f"button-cap-{span.value}", most=most), CapButton(span=span.value)))
    for share_id, name in shares:
        keyboard.row(button(f"👥 {name}", ShareButton(do=ShareDo.LIMITS, id=share_id)))
    keyboard.row(button(t.plain("button-back"), Open(to=Page.SETTINGS)), menu_button(t))
    rows = [_left(t, room) for room in found if room.span is not Span.ORDER]
    return View(t.blocks([notice or "", t("caps"), t.lines(rows)]), keyboard.markup())


def ask_cap(t: Texts, span: Span, set_ones: Mapping[Span, Decimal], *, problem: Html | None = None) -> View:
    """How much it may be."""
    now = set_ones.get(span)
    is_now = t("cap-is", most=t.money(now)) if now is not None else ""
    return View(
        t.blocks([problem or "", t.lines([t(f"ask-cap-{span.value}"), is_now])]), _cap_keyboard(t, span, now)
    )


def left(t: Texts, room: Room | None) -> Html | str:
    """What a person has left, beside a price."""
    if room is None:
        return ""
    return t("cap-most-order", most=t.money(room.most)) if room.span is Span.ORDER else _left(t, room)


def _left(t: Texts, room: Room) -> Html:
    return t(f"cap-left-{room.span.value}", left=t.money(room.left), most=t.money(room.most))


def _cap_keyboard(t: Texts, span: Span, now: Decimal | None) -> InlineKeyboardMarkup:
    keyboard = Keyboard()
    if now is not None:
        keyboard.row(button(t.plain("button-cap-lift"), CapButton(span=span.value, lift=True)))
    return keyboard.row(button(t.plain("button-back"), CapButton()), menu_button(t)).markup()
