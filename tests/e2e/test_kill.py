"""kill -9 at the worst moments: no code is lost, nothing is bought twice. One bot with many lives."""

import random
import time

from tests.e2e.kit import Json, eventually
from tests.e2e.person import Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, Shop, World

GEARSMS, GSIM, SMSGIG, GETSMS = (SHOPS[site] for site in ("gearsms", "gsim", "smsgig", "getsms"))
UNKNOWN = "❔"


def test_killed_while_purchases_are_on_their_way(bot: BotProcess, world: World) -> None:
    """The sites sold, by POST and by GET, but their answers never came. The cards say that nobody knows."""
    waiting = []
    for shop in (SMSGIG, GETSMS):
        anna, key = Person(bot), world.account(shop)
        anna.link(shop, key)
        waiting.append((anna, shop, key, anna.choose(shop)))
        world.fault(shop.site, "timeout", seconds=60, committed=True, **shop.at_purchase)

    for anna, _, _, buy in waiting:
        anna.press_at(*buy, wait=0)
    for _, shop, key, _ in waiting:
        eventually(lambda shop=shop, key=key: world.purchases(shop, key), "the purchase")  # type: ignore[misc] # mypy can't infer defaults
    bot.restart()

    for anna, _, _, buy in waiting:
        assert anna.wait_for(UNKNOWN).id == buy[0], "told where Buy was pressed"
        assert anna.press_at(*buy)["answered"], "and the used button still answers"
        anna.say("/orders")
        eventually(lambda anna=anna: UNKNOWN in anna.messages()[-1].text, "the list of orders")  # type: ignore[misc] # likewise
    for _, shop, key, _ in waiting:
        assert world.purchases(shop, key) == 1
        assert len(world.charges(shop, key)) == 1


def test_an_open_order_is_watched_again(bot: BotProcess, world: World) -> None:
    """The SMS comes while nobody is there."""
    anna, key = Person(bot), world.account(GSIM)
    anna.link(GSIM, key)
    order = anna.order(GSIM, key)

    bot.kill()
    code, _ = world.sms(GSIM, order)
    bot.start()

    anna.receive(order, code)
    assert world.charges(GSIM, key) == [order["price"]]


def test_an_answered_webhook_is_kept(bot: BotProcess, world: World) -> None:
    """The site does not let itself be read, so that the call waits when the process dies."""
    anna, key = Person(bot), world.account(GEARSMS)
    world.set_account(GEARSMS, key, webhook_url=anna.link(GEARSMS, key))
    order = anna.order(GEARSMS, key)
    world.fault("gearsms", "down", path=GEARSMS.looks, method="GET", times=None)

    code, answered = world.sms(GEARSMS, order)
    bot.kill()
    assert answered == 200
    assert not anna.pushes(code)
    world.heal()
    bot.start()

    anna.receive(order, code)
    eventually(lambda: bot.figure("hooks", site="gearsms", state="done"), "the call to be settled")
    assert len(anna.pushes(code)) == 1


def test_only_the_webhook_knew(bot: BotProcess, world: World) -> None:
    """Killed right after the 200. Reads fail for ever: what brings the code is the stored call.

    A push that was on its way in that moment may come once more.
    """
    anna, key = Person(bot), world.account(SMSGIG)
    world.set_account(SMSGIG, key, webhook_url=anna.link(SMSGIG, key))
    order = anna.order(SMSGIG, key)
    world.fault("smsgig", "down", path=SMSGIG.looks, times=None)

    code, answered = world.sms(SMSGIG, order)
    bot.restart()

    assert answered == 200
    anna.receive(order, code, at_most=2)


def test_a_code_that_telegram_did_not_take(bot: BotProcess, world: World) -> None:
    """Telegram is down, the code is found and stored, the process dies, Telegram comes back."""
    anna, key = Person(bot), world.account(GEARSMS)
    anna.link(GEARSMS, key)
    order = anna.order(GEARSMS, key)
    polled = bot.figure("messages", via="poll")
    world.fault("telegram", "down", times=None)

    code, _ = world.sms(GEARSMS, order)
    eventually(lambda: bot.figure("messages", via="poll") > polled, "the code in the database")
    bot.kill()
    assert not anna.pushes(code)
    world.heal()
    bot.start()

    anna.receive(order, code)


def test_killed_at_random(bot: BotProcess, world: World) -> None:
    """Several people press Buy, and somewhere between that and their pushes it is killed, four times."""
    dice = random.Random(20)  # noqa: S311 - moments, not secrets
    bought = []
    for _ in range(2):
        ready = []
        for shop in (GEARSMS, GSIM, SMSGIG):
            anna, key = Person(bot), world.account(shop)
            anna.link(shop, key)
            ready.append((anna, anna.choose(shop)))
            bought.append((anna, shop, key))
        for anna, buy in ready:
            anna.press_at(*buy, wait=0)
            time.sleep(dice.uniform(0.0, 0.1))
        bot.restart()

    open_orders = [
        (anna, shop, order) for anna, shop, key in bought if (order := _known(anna, world, shop, key))
    ]
    codes = [world.sms(shop, order)[0] for _, shop, order in open_orders]
    for _ in range(2):
        time.sleep(dice.uniform(0.0, 3.5))
        bot.restart()

    for (anna, _, order), code in zip(open_orders, codes, strict=True):
        anna.receive(order, code, at_most=2)
    for _, shop, key in bought:
        assert world.purchases(shop, key) <= 1
        assert len(world.charges(shop, key)) <= 1


def _known(anna: Person, world: World, shop: Shop, key: str) -> Json | None:
    """The order, if the bot could write it down. If it could not, the card says so, or nothing was bought."""

    def settled() -> str | None:
        newest = "".join(message.text for message in anna.messages())
        sold = world.orders(shop, key)
        if sold and any(sold[0]["number"] in message.copies for message in anna.messages()):
            return "placed"
        if UNKNOWN in newest:
            return "unknown"
        return "never asked" if not world.purchases(shop, key) else None

    outcome = eventually(settled, "an outcome")
    return world.order(shop, key) if outcome == "placed" else None
