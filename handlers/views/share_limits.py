"""The limits of a share: what each is, what is left of it, and how it is changed."""

from collections.abc import Mapping, Sequence

from handlers.callbacks import ShareButton, ShareDo
from handlers.keyboard import Keyboard, button, label, turn_buttons
from handlers.texts import Html, Texts
from handlers.views.menu import menu_button
from handlers.views.share import back
from handlers.views.view import PageOf, View
from orders.access import Right, Seat
from orders.limits import SHARED, Room, Span
from storage.shares import Cap


def limits(t: Texts, seat: Seat, title: Html, rooms: Sequence[Room], *, notice: Html | None = None) -> View:
    """All limits of one share; those who may change them press them."""
    keyboard, by_span = Keyboard(), {room.span: room for room in rooms}
    if seat.may(Right.TIGHTEN):
        for span in SHARED:
            room = by_span.get(span)
            most = t.money(room.most) if room else t.plain("cap-none")
            data = ShareButton(do=ShareDo.CAP, id=seat.share.id, arg=span.value)
            keyboard.row(button(t.plain(f"button-share-cap-{span.value}", most=most), data))
    keyboard.row(back(t, seat.share.id), menu_button(t))
    text = t.blocks([notice or "", block(t, title, rooms), t("share-limits-days")])
    return View(text, keyboard.markup())


PER_PAGE = 5
"""Shares on one page: so the longest names and amounts fit into a message."""


def several(t: Texts, blocks: Sequence[Html], shares: Sequence[tuple[str, str]], of: PageOf[Seat]) -> View:
    """The limits of a page of the shares of a group, and a button for each."""
    keyboard = Keyboard()
    for share_id, name in shares:
        keyboard.row(button(f"{label(name)} ›", ShareButton(do=ShareDo.LIMITS, id=share_id)))
    keyboard.row(
        *turn_buttons(of.page, of.pages, lambda number: ShareButton(do=ShareDo.LIMITS, arg=str(number)))
    )
    return View(t.blocks([*blocks, t("share-limits-days")]), keyboard.row(menu_button(t)).markup())


def block(t: Texts, title: Html, rooms: Sequence[Room]) -> Html:
    """One share's limits in a few lines."""
    by_span = {room.span: room for room in rooms}
    return t.lines([title, *(_line(t, span, by_span.get(span)) for span in SHARED)])


def ask_cap(t: Texts, seat: Seat, span: Span, cap: Cap, *, problem: Html | None = None) -> View:
    """How much it may be."""
    is_owner = seat.may(Right.RULE)
    lines = [t(f"share-ask-cap-{span.value}")]
    if cap.effective is not None:
        lines.append(t("cap-is", most=t.money(cap.effective)))
    if not is_owner and cap.most is not None:
        lines.append(t("share-cap-owners", most=t.money(cap.most)))
    keyboard = Keyboard()
    if (cap.effective if is_owner else cap.tighter) is not None:
        lift = ShareButton(do=ShareDo.LIFT, id=seat.share.id, arg=span.value)
        keyboard.row(button(t.plain("button-cap-lift" if is_owner else "button-share-lift-mine"), lift))
    limits_page = ShareButton(do=ShareDo.LIMITS, id=seat.share.id)
    keyboard.row(button(t.plain("button-back"), limits_page), menu_button(t))
    return View(t.blocks([problem or "", t.lines(lines)]), keyboard.markup())


def cap_of(caps: Mapping[str, Cap], span: Span) -> Cap:
    """The limit of a span, also where there is none."""
    return caps.get(span, Cap(None, None))


def _line(t: Texts, span: Span, room: Room | None) -> Html:
    if room is None:
        return t(f"share-free-{span.value}")
    most, spent, left = t.money(room.most), t.money(room.spent), t.money(room.left)
    return t(f"share-left-{span.value}", most=most, spent=spent, left=left)
