"""An account that is lent to a group: which, by which rules, and how that ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from aiogram.types import InlineKeyboardButton

from handlers.callbacks import (
    ON,
    LogButton,
    LogDo,
    MemberButton,
    MemberDo,
    Open,
    Page,
    ShareButton,
    ShareDo,
)
from handlers.keyboard import Keyboard, button, label, link_button, turn_buttons
from handlers.texts import Html, Texts
from handlers.views.menu import menu_button
from handlers.views.view import View, page_of
from orders.access import Right, Seat
from orders.limits import Span
from storage.accounts import Account
from storage.shares import Cap, Codes, Share, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePage:
    """What the page of a share is drawn from."""

    seat: Seat
    account: Html
    group: str
    caps: Mapping[str, Cap]
    asking: int
    thread_id: int | None
    """The topic in which the page stands."""


def here(
    t: Texts,
    seats: Sequence[Seat],
    unshared: Sequence[Account],
    *,
    page: int = 0,
    notice: Html | None = None,
) -> View:
    """In a group: what is shared there, and what the person could share."""
    found: list[Seat | Account] = [*seats, *unshared]
    keyboard, shown = Keyboard(), page_of(found, page)
    for one in shown.entries:
        if isinstance(one, Seat):
            show = ShareButton(do=ShareDo.SHOW, id=one.share.id)
            keyboard.row(button(f"{label(one.account.name)} ›", show))
        else:
            begin = ShareButton(do=ShareDo.BEGIN, id=one.id)
            keyboard.row(button(t.plain("button-share-begin", name=one.name), begin, style="success"))
    keyboard.row(*turn_buttons(shown.page, shown.pages, _to_page))
    title = t("share-here" if unshared else "share-here-lent")
    return View(t.blocks([notice or "", title]), keyboard.row(menu_button(t)).markup())


def mine(
    t: Texts,
    shares: Sequence[tuple[str, str]],
    pick_group: str | None,
    *,
    page: int = 0,
    notice: Html | None = None,
) -> View:
    """In private: a person's shares, and Telegram's own choice of a group. No link: nothing to share yet."""
    keyboard, shown = Keyboard(), page_of(shares, page)
    for share_id, name in shown.entries:
        keyboard.row(button(name, ShareButton(do=ShareDo.SHOW, id=share_id)))
    keyboard.row(*turn_buttons(shown.page, shown.pages, _to_page))
    if pick_group is None:
        keyboard.row(button(t.plain("button-link-first"), Open(to=Page.LINK), style="success"))
    else:
        keyboard.row(link_button(t.plain("button-share-pick"), pick_group))
    text = t("share-mine-none" if pick_group is None and not shares else "share-mine")
    return View(t.blocks([notice or "", text]), keyboard.row(menu_button(t)).markup())


def page(t: Texts, facts: SharePage, *, notice: Html | None = None) -> View:
    """One share: what holds there, and what this person can do about it."""
    seat = facts.seat
    share = seat.share
    title = t("share-title", account=facts.account, group=facts.group)
    lines = [t("share-ended")] if not share.is_active else [now(t, share, facts.caps), codes_now(t, share)]
    keyboard = Keyboard()
    if seat.may(Right.RULE):
        for row in _rules(t, facts):
            keyboard.row(row)
    if share.is_active:
        keyboard.row(
            button(t.plain("button-share-limits"), _do(share, ShareDo.LIMITS)),
            button(
                t.plain("button-share-members", count=facts.asking if seat.may(Right.RULE) else 0),
                MemberButton(do=MemberDo.LIST, share=share.id),
            ),
        )
    if seat.may(Right.LOG):
        keyboard.row(button(t.plain("button-share-log"), LogButton(do=LogDo.READ, chat=share.chat_id)))
    if seat.may(Right.END):
        keyboard.row(button(t.plain("button-share-stop"), _do(share, ShareDo.STOP)))
    keyboard.row(back_to_list(t), menu_button(t))
    return View(t.blocks([notice or "", t.lines([title, *lines])]), keyboard.markup())


def ask_who(t: Texts, share: Share, account: Html) -> View:
    """Who may order."""
    keyboard = Keyboard()
    for who in Who:
        name = _marked(t.plain(f"share-choose-who-{who.value}"), share.who is who)
        keyboard.row(button(name, _do(share, ShareDo.WHO, who.value)))
    return View(t("share-ask-who", account=account), keyboard.row(back(t, share.id)).markup())


def ask_codes(t: Texts, share: Share) -> View:
    """Who sees the codes."""
    keyboard = Keyboard()
    for codes in reversed(Codes):
        name = _marked(t.plain(f"share-choose-codes-{codes.value}"), share.codes is codes)
        keyboard.row(button(name, _do(share, ShareDo.CODES, codes.value)))
    return View(t("share-ask-codes"), keyboard.row(back(t, share.id)).markup())


def ask_stop(t: Texts, share: Share, account: Html, group: str) -> View:
    """Ending it asks once."""
    keyboard = (
        Keyboard()
        .row(button(t.plain("button-share-stop-sure"), _do(share, ShareDo.STOP_SURE), style="danger"))
        .row(button(t.plain("button-keep"), _do(share, ShareDo.SHOW)))
    )
    return View(t("share-ask-stop", account=account, group=group), keyboard.markup())


def now(t: Texts, share: Share, caps: Mapping[str, Cap]) -> Html:
    """Who can order, up to how much: in one line."""
    order, day = _most(caps, Span.ORDER), _most(caps, Span.DAY)
    upto = Html("")
    if order is not None and day is not None:
        upto = t("share-upto-both", order=t.money(order), day=t.money(day))
    elif order is not None:
        upto = t("share-upto-order", order=t.money(order))
    elif day is not None:
        upto = t("share-upto-day", day=t.money(day))
    return t(f"share-now-{share.who.value}", upto=upto)


def codes_now(t: Texts, share: Share) -> Html:
    """Who sees the codes: in one line."""
    return t(f"share-codes-{share.codes.value}")


def back(t: Texts, share_id: str) -> InlineKeyboardButton:
    """Back to the share's page."""
    return button(t.plain("button-back"), ShareButton(do=ShareDo.SHOW, id=share_id))


