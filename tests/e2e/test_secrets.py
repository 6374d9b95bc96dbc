"""A canary: secrets are put through everything, with the log at DEBUG, and seen nowhere.

All other tests of this folder end with the same search; here everything goes wrong that could show one.
"""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.kit import eventually
from tests.e2e.person import Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, World


@pytest.fixture(scope="module")
def bot(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotProcess]:
    """As everywhere, but here it may log tracebacks: they must not show anything either."""
    with BotProcess(world, tmp_path_factory.mktemp("bot")) as bot:
        yield bot


def test_the_search_finds_what_is_there(bot: BotProcess, world: World, tmp_path: Path) -> None:
    """The canary can die: a number may stand in the database, and it is found there."""
    shop, anna = SHOPS["smsgig"], Person(bot)
    key = world.account(shop)
    anna.link(shop, key)
    order = anna.order(shop, key)
    assert any(order["number"].encode() in file.read_bytes() for file in bot.data.glob("*.db*"))
    assert world.secrets.in_log(f"x{key}x") == {key}
    (tmp_path / "some.db").write_bytes(b"\0" + key.encode())
    assert world.secrets.in_files(tmp_path) == {key}


def test_sites_that_tell_everybody(bot: BotProcess, world: World) -> None:
    """Sites whose errors repeat the key, in every shape, while people link, order and watch."""
    all_of_them = [(Person(bot), shop, world.account(shop)) for shop in SHOPS.values()]
    for spoilt in ("status", "redirect"):
        for anna, shop, key in all_of_them:
            body = {"error": f"no such key {key}"} if spoilt == "status" else f"{world.base}/page?key={key}"
            world.fault(shop.site, spoilt, body=body, times=None)
            anna.start_link(shop)
            anna.type_credentials(shop, key)
        for anna, shop, _ in all_of_them:
            anna.button(f"l:{shop.site}")  # to try again
        world.heal()

    for anna, shop, key in all_of_them:
        anna.link(shop, key)
        buy = anna.choose(shop)
        no = {"success": False, "status": "error", "error": f"{key} may not", "message": f"{key} may not"}
        world.fault(shop.site, "status", status=400, body=no, **shop.at_purchase)
        anna.press_at(*buy)
        anna.wait_for("The site said")

    waiting = []
    for anna, shop, key in all_of_them:
        anna.say("/accounts")
        anna.press("a:show")
        order = anna.order(shop, key)
        for kind in ("html", "reset", "garbage"):
            world.fault(shop.site, kind, body=f"<b>{key} {order['number']}</b>")
        waiting.append((anna, order, world.sms(shop, order)[0]))
    for anna, order, code in waiting:
        anna.receive(order, code)


def test_people_who_paste_keys_anywhere(bot: BotProcess, world: World) -> None:
    """As a search, as a name, as a word to nobody: deleted, and kept nowhere."""
    shop, anna = SHOPS["gearsms"], Person(bot)
    key, other = world.account(shop), world.account(shop)
    for typed in (other, f"my key is {other}"):
        anna.say(typed)
    anna.link(shop, key)
    anna.press("a:rename")
    eventually(lambda: len(anna.messages()) > 1, "the question")
    anna.say(other)
    anna.say("/cancel")
    anna.say("/order")
    anna.press("S1")
    anna.button(":service:")
    pasted = anna.say(other)
    eventually(lambda: pasted not in [one.id for one in anna.messages()], "the pasted key to be deleted")


def test_forged_and_broken_webhooks(bot: BotProcess, world: World) -> None:
    """What strangers send is kept sealed, and is no news to anybody."""
    shop, anna = SHOPS["smsgig"], Person(bot)
    key = world.account(shop)
    address = anna.link(shop, key)
    assert address is not None
    order = anna.order(shop, key)
    path = address.removeprefix(bot.settings["PUBLIC_URL"])
    mark = secrets.token_hex(16)
    world.secrets.sealed.add(mark)
    forged = {"event": "sms", "activation_id": order["id"], "message": mark, "code": mark, "key": key}
    for body in (json.dumps(forged).encode(), mark.encode(), b'{"message": "' + mark.encode()):
        signed = {"X-SMSGig-Signature": secrets.token_hex(32), "Content-Type": "application/json"}
        assert bot.post(path, body, signed).status_code == 200
    eventually(lambda: bot.figure("hooks", site="smsgig", state="refused") >= 3, "the calls to be refused")
    assert bot.post(f"{path}x", mark.encode()).status_code == 404
    assert not any(mark in message.text for message in anna.messages())


def test_a_telegram_that_breaks(bot: BotProcess, world: World) -> None:
    """Updates are logged by many libraries when an answer fails: this one holds a key and a code."""
    shop, anna = SHOPS["getsms"], Person(bot)
    key = world.account(shop)
    world.fault("telegram", "status", path="sendMessage", status=500, body="Internal", times=1)
    anna.say(key)
    eventually(lambda: "Traceback" in bot.log(), "a traceback of the handler that had the key in its hands")
    world.fault("telegram", "html", path="getUpdates", times=1)
    anna.link(shop, key)
    order = anna.order(shop, key)
    for kind in ("html", "cut", "status"):
        world.fault("telegram", kind, path="editMessageText", status=500, times=1)
    code, _ = world.sms(shop, order)
    anna.receive(order, code)
