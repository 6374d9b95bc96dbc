"""Many people with many open orders, bought at the sites and written where the bot finds them."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import TypeVar

from bench.rig import BOT_ID, TOKEN, World, new_key, site_urls
from orders import acts, inbox, keys, settle
from orders.cadence import LONGEST_GAP
from orders.desk import Desk
from providers.registry import open_sites
from providers.site import (
    Credentials,
    Seen,
)
from storage import orders, people, purchases
from storage.accounts import Account
from storage.db import Database, new_id
from storage.drafts import Pick
from storage.orders import Order
from storage.purchases import Outcome, Purchase
from storage.vault import Vault

FIRST_PERSON = 100_001
AT_ONCE = 20
WRITTEN_AT_ONCE = 500
NO_CEILING = Decimal(1000)
_codes = count(100_000)

T = TypeVar("T")


@dataclass(slots=True)
class Wish:
    """What is bought, at which site, with which account."""

    account: Account
    credentials: Credentials
    line: str
    picks: tuple[Pick, ...]


async def open_desk(world: World, folder: Path) -> Desk:
    """The bot's own working place, while no bot works there. The caller closes it."""
    database = Database(f"sqlite+inline:///{folder / 'pinbell.db'}")
    await database.migrate()
    vault = Vault.from_key_file(folder / "secret.key")
    return Desk(db=database, vault=vault, sites=open_sites(site_urls(world.base)))


async def close_desk(desk: Desk) -> None:
    """So that a bot can open the folder."""
    for site in desk.sites.values():
        await site.door.close()
    await desk.db.close()


async def meet(world: World, desk: Desk, number: int) -> list[int]:
    """So many people who have a chat with the bot, and whose first words it does not have to answer."""
    persons = list(range(FIRST_PERSON, FIRST_PERSON + number))
    await world.post("/outside/telegram/bots", {"token": TOKEN})
    for some in _portions(persons, 50):
        await asyncio.gather(*(_arrive(world, person) for person in some))
    await world.post(f"/telegram/bot{TOKEN}/deleteWebhook", {"drop_pending_updates": True})
    for some in _portions(persons, WRITTEN_AT_ONCE):
        async with desk.db.transaction() as connection:
            for person in some:
                await people.meet_user(connection, person, "en", desk.now())
                await people.meet_chat(connection, person, "private", "")
    return persons


async def wish(world: World, desk: Desk, site_key: str, owner: int) -> Wish:
    """A new account at the site, and the best stocked option of each choice that must be made."""
    key, site = new_key(), desk.sites[site_key]
    await world.post(f"/outside/{site_key}/accounts", {"key": key, "user": "bench", "balance": "1000000"})
    credentials = {"api_key": key} | ({"user": "bench"} if site_key == "getsms" else {})
    account = await keys.link(desk, owner, site_key, credentials)
    line, picks = site.lines[0], list[Pick]()
    for choice in (choice for choice in line.choices if choice.required):
        chosen = {pick.choice: pick.id for pick in picks}
        options = await site.options(credentials, line.key, choice.key, chosen)
        best = max(options, key=lambda option: option.stock or 0)
        picks.append(Pick(choice=choice.key, id=best.id, name=best.name, facts=best.facts))
    return Wish(account, credentials, line.key, tuple(picks))