def back_to_list(t: Texts) -> InlineKeyboardButton:
    """Back to all shares."""
    return button(t.plain("button-back"), ShareButton(do=ShareDo.LIST))


def _rules(t: Texts, facts: SharePage) -> list[InlineKeyboardButton | None]:
    """Each rule on its button."""
    share = facts.seat.share
    admins = "yes" if share.admins_act else "no"
    return [
        button(t.plain(f"button-share-who-{share.who.value}"), _do(share, ShareDo.WHO)),
        button(t.plain(f"button-share-codes-{share.codes.value}"), _do(share, ShareDo.CODES)),
        button(
            t.plain(f"button-share-admins-{admins}"),
            _do(share, ShareDo.ADMINS, "" if share.admins_act else ON),
        ),
        _topic(t, share, facts.thread_id),
    ]


def _topic(t: Texts, share: Share, thread_id: int | None) -> InlineKeyboardButton | None:
    """Where cards go; a press puts them in the topic in which the page stands, or sets them free."""
    if share.thread_id is None:
        if thread_id is None:
            return None
        where, arg = "any", ON
    elif share.thread_id == thread_id:
        where, arg = "this", ""
    else:
        where, arg = "other", "" if thread_id is None else ON
    return button(t.plain(f"button-share-topic-{where}"), _do(share, ShareDo.TOPIC, arg))


def _most(caps: Mapping[str, Cap], span: Span) -> Decimal | None:
    return caps[span].effective if span in caps else None


def _do(share: Share, do: ShareDo, arg: str = "") -> ShareButton:
    return ShareButton(do=do, id=share.id, arg=arg)


def _to_page(number: int) -> ShareButton:
    return ShareButton(do=ShareDo.LIST, arg=str(number))


def _marked(name: str, is_set: bool) -> str:
    return f"✓ {name}" if is_set else name
