"""A person's own caps: to the cent, also under five hundred presses at once."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import limits, place
from orders.errors import BadInput, OverLimit
from orders.limits import Span
from providers.site import Quote
from storage import drafts, orders, people, purchases, spending
from storage.db import new_id
from storage.purchases import Outcome
from tests.orders.scene import OWNER, Scene

MIDDAY = 1_795_176_000  # 2026-11-20 12:00 UTC


async def cap(scene: Scene, span: Span, most: str | None) -> None:
    async with scene.desk.db.transaction() as connection:
        await people.meet_user(connection, OWNER, "en", scene.desk.now())
        await people.set_cap(connection, OWNER, span.value, None if most is None else Decimal(most))


async def spent(scene: Scene) -> Decimal:
    async with scene.desk.db.transaction() as connection:
        return await spending.of_person(connection, OWNER, 0)


@pytest.mark.parametrize(("span", "left"), [(Span.ORDER, "0.10"), (Span.DAY, "0.10"), (Span.MONTH, "0.10")])
async def test_over_a_cap_nothing_is_bought_and_the_menu_stays(scene: Scene, span: Span, left: str) -> None:
    token = await scene.armed(await scene.account("gsim"))
    await cap(scene, span, "0.10")
    with pytest.raises(OverLimit) as refused:
        await place.confirm(scene.desk, token, OWNER)
    assert (refused.value.span, refused.value.most, refused.value.left) == (
        span.value, Decimal("0.10"), Decimal(left)
    )  # fmt: skip
    assert await scene.bought("gsim") == []
    assert await spent(scene) == 0
    await cap(scene, span, None)
    assert (await scene.confirm(token)).state is Outcome.PLACED


async def test_five_hundred_presses_at_a_cap(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each at its own Buy button; the cap has room for exactly seven."""
    account = await scene.account("gsim", balance="1000")
    token = await scene.armed(account)
    async with scene.desk.db.transaction() as connection:
        armed = await drafts.get_by_token(connection, token)
        assert armed
        price = armed.high
        assert price
        tokens = [f"press-{number}" for number in range(500)]
        for token in tokens:
            await drafts.add(connection, armed.changed(id=new_id(), token=token))

    async def quoted(*_: object) -> Quote:
        return Quote(low=price, high=price)  # five hundred looks at the price are another test's

    monkeypatch.setattr(place, "_fresh_quote", quoted)
    await cap(scene, Span.DAY, str(price * 7 + price / 2))
    results = await asyncio.gather(
        *(place.confirm(scene.desk, token, OWNER) for token in tokens), return_exceptions=True
    )
    await scene.desk.drain()
    assert sum(isinstance(result, OverLimit) for result in results) == 493
    assert len(await scene.bought("gsim")) == 7
    assert await spent(scene) == price * 7


async def test_what_came_back_can_be_spent_again(scene: Scene) -> None:
    account = await scene.account("gsim")
    order = await scene.buy(account)
    assert order.price
    await cap(scene, Span.DAY, str(order.price))
    with pytest.raises(OverLimit):
        await place.confirm(scene.desk, await scene.armed(account), OWNER)
    await scene.act(order, "cancel")
    assert await spent(scene) == 0
    assert (await scene.confirm(await scene.armed(account))).state is Outcome.PLACED


async def test_what_is_unknown_stays_held(scene: Scene) -> None:
    account = await scene.account("gearsms")
    await scene.spoil_purchase("gearsms", "reset")
    lost = await scene.confirm(await scene.armed(account))
    assert lost.state is Outcome.UNKNOWN
    assert await spent(scene) == lost.ceiling
    await cap(scene, Span.MONTH, str(lost.ceiling))
    with pytest.raises(OverLimit) as refused:
        await place.confirm(scene.desk, await scene.armed(account), OWNER)
    assert refused.value.left == 0


async def test_an_act_that_buys_is_capped_too(scene: Scene) -> None:
    account = await scene.account("gearsms")
    order = await scene.buy(account, "s2")
    await scene.sms(order, "Your code is 402113", "402113")
    await scene.look()
    await cap(scene, Span.DAY, str(order.price))
    with pytest.raises(OverLimit):
        await scene.act_that_buys(await scene.order(order), "reactivate")
    async with scene.desk.db.transaction() as connection:
        assert await purchases.in_state(connection, Outcome.SENDING) == []


async def test_a_quote_says_what_is_left(scene: Scene) -> None:
    draft = await scene.draft(await scene.account("gsim"))
    assert (await place.offer(scene.desk, draft)).room is None
    await cap(scene, Span.MONTH, "9")
    await cap(scene, Span.DAY, "2")
    room = (await place.offer(scene.desk, draft)).room
    assert room is not None
    assert (room.span, room.left) == (Span.DAY, Decimal(2))


def test_days_and_months_begin_at_midnight_utc() -> None:
    assert limits.begin_of(Span.DAY, MIDDAY) == MIDDAY - 12 * 3600
    assert limits.begin_of(Span.MONTH, MIDDAY) == MIDDAY - 12 * 3600 - 19 * 86_400


@pytest.mark.parametrize(
    ("text", "most"),
    [("2.50", "2.5"), (" $2.50 ", "2.5"), ("2,5", "2.5"), ("100000", "100000"), ("0", None), ("0.00", None)],
)
def test_a_typed_cap(text: str, most: str | None) -> None:
    assert limits.typed_cap(text) == (most and Decimal(most))


@pytest.mark.parametrize(
    "text", ["", "much", "1,000", "-1", "NaN", "Infinity", "1e9", "100001", "0.0000001", "1 2"]
)
def test_what_is_no_cap(text: str) -> None:
    with pytest.raises(BadInput):
        limits.typed_cap(text)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_cap_or_told(text: str) -> None:
    try:
        most = limits.typed_cap(text)
    except BadInput:
        return
    assert most is None or 0 < most <= limits.HIGHEST


async def test_what_was_paid_elsewhere_and_came_back_opens_no_limit(scene: Scene) -> None:
    account = await scene.account("gsim")
    order = await scene.buy(account)
    async with scene.desk.db.transaction() as connection:
        await orders.change(connection, order.id, refunded=Decimal(50))
    assert await spent(scene) == 0


async def test_what_others_paid_for_acts_opens_no_limit_either(scene: Scene) -> None:
    account, other = await scene.account("gsim"), await scene.account("gearsms")
    acted = await scene.buy(other, "s2")
    await scene.sms(acted, "Your code is 402113", "402113")
    await scene.look()
    await scene.act_that_buys(await scene.order(acted), "reactivate")
    before = await spent(scene)
    order = await scene.buy(account)
    async with scene.desk.db.transaction() as connection:
        await orders.change(connection, order.id, refunded=Decimal(50))
    assert await spent(scene) == before
