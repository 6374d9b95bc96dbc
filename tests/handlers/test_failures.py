"""What sites can answer instead of an answer, at each kind of step: told, nothing lost or bought twice."""

from typing import Any

import pytest
from sqlalchemy import delete

from storage import tables
from tests.handlers.chat import Json, Person, Town, labels, until
from tests.handlers.test_order import to_quote
from tests.handlers.test_orders import ordered

WEATHERS: dict[str, dict[str, Any]] = {
    "html": {"kind": "html", "status": 200},
    "500": {"kind": "status", "status": 500, "body": "oops"},
    "429": {"kind": "429", "retry_after": 7},
    "nothing": {"kind": "timeout", "seconds": 30},
    "50 MB": {"kind": "big"},
    "cut JSON": {"kind": "cut"},
    "wrong types": {"kind": "body", "body": '{"status": 5, "balance": [], "data": "NaN"}'},
    "dead": {"kind": "down"},
}
SITE = "smsgig"
REFUSED = '{"ok": false, "error_code": 400, "description": "Bad Request: %s"}'


@pytest.fixture(params=WEATHERS)
def weather(request: pytest.FixtureRequest) -> Json:
    """What goes wrong, for as long as the test lets it."""
    return {**WEATHERS[request.param], "times": None}


def has_way_on(message: Json) -> bool:
    """Some button to press next."""
    return bool(labels(message))


async def test_every_reading_step(town: Town, anna: Person, weather: Json) -> None:
    """Link, list, quote, balance: what happened, that nothing was spent, what to press; then it works."""
    key = await town.customer(SITE)
    kind = weather.pop("kind")
    # link
    await town.fault(SITE, kind, path="/balance", **weather)
    await anna.says("/accounts")
    await anna.walks("Link an account", "SMSGig")
    await anna.sees("Paste your key here")
    await anna.gone(await anna.says(key))
    told = await anna.sees("SMSGig", "Nothing was stored")
    assert has_way_on(told)
    await town.well()
    await anna.presses("SMSGig")
    await anna.sees("Paste your key here")
    await anna.gone(await anna.says(key))
    await anna.sees("SMSGig is linked")
    # balance
    await town.fault(SITE, kind, path="/balance", **weather)
    await anna.says("/balance")
    assert has_way_on(await anna.sees("Balances", "SMSGig: "))
    await town.well()
    # list
    await town.fault(SITE, kind, path="/s1/services", **weather)
    await anna.says("/order")
    assert has_way_on(await anna.sees("SMSGig", "Nothing was spent"))
    await town.well()
    await anna.presses("Try again")
    await anna.button("WhatsApp")
    # quote
    await town.fault(SITE, kind, path="/s1/services", **weather)
    await anna.presses("WhatsApp")
    assert has_way_on(await anna.sees("Service: WhatsApp", "Nothing was spent"))
    await town.well()
    await anna.presses("Try again")
    await anna.button("Buy for")
    assert await town.orders(SITE) == []
    assert "went wrong on our side" not in str(await anna.messages())


@pytest.mark.parametrize("committed", [False, True])
async def test_buying(town: Town, anna: Person, weather: Json, committed: bool) -> None:
    """Unknown is told as unknown, refused as refused; one request, whatever is pressed afterwards."""
    await town.linked(anna, SITE)
    quote = await to_quote(anna, SITE)
    kind = weather.pop("kind")
    await town.fault(SITE, kind, path="/s1/rent", committed=committed, **weather)
    data = next(b["callback_data"] for row in quote["reply_markup"]["inline_keyboard"] for b in row
                if "Buy for" in b["text"])  # fmt: skip
    await anna.presses("Buy for", on=quote)

    async def settled() -> Json | None:
        for one in await anna.messages():
            text = one.get("text", "")
            if any(words in text for words in ("Nothing was", "may have been charged")):
                return one
        return None

    message = await until(settled, "what became of the purchase")
    assert message is not None
    assert has_way_on(message)
    assert message["message_id"] == quote["message_id"]
    for _ in range(2):
        await anna.forges(data, on=quote)
    await town.well()
    assert sum(one["path"].endswith("/rent") for one in await town.asked(SITE)) == 1
    assert len(await town.orders(SITE)) == int(committed and kind != "down")
    if "may have been charged" in message["text"]:
        await anna.says("/orders")
        await anna.sees("never answered")


