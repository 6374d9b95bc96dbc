"""Who may press what: groups, forged and stale buttons, strangers, anonymous senders, ALLOWED_IDS."""

from collections.abc import Callable

import pytest

from bot.settings import Settings
from handlers.private import ACCOUNTS_LINK
from handlers.typed import looks_secret
from tests.handlers.chat import ANNA, BOT, HELLO, Person, Town, buttons, data_of, labels, until

JUNK = (
    *("x" * 64, "ж" * 32, "😀" * 16, ":::", "\u0000\u0001", "m", "m:", "m:main", "m:nowhere:0:0"),
    *("m:main:many:0", "m:history:999999999999999999:0", "m:orders:-99999999999999999999:0"),
    *("m:accounts:-1:0", "a:show:nobody", "a:explode:nobody", "n:nobody:", "n:nobody:s1"),
    *("w:pick:nobody:service:AAAA", "w:list:nobody::", "b:nothing", "b:", "r:nothing", "l:nosite", "g:"),
    *("o:show:none::", "o:buy:none:reuse:t", "o:sure:none:cancel:", "k:many", "x:1"),
)


@pytest.fixture
def settings_of(request: pytest.FixtureRequest) -> Callable[[Settings], Settings]:
    """Some tests let only a few people in."""
    allowed: frozenset[int] = getattr(request, "param", frozenset())
    return lambda settings: settings.model_copy(update={"allowed_ids": allowed})


async def test_forged_buttons_are_answered_and_do_nothing(town: Town, anna: Person) -> None:
    """None of them spins, none is an error of ours, the menu works on."""
    await town.linked(anna, "gsim")
    await anna.says("/start")
    menu = await anna.sees("what shall it be")
    for junk in JUNK:
        await anna.forges(junk, on=menu)
        assert "went wrong" not in anna.toast, junk
    await anna.forges("y:yesterday", on=menu)
    assert anna.toast == "This button is from an older menu. Here is a new one."
    fresh = await anna.sees("what shall it be")
    assert fresh["message_id"] > menu["message_id"]
    assert "went wrong" not in str(await anna.messages())


async def test_forged_fields_of_a_real_wish(town: Town, anna: Person) -> None:
    """Choices that are not there or can't be asked yet."""
    await town.linked(anna, "gsim")
    await anna.says("/order")
    await anna.presses("🌍 Numbers")
    menu, button = await anna.button("Telegram")
    wish = button["callback_data"].split(":")[2]
    for forged in ("list", "pick", "clear", "fresh", "search", "all", "type"):
        for choice in ("operator", "planet"):
            await anna.forges(f"w:{forged}:{wish}:{choice}:0", on=menu)
            assert "no longer there" in anna.toast, (forged, choice)
    await anna.forges(f"w:quote:{wish}::", on=menu)
    await anna.button("Telegram", on=menu)


async def test_a_stale_menu_says_so(town: Town, anna: Person) -> None:
    """Its wish is long forgotten."""
    await town.linked(anna, "gsim")
    await anna.says("/order")
    await anna.presses("🌍 Numbers")
    menu, button = await anna.button("Telegram")
    await anna.presses("Back", on=menu)
    await anna.forges(button["callback_data"], on=menu)
    assert anna.toast == "This is no longer there."
    await anna.sees("start again from the menu")


async def test_somebody_elses_accounts_orders_and_buy_buttons(
    town: Town, anna: Person, boris: Person
) -> None:
    """A forged id opens nothing, also from another chat."""
    account = await town.linked(anna, "smsgig")
    await boris.says("/start")
    mine = await boris.sees("Pinbell")
    await anna.says("/order")
    await anna.presses("WhatsApp")
    quote, _ = await anna.button("Buy for")
    for do in ("show", "check", "rename", "key", "remove", "sure"):
        await boris.forges(f"a:{do}:{account.id}", on=mine)
        assert "не ваше" in boris.toast
    await boris.forges(f"n:{account.id}:", on=mine)
    await boris.forges(data_of(quote, "Buy for"), on=mine)
    await boris.forges(data_of(quote, "Back"), on=mine)
    assert await town.orders("smsgig") == []
    await anna.presses("Buy for")
    (order,) = await town.bought("smsgig")
    card = await anna.sees(order["number"])
    cancel = data_of(card, "Cancel")
    order_id = cancel.split(":")[2]
    for forged in (cancel, f"o:show:{order_id}::", f"o:look:{order_id}::", f"o:keep:{order_id}::",
                   f"o:sure:{order_id}:cancel:", f"o:buy:{order_id}:cancel:tok"):  # fmt: skip
        await boris.forges(forged, on=mine)
    assert (await town.orders("smsgig"))[0]["status"] == "waiting"
    assert order["number"] not in str(await boris.messages())