async def fill(desk: Desk, wishes: Sequence[Wish], persons: Sequence[int], *, ages: float) -> list[Order]:
    """An order for each wish, in the chats of these people in turn, bought within the last `ages` seconds."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def buy(place: int, wanted: Wish) -> Order:
        async with slots:
            [seen] = await _buy(desk, wanted)
            made = _order(desk, wanted, seen, persons[place % len(persons)], random.uniform(0, ages))  # noqa: S311 - ages to measure with
            return await _woken(desk, wanted, made)

    filled = await asyncio.gather(*(buy(place, wanted) for place, wanted in enumerate(wishes)))
    bought = [_due_soon(desk, one) for one in filled]  # from now on: filling takes minutes
    by_account = {wanted.account.id: wanted for wanted in wishes}
    for some in _portions(bought, WRITTEN_AT_ONCE):
        async with desk.db.transaction() as connection:
            for order in some:
                intent = _intent(desk, by_account[order.account_id], order.chat_id, Outcome.PLACED)
                await purchases.claim(connection, replace(intent, id=order.purchase_id))
                await orders.add(connection, order)
    return bought


async def order(desk: Desk, wanted: Wish, person: int) -> Order:
    """Buy while the bot runs, as it would itself."""
    intent = _intent(desk, wanted, person, Outcome.SENDING)
    async with desk.db.transaction() as connection:
        await purchases.claim(connection, intent)
    [made] = await settle.placed(desk, intent, await _buy(desk, wanted))
    await acts.wake_again(desk, made)
    return made


async def queue_cards(desk: Desk, some: Sequence[Order]) -> None:
    """Their cards wait to be sent."""
    async with desk.db.transaction() as connection:
        for one in some:
            await inbox.put_card(connection, desk, one)


def new_code() -> str:
    """One that no other SMS of this run has."""
    return str(next(_codes))


async def _buy(desk: Desk, wanted: Wish) -> Sequence[Seen]:
    site, ids = desk.site(wanted.account), {pick.choice: pick.id for pick in wanted.picks}
    return await site.buy(wanted.credentials, wanted.line, ids)


async def _wake(desk: Desk, wanted: Wish, order: Order) -> bool:
    """Numbers that sleep receive nothing. Whether this one slept."""
    act = desk.line(wanted.account, wanted.line).after_purchase
    if act is not None:
        await desk.site(wanted.account).act(wanted.credentials, act, order.ref)
    return act is not None


async def _woken(desk: Desk, wanted: Wish, order: Order) -> Order:
    """Awake, with what the site says of it then."""
    if not await _wake(desk, wanted, order):
        return order
    seen = await desk.site(wanted.account).look(wanted.credentials, order.ref)
    return replace(order, facts={**order.facts, **seen.facts})


async def _arrive(world: World, person: int) -> None:
    await world.post("/people", {"id": person, "first_name": "Bench", "language_code": "en"})
    await world.post(f"/people/{person}/chats/{BOT_ID}/messages", {"text": "hello"})


def _portions(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _intent(desk: Desk, wanted: Wish, person: int, state: Outcome) -> Purchase:
    row = new_id()
    return Purchase(
        id=row, token=row, user_id=person, chat_id=person, thread_id=None, card_id=None,
        account_id=wanted.account.id, site=wanted.account.site, line=wanted.line, act=None, order_id=None,
        picks=wanted.picks, state=state, ceiling=NO_CEILING, charged=None, error=None, detail=None,
        created_at=desk.now(), settled_at=None,
    )  # fmt: skip


def _due_soon(desk: Desk, order: Order) -> Order:
    """Looks as they come where the bot has watched all the time: up to a minute apart."""
    spread = random.uniform(0, LONGEST_GAP)  # noqa: S311 - spreads load
    return replace(order, next_look_ms=desk.now_ms() + int(spread * 1000))


def _order(desk: Desk, wanted: Wish, seen: Seen, person: int, age: float) -> Order:
    facts = {key: value for pick in wanted.picks for key, value in pick.facts.items()}
    return Order(
        id=new_id(), purchase_id=new_id(), user_id=person, chat_id=person, thread_id=None, card_id=None,
        account_id=wanted.account.id, site=wanted.account.site, line=wanted.line, site_id=seen.id,
        activation=0, state=seen.state, is_open=True, number=seen.number, picks=wanted.picks,
        facts={**facts, **seen.facts}, price=seen.price, refunded=None, created_at=desk.now(),
        activated_at=int(desk.now() - age), alive_at=int(desk.now() - age), expires_at=seen.expires_at,
        ended_at=None, next_look_ms=0,
        last_look_at=None, failed_looks=0, trouble=None,
    )  # fmt: skip
