"""getsms: one number for several services, bids, and a number had before. SMSGig: several codes."""

import json
from decimal import Decimal
from functools import partial

from orders import shares as sharing
from orders.limits import SHARED
from tests.handlers import group_kit as kit
from tests.handlers.chat import Json, Person, Town, buttons, data_of, labels, until

TWO = ("Adobe", "Adidas")
THREE = (*TWO, "2ndLine")


async def wish_for(town: Town, person: Person, *names: str) -> Json:
    """The quote of these services, picked one after the other."""
    await town.linked(person, "getsms", balance="1000")
    await person.says("/order")
    await picks_service(person, names[0])
    for name in names[1:]:
        await person.presses("Another service")
        await picks_service(person, name)
    return await person.sees("Price")


async def picks_service(person: Person, name: str) -> None:
    """From the open list, by typing."""
    await person.sees("Which service")
    await person.says(name)
    await person.presses(f"{name} ·")
    await person.sees(name, "Price")


async def bids_for(town: Town, person: Person, *names: str) -> tuple[list[Json], list[Json]]:
    """Bids for these services: the orders at the site, and their cards."""
    await wish_for(town, person, *names)
    await person.presses("Buy for")
    made = await town.bought("getsms", len(names))
    return made, [await person.sees("Bidding for a number", f"📱 {name}") for name in names]


async def status(town: Town, order: Json) -> str:
    """What the site says of an order."""
    found = [one for one in await town.orders("getsms") if one["id"] == order["id"]]
    return str(found[0]["status"]) if found else "gone"


# Picking


async def test_services_are_added_and_dropped_one_by_one(town: Town, anna: Person) -> None:
    quote = await wish_for(town, anna, "Adobe")
    assert "➕ Another service (1 of 5)" in labels(quote)
    assert any(label.startswith("Bid:") for label in labels(quote))
    await anna.presses("Another service")
    listed = await anna.sees("Which service", "Service: Adobe")
    assert not any(label.startswith("Adobe ·") for label in labels(listed)), "what is picked is not offered"
    await picks_service(anna, "Adidas")
    quote = await anna.sees("Services: Adobe, Adidas", "Price")
    assert {"✕ Adobe", "✕ Adidas", "➕ Another service (2 of 5)"} <= set(labels(quote))
    assert not any(label.startswith(("Bid:", "Number:")) for label in labels(quote))
    await anna.presses("Another service")
    await anna.sees("Which service", "Services: Adobe, Adidas")
    await anna.presses("Back")
    await anna.sees("Services: Adobe, Adidas", "Price")
    await anna.presses("✕ Adobe")
    quote = await anna.sees("Service: Adidas", "Price")
    assert any(label.startswith("Bid:") for label in labels(quote))
    assert "➕ Another service (1 of 5)" in labels(quote)


async def test_a_second_service_takes_the_bid_and_the_number_with_it(town: Town, anna: Person) -> None:
    quote = await wish_for(town, anna, "Adobe")
    bid = data_of(quote, "Bid: none")
    await anna.presses("Bid: none")
    await anna.says("25")
    await anna.sees("Bid: 25", "Price")
    await anna.presses("Another service")
    await picks_service(anna, "Adidas")
    quote = await anna.sees("Services: Adobe, Adidas", "Price")
    assert "Bid: 25" not in quote["text"]
    await anna.forges(bid, on=quote)
    assert "no longer" in anna.toast or anna.alert, anna.toast


async def test_five_is_the_most(town: Town, anna: Person) -> None:
    quote = await wish_for(town, anna, "Adobe", "Adidas", "2ndLine", "Amazon", "Google")
    assert not any("Another service" in label for label in labels(quote))
    assert sum(label.startswith("✕ ") for label in labels(quote)) == 5
    await anna.presses("Back")
    await anna.sees("Services: Adobe, Adidas, 2ndLine, Amazon\n", "Price")


async def test_in_russian(town: Town, boris: Person) -> None:
    await town.linked(boris, "getsms", balance="1000")
    await boris.says("/order")
    await boris.walks("Adidas", "Ещё один сервис (1 из 5)", "Adobe")
    await boris.sees("Сервисы: Adidas, Adobe")
    await boris.presses("Купить")
    await boris.sees("2 ставки, вместе не больше")
    await boris.presses("Отозвать все 2 ставки")
    await boris.sees("2 из 2")


# Bids


async def test_each_service_has_its_card_and_the_total_is_told(town: Town, anna: Person) -> None:
    made, cards = await bids_for(town, anna, *THREE)
    assert len({card["message_id"] for card in cards}) == 3
    total = sum(Decimal(order["price"]) for order in made)
    for card in cards:
        assert f"3 bids, together at most ${total:.2f}" in (await shown(anna, card))["text"]
    asked = [one for one in await town.asked("getsms") if one["query"].get("cmd") == "request"]
    assert [one["query"]["service"] for one in asked] == [",".join(THREE)], "one request for all"
    assert await town.spent("getsms") == 0


async def shown(person: Person, card: Json) -> Json:
    """The same message as it stands now."""
    return next(one for one in await person.messages() if one["message_id"] == card["message_id"])


