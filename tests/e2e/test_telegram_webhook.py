"""Telegram brings the updates itself: TELEGRAM_MODE=webhook."""

from pathlib import Path

from tests.e2e.person import Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, World


def test_a_code_with_telegram_by_webhook(world: World, tmp_path: Path) -> None:
    shop = SHOPS["gearsms"]
    with BotProcess(world, tmp_path, TELEGRAM_MODE="webhook") as bot:
        anna, key = Person(bot), world.account(shop)
        address = anna.link(shop, key)
        world.set_account(shop, key, webhook_url=address)
        order = anna.order(shop, key)
        code, answered = world.sms(shop, order)
        anna.receive(order, code)

    assert answered == 200
    assert world.charges(shop, key) == [order["price"]]
    assert not world.telegram_calls("getUpdates"), "nothing is fetched"
    (registered,) = world.telegram_calls("setWebhook")
    assert registered["params"]["url"] == f"{bot.settings['PUBLIC_URL']}/telegram"
    assert registered["params"]["secret_token"]
