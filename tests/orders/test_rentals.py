"""Numbers for days and months: who waits at one, whose end is near, what ends it."""

from dataclasses import replace

import pytest

from orders import inbox, many, rentals
from providers.site import Seen
from providers.words import State
from storage import orders
from storage.orders import Order
from storage.outbox import Kind
from tests.orders.scene import Scene

DAY = 86_400


async def month(scene: Scene, **values: object) -> Order:
    """A rental of thirty days at GearSMS, on its first day."""
    order = await scene.buy(await scene.account("gearsms", balance="900"), "ltr", duration="30days")
    if values:
        async with scene.desk.db.transaction() as connection:
            await orders.change(connection, order.id, **values)
    return await scene.order(order)


async def seen(scene: Scene, order: Order, **more: object) -> Order:
    """A look shows it as it is."""
    now = replace(Seen(id=order.site_id, state=State.WAITING, expires_at=order.expires_at), **more)  # type: ignore[arg-type]  # fields of Seen
    after = await inbox.take(scene.desk, order, now, via="poll")
    assert after is not None
    return after


async def reminders(scene: Scene) -> int:
    letters = await scene.letters(Kind.NOTICE)
    return sum(letter.args.get("text") == "notice-rental-ends" for letter in letters)


async def test_its_owner_is_asked_once_before_the_end(scene: Scene) -> None:
    order = await month(scene)
    await seen(scene, order)
    assert await reminders(scene) == 0
    await scene.pass_time(27.5 * DAY)
    for _ in range(3):
        order = await seen(scene, await scene.order(order))
    assert await reminders(scene) == 1
    assert order.reminded_of == order.expires_at


async def test_a_renewed_rental_is_asked_for_again_before_its_next_end(scene: Scene) -> None:
    order = await month(scene)
    await scene.pass_time(28 * DAY)
    order = await seen(scene, order)
    later = (order.expires_at or 0) + 30 * DAY
    order = await seen(scene, order, expires_at=later)
    assert await reminders(scene) == 1
    await scene.pass_time(30 * DAY)
    await seen(scene, order, expires_at=later)
    assert await reminders(scene) == 2


@pytest.mark.parametrize("facts", [{"auto_renew": True}])
async def test_what_renews_by_itself_is_not_asked_for(scene: Scene, facts: dict[str, bool]) -> None:
    order = await month(scene, facts=facts)
    await scene.pass_time(28 * DAY)
    await seen(scene, order)
    assert await reminders(scene) == 0


async def test_a_day_is_too_short_to_be_reminded_of(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gotsms"))
    assert (order.expires_at or 0) - order.activated_at < 2 * DAY
    await scene.pass_time(0.9 * DAY)
    await seen(scene, order)
    assert await reminders(scene) == 0


async def test_a_list_of_many_reminds_too(scene: Scene) -> None:
    """GotSMS: looked at together with all others of the account."""
    order = await scene.buy(await scene.account("gotsms"))
    async with scene.desk.db.transaction() as connection:
        await orders.change(connection, order.id, activated_at=order.activated_at - 30 * DAY)
    await scene.look()
    assert await reminders(scene) == 1
    await scene.pass_time(600)
    await scene.look()
    assert await reminders(scene) == 1


async def test_who_waits_at_it_makes_the_looks_close(scene: Scene) -> None:
    order = await month(scene)
    await scene.pass_time(5 * DAY)
    order = await seen(scene, order)
    assert order.next_look_ms - scene.desk.now_ms() > 600_000
    await rentals.expect(scene.desk, order)
    assert (await scene.order(order)).next_look_ms <= scene.desk.now_ms()
    order = await seen(scene, await scene.order(order))
    assert order.next_look_ms - scene.desk.now_ms() < 10_000


async def test_a_message_is_a_sign_of_life(scene: Scene) -> None:
    order = await month(scene)
    await scene.pass_time(5 * DAY)
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    order = await scene.order(order)
    assert abs(order.alive_at - scene.desk.now()) < 60
    assert await scene.pushed(order) == ["Your code is 482913"]


async def ended(scene: Scene) -> int:
    letters = await scene.letters(Kind.NOTICE)
    return sum(letter.args.get("text") == "notice-rental-ended" for letter in letters)


async def test_its_end_after_messages_is_told_once(scene: Scene) -> None:
    order = await month(scene)
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    assert await ended(scene) == 0
    for _ in range(2):
        order = await seen(scene, await scene.order(order), state=State.EXPIRED)
    assert (order.state, await ended(scene)) == (State.DONE, 1)


async def test_an_end_that_no_site_tells_of_is_told_too(scene: Scene) -> None:
    order = await month(scene, state=State.RECEIVED)
    await many.change_all(scene.desk, [order], lambda one: inbox.give_up(one, scene.desk.now()))
    assert await ended(scene) == 1


async def test_one_that_was_given_back_is_not_told_of(scene: Scene) -> None:
    """Whoever pressed that knows."""
    order = await month(scene, state=State.RECEIVED)
    assert not (await seen(scene, order, state=State.CANCELLED)).is_open
    assert await ended(scene) == 0


async def test_a_number_for_one_code_ends_without_a_word(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    await scene.sms(order, "Your code is 402113", "402113")
    await scene.look()
    await seen(scene, await scene.order(order), state=State.DONE)
    assert (await scene.order(order)).is_open is False
    assert await ended(scene) == 0


async def test_its_site_ends_it_and_not_the_clock(scene: Scene) -> None:
    order = await month(scene)
    await scene.pass_time(33 * DAY)
    order = await seen(scene, order)
    assert (order.state, order.is_open) == (State.WAITING, True), "a renewal takes its time"
    order = await seen(scene, order, state=State.EXPIRED)
    assert not order.is_open
