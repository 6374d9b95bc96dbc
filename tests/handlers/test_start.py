"""The first words, help, settings, and stopping a question."""

import pytest

from tests.handlers.chat import ANNA, Person, Town, labels


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Welcome to Pinbell"),
        ("en-GB", "Welcome to Pinbell"),
        ("ru", "Добро пожаловать"),
        ("ru-RU", "Добро пожаловать"),
        ("xx", "Welcome to Pinbell"),
        (None, "Welcome to Pinbell"),
    ],
)
async def test_start_speaks_the_clients_language(town: Town, language: str | None, words: str) -> None:
    """Unknown languages get the default one."""
    somebody = await town.person(7100, "Somebody", language)
    await somebody.says("/start")
    await somebody.sees(words)


async def test_the_menu_without_accounts_leads_to_the_first_one(anna: Person) -> None:
    """There is nothing to order with yet."""
    await anna.says("/start")
    menu = await anna.sees("Link an account to begin")
    assert labels(menu) == ["➕ Link an account", "⚙️ Settings", "❓ Help"]


async def test_the_menu_with_accounts_has_everything(town: Town, anna: Person) -> None:
    """All menus can be reached by pressing, and lead back."""
    await town.linked(anna, "gsim")
    await anna.says("/start")
    menu = await anna.sees("what shall it be")
    for label, words in (
        ("Open orders", "No open orders"),
        ("Rentals", "No rented numbers yet"),
        ("History", "No past orders"),
        ("Balances", "gsim.io"),
        ("Accounts", "Your accounts"),
        ("Settings", "Your language"),
        ("Help", "How it works"),
        ("Order a number", "which kind of number"),
    ):
        await anna.presses(label)
        assert (await anna.sees(words))["message_id"] == menu["message_id"]
        await anna.presses("Menu")
        await anna.sees("what shall it be")


async def test_help(anna: Person) -> None:
    """One screen, and the way on."""
    await anna.says("/help")
    assert labels(await anna.sees("How it works")) == ["☰ Menu"]


async def test_cancel_without_a_question(anna: Person) -> None:
    """Says so and offers the menu."""
    await anna.says("/cancel")
    assert labels(await anna.sees("Nothing to stop"))


async def test_cancel_stops_a_question(town: Town, anna: Person) -> None:
    """What is typed afterwards is no answer any more."""
    key = await town.customer("gsim")
    await anna.says("/accounts")
    await anna.walks("Link an account", "gsim.io")
    await anna.sees("Paste your key here")
    await anna.says("/cancel")
    await anna.sees("Stopped.")
    await anna.gone(await anna.says(key))
    await anna.sees("looked like a key")
    assert await town.asked("gsim") == []


async def test_the_cancel_button_under_a_question(town: Town, anna: Person) -> None:
    """The question disappears, the menu is back."""
    await anna.says("/accounts")
    await anna.walks("Link an account", "GotSMS")
    question = await anna.sees("Paste your key here")
    await anna.presses("Cancel")
    await anna.gone(question["message_id"])
    await anna.sees("Welcome to Pinbell")


async def test_another_language_at_once(anna: Person) -> None:
    """The menu itself changes, and everything after it."""
    await anna.says("/settings")
    await anna.presses("Русский")
    await anna.sees("Настройки")
    await anna.says("/help")
    await anna.sees("Как это работает")


async def test_days_that_codes_are_kept(town: Town, anna: Person) -> None:
    """A press is a setting; a forged number of days is not."""
    await anna.says("/settings")
    await anna.presses("90 days")
    menu = await anna.sees("now 90 days")
    assert "✓ 90 days" in labels(menu)
    for forged in ("k:100000", "k:-1", "k:0"):
        await anna.forges(forged, on=menu)
    async with town.app.desk.db.transaction() as connection:
        from storage import people  # noqa: PLC0415

        user = await people.get_user(connection, ANNA)
    assert user is not None
    assert user.keep_days == 90


async def test_a_forged_language_is_the_default_one(anna: Person) -> None:
    """Nothing unknown is stored."""
    await anna.says("/settings")
    menu = await anna.sees("Your language")
    await anna.forges("g:tlh", on=menu)
    await anna.says("/help")
    await anna.sees("How it works")


async def test_commands_are_offered_per_scope_and_language(town: Town, anna: Person, boris: Person) -> None:
    """Keys are no matter for groups, so there is no /accounts there."""
    await anna.says("/start")
    await anna.sees("Welcome")
    group = await town.group(anna)

    async def offered(person: Person, chat: int) -> dict[str, str]:
        found = await town.call("GET", f"/people/{person.id}/commands?chat={chat}")
        return {one["command"]: one["description"] for one in found["commands"]}

    mine, in_group, his = (
        await offered(anna, anna.chat), await offered(anna, group), await offered(boris, boris.chat)
    )  # fmt: skip
    assert set(in_group) < set(mine)
    assert set(mine) - set(in_group) == {"accounts", "balance", "history", "settings"}
    assert set(his) == set(mine)
    assert his["order"] != mine["order"] == "Order a number"
