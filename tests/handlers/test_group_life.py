"""Coming into a group, leaving it, and who in it is nobody: Telegram tells, the bot keeps the rows right."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiogram.types import ChatMemberRestricted

from bot.settings import Settings
from handlers import membership
from handlers.members import is_gone
from orders import keys, shares
from sandbox.telegram.state import Member, User
from storage.share_log import Event
from storage.shares import Role
from tests.handlers.chat import ANNA, BOT, HELLO, Person, Town, buttons, until
from tests.handlers.group_kit import becomes, lent, logged, named, now, role_of

SHARE = "Share an account here"
SOMEBODY = User(5, "Somebody")


@pytest.fixture
def settings_of(request: pytest.FixtureRequest) -> Callable[[Settings], Settings]:
    """Some tests let only a few people in."""
    allowed: frozenset[int] = getattr(request, "param", frozenset())
    return lambda settings: settings.model_copy(update={"allowed_ids": allowed})


async def bot_becomes(town: Town, group: int, status: str, by: Person | None = None) -> None:
    """The bot's place in the group changes."""
    body: dict[str, Any] = {"user_id": BOT, "status": status}
    await town.call("POST", f"/groups/{group}/members", body | ({"by": by.id} if by else {}))


async def hellos(person: Person) -> int:
    """How often the bot has greeted there."""
    return sum(HELLO in one.get("text", "") for one in await person.messages())


async def answered(person: Person) -> None:
    """Everything before this has been worked off: the bot has answered a command."""
    await person.says("/help")
    await person.sees("How it works", newest=True)


def telegram_says(town: Town, kind: str, chat: int, body: dict[str, Any]) -> None:
    """An update that the sandbox does not make by itself."""
    town.world.telegram.hub.bots[BOT].updates.push(kind, chat, body)


# The bot comes in.


async def test_hello_is_two_lines_and_one_button(town: Town, anna: Person) -> None:
    """It opens what can be shared there; no rights are asked for."""
    group = anna.at(await town.group(anna))
    hello = await group.sees(HELLO)
    assert len(hello["text"].splitlines()) == 2
    (button,) = buttons(hello)
    assert "no admin rights" in hello["text"]
    await town.linked(anna, "gsim")
    await group.presses(button["text"], on=hello)
    await group.button("gsim.io")


async def test_hello_speaks_the_language_of_who_added_it(town: Town, anna: Person, boris: Person) -> None:
    """Not the group's, which has none."""
    group = await town.group(boris, anna)
    await boris.at(group).sees(HELLO, "Привет")


async def test_hello_is_said_once(town: Town, anna: Person) -> None:
    """Rights that change are no news; who is thrown out and let in again greets again."""
    group = anna.at(await town.group(anna))
    for status in ("administrator", "member", "restricted", "member"):
        await bot_becomes(town, group.chat, status)
    await answered(group)
    assert await hellos(group) == 1
    await bot_becomes(town, group.chat, "kicked")
    await bot_becomes(town, group.chat, "member", by=anna)

    async def twice() -> bool:
        return await hellos(group) == 2

    await until(twice, "the second hello")


@pytest.mark.parametrize("settings_of", [frozenset({ANNA})], indirect=True)
async def test_a_private_bot_does_not_greet_for_strangers(town: Town, anna: Person, boris: Person) -> None:
    """Who may not use it has nothing to share."""
    made = await town.call("POST", "/groups", {"title": "His", "members": [boris.id, anna.id], "bots": [BOT]})
    group = anna.at(int(made["id"]))
    await answered(group)
    assert await hellos(group) == 0


