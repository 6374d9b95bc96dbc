"""Finding out what became of a purchase whose answer never came. Nothing here ever buys.

What a site leaves to look at differs (`Site.trace`): a list of orders settles it, transactions tell of the
money but not of the number, a balance is a hint. A webhook with an order nobody knows can settle it anywhere.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from orders import match, private, settle, shares
from orders.access import Right
from orders.desk import Desk
from orders.errors import Gone, NotYours
from orders.wish import option_tag
from providers.errors import SiteError, Unclear
from providers.site import Event, OrderRef, Seen
from providers.words import Act, State, Trace
from storage import orders, purchases
from storage.accounts import Account
from storage.orders import Order
from storage.purchases import Finding, Outcome, Purchase

log = structlog.get_logger(__name__)

LOOKS = (settle.FIRST_FIND, 30, 90, 120, 300, 900, 3600)
"""Seconds after the purchase. A list that lacks the order at the fourth look settles it as not placed;
the last three wait for what comes late."""

DECIDING = 4
"""Looks after which absence is believed, where absence proves anything. Only answered ones count."""

LEASE = 60
"""Seconds for which a look that began is left alone; one that dies is repeated after it."""

AGAIN = 30
"""Seconds after which a look is repeated that the site did not answer."""

BASELINE_PATIENCE = 3.0
"""Seconds that the read before a purchase may take: the purchase waits for it."""

ADOPTED_FOR = 2 * 3600
"""Seconds after a purchase within which a webhook's unknown order may be its."""


async def baseline(desk: Desk, account: Account, line: str) -> dict[str, Any]:
    """What the account shows right before a purchase: one read, none where it would tell nothing."""
    site, credentials = desk.site(account), desk.credentials(account)
    try:
        async with asyncio.timeout(BASELINE_PATIENCE):
            match site.trace:
                case Trace.LIST:
                    return {"ids": [seen.id for seen in await site.recent(credentials, line)]}
                case Trace.MONEY:
                    return {"ids": [one.id for one in await site.transactions(credentials, "purchase")]}
                case Trace.BALANCE:
                    return {"balance": str(await site.balance(credentials))}
                case Trace.NONE:
                    return {}
    except (SiteError, TimeoutError) as error:
        log.info("no baseline before a purchase", account=account.id, error=str(error))
        return {}


