"""Numbers that a group rents with a shared account: kept longer, switched, read, all by the same rules."""

from decimal import Decimal

import pytest

from handlers.callbacks import JournalButton, JournalOf
from orders import shares as sharing
from orders.limits import Span
from tests.handlers import group_kit as kit
from tests.handlers.chat import ANNA, BORIS, BOT, Json, Person, Town, data_of, labels
from tests.handlers.test_group_order import VERA, Friends


@pytest.fixture
async def friends(town: Town, anna: Person) -> Friends:
    """Anna lends her account at GotSMS, with more room than a share begins with."""
    boris, vera = await town.person(BORIS, "Boris"), await town.person(VERA, "Vera")
    chat = await town.group(anna, boris, vera)
    share = await kit.lent(town, anna, chat, "gotsms")
    for span in Span:
        await sharing.set_cap(town.app.desk, share.id, span, Decimal(50), ANNA)
    return Friends(town, share, anna.at(chat), boris.at(chat), vera.at(chat))


async def rented(town: Town, person: Person) -> tuple[Json, str]:
    """A day's number for Google: its card, and our id of it."""
    await person.says("/rentals")
    await person.walks("Rent a number", "Google", "USA", "1 day", "Buy for")
    (rent,) = await town.bought("gotsms")
    card = await person.sees("📱", rent["number"])
    return card, data_of(card, "Keep it longer").split(":")[2]


async def test_an_act_that_costs_counts_for_the_group(town: Town, friends: Friends) -> None:
    """The quote tells what is left there; whoever did not order can't begin it."""
    card, _ = await rented(town, friends.boris)
    assert "somebody else" in await friends.vera.presses("Keep it longer", on=card)
    await friends.boris.presses("Keep it longer", on=card)
    menu = await friends.boris.sees("Which longer plan?")
    assert "somebody else" in await friends.vera.presses("1 month", on=menu)
    await friends.boris.presses("1 month", on=menu)
    month = await friends.boris.sees("Price:", "Left for you in this group today", "With auto-renewal on")
    await friends.boris.presses("Keep it longer", on=month)
    await friends.boris.button("Auto-renewal: off", on=card)
    found = await friends.bought()
    assert [purchase.share_id for purchase in found] == [friends.share.id] * 2
    assert await friends.spent(friends.boris) == sum(purchase.ceiling for purchase in found)
    assert "somebody else" in await friends.vera.presses("Auto-renewal: off", on=card)
    await friends.anna.presses("Auto-renewal: off", on=card)
    await friends.boris.sees("📱", "Renews by itself")
    assert await friends.acted() == [(ANNA, "auto_renew")]


async def test_what_came_is_read_by_who_ordered_alone(town: Town, friends: Friends) -> None:
    """The site's own list of messages too: at home, never in the group."""
    card, order_id = await rented(town, friends.boris)
    (rent,) = await town.orders("gotsms")
    await town.sms("gotsms", rent["id"], "G-482913 is your code")
    assert not any("Messages" in label for label in labels(card))
    data = JournalButton(of=JournalOf.ORDER, id=order_id, key="messages", below=True).pack()
    await friends.boris.forges(data, on=card)
    await friends.boris.sees("only for our private chat")
    assert "somebody else" in await friends.vera.forges(data, on=card)
    for person, reads in ((friends.boris.at(BOT), True), (friends.anna.at(BOT), False)):
        await person.says("/start")
        menu = await person.sees("Pinbell" if reads else "what shall it be")
        await person.forges(data, on=menu)
        if reads:
            await person.sees("✉️ Messages", "482913")
        else:
            assert "somebody else" in person.toast
    for person in (friends.anna.at(BOT), friends.anna, friends.boris, friends.vera):
        assert "482913" not in str(await person.messages())
