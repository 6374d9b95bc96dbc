"""What the bot sends unasked: pushes, notices, outcomes. Always drawn from the rows as they are."""

from tests.handlers.chat import Person, Town, buttons, labels
from tests.handlers.test_order import to_quote
from tests.handlers.test_orders import ordered


async def test_each_code_rings_once_in_its_order(town: Town, anna: Person) -> None:
    """The card collects them, newest first on its buttons."""
    order, card = await ordered(town, anna, "smsgig")
    for code in ("111111", "222222"):
        await town.sms("smsgig", order["id"], f"Your code: {code}")
        await anna.presses("Look now", on=card)
        await anna.sees("🔔", code)
    await anna.presses("Look now", on=card)
    message, _ = await anna.button("222222", on=card)
    copied = [one["copy_text"]["text"] for one in buttons(message) if "copy_text" in one]
    assert copied == ["222222", "111111", order["number"]]
    pushes = [one["text"] for one in await anna.messages() if "🔔" in one.get("text", "")]
    assert ["111111" in pushes[0], "222222" in pushes[1], len(pushes)] == [True, True, 2]


async def test_a_strangers_words_stay_words(town: Town, anna: Person) -> None:
    """Markup, links, and what turns text around."""
    order, card = await ordered(town, anna, "smsgig")
    await town.sms(
        "smsgig", order["id"], "Code 909090 \u202e<a href='https://evil.example'>here</a> &amp; 🎉"
    )
    await anna.presses("Look now", on=card)
    push = await anna.sees("🔔", "909090", "<a href='https://evil.example'>here</a> &amp; 🎉")
    assert "\u202e" not in push["text"]
    assert not any(one["type"] in {"text_link", "url"} for one in push["entities"])
    assert "link_preview_options" not in push or push["link_preview_options"]["is_disabled"]


async def test_letters_speak_the_persons_language(town: Town, boris: Person) -> None:
    """Also when it was changed after the order."""
    await town.linked(boris, "smsgig")
    await boris.says("/order")
    await boris.walks("WhatsApp", "Купить")
    (order,) = await town.bought("smsgig")
    card = await boris.sees(order["number"], "Ждём")
    await boris.says("/settings")
    await boris.presses("English")
    await boris.sees("Settings")
    await town.call("POST", f"/outside/smsgig/orders/{order['id']}/expire")
    await boris.presses(labels(card)[-2], on=card)
    await boris.sees("time is up, no code came")


async def test_a_revoked_key_is_told_once(town: Town, anna: Person) -> None:
    """With what to do."""
    await town.linked(anna, "gsim")
    await to_quote(anna, "gsim")
    await anna.walks("Operator: any", "MTS")
    await anna.sees("Operator: MTS", "Price")
    await town.call("POST", "/outside/gsim/accounts", {"key": town.keys["gsim"], "revoked": True})
    await anna.presses("Buy for")
    message = await anna.sees("refuses the key", "Nothing was")
    assert labels(message)
    assert await town.orders("gsim") == []


async def test_an_unknown_outcome_has_the_menu_below_it(town: Town, anna: Person) -> None:
    """The message stays: the answer may still come."""
    await town.linked(anna, "gearsms")
    await to_quote(anna, "gearsms-s1")
    await town.fault("gearsms", "reset", path="/temp-s1/order", committed=True)
    await anna.presses("Buy for")
    unknown = await anna.sees("hasn't answered", "may have been charged", "never orders again by itself")
    await anna.presses("Open orders", on=unknown)
    below = await anna.sees("never answered")
    assert below["message_id"] > unknown["message_id"]
    assert len(await town.orders("gearsms")) == 1