@dataclass(slots=True)
class Finder:
    """Looks at purchases of unknown outcome, each at its times.

    It reads without the account's lock, so that nobody's purchase waits for a slow list, and decides with it:
    an order that is just being bought is nobody's lost one.
    """

    desk: Desk
    _next_ms: int | None = None

    async def step(self) -> int:
        """Begin the looks that are due. How many."""
        async with self.desk.db.transaction() as connection:
            due = await purchases.to_find(connection, self.desk.now_ms(), limit=50)
            for purchase in due:
                await purchases.find_next(
                    connection, purchase.id, purchase.finds, self.desk.now_ms() + LEASE * 1000
                )
            self._next_ms = await purchases.next_find_ms(connection)
        for purchase in due:
            self.desk.spawn(self._find(purchase), name=f"find {purchase.id}")
        return len(due)

    async def pause(self) -> float:
        """Seconds until a look is due, by what the last step found."""
        due_ms = self._next_ms
        return 60.0 if due_ms is None else min(60.0, max(0.0, (due_ms - self.desk.now_ms()) / 1000))

    async def _find(self, purchase: Purchase) -> None:
        finds, wait = purchase.finds, _after_silence(self.desk, purchase)
        try:
            account = await self.desk.account(purchase.account_id)
            await self._look(account, replace(purchase, finds=finds + 1))
            finds, wait = finds + 1, _after_look(finds + 1)
        except SiteError as error:
            log.info("not found out yet", purchase=purchase.id, error=str(error))
        finally:
            next_ms = None if wait is None else self.desk.now_ms() + wait * 1000
            async with self.desk.db.transaction() as connection:
                await purchases.find_next(connection, purchase.id, finds, next_ms)
            self.desk.bells.finder.set()

    async def _look(self, account: Account, purchase: Purchase) -> None:
        if purchase.act is not None and await self._by_its_order(account, purchase):
            return
        match self.desk.site(account).trace:
            case Trace.LIST:
                await self._by_list(account, purchase)
            case Trace.MONEY:
                await self._by_money(account, purchase)
            case Trace.BALANCE:
                await self._by_balance(account, purchase)
            case Trace.NONE:
                pass

    async def _by_its_order(self, account: Account, purchase: Purchase) -> bool:
        """An act that keeps the site's id: its order is open again, or it is not. Whether this told."""
        act = self.desk.line(account, purchase.line).act(purchase.act or "")
        if not act.keeps_id and not act.choices:
            return False
        async with self.desk.db.transaction() as connection:
            order = await orders.get(connection, purchase.order_id or "")
        if act.choices:
            return order is None or await self._by_records(account, purchase, act, order)
        if order is None or order.activation != (purchase.baseline or {}).get("activation", order.activation):
            return False  # reactivated once more since: which of the two it is, nobody can tell
        ref = replace(order.ref, facts={**order.facts, **act.leaves})
        seen = await self.desk.site(account).look(self.desk.credentials(account), ref)
        async with self.desk.buying[account.id]:
            if self._is_active_again(order, seen):
                await settle.placed(self.desk, purchase, [replace(seen, messages=())])
            elif purchase.finds >= DECIDING:
                await settle.absent(self.desk, purchase)
        return True

    async def _by_records(self, account: Account, purchase: Purchase, act: Act, order: Order) -> bool:
        """What was said or bought with an order: the site's own records show it, or they do not."""
        given = private.given(self.desk, account, purchase.user_id, act, purchase.picks)
        since = purchase.sent_at or purchase.created_at
        try:
            seen = await self.desk.site(account).was_done(
                self.desk.credentials(account), act.key, order.ref, given, since
            )
        except Unclear:
            return True  # it stays unknown
        async with self.desk.buying[account.id]:
            async with self.desk.db.transaction() as connection:
                is_others = await purchases.done_by_another(connection, purchase, match.CLOCK_SLACK)
            if seen is not None and not is_others:  # else the record can be that of the other press
                await settle.placed(self.desk, purchase, [seen])
            elif seen is None and purchase.finds >= DECIDING:
                await settle.absent(self.desk, purchase)
        return True

    def _is_active_again(self, order: Order, seen: Seen) -> bool:
        """Waiting though it had ended or had its code, or with a later end than before."""
        if seen.expires_at is None:
            return seen.state is State.WAITING
        if order.expires_at is not None and seen.expires_at > order.expires_at + match.CLOCK_SLACK:
            return True
        return seen.state is State.WAITING and seen.expires_at > self.desk.site_now(order.site)

    async def _by_list(self, account: Account, purchase: Purchase) -> None:
        began = self.desk.now()
        shown = await self.desk.site(account).recent(self.desk.credentials(account), purchase.line)
        async with self.desk.buying[account.id]:
            candidates, lost = await self._candidates(purchase, shown, began)
            if not candidates:
                if purchase.finds >= DECIDING:
                    await settle.absent(self.desk, purchase)
            elif match.is_decided(purchase, lost, candidates):
                await settle.placed(self.desk, purchase, [candidates[-1]])  # the oldest
            elif purchase.state is Outcome.UNKNOWN or not lost:
                found = [_choice(one) for one in candidates]
                await settle.note(self.desk, purchase, Finding.SEVERAL, found=found)

    async def _by_money(self, account: Account, purchase: Purchase) -> None:
        paid = await self.desk.site(account).transactions(self.desk.credentials(account), "purchase")
        fresh = [one for one in paid if match.may_have_paid(purchase, one)]
        async with self.desk.buying[account.id], self.desk.db.transaction() as connection:
            named = {one.id: match.named_orders(one.description) for one in fresh}
            ids = [site_id for ids in named.values() for site_id in ids]
            known = await orders.known_site_ids(connection, account.id, ids)
            lost = await purchases.unknown_of_account(connection, account.id)
        possible = [
            one
            for one in fresh
            if not known.intersection(named[one.id]) and not match.later_rival(purchase, lost, one)
        ]
        mine = [one for one in possible if match.has_paid(purchase, one)]
        if mine:
            await settle.note(self.desk, purchase, Finding.CHARGED, charged=mine[-1].amount)
        elif not possible and purchase.finds >= DECIDING and purchase.finding is None:
            await settle.note(self.desk, purchase, Finding.NOT_CHARGED)

    async def _by_balance(self, account: Account, purchase: Purchase) -> None:
        """Only as long as nothing else of ours moved the balance, and only the first hint: refunds follow."""
        before = (purchase.baseline or {}).get("balance")
        if before is None or purchase.finding is not None:
            return
        fell = Decimal(before) - await self.desk.site(account).balance(self.desk.credentials(account))
        async with self.desk.buying[account.id], self.desk.db.transaction() as connection:
            moved = await purchases.money_moved(connection, purchase)
        if moved:
            return
        if 0 < fell <= purchase.ceiling:
            await settle.note(self.desk, purchase, Finding.FELL, charged=fell)
        elif fell == 0 and purchase.finds >= DECIDING:
            await settle.note(self.desk, purchase, Finding.STEADY)

    async def _candidates(
        self, purchase: Purchase, shown: Sequence[Seen], began: int
    ) -> tuple[list[Seen], list[Purchase]]:
        """Orders at the site that can be this purchase's, newest first, and all purchases that seek one."""
        fitting = [seen for seen in shown if match.can_be(purchase, seen)]
        async with self.desk.db.transaction() as connection:
            known = await orders.known_site_ids(connection, purchase.account_id, [one.id for one in fitting])
            lost = await purchases.unknown_of_account(connection, purchase.account_id)
        return (
            [seen for seen in fitting if seen.id not in known],
            [one for one in lost if one.created_at <= began],  # what was lost after the read is not in it
        )


