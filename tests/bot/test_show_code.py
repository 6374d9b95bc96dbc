""" "Show me the code" under a group's card: the one who ordered sees it, everybody else a kind word."""

import json

import pytest

from handlers.callbacks import ShowCode
from orders import shares
from storage.orders import Order
from storage.shares import Codes
from tests.bot.groups_kit import CLARA, Group, has_read, lent, nobody_else_saw
from tests.bot.outbox_kit import send_all
from tests.bot.rig import ANNA, BORIS, BOT, Json, Rig, until

pytestmark = pytest.mark.usefixtures("quick", "roomy")

CODE, WORDS = "402113", "Your secret word is Kaleidoscope"


async def with_code(group: Group, buyer: int = BORIS) -> Order:
    """An order whose code came; what was sent of it so far is not told of here."""
    order = await group.carded(buyer)
    await group.bot.sms(order, CODE, f"{WORDS}: {CODE}")
    await send_all(group.bot)
    return order


async def pressed(group: Group, person: int, order: Order) -> Json:
    """What the client shows when this person presses the button."""
    answer = await group.bot.post(
        f"/people/{person}/chats/{group.id}/press",
        message_id=(await group.bot.fresh(order)).card_id,
        data=ShowCode(order=order.id).pack(),
    )
    assert answer["answered"]
    assert CODE not in json.dumps(answer)
    return answer


async def test_who_ordered_sees_it_there_and_then_though_the_bot_has_no_rights(bot: Rig) -> None:
    group = await lent(bot)
    order = await with_code(group)
    async with bot.running():
        answer = await pressed(group, BORIS, order)
        (shown,) = await group.whispered()
    assert not answer.get("text")
    assert order.number is not None
    assert order.number in shown["text"]
    assert CODE in shown["text"]
    assert WORDS in shown["text"]
    assert shown["reply_markup"]["inline_keyboard"][0][0]["copy_text"] == {"text": CODE}
    await nobody_else_saw(bot, BORIS, CODE, "Kaleidoscope")


async def test_the_button_stands_under_the_card(bot: Rig) -> None:
    group = await lent(bot)
    await with_code(group)
    async with bot.running():
        await bot.press(BORIS, "Show me the code", group.id)
        assert len(await group.whispered()) == 1


@pytest.mark.parametrize("person", [ANNA, CLARA], ids=["the owner", "a member"])
async def test_others_are_told_kindly_whose_it_is(bot: Rig, person: int) -> None:
    group = await lent(bot, is_admin=True)
    order = await with_code(group)
    async with bot.running():
        answer = await pressed(group, person, order)
        await bot.settled()
    assert answer["text"] == "Only Борис sees this code."
    assert await group.whispered(person) == []
    await nobody_else_saw(bot, BORIS, CODE, "Kaleidoscope")


async def test_before_anything_came_it_says_so(bot: Rig) -> None:
    group = await lent(bot)
    order = await group.carded(BORIS)
    async with bot.running():
        assert "No code yet" in (await pressed(group, BORIS, order))["text"]


@pytest.mark.parametrize(
    "fault",
    [
        {
            "kind": "status",
            "status": 403,
            "body": '{"ok":false,"error_code":403,"description":"Forbidden: no"}',
        },
        {
            "kind": "status",
            "status": 400,
            "body": '{"ok":false,"error_code":400,"description":"Bad Request: no"}',
        },
        {"kind": "429", "retry_after": 90},
        {"kind": "reset"},
        {"kind": "garbage"},
    ],
    ids=["403", "400", "429", "reset", "garbage"],
)
async def test_where_telegram_refuses_it_comes_home_and_the_toast_says_where(
    bot: Rig, fault: dict[str, object]
) -> None:
    group = await lent(bot, is_admin=True)
    order = await with_code(group)
    await bot.fault("sendMessage", **fault)  # type: ignore[arg-type] # from JSON
    async with bot.running():
        answer = await pressed(group, BORIS, order)
        await bot.settled()
    assert answer["text"] == "It's in our private chat now."
    (push,) = await bot.seen(BORIS)
    assert CODE in push["text"]
    await nobody_else_saw(bot, BORIS, CODE, "Kaleidoscope")