async def test_one_bid_is_withdrawn_alone(town: Town, anna: Person) -> None:
    made, cards = await bids_for(town, anna, *TWO)
    await anna.presses("✕ Withdraw bid", on=cards[0])
    gone = await anna.sees("Cancelled", "📱 Adobe")
    assert gone["message_id"] == cards[0]["message_id"]
    states = {order["service"]: await status(town, order) for order in made}
    assert [states[name] for name in TWO] == ["Rejected", "Awaiting MDN"]
    await until(partial(stands_alone, anna, cards[1]), "the other's card keeps up")


async def stands_alone(person: Person, card: Json) -> bool:
    """Whether a card speaks of one bid only."""
    now = await shown(person, card)
    return "together" not in now["text"] and not any("Withdraw all" in label for label in labels(now))


async def test_all_bids_are_withdrawn_with_one_press(town: Town, anna: Person) -> None:
    made, cards = await bids_for(town, anna, *TWO)
    button = data_of(await shown(anna, cards[1]), "Withdraw all 2 bids")
    await anna.forges(button, on=cards[1])
    await anna.sees("Withdraw bid: 2 of 2")
    assert {await status(town, order) for order in made} == {"Rejected"}
    for name in TWO:
        card = await anna.sees("Cancelled", f"📱 {name}")
        assert not any("Withdraw" in label for label in labels(card))
    await anna.forges(button, on=cards[1])
    assert "moved on" in anna.toast
    told = [one for one in await anna.messages() if "2 of 2" in one.get("text", "")]
    assert len(told) == 1


async def test_what_the_site_refuses_is_told_with_the_rest(town: Town, anna: Person) -> None:
    made, cards = await bids_for(town, anna, *TWO)
    stuck = next(order for order in made if order["service"] == "Adidas")
    body = '{"status": "error", "message": "Try again later"}'
    await town.fault("getsms", "status", status=200, body=body, where={"cmd": "reject", "id": stuck["id"]})
    await anna.presses("Withdraw all 2 bids", on=cards[0])
    await anna.sees("Withdraw bid: 1 of 2", "Adidas: ", "Try again later")
    await anna.sees("Cancelled", "📱 Adobe")
    await anna.sees("Bidding for a number", "📱 Adidas")


async def test_whoever_orders_with_a_lent_account_is_not_sent_to_accounts_of_their_own(
    town: Town, anna: Person, boris: Person
) -> None:
    """Where nothing could be withdrawn, since the site refuses the key."""
    chat = await town.group(anna, boris)
    share = await kit.lent(town, boris, chat, "getsms")
    for span in SHARED:
        await sharing.set_cap(town.app.desk, share.id, span, None, boris.id)
    await town.call("POST", "/outside/getsms/accounts", {"key": town.keys["getsms"], "balance": "1000"})
    here = anna.at(chat)
    await here.says("/order")
    await here.walks("Adidas", "Another service", "Adobe", "Buy for")
    card = await here.sees("Bidding for a number", "Adobe")
    refused = {"status": "error", "message": "Invalid API key"}
    await town.fault("getsms", "status", status=200, body=json.dumps(refused), times=None)
    await here.presses("Withdraw all", on=card)
    told = await here.sees("0 of 2", "Its owner can replace it")
    assert "Accounts" not in told["text"]


async def test_nobody_else_withdraws_them(town: Town, anna: Person, boris: Person) -> None:
    """Who learns what the button says can't press it."""
    made, cards = await bids_for(town, anna, *TWO)
    await boris.says("/start")
    menu = await boris.sees("Pinbell")
    await boris.forges(data_of(await shown(anna, cards[0]), "Withdraw all"), on=menu)
    assert {await status(town, order) for order in made} == {"Awaiting MDN"}


async def test_a_win_rings_at_once_and_once_for_all(town: Town, anna: Person) -> None:
    """By webhook: nobody has to look. One number for all the services."""
    made, cards = await bids_for(town, anna, *TWO)
    await town.call("POST", f"/outside/getsms/orders/{made[0]['id']}/win")
    number = (await town.orders("getsms"))[0]["number"]
    for card in cards:
        await anna.presses("Look now", on=card)
    push = await anna.sees("Your bid won", number)
    assert {"Adobe", "Adidas"} <= set(push["text"].replace(",", " ").replace(".", " ").split())
    assert [one["copy_text"]["text"] for one in buttons(push)] == [number]
    for name in ("Adobe", "Adidas"):
        card = await anna.sees("Waiting for the code", f"📱 {name}", number)
        assert "✕ Cancel" in labels(card)
        assert not any("Withdraw" in label for label in labels(card))
    rang = [one for one in await anna.messages() if "Your bid won" in one.get("text", "")]
    assert len(rang) == 1


