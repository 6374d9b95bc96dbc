"""What is asked on a card stays until it is answered, whatever becomes of the order meanwhile."""

import pytest
from sqlalchemy import select

from handlers import questions
from orders import inbox
from providers.site import Seen, Sms
from providers.words import State
from storage import orders
from storage.tables import orders as rows
from storage.tables import outbox
from tests.handlers.chat import Json, Person, Town, until
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
    desk = town.app.desk
    async with desk.db.transaction() as connection:
        order_id = (await connection.execute(select(rows.c.id))).scalar_one()
        order = await orders.get(connection, order_id)
    assert order is not None
    sms = Sms(text=f"Your code is {code}", code=code, id=code)
    await inbox.take(desk, order, Seen(id=order.site_id, state=State.RECEIVED, messages=(sms,)), via="poll")

    async def is_drawn() -> bool:
        """All but what waits for its time."""
        async with desk.db.transaction() as connection:
            waits = outbox.c.state.in_(["due", "sending"]), outbox.c.not_before_ms <= desk.now_ms()
            return (await connection.execute(select(outbox.c.id).where(*waits))).first() is None

    await until(is_drawn, "all letters sent")


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
    desk = town.app.desk
    async with desk.db.transaction() as connection:
        order_id = (await connection.execute(select(rows.c.id))).scalar_one()
        await orders.change(connection, order_id, card_id=None)
    await code_comes(town)
    async with desk.db.transaction() as connection:
        order = await orders.get(connection, order_id)
    assert order is not None
    assert order.card_id not in {None, card["message_id"]}
