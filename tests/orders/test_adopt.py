"""Orders made elsewhere, watched from now on: once, for nothing, by the owner alone."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import func, select

from orders import adopt
from orders.adopt import ChatPlace
from orders.errors import Gone, NotNow, NotYours
from providers.site import OrderRef, Seen
from providers.words import State
from storage import purchases, tables
from storage.accounts import Account
from storage.outbox import Kind
from storage.purchases import Outcome
from tests.orders.scene import CHAT, OWNER, Scene

PLACE = ChatPlace(CHAT)


async def made(scene: Scene, account: Account) -> Seen:
    """An order that the owner made on the site's own page, as the site lists it."""
    bought = await scene.elsewhere(account, {"service": "telegram", "country": "russia"})
    shown = await scene.desk.site(account).recent(scene.desk.credentials(account), "numbers")
    return next(one for one in shown if one.id == bought.id)


async def counted(scene: Scene) -> tuple[int, int]:
    async with scene.desk.db.transaction() as connection:
        counts = [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (tables.purchases, tables.orders)
        ]
    return counts[0], counts[1]


async def test_it_is_watched_and_reserves_no_money(scene: Scene) -> None:
    """Placed already, for what the site says that it cost; its card is on its way."""
    account = await scene.account("gsim")
    seen = await made(scene, account)
    assert await adopt.foreign(scene.desk, account, [seen]) == {seen.id}
    order = await adopt.adopt(scene.desk, account, "numbers", seen, user_id=OWNER, place=PLACE)
    assert (order.site_id, order.number, order.is_open, order.price) == (
        seen.id, seen.number, True, seen.price
    )  # fmt: skip
    assert order.ref.picks["service"] == seen.picks["service"]
    async with scene.desk.db.transaction() as connection:
        purchase = await purchases.get(connection, order.purchase_id)
        due = await connection.execute(select(tables.outbox.c.kind))
    assert purchase is not None
    assert (purchase.state, purchase.ceiling, purchase.charged) == (Outcome.PLACED, Decimal(0), Decimal(0))
    assert set(due.scalars()) == {Kind.CARD.value}
    assert await adopt.foreign(scene.desk, account, [seen]) == set()


async def test_twice_is_one_order(scene: Scene) -> None:
    """Also at the same moment."""
    account = await scene.account("gsim")
    seen = await made(scene, account)
    both = await asyncio.gather(*(
        adopt.adopt(scene.desk, account, "numbers", seen, user_id=OWNER, place=PLACE) for _ in range(3)
    ))  # fmt: skip
    assert len({order.id for order in both}) == 1
    assert await counted(scene) == (1, 1)


async def test_only_the_owner_and_only_lines_that_we_know(scene: Scene) -> None:
    account = await scene.account("gsim")
    seen = await made(scene, account)
    with pytest.raises(NotYours):
        await adopt.adopt(scene.desk, account, "numbers", seen, user_id=OWNER + 1, place=PLACE)
    with pytest.raises(Gone):
        await adopt.adopt(scene.desk, account, "letters", seen, user_id=OWNER, place=PLACE)
    assert await counted(scene) == (0, 0)


async def test_what_is_over_is_not_adopted(scene: Scene) -> None:
    account = await scene.account("gsim")
    seen = await made(scene, account)
    ref = OrderRef(id=seen.id, line="numbers", picks=seen.picks, state=seen.state)
    await scene.desk.site(account).act(scene.desk.credentials(account), "cancel", ref)
    with pytest.raises(NotNow):
        await adopt.adopt(scene.desk, account, "numbers", seen, user_id=OWNER, place=PLACE)
    assert await adopt.foreign(scene.desk, account, [replace(seen, state=State.DONE)]) == set()
    assert await counted(scene) == (0, 0)


async def test_a_purchase_without_an_answer_is_settled_instead(scene: Scene) -> None:
    """What was bought here and never answered is that purchase's order, not a second one."""
    account = await scene.account("gsim")
    purchase = await scene.lose(account, service="telegram", country="russia")
    (seen,) = await scene.desk.site(account).recent(scene.desk.credentials(account), "numbers")
    order = await adopt.adopt(scene.desk, account, "numbers", seen, user_id=OWNER, place=PLACE)
    assert order.purchase_id == purchase.id
    assert (await scene.purchase(purchase.id)).state is Outcome.PLACED
    assert await counted(scene) == (1, 1)


async def test_a_double_tap_takes_nobody_elses_order(scene: Scene) -> None:
    """Two lost purchases fit; the order that is watched twice settles one of them, once."""
    account = await scene.account("gsim")
    lost = [await scene.lose(account, committed=True) for _ in range(2)]
    shown = await scene.desk.site(account).recent(scene.desk.credentials(account), "numbers")
    tap = partial(
        adopt.adopt, scene.desk, account, "numbers", shown[0], user_id=OWNER, place=ChatPlace(OWNER)
    )
    first, second = await asyncio.gather(tap(), tap())
    assert first.id == second.id
    states = [(await scene.purchase(one.id)).state for one in lost]
    assert sorted(states) == [Outcome.PLACED, Outcome.UNKNOWN]