async def test_the_recommended_markup_is_marked(town: Town, anna: Person) -> None:
    await town.settings("getsms", no_numbers=True)
    await wish_for(town, anna, "Adobe")
    await anna.presses("Bid: none")
    _, button = await anna.button("· recommended")
    await anna.presses("· recommended")
    markup = button["text"].partition(" ")[0]
    await anna.sees(f"Bid: {markup}", "Price")
    await anna.presses("Buy for")
    (order,) = await town.bought("getsms")
    asked = next(one for one in await town.asked("getsms") if one["query"].get("cmd") == "request")
    assert asked["query"]["markup"] == markup
    card = await anna.sees("Bidding for a number", "Bid: $")
    assert "together" not in card["text"]
    assert not any("Withdraw all" in label for label in labels(card))
    await town.call("POST", f"/outside/getsms/orders/{order['id']}/win")
    await anna.presses("Look now", on=card)
    await anna.sees("Your bid won: Adobe")
    await town.sms("getsms", order["id"], "Your code is 123321")
    await anna.presses("Look now", on=card)
    await anna.sees("🔔", "123321")


async def test_bids_that_nobody_fills_are_told_once(town: Town, anna: Person) -> None:
    made, cards = await bids_for(town, anna, *TWO)
    for order in made:
        await town.call("POST", f"/outside/getsms/orders/{order['id']}/expire")
    for card in cards:
        await anna.presses("Look now", on=card)
        await until(partial(is_over, anna, card), "the bid over")
    await anna.sees("no number became free", "Nothing was charged")
    told = [one for one in await anna.messages() if "no number became free" in one.get("text", "")]
    assert len(told) == 1
    assert await town.spent("getsms") == 0


async def is_over(person: Person, card: Json) -> bool:
    return "Time is up" in (await shown(person, card))["text"]


# A number had before


async def test_the_same_number_again_with_one_press(town: Town, anna: Person) -> None:
    """From the card of an ended order, also as history shows it."""
    await wish_for(town, anna, "Adobe")
    await anna.walks("State: any", "Alabama")
    await anna.presses("Buy for")
    (order,) = await town.bought("getsms")
    card = await anna.sees("Waiting for the code", order["number"])
    assert not any("Same number" in label for label in labels(card)), "it is still ours"
    await town.call("POST", f"/outside/getsms/orders/{order['id']}/expire")
    await anna.presses("Look now", on=card)
    await anna.sees("time is up")
    await anna.says("/history")
    await anna.presses(order["number"], on=await anna.sees("History"))
    await anna.presses("♻️ Same number again")
    quote = await anna.sees("Number", order["number"], "Price")
    assert "Alabama" not in quote["text"]
    await anna.presses("Buy for")
    await town.bought("getsms", 2)
    asked = [one["query"] for one in await town.asked("getsms") if one["query"].get("cmd") == "request"]
    assert asked[-1].get("mdn") == order["number"].removeprefix("+")
    assert not {"state", "areacode", "markup"} & set(asked[-1])
    assert asked[-1]["service"] == "Adobe"


async def test_a_number_that_was_given_back_is_not_offered_again(town: Town, anna: Person) -> None:
    await wish_for(town, anna, "Adobe")
    await anna.presses("Buy for")
    (order,) = await town.bought("getsms")
    await anna.presses("✕ Cancel", on=await anna.sees("Waiting for the code", order["number"]))
    card = await anna.sees("Cancelled", order["number"])
    assert not any("Same number" in label for label in labels(card))


# SMSGig


async def test_three_codes_ring_three_times_and_the_card_says_more_may_come(town: Town, anna: Person) -> None:
    await town.linked(anna, "smsgig")
    await anna.says("/order")
    await anna.walks("WhatsApp", "Buy for")
    (order,) = await town.bought("smsgig")
    card = await anna.sees("Waiting for the code", order["number"])
    for code in ("111111", "222222", "333333"):
        await town.sms("smsgig", order["id"], f"Your WhatsApp code is {code}")
        await anna.presses("Look now", on=card)
        await anna.sees("🔔", code)
        await anna.sees("more may come", code, order["number"])
    rang = [one["text"] for one in await anna.messages() if "🔔" in one.get("text", "")]
    assert len(rang) == 3
    await anna.presses("✓ Finish", on=card)
    done = await anna.sees("Done", order["number"])
    assert not any("Finish" in label or "Cancel" in label for label in labels(done))
    assert await town.spent("smsgig") == Decimal(order["price"])


async def test_transactions_by_kind(town: Town, anna: Person) -> None:
    """What the site keeps of the account's money, from the history."""
    await town.linked(anna, "smsgig", balance="5")
    await anna.says("/order")
    await anna.walks("WhatsApp", "Buy for")
    (order,) = await town.bought("smsgig")
    await anna.presses("✕ Cancel", on=await anna.sees("Waiting for the code", order["number"]))
    await anna.sees("Cancelled", order["number"])
    await anna.says("/history")
    await anna.presses("SMSGig", on=await anna.sees("History"))
    page = await anna.sees("Transactions", "bought", "refunded", "paid in", "$5.00", f"#{order['id']}")
    await anna.presses("refunded", on=page)
    page = await anna.sees("Transactions", "Only: refunded", f"#{order['id']}")
    assert "$5.00" not in page["text"]
