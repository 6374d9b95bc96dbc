"""The rest of what the sites can do with one-time numbers, by a real bot process."""

from functools import partial

from tests.e2e.kit import Json, eventually
from tests.e2e.person import Message, Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, Shop, World


def at_site(world: World, shop: Shop, key: str, order_id: str) -> Json:
    """One order as the site has it now."""
    return next(one for one in world.orders(shop, key) if one["id"] == order_id)


def newest(person: Person, *words: str) -> Message:
    """The newest message of the bot that says all of this."""

    def look() -> Message | None:
        found = [one for one in person.messages() if not one.mine and all(word in one.text for word in words)]
        return found[-1] if found else None

    return eventually(look, f"a message with {words}")


def _on_card(person: Person, order: Json, code: str) -> bool:
    return code in person.card(order).text


def bid_for_three(anna: Person, shop: Shop, key: str) -> list[Json]:
    """Bids for WhatsApp, Google and Amazon together, in one request: the orders at the site."""
    world = anna.world
    anna.link(shop, key)
    anna.choose(shop)
    for name in ("Google", "Amazon"):
        anna.press("Another service")
        newest(anna, "Which service")
        anna.say(name)
        anna.press(f"{name} ·")
        newest(anna, name, "Price")
    anna.press("b:")
    bids = eventually(lambda: found if len(found := world.orders(shop, key)) == 3 else None, "three bids")
    assert world.purchases(shop, key) == 1
    newest(anna, "3 bids, together at most")
    return bids


def test_getsms_one_number_for_three_services(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["getsms"], Person(bot)
    key = world.account(shop, balance="500.00")
    bids = bid_for_three(anna, shop, key)

    google = next(one for one in bids if one["service"] == "Google")
    world.call("POST", f"/outside/{shop.site}/orders/{google['id']}/win")
    newest(anna, "Your bid won", "Google", "Amazon", "WhatsApp")
    code, _ = world.sms(shop, at_site(world, shop, key, google["id"]))
    eventually(lambda: anna.pushes(code), "the code to ring")
    assert "Google" in newest(anna, code).text
    eventually(
        lambda: any(code in one.copies and "Google" in one.text for one in anna.messages()), "its card"
    )
    assert len(world.charges(shop, key)) == 3, "each service is an order of its own"


def test_getsms_bids_are_withdrawn_singly_and_together(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["getsms"], Person(bot)
    key = world.account(shop, balance="500.00")
    bids = bid_for_three(anna, shop, key)

    def rejected() -> int:
        open_ones = {one["id"] for one in world.orders(shop, key) if one["status"] == "Awaiting MDN"}
        return sum(one["id"] not in open_ones for one in bids)

    anna.press(":withdraw:")
    eventually(lambda: rejected() == 1, "one bid to be withdrawn")
    anna.press("Withdraw all 2")
    eventually(lambda: rejected() == 3, "all bids to be withdrawn")
    assert world.charges(shop, key) == []


def test_getsms_the_same_number_again(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["getsms"], Person(bot)
    key = world.account(shop)
    anna.link(shop, key)
    order = anna.order(shop, key)
    code, _ = world.sms(shop, order)
    anna.receive(order, code)
    world.call("POST", f"/outside/{shop.site}/orders/{order['id']}/expire")
    anna.press_at(anna.card(order).id, anna.card(order).data("o:look") or "")
    eventually(lambda: anna.card(order).data("Same number again"), "the button")

    anna.press_at(anna.card(order).id, anna.card(order).data("Same number again") or "")
    anna.press("b:")
    eventually(lambda: world.purchases(shop, key) == 2, "the second purchase")
    asked = [one["query"] for one in world.requests(shop, key) if one["query"].get("cmd") == "request"]
    assert asked[-1]["mdn"] == order["number"].lstrip("+")


def test_smsgig_three_codes_and_the_money(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["smsgig"], Person(bot)
    key = world.account(shop)
    anna.link(shop, key)
    order = anna.order(shop, key)
    for _ in range(3):
        code, _ = world.sms(shop, order)
        eventually(partial(anna.pushes, code), "each code to ring")
        eventually(partial(_on_card, anna, order, code), "each code on the card")
    anna.press_at(anna.card(order).id, anna.card(order).data(":finish") or "")
    eventually(lambda: anna.card(order).data(":finish") is None, "the order to be finished")

    anna.say("/history")
    anna.press("At the site")
    bought = newest(anna, "Transactions", order["price"].rstrip("0"))
    anna.press_at(bought.id, bought.data("refunded") or "")
    newest(anna, "Transactions", "Only: refunded")


def test_gsim_an_order_made_elsewhere_is_watched(bot: BotProcess, world: World) -> None:
    shop, anna, boris = SHOPS["gsim"], Person(bot), Person(bot, "Борис")
    key = world.account(shop)
    boris.link(shop, key)
    order = boris.order(shop, key)
    anna.link(shop, key)

    anna.say("/history")
    anna.press("At the site")
    listed = newest(anna, "Orders at the site", order["number"])
    anna.press_at(listed.id, listed.data("waiting") or "")
    newest(anna, "Only: waiting")
    anna.press(f"Watch {order['number']}")
    newest(anna, "Watched from now on")
    code, _ = world.sms(shop, order)
    eventually(partial(anna.pushes, code), "the code to ring at who adopted it")
    assert len(world.charges(shop, key)) == 1


def test_gotsms_tells_its_prices_before_an_account_is_linked(bot: BotProcess) -> None:
    """Nobody waits for the prices: they are shown from the first time that they are known."""
    anna = Person(bot)

    def told() -> bool:
        anna.start_link(SHOPS["gotsms"])
        return any(
            "GotSMS sells, among others" in one.text and "from $" in one.text for one in anna.messages()
        )

    eventually(told, "the prices")


def test_gearsms_used_again_and_reported_from_history(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["gearsms"], Person(bot)
    key = world.account(shop)
    anna.link(shop, key)
    for step in ("n:", "S2", "Google", "b:"):
        anna.press(step)
    order = eventually(lambda: world.orders(shop, key), "the number")[0]
    first, _ = world.sms(shop, order)
    anna.receive(order, first)

    anna.press_at(anna.card(order).id, anna.card(order).data(":reactivate") or "")
    anna.press("o:buy:")
    eventually(lambda: len(world.charges(shop, key)) == 2, "the second purchase")
    eventually(lambda: anna.card(order).data(":cancel"), "the card to wait again")
    second, _ = world.sms(shop, order)
    eventually(partial(anna.pushes, second), "the second code")

    card = anna.card(order)
    anna.press_at(card.id, card.data(":report") or "")
    anna.press("o:sure:")
    eventually(lambda: world.books(shop, key)["refunded"] != "0", "what the report brings back")
