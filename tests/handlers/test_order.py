"""/order: every line of every site, every choice, the quote, and Buy."""

import asyncio
import json
import re
from decimal import Decimal
from typing import Any

import pytest

from orders import place
from providers.site import Quote
from tests.handlers.chat import NAMES, Json, Person, Town, buttons, data_of, labels, price_in

LINES = {
    "gearsms-s1": ("S1", "WhatsApp"),
    "gearsms-s2": ("S2", "Telegram"),
    "gearsms-global": ("Global", "USA", "WhatsApp"),
    "gsim": ("🌍 Numbers", "Telegram", "Russia"),
    "smsgig": ("WhatsApp",),
    "getsms": ("Adidas",),
    "gotsms": ("Telegram", "USA", "1 day"),
}
"""What is pressed from the first menu to the quote."""


async def to_quote(person: Person, wish: str) -> Json:
    """Up to the quote; its message."""
    await person.says("/order")
    await person.walks(*LINES[wish])
    message, _ = await person.button("Buy for")
    return message


@pytest.mark.parametrize("wish", LINES)
async def test_buy_on_every_line(town: Town, anna: Person, wish: str) -> None:
    """From the command to the code: quote, one purchase, card in the menu's place, push."""
    site = wish.partition("-")[0]
    await town.linked(anna, site, balance="100")
    quote = await to_quote(anna, wish)
    price = price_in(quote["text"])
    assert "Your balance: $100.00" in quote["text"]
    assert await town.orders(site) == []
    assert await anna.presses("Buy for") == "Ordering…"
    (order,) = await town.bought(site)
    assert Decimal(order["price"]) == price
    card = await anna.sees(order["number"])
    assert card["message_id"] == quote["message_id"]
    assert order["number"] in [one.get("copy_text", {}).get("text") for one in buttons(card)]
    if site == "gotsms":
        await anna.sees("Awake")
    await town.sms(site, order["id"], "Your code is 491827. <b>Never</b> share it")
    await anna.presses("Look now", on=card)
    words = () if site == "gsim" else ("<b>Never</b>",)  # gsim.io tells the code alone
    push = await anna.sees("🔔", "491827", *words)
    assert push["reply_to_message"]["message_id"] == card["message_id"]
    assert [one["copy_text"]["text"] for one in buttons(push)] == ["491827"]
    assert "491827" in (await anna.button("491827", on=card))[0]["text"]


async def test_quote_tells_rules_stock_and_time(town: Town, anna: Person) -> None:
    """What comes back, and what does not."""
    await town.linked(anna, "smsgig", balance="0.10")
    quote = await to_quote(anna, "smsgig")
    for words in ("balance is too low: $0.10", "In stock", "10 minutes", "refunded", "Several codes"):
        assert words in quote["text"]


async def test_what_is_always_charged_is_told_before(town: Town, anna: Person) -> None:
    """GearSMS S2's special services."""
    await town.linked(anna, "gearsms")
    await anna.says("/order")
    await anna.presses("S2")
    await anna.sees("Which service")
    await anna.says("wells fargo")
    await anna.presses("Wells Fargo")
    await anna.sees("Always charged", "can't be cancelled")


# Optional choices


async def test_state_at_gearsms_s1(town: Town, anna: Person) -> None:
    """Optional, picked from a list, cleared again by its ✕."""
    await town.linked(anna, "gearsms")
    await to_quote(anna, "gearsms-s1")
    await anna.presses("State: any")
    await anna.presses("Alabama")
    quote = await anna.sees("State: Alabama", "Price")
    assert any("✕ State: Alabama" in label for label in labels(quote))
    await anna.presses("✕ State")
    await anna.button("State: any")
    await anna.walks("State: any", "Alabama")
    await anna.sees("State: Alabama", "Price")
    await anna.presses("Buy for")
    await town.bought("gearsms")
    assert (
        next(one["json"]["state"] for one in await town.asked("gearsms") if one["method"] == "POST") == "AL"
    )


