"""gsim.io's rentals against the make-believe site, which was written from the same document by others."""

import time
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from providers.door import Door
from providers.errors import Conflict, Invalid, NoAnswer, NoFunds, NotFound, Unclear
from providers.gsim import Gsim
from providers.site import (
    Credentials,
    OrderRef,
    Picks,
    Seen,
)
from providers.words import State
from sandbox.world import World
from tests.providers.outside import Outside

KEY: Credentials = {"api_key": "2s_sandbox_key_of_gsim"}
WISH = {"country": "US", "number_type": "Local"}
TO_SEND = {"to": "+14155551234", "body": "Hello from my virtual number!"}
MONTH = 30 * 86_400


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with World() as world:
        yield world


@pytest.fixture
async def outside(world: World) -> AsyncIterator[Outside]:
    """What the world does to gsim.io."""
    async with Outside(world.base, "gsim") as outside:
        await outside.act("accounts", key=KEY["api_key"], balance="5")
        yield outside


@pytest.fixture
async def gsim(outside: Outside) -> AsyncIterator[Gsim]:
    """The adapter."""
    site = Gsim(Door("gsim", f"{outside.base}/gsim/api/v1", deadline=5))
    yield site
    await site.door.close()


async def wish(gsim: Gsim, **narrowed: str) -> dict[str, str]:
    picks = WISH | narrowed
    numbers = await gsim.options(KEY, "rentals", "number", picks)
    return picks | {"number": numbers[0].id, "monthly_price": "1.15"}


async def rent(gsim: Gsim, picks: Picks | None = None) -> tuple[Seen, OrderRef]:
    picks = picks or await wish(gsim)
    [seen] = await gsim.buy(KEY, "rentals", picks)
    return seen, ref(seen, picks)


def ref(seen: Seen, picks: Picks) -> OrderRef:
    return OrderRef(
        id=seen.id,
        line="rentals",
        picks=picks,
        state=seen.state,
        number=seen.number,
        expires_at=seen.expires_at,
        facts=seen.facts,
    )


async def requests(outside: Outside, method: str) -> list[dict[str, Any]]:
    return [each for each in await outside.requests() if each["method"] == method]


async def test_from_the_search_to_the_message(gsim: Gsim, outside: Outside) -> None:
    picks = await wish(gsim, area_code="510", capability="sms")
    seen, order = await rent(gsim, picks)
    assert (seen.state, seen.number, seen.price) == (State.WAITING, picks["number"], Decimal("1.5"))
    assert seen.expires_at is not None
    assert abs(seen.expires_at - time.time() - MONTH) < 60
    assert await gsim.balance(KEY) == Decimal("3.5"), "the site's markup is its own"

    first = await gsim.glance(KEY, order)
    assert (first.facts["auto_renew"], first.messages) == (True, ())
    order = ref(first, picks)
    for text in ("Your verification code is 123456", "And 654321"):
        await outside.act(f"orders/{seen.id}/sms", text=text, sender="+14155551234")
    before = len(await requests(outside, "GET"))
    glanced = await gsim.glance(KEY, order)
    assert len(await requests(outside, "GET")) == before + 1
    assert {sms.text for sms in glanced.messages} == {"Your verification code is 123456", "And 654321"}
    assert {sms.sender for sms in glanced.messages} == {"+14155551234"}
    assert len({sms.id for sms in glanced.messages}) == 2
    assert (await gsim.look(KEY, order)).messages == glanced.messages


@pytest.mark.parametrize("kind", ["Local", "Mobile", "TollFree"])
async def test_every_kind_can_be_rented(gsim: Gsim, kind: str) -> None:
    picks = await wish(gsim, number_type=kind) | {"monthly_price": "$9,99"}
    seen, _ = await rent(gsim, picks)
    wanted = {key: picks[key] for key in ("country", "number_type", "number")}
    assert seen.picks == wanted
    assert [one.picks for one in await gsim.recent(KEY, "rentals")] == [wanted]


