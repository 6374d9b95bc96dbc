"""Acts on an order that do not buy: cancel, ban, report, finish, wake, status, refund."""

from dataclasses import dataclass

import structlog

from orders import inbox, keys, share_notes, shares
from orders.access import Right, Seat, may_act, may_order
from orders.desk import Desk
from orders.errors import Barred, Gone, NotNow, NotYours
from providers.errors import BadKey, NoAnswer, NoFunds, RateLimited, Refused, SiteError
from providers.site import NOTHING_GIVEN, Picks, Seen
from providers.words import (
    Act,
    Effect,
)
from storage import orders
from storage.accounts import Account
from storage.orders import Order
from storage.shares import Role

log = structlog.get_logger(__name__)

WAKE_AGAIN = 45
"""Seconds after which a wake-up that failed, or was cut off by a crash, is tried again."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """An act that somebody pressed, after all checks."""

    order: Order
    account: Account
    act: Act
    payer: Seat | None = None
    """Of an act that costs: who pays by a share. None: the account's owner by themselves."""


async def pressed(desk: Desk, order_id: str, act_key: str, user_id: int) -> Pressed:
    """Check a press again: whose order, which state, which service.

    Raises Gone, NotYours, NotNow, Barred, and for an order of a share MayNot and NobodyKnows.
    """
    order, account = await load(desk, order_id)
    seat = await shares.seat_of_order(desk, order, user_id)
    return checked(desk, order, account, act_key, user_id, seat)


def checked(  # noqa: PLR0917 - who presses what with which order, nothing of it optional
    desk: Desk, order: Order, account: Account, act_key: str, user_id: int, seat: Seat | None
) -> Pressed:
    """The same with its rows and the presser's seat at hand. Raises what `pressed` raises."""
    try:
        act = desk.line(account, order.line).act(act_key)
    except KeyError:
        raise Gone("act") from None
    if not may_act(order, account, user_id, seat):
        raise NotYours
    if act.redirects and seat is not None and not seat.may_begin_anew(order):
        raise NotYours
    if not _has_key(account, order, act):
        raise Gone("account")
    payer = _payer(order, account, act, user_id, seat) if act.effect.costs else None
    if order.state not in act.when:
        raise NotNow
    if is_barred(act, order):
        raise Barred
    return Pressed(order, account, act, payer)


def _payer(order: Order, account: Account, act: Act, user_id: int, seat: Seat | None) -> Seat | None:
    """Who pays by the order's share. Once that has ended the owner alone does, as for any order of theirs."""
    if seat is None or (seat.role is Role.OWNER and not seat.share.is_active):
        if not may_order(account, user_id):
            raise NotYours
        return None
    shares.demand(seat, Right.ORDER)
    if act.effect is Effect.BUYS and not seat.may_begin_anew(order):
        raise NotYours
    return seat


async def load(desk: Desk, order_id: str) -> tuple[Order, Account]:
    """An order and its account. Raises Gone."""
    async with desk.db.transaction() as connection:
        order = await orders.get(connection, order_id)
    if order is None:
        raise Gone("order")
    return order, await desk.account(order.account_id)


def available(desk: Desk, order: Order, account: Account) -> list[Act]:
    """The acts whose buttons stand on the card now."""
    return [
        act
        for act in desk.line(account, order.line).acts
        if order.state in act.when
        and order.facts.get(act.needs or "") is not False
        and not is_barred(act, order)
        and _has_key(account, order, act)
    ]


def is_barred(act: Act, order: Order) -> bool:
    """Whether the site does not do this for the order's service."""
    service = {(order.name_of("service") or "").casefold(), order.ref.service.casefold()}
    return bool(service & act.barred)


def _has_key(account: Account, order: Order, act: Act) -> bool:
    """A removed account's key is kept for its open orders, and buys nothing more."""
    return account.removed_at is None or (order.is_open and not act.effect.costs)


async def carry_out(desk: Desk, order: Order, act: Act, given: Picks = NOTHING_GIVEN) -> Order | None:
    """Do it once. Whatever the site answers, a read afterwards decides what is true.

    `given`: the answers to the act's choices, or which way its switch goes.
    Raises the site's refusal once the order was read again; NoAnswer only if the read had none either.
    """
    account = await desk.account(order.account_id)
    try:
        seen = await desk.site(account).act(desk.credentials(account), act.key, order.ref, given)
    except BadKey:
        desk.spawn(keys.doubt(desk, account), name=f"doubt {account.id}")
        raise
    except RateLimited:
        raise
    except (Refused, NoAnswer) as error:
        # A code may have come first, or the act was done and its answer lost.
        after = await look_again(desk, order, account)
        if act.effect is not Effect.ENDS or after is None or after.is_open:
            raise
        log.info("act settled by a read", order=order.id, act=act.key, error=str(error))
        return after
    after = await inbox.take(desk, order, seen, via="poll")
    # A code may have arrived while a cancel was on its way; a wake-up's answer has no windows.
    final = await look_again(desk, after or order, account)
    desk.bells.watcher.set()
    return final or after


async def carry_out_pressed(
    desk: Desk, press: Pressed, user_id: int, given: Picks = NOTHING_GIVEN
) -> Order | None:
    """The same for somebody who pressed it. In the log of a share that stands first, whatever comes of it."""
    await share_notes.acted(desk, press.order, press.act.key, user_id)
    try:
        return await carry_out(desk, press.order, press.act, given)
    except NoFunds:
        async with desk.db.transaction() as connection:
            await share_notes.short_of_funds(connection, desk, press.order)
        desk.bells.outbox.set()
        raise


def is_to_wake(desk: Desk, order: Order) -> bool:
    """Whether a number that was bought asleep has not been woken yet, and it is time to try again."""
    left, due = order.facts.get("wakes_left"), order.facts.get("wake_at")
    return order.is_open and bool(left) and isinstance(due, int) and due <= desk.now()


async def wake_again(desk: Desk, order: Order) -> None:
    """Wake a number that was bought asleep. Each attempt is counted before it is made."""
    account = await desk.account(order.account_id)
    line = desk.line(account, order.line)
    if line.after_purchase is None or not await _count_wake(desk, order):
        return
    try:
        await carry_out(desk, order, line.act(line.after_purchase))
    except SiteError as error:
        log.warning("not woken", order=order.id, error=str(error))
        if isinstance(error, NoAnswer | RateLimited | BadKey):
            return
    await _woken(desk, order)  # awake, or the site says that it can't be woken


async def _count_wake(desk: Desk, order: Order) -> bool:
    async with desk.db.transaction() as connection:
        current = await orders.get_for_update(connection, order.id)
        if current is None or not is_to_wake(desk, current):
            return False  # somebody else is just doing it
        left = int(current.facts["wakes_left"]) - 1
        facts = {**current.facts, "wakes_left": left, "wake_at": desk.now() + WAKE_AGAIN}
        await orders.change(connection, order.id, facts=facts)
    return True


async def _woken(desk: Desk, order: Order) -> None:
    async with desk.db.transaction() as connection:
        current = await orders.get_for_update(connection, order.id)
        if current is not None:
            await orders.change(connection, order.id, facts={**current.facts, "wakes_left": 0})


async def look_again(desk: Desk, order: Order, account: Account) -> Order | None:
    """One read of the order now. None: the site did not show it."""
    try:
        seen: Seen = await desk.site(account).look(desk.credentials(account), order.ref)
    except SiteError as error:
        log.info("no last read", order=order.id, site=order.site, error=str(error))
        return None
    return await inbox.take(desk, order, seen, via="poll")
