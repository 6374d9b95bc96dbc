"""Lending an account to a group: beginning, changing and ending that, and who may do what there."""

from dataclasses import dataclass, replace
from decimal import Decimal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders.access import Right, Seat, Standing, may_manage
from orders.desk import Desk
from orders.errors import AlreadyShared, Gone, MayNot, NotYours
from orders.limits import Span
from orders.share_notes import note, tell_owner
from storage import accounts, orders, outbox, people, shares
from storage.accounts import Account
from storage.db import new_id
from storage.orders import Order
from storage.outbox import Kind, Letter, Priority
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
"""Roles and requests of one share: a stranger can ask, and must not fill the disk."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom the bot may not have met: who, and what they are called."""

    id: int
    name: str


# Who is who


async def seat(desk: Desk, share_id: str, user_id: int) -> Seat:
    """What this person is to the share, as Telegram says right now. Raises Gone, NobodyKnows."""
    async with desk.db.transaction() as connection:
        share = await shares.get(connection, share_id)
    if share is None:
        raise Gone("share")
    return await _sit(desk, share, user_id, await _standing(desk, share, user_id))


async def seats_in(desk: Desk, chat_id: int, user_id: int) -> list[Seat]:
    """The same for all active shares of a group, with one question to Telegram. Raises NobodyKnows."""
    async with desk.db.transaction() as connection:
        found = await shares.in_chat(connection, chat_id)
    if not found:
        return []
    standing = await desk.membership(chat_id, user_id)
    return [await _sit(desk, share, user_id, standing) for share in found]


async def seat_of_order(desk: Desk, order: Order, user_id: int) -> Seat | None:
    """For an order of a share. None: it is somebody's own. Raises NobodyKnows."""
    return None if order.share_id is None else await seat(desk, order.share_id, user_id)


def demand(seat: Seat, right: Right) -> None:
    """Raises MayNot, with the reason that helps most."""
    if seat.may(right):
        return
    if not seat.share.is_active:
        raise MayNot("share-ended")
    if not seat.standing.in_chat:
        raise MayNot("not-in-group")
    raise MayNot(right.name.lower().replace("_", "-"))


async def still_orders(connection: AsyncConnection, seat: Seat) -> None:
    """Ask the rows again in the transaction that makes the intent. Raises MayNot, Gone."""
    share = await shares.get(connection, seat.share.id)
    account = await accounts.get(connection, seat.account.id)
    if share is None or account is None:
        raise Gone("share")
    member = await shares.member(connection, share.id, seat.user_id)
    given = None if member is None else member.role
    demand(replace(seat, share=share, account=account, given=given), Right.ORDER)


async def _standing(desk: Desk, share: Share, user_id: int) -> Standing:
    return await desk.membership(share.chat_id, user_id)


async def _sit(desk: Desk, share: Share, user_id: int, standing: Standing) -> Seat:
    async with desk.db.transaction() as connection:
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
    demand(await seat(desk, share_id, user_id), Right.RULE)
    wanted = {"who": who, "codes": codes, "admins_act": admins_act}
    async with desk.db.transaction() as connection:
        before = await _active(connection, share_id)
        for what, now in wanted.items():
            was = getattr(before, what)
            if now is None or now == was:
                continue
            await shares.change(connection, share_id, **{what: getattr(now, "value", now)})
            words = {"what": what, "before": str(was), "after": str(now)}
            await note(connection, desk, share_id, Event.CHANGED, user_id, args=words)


async def set_topic(desk: Desk, share_id: str, thread_id: int | None, user_id: int) -> None:
    """The topic for the share's new cards; None: where each is ordered. Raises Gone, MayNot, NobodyKnows."""
    demand(await seat(desk, share_id, user_id), Right.RULE)
    async with desk.db.transaction() as connection:
        before = await _active(connection, share_id)
        if before.thread_id == thread_id:
            return
        await shares.change(connection, share_id, thread_id=thread_id)
        words = {"what": "topic", "before": str(before.thread_id or ""), "after": str(thread_id or "")}
        await note(connection, desk, share_id, Event.CHANGED, user_id, args=words)


