"""Telegram that does not answer, or not well: a push is repeated once and marked, an edit until it holds."""

import dataclasses

import pytest

from bot import delivery
from tests.bot.outbox_kit import AGAIN, pushed, send_all
from tests.bot.rig import ANNA, BORIS, Rig, until

pytestmark = pytest.mark.usefixtures("quick", "roomy")

UNCLEAR = {
    "502 in HTML": {"kind": "html", "status": 502},
    "500": {"kind": "status", "status": 500, "body": '{"ok":false,"error_code":500,"description":"Oops"}'},
    "500 without words": {"kind": "status", "status": 500, "body": '{"ok":false}'},
    "reset": {"kind": "reset"},
    "nothing": {"kind": "empty"},
    "cut": {"kind": "cut"},
    "bytes": {"kind": "garbage"},
    "down": {"kind": "down"},
}


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=list(UNCLEAR))
async def test_an_unclear_push_is_repeated_once_and_marked(
    bot: Rig, fault: dict[str, object], committed: bool
) -> None:
    order = await bot.carded()
    await bot.fault("sendMessage", committed=committed, **fault)  # type: ignore[arg-type] # from JSON
    await bot.sms(order, "402113")
    await send_all(bot)
    pushes = await pushed(bot, "402113")
    arrived = committed and fault["kind"] != "down"
    assert len(pushes) == (2 if arrived else 1)
    assert [push for push in pushes if AGAIN in push] == pushes[-1:]
    assert "402113" in (await bot.seen(ANNA))[0]["text"]


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=list(UNCLEAR))
async def test_an_edit_is_repeated_until_it_is_there(
    bot: Rig, fault: dict[str, object], committed: bool
) -> None:
    order = await bot.carded()
    await bot.fault("editMessageText", committed=committed, times=2, **fault)  # type: ignore[arg-type] # JSON
    await bot.sms(order, "402113")
    await send_all(bot)
    assert len(await bot.seen(ANNA)) == 2
    assert "402113" in (await bot.seen(ANNA))[0]["text"]


async def test_a_push_is_never_sent_three_times(bot: Rig) -> None:
    order = await bot.carded()
    await bot.fault("sendMessage", "reset", committed=True, times=None)
    await bot.sms(order, "402113")
    await send_all(bot)
    assert len(await pushed(bot, "402113")) == 2
    assert "402113" in (await bot.seen(ANNA))[0]["text"]


async def test_a_time_out_after_the_delivery(bot: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "TIME_OUT", 1)
    order = await bot.carded()
    await bot.fault("sendMessage", "timeout", seconds=60, committed=True)
    await bot.fault("editMessageText", "timeout", seconds=60, committed=True)
    await bot.sms(order, "402113")
    await send_all(bot)
    assert len(await pushed(bot, "402113")) == 2
    assert "402113" in (await bot.seen(ANNA))[0]["text"]
    assert "unsure" not in {letter.state for letter in await bot.letters("due", "sending")}


@pytest.mark.parametrize("kind", ["down", "html"])
async def test_a_total_outage_costs_nothing_but_time(bot: Rig, kind: str) -> None:
    orders = [await bot.carded(person) for person in (ANNA, BORIS)]
    await bot.fault("*", kind, times=None)
    async with bot.sending():
        for order in orders:
            await bot.sms(order, "402113")
        await bot.notice(ANNA, "a notice")
        await until(lambda: _tried(bot, 10))
        await bot.mend()
        await bot.settled()
    assert [letter for letter in await bot.letters() if letter.state != "sent"] == []
    for person in (ANNA, BORIS):
        assert len(await pushed(bot, "402113", person)) == 1
        assert "402113" in (await bot.seen(person))[0]["text"]


async def _tried(bot: Rig, times: int) -> bool:
    return sum(letter.attempts for letter in await bot.letters("due", "sending")) >= times


async def test_an_unreachable_telegram_has_certainly_not_delivered(bot: Rig) -> None:
    order = await bot.carded()
    await bot.sms(order, "402113")
    host = bot.world.base
    api = bot.app.bot.session.api
    nowhere = dataclasses.replace(api, base=api.base.replace(host, "http://127.0.0.1:9"))
    bot.app.bot.session.api = nowhere
    async with bot.sending():
        await until(lambda: _tried(bot, 4))
        bot.app.bot.session.api = api
        await bot.settled()
    (push,) = await pushed(bot, "402113")
    assert AGAIN not in push


@pytest.mark.parametrize(
    "status", [(401, "Unauthorized"), (404, "Not Found"), (409, "Conflict"), (429, "Too Many Requests")]
)
async def test_a_wrong_token_or_server_drops_nothing(bot: Rig, status: tuple[int, str]) -> None:
    code, words = status
    body = f'{{"ok":false,"error_code":{code},"description":"{words}"}}'
    await bot.fault("sendMessage", "status", status=code, body=body, times=2)
    await bot.notice(ANNA, "kept")
    await send_all(bot)
    assert [letter.state for letter in await bot.letters()] == ["sent"]
