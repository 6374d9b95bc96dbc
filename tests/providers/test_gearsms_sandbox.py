"""GearSMS against the make-believe site: whole lives of orders, and what the site was really asked."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from providers.door import Door
from providers.errors import BadKey, NoNumbers
from providers.gearsms import GearSms
from providers.site import (
    OrderRef,
    Picks,
    Seen,
)
from providers.words import State
from sandbox.world import World
from tests.providers.outside import Outside

CREDENTIALS = {"api_key": "gs_live_sandbox0001"}


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    async with World() as world, Outside(world.base, "gearsms") as outside:
        await outside.act("accounts", key=CREDENTIALS["api_key"], balance=50)
        yield outside


@pytest.fixture
async def site(outside: Outside) -> AsyncIterator[GearSms]:
    door = Door("gearsms", f"{outside.base}/gearsms/api/v1")
    yield GearSms(door)
    await door.close()


async def wish(site: GearSms, line: str) -> Picks:
    """The first option of every required choice, and of the service one whose acts are not barred."""
    picks: dict[str, str] = {}
    for choice in site.line(line).choices:
        if choice.required:
            options = await site.options(CREDENTIALS, line, choice.key, picks)
            ids = [option.id for option in options]
            picks[choice.key] = "Google" if "Google" in ids else ids[0]
    return picks


def ref(line: str, picks: Picks, seen: Seen) -> OrderRef:
    return OrderRef(
        id=seen.id, line=line, picks=picks, state=seen.state, number=seen.number, facts=seen.facts
    )


@pytest.mark.parametrize("line", ["s1", "s2", "global"])
async def test_a_code_is_ordered_and_read(site: GearSms, outside: Outside, line: str) -> None:
    picks = await wish(site, line)
    quote = await site.quote(CREDENTIALS, line, picks)
    before = await site.balance(CREDENTIALS)
    [bought] = await site.buy(CREDENTIALS, line, picks)
    assert bought.state is State.WAITING
    assert bought.number is not None
    assert bought.expires_at is not None
    assert before - await site.balance(CREDENTIALS) == quote.low == quote.high

    sms = await outside.act(f"orders/{bought.id}/sms", code="482913")
    seen = await site.look(CREDENTIALS, ref(line, picks, bought))

    assert seen.state is State.DONE
    assert [(message.text, message.code) for message in seen.messages] == [(sms["text"], "482913")]
    [posted] = [request for request in await outside.requests() if request["method"] == "POST"]
    assert posted["path"].endswith(f"/temp-{line}/order")


@pytest.mark.parametrize("line", ["s1", "s2", "global"])
async def test_every_optional_choice_is_taken_by_the_site(site: GearSms, outside: Outside, line: str) -> None:
    picks = dict(await wish(site, line))
    for choice in site.line(line).choices:
        if not choice.required:
            picks[choice.key] = (await site.options(CREDENTIALS, line, choice.key, picks))[0].id

    quote = await site.quote(CREDENTIALS, line, picks)
    before = await site.balance(CREDENTIALS)
    await site.buy(CREDENTIALS, line, picks)

    charged = before - await site.balance(CREDENTIALS)
    assert quote.low - Decimal("0.01") <= charged <= quote.high + Decimal("0.01")


@pytest.mark.parametrize(
    ("line", "act"), [("s1", "cancel"), ("s2", "cancel"), ("s2", "report"), ("global", "cancel")]
)
async def test_ending_an_order_brings_the_money_back(
    site: GearSms, outside: Outside, line: str, act: str
) -> None:
    picks = await wish(site, line)
    before = await site.balance(CREDENTIALS)
    [bought] = await site.buy(CREDENTIALS, line, picks)

    ended = await site.act(CREDENTIALS, act, ref(line, picks, bought))

    assert ended.state is State.CANCELLED
    assert await site.balance(CREDENTIALS) == before
    assert (await site.look(CREDENTIALS, ref(line, picks, ended))).state is State.CANCELLED


async def test_a_reactivated_number_waits_again_and_then_has_the_new_code(
    site: GearSms, outside: Outside
) -> None:
    picks = await wish(site, "s2")
    [bought] = await site.buy(CREDENTIALS, "s2", picks)
    await outside.act(f"orders/{bought.id}/sms", text="Your code is 111111", code="111111")
    done = await site.look(CREDENTIALS, ref("s2", picks, bought))

    again = await site.act(CREDENTIALS, "reactivate", ref("s2", picks, done))
    waiting = await site.look(CREDENTIALS, ref("s2", picks, again))
    await outside.act(f"orders/{bought.id}/sms", text="Your code is 222222", code="222222")
    second = await site.look(CREDENTIALS, ref("s2", picks, waiting))

    assert again.id == bought.id
    assert (waiting.state, waiting.messages) == (State.WAITING, ())
    assert [message.code for message in second.messages] == ["222222"]


async def test_a_reused_global_number_is_a_new_order(site: GearSms, outside: Outside) -> None:
    picks = await wish(site, "global")
    [bought] = await site.buy(CREDENTIALS, "global", picks)
    await outside.act(f"orders/{bought.id}/sms", code="111111")
    done = await site.look(CREDENTIALS, ref("global", picks, bought))

    again = await site.act(CREDENTIALS, "reuse", ref("global", picks, done))

    assert again.id != bought.id
    assert again.number == bought.number


async def test_an_order_whose_time_is_up_is_over(site: GearSms, outside: Outside) -> None:
    picks = await wish(site, "s1")
    [bought] = await site.buy(CREDENTIALS, "s1", picks)
    await outside.act(f"orders/{bought.id}/expire")

    assert not (await site.look(CREDENTIALS, ref("s1", picks, bought))).state.is_open


async def test_no_numbers_and_a_wrong_key_are_told_apart_though_both_are_401(
    site: GearSms, outside: Outside
) -> None:
    picks = await wish(site, "global")
    await outside.act("settings", no_numbers=True)

    with pytest.raises(NoNumbers):
        await site.buy(CREDENTIALS, "global", picks)
    with pytest.raises(BadKey):
        await site.balance({"api_key": "gs_live_somebody_else"})