async def test_a_private_chat_never_begun_is_opened_by_the_answer(bot: Rig) -> None:
    """However often it is pressed, the code waits there once, and one line in the group tells of it."""
    group = await lent(bot)
    order = await with_code(group, CLARA)
    refusal = '{"ok":false,"error_code":403,"description":"Forbidden: no"}'
    where = {"chat_id": str(group.id)}
    async with bot.running():
        for _ in range(2):
            await bot.fault("sendMessage", "status", status=403, body=refusal, where=where)
            answer = await pressed(group, CLARA, order)
            await bot.mend()
            await bot.settled()
            assert answer["url"].endswith("?start=codes")
        assert len(await group.lines("private chat")) == 1
        await bot.say(CLARA, "/start codes")
        await until(lambda: has_read(bot, CODE, CLARA))
        await bot.settled()
    assert len(await has_read(bot, CODE, CLARA)) == 1
    await nobody_else_saw(bot, CLARA, CODE, "Kaleidoscope")


async def test_who_has_left_the_group_is_shown_nothing(bot: Rig) -> None:
    """Though a public group can still be looked into, and the bot has not heard of it."""
    group = await lent(bot)
    order = await with_code(group)
    await bot.desk.drain()
    sent = len(await has_read(bot, CODE, BORIS))
    found = '{"ok":true,"result":{"status":"left","user":{"id":7002,"is_bot":false,"first_name":"B"}}}'
    await bot.fault("getChatMember", "body", body=found)
    async with bot.running():
        await pressed(group, BORIS, order)
        await bot.settled()
    assert len(await has_read(bot, CODE, BORIS)) == sent


async def test_where_telegram_does_not_say_who_is_there_nothing_is_shown(bot: Rig) -> None:
    group = await lent(bot)
    order = await with_code(group)
    await bot.fault("getChatMember", "html")
    async with bot.running():
        assert (await pressed(group, BORIS, order))["text"]
        await bot.settled()
    assert await group.whispered() == []


async def test_a_forged_button_in_private_shows_it_to_who_ordered_alone(bot: Rig) -> None:
    group = await lent(bot)
    order = await with_code(group)
    async with bot.running():
        for person in (BORIS, CLARA):
            message_id = await _menu(bot, person)
            await bot.post(
                f"/people/{person}/chats/{BOT}/press",
                message_id=message_id,
                data=ShowCode(order=order.id).pack(),
            )
        await bot.settled()
    assert len(await has_read(bot, CODE, BORIS)) == 2
    await nobody_else_saw(bot, BORIS, CODE, "Kaleidoscope")


async def _menu(bot: Rig, person: int) -> int:
    before = len(await bot.seen(person))
    await bot.say(person, "/help")
    await until(lambda: _more(bot, person, before))
    return int((await bot.seen(person))[-1]["message_id"])


async def _more(bot: Rig, person: int, than: int) -> bool:
    return len(await bot.seen(person)) > than


async def test_made_wider_later_the_rule_shows_to_nobody_what_was_for_one_alone(
    bot: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither on the card that is drawn anew, nor by its button."""
    group = await lent(bot)
    order = await with_code(group)
    later = bot.desk.now() + 60
    with monkeypatch.context() as clock:
        clock.setattr(type(bot.desk), "now", lambda _: later)
        await shares.change(bot.desk, group.share.id, ANNA, codes=Codes.ALL)
    await send_all(bot)
    assert "Show me the code" in json.dumps(await group.card(order))
    async with bot.running():
        assert "Борис" in (await pressed(group, ANNA, order))["text"]
    await nobody_else_saw(bot, BORIS, CODE, "Kaleidoscope")
