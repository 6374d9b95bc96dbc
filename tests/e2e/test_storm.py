"""Storms: one site, then Telegram, does everything wrong at once, and nobody else notices."""

from tests.e2e.kit import eventually
from tests.e2e.person import Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, World

SICK = "gsim"
WRONG_TYPES = '{"orders": {"id": []}, "total": "NaN", "data": 7}'


def test_a_site_that_does_everything_wrong(bot: BotProcess, world: World) -> None:
    """Bombing, lying, dripping, then down: the four others deliver meanwhile, and it does when it is well."""
    waiting = {}
    for shop in SHOPS.values():
        anna, key = Person(bot), world.account(shop)
        anna.link(shop, key)
        waiting[shop.site] = (anna, anna.order(shop, key))
    for kind, times in (("bomb", 1), ("body", 1), ("big", 1), ("garbage", 1), ("drip", 1), ("down", None)):
        world.fault(SICK, kind, times=times, body=WRONG_TYPES)

    codes = {site: world.sms(SHOPS[site], order)[0] for site, (_, order) in waiting.items()}
    for site, (anna, order) in waiting.items():
        if site != SICK:
            anna.receive(order, codes[site])

    anna, order = waiting[SICK]
    assert not anna.pushes(codes[SICK])
    world.heal()
    anna.receive(order, codes[SICK])


def test_a_telegram_that_does_everything_wrong(bot: BotProcess, world: World) -> None:
    """Codes arrive while nothing can be sent. Then one chat is told off again and again, others are not."""
    shop = SHOPS["smsgig"]
    bought = []
    for _ in range(3):
        person, key = Person(bot), world.account(shop)
        person.link(shop, key)
        bought.append((person, person.order(shop, key)))
    (told_off, _), (cut, _), _ = bought
    polled = bot.figure("messages", via="poll")
    world.fault("telegram", "down", path="*", times=None)

    codes = [world.sms(shop, order)[0] for _, order in bought]
    eventually(lambda: bot.figure("messages", via="poll") >= polled + 3, "the codes in the database")
    assert not any(person.pushes(code) for (person, _), code in zip(bought, codes, strict=True))
    world.heal()
    world.fault("telegram", "429", retry_after=2, times=3, where={"chat_id": told_off.id})
    world.fault("telegram", "reset", path="sendMessage", committed=True, where={"chat_id": cut.id})
    world.fault("telegram", "status", path="editMessageText", status=500, times=2)

    for (person, order), code in zip(bought, codes, strict=True):
        person.receive(order, code, at_most=2)
    first = {
        person.id: next(
            call["n"]
            for call in world.telegram_calls("sendMessage")
            if code in call["params"]["text"]
            and call["status"] == 200
            and person.id == int(call["params"]["chat_id"])
        )
        for (person, _), code in zip(bought, codes, strict=True)
        if person is not cut
    }
    assert max(first, key=lambda person: first[person]) == told_off.id, (
        "the others did not wait for that chat"
    )
