"""Cards and their acts, /orders, /history."""

from decimal import Decimal

import pytest

from tests.handlers.chat import Json, Person, Town, data_of, labels, price_in
from tests.handlers.test_order import to_quote


async def ordered(town: Town, person: Person, wish: str) -> tuple[Json, Json]:
    """A bought number: the order at the site, and its card."""
    site = wish.partition("-")[0]
    await town.linked(person, site)
    await to_quote(person, wish)
    await person.presses("Buy for")
    (order,) = await town.bought(site)
    card = await person.sees(order["number"])
    await town.at_rest()
    return order, card


@pytest.mark.parametrize("wish", ["gearsms-s1", "gearsms-s2", "gearsms-global", "gsim", "smsgig", "getsms"])
async def test_cancel(town: Town, anna: Person, wish: str) -> None:
    """The money is back, the card says so, the button is gone."""
    site = wish.partition("-")[0]
    order, card = await ordered(town, anna, wish)
    cancel = data_of(card, "Cancel")
    await anna.presses("Cancel", on=card)
    card = await anna.sees("Cancelled", order["number"])
    assert not any("Cancel" in label for label in labels(card))
    assert await town.spent(site) == 0
    await anna.forges(cancel, on=card)
    assert "moved on" in anna.toast


@pytest.mark.parametrize(
    ("wish", "act", "ask"),
    [("gearsms-s2", "Report", "not working"), ("gsim", "Ban number", "Ban this number")],
)
async def test_what_cannot_be_undone_asks_once(
    town: Town, anna: Person, wish: str, act: str, ask: str
) -> None:
    """No leaves all as it was."""
    order, card = await ordered(town, anna, wish)
    await anna.presses(act, on=card)
    await anna.sees(ask, order["number"])
    await anna.presses("No, keep it", on=card)
    await anna.sees("Waiting for the code", order["number"])
    await anna.walks(act, act)
    await anna.sees("Cancelled", order["number"])
    assert await town.spent(wish.partition("-")[0]) == 0


async def test_reactivate_asks_for_its_price_and_buys_once(town: Town, anna: Person) -> None:
    """GearSMS S2: the same number for the full price again."""
    order, card = await ordered(town, anna, "gearsms-s2")
    await town.sms("gearsms", order["id"], "Code 112233")
    await anna.presses("Look now", on=card)
    await anna.sees("🔔", "112233")
    await anna.presses("Use again", on=card)
    sure = await anna.sees("costs the full price again: $0.40")
    data = data_of(sure, "Use again for $0.40")
    await anna.forges(data, on=sure)
    await anna.forges(data, on=sure)
    await anna.sees("Waiting for the code", order["number"])
    assert await town.spent("gearsms") == Decimal("0.80")
    posts = [one["path"] for one in await town.asked("gearsms") if one["method"] == "POST"]
    assert sum("reactivate" in path for path in posts) == 1
    assert (await anna.sees("Waiting for the code", order["number"]))["message_id"] == card["message_id"]


async def test_reuse_is_a_new_order(town: Town, anna: Person) -> None:
    """GearSMS Global: a card of its own."""
    order, card = await ordered(town, anna, "gearsms-global")
    await town.sms("gearsms", order["id"], "Code 445566")
    await anna.presses("Look now", on=card)
    await anna.sees("🔔", "445566")
    await town.at_rest()
    await anna.presses("Use again", on=card)
    await anna.sees("a new order for about")
    await anna.presses("Use again for", on=card)
    await town.bought("gearsms", 2)
    new = await anna.sees("Waiting for the code", order["number"])
    assert new["message_id"] != card["message_id"]
    await anna.sees("445566", order["number"])


async def test_finish_at_smsgig(town: Town, anna: Person) -> None:
    """Several codes, then done."""
    order, card = await ordered(town, anna, "smsgig")
    for code in ("111222", "333444"):
        await town.sms("smsgig", order["id"], f"Your code: {code}")
        await anna.presses("Look now", on=card)
        await anna.sees("🔔", code)
    await anna.presses("Finish", on=card)
    await anna.sees("Done", order["number"])
    assert await town.spent("smsgig") > 0


async def test_wake_status_refund_at_gotsms(town: Town, anna: Person) -> None:
    """It was woken after the purchase: no button for a second wake-up, and an old one is refused in words."""
    order, card = await ordered(town, anna, "gotsms")
    card = await anna.sees("Awake", order["number"])
    assert not any("Wake up" in label for label in labels(card))
    await anna.presses("Status", on=card)
    await anna.forges(data_of(card, "Status").replace("status", "wake"), on=card)
    refused = await anna.sees("Wake up", "Nothing was spent", "can't be woken up now")
    assert labels(refused) == ["☰ Menu"]
    await anna.presses("Refund", on=card)
    await anna.sees("Ask GotSMS for a refund")
    await anna.presses("Refund", on=card)
    await anna.sees("Cancelled", order["number"])
    assert await town.spent("gotsms") == 0


