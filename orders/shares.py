"""Lending an account to a group: beginning, changing and ending that, and who may do what there."""

from dataclasses import dataclass, replace
from decimal import Decimal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.access import UNKNOWN, Right, Seat, Standing, may_manage
from orders.desk import Desk
from orders.errors import AlreadyShared, Gone, MayNot, NobodyKnows, NotYours
from orders.inbox import put_card
from orders.limits import Span
from orders.share_notes import ASKS_IN, note, once_a_day, tell_owner
from storage import accounts, orders, people, purchases, share_log, shares
from storage.accounts import Account
from storage.db import new_id
from storage.orders import Order
from storage.share_log import Event
from storage.shares import GIVEN, Cap, Codes, Member, Role, Share, Who

log = structlog.get_logger(__name__)

FIRST_CAPS = {
    Span.ORDER: Decimal(2),
    Span.PERSON: Decimal(5),
    Span.DAY: Decimal(20),
    Span.MONTH: Decimal(200),
}
"""USD: the limits that a share begins with, so that nobody lends without any by accident."""

MOST_MEMBERS = 200
"""Roles of one share."""

MOST_REQUESTS = 50
"""Requests that wait for the owner of one share: a stranger can ask, and must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the bot may not have met: who, and what they are called."""

    id: int
    name: str


# Who is who


async def seat(desk: Desk, share_id: str, user_id: int) -> Seat:
    """What this person is to the share, as Telegram says right now. Raises Gone, NobodyKnows.

    Its owner, and whoever has still to do with one that has ended, need no word of Telegram's.
    """
    async with desk.db.transaction() as connection:
        presumed = await _by_the_rows(connection, await _get(connection, share_id), user_id, UNKNOWN)
    share = presumed.share
    try:
        standing = await desk.membership(share.chat_id, user_id)
    except NobodyKnows:
        if share.is_active and presumed.role is not Role.OWNER:
            raise
        return presumed
    return replace(presumed, standing=standing)


async def seats_in(desk: Desk, chat_id: int, user_id: int) -> list[Seat]:
    """The same for all active shares of a group, with one question to Telegram. Raises NobodyKnows."""
    async with desk.db.transaction() as connection:
        found = [
            await _by_the_rows(connection, share, user_id, UNKNOWN)
            for share in await shares.in_chat(connection, chat_id)
        ]
    if not found:
        return []
    standing = await desk.membership(chat_id, user_id)
    return [replace(presumed, standing=standing) for presumed in found]


async def seat_of_order(desk: Desk, order: Order, user_id: int) -> Seat | None:
    """For an order of a share. None: it is somebody's own. Raises NobodyKnows."""
    return None if order.share_id is None else await seat(desk, order.share_id, user_id)


def demand(seat: Seat, right: Right) -> None:
    """Raises MayNot, with the reason that helps most."""
    if seat.may(right):
        return
    if not seat.share.is_active or seat.account.removed_at is not None:
        raise MayNot("share-ended")
    if not seat.standing.is_known:
        raise NobodyKnows
    if not seat.standing.in_chat:
        raise MayNot("not-in-group")
    raise MayNot(right.name.lower().replace("_", "-"))


async def still(connection: AsyncConnection, seat: Seat, right: Right) -> Seat:
    """Ask the rows again in the transaction that changes something; the share is locked until its end.

    The seat as it is now. Raises MayNot, NobodyKnows, Gone.
    """
    share = await _get(connection, seat.share.id, lock=True)
    now = await _by_the_rows(connection, share, seat.user_id, seat.standing)
    demand(now, right)
    return now


async def _get(connection: AsyncConnection, share_id: str, *, lock: bool = False) -> Share:
    share = await (shares.get_for_update if lock else shares.get)(connection, share_id)
    if share is None:
        raise Gone("share")
    return share


async def _by_the_rows(connection: AsyncConnection, share: Share, user_id: int, standing: Standing) -> Seat:
    account = await accounts.get(connection, share.account_id)
    member = await shares.member(connection, share.id, user_id)
    if account is None:
        raise Gone("account")
    given = None if member is None else member.role
    return Seat(share=share, account=account, user_id=user_id, standing=standing, given=given)


# Beginning, changing, ending


async def begin(desk: Desk, account: Account, chat_id: int, user_id: int) -> Share:
    """Lend this account to that group, with careful limits. Raises NotYours, MayNot, AlreadyShared."""
    if not may_manage(account, user_id):
        raise NotYours
    if not (await desk.membership(chat_id, user_id)).in_chat:
        raise MayNot("not-in-group")
    share = Share(
        id=new_id(),
        account_id=account.id,
        chat_id=chat_id,
        thread_id=None,
        who=Who.ALL,
        codes=Codes.BUYER,
        codes_since=desk.now(),
        admins_act=True,
        created_at=desk.now(),
        ended_at=None,
    )
    async with desk.db.transaction() as connection:
        current = await accounts.get(connection, account.id)
        if current is None or not may_manage(current, user_id):
            raise NotYours
        if not await shares.add(connection, share):
            raise AlreadyShared
        for span, most in FIRST_CAPS.items():
            await shares.set_cap(connection, share.id, span, most=most, tighter=None)
        await note(connection, desk, share.id, Event.SHARED, user_id)
    return share


