"""The process itself: how it starts, refuses to start, and ends."""

import contextlib
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.e2e.kit import PATIENCE, environment, eventually, free_port
from tests.e2e.person import Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, World

SMSGIG = SHOPS["smsgig"]


def test_sigterm_finishes_what_was_begun(bot: BotProcess, world: World) -> None:
    """A purchase is on its way: its answer is waited for and kept; the card is drawn by the next life."""
    anna, key = Person(bot), world.account(SMSGIG)
    anna.link(SMSGIG, key)
    buy = anna.choose(SMSGIG)
    world.fault("smsgig", "timeout", committed=True, seconds=2, **SMSGIG.at_purchase)

    anna.press_at(*buy, wait=0)
    eventually(lambda: world.purchases(SMSGIG, key), "the purchase")
    code = bot.stop()
    bot.start()

    assert code == 0
    order = world.order(SMSGIG, key)
    anna.card(order)
    sms, _ = world.sms(SMSGIG, order)
    anna.receive(order, sms)
    assert world.charges(SMSGIG, key) == [order["price"]]


def test_menus_outlive_a_restart(bot: BotProcess, world: World) -> None:
    """Every button of before works: of a list, of a quote, of a card."""
    keys = [world.account(SMSGIG) for _ in range(3)]
    people = anna, boris, clara = Person(bot), Person(bot, "Борис"), Person(bot, "Clara")
    for person, key in zip(people, keys, strict=True):
        person.link(SMSGIG, key)
    anna.press("n:")
    in_list = anna.button("WhatsApp")
    buy = boris.choose(SMSGIG)
    ordered = clara.order(SMSGIG, keys[2])
    cancel = clara.button(":cancel")
    bot.restart()

    anna.press_at(*in_list)
    boris.press_at(*buy)
    clara.press_at(*cancel)

    anna.button("b:")
    bought = eventually(lambda: world.orders(SMSGIG, keys[1]), "an order")[0]
    assert boris.card(bought).id == buy[0]
    eventually(lambda: world.books(SMSGIG, keys[2])["refunded"] == ordered["price"], "the refund")
    eventually(lambda: clara.card(ordered).data(":cancel") is None, "a card that is over")
    assert [world.purchases(SMSGIG, key) for key in keys] == [0, 1, 1]


def test_the_plain_command_lives_and_ends_alike(bot: BotProcess, tmp_path: Path) -> None:
    port = free_port()
    settings = bot.settings | {"DATA_DIR": str(tmp_path / "data"), "HTTP_PORT": str(port), "PUBLIC_URL": ""}
    plain = subprocess.Popen([sys.executable, "-m", "bot"], cwd=tmp_path, env=environment(settings))

    def is_ready() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        return False

    try:
        eventually(is_ready, "the bot to start")
        plain.send_signal(signal.SIGTERM)
        assert plain.wait(timeout=PATIENCE) == 0
    finally:
        plain.kill()
        plain.wait()


def test_two_processes_never_share_a_data_folder(bot: BotProcess) -> None:
    second = bot.command("run", HTTP_PORT="0")

    assert second.returncode == 3
    assert str(bot.data) in second.stderr
    assert "Traceback" not in second.stderr
    assert bot.get("/healthz").status_code == 200


def test_check_says_what_works(bot: BotProcess, tmp_path: Path) -> None:
    good = bot.command("check", DATA_DIR=str(tmp_path / "fresh"), HTTP_PORT="0")

    assert good.returncode == 0
    assert "BAD" not in good.stdout
    assert "Telegram" in good.stdout
    _shows_nothing_secret(bot, good.stdout + good.stderr)


def test_check_says_what_does_not(bot: BotProcess, tmp_path: Path) -> None:
    nobody = f"{bot.world.base}/nobody-here"
    bad = bot.command("check", DATA_DIR=str(tmp_path / "fresh"), TELEGRAM_API_URL=nobody)

    assert bad.returncode == 1
    assert "BAD Telegram" in bad.stdout
    assert "Traceback" not in bad.stderr
    _shows_nothing_secret(bot, bad.stdout + bad.stderr)


def test_a_missing_token_is_named(bot: BotProcess) -> None:
    for word in ("run", "check"):
        refused = bot.command(word, BOT_TOKEN=None)
        assert refused.returncode == 2
        assert refused.stderr.startswith("BOT_TOKEN is missing")
        assert len(refused.stderr.splitlines()) == 1


def test_a_wrong_setting_is_named_and_not_quoted(bot: BotProcess) -> None:
    token = bot.settings["BOT_TOKEN"]
    refused = bot.command("run", BOT_TOKEN=f"!{token}", TELEGRAM_MODE="webhook", PUBLIC_URL="", HTTP_PORT="x")

    assert refused.returncode == 2
    assert {"BOT_TOKEN", "HTTP_PORT"} <= {line.split()[0] for line in refused.stderr.splitlines()}
    assert "Traceback" not in refused.stderr
    _shows_nothing_secret(bot, refused.stdout + refused.stderr)


def _shows_nothing_secret(bot: BotProcess, said: str) -> None:
    assert not bot.world.secrets.in_log(said)