async def test_two_people_order_in_one_group(town: Town, anna: Person, boris: Person) -> None:
    """Each has a menu, searches by reply, and buys for own money."""
    await town.linked(anna, "smsgig", key="annas_key_0123456789")
    await town.linked(boris, "smsgig", key="boriss_key_0123456789")
    group = await town.group(anna, boris)
    anna, boris = anna.at(group), boris.at(group)
    await anna.says("/order")
    hers = await anna.sees("Which service")
    await boris.says("/order")
    his = await boris.sees("Какой сервис")
    assert hers["message_id"] != his["message_id"]
    for label in ("WhatsApp", "Refresh", "Menu", "Back"):
        await boris.presses(label, on=hers)
        assert "не ваше" in boris.toast, label
    await anna.presses("Search", on=hers)
    question = await anna.sees("Anna: Reply to this message")
    assert question["reply_markup"]["force_reply"]
    assert "reply_markup" not in await boris.sees("Anna: Reply to this message")
    await boris.replies(question, "telegram")
    await anna.replies(question, "telegram")
    await anna.sees("for “telegram”")
    await anna.gone(question["message_id"])
    await anna.presses("Telegram", on=hers)
    await anna.presses("Area code", on=hers)
    await anna.sees("Type the area code")
    question = await anna.sees("Anna: Reply to this message")
    await anna.replies(question, "212")
    await anna.sees("Area code: 212", "Price")
    await boris.presses("WhatsApp", on=his)
    await boris.button("Купить", on=his)
    await boris.presses("Buy for", on=hers)
    assert "не ваше" in boris.toast
    assert await town.orders("smsgig") == []
    await boris.presses("Купить", on=his)
    await anna.presses("Buy for", on=hers)
    await town.bought("smsgig", 2)
    for key in ("annas_key_0123456789", "boriss_key_0123456789"):
        books = await town.call("GET", f"/outside/smsgig/books?key={key}")
        assert books["orders"] == 1


async def test_keys_are_for_the_private_chat(town: Town, anna: Person) -> None:
    """The command is refused with a button that leads there; a pasted key is warned of, or deleted."""
    group = anna.at(await town.group(anna))
    await group.says("/accounts")
    refusal = await group.sees("only for our private chat")
    (button,) = [one for row in refusal["reply_markup"]["inline_keyboard"] for one in row]
    assert "start=accounts" in button["url"]
    await group.says("/start")
    menu = await group.sees("what shall it be")
    await group.replies(menu, "2s_abcdef0123456789abcdef")
    await group.sees("Please delete your message")
    await anna.says("/start accounts")
    await anna.sees("No accounts yet")


async def test_a_key_in_a_group_is_deleted_by_an_admin_bot(town: Town, anna: Person) -> None:
    """It may."""
    group = anna.at(await town.group(anna, bot_is_admin=True))
    await group.gone(await group.says("2s_abcdef0123456789abcdef"))
    told = await group.sees("I deleted your message")
    assert [one["url"] for one in buttons(told)] == [f"https://t.me/PinbellBot?start={ACCOUNTS_LINK}"]


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("/accounts 2s_abcdef0123456789abcdef", {}),
        ("/order@PinbellBot 2s_abcdef0123456789abcdef", {}),
        ("2s_abcdef0123456789abcdef", {"anonymous": True}),
        ("/order 2s_abcdef0123456789abcdef", {"channel": "News"}),
    ],
)
async def test_a_key_in_a_group_is_deleted_however_it_came(
    town: Town, anna: Person, text: str, how: dict[str, object]
) -> None:
    """Behind a command, or from somebody who can't be answered otherwise. It is said once."""
    group = anna.at(await town.group(anna, bot_is_admin=True))
    await town.call("POST", f"/groups/{group.chat}/members", {"user_id": anna.id, "status": "administrator"})
    await group.gone(await group.says(text, **how))
    await group.sees("I deleted your message")
    assert sum(one["from"]["id"] == BOT and "text" in one for one in await group.messages()) == 2


