"""getsms' adapter against the make-believe getsms, which was written without knowing the adapter."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from providers.door import Door
from providers.errors import BadKey, Invalid, NoAnswer, NoFunds, NoNumbers, NotFound
from providers.getsms import GetSms
from providers.site import (
    OrderRef,
    Picks,
    Seen,
)
from providers.words import State
from sandbox.world import World
from tests.providers.outside import Outside
from tests.providers.replay import Replay

KEYS = {"user": "somebody", "api_key": "a-make-believe-key"}
ADOBE = {"service": "Adobe"}


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with World() as world, Outside(world.base, "getsms") as outside:
        await outside.act("accounts", key=KEYS["api_key"], user=KEYS["user"], balance="50.00")
        yield outside


@pytest.fixture
async def site(outside: Outside) -> AsyncIterator[GetSms]:
    door = Door("getsms", f"{outside.base}/getsms/api_command.php")
    yield GetSms(door)
    await door.close()


def kept(seen: Seen, picks: Picks) -> OrderRef:
    """What the bot would know of an order."""
    return OrderRef(
        id=seen.id,
        line="numbers",
        picks=picks,
        state=seen.state,
        number=seen.number,
        expires_at=seen.expires_at,
        facts=seen.facts,
    )


async def bought(site: GetSms, picks: Picks) -> OrderRef:
    (seen,) = await site.buy(KEYS, "numbers", picks)
    return kept(seen, picks)


async def test_services_and_the_markup_for_one(site: GetSms) -> None:
    options = await site.options(KEYS, "numbers", "service", {})
    assert len(options) > 20
    assert all(option.price is not None and option.stock is not None for option in options)
    (markup,) = await site.options(KEYS, "numbers", "markup", ADOBE)
    assert markup.recommended


async def test_quote_purchase_and_books_agree(site: GetSms, outside: Outside) -> None:
    quote = await site.quote(KEYS, "numbers", ADOBE)
    (seen,) = await site.buy(KEYS, "numbers", {**ADOBE, "state": "CA"})
    assert quote.low == quote.high == seen.price
    assert seen.state is State.WAITING
    assert await site.balance(KEYS) == Decimal(50) - quote.high
    asked = [request["query"] for request in await outside.requests()]
    assert {"cmd": "request", **KEYS, "service": "Adobe", "state": "CA"} in asked


async def test_an_area_code(site: GetSms) -> None:
    order = await bought(site, {**ADOBE, "area_code": "212"})
    assert order.number is not None
    assert order.number.startswith("+1212")


async def test_messages(site: GetSms, outside: Outside) -> None:
    order = await bought(site, ADOBE)
    assert (await site.look(KEYS, order)).messages == ()
    for code in ("111222", "333444"):
        await outside.act(f"orders/{order.id}/sms", text=f"Your code is {code}", code=code)
    seen = await site.look(KEYS, order)
    assert seen.state is State.RECEIVED
    assert {sms.code for sms in seen.messages} == {"111222", "333444"}
    assert all(sms.at is not None for sms in seen.messages)


async def test_a_bid_wins(site: GetSms, outside: Outside) -> None:
    await outside.act("settings", no_numbers=True)
    picks = {**ADOBE, "markup": "50"}
    quote = await site.quote(KEYS, "numbers", picks)
    order = await bought(site, picks)
    assert (order.state, order.number) == (State.BIDDING, None)
    assert await site.balance(KEYS) == Decimal(50), "nothing is charged for a bid"
    assert (await site.look(KEYS, order)).state is State.BIDDING
    await outside.act(f"orders/{order.id}/win")
    seen = await site.look(KEYS, order)
    assert (seen.state, seen.number is not None) == (State.WAITING, True)
    assert quote.low <= Decimal(50) - await site.balance(KEYS) <= quote.high


async def test_a_bid_that_nobody_fills(site: GetSms, outside: Outside) -> None:
    await outside.act("settings", no_numbers=True)
    order = await bought(site, {**ADOBE, "markup": "10"})
    await outside.act(f"orders/{order.id}/expire")
    assert (await site.look(KEYS, order)).state is State.EXPIRED
    assert await site.balance(KEYS) == Decimal(50)


async def test_several_services_on_one_number(site: GetSms, outside: Outside) -> None:
    picks = {"service": "Adobe,Adidas,2ndLine"}
    quote = await site.quote(KEYS, "numbers", picks)
    bids = await site.buy(KEYS, "numbers", picks)
    assert {bid.picks["service"] for bid in bids} == {"Adobe", "Adidas", "2ndLine"}
    assert {bid.state for bid in bids} == {State.BIDDING}
    assert quote.low <= sum(bid.price or 0 for bid in bids) <= quote.high
    await outside.act(f"orders/{bids[0].id}/win")
    looks = [await site.look(KEYS, kept(bid, {"service": bid.picks["service"]})) for bid in bids]
    assert len({seen.number for seen in looks}) == 1


@pytest.mark.parametrize("free", [True, False])
async def test_giving_back_a_number_or_a_bid(site: GetSms, outside: Outside, free: bool) -> None:
    await outside.act("settings", no_numbers=not free)
    order = await bought(site, {**ADOBE, "markup": "10"})
    assert (await site.act(KEYS, "cancel", order)).state is State.CANCELLED
    assert (await site.look(KEYS, order)).state is State.CANCELLED
    assert await site.balance(KEYS) == Decimal(50)
    with pytest.raises(NotFound):
        await site.act(KEYS, "cancel", order)


async def test_a_number_once_more(site: GetSms, outside: Outside) -> None:
    order = await bought(site, ADOBE)
    assert order.number is not None
    with pytest.raises(NoNumbers):
        await bought(site, {**ADOBE, "number": order.number})
    await outside.act(f"orders/{order.id}/expire")
    assert (await site.look(KEYS, order)).state is State.EXPIRED
    again = await bought(site, {"service": "Adidas", "number": order.number})
    assert again.number == order.number


async def test_refusals(site: GetSms, outside: Outside) -> None:
    with pytest.raises(BadKey):
        await site.balance({**KEYS, "api_key": "wrong-key"})
    for wish in ({"service": "Nowhere"}, {**ADOBE, "area_code": "000"}, {**ADOBE, "state": "XX"}):
        with pytest.raises(Invalid):
            await site.buy(KEYS, "numbers", wish)
    await outside.act("settings", no_numbers=True)
    with pytest.raises(NoNumbers):
        await site.buy(KEYS, "numbers", ADOBE)
    await outside.act("settings", no_numbers=False)
    poor = {"user": "poor", "api_key": "another-key"}
    await outside.act("accounts", key=poor["api_key"], user=poor["user"], balance="0.10")
    with pytest.raises(NoFunds):
        await site.buy(poor, "numbers", ADOBE)


@pytest.mark.parametrize("kind", ["reset", "html", "empty", "cut", "redirect"])
async def test_a_purchase_whose_answer_is_lost_is_one_purchase_though_it_is_a_get(
    site: GetSms, outside: Outside, kind: str
) -> None:
    await site.balance(KEYS)  # the connection is kept alive: some clients repeat a GET on it
    await outside.fault(kind, where={"cmd": "request"}, committed=True)
    with pytest.raises(NoAnswer) as caught:
        await site.buy(KEYS, "numbers", ADOBE)
    assert caught.value.sent
    assert len(await outside.orders(KEYS["api_key"])) == 1


async def test_its_webhooks_are_understood(site: GetSms, outside: Outside, replay: Replay) -> None:
    replay.put("POST", "/hook", {})
    await outside.act("accounts", key=KEYS["api_key"], user=KEYS["user"], webhook_url=f"{replay.base}/hook")
    await outside.act("settings", no_numbers=True)
    order = await bought(site, {**ADOBE, "markup": "10"})
    await outside.act(f"orders/{order.id}/win")
    sms = await outside.act(f"orders/{order.id}/sms", text="G-804036 is your code", code="804036")
    assert sms["webhook"] == 200
    won, heard = (site.events(asked.body, asked.headers, [KEYS])[0] for asked in replay.asked)
    assert won.order_id == heard.order_id == order.id
    assert won.sms is None
    assert won.number == heard.number
    assert heard.sms is not None
    assert heard.sms == (await site.look(KEYS, order)).messages[0], "push and poll can be told to be one"


async def test_a_glance_costs_one_request_and_sees_the_message(site: GetSms, outside: Outside) -> None:
    order = await bought(site, ADOBE)
    before = len(await outside.requests())
    assert (await site.glance(KEYS, order)).state is State.WAITING
    await outside.act(f"orders/{order.id}/sms", text="Your code is 4711", code="4711")
    seen = await site.glance(KEYS, order)

    assert [sms.text for sms in seen.messages] == ["Your code is 4711"]
    assert seen.state is State.RECEIVED
    assert [asked["query"]["cmd"] for asked in (await outside.requests())[before:]] == [
        "read_sms",
        "read_sms",
    ]


async def test_a_glance_near_the_end_asks_for_the_status(site: GetSms, outside: Outside) -> None:
    order = await bought(site, ADOBE)
    await outside.act(f"orders/{order.id}/expire")
    late = replace(order, expires_at=int(time.time()))

    assert (await site.glance(KEYS, late)).state is State.EXPIRED