async def test_area_code_and_carrier_at_gearsms_s2_add_to_the_price(town: Town, anna: Person) -> None:
    """Both bounds are shown, as the document does not say how the surcharges combine; never more is paid."""
    await town.linked(anna, "gearsms")
    quote = await to_quote(anna, "gearsms-s2")
    assert price_in(quote["text"]) == Decimal("0.40")
    await anna.presses("Area code: any (+")
    await anna.sees("Which area code")
    await anna.says("212")
    await anna.presses("212")
    await anna.sees("Area code: 212", "$0.66")
    await anna.presses("Carrier: any")
    await anna.presses("T-Mobile")
    await anna.sees("Carrier: T-Mobile", "$0.76 – $0.825", "how the two surcharges combine")
    await anna.presses("Buy for")
    await town.bought("gearsms")
    sent = next(one["json"] for one in await town.asked("gearsms") if one["method"] == "POST")
    assert (sent["areacode"], sent["carrier"]) == ("212", "tmo")
    assert Decimal("0.40") < await town.spent("gearsms") <= Decimal("0.83")


async def test_area_code_at_gearsms_global(town: Town, anna: Person) -> None:
    """Listed for the picked country and service."""
    await town.linked(anna, "gearsms")
    await to_quote(anna, "gearsms-global")
    await anna.walks("Area code: any", "205")
    await anna.sees("Area code: 205", "Price")


async def test_operator_at_gsim(town: Town, anna: Person) -> None:
    """Its own price, and sent along."""
    await town.linked(anna, "gsim")
    quote = await to_quote(anna, "gsim")
    assert "–" in (await anna.button("Buy for", on=quote))[1]["text"] or price_in(quote["text"])
    await anna.walks("Operator: any", "MegaFon")
    quote = await anna.sees("Operator: MegaFon", "Price")
    price = price_in(quote["text"])
    await anna.presses("Buy for")
    (order,) = await town.bought("gsim")
    assert Decimal(order["price"]) == price
    assert next(one["json"] for one in await town.asked("gsim") if one["method"] == "POST") == {
        "service": "telegram", "country": "russia", "operator": "megafon",
    }  # fmt: skip


async def test_area_code_and_carrier_are_typed_at_smsgig(town: Town, anna: Person) -> None:
    """What can't be is told and asked again."""
    await town.linked(anna, "smsgig")
    await to_quote(anna, "smsgig")
    await anna.presses("Area code: any")
    await anna.sees("Type the area code")
    for odd in ("21", "2125", "abc", "٢١٢", "😀"):
        await anna.gone(await anna.says(odd))
        await anna.sees("has three digits", "Type the area code")
    await anna.gone(await anna.says("212"))
    await anna.sees("Area code: 212", "Price")
    await anna.presses("Carrier: any")
    await anna.sees("Type the carrier")
    await anna.says("<b>AT&T</b>")
    await anna.sees("A carrier's name")
    await anna.says("AT&T")
    await anna.sees("Carrier: AT&T", "Area code: 212", "Price")
    await anna.presses("Buy for")
    await town.bought("smsgig")
    assert next(one["json"] for one in await town.asked("smsgig") if one["method"] == "POST") == {
        "service_code": "whatsapp", "area_code": "212", "carrier": "AT&T",
    }  # fmt: skip


async def test_a_key_typed_as_a_carrier_goes_nowhere(town: Town, anna: Person) -> None:
    """It would fit, but it is deleted and not sent."""
    await town.linked(anna, "smsgig")
    await to_quote(anna, "smsgig")
    await anna.presses("Carrier: any")
    await anna.sees("Type the carrier")
    secret = "abcdef0123456789abcdef01"
    await anna.gone(await anna.says(secret))
    await anna.sees("looked like a key")
    assert secret not in str(await anna.messages())
    assert secret not in str(await town.asked("smsgig"))


async def test_exclusive_choices_at_getsms(town: Town, anna: Person) -> None:
    """Of state, area code and given number the last one picked counts alone."""
    await town.linked(anna, "getsms")
    await to_quote(anna, "getsms")
    await anna.walks("State: any", "California")
    await anna.sees("State: California", "Price")
    await anna.presses("Area code: any")
    await anna.says("212")
    quote = await anna.sees("Area code: 212", "Price")
    assert "California" not in quote["text"]
    await anna.presses("Number: any")
    await anna.sees("Type the number")
    await anna.says("123")
    await anna.sees("has ten digits")
    await anna.says("5302286946")
    quote = await anna.sees("5302286946", "Price")
    assert "Area code: 212" not in quote["text"]