async def test_a_message_edited_into_a_key_is_deleted(town: Town, anna: Person) -> None:
    """Also in private."""
    for chat in (anna, anna.at(await town.group(anna, bot_is_admin=True))):
        said = await chat.says("hello")
        path = f"/people/{anna.id}/chats/{chat.chat}/messages/{said}"
        await town.call("PUT", path, {"text": "2s_abcdef0123456789abcdef"})
        await chat.gone(said)
        await chat.sees("I deleted your message")


async def test_other_bots_commands_are_left_alone(town: Town, anna: Person) -> None:
    """Whatever stands behind them."""
    group = anna.at(await town.group(anna, bot_is_admin=True))
    said = await group.says("/play@SomeOtherBot dQw4w9WgXcQdQw4w9WgXcQ")
    await group.says("/help")
    await group.sees("How it works")
    assert any(one["message_id"] == said for one in await group.messages())


async def test_a_link_to_the_private_chat_is_no_key(town: Town, anna: Person) -> None:
    """What it makes people say can be long and mixed."""
    await anna.says("/start abcdef0123456789abcdef")
    await anna.sees("Welcome")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2s_abcdef0123456789abcdef", True),
        ("my key: gs_live_abcdef0123456789abcdef, thanks", True),
        ("9a1b2c3d-0000-4000-8000-000000000000", True),
        ("12|AbCdEfGhIjKlMnOpQrStUvWx", True),
        ("12345678901234567890123", False),
        ("Donaudampfschifffahrtsgesellschaft", False),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", False),
        ("слово " * 600, False),
        ("x" * 4096, False),
    ],
)
def test_what_looks_like_a_key(text: str, is_one: bool) -> None:
    """Long, with letters and digits. Long words and numbers are none."""
    assert looks_secret(text) is is_one


async def test_plain_talk_in_a_group_is_none_of_our_business(town: Town, anna: Person) -> None:
    """Also where the bot hears it all."""
    group = anna.at(await town.group(anna, bot_is_admin=True))
    await group.says("hello everybody")
    await group.says("/help")
    await group.sees("How it works")
    said = [one["text"] for one in await group.messages() if one["from"]["id"] == BOT and "text" in one]
    assert [HELLO in said[0], len(said)] == [True, 2]


async def test_anonymous_admins_are_refused_kindly(town: Town, anna: Person) -> None:
    """Nobody's account can be theirs; their talk is left alone."""
    group = anna.at(await town.group(anna, bot_is_admin=True))
    await town.call("POST", f"/groups/{group.chat}/members", {"user_id": anna.id, "status": "administrator"})
    await group.says("just talking", anonymous=True)
    await group.says("/order", anonymous=True)
    await group.sees("write as yourself")
    assert sum("write as yourself" in one.get("text", "") for one in await group.messages()) == 1


@pytest.mark.parametrize("settings_of", [frozenset({ANNA})], indirect=True)
async def test_allowed_ids(town: Town, anna: Person, boris: Person) -> None:
    """Others are told their id, in their language; their presses are answered."""
    await anna.says("/start")
    await anna.sees("Welcome")
    await boris.says("/start")
    refusal = await boris.sees("7002")
    assert refusal.get("reply_markup") is None
    group = await town.group(anna, boris)
    anna, boris = anna.at(group), boris.at(group)
    await anna.says("/help")
    menu = await anna.sees("How it works")
    assert "7002" in await boris.presses("Menu", on=menu)
    assert boris.alert


async def test_in_a_topic_the_menu_stays_in_the_topic(town: Town, anna: Person) -> None:
    """Answers go where the command was."""
    await town.linked(anna, "gsim")
    group = anna.at(await town.group(anna, forum=True))
    topic = await town.call("POST", f"/groups/{group.chat}/topics", {"name": "Codes"})
    await group.says("/order", message_thread_id=topic["message_thread_id"])
    await group.presses("🌍 Numbers")
    menu = await group.sees("Which service")
    assert menu["message_thread_id"] == topic["message_thread_id"]


async def test_photos_and_unknown_commands_get_the_menu(town: Town, anna: Person) -> None:
    """The last router: nothing is left without an answer."""
    await anna.says("/nonsense")
    message = await anna.sees("wasn't waiting")
    assert labels(message) == ["☰ Menu"]
    await anna.says("just a word")

    async def twice() -> bool:
        return sum("wasn't waiting" in one.get("text", "") for one in await anna.messages()) == 2

    await until(twice, "the second answer")
