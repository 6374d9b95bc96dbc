"""A group that shares an account: the real bot, people at the chat, and the sites' own books.

What hundreds do at once is measured at its full size by `make groups`; here are short runs of the same.
The bot of these tests sends as fast as it can: twenty messages a minute in a group are Telegram's limit,
and they would be all that is waited for.
"""

import csv
import json
from collections.abc import Iterator

import httpx
import pytest

from tests.e2e import crowd
from tests.e2e.kit import Json, eventually
from tests.e2e.party import SHOP, WISH, Party
from tests.e2e.person import InChat, Message, Person
from tests.e2e.process import BotProcess
from tests.e2e.world import World


@pytest.fixture(scope="module")
def quick_bot(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """A bot without Telegram's sending limits."""
    with BotProcess(world, tmp_path_factory.mktemp("bot"), boundless=True) as bot:
        yield bot
    assert "Traceback" not in bot.log()


def test_one_pays_another_orders_and_a_stranger_is_refused(quick_bot: BotProcess, world: World) -> None:
    party = Party.begin(quick_bot, ["Boris", "Dan"])
    boris, dan = (party.of(one) for one in party.others)
    party.give(party.others[0], "buyer")
    party.let_order("named")

    order = _ordered(world, boris, party)
    card = boris.card(order)
    assert "Boris" in card.text
    assert world.charges(SHOP, party.key) == [order["price"]]

    dan.say("/order")
    assert "owner decides" in dan.wait_for("owner decides").text
    dan.press("z:")
    party.owner.wait_for("Dan")
    assert "alert" not in dan.press_at(card.id, _data(card, ":cancel"))
    assert world.purchases(SHOP, party.key) == 1
    assert world.books(SHOP, party.key)["refunded"] == "0.00"

    code, _ = world.sms(SHOP, order)
    eventually(lambda: "only Boris" in boris.card(order).text, "word that the code came")
    shown = boris.press("v:")
    assert code not in json.dumps(shown), "a toast is read over a shoulder"
    seen = eventually(lambda: [one for one in boris.messages() if code in one.text], "the code")
    assert all(one.ephemeral for one in seen)
    assert "Boris" in dan.press_at(card.id, _data(boris.card(order), "v:"))["text"]
    for other in (party.owner, party.others[1]):
        assert code not in _all_that_is_seen(world, party.of(other))

    _log_names(world, party, "Boris", order, code)


def _log_names(world: World, party: Party, name: str, order: Json, code: str) -> None:
    """The owner reads who ordered, on the page and in the file; a buyer reads nothing."""
    there = party.of(party.owner)
    there.say("/log")
    page = there.wait_for("📖")
    assert name in page.text
    assert order["price"].rstrip("0") in page.text
    assert code not in page.text
    boris = party.of(party.others[0])
    boris.say("/log")
    boris.wait_for("for the owner and for managers")

    party.owner.say("/log")
    party.owner.press("y:f")
    party.owner.press(":all")
    text = eventually(lambda: _file(world, party.owner), "the log as a file")
    rows = list(csv.DictReader(text.lstrip("\ufeff").splitlines()))
    ordered = [row for row in rows if row["event"] == "ordered"]
    assert [row["person"] for row in ordered] == [name]
    assert code not in text


@pytest.mark.parametrize("bot_is_admin", [True, False], ids=["admin", "member"])
def test_a_code_rings_for_the_one_who_ordered_alone(
    quick_bot: BotProcess, world: World, bot_is_admin: bool
) -> None:
    """In the group where the bot may, else in the private chat; and where that was never opened, it waits."""
    party = Party.begin(quick_bot, ["Boris", "Clara"], bot_is_admin=bot_is_admin)
    person = party.others[0]
    boris, clara = (party.of(one) for one in party.others)
    order = _ordered(world, boris, party)

    code, _ = world.sms(SHOP, order)
    if bot_is_admin:
        rung = eventually(lambda: boris.pushes(code), "a push")
        assert [bool(one.ephemeral) for one in rung] == [True]
        assert person.pushes(code) == []
    else:
        line = boris.wait_for("your code came")
        assert line.links[0].endswith("?start=codes")
        assert code not in _all_that_is_seen(world, boris)
        person.say("/start codes")
        eventually(lambda: person.pushes(code), "the code that waited")
    assert code not in _all_that_is_seen(world, clara)
    assert code not in _all_that_is_seen(world, party.of(party.owner))


def test_who_leaves_orders_no_more_that_very_moment(quick_bot: BotProcess, world: World) -> None:
    party = Party.begin(quick_bot, ["Boris", "Clara"])
    boris, clara = party.others
    buttons = {one.id: party.of(one).wish(WISH) for one in party.others}
    stranger = Person(quick_bot, "Stranger")
    stranger.say("/start")
    somewhere = stranger.button("m:")[0]

    party.group.change(boris.id, "restricted")
    party.of(boris).press_at(*buttons[boris.id])
    party.group.change(clara.id, "left")
    stranger.press_at(somewhere, buttons[clara.id][1])
    clara.say("/start")
    clara.press_at(clara.button("m:")[0], buttons[clara.id][1])

    assert world.purchases(SHOP, party.key) == 0
    party.group.change(boris.id, "member")
    party.of(boris).press_at(*buttons[boris.id])
    eventually(lambda: world.orders(SHOP, party.key), "an order of who may again")
    assert world.purchases(SHOP, party.key) == 1


def test_many_press_one_buy_at_once(quick_bot: BotProcess) -> None:
    result = crowd.rush(quick_bot, groups=10, presses=20)

    assert (result.purchases, result.doubled) == (10, 0)


def test_parallel_purchases_stop_at_the_cap(quick_bot: BotProcess) -> None:
    result = crowd.at_the_cap(quick_bot, parallel=60)

    assert result.over == 0
    assert result.spent == result.purchases * result.price
    assert result.cap - result.spent < result.price, "and there is no room for one more"


def test_forged_and_foreign_presses_do_nothing(quick_bot: BotProcess) -> None:
    result = crowd.forged(quick_bot, presses=600)

    assert result.changed == []
    assert (result.purchases, result.acts, result.leaks, result.unanswered) == (0, 0, 0, 0)


def _ordered(world: World, there: InChat, party: Party) -> Json:
    """A person orders in the group: what the site sold."""
    there.press_at(*there.wish(WISH))
    sold = eventually(lambda: world.orders(SHOP, party.key), "the site to sell a number")[0]
    there.card(sold)
    return sold


def _data(card: Message, wanted: str) -> str:
    found = card.data(wanted)
    assert found is not None, card
    return found


def _all_that_is_seen(world: World, there: InChat) -> str:
    """Everything of a chat that reaches somebody's phone: texts, buttons, quotes, captions."""
    found = world.call("GET", f"/people/{there.id}/chats/{there.chat_id}/messages")["messages"]
    return json.dumps(found, ensure_ascii=False)


def _file(world: World, person: Person) -> str:
    """The newest file in a private chat, as text; empty while there is none."""
    found = world.call("GET", f"/people/{person.id}/chats/{person.chat_id}/messages")["messages"]
    files = [one["document"]["file_id"] for one in found if "document" in one]
    if not files:
        return ""
    return httpx.get(f"{world.base}/people/{person.id}/files/{files[-1]}").content.decode("utf-8-sig")