async def test_a_bid_at_getsms(town: Town, anna: Person) -> None:
    """Recommended markup on a button, others typed; it waits, wins, and the card goes on."""
    await town.linked(anna, "getsms")
    await to_quote(anna, "getsms")
    await anna.presses("Bid: none")
    menu = await anna.sees("How much more do you bid")
    assert any(re.fullmatch(r"[0-9]+ · recommended", label) for label in labels(menu))
    for odd in ("9", "2001", "12.5"):
        await anna.says(odd)
        await anna.sees("Nothing fits", odd)
    await anna.says("150")
    await anna.sees("Bid: 150", "The highest bid wins")
    await town.settings("getsms", no_numbers=True)
    await anna.presses("Buy for")
    (order,) = await town.bought("getsms")
    await anna.sees("Bidding for a number")
    await town.settings("getsms", no_numbers=False)
    await town.call("POST", f"/outside/getsms/orders/{order['id']}/win")
    await anna.presses("Look now")
    await anna.sees("Waiting for the code", (await town.orders("getsms"))[0]["number"])


# Lists


async def test_eight_hundred_entries_page_round(town: Town, anna: Person) -> None:
    """First, last, wrap; and each press on the cached list asks the site nothing."""
    await town.linked(anna, "gearsms")
    await anna.says("/order")
    await anna.presses("S2")
    menu, first = await anna.button("1 / ")
    pages = int(first["text"].partition(" / ")[2])
    assert pages > 30
    asked = len(await town.asked("gearsms"))
    await anna.presses("‹", on=menu)
    last, _ = await anna.button(f"{pages} / {pages}", on=menu)
    assert len(buttons(last)) >= 4
    await anna.presses("›", on=menu)
    await anna.button(f"1 / {pages}", on=menu)
    await anna.presses("›", on=menu)
    await anna.button(f"2 / {pages}", on=menu)
    await anna.forges(data_of(menu, "›").rpartition(":")[0] + ":99999", on=menu)
    await anna.button(f"{pages} / {pages}", on=menu)
    for junk in ("²", "-1", "x", "9999999999999"):
        await anna.forges(data_of(menu, "›").rpartition(":")[0] + f":{junk}", on=menu)
    assert len(await town.asked("gearsms")) == asked
    await anna.presses("Refresh", on=menu)
    await anna.button(f"{pages} / {pages}", on=menu)
    assert len(await town.asked("gearsms")) > asked


NAMES_LIST = ["WhatsApp", "<b>Bold & Co</b>", "Яндекс", "abc", "ABC", "x" * 60, "Tom & Jerry's", "Σίγμα"]


async def test_search_and_odd_names(town: Town, anna: Person) -> None:
    """Beginning, inside, misspelt, Cyrillic, nothing; markup in names is shown as it is written."""
    rows = [{"service_code": f"s{place}", "name": name, "price": 0.5, "ttl": 600, "count": 5,
             "multiple_sms": False} for place, name in enumerate(NAMES_LIST)]  # fmt: skip
    rows += [{**rows[0], "service_code": f"f{n}", "name": f"Filler {n}"} for n in range(30)]
    catalog = {"status": "success", "data": rows, "meta": {"total": len(rows), "per_page": 100}}
    await town.linked(anna, "smsgig")
    await town.fault("smsgig", "body", path="/s1/services", body=json.dumps(catalog), times=None)
    await anna.says("/order")
    menu = await anna.sees("Which service", "Type part of a name")
    for typed, found in (
        ("whats", "WhatsApp"), ("bold &", "<b>Bold & Co</b>"), ("Watsapp", "WhatsApp"), ("яндек", "Яндекс"),
        ("jerry", "Tom & Jerry's"), ("xxxx", "xxxxxxxx"),
    ):  # fmt: skip
        await anna.gone(await anna.says(typed))
        await anna.sees(f"for “{typed}”")
        await anna.button(found, on=menu)
    await anna.says("abc")
    shown = await anna.sees("for “abc”")
    assert [label.partition(" · ")[0] for label in labels(shown)[:2]] == ["abc", "ABC"]
    await anna.says("<i>zzzzqqqq</i>")
    await anna.sees("Nothing fits “<i>zzzzqqqq</i>”")
    await anna.presses("Show all", on=menu)
    await anna.button("WhatsApp", on=menu)
    await anna.presses("Search", on=menu)
    assert "type part of a name" in anna.toast
    for name in ("<b>Bold & Co</b>", "ABC", "Яндекс"):
        await anna.says(name)
        await anna.sees(f"for “{name}”")
        await anna.presses(name, on=menu)
        await anna.sees(f"Service: {name}", "Price")
        await anna.presses("Back", on=menu)
        await anna.sees("Which service")


