"""SMSGig's adapter against the make-believe SMSGig, which was written without knowing the adapter."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from providers.door import Door
from providers.errors import (
    BadKey,
    Conflict,
    Forged,
    Invalid,
    NoAnswer,
    NoFunds,
    NoNumbers,
    NotFound,
    RateLimited,
)
from providers.site import (
    OrderRef,
    Picks,
    Seen,
)
from providers.smsgig import SmsGig
from providers.words import State
from sandbox.world import World
from tests.providers.outside import Outside
from tests.providers.replay import Replay

KEYS = {"api_key": "a-make-believe-key"}
SEVERAL = {"service": "whatsapp", "area_code": "212", "carrier": "AT&T"}
SINGLE = {"service": "telegram"}


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with World() as world, Outside(world.base, "smsgig") as outside:
        await outside.act("accounts", key=KEYS["api_key"], balance="10.00")
        yield outside


@pytest.fixture
async def site(outside: Outside) -> AsyncIterator[SmsGig]:
    door = Door("smsgig", f"{outside.base}/smsgig/api/v1")
    yield SmsGig(door)
    await door.close()


async def bought(site: SmsGig, picks: Picks) -> tuple[Seen, OrderRef]:
    """An order, and what the bot would know of it."""
    (seen,) = await site.buy(KEYS, "s1", picks)
    (option,) = [o for o in await site.options(KEYS, "s1", "service", {}) if o.id == picks["service"]]
    order = OrderRef(
        id=seen.id,
        line="s1",
        picks=picks,
        state=seen.state,
        number=seen.number,
        expires_at=seen.expires_at,
        facts={**option.facts, **seen.facts},
    )
    return seen, order


async def test_every_page_of_services(site: SmsGig, outside: Outside) -> None:
    options = await site.options(KEYS, "s1", "service", {})
    assert len(options) == len({option.id for option in options}) > 100
    asked = await outside.requests()
    assert [request["query"].get("page") for request in asked] == [None, "2", "3", "4"][: len(asked)]


async def test_quote_purchase_and_books_agree(site: SmsGig, outside: Outside) -> None:
    quote = await site.quote(KEYS, "s1", SEVERAL)
    seen, order = await bought(site, SEVERAL)
    assert quote.low == quote.high == seen.price
    assert await site.balance(KEYS) == Decimal(10) - quote.high
    assert order.number is not None
    assert order.number.startswith("+1212")
    (rent,) = [request for request in await outside.requests() if request["path"].endswith("/s1/rent")]
    assert rent["json"] == {"service_code": "whatsapp", "area_code": "212", "carrier": "AT&T"}
    (purchase,) = await site.transactions(KEYS, "purchase")
    assert purchase.amount == quote.high


async def test_a_service_of_one_code(site: SmsGig, outside: Outside) -> None:
    _, order = await bought(site, SINGLE)
    assert (await site.look(KEYS, order)).state is State.WAITING
    sms = await outside.act(f"orders/{order.id}/sms")
    seen = await site.look(KEYS, order)
    assert seen.state is State.DONE
    assert [(message.text, message.code) for message in seen.messages] == [(sms["text"], sms["code"])]


async def test_several_codes_until_finished(site: SmsGig, outside: Outside) -> None:
    _, order = await bought(site, SEVERAL)
    for code in ("111222", "333444"):
        await outside.act(f"orders/{order.id}/sms", text=f"Your code is {code}", code=code)
        seen = await site.look(KEYS, order)
        assert (seen.state, seen.messages[0].code) == (State.RECEIVED, code)
    assert (await site.act(KEYS, "finish", order)).state is State.DONE
    assert (await site.look(KEYS, order)).state is State.DONE


async def test_adopting_an_order_of_which_only_the_id_is_known(site: SmsGig) -> None:
    bought_order, order = await bought(site, SEVERAL)
    seen = await site.look(KEYS, OrderRef(id=order.id, line="s1", picks={}, state=State.UNKNOWN))
    assert (seen.number, seen.expires_at) == (bought_order.number, bought_order.expires_at)
    assert (seen.price, seen.picks) == (bought_order.price, {"service": "whatsapp"})


async def test_cancelling_brings_the_money_back(site: SmsGig) -> None:
    _, order = await bought(site, SEVERAL)
    seen = await site.act(KEYS, "cancel", order)
    assert (seen.state, seen.refunded) == (State.CANCELLED, Decimal("0.58"))
    assert (await site.look(KEYS, order)).state is State.CANCELLED
    with pytest.raises(Conflict):
        await site.act(KEYS, "cancel", order)
    assert await site.balance(KEYS) == Decimal(10)
    (refund,) = await site.transactions(KEYS, "refund")
    assert refund.amount == Decimal("0.58")


async def test_a_cancel_without_a_refund(site: SmsGig, outside: Outside) -> None:
    _, order = await bought(site, SEVERAL)
    await outside.act(f"orders/{order.id}/sms")
    assert (await site.act(KEYS, "cancel", order)).refunded is None


async def test_time_is_up(site: SmsGig, outside: Outside) -> None:
    _, order = await bought(site, SINGLE)
    await outside.act(f"orders/{order.id}/expire")
    assert (await site.look(KEYS, order)).state is State.EXPIRED


async def test_refusals(site: SmsGig, outside: Outside) -> None:
    with pytest.raises(BadKey):
        await site.balance({"api_key": "wrong-key"})
    with pytest.raises(Invalid):
        await site.buy(KEYS, "s1", {"service": "nowhere"})
    with pytest.raises(NotFound):
        await site.look(KEYS, OrderRef(id="1", line="s1", picks={}, state=State.WAITING))
    await outside.act("settings", no_numbers=True)
    with pytest.raises(NoNumbers):
        await site.buy(KEYS, "s1", SINGLE)
    with pytest.raises(NoNumbers):
        await site.quote(KEYS, "s1", SINGLE)
    await outside.act("settings", no_numbers=False, rate_limit=1)
    await site.balance(KEYS)
    with pytest.raises(RateLimited):
        await site.balance(KEYS)


async def test_an_empty_account(site: SmsGig, outside: Outside) -> None:
    await outside.act("accounts", key="another-key", balance="0.10")
    with pytest.raises(NoFunds):
        await site.buy({"api_key": "another-key"}, "s1", SINGLE)


@pytest.mark.parametrize("kind", ["reset", "html", "empty", "cut", "redirect"])
async def test_a_purchase_whose_answer_is_lost_is_one_purchase(
    site: SmsGig, outside: Outside, kind: str
) -> None:
    await outside.fault(kind, path="/s1/rent", committed=True)
    with pytest.raises(NoAnswer) as caught:
        await site.buy(KEYS, "s1", SINGLE)
    assert caught.value.sent
    assert len(await outside.orders(KEYS["api_key"])) == 1


async def test_its_webhook_is_understood(site: SmsGig, outside: Outside, replay: Replay) -> None:
    replay.put("POST", "/hook", {})
    await outside.act("accounts", key=KEYS["api_key"], webhook_url=f"{replay.base}/hook")
    _, order = await bought(site, SINGLE)
    sms = await outside.act(f"orders/{order.id}/sms")
    assert sms["webhook"] == 200
    (event,) = site.events(replay.only.body, replay.only.headers, [KEYS])
    assert event.order_id == order.id
    assert event.sms is not None
    assert (event.sms.text, event.sms.code) == (sms["text"], sms["code"])
    with pytest.raises(Forged):
        site.events(replay.only.body, replay.only.headers, [{"api_key": "another-key"}])