async def test_filters_shorten_the_list(gsim: Gsim) -> None:
    everything = await gsim.options(KEY, "rentals", "number", WISH)
    assert len(everything) == 50
    local = await gsim.options(KEY, "rentals", "number", WISH | {"area_code": "510"})
    assert all(number.id.startswith("+1510") for number in local)
    some = await gsim.options(KEY, "rentals", "number", WISH | {"contains": "55"})
    assert 0 < len(some) < 50
    assert all("55" in number.id for number in some)
    able = await gsim.options(KEY, "rentals", "number", WISH | {"capability": "both"})
    assert 0 < len(able) < 50
    assert all(number.facts == {"can_sms": True, "can_call": True} for number in able)


async def test_settings(gsim: Gsim, outside: Outside) -> None:
    _, order = await rent(gsim)
    assert (await gsim.look(KEY, order)).facts["auto_renew"] is True
    for way in ("off", "off"):
        changed = await gsim.act(KEY, "auto_renew", order, {"auto_renew": way})
        assert changed.facts == {"auto_renew": False}
        assert (await gsim.look(KEY, order)).facts["auto_renew"] is False
    for act, given, facts in (
        ("forwarding", {"forwarding": "+90 555 123 45 67"}, {"forwarding": "+905551234567"}),
        ("forwarding", {"forwarding": "off"}, {"forwarding": ""}),
        ("voicemail", {"voicemail": "on"}, {"voicemail": True}),
        ("rename", {"friendly_name": "My bank"}, {"friendly_name": "My bank"}),
    ):
        assert (await gsim.act(KEY, act, order, given)).facts == facts
    bodies = [each["json"] for each in await requests(outside, "PATCH")]
    assert bodies[2:4] == [{"forwardingNumber": "+905551234567"}, {"forwardingNumber": None}]


async def test_sms_and_calls_go_out_and_are_kept(gsim: Gsim, world: World, outside: Outside) -> None:
    _, order = await rent(gsim)
    await outside.act(f"orders/{order.id}/sms", text="Your code is 482913", sender="+14155551234")
    balance = await gsim.balance(KEY)
    await gsim.act(KEY, "send_sms", order, TO_SEND)
    await gsim.act(KEY, "call", order, {"to": TO_SEND["to"]})
    assert await gsim.balance(KEY) < balance
    kept = (await gsim.journal(KEY, "messages", order=order)).records
    assert {(one.outbound, one.number, one.text) for one in kept} == {
        (False, TO_SEND["to"], "Your code is 482913"),
        (True, TO_SEND["to"], TO_SEND["body"]),
    }
    await world.advance(60)
    [call] = (await gsim.journal(KEY, "calls", order=order)).records
    assert (call.outbound, call.number, call.word, call.seconds) == (True, TO_SEND["to"], "COMPLETED", 45)
    rung = (await gsim.look(KEY, order)).messages
    assert [sms.text for sms in rung] == ["Your code is 482913"], "what we sent rings for nobody"


async def test_a_renewal_moves_the_end_and_one_without_money_is_pending(
    gsim: Gsim, world: World, outside: Outside
) -> None:
    seen, order = await rent(gsim)
    await world.advance(MONTH)
    renewed = await gsim.look(KEY, order)
    assert seen.expires_at is not None
    assert (renewed.state, renewed.expires_at) == (State.WAITING, seen.expires_at + MONTH)
    await outside.act("accounts", key=KEY["api_key"], balance="0")
    await world.advance(MONTH)
    pending = await gsim.look(KEY, order)
    assert (pending.state, pending.facts["renewal_pending"]) == (State.WAITING, True)
    await world.advance(3 * 86_400)
    assert (await gsim.look(KEY, order)).state is State.EXPIRED


async def test_a_released_number_is_gone(gsim: Gsim) -> None:
    _, order = await rent(gsim)
    assert (await gsim.act(KEY, "release", order)).state is State.CANCELLED
    assert (await gsim.look(KEY, order)).state is State.CANCELLED
    with pytest.raises(Conflict):
        await gsim.act(KEY, "release", order)
    with pytest.raises(Conflict):
        await gsim.act(KEY, "send_sms", order, TO_SEND)