async def test_a_list_of_the_site_that_changed(town: Town, anna: Person) -> None:
    """What is gone from the list is told, and the new list shown."""
    await town.linked(anna, "gsim")
    await anna.says("/order")
    await anna.presses("🌍 Numbers")
    menu, button = await anna.button("Telegram")
    await anna.forges(button["callback_data"].rpartition(":")[0] + ":AAAAAAAA", on=menu)
    assert "list has changed" in anna.toast
    await anna.button("Telegram", on=menu)


async def test_back_at_each_step(town: Town, anna: Person) -> None:
    """To the choice before, from the first one to the lines, from there to the accounts."""
    await town.linked(anna, "gearsms")
    await town.linked(anna, "gearsms", key="second_0123456789")
    await anna.says("/order")
    await anna.presses("GearSMS 2")
    await anna.presses("Global")
    await anna.presses("USA")
    await anna.sees("Which service")
    await anna.presses("WhatsApp")
    await anna.sees("Price")
    await anna.presses("Area code: any")
    await anna.sees("Which area code")
    await anna.presses("Back")
    await anna.sees("Price", "Service: WhatsApp")
    await anna.presses("Back")
    await anna.sees("Which service", "Country: 🇺🇸 USA")
    await anna.presses("Back")
    await anna.sees("Which country")
    await anna.presses("Back")
    await anna.sees("which kind of number")
    await anna.presses("Back")
    await anna.sees("Which account pays")
    await anna.says("whatsapp")
    await anna.sees("wasn't waiting")


async def test_typing_after_the_menu_was_left_searches_nothing(town: Town, anna: Person) -> None:
    """The list is not there any more."""
    await town.linked(anna, "gsim")
    await anna.says("/order")
    await anna.presses("🌍 Numbers")
    await anna.sees("Which service")
    await anna.presses("Menu")
    menu = await anna.sees("what shall it be")
    await anna.says("telegram")
    await anna.sees("wasn't waiting")
    assert (await anna.sees("what shall it be"))["message_id"] == menu["message_id"]


async def test_order_without_accounts(anna: Person) -> None:
    """First link one."""
    await anna.says("/order")
    assert "➕ Link an account" in labels(await anna.sees("No accounts yet"))


# Money


async def test_price_rose_is_asked_again(town: Town, anna: Person) -> None:
    """Nothing is bought for more than what was confirmed; the new quote buys."""
    await town.linked(anna, "gsim")
    await to_quote(anna, "gsim")
    await anna.walks("Operator: any", "MTS")
    quote = await anna.sees("Operator: MTS", "Price")
    dear = [{"id": "mts", "name": "MTS", "price": 9.5, "count": 10}]
    await town.fault("gsim", "body", path="/operators", body=json.dumps(dear), times=2)
    await anna.presses("Buy for")
    await anna.sees("The price rose from", "to $9.50", "Nothing was bought")
    assert await town.orders("gsim") == []
    await anna.presses("Buy for $9.50", on=quote)
    (order,) = await town.bought("gsim")
    assert Decimal(order["price"]) < Decimal("9.50")
    await anna.sees(order["number"])


async def test_a_double_tap_buys_once(town: Town, anna: Person) -> None:
    """The same press twice, and twice more later."""
    await town.linked(anna, "smsgig")
    quote = await to_quote(anna, "smsgig")
    data = data_of(quote, "Buy for")
    body = {"message_id": quote["message_id"], "data": data, "twice": "other"}
    answer = await town.call("POST", f"/people/{anna.id}/chats/{anna.chat}/press", body)
    assert answer["answered"]
    (order,) = await town.bought("smsgig")
    await anna.sees(order["number"])
    for _ in range(2):
        await anna.forges(data, on=quote)
    assert len(await town.orders("smsgig")) == 1
    assert sum(one["method"] == "POST" for one in await town.asked("smsgig")) == 1