async def change(
    desk: Desk,
    share_id: str,
    user_id: int,
    *,
    who: Who | None = None,
    codes: Codes | None = None,
    admins_act: bool | None = None,
) -> None:
    """The owner's rules from now on; those not named stay. Raises Gone, MayNot, NobodyKnows."""
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.RULE)
    wanted = {"who": who, "codes": codes, "admins_act": admins_act}
    async with desk.db.transaction() as connection:
        before = (await still(connection, seated, Right.RULE)).share
        news = {what: now for what, now in wanted.items() if now is not None and now != getattr(before, what)}
        for what, now in news.items():
            await shares.change(connection, share_id, **{what: getattr(now, "value", now)})
            words = {"what": what, "before": str(getattr(before, what)), "after": str(now)}
            await note(connection, desk, share_id, Event.CHANGED, user_id, args=words)
        if "codes" in news:
            await shares.change(connection, share_id, codes_since=desk.now())
        if news.keys() & {"codes", "admins_act"}:  # cards say who may read and press
            for order in await orders.open_of_account(connection, before.account_id):
                if order.share_id == share_id:
                    await put_card(connection, desk, order)
    desk.bells.outbox.set()


async def set_topic(desk: Desk, share_id: str, thread_id: int | None, user_id: int) -> None:
    """The topic for the share's new cards; None: where each is ordered. Raises Gone, MayNot, NobodyKnows."""
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.RULE)
    async with desk.db.transaction() as connection:
        before = (await still(connection, seated, Right.RULE)).share
        if before.thread_id == thread_id:
            return
        await shares.change(connection, share_id, thread_id=thread_id)
        words = {"what": "topic", "before": str(before.thread_id or ""), "after": str(thread_id or "")}
        await note(connection, desk, share_id, Event.CHANGED, user_id, args=words)


async def lose_topic(connection: AsyncConnection, desk: Desk, share: Share) -> None:
    """The topic for its cards was deleted: they stand where each is ordered, and the owner is told.

    Ring the outbox's bell once it is committed.
    """
    await shares.change(connection, share.id, thread_id=None)
    words = {"what": "topic", "before": str(share.thread_id or ""), "after": ""}
    await note(connection, desk, share.id, Event.CHANGED, args=words)
    await tell_owner(connection, desk, share, {"text": "notice-topic-gone", "share": share.id})


async def set_cap(desk: Desk, share_id: str, span: Span, most: Decimal | None, user_id: int) -> None:
    """A limit from now on; None lifts it. A manager's can only be below the owner's.

    A limit that is new is warned of anew.

    Raises Gone, MayNot, NobodyKnows.
    """
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.TIGHTEN)
    async with desk.db.transaction() as connection:
        is_owner = (await still(connection, seated, Right.TIGHTEN)).may(Right.RULE)
        before = (await shares.caps(connection, share_id)).get(span, Cap(None, None))
        if is_owner:
            after = Cap(most, None)  # the owner's word ends a manager's
        else:
            if most is not None and before.most is not None and most > before.most:
                raise MayNot("widen")
            after = Cap(before.most, most)
        if after == before:
            return
        await shares.set_cap(connection, share_id, span, most=after.most, tighter=after.tighter)
        if after.effective != before.effective:
            await shares.forget_warnings(connection, share_id, span)
        was = "" if before.effective is None else str(before.effective)
        words = {"span": span.value, "before": was}
        await note(connection, desk, share_id, Event.CAP, user_id, amount=after.effective, args=words)


async def set_role(desk: Desk, share_id: str, of: Person, role: Role | None, user_id: int) -> None:
    """Give somebody a role of their own, or (None) take it away. Raises Gone, MayNot, NobodyKnows."""
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.RULE)
    if of.id == seated.account.owner_id or (role is not None and role not in GIVEN):
        raise MayNot("rule")
    async with desk.db.transaction() as connection:
        await still(connection, seated, Right.RULE)
        before = await shares.member(connection, share_id, of.id)
        if role is None:
            if not await shares.drop_member(connection, share_id, of.id):
                return
        else:
            if before is not None and before.role is role:
                return
            is_new = before is None or before.role is None
            if is_new and await shares.count_members(connection, share_id) >= MOST_MEMBERS:
                raise MayNot("too-many")
            await shares.set_member(connection, share_id, Member(user_id=of.id, role=role, name=_short(of)))
        was = None if before is None else before.role
        words = {
            "user": of.id,
            "of": _short(of),
            "before": "" if was is None else was.value,
            "role": "" if role is None else role.value,
        }
        await note(connection, desk, share_id, Event.ROLE, user_id, args=words)


