"""/accounts and /balance: keys are typed once, checked, sealed, and never seen again."""

from collections.abc import Callable

import pytest

from bot.settings import Settings
from storage import accounts, prompts
from storage.accounts import Account
from tests.handlers.chat import NAMES, USER, Person, Town, buttons, labels

SITES = ("gearsms", "gsim", "smsgig", "getsms", "gotsms")
HOOKED = ("gearsms", "smsgig", "getsms")


async def mine(town: Town, person: Person) -> list[Account]:
    """The person's linked accounts."""
    async with town.app.desk.db.transaction() as connection:
        return await accounts.of_owner(connection, person.id)


async def asks_for_key(person: Person, site: str) -> None:
    """Up to the question for the key."""
    await person.says("/accounts")
    await person.walks("Link an account", NAMES[site])
    if site == "getsms":
        await person.sees("Type it here")
        await person.gone(await person.says(USER))
    await person.sees("Paste your key here")


@pytest.fixture
def settings_of(request: pytest.FixtureRequest) -> Callable[[Settings], Settings]:
    """Some tests want an address of the bot's own."""
    url = getattr(request, "param", None)
    return lambda settings: settings.model_copy(update={"public_url": url})


@pytest.mark.parametrize("site", SITES)
async def test_link_and_key_message_is_deleted_at_once(town: Town, anna: Person, site: str) -> None:
    """A good key: checked by a balance call, stored sealed, its message gone."""
    key = await town.customer(site, balance="12.34")
    await asks_for_key(anna, site)
    await anna.gone(await anna.says(key))
    page = await anna.sees(f"{NAMES[site]} is linked", "$12.34")
    assert not any("webhook" in label for label in labels(page))
    assert key not in str(await anna.messages())
    (account,) = await mine(town, anna)
    assert key.encode() not in account.credentials
    assert town.app.desk.credentials(account)["api_key"] == key


@pytest.mark.parametrize("site", ["gsim", "getsms"])
async def test_a_key_pasted_before_telegram_tells_us_that_it_was_asked_for(
    town: Town, anna: Person, site: str
) -> None:
    """Telegram may take long, or never answer. The question stands there, and goes in the end."""
    key = await town.customer(site)
    await town.fault("telegram", "timeout", path="sendMessage", after=1, times=2, committed=True, seconds=20)
    await asks_for_key(anna, site)
    await anna.gone(await anna.says(key))
    await anna.sees(f"{NAMES[site]} is linked")
    town.world.faults.let_go()
    await town.at_rest()
    assert not [one for one in await anna.messages() if "here" in one["text"]], "no question is left"
    (account,) = await mine(town, anna)
    assert town.app.desk.credentials(account)["api_key"] == key


async def test_a_key_goes_to_the_site_whose_question_stands_there(town: Town, anna: Person) -> None:
    """Not to the one that was asked for before, though Telegram has not said yet that the menu changed."""
    key = await town.customer("smsgig")
    await asks_for_key(anna, "gearsms")
    await anna.says("/accounts")
    await anna.presses("Link an account")
    await town.fault("telegram", "timeout", path="editMessageText", committed=True, seconds=20)
    await anna.presses("SMSGig")
    await anna.sees("Your API key at SMSGig")
    await anna.gone(await anna.says(key))
    await anna.sees("SMSGig is linked")
    town.world.faults.let_go()
    await town.at_rest()
    assert [account.site for account in await mine(town, anna)] == ["smsgig"]
    assert await town.asked("gearsms") == []


async def test_a_question_that_telegram_refuses_is_not_waited_for(town: Town, anna: Person) -> None:
    """What is typed then is taken for nothing."""
    await town.customer("gsim")
    await anna.says("/accounts")
    await anna.presses("Link an account")
    refusal = {"ok": False, "error_code": 400, "description": "Bad Request: not enough rights"}
    await town.fault("telegram", "status", path="sendMessage", status=400, body=refusal)
    await anna.presses("gsim.io")
    await town.at_rest()
    async with town.app.desk.db.transaction() as connection:
        assert await prompts.get(connection, anna.chat, anna.id) is None


@pytest.mark.parametrize("site", SITES)
async def test_a_wrong_key_is_deleted_too_and_nothing_stored(town: Town, anna: Person, site: str) -> None:
    """What the site refuses is told with the way to try again."""
    await town.customer(site)
    await asks_for_key(anna, site)
    wrong = "wrong_9876543210abcdef"
    await anna.gone(await anna.says(wrong))
    await anna.sees("Nothing was stored")
    assert wrong not in str(await anna.messages())
    assert await mine(town, anna) == []
    await anna.presses(NAMES[site])
    await anna.sees("Type it here" if site == "getsms" else "Paste your key here")


