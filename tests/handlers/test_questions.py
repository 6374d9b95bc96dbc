"""What is asked on a card stays until it is answered, whatever becomes of the order meanwhile."""

import asyncio

import pytest
from aiogram import Bot
from sqlalchemy import select

from bot import outbox as sender
from bot.delivery import Delivered, deliver
from bot.limits import SendLimits
from handlers import questions
from handlers.letters import Drawn
from orders import inbox
from providers.site import Seen, Sms
from providers.words import State
from storage import orders
from storage.orders import Order
from storage.outbox import Queued
from storage.tables import orders as rows
from storage.tables import outbox
from tests.handlers.chat import Json, Person, Town, data_of, until
from tests.handlers.test_orders import ordered

ASK = "Ban this number"
CODE = "402113"


@pytest.fixture
async def card(town: Town, anna: Person) -> Json:
    """The card of an order, on which something is asked."""
    _, card = await ordered(town, anna, "gsim")
    await anna.presses("Ban number", on=card)
    await anna.sees(ASK)
    return card


async def code_comes(town: Town, code: str = CODE) -> None:
    """To the only order; the outbox has done what it can."""
    desk, order = town.app.desk, await the_order(town)
    sms = Sms(text=f"Your code is {code}", code=code, id=code)
    await inbox.take(desk, order, Seen(id=order.site_id, state=State.RECEIVED, messages=(sms,)), via="poll")

    async def is_drawn() -> bool:
        """All but what waits for its time."""
        async with desk.db.transaction() as connection:
            waits = outbox.c.state.in_(["due", "sending"]), outbox.c.not_before_ms <= desk.now_ms()
            return (await connection.execute(select(outbox.c.id).where(*waits))).first() is None

    await until(is_drawn, "all letters sent")


async def the_order(town: Town) -> Order:
    """The only one."""
    async with town.app.desk.db.transaction() as connection:
        order = await orders.get(connection, (await connection.execute(select(rows.c.id))).scalar_one())
    assert order is not None
    return order


async def shown(anna: Person, card: Json) -> str:
    """What stands in the card's place."""
    return next(str(one["text"]) for one in await anna.messages() if one["message_id"] == card["message_id"])


async def test_a_code_rings_and_does_not_draw_over_the_question(town: Town, anna: Person, card: Json) -> None:
    """Once the question is answered, the card shows the code."""
    await code_comes(town)
    await anna.sees("🔔", CODE)
    assert ASK in await shown(anna, card)
    await anna.presses("No, keep it", on=card)
    await anna.sees("gsim.io", CODE)
    await town.at_rest()
    assert CODE in await shown(anna, card)


async def test_what_comes_after_the_answer_is_drawn_at_once(town: Town, anna: Person, card: Json) -> None:
    """A card that was put off holds up none of those that follow."""
    await code_comes(town)
    await anna.presses("No, keep it", on=card)
    await code_comes(town, "777888")
    await town.at_rest()
    assert "777888" in await shown(anna, card)


async def test_a_press_elsewhere_is_no_answer(town: Town, anna: Person) -> None:
    """As "Look now" on a copy of the card."""
    _, card = await ordered(town, anna, "gsim")
    look = data_of(card, "Look now")
    await anna.says("/help")
    elsewhere = await anna.sees("/order", newest=True)
    await anna.presses("Ban number", on=card)
    await anna.forges(look, on=elsewhere)
    await code_comes(town)
    assert ASK in await shown(anna, card)


async def test_a_card_that_is_on_its_way_arrives_before_the_question(
    town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the button would seem to do nothing."""
    _, card = await ordered(town, anna, "gsim")
    await town.at_rest()
    begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def slowly(bot: Bot, limits: SendLimits, letter: Queued, drawn: Drawn) -> Delivered:
        if drawn.edits == card["message_id"]:
            begun.set()
            await may_go_on.wait()
        return await deliver(bot, limits, letter, drawn)

    monkeypatch.setattr(sender, "deliver", slowly)
    desk, order = town.app.desk, await the_order(town)
    async with desk.db.transaction() as connection:
        await inbox.put_card(connection, desk, order)
    desk.bells.outbox.set()
    await begun.wait()
    pressed = asyncio.create_task(anna.presses("Ban number", on=card))

    async def is_asked() -> bool:
        return town.app.context.questions.fresh(order.id, desk.now_ms()) is not None

    await until(is_asked, "the question")
    may_go_on.set()
    await pressed
    await anna.sees(ASK)
    await town.at_rest()
    assert ASK in await shown(anna, card)


async def test_a_card_that_takes_too_long_holds_up_no_question(
    town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "ARRIVES", 0.01)
    _, card = await ordered(town, anna, "gsim")
    await town.at_rest()
    order = await the_order(town)
    with town.app.context.questions.later_than_card(order.id):
        await anna.presses("Ban number", on=card)
        await anna.sees(ASK)


def test_an_order_that_moves_to_another_chat_may_have_two_cards_on_their_way() -> None:
    kept = questions.Questions()
    with kept.later_than_card("an order"), kept.later_than_card("an order"):
        pass
    with kept.later_than_card("an order"):
        assert list(kept._on_their_way) == ["an order"]
    assert not kept._on_their_way


async def test_a_question_that_nobody_answers_gives_way(
    town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a card that has something new to show."""
    monkeypatch.setattr(questions, "FRESH", 300)
    _, card = await ordered(town, anna, "gsim")
    await anna.presses("Ban number", on=card)
    await anna.sees(ASK)
    await code_comes(town)
    await town.at_rest()
    assert CODE in await shown(anna, card)


async def test_a_card_drawn_anew_elsewhere_waits_for_no_question(
    town: Town, anna: Person, card: Json
) -> None:
    """The old message may go on asking: it is not the card any more."""
    await anna.says("/orders")
    await anna.presses("⏳")
    new = await anna.sees("Waiting for the code", newest=True)
    await code_comes(town)
    await town.at_rest()
    assert CODE in await shown(anna, new)


async def test_an_order_whose_card_stands_nowhere_waits_for_no_question(
    town: Town, anna: Person, card: Json
) -> None:
    """As one that was handed over: the old card, in the group, may go on asking."""
    order = await the_order(town)
    async with town.app.desk.db.transaction() as connection:
        await orders.change(connection, order.id, card_id=None)
    await code_comes(town)
    assert (await the_order(town)).card_id not in {None, card["message_id"]}
