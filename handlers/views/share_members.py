"""The people of a share: who may order by the rule, who has a role, who asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiogram.types import InlineKeyboardMarkup

from handlers.callbacks import MemberButton, MemberDo, ShareButton, ShareDo
from handlers.keyboard import Keyboard, button, label, turn_buttons
from handlers.texts import Html, Texts, given_name
from handlers.views.menu import menu_button
from handlers.views.share import back, now
from handlers.views.view import View, page_of
from orders.access import Right, Seat
from storage.shares import GIVEN, Member, Role

_ORDER = (None, Role.MANAGER, Role.BUYER, Role.VIEWER)
"""In which order people stand: those who ask first."""

MOST_BUTTONS = 15
"""People on one page, so that the menu stays small and the message within its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    """What the page of the people is drawn from."""

    seat: Seat
    account: Html
    group: str
    owner: str
    people: Sequence[Member]


def members(t: Texts, facts: MembersPage, *, page: int = 0, notice: Html | None = None) -> View:
    """All who have a role; for the owner as buttons, with those who ask first."""
    seat, is_owner = facts.seat, facts.seat.may(Right.RULE)
    people = sorted(facts.people, key=lambda one: _ORDER.index(one.role))  # names are in order already
    shown = page_of([one for one in people if is_owner or one.role is not None], page, MOST_BUTTONS)
    keyboard, lines = Keyboard(), []
    for one in shown.entries:
        if is_owner:
            mark = t.plain(f"members-mark-{_word(one.role)}")
            data = MemberButton(do=MemberDo.SHOW, share=seat.share.id, user=one.user_id)
            keyboard.row(button(label(_name(t, one.name), mark), data))
        else:
            lines.append(t(f"members-line-{_word(one.role)}", name=_name(t, one.name)))
    keyboard.row(
        *turn_buttons(
            shown.page,
            shown.pages,
            lambda number: MemberButton(do=MemberDo.LIST, share=seat.share.id, page=number),
        )
    )
    title = t("members-title", account=facts.account, group=facts.group)
    head = [title, t("members-owner", name=_name(t, facts.owner)), now(t, seat.share, {})]
    how = t("members-how") if is_owner else ""
    text = t.blocks([notice or "", t.lines(head), t.lines(lines), how])
    return View(text, keyboard.row(back(t, seat.share.id), menu_button(t)).markup())


def choose(t: Texts, shares: Sequence[tuple[str, str]], *, page: int = 0, notice: Html | None = None) -> View:
    """The people of which share."""
    keyboard, shown = Keyboard(), page_of(shares, page)
    for share_id, name in shown.entries:
        keyboard.row(button(name, MemberButton(do=MemberDo.LIST, share=share_id)))
    keyboard.row(
        *turn_buttons(
            shown.page, shown.pages, lambda number: MemberButton(do=MemberDo.LIST, share="", page=number)
        )
    )
    return View(t.blocks([notice or "", t("members-choose")]), keyboard.row(menu_button(t)).markup())


def choose_for(
    t: Texts, name: str, user_id: int, shares: Sequence[tuple[str, str]], *, page: int = 0
) -> View:
    """A role for somebody: in which share."""
    keyboard, shown = Keyboard(), page_of(shares, page)
    for share_id, account in shown.entries:
        data = MemberButton(do=MemberDo.SHOW, share=share_id, user=user_id)
        keyboard.row(button(account, data))
    keyboard.row(
        *turn_buttons(
            shown.page,
            shown.pages,
            lambda number: MemberButton(do=MemberDo.SHOW, share="", user=user_id, page=number),
        )
    )
    text = t("members-role-of", name=_name(t, name))
    return View(text, keyboard.row(menu_button(t)).markup())


def nothing_shared(t: Texts, *, is_private: bool) -> View:
    """No share, so no people."""
    keyboard = Keyboard().row(button(t.plain("button-share-open"), ShareButton(do=ShareDo.LIST)))
    text = t("members-none-yours" if is_private else "share-limits-none")
    return View(text, keyboard.row(menu_button(t)).markup())


def role(
    t: Texts, facts: MembersPage, person: Member, *, is_listed: bool, notice: Html | None = None
) -> View:
    """One person: which role they have, and which they could have. `is_listed`: asks, or has one."""
    share_id = facts.seat.share.id
    title = t("role-title", name=_name(t, person.name), account=facts.account, group=facts.group)
    asks = t("role-asks") if is_listed and person.role is None else ""
    keyboard = Keyboard()
    for given in GIVEN:
        name = t.plain(f"role-{given.value}")
        data = MemberButton(do=MemberDo.GIVE, share=share_id, user=person.user_id, role=given.value)
        keyboard.row(button(f"✓ {name}" if given is person.role else name, data))
    nothing = MemberButton(do=MemberDo.GIVE, share=share_id, user=person.user_id)
    keyboard.row(button(t.plain("role-none") if is_listed else f"✓ {t.plain('role-none')}", nothing))
    keyboard.row(
        button(t.plain("button-back"), MemberButton(do=MemberDo.LIST, share=share_id)), menu_button(t)
    )
    text = t.blocks([notice or "", t.lines([title, asks]), t("role-about")])
    return View(text, keyboard.markup())


def asks_in(t: Texts, share_id: str, person: Member, account: Html, group: str) -> View:
    """For the owner: somebody asks to be let in."""

    def answer(role: str) -> MemberButton:
        return MemberButton(do=MemberDo.ANSWER, share=share_id, user=person.user_id, role=role)

    keyboard = (
        Keyboard()
        .row(button(t.plain("button-asks-buyer"), answer(Role.BUYER.value), style="success"))
        .row(
            button(t.plain("button-asks-viewer"), answer(Role.VIEWER.value)),
            button(t.plain("button-asks-no"), answer("")),
        )
    )
    text = t("notice-asks-in", name=_name(t, person.name), group=group, account=account)
    return View(text, keyboard.markup())


def answered(t: Texts, facts: MembersPage, person: Member, given: Role | None) -> View:
    """What the owner has decided."""
    word = "no" if given is None else given.value
    text = t(f"asks-answered-{word}", name=_name(t, person.name), account=facts.account, group=facts.group)
    return View(text, _to_members(t, facts.seat.share.id))


def late(t: Texts, share_id: str, name: str) -> View:
    """The question was answered already, or has gone with who asked it."""
    return View(t("asks-late", name=_name(t, name)), _to_members(t, share_id))


def _to_members(t: Texts, share_id: str) -> InlineKeyboardMarkup:
    data = MemberButton(do=MemberDo.LIST, share=share_id)
    return Keyboard().row(button(t.plain("button-share-members", count=0), data), menu_button(t)).markup()


def _word(role: Role | None) -> str:
    return "asks" if role is None else role.value


def _name(t: Texts, name: str) -> str:
    return given_name(name) or t.plain("share-somebody")