async def test_what_can_be_no_key_is_told_before_the_site_is_asked(town: Town, anna: Person) -> None:
    """Short, with spaces, emoji, Cyrillic, far too long: deleted, told, asked again; then the good one."""
    key = await town.customer("gsim")
    await asks_for_key(anna, "gsim")
    for odd in ("short", "two words here", "🔑🔑🔑🔑🔑🔑🔑🔑", "ключключключ", "x" * 300):
        await anna.gone(await anna.says(odd))
        await anna.sees("doesn't look like what gsim.io gives out")
    await anna.gone(await anna.says("y" * 4096))
    await anna.sees("too long: at most 1,600")
    assert await town.asked("gsim") == []
    await anna.gone(await anna.says(key))
    await anna.sees("gsim.io is linked")


async def test_the_question_takes_a_reply_and_leaves_with_its_answer(town: Town, anna: Person) -> None:
    """One message is left of it all: the account's page."""
    key = await town.customer("gotsms")
    await anna.says("/accounts")
    menu = await anna.sees("No accounts yet")
    await anna.walks("Link an account", "GotSMS")
    question = await anna.sees("Paste your key here")
    await anna.replies(question, key)
    page = await anna.sees("GotSMS is linked")
    await anna.gone(question["message_id"])
    assert page["message_id"] == menu["message_id"]


async def test_several_accounts_with_names_and_no_twin(town: Town, anna: Person) -> None:
    """The second one gets a number; the same key again is refused by name."""
    for key, name in (("first_key_0123456789", "gsim.io"), ("second_key_0123456789", "gsim.io 2")):
        await town.customer("gsim", key=key)
        await asks_for_key(anna, "gsim")
        await anna.says(key)
        await anna.sees("is linked", name)
    await asks_for_key(anna, "gsim")
    await anna.gone(await anna.says("first_key_0123456789"))
    await anna.sees("already linked as “gsim.io”")
    assert {account.name for account in await mine(town, anna)} == {"gsim.io", "gsim.io 2"}


async def test_two_people_may_link_the_same_key(town: Town, anna: Person, boris: Person) -> None:
    """A shared account is theirs to share."""
    key = await town.customer("gsim")
    await town.linked(anna, "gsim", key=key)
    await boris.says("/accounts")
    await boris.walks("Привязать", "gsim.io")
    await boris.sees("Вставьте")
    await boris.gone(await boris.says(key))
    await boris.sees("gsim.io", "100,00")
    assert len(await mine(town, boris)) == 1


async def test_check_says_whether_the_key_works(town: Town, anna: Person) -> None:
    """Fresh balance, or the site's refusal with a mark that stays until it works again."""
    await town.linked(anna, "gsim", balance="3")
    await town.call("POST", "/outside/gsim/accounts", {"key": town.keys["gsim"], "balance": "7.50"})
    await anna.says("/accounts")
    await anna.presses("gsim.io")
    await anna.presses("Check")
    await anna.sees("The key works", "$7.50")
    await town.call("POST", "/outside/gsim/accounts", {"key": town.keys["gsim"], "revoked": True})
    await anna.presses("Check")
    await anna.sees("refuses this key")
    await town.call("POST", "/outside/gsim/accounts", {"key": town.keys["gsim"], "revoked": False})
    await anna.presses("Check")
    page = await anna.sees("The key works")
    assert "refuses" not in page["text"]


@pytest.mark.parametrize("bad", ["x" * 31, "\u200b\u200b", "😀" * 31])
async def test_bad_names_are_told_and_asked_again(town: Town, anna: Person, bad: str) -> None:
    """Empty to the eye or too long; then one that works."""
    await town.linked(anna, "gsim")
    await anna.says("/accounts")
    await anna.walks("gsim.io", "Rename")
    await anna.sees("A new name for gsim.io")
    await anna.says(bad)
    await anna.sees("1 to 30 characters")
    await anna.says("Ж <b>&amp; Co</b> 😀")
    await anna.sees("Ж <b>&amp; Co</b> 😀", "gsim.io")
    (account,) = await mine(town, anna)
    assert account.name == "Ж <b>&amp; Co</b> 😀"


