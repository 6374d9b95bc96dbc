"""From nothing to a code in the chat, at each site, by a real bot process over real HTTP."""

import pytest

from tests.e2e.kit import eventually
from tests.e2e.person import Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, Shop, World


@pytest.mark.parametrize("shop", SHOPS.values(), ids=SHOPS)
def test_by_polling(bot: BotProcess, world: World, shop: Shop) -> None:
    anna, key = Person(bot), world.account(shop)
    anna.link(shop, key)
    order = anna.order(shop, key)

    code, webhook = world.sms(shop, order)
    anna.receive(order, code)

    assert webhook is None, "no webhook is set at the site: polling found it"
    assert world.charges(shop, key) == [order["price"]]
    assert world.purchases(shop, key) == 1


@pytest.mark.parametrize("site", ["gearsms", "smsgig", "getsms"])
def test_by_webhook(bot: BotProcess, world: World, site: str) -> None:
    """The address that the bot shows is set at the site by hand; polling is kept from finding the code."""
    shop, anna = SHOPS[site], Person(bot)
    key = world.account(shop)
    address = anna.link(shop, key)
    assert address is not None
    assert address.startswith(f"{bot.settings['PUBLIC_URL']}/hooks/{site}/")
    world.set_account(shop, key, webhook_url=address)
    order = anna.order(shop, key)
    _tell_off_polling(world, shop, key)
    by_hook = bot.figure("messages", via="hook")

    code, answered = world.sms(shop, order)
    anna.receive(order, code)

    assert answered == 200
    assert bot.figure("messages", via="hook") == by_hook + 1
    assert world.charges(shop, key) == [order["price"]]
    assert world.purchases(shop, key) == 1


def _tell_off_polling(world: World, shop: Shop, key: str) -> None:
    """The site finds that it is asked too often: polling pauses for two minutes."""
    asked = len(world.requests(shop, key))
    world.fault(shop.site, "429", retry_after=120)
    eventually(lambda: len(world.requests(shop, key)) > asked, "a look at the order")


def test_everybody_gets_only_the_own_codes(bot: BotProcess, world: World) -> None:
    """Two people with two accounts each, at one site and at different ones, all at once."""
    gearsms, smsgig = SHOPS["gearsms"], SHOPS["smsgig"]
    anna, boris = Person(bot), Person(bot, "Борис")
    bought = []
    for person, shop in ((anna, gearsms), (boris, gearsms), (anna, smsgig), (anna, gearsms), (boris, smsgig)):
        key = world.account(shop)
        person.link(shop, key)
        bought.append((person, shop, key, person.order(shop, key)))

    codes = [world.sms(shop, order)[0] for _, shop, _, order in bought]

    for (person, shop, key, order), code in zip(bought, codes, strict=True):
        person.receive(order, code)
        other = boris if person is anna else anna
        assert not any(code in message.text for message in other.messages())
        assert [other_code for other_code in codes if other_code in person.card(order).text] == [code]
        assert world.charges(shop, key) == [order["price"]]


@pytest.mark.parametrize("site", ["smsgig", "gsim"])
def test_a_code_that_takes_its_time(bot: BotProcess, world: World, site: str) -> None:
    """Looks go on and on, and each that finds nothing is followed by the next one soon."""
    shop, anna = SHOPS[site], Person(bot)
    key = world.account(shop)
    anna.link(shop, key)
    order = anna.order(shop, key)
    asked = len(world.requests(shop, key))
    eventually(lambda: len(world.requests(shop, key)) >= asked + 2, "two looks")

    code, _ = world.sms(shop, order)

    anna.receive(order, code)


@pytest.mark.parametrize("finger", [True, "same"], ids=["two-presses", "sent-again-by-telegram"])
def test_a_press_twice_buys_once(bot: BotProcess, world: World, finger: object) -> None:
    shop, anna = SHOPS["smsgig"], Person(bot)
    key = world.account(shop)
    anna.link(shop, key)
    buy = anna.choose(shop)

    anna.press_at(*buy, twice=finger)
    order = eventually(lambda: world.orders(shop, key), "an order")[0]
    anna.card(order)
    late = anna.press_at(*buy)

    assert late["answered"], "a used button still answers"
    assert world.purchases(shop, key) == 1
    assert world.charges(shop, key) == [order["price"]]


def test_pages_for_machines(bot: BotProcess) -> None:
    assert bot.get("/healthz").status_code == 200
    assert bot.get("/readyz").json() == {"database": True, "telegram": True}
    metrics = bot.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "pinbell_" in metrics.text
    assert bot.post("/hooks/gearsms/no-such-token", b"{}").status_code == 404
    assert bot.post("/telegram", b"{}").status_code == 401
