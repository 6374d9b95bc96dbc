"""One name for one service and for one country, wherever people meet it."""

import pytest

from tests.handlers.chat import Person, Town, labels


@pytest.mark.parametrize("site", ["smsgig", "gotsms"])
@pytest.mark.parametrize(
    ("typed", "name"), [("вотсап", "WhatsApp"), ("telegarm", "Telegram"), ("гугл", "Google")]
)
async def test_a_service_is_found_by_what_people_call_it_at_every_site(
    town: Town, anna: Person, site: str, typed: str, name: str
) -> None:
    """Whatever script they type in, and misspelt."""
    await town.linked(anna, site)
    await anna.says("/order")
    await anna.sees("Which service")
    await anna.says(typed)
    found = await anna.sees(f"for “{typed}”")
    assert labels(found)[0].startswith(name)


async def test_what_was_ordered_at_one_site_stands_first_at_all_others(town: Town, anna: Person) -> None:
    """With a star; and each site's own list follows as it was."""
    await town.linked(anna, "smsgig")
    await anna.says("/order")
    before = labels(await anna.sees("Which service"))
    await anna.says("adidas")
    await anna.walks("Adidas", "Buy for")
    await anna.sees("📱 Adidas")
    await anna.says("/order")
    again = labels(await anna.sees("Which service", newest=True))
    assert again[0].startswith("⭐ Adidas")
    assert again[1:8] == before[:7]
    await town.linked(anna, "getsms")
    await anna.says("/order")
    await anna.presses("getsms.online")
    elsewhere = labels(await anna.sees("getsms.online", "Which service"))
    assert elsewhere[0].startswith("⭐ Adidas")
    assert not any(label.startswith("⭐") for label in elsewhere[1:])


async def test_nobody_elses_orders_are_usual(town: Town, anna: Person, boris: Person) -> None:
    """And in a group only what was ordered there: the rest is nobody's business."""
    await town.linked(anna, "smsgig")
    await town.linked(boris, "smsgig", key="live_boris_0123456789")
    await anna.says("/order")
    await anna.walks("WhatsApp", "Buy for")
    await anna.sees("📱 WhatsApp")
    await boris.says("/order")
    assert "⭐" not in str(labels(await boris.sees("Какой сервис")))
    group = anna.at(await town.group(anna, boris))
    await group.says("/order")
    assert "⭐" not in str(labels(await group.sees("Which service")))


async def test_countries_in_the_readers_language(town: Town, boris: Person) -> None:
    """On the list, in the wish, on the card; found by what he calls it, and by the calling code."""
    await town.linked(boris, "gsim")
    await boris.says("/order")
    await boris.walks("🌍 Номера", "Telegram")
    await boris.sees("Какая страна")
    await boris.button("🇷🇺 Россия")
    for typed in ("англия", "+44", "UK"):
        await boris.says(typed)
        found = await boris.sees(f"«{typed}»")
        assert labels(found)[0].startswith("🇬🇧 Великобритания")
    await boris.presses("🇬🇧 Великобритания")
    await boris.sees("Страна: 🇬🇧 Великобритания", "Цена")
    await boris.presses("Купить за")
    (order,) = await town.bought("gsim")
    await boris.sees(order["number"], "🇬🇧 Великобритания")


async def test_an_order_is_called_the_same_whatever_the_site_called_it(town: Town, anna: Person) -> None:
    """GearSMS S2 writes "tinder" and "airbnb"."""
    await town.linked(anna, "gearsms")
    await anna.says("/order")
    await anna.presses("S2")
    await anna.says("тиндер")
    await anna.presses("tinder")
    await anna.sees("Service: tinder", "Price")
    await anna.presses("Buy for")
    (order,) = await town.bought("gearsms")
    card = await anna.sees(order["number"])
    assert "Tinder" in card["text"]
    await anna.says("/orders")
    await anna.button("Tinder")