async def test_a_key_typed_as_a_name_is_no_name(town: Town, anna: Person) -> None:
    """It is deleted, and the question stays open."""
    await town.linked(anna, "gsim")
    await anna.says("/accounts")
    await anna.walks("gsim.io", "Rename")
    await anna.sees("A new name")
    secret = "2s_abcdef0123456789abcdef"
    await anna.gone(await anna.says(secret))
    await anna.sees("looked like a key")
    assert secret not in str(await anna.messages())
    await anna.says("Mine")
    await anna.sees("Mine", "$100.00")


async def test_replace_key(town: Town, anna: Person) -> None:
    """The new one is checked first; a wrong one leaves the old in place."""
    await town.linked(anna, "gsim")
    await anna.says("/accounts")
    await anna.walks("gsim.io", "Replace key")
    await anna.sees("Paste your key here")
    await anna.gone(await anna.says("wrong_9876543210abcdef"))
    await anna.sees("refuses the key", "gsim.io")
    (account,) = await mine(town, anna)
    assert town.app.desk.credentials(account)["api_key"] == town.keys["gsim"]
    await town.customer("gsim", key="another_key_0123456789", balance="5")
    await anna.presses("Replace key")
    await anna.sees("Paste your key here")
    await anna.gone(await anna.says("another_key_0123456789"))
    await anna.sees("Key replaced", "$5.00")


async def test_remove_asks_once(town: Town, anna: Person) -> None:
    """No keeps it, yes removes it; buttons of the removed one say so kindly."""
    await town.linked(anna, "gsim")
    await anna.says("/accounts")
    await anna.presses("gsim.io")
    old = await anna.sees("$100.00")
    await anna.presses("Unlink")
    await anna.sees("Unlink gsim.io")
    await anna.presses("No, keep it")
    await anna.sees("$100.00")
    await anna.presses("Unlink")
    assert await anna.presses("Yes, unlink") == "Unlinked."
    await anna.sees("No accounts yet")
    assert await mine(town, anna) == []
    for data in [one["callback_data"] for one in buttons(old) if "callback_data" in one]:
        toast = await anna.forges(data, on=old)
        opens_a_menu = data.startswith(("m:", "h:list"))
        assert opens_a_menu or "no longer there" in toast, data


async def test_twenty_five_accounts_page(town: Town, anna: Person) -> None:
    """All can be reached, in /accounts and in /order."""
    for number in range(25):
        await town.linked(anna, "gsim", key=f"key_{number:02}_0123456789")
    for command in ("/accounts", "/order"):
        await anna.says(command)
        first = await anna.sees("Your accounts" if command == "/accounts" else "Which account pays")
        await anna.presses("›", on=first)
        second, _ = await anna.button("2 / 2", on=first)
        shown = {label.partition(" · ")[0] for page in (first, second) for label in labels(page)}
        assert {"gsim.io", *(f"gsim.io {number}" for number in range(2, 26))} <= shown


@pytest.mark.parametrize("settings_of", ["https://bells.example/pinbell"], indirect=True)
@pytest.mark.parametrize("site", SITES)
async def test_webhook_address_with_copy_button(town: Town, anna: Person, site: str) -> None:
    """Where the site has webhooks and we have an address; the one shown is the one that works."""
    await town.linked(anna, site)
    await anna.says("/accounts")
    await anna.presses(NAMES[site])
    page = await anna.sees("$100.00")
    copied = [one["copy_text"]["text"] for one in buttons(page) if "copy_text" in one]
    if site not in HOOKED:
        assert copied == []
        return
    (address,) = copied
    assert address in page["text"]
    path = address.removeprefix("https://bells.example/pinbell")
    async with town.http.post(f"http://127.0.0.1:{town.app.port}{path}", json={}) as answer:
        assert answer.status == 200
    async with town.http.post(f"http://127.0.0.1:{town.app.port}{path}x", json={}) as answer:
        assert answer.status == 404


async def test_balance_asks_all_at_once_and_one_site_down_hides_no_other(town: Town, anna: Person) -> None:
    """Each fresh, or with the reason why not."""
    for number, site in enumerate(SITES):
        await town.linked(anna, site, balance=f"{number + 1}.25")
    await town.settings("gotsms", down=True)
    await anna.says("/balance")
    lines = (await anna.sees("GotSMS", "doesn't answer"))["text"]
    for number, site in enumerate(SITES[:-1]):
        assert f"{NAMES[site]}" in lines
        assert f"${number + 1}.25" in lines
    await town.settings("gotsms", down=False)
    await anna.presses("Refresh")
    await anna.sees("$5.25")


async def test_balance_without_accounts_leads_to_the_first(anna: Person) -> None:
    """Nothing to ask."""
    await anna.says("/balance")
    assert "➕ Link an account" in labels(await anna.sees("No accounts yet"))
