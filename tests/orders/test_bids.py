"""Bids for numbers that are not free: their end is told at once and once, and they go together or singly."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from orders import acts, place, together, wish
from orders.bids import has_won
from orders.errors import Gone, NotNow, NotYours
from providers.words import Option, State
from storage import orders, tables
from storage.accounts import Account
from storage.orders import Order
from storage.outbox import Kind, Priority
from storage.purchases import Outcome
from tests.handlers.views_kit import ORDER
from tests.orders.scene import OWNER, Scene

NAMES = ("Adobe", "Adidas", "2ndLine")


async def armed(scene: Scene, account: Account, *names: str) -> str:
    """The Buy button of a wish for these services."""
    line = scene.desk.line(account, "numbers")
    draft = await scene.draft(account, service=names[0])
    for name in names[1:]:
        option = Option(id=name, name=name)
        draft = wish.with_pick(line, wish.asking(draft, "service"), line.choice("service"), option)
    return (await place.offer(scene.desk, draft)).draft.token or ""


async def bids(scene: Scene, account: Account, *names: str) -> list[Order]:
    """What one purchase of these services brought, in the order of the names."""
    made = await scene.orders_of(await scene.confirm(await armed(scene, account, *names)))
    return sorted(made, key=lambda order: names.index(order.name_of("service") or ""))


async def a_bid(scene: Scene, account: Account) -> Order:
    """One bid with a markup."""
    await scene.outside("getsms/settings", no_numbers=True)
    order = await scene.buy(account, service="Adobe", markup="10")
    assert order.state is State.BIDDING
    return order


async def win(scene: Scene, order: Order) -> None:
    await scene.outside(f"getsms/orders/{order.site_id}/win")


async def notices(scene: Scene) -> list[tuple[str, Priority]]:
    return [(str(one.args["text"]), one.priority) for one in await scene.letters(Kind.NOTICE)]


WON = ("notice-bid-won", Priority.CODE)
UNFILLED = ("notice-bid-unfilled", Priority.REST)


async def test_a_win_comes_by_webhook_and_rings(scene: Scene) -> None:
    account = await scene.account("getsms")
    await scene.with_webhooks(account)
    order = await a_bid(scene, account)
    await win(scene, order)
    await scene.work_on_hooks()
    won = await scene.order(order)
    assert (won.state, won.number is not None) == (State.WAITING, True)
    assert await notices(scene) == [WON]
    await scene.look()
    assert await notices(scene) == [WON], "once"


async def test_the_numbers_time_begins_with_the_win(scene: Scene) -> None:
    """Codes come seconds after somebody uses the number: looks are dense then, and learnt from then."""
    order = await a_bid(scene, await scene.account("getsms"))
    await scene.pass_time(302)  # the site's clock is known to the second
    await win(scene, order)
    await scene.look()
    won = await scene.order(order)
    assert won.activated_at - order.activated_at >= 300
    assert won.next_look_ms - scene.desk.now_ms() < 10_000
    assert await scene.count("arrivals") == 0
    await scene.sms(order, "Your code is 482913")
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 482913"]
    assert await scene.count("arrivals") == 1


async def test_a_number_and_its_code_in_one_look_ring_once(scene: Scene) -> None:
    order = await a_bid(scene, await scene.account("getsms"))
    await win(scene, order)
    await scene.sms(order, "Your code is 482913")
    await scene.look()
    assert (await scene.order(order)).state is State.RECEIVED
    assert await scene.pushed(order) == ["Your code is 482913"]
    assert await notices(scene) == []
    assert await scene.count("arrivals") == 0, "the bid's wait is not the code's"


async def test_a_bid_that_nobody_fills(scene: Scene) -> None:
    order = await a_bid(scene, await scene.account("getsms"))
    await scene.expire(order)
    await scene.look()
    assert (await scene.order(order)).state is State.EXPIRED
    assert await notices(scene) == [UNFILLED]
    assert await scene.count("arrivals") == 0, "it says nothing of codes"


async def test_several_bids_win_one_number_and_ring_once(scene: Scene) -> None:
    account = await scene.account("getsms")
    made = await bids(scene, account, *NAMES)
    await win(scene, made[1])
    await scene.look()
    won = [await scene.order(order) for order in made]
    assert {order.state for order in won} == {State.WAITING}
    assert len({order.number for order in won}) == 1
    assert [order.name_of("service") for order in won] == list(NAMES)
    assert await notices(scene) == [WON]
    await scene.sms(made[2], "Your code is 482913")
    await scene.look()
    assert await scene.pushed(made[2]) == ["Your code is 482913"]
    assert await scene.pushed(made[0]) == []


async def test_what_is_withdrawn_leaves_the_others_and_redraws_their_cards(scene: Scene) -> None:
    made = await bids(scene, await scene.account("getsms"), *NAMES)
    before = {letter.id for letter in await scene.letters(Kind.CARD)}
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.outbox).values(state="sent"))
    await scene.act(made[0], "withdraw")
    drawn = {one.order_id for one in await scene.letters(Kind.CARD) if one.id not in before}
    assert drawn == {order.id for order in made}
    assert [(await scene.order(order)).state for order in made] == [
        State.CANCELLED, State.BIDDING, State.BIDDING
    ]  # fmt: skip
    for order in made[1:]:
        await scene.expire(order)
    await scene.look()
    assert await notices(scene) == [UNFILLED], "told though one was withdrawn before"


async def test_all_are_withdrawn_together(scene: Scene) -> None:
    made = await bids(scene, await scene.account("getsms"), *NAMES)
    await scene.act(made[0], "withdraw")
    presses = await together.pressed(scene.desk, made[0].id, "withdraw", OWNER)
    assert {press.order.id for press in presses} == {order.id for order in made[1:]}
    for press in presses:
        await acts.carry_out(scene.desk, press.order, press.act)
    assert {(await scene.order(order)).state for order in made} == {State.CANCELLED}
    with pytest.raises(NotNow):
        await together.pressed(scene.desk, made[1].id, "withdraw", OWNER)


async def test_who_may_not_act_on_one_may_not_act_on_all(scene: Scene) -> None:
    account = await scene.account("getsms")
    made = await bids(scene, account, *NAMES)
    with pytest.raises(NotYours):
        await together.pressed(scene.desk, made[0].id, "withdraw", OWNER + 1)
    for act in ("cancel", "no such act"):
        with pytest.raises(Gone):
            await together.pressed(scene.desk, made[0].id, act, OWNER)


async def test_only_what_one_purchase_brought_goes_together(scene: Scene) -> None:
    account = await scene.account("getsms")
    made, other = await bids(scene, account, *NAMES), await a_bid(scene, account)
    async with scene.desk.db.transaction() as connection:
        family = await orders.of_same_purchase(connection, made[0])
        assert [one.id for one in await orders.of_same_purchase(connection, other)] == [other.id]
    assert {one.id for one in family} == {one.id for one in made}
    presses = await together.pressed(scene.desk, other.id, "withdraw", OWNER)
    assert [press.order.id for press in presses] == [other.id]


async def test_a_win_that_two_looks_see_at_once_is_told_once(scene: Scene) -> None:
    account = await scene.account("getsms")
    await scene.with_webhooks(account)
    order = await a_bid(scene, account)
    await win(scene, order)
    await asyncio.gather(scene.work_on_hooks(), scene.look())
    assert await notices(scene) == [WON]


async def test_a_lost_purchase_of_several_is_adopted_with_each_orders_own_service(scene: Scene) -> None:
    account = await scene.account("getsms")
    token = await armed(scene, account, *NAMES)
    await scene.spoil_purchase("getsms", "reset", committed=True)
    purchase = await scene.confirm(token)
    assert purchase.state is Outcome.UNKNOWN
    adidas = next(one for one in await scene.at_site("getsms") if one["service"] == "Adidas")
    await scene.outside(f"getsms/orders/{adidas['id']}/win")
    assert await scene.post_hook(account, f"event=priority_request&id={adidas['id']}".encode()) == 200
    await scene.work_on_hooks()
    found = {order.site_id: order for order in await scene.orders_of(purchase)}
    assert [pick.name for pick in found[adidas["id"]].picks] == ["Adidas"]
    assert found[adidas["id"]].state is State.WAITING
    assert len(await scene.bought("getsms")) == 1


@pytest.mark.parametrize("state", State)
def test_only_a_bid_can_win(state: State) -> None:
    order = replace(ORDER, state=state)
    assert has_won(order, State.WAITING) is (state is State.BIDDING)
    assert not has_won(order, State.EXPIRED)
    assert not has_won(order, State.BIDDING)