async def test_an_act(town: Town, anna: Person, weather: Json) -> None:
    """Told beside the card, which stays; afterwards it can be pressed again."""
    order, card = await ordered(town, anna, SITE)
    kind = weather.pop("kind")
    await town.fault(SITE, kind, path="/s1/*cancel*", method="POST", **weather)
    await anna.presses("Cancel", on=card)
    told = await anna.sees("Cancel", "Nothing was spent")
    assert has_way_on(told)
    assert ("You can press it again" in told["text"]) == (kind != "429"), "a refusal leaves no doubt"
    await anna.sees("Waiting for the code", order["number"])
    await town.well()
    await anna.presses("Cancel", on=card)
    await anna.sees("Cancelled", order["number"])
    assert await town.spent(SITE) == 0


async def test_told_in_the_persons_language(town: Town, boris: Person) -> None:
    """The same, for Boris."""
    await town.linked(boris, SITE)
    await town.fault(SITE, "status", status=500, body="x", times=None)
    await boris.says("/order")
    await boris.sees("SMSGig", "Деньги не потрачены")


async def test_an_older_list_is_shown_when_the_site_is_away(town: Town, anna: Person) -> None:
    """Marked as such."""
    await town.linked(anna, SITE)
    await anna.says("/order")
    menu, _ = await anna.button("WhatsApp")
    await town.settings(SITE, down=True)
    await anna.presses("Refresh", on=menu)
    await anna.sees("doesn't answer just now; this list is from")
    await anna.button("WhatsApp", on=menu)


async def test_a_slow_site(town: Town, anna: Person) -> None:
    """The press is answered before the site has answered; first "one moment", then the result."""
    await town.linked(anna, SITE)
    await town.settings(SITE, slow=600)
    await anna.says("/order")
    menu = await anna.sees("One moment")
    await town.settings(SITE, slow=0)
    town.world.faults.let_go()
    message, _ = await anna.button("WhatsApp")
    assert message["message_id"] == menu["message_id"]
    town.app.context.catalogs._memory.clear()
    async with town.app.desk.db.transaction() as connection:
        await connection.execute(delete(tables.catalogs))
    await town.settings(SITE, slow=600)
    asked = len(await town.asked(SITE))
    await anna.presses("WhatsApp", on=message)
    assert len(await town.asked(SITE)) - asked <= 1, "the press waited for the site"
    await anna.sees("One moment")
    await town.settings(SITE, slow=0)
    town.world.faults.let_go()
    await anna.button("Buy for")


async def test_telegram_asks_for_patience(town: Town, anna: Person) -> None:
    """A menu comes a little later instead of not at all."""
    await anna.says("/start")
    await anna.sees("Welcome")
    await town.fault("telegram", "429", path="editMessageText", retry_after=1)
    await anna.presses("Help")
    await anna.sees("How it works")


async def test_a_mistake_of_ours_is_told_and_logged(town: Town, anna: Person) -> None:
    """Nobody is left with a spinning button; the way back is there."""
    await anna.says("/start")
    await anna.sees("Welcome")
    await town.fault("telegram", "status", path="editMessageText", status=400,
                     body=REFUSED % "BUTTON_DATA_INVALID")  # fmt: skip
    await anna.presses("Help")
    assert has_way_on(await anna.sees("Something went wrong on our side"))


async def test_the_menu_was_deleted(town: Town, anna: Person) -> None:
    """An edit that finds no message sends a new one."""
    await anna.says("/start")
    menu = await anna.sees("Welcome")
    await town.fault("telegram", "status", path="editMessageText", status=400,
                     body=REFUSED % "message to edit not found")  # fmt: skip
    await anna.presses("Help", on=menu)
    assert (await anna.sees("How it works"))["message_id"] > menu["message_id"]