async def test_a_service_that_cannot_be_cancelled_has_no_button(town: Town, anna: Person) -> None:
    """Forged, it is refused."""
    await town.linked(anna, "gearsms")
    await anna.says("/order")
    await anna.presses("S2")
    await anna.sees("Which service")
    await anna.says("wells fargo")
    await anna.walks("Wells Fargo", "Buy for")
    (order,) = await town.bought("gearsms")
    card = await anna.sees(order["number"])
    assert not any("Cancel" in label for label in labels(card))
    await anna.forges(data_of(card, "Report").replace("report", "cancel"), on=card)
    assert "doesn't do this for this service" in anna.toast
    await anna.forges(data_of(card, "Report").replace("report", "explode"), on=card)
    assert anna.toast


async def test_expired_order_says_so(town: Town, anna: Person) -> None:
    """A notice, and what came back."""
    order, card = await ordered(town, anna, "smsgig")
    await town.call("POST", f"/outside/smsgig/orders/{order['id']}/expire")
    await anna.presses("Look now", on=card)
    await anna.sees("time is up, no code came")
    await anna.button("Order again", on=card)


async def test_look_now_with_the_site_down(town: Town, anna: Person) -> None:
    """Told; the card stays."""
    order, card = await ordered(town, anna, "smsgig")
    await town.settings("smsgig", down=True)
    assert await anna.presses("Look now", on=card) == "Looking…"
    await anna.sees("SMSGig doesn't answer just now")
    await anna.sees("Waiting for the code", order["number"])


@pytest.mark.parametrize(("label", "words"), [("Look now", "doesn't answer just now"), ("Cancel", "in time")])
async def test_tapping_again_while_the_site_is_asked_does_it_once(
    town: Town, anna: Person, label: str, words: str
) -> None:
    """However impatient somebody is, it is asked once and told once; later it can be pressed again."""
    order, card = await ordered(town, anna, "smsgig")
    await town.fault("smsgig", "timeout", path="/s1/*", times=None, seconds=60)
    data = data_of(card, label)
    for _ in range(3):
        await anna.taps(data, on=card)
    await anna.sees(words)
    await town.app.poller.close()  # all taps are worked off
    assert sum(words in one.get("text", "") for one in await anna.messages()) == 1
    asked = sum(one["path"].endswith("/cancel") for one in await town.asked("smsgig"))
    assert asked == (label == "Cancel")
    await town.well()
    await anna.presses("Cancel", on=card)
    await anna.sees("Cancelled", order["number"])


async def test_orders_lists_open_ones_and_sends_their_cards(town: Town, anna: Person) -> None:
    """The new card is the one that is kept current."""
    order, card = await ordered(town, anna, "smsgig")
    await anna.presses("Menu", on=card)
    await anna.presses("Open orders (1)")
    await anna.presses(order["number"])
    fresh = await anna.sees("Waiting for the code", order["number"], newest=True)
    assert fresh["message_id"] > card["message_id"]
    await town.sms("smsgig", order["id"], "Your code: 777888")
    await anna.presses("Look now", on=fresh)
    await anna.button("777888", on=fresh)
    push = await anna.sees("🔔", "777888")
    assert push["reply_to_message"]["message_id"] == fresh["message_id"]


async def test_the_card_stays_when_the_menu_opens(town: Town, anna: Person) -> None:
    """Below it."""
    order, card = await ordered(town, anna, "smsgig")
    await anna.presses("Menu", on=card)
    menu = await anna.sees("what shall it be")
    assert menu["message_id"] > card["message_id"]
    assert (await anna.sees(order["number"]))["message_id"] == card["message_id"]


async def test_history_pages_through_past_orders(town: Town, anna: Person) -> None:
    """Eight on a page; each opens its card."""
    await town.linked(anna, "smsgig")
    for number in range(1, 10):
        await to_quote(anna, "smsgig")
        await anna.presses("Buy for")
        order = (await town.bought("smsgig", number))[0]
        card = await anna.sees(order["number"])
        await anna.presses("Cancel", on=card)
        await anna.sees("Cancelled", order["number"])
    await anna.says("/orders")
    await anna.sees("No open orders")
    await anna.says("/history")
    page = await anna.sees("9 orders", "(refunded $0.58)")
    assert sum("WhatsApp" in label for label in labels(page)) == 8
    await anna.presses("›", on=page)
    page, _ = await anna.button("2 / 2", on=page)
    assert sum("WhatsApp" in label for label in labels(page)) == 1
    await anna.forges("m:history:77:0", on=page)
    await anna.button("2 / 2", on=page)
    await anna.presses("WhatsApp", on=page)
    await anna.sees("Cancelled", "refunded")


async def test_an_order_of_a_removed_account(town: Town, anna: Person) -> None:
    """Still watched, and it can still be cancelled; a new one can't be bought."""
    order, card = await ordered(town, anna, "smsgig")
    await anna.says("/accounts")
    await anna.walks("SMSGig ·", "Unlink", "Yes, unlink")
    await anna.sees("No accounts yet")
    await anna.presses("Cancel", on=card)
    await anna.sees("Cancelled", order["number"])
    await anna.presses("Order again", on=card)
    assert anna.toast == "This is no longer there."
    assert price_in((await anna.sees("Cancelled", order["number"]))["text"]) > 0