async def ask_in(desk: Desk, share_id: str, user_id: int) -> bool:
    """Somebody in the group who may not order asks the owner. False: they did so before, or have an answer.

    A letter tells of it, once a day however often they come and go; /members shows it anyway.
    Raises Gone, MayNot, NobodyKnows.
    """
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.SEE)
    if seated.may(Right.ORDER) or seated.given is not None:
        return False
    async with desk.db.transaction() as connection:
        await still(connection, seated, Right.SEE)
        if await shares.member(connection, share_id, user_id) is not None:
            return False
        if await shares.count_requests(connection, share_id) >= MOST_REQUESTS:
            raise MayNot("too-many")
        name = await people.name_of(connection, user_id)
        await shares.set_member(connection, share_id, Member(user_id=user_id, role=None, name=name))
        await note(connection, desk, share_id, Event.ASKED, user_id)
        words = {"text": "notice-asks-in", "share": share_id, "user": user_id, "name": name}
        if await once_a_day(connection, desk, share_id, ASKS_IN, user_id=user_id):
            await tell_owner(connection, desk, seated.share, words)
    desk.bells.outbox.set()
    return True


async def stop(desk: Desk, share_id: str, user_id: int) -> None:
    """End it: by the owner or a group admin. Open orders go on. Raises Gone, MayNot, NobodyKnows."""
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.END)
    async with desk.db.transaction() as connection:
        current = await still(connection, seated, Right.END)
        why = "owner" if current.role is Role.OWNER else "admin"
        await end(connection, desk, current.share, why, user_id)
    desk.bells.outbox.set()


async def end(
    connection: AsyncConnection, desk: Desk, share: Share, why: str, user_id: int | None = None
) -> None:
    """It has ended, by whomever; the owner is told unless it was the owner. `why` names the text."""
    if not await shares.end(connection, share.id, desk.now()):
        return
    await note(connection, desk, share.id, Event.STOPPED, user_id, args={"why": why})
    if why != "owner":
        name = "" if user_id is None else await people.name_of(connection, user_id)
        words = {"text": f"notice-share-ended-{why}", "share": share.id, "name": name}
        await tell_owner(connection, desk, share, words)


async def left(connection: AsyncConnection, desk: Desk, chat_id: int, user_id: int) -> None:
    """Somebody is not in the group any more: no role, and what they alone could read goes to the owner.

    Ring the outbox's bell once it is committed.
    """
    for share in await shares.ever_in_chat(connection, chat_id):
        account = await accounts.get(connection, share.account_id)
        if account is None:
            continue
        if account.owner_id == user_id:
            await end(connection, desk, share, "owner-left")
            continue
        if await shares.drop_member(connection, share.id, user_id):
            await note(connection, desk, share.id, Event.LEFT, user_id)
        await _hand_over(connection, desk, share, account, user_id)


async def _hand_over(
    connection: AsyncConnection, desk: Desk, share: Share, account: Account, user_id: int
) -> None:
    """Open orders of who has left are the owner's now: in the private chat, if one alone saw their codes.

    With those that are just being bought, or looked for.
    """
    is_kept = share.codes is Codes.BUYER
    before = None if is_kept else share.codes_since
    moved = await orders.hand_over(connection, share.id, user_id, account.owner_id, made_before=before)
    awaited = await purchases.hand_over(connection, share.id, user_id, account.owner_id) if is_kept else []
    stay = await orders.change_holder(connection, share.id, user_id, account.owner_id)
    staying = [purchase_id for _, purchase_id in stay]
    if not is_kept:  # what is bought yet goes by the log, see orders/settle.py
        staying += await _awaited_here(connection, share, user_id)
    for order_id, _ in [*moved, *stay]:
        order = await orders.get(connection, order_id)
        if order is not None:
            await put_card(connection, desk, order)
    for purchase_id in dict.fromkeys(staying):
        await note(connection, desk, share.id, Event.HANDED_OVER, user_id, purchase_id=purchase_id)
    bought = list(dict.fromkeys([*(purchase_id for _, purchase_id in moved), *awaited]))
    if not bought:
        return
    for purchase_id in bought:
        await note(connection, desk, share.id, Event.HANDED_OVER, user_id, purchase_id=purchase_id)
    name = await people.name_of(connection, user_id)
    words = {
        "text": "notice-handed-over",
        "share": share.id,
        "name": name,
        "count": len(bought),
    }
    await tell_owner(connection, desk, share, words)


async def _awaited_here(connection: AsyncConnection, share: Share, user_id: int) -> list[str]:
    """What a person is just buying, or lost the answer to, that was not handed over before."""
    awaited = await purchases.awaited_of(connection, share.id, user_id)
    return [one for one in awaited if not await share_log.is_handed_over(connection, one)]


def _short(person: Person) -> str:
    return person.name[: people.NAME_LENGTH]