async def two_taps(
    town: Town, person: Person, monkeypatch: pytest.MonkeyPatch, *, on: Json, shown: bool
) -> Json:
    """Both ask for the price at once; the second is told it when the first has bought. The order.

    `shown`: when the number stands in the chat already.
    """
    site, data = town.app.desk.sites["gsim"], data_of(on, "Buy for")
    both, bought, asked, quote = asyncio.Event(), asyncio.Event(), 0, site.quote

    async def in_turn(*given: Any) -> Quote:
        nonlocal asked
        asked += 1
        if asked == 1:
            found = await quote(*given)
            await both.wait()
            return found
        both.set()
        await bought.wait()
        return await quote(*given)

    monkeypatch.setattr(site, "quote", in_turn)
    monkeypatch.setattr(place, "QUOTE_PATIENCE", 60)
    first = asyncio.create_task(person.forges(data, on=on))
    second = asyncio.create_task(person.forges(data, on=on))
    (order,) = await town.bought("gsim")
    if shown:
        await person.sees(order["number"])
    bought.set()
    await asyncio.gather(first, second)
    await person.sees(order["number"])
    await town.app.poller.close()  # both taps are worked off
    assert asked == 2
    assert order["number"] in (await person.sees("", newest=True))["text"]
    return order


@pytest.mark.parametrize("shown", [False, True])
async def test_a_second_tap_that_sees_a_higher_price_does_not_deny_the_purchase(
    town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch, shown: bool
) -> None:
    """The site's price rises with what is sold; the first tap buys while the second one asks again."""
    await town.linked(anna, "gsim")
    quote = await to_quote(anna, "gsim")
    dear = [{"id": "any", "name": "Any", "price": 9.5, "count": 10}]
    await town.fault("gsim", "body", path="/operators", after=1, times=None, body=json.dumps(dear))
    await two_taps(town, anna, monkeypatch, on=quote, shown=shown)
    assert "Nothing was bought" not in str(await anna.messages())


@pytest.mark.parametrize("shown", [False, True])
async def test_a_second_tap_that_gets_no_price_does_not_deny_the_purchase(
    town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch, shown: bool
) -> None:
    """The site dies between two taps: what the first one bought stays on the screen."""
    await town.linked(anna, "gsim")
    quote = await to_quote(anna, "gsim")
    await town.fault("gsim", "html", path="/operators", after=1, times=None)
    await two_taps(town, anna, monkeypatch, on=quote, shown=shown)


@pytest.mark.parametrize(
    ("weather", "words"),
    [({"no_numbers": True}, "no number for this"), ({"balance": "0"}, "balance at gsim.io is too low")],
)
async def test_refused_purchases_say_that_nothing_was_charged(
    town: Town, anna: Person, weather: Json, words: str
) -> None:
    """And how to go on."""
    await town.linked(anna, "gsim")
    await to_quote(anna, "gsim")
    await anna.walks("Operator: any", "MTS")
    await anna.sees("Operator: MTS", "Price")
    if "balance" in weather:
        await town.call("POST", "/outside/gsim/accounts", {"key": town.keys["gsim"], **weather})
    else:
        await town.settings("gsim", **weather)
    await anna.presses("Buy for")
    message = await anna.sees(words)
    assert "Nothing was" in message["text"]
    assert any("Try again" in label for label in labels(message))
    assert await town.spent("gsim") == 0


async def test_again_from_a_finished_order(town: Town, anna: Person) -> None:
    """The same wish in a new message; the old card stays."""
    await town.linked(anna, "smsgig")
    await to_quote(anna, "smsgig")
    await anna.presses("Buy for")
    (order,) = await town.bought("smsgig")
    card = await anna.sees(order["number"])
    await anna.presses("Cancel", on=card)
    await anna.sees("Cancelled", order["number"])
    await anna.presses("Order again", on=card)
    quote, _ = await anna.button("Buy for")
    assert quote["message_id"] > card["message_id"]
    await anna.presses("Buy for")
    await town.bought("smsgig", 2)


async def test_all_sites_have_their_name_in_the_quote(town: Town, anna: Person) -> None:
    """With several accounts the account is asked first."""
    for site in ("gsim", "gotsms"):
        await town.linked(anna, site)
    await anna.says("/order")
    menu = await anna.sees("Which account pays")
    names = {label.partition(" · ")[0] for label in labels(menu)[:2]}
    assert names == {NAMES["gotsms"], NAMES["gsim"]}
    await anna.walks("gsim.io", "🌍 Numbers", "Telegram", "Russia")
    await anna.sees("gsim.io", "Service: Telegram", "Country: 🇷🇺 Russia", "Price")