async def set_cap(desk: Desk, share_id: str, span: Span, most: Decimal | None, user_id: int) -> None:
    """A limit from now on; None lifts it. A manager's can only be below the owner's.

    Raises Gone, MayNot, NobodyKnows.
    """
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.TIGHTEN)
    is_owner = seated.may(Right.RULE)
    async with desk.db.transaction() as connection:
        await _active(connection, share_id)
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
        await _active(connection, share_id)
        before = await shares.member(connection, share_id, of.id)
        if role is None:
            if not await shares.drop_member(connection, share_id, of.id):
                return
        else:
            if before is not None and before.role is role:
                return
            if before is None and await shares.count_members(connection, share_id) >= MOST_MEMBERS:
                raise MayNot("too-many")
            await shares.set_member(connection, share_id, Member(user_id=of.id, role=role, name=_short(of)))
        words = {"user": of.id, "of": _short(of), "role": "" if role is None else role.value}
        await note(connection, desk, share_id, Event.ROLE, user_id, args=words)


async def ask_in(desk: Desk, share_id: str, user_id: int) -> bool:
    """Somebody in the group who may not order asks the owner. False: they did so before, or may already."""
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.SEE)
    if seated.may(Right.ORDER) or seated.given is not None:
        return False
    async with desk.db.transaction() as connection:
        await _active(connection, share_id)
        if await shares.member(connection, share_id, user_id) is not None:
            return False
        if await shares.count_members(connection, share_id) >= MOST_MEMBERS:
            raise MayNot("too-many")
        name = await people.name_of(connection, user_id)
        await shares.set_member(connection, share_id, Member(user_id=user_id, role=None, name=name))
        await note(connection, desk, share_id, Event.ASKED, user_id)
        words = {"text": "notice-asks-in", "share": share_id, "user": user_id, "name": name}
        await tell_owner(connection, desk, seated.share, words)
    desk.bells.outbox.set()
    return True


async def stop(desk: Desk, share_id: str, user_id: int) -> None:
    """End it: by the owner or a group admin. Open orders go on. Raises Gone, MayNot, NobodyKnows."""
    seated = await seat(desk, share_id, user_id)
    demand(seated, Right.END)
    async with desk.db.transaction() as connection:
        why = "owner" if seated.role is Role.OWNER else "admin"
        await end(connection, desk, seated.share, why, user_id)
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
    for share in await shares.in_chat(connection, chat_id):
        account = await accounts.get(connection, share.account_id)
        if account is None:
            continue
        if account.owner_id == user_id:
            await end(connection, desk, share, "owner-left")
            continue
        member = await shares.member(connection, share.id, user_id)
        if member is not None:
            await shares.drop_member(connection, share.id, user_id)
            await note(connection, desk, share.id, Event.LEFT, user_id)
        if share.codes is Codes.BUYER:
            await _hand_over(connection, desk, share, account, user_id)


async def _hand_over(
    connection: AsyncConnection, desk: Desk, share: Share, account: Account, user_id: int
) -> None:
    """Open orders of who has left are the owner's from now on, in the owner's private chat."""
    moved = await orders.hand_over(connection, share.id, user_id, account.owner_id)
    if not moved:
        return
    for order_id, purchase_id in moved:
        await note(connection, desk, share.id, Event.HANDED_OVER, user_id, purchase_id=purchase_id)
        card = Letter(
            kind=Kind.CARD, priority=Priority.OUTCOME, user_id=account.owner_id, chat_id=account.owner_id,
            order_id=order_id,
        )  # fmt: skip
        await outbox.put(connection, card, desk.now_ms())
    name = await people.name_of(connection, user_id)
    words = {"text": "notice-handed-over", "share": share.id, "name": name, "count": len(moved)}
    await tell_owner(connection, desk, share, words)


async def _active(connection: AsyncConnection, share_id: str) -> Share:
    share = await shares.get(connection, share_id)
    if share is None or not share.is_active:
        raise MayNot("share-ended")
    return share


def _short(person: Person) -> str:
    return person.name[: people.NAME_LENGTH]
