"""The one door for codes: each is written down and rings once, whoever saw it first and however often."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, update

from orders import inbox, settle
from providers.site import (
    Seen,
    Sms,
)
from providers.words import State
from storage import purchases, tables
from storage.accounts import Account
from storage.orders import Order
from storage.outbox import Kind
from tests.orders.scene import BUYABLE, Scene, codes
from tests.storage import rows


@pytest.mark.parametrize(("site", "line"), BUYABLE)
async def test_a_code_rings_once(scene: Scene, site: str, line: str) -> None:
    order = await scene.buy(await scene.account(site), line)
    arrival = await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    await scene.look()
    (message,) = await scene.messages(order)
    assert scene.body(order, message).code == "482913"
    assert await scene.pushed(order) == await scene.texts(order)
    assert (await scene.texts(order))[0] in {arrival["text"], "482913"}, "gsim keeps the code alone"
    assert (await scene.order(order)).state in {State.RECEIVED, State.DONE}


@pytest.mark.parametrize("site", ["getsms", "gotsms"])
async def test_several_codes_between_two_looks(scene: Scene, site: str) -> None:
    order = await scene.buy(await scene.account(site))
    for text in codes(3):
        await scene.sms(order, text)
    await scene.look()
    assert sorted(await scene.pushed(order)) == sorted(codes(3))


async def test_a_text_that_comes_twice_rings_twice_where_the_site_stamps_it(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gotsms"))
    for _ in range(2):
        await scene.sms(order, "Your code is 555555")
        await scene.look()
    assert await scene.pushed(order) == ["Your code is 555555"] * 2


async def test_stamps_tell_the_same_text_apart(scene: Scene) -> None:
    order = await scene.buy(await scene.account("getsms"))
    first = Seen(id=order.site_id, state=State.RECEIVED, messages=(Sms(text="1234", at=1_700_000_000),))
    again = replace(first, messages=(*first.messages, Sms(text="1234", at=1_700_000_060)))
    for seen in (first, first, again, again):
        await inbox.take(scene.desk, order, seen, via="poll")
    assert await scene.pushed(order) == ["1234", "1234"]
    without = replace(first, messages=(Sms(text="1234"),))
    await inbox.take(scene.desk, order, without, via="poll")
    assert len(await scene.pushed(order)) == 2


# Written together or not at all


@pytest.mark.parametrize("table", ["outbox", "messages", "orders"])
async def test_a_message_and_its_letters_are_one(scene: Scene, table: str) -> None:
    order = await scene.buy(await scene.account("smsgig"))
    await scene.sms(order, "Your code is 482913", "482913")
    before = await scene.count("outbox")
    verb = "UPDATE orders" if table == "orders" else f"INSERT INTO {table}"
    failing = [True]

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        lease = "SET next_look_ms" in statement  # a look begins with it
        if failing and statement.startswith(verb) and not lease:
            raise ConnectionError("the disk is full")

    event.listen(scene.desk.db.engine.sync_engine, "before_cursor_execute", fail)
    await scene.look()
    failing.clear()
    assert await scene.messages(order) == []
    assert await scene.count("outbox") == before
    assert (await scene.order(order)).state is State.WAITING
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 482913"]


async def test_a_stored_code_is_delivered_after_a_crash(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    await scene.die()
    assert await scene.pushed(order) == ["482913"]
    await scene.look()
    assert len(await scene.pushed(order)) == 1


async def test_open_orders_are_watched_again_after_a_crash(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gearsms"))
    await scene.die()
    await scene.sms(order, "Your code is 482913", "482913")
    assert await scene.look() == 1
    assert await scene.pushed(order) == ["Your code is 482913"]


# Whatever overtakes whatever

SIGHTINGS = ("poll", "hook 1", "hook 2", "hook 1", "poll")


@pytest.mark.parametrize("ids", [True, False])
async def test_polls_and_webhooks_in_any_order(scene: Scene, ids: bool) -> None:
    account = await scene.account("smsgig")
    for number, events in enumerate(sorted(set(itertools.permutations(SIGHTINGS)))):
        order = await placed(scene, account, f"{ids} {number}")
        await see(scene, order, events, ids=ids)
        assert sorted(await scene.pushed(order)) == ["code 1", "code 2"], events
        assert (await scene.order(order)).state is State.RECEIVED


async def placed(scene: Scene, account: Account, site_id: str) -> Order:
    """An order of which the site knows nothing."""
    async with scene.desk.db.transaction() as connection:
        purchase = rows.purchase(
            id=site_id, token=site_id, account_id=account.id, site=account.site, line="s1"
        )
        await purchases.claim(connection, purchase)
    (order,) = await settle.placed(scene.desk, purchase, [Seen(id=site_id, state=State.WAITING)])
    return order


async def see(scene: Scene, order: Order, events: Sequence[str], *, ids: bool) -> None:
    """Polls show the latest message; webhooks bring one each, over and over."""
    shown: list[str] = []
    for what in events:
        text = f"code {what[-1]}"
        if what == "poll":
            messages = tuple(Sms(text=one) for one in shown[-1:])
        else:
            shown += [] if text in shown else [text]
            messages = (Sms(text=text, id=what, at=1_700_000_000) if ids else Sms(text=text),)
        seen = Seen(id=order.site_id, state=State.WAITING, messages=messages)
        await inbox.take(scene.desk, order, seen, via="hook")


async def test_ids_that_come_after_the_text(scene: Scene) -> None:
    order = await scene.buy(await scene.account("smsgig"), service="whatsapp")

    async def take(text: str, message_id: str | None = None) -> None:
        seen = Seen(id=order.site_id, state=State.RECEIVED, messages=(Sms(text=text, id=message_id),))
        await inbox.take(scene.desk, order, seen, via="hook")

    for text, message_id in (
        ("A", None),
        ("A", "1"),
        ("A", None),
        ("A", "2"),
        ("A", "1"),
        ("A", "2"),
        ("B", None),
    ):
        await take(text, message_id)
    assert await scene.pushed(order) == ["A", "A", "B"]
    assert sorted(message.site_id or "" for message in await scene.messages(order)) == ["", "1", "2"]


async def test_an_id_known_already_is_found_before_a_text_without_one(scene: Scene) -> None:
    order = await scene.buy(await scene.account("smsgig"), service="whatsapp")
    messages = (Sms(text="A", id="1"), Sms(text="B", id="2"))
    await inbox.take(
        scene.desk, order, Seen(id=order.site_id, state=State.RECEIVED, messages=messages), via="hook"
    )
    async with scene.desk.db.transaction() as connection:
        without = update(tables.messages).where(tables.messages.c.site_id == "1").values(site_id=None)
        await connection.execute(without)
    again = (Sms(text="A", id="2"),)
    await inbox.take(
        scene.desk, order, Seen(id=order.site_id, state=State.RECEIVED, messages=again), via="hook"
    )
    assert await scene.count("messages") == 2


async def test_a_look_from_before_is_no_step_back(scene: Scene) -> None:
    order = await scene.buy(await scene.account("getsms"))
    assert order.state is State.WAITING

    async def seen(state: State, *texts: str) -> State:
        messages = tuple(Sms(text=text) for text in texts)
        after = await inbox.take(
            scene.desk, order, Seen(id=order.site_id, state=state, messages=messages), via="poll"
        )
        assert after is not None
        return after.state

    assert await seen(State.BIDDING) is State.WAITING
    assert await seen(State.UNKNOWN) is State.WAITING
    assert await seen(State.WAITING, "code 1234") is State.RECEIVED
    assert await seen(State.WAITING) is State.RECEIVED
    assert await seen(State.BIDDING) is State.RECEIVED
    assert await seen(State.EXPIRED) is State.DONE
    assert await seen(State.WAITING) is State.DONE
    assert await seen(State.CANCELLED, "code 5678") is State.DONE
    assert await scene.pushed(order) == ["code 1234", "code 5678"]


async def test_a_word_nobody_knows_with_a_code_is_a_code(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.orders).values(state="unknown"))
    seen = Seen(id=order.site_id, state=State.UNKNOWN, messages=(Sms(text="1234"),))
    after = await inbox.take(scene.desk, await scene.order(order), seen, via="poll")
    assert after is not None
    assert after.state is State.RECEIVED


@given(looks=st.lists(st.tuples(st.sampled_from(list(State)), st.booleans(), st.integers(0, 4000))))
def test_an_order_never_comes_back_from_its_end(looks: list[tuple[State, bool, int]]) -> None:
    before = an_order()
    for state, has_code, later in looks:
        after = inbox.advance(before, Seen(id="s", state=state), has_code=has_code, site_now=1000 + later)
        assert before.is_open or not after.is_open
        assert (after.ended_at is None) == after.is_open == after.state.is_open
        went_back = {State.WAITING, State.BIDDING, State.UNKNOWN}
        assert not (before.state is State.RECEIVED and after.state in went_back)
        assert not (before.state is State.RECEIVED and after.state is State.EXPIRED), (
            "a code came: it is done"
        )
        assert not (has_code and after.state is State.EXPIRED)
        before = after


def an_order() -> Order:
    """Just bought, for the next quarter of an hour."""
    return Order(
        id="o", purchase_id="p", user_id=1, chat_id=1, thread_id=None, card_id=None, account_id="a",
        site="gsim", line="numbers", site_id="s", activation=0, state=State.WAITING, is_open=True,
        number="+12125550123", picks=(), facts={}, price=None, refunded=None,
        created_at=1000, activated_at=1000, alive_at=1000, expires_at=1900,
        ended_at=None, next_look_ms=0, last_look_at=None, failed_looks=0, trouble=None,
    )  # fmt: skip


# Reactivation: the old code is not a new code


async def test_the_old_code_is_no_new_one(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gearsms"), "s2")
    await scene.sms(order, "Your code is 111111", "111111")
    await scene.look()
    before = await scene.order(order)
    await scene.act_that_buys(before, "reactivate")
    active = await scene.order(order)
    assert (active.activation, active.state, active.is_open, active.ended_at) == (
        1,
        State.WAITING,
        True,
        None,
    )
    assert await inbox.take(scene.desk, before, Seen(id=order.site_id, state=State.DONE), via="poll") is None
    await scene.look()
    assert await scene.texts(order) == ["Your code is 111111"]
    old = Seen(id=order.site_id, state=State.EXPIRED, messages=(Sms(text="Your code is 111111"),))
    assert inbox.advance(active, old, has_code=False, site_now=0).state is State.EXPIRED
    await scene.sms(order, "Your code is 111111", "111111")  # the very same once more is news
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 111111"] * 2
    assert [message.activation for message in await scene.messages(order)] == [0, 1]


async def test_the_old_code_beside_an_end_is_no_new_one(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gearsms"), "s2")
    await scene.sms(order, "Your code is 111111", "111111")
    await scene.look()
    await scene.act_that_buys(await scene.order(order), "reactivate")
    active = await scene.order(order)
    old = Seen(id=order.site_id, state=State.EXPIRED, messages=(Sms(text="Your code is 111111"),))
    after = await inbox.take(scene.desk, active, old, via="poll")
    assert after is not None
    assert after.state is State.EXPIRED
    assert await scene.pushed(order) == ["Your code is 111111"]


# The end


async def test_time_is_up_without_a_code(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    await scene.expire(order)
    await scene.look()
    assert (await scene.order(order)).state is State.EXPIRED
    (notice,) = await scene.letters(Kind.NOTICE)
    assert (notice.order_id, notice.args) == (order.id, {"text": "notice-expired"})
    assert await scene.look() == 0


async def test_a_site_without_a_word_for_the_end_is_watched_through_the_grace(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    late = Seen(id=order.site_id, state=State.WAITING)
    scene.desk.ahead = (order.expires_at or 0) - scene.desk.now() + 50
    after = await inbox.take(scene.desk, order, late, via="poll")
    assert after is not None
    assert after.is_open
    scene.desk.ahead += 20
    after = await inbox.take(scene.desk, order, late, via="poll")
    assert after is not None
    assert after.state is State.EXPIRED


async def test_the_sites_clock_decides(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    scene.desk.ahead = 50_000  # this machine is wrong
    scene.desk.sites["gsim"].door.clock_offset = -50_000
    waiting = Seen(id=order.site_id, state=State.WAITING)
    after = await inbox.take(scene.desk, order, waiting, via="poll")
    assert after is not None
    assert after.is_open
    assert after.next_look_ms - scene.desk.now_ms() < 10_000, "a young order is looked at often"


async def test_a_purchase_is_dated_by_the_sites_clock(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await scene.account("gsim")
    door = scene.desk.sites["gsim"].door
    monkeypatch.setattr(type(door), "_note_clock", lambda self, date: setattr(self, "clock_offset", 7200.0))
    order = await scene.buy(account)
    assert abs(order.activated_at - (scene.desk.now() + 7200)) < 60


async def test_a_late_sms_after_the_end_still_rings(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    await scene.expire(order)
    await scene.look()
    late = Seen(id=order.site_id, state=State.EXPIRED, messages=(Sms(text="1234", code="1234"),))
    after = await inbox.take(scene.desk, await scene.order(order), late, via="hook")
    assert after is not None
    assert (after.state, after.is_open) == (State.DONE, False)
    assert await scene.pushed(order) == ["1234"]


async def test_what_was_deleted_after_its_time_does_not_ring_again(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gearsms"))
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.messages).values(body=None))
    seen = Seen(id=order.site_id, state=State.DONE, messages=(Sms(text="Your code is 482913"),))
    await inbox.take(scene.desk, await scene.order(order), seen, via="hook")
    assert await scene.count("messages") == 1


async def test_a_message_that_cannot_be_read_any_more_costs_no_later_code(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gotsms"))
    await scene.sms(order, "first 1111")
    await scene.look()
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.messages).values(body=b"\x00" * 60))
    await scene.sms(order, "second 2222")
    await scene.look()
    assert await scene.count("messages") == 2


async def test_sites_that_tell_the_seconds_left_do_not_make_the_end_wander(scene: Scene) -> None:
    order = await scene.buy(await scene.account("getsms"))
    known = order.expires_at or 0
    for seen_at, kept in ((known + 3, known), (known - 4, known), (known + 900, known + 900)):
        seen = Seen(id=order.site_id, state=State.WAITING, expires_at=seen_at)
        after = await inbox.take(scene.desk, order, seen, via="poll")
        assert after is not None
        assert after.expires_at == kept


async def test_an_order_that_is_gone(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gsim"))
    assert (
        await inbox.take(scene.desk, replace(order, id="gone"), Seen(id="x", state=State.DONE), via="poll")
        is None
    )