@pytest.mark.parametrize("first", ["hello", "move"])
async def test_a_group_that_became_a_supergroup_is_not_greeted_again(
    town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Telegram says that the bot was added to it, before or after it says what happened."""
    made = await town.call("POST", "/groups", {"title": "Friends", "members": [anna.id], "bots": [BOT]})
    old = anna.at(int(made["id"]))
    await old.sees(HELLO)
    hub = town.world.telegram.hub
    share = await lent(town, anna, old.chat)
    with monkeypatch.context() as late:
        if first == "hello":  # the messages of the move come when it is no news any more
            late.setattr(hub.bots[BOT].updates, "push", lambda *_: None)
        new = int((await town.call("POST", f"/groups/{old.chat}/migrate"))["id"])
    if first == "move":

        async def moved() -> bool:
            return (await now(town, share)).chat_id == new

        await until(moved, "the move")
    me = hub.bots[BOT].user
    telegram_says(town, "my_chat_member", new, {
        "chat": hub.groups[new].api(), "from": hub.people[ANNA].api(), "date": 1,
        "old_chat_member": Member(me, "left").api(), "new_chat_member": Member(me, "member").api(),
    })  # fmt: skip
    group = anna.at(new)
    await answered(group)
    assert await hellos(group) == 0
    assert (await now(town, share)).chat_id == new


# People leave.


@pytest.mark.parametrize(("bot_is_admin", "status"), [(False, "left"), (False, "kicked"), (True, "kicked")])
async def test_who_leaves_has_no_role_any_more(
    town: Town, anna: Person, boris: Person, *, bot_is_admin: bool, status: str
) -> None:
    """Also where the bot is a plain member; who comes back is as anybody else."""
    group = await town.group(anna, boris, bot_is_admin=bot_is_admin)
    share = await lent(town, anna, group)
    await named(town, share, anna, boris, "Борис", Role.MANAGER)
    await becomes(town, group, boris, status)

    async def gone() -> bool:
        return await role_of(town, share, boris) is None

    await until(gone, "the role's end")
    await becomes(town, group, boris, "member")
    await answered(anna.at(group))
    assert await role_of(town, share, boris) is None
    assert [event for event, _, _ in await logged(town, share)].count(Event.LEFT) == 1
    assert (await now(town, share)).is_active


async def test_who_is_restricted_keeps_the_role(town: Town, anna: Person, boris: Person) -> None:
    """But may order nothing until they may write again."""
    group = await town.group(anna, boris, bot_is_admin=True)
    share = await lent(town, anna, group)
    await named(town, share, anna, boris, "Борис", Role.BUYER)
    await becomes(town, group, boris, "restricted")
    await answered(anna.at(group))
    assert not (await town.app.desk.membership(group, boris.id)).in_chat
    assert await role_of(town, share, boris) is Role.BUYER
    await becomes(town, group, boris, "member")
    assert (await town.app.desk.membership(group, boris.id)).in_chat
    await town.call(
        "POST", f"/groups/{group}/members", {"user_id": boris.id, "status": "restricted", "away": True}
    )

    async def gone() -> bool:
        return await role_of(town, share, boris) is None

    await until(gone, "the role's end")


@pytest.mark.parametrize(
    ("is_member", "may_write", "is_in", "gone"),
    [(True, True, True, False), (True, False, False, False), (False, True, False, True)],
)
def test_restricted_ones(*, is_member: bool, may_write: bool, is_in: bool, gone: bool) -> None:
    """Who may not send stickers may still order."""
    given = Member(SOMEBODY, "restricted").api() | {"is_member": is_member, "can_send_messages": may_write}
    member = ChatMemberRestricted.model_validate(given)
    assert (membership._is_in(member), is_gone(member)) == (is_in, gone)


async def test_the_owner_leaves(town: Town, anna: Person, boris: Person) -> None:
    """What she lent ends; she is told in private."""
    await anna.says("/start")
    group = await town.group(anna, boris)
    share = await lent(town, anna, group)
    await becomes(town, group, anna, "left")
    await anna.sees("You left Friends")
    assert not (await now(town, share)).is_active


async def test_unlinking_ends_what_is_lent(town: Town, anna: Person, boris: Person) -> None:
    """In each group."""
    await anna.says("/start")
    first, second = await town.group(anna, boris), await town.group(anna, boris)
    account = await town.linked(anna, "smsgig")
    lent_there = [await shares.begin(town.app.desk, account, group, anna.id) for group in (first, second)]
    await keys.remove(town.app.desk, account)
    for share in lent_there:
        assert not (await now(town, share)).is_active
        assert (await logged(town, share))[-1][2] == {"why": "unlinked"}
    await anna.sees("is unlinked")


# The greeting's button.


async def test_who_has_nothing_to_lend_and_presses_first_takes_the_button_from_nobody(
    town: Town, anna: Person, boris: Person
) -> None:
    """The greeting stays, and the owner who comes later begins with it."""
    chat = await town.group(anna, boris)
    await town.linked(anna, "smsgig")
    greeting = await anna.at(chat).sees(HELLO)
    await boris.at(chat).presses(SHARE, on=greeting)
    await boris.at(chat).sees("своего у вас пока нет")
    await anna.at(chat).presses(SHARE, on=greeting)
    await anna.at(chat).presses("Share SMSGig")
    await anna.at(chat).sees("Shared.", "SMSGig")
    assert await anna.at(chat).sees(HELLO) == greeting


async def test_two_who_press_at_once_have_a_page_each(town: Town, anna: Person, boris: Person) -> None:
    """With their own accounts, which the other can't lend."""
    chat = await town.group(anna, boris)
    await town.linked(anna, "smsgig")
    await town.linked(boris, "gsim")
    greeting = await anna.at(chat).sees(HELLO)
    here, there = anna.at(chat), boris.at(chat)
    await asyncio.gather(here.presses(SHARE, on=greeting), there.presses(SHARE, on=greeting))
    hers, begin = await here.button("Share SMSGig")
    his, _ = await there.button("gsim.io")
    assert hers["message_id"] != his["message_id"]
    await there.forges(begin["callback_data"], on=hers)
    assert "не ваше" in there.toast
    await here.presses("Share SMSGig", on=hers)
    await there.presses("gsim.io", on=his)
    await here.sees("Shared.", "SMSGig in Friends")
    await there.sees("Готово.", "gsim.io в группе Friends")


# Nobody writes.


async def test_anonymous_admins_are_told_what_to_do(town: Town, anna: Person) -> None:
    """Their presses carry who they are, and work."""
    group = anna.at(await town.group(anna, bot_is_admin=True))
    await becomes(town, group.chat, anna, "administrator")
    await group.says("/start", anonymous=True)
    await group.sees("write as yourself", "Remain anonymous")
    await group.presses(SHARE)
    await group.sees("No account is shared here")
    assert group.toast == ""


async def test_channels_are_told_and_their_posts_are_left_alone(town: Town, anna: Person) -> None:
    """A command sent as a channel is refused; what a linked channel posts is answered by nobody."""
    group = anna.at(await town.group(anna, bot_is_admin=True))
    await group.says("/order", channel="News")
    await group.sees("write as yourself")
    await group.says("/order@SomeOtherBot", channel="News")
    hub = town.world.telegram.hub
    chat = hub.groups[group.chat]
    before = len(await group.messages())
    for text in ("/order", "2s_abcdef0123456789abcdef"):
        telegram_says(town, "message", group.chat, {
            "message_id": 900, "date": 1, "chat": chat.api(), "text": text, "is_automatic_forward": True,
            "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
            "sender_chat": {"id": -1009, "type": "channel", "title": "News"},
            "entities": [{"type": "bot_command", "offset": 0, "length": 6}] if text[0] == "/" else [],
        })  # fmt: skip
    await answered(group)
    assert len(await group.messages()) == before + 2, "the question for help, and its answer"