async def adopt_by_hook(desk: Desk, account: Account, event: Event) -> Order | None:
    """A webhook names an order nobody knows: a lost purchase, if one fits and the site shows it to us."""
    purchase = await _lost_for(desk, account, event)
    if purchase is None:
        return None
    ref = OrderRef(
        id=event.order_id, line=purchase.line, picks=purchase.ids, state=State.WAITING, number=event.number
    )
    try:
        seen = await desk.site(account).look(desk.credentials(account), ref)
    except SiteError as error:
        log.info("webhook's order not seen", purchase=purchase.id, error=str(error))
        return None
    seen = replace(seen, number=seen.number or event.number)
    if not match.fits(purchase, seen) or (seen.price or 0) > purchase.ceiling:
        return None
    async with desk.buying[account.id]:
        if await _is_known(desk, account, seen.id):
            return None
        if purchase.state is Outcome.PLACED:
            return await settle.joined(desk, purchase, seen)
        made = await settle.placed(desk, purchase, [seen])
    return made[0] if made else None


async def may_adopt(desk: Desk, account: Account, event: Event) -> bool:
    """Whether a webhook's unknown order can be a lost purchase at all, before the site is asked for it."""
    return await _lost_for(desk, account, event) is not None


async def _lost_for(desk: Desk, account: Account, event: Event) -> Purchase | None:
    if desk.buying[account.id].locked():
        return None  # most likely the one that is being bought just now: its answer comes soon
    async with desk.db.transaction() as connection:
        lost = await purchases.lost_of_account(connection, account.id, desk.now() - ADOPTED_FOR)
        partly = await _partly_found(connection, account, desk.now() - ADOPTED_FOR, event.number)
    for one in (*partly, *lost):
        keeps_id = one.act is not None and desk.line(account, one.line).act(one.act).keeps_id
        if not keeps_id and event.line in {None, one.line} and match.names(one, event.service):
            return one
    return None


async def _partly_found(
    connection: AsyncConnection, account: Account, since: int, number: str | None
) -> list[Purchase]:
    """Lost purchases of several services of which some have an order with this number by now.

    Their picks are those of the services that have none.
    """
    found = []
    for one in await purchases.recently_placed(connection, account.id, since):
        made = await orders.of_purchase(connection, one.id)
        missing = match.missing_services(one, made)
        others = tuple(pick for pick in one.picks if pick.choice != "service")
        if missing and number in {order.number for order in made}:
            found.append(replace(one, picks=(*missing, *others)))
    return found


async def unknown(desk: Desk, purchase_id: str, user_id: int) -> Purchase:
    """A purchase without an answer, for who may say what became of it.

    Of what a share paid its owner alone says so, also after its end: a word must neither free money that was
    spent, nor give away an order that the owner made elsewhere. Raises Gone, NotYours, MayNot, NobodyKnows.
    """
    async with desk.db.transaction() as connection:
        purchase = await purchases.get(connection, purchase_id)
    if purchase is None or purchase.state is not Outcome.UNKNOWN:
        raise Gone("purchase")
    account = await desk.account(purchase.account_id)
    if user_id == account.owner_id:
        return purchase
    if purchase.share_id is not None:
        shares.demand(await shares.seat(desk, purchase.share_id, user_id), Right.RULE)
    elif user_id != purchase.user_id:
        raise NotYours
    return purchase


async def choose(desk: Desk, purchase_id: str, tag: str, user_id: int) -> None:
    """Somebody says which order is theirs, or (no tag) that nothing was bought. Raises what `unknown` does.

    `tag`: the `option_tag` of the order's id at the site.
    """
    purchase = await unknown(desk, purchase_id, user_id)
    if not tag:
        await settle.dismissed(desk, purchase, user_id)
        return
    account = await desk.account(purchase.account_id)
    site_id = next((one["id"] for one in purchase.found or () if option_tag(one["id"]) == tag), None)
    if site_id is None:
        raise Gone("candidate")
    shown = await desk.site(account).recent(desk.credentials(account), purchase.line)
    chosen = next((seen for seen in shown if seen.id == site_id), None)
    async with desk.buying[account.id]:
        if chosen is None or await _is_known(desk, account, site_id):
            raise Gone("candidate")
        if not await settle.placed(desk, purchase, [chosen]):
            raise Gone("purchase")


async def _is_known(desk: Desk, account: Account, site_id: str) -> bool:
    async with desk.db.transaction() as connection:
        return await orders.get_by_site_id(connection, account.id, site_id) is not None


def _after_look(finds: int) -> int | None:
    """Seconds until the next look after so many that were answered; None: it was the last."""
    return LOOKS[finds] - LOOKS[finds - 1] if finds < len(LOOKS) else None


def _after_silence(desk: Desk, purchase: Purchase) -> int | None:
    return AGAIN if desk.now() - purchase.created_at < ADOPTED_FOR else None


def _choice(seen: Seen) -> Mapping[str, str]:
    return {"id": seen.id, "number": seen.number or seen.id}