async def test_journals_filter_and_go_on(gsim: Gsim, outside: Outside) -> None:
    await outside.act("accounts", key=KEY["api_key"], balance="50")
    orders = [(await rent(gsim))[1] for _ in range(10)]
    await gsim.act(KEY, "release", orders[0])
    active = await gsim.journal(KEY, "rentals", word="ACTIVE")
    rest = await gsim.journal(KEY, "rentals", word="ACTIVE", page=2)
    assert (active.has_more, rest.has_more) == (True, False)
    shown = [*active.records, *rest.records]
    assert [one.id for one in shown] == [order.id for order in reversed(orders[1:])]
    [released] = (await gsim.journal(KEY, "rentals", word="CANCELLED")).records
    assert (released.id, released.word) == (orders[0].id, "CANCELLED")


async def test_what_is_adopted_does_not_ring_for_its_past(gsim: Gsim, world: World, outside: Outside) -> None:
    _, order = await rent(gsim)
    await outside.act(f"orders/{order.id}/sms", text="Your code is 111111")
    [record] = (await gsim.journal(KEY, "rentals")).records
    assert record.seen is not None
    past = {**record.seen.facts, "known_till": int(time.time()) + 3600}
    adopted = OrderRef(id=record.id, line="rentals", picks=record.seen.picks, state=State.WAITING, facts=past)
    assert (await gsim.look(KEY, adopted)).messages == ()
    await world.advance(3700)
    await outside.act(f"orders/{order.id}/sms", text="Your code is 222222")
    assert [sms.text for sms in (await gsim.look(KEY, adopted)).messages] == ["Your code is 222222"]


async def test_refusals(gsim: Gsim, outside: Outside) -> None:
    picks = await wish(gsim)
    with pytest.raises(Invalid):
        await rent(gsim, picks | {"monthly_price": "1.14"})
    with pytest.raises(Invalid):
        await rent(gsim, picks | {"number": "+12125550123"})
    with pytest.raises(Invalid):
        await gsim.options(KEY, "rentals", "number", WISH | {"country": "ZZ"})
    gone = OrderRef(id="none", line="rentals", picks=picks, state=State.WAITING)
    with pytest.raises(NotFound):
        await gsim.look(KEY, gone)
    await outside.act("settings", no_numbers=True)
    assert await gsim.options(KEY, "rentals", "number", WISH) == []
    await outside.act("settings", no_numbers=False)
    await outside.act("accounts", key=KEY["api_key"], balance="1.49")
    with pytest.raises(NoFunds):
        await rent(gsim, picks)
    assert await gsim.recent(KEY, "rentals") == []


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("kind", ["reset", "html", "empty", "cut"])
async def test_a_rental_of_unknown_outcome_is_one_request_and_can_be_found_out(
    gsim: Gsim, outside: Outside, kind: str, committed: bool
) -> None:
    picks = await wish(gsim)
    await outside.fault(kind, method="POST", path="/rentals", committed=committed)
    with pytest.raises(NoAnswer) as caught:
        await rent(gsim, picks)
    assert caught.value.sent
    assert len(await requests(outside, "POST")) == 1
    assert [seen.number for seen in await gsim.recent(KEY, "rentals")] == [picks["number"]] * committed


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize(("act", "given"), [("send_sms", TO_SEND), ("call", {"to": TO_SEND["to"]})])
async def test_what_was_sent_without_an_answer_can_be_found_out(
    gsim: Gsim, outside: Outside, act: str, given: dict[str, str], committed: bool
) -> None:
    _, order = await rent(gsim)
    since = time.time()
    await outside.fault("html", method="POST", path="/rentals/*/*", committed=committed)
    with pytest.raises(NoAnswer):
        await gsim.act(KEY, act, order, given)
    found = await gsim.was_done(KEY, act, order, given, since)
    assert (found is not None) is committed
    await gsim.act(KEY, act, order, given)
    if committed:
        with pytest.raises(Unclear):
            await gsim.was_done(KEY, act, order, given, since)
