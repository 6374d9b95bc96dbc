"""/members: roles, requests, and what the owner of a share is told."""

from collections.abc import Mapping

import pytest
from structlog.testing import LogCapture

from handlers.callbacks import MemberButton, MemberDo
from orders import share_notes
from orders import shares as sharing
from storage.share_log import Event
from storage.shares import Role, Share, Who
from tests.handlers import group_kit as kit
from tests.handlers.chat import BOT, Person, Town, buttons, labels

MIA = 7003


@pytest.fixture
async def mia(town: Town) -> Person:
    """Somebody who speaks English, in her private chat with the bot, which has met her."""
    person = await town.person(MIA, "Mia")
    await person.says("/start")
    await person.sees("Pinbell")
    return person


@pytest.fixture
async def share(town: Town, anna: Person, boris: Person, mia: Person) -> Share:
    """Anna's account, in a group of three. She can be written to."""
    await anna.says("/start")
    await anna.sees("Pinbell")
    return await kit.lent(town, anna, await town.group(anna, boris, mia))


async def only_named(town: Town, share: Share, anna: Person) -> None:
    """Nobody may order unless the owner names them."""
    await sharing.change(town.app.desk, share.id, anna.id, who=Who.NAMED)


async def test_a_reply_to_somebodys_message_opens_them(
    town: Town, anna: Person, mia: Person, share: Share
) -> None:
    here = anna.at(share.chat_id)
    said = await mia.at(share.chat_id).says("hello")
    await here.says("/members", reply_to_message_id=said)
    page = await here.sees("Mia · gsim.io in Friends", "reads the log")
    assert labels(page)[:4] == ["Manager", "Buyer", "Viewer", "✓ No role"]
    await here.presses("Manager", on=page)
    await here.button("✓ Manager")
    assert await kit.role_of(town, share, mia) is Role.MANAGER
    event, by, words = (await kit.logged(town, share))[-1]
    assert (event, by) == (Event.ROLE, anna.id)
    assert words == {"user": MIA, "of": "Mia", "before": "", "role": "manager"}
    await here.walks("Viewer", "✓ Viewer", "No role")
    await here.button("✓ No role")
    assert await kit.people_of(town, share) == []


async def test_the_list_shows_roles_and_the_owner_presses_a_person(
    town: Town, anna: Person, mia: Person, share: Share
) -> None:
    await kit.named(town, share, anna, mia, "Mia", Role.BUYER)
    here = anna.at(share.chat_id)
    await here.says("/members")
    page = await here.sees("Anna lends the account", "Everybody in the group can order.")
    assert labels(page)[0] == "Mia · buyer"
    await here.walks("Mia · buyer", "Viewer")
    await here.button("✓ Viewer")
    await here.presses("Back")
    await here.button("Mia · viewer")
    assert await kit.role_of(town, share, mia) is Role.VIEWER


async def test_others_read_the_list_and_press_nobody(
    town: Town, anna: Person, mia: Person, boris: Person, share: Share
) -> None:
    await kit.named(town, share, anna, boris, "Борис", Role.MANAGER)
    await only_named(town, share, anna)
    await sharing.ask_in(town.app.desk, share.id, mia.id)
    here = mia.at(share.chat_id)
    await here.says("/members")
    page = await here.sees("Anna lends the account", "Борис, manager", "Only people whom the owner names")
    assert labels(page) == ["‹ Back", "☰ Menu"]
    assert "asks" not in page["text"]  # who asks is for the owner
    said = await boris.at(share.chat_id).says("hello")
    await here.says("/members", reply_to_message_id=said)
    await here.sees("Only the account's owner can change this")


async def test_what_has_no_author_to_name(town: Town, anna: Person, share: Share) -> None:
    """A bot's message, one's own, and in a topic the message that began it."""
    here = anna.at(share.chat_id)
    await here.says("/help")
    of_the_bot = await here.sees("How it works")
    await here.says("/members", reply_to_message_id=of_the_bot["message_id"])
    await here.sees("no author whom I could give a role")
    mine = await here.says("hello")
    await here.says("/members", reply_to_message_id=mine)
    await here.sees("Anna lends the account", newest=True)
    topic = await town.call("POST", f"/groups/{share.chat_id}/topics", {"name": "Codes"})
    await here.says("/members", message_thread_id=topic["message_thread_id"])
    await here.sees("Anna lends the account", newest=True)
    assert await kit.people_of(town, share) == []


@pytest.mark.parametrize("user", [BOT, 999, -5, 0])
async def test_who_is_not_in_the_group_gets_no_role(
    town: Town, anna: Person, share: Share, user: int
) -> None:
    here = anna.at(share.chat_id)
    await here.says("/members")
    page = await here.sees("Anna lends the account")
    for do in (MemberDo.SHOW, MemberDo.GIVE, MemberDo.ANSWER):
        await here.forges(MemberButton(do=do, share=share.id, user=user, role="buyer").pack(), on=page)
        assert "went wrong" not in here.toast
    assert await kit.people_of(town, share) == []


async def test_numbers_that_no_person_has_are_nobody(town: Town, anna: Person, share: Share) -> None:
    before = await kit.everything(town, share)
    await anna.says("/start")
    menu = await anna.sees("Pinbell")
    for do, role in (("give", "buyer"), ("give", ""), ("answer", "viewer"), ("show", "")):
        for number in (10**22, -(10**22), -5):
            await anna.forges(f"e:{do}:{share.id}:{number}:{role}:0", on=menu)
    assert not any("😕" in one.get("text", "") for one in await anna.messages())
    assert await kit.everything(town, share) == before


async def test_the_owner_gets_no_role_of_their_own(town: Town, anna: Person, share: Share) -> None:
    here = anna.at(share.chat_id)
    await here.says("/members")
    page = await here.sees("Anna lends the account")
    data = MemberButton(do=MemberDo.GIVE, share=share.id, user=anna.id, role="viewer").pack()
    await here.forges(data, on=page)
    assert await kit.people_of(town, share) == []


async def test_in_private_for_those_whom_the_share_knows(
    town: Town, anna: Person, mia: Person, share: Share
) -> None:
    await kit.named(town, share, anna, mia, "Mia", Role.BUYER)
    await anna.says("/members")
    await anna.walks("Mia · buyer", "Manager")
    await anna.button("✓ Manager")
    assert await kit.role_of(town, share, mia) is Role.MANAGER
    await mia.says("/members")  # she manages, so she looks
    await mia.sees("Members · gsim.io in Friends", "Mia, manager")


async def test_several_shares_of_a_group(town: Town, anna: Person, mia: Person, share: Share) -> None:
    await kit.lent(town, anna, share.chat_id, "smsgig")
    here = anna.at(share.chat_id)
    said = await mia.at(share.chat_id).says("hello")
    await here.says("/members", reply_to_message_id=said)
    await here.sees("A role for Mia with which account?")
    await here.walks("gsim.io", "Viewer", "✓ Viewer")
    assert await kit.role_of(town, share, mia) is Role.VIEWER
    await here.says("/members")
    await here.sees("Members of which share?")
    await here.presses("SMSGig")
    await here.sees("Members · SMSGig in Friends")


async def test_many_shares_are_chosen_from_page_by_page(town: Town, anna: Person) -> None:
    account = await town.linked(anna, "gsim")
    for _ in range(22):
        await sharing.begin(town.app.desk, account, await town.group(anna), anna.id)
    await anna.says("/members")
    first = await anna.sees("Members of which share?")
    assert labels(first)[19:] == ["Friends · gsim.io", "‹", "1 / 2", "›", "☰ Menu"]
    await anna.presses("›", on=first)
    second, _ = await anna.button("2 / 2", on=first)
    assert labels(second)[:3] == ["Friends · gsim.io", "Friends · gsim.io", "‹"]
    await anna.presses("Friends", on=second)
    await anna.sees("Members · gsim.io in Friends")


async def test_nothing_is_shared(town: Town, anna: Person) -> None:
    await anna.says("/members")
    await anna.sees("None of your accounts is shared in a group")
    here = anna.at(await town.group(anna))
    await here.says("/members")
    await here.sees("No account is shared in this group")


async def test_a_request_is_answered_by_its_notice(
    town: Town, anna: Person, mia: Person, share: Share
) -> None:
    """And who asked is told where they asked."""
    await only_named(town, share, anna)
    await sharing.ask_in(town.app.desk, share.id, mia.id)
    notice = await anna.sees("Mia in Friends asks to order with gsim.io")
    old = [one["callback_data"] for one in buttons(notice)]
    await anna.presses("Let them order", on=notice)
    await anna.sees("Mia can order with gsim.io in Friends now")
    assert await kit.role_of(town, share, mia) is Role.BUYER
    told = await mia.at(share.chat_id).sees("Mia, you can order with gsim.io here now: /order")
    assert told["entities"][0]["url"] == f"tg://user?id={MIA}"
    for data in old:  # pressed again, or late: nobody's role goes
        await anna.forges(data, on=notice)
        await anna.sees("answered before")
    assert await kit.role_of(town, share, mia) is Role.BUYER


@pytest.mark.parametrize(
    ("pressed", "said", "role", "asks_again"),
    [
        ("Only look on", "Mia can look on at gsim.io in Friends", Role.VIEWER, False),
        ("No", "Mia was not let in", None, True),
    ],
)
async def test_a_request_is_turned_down(
    town: Town, anna: Person, mia: Person, share: Share, pressed: str, said: str, role: Role | None,
    asks_again: bool,
) -> None:  # fmt: skip
    await only_named(town, share, anna)
    await sharing.ask_in(town.app.desk, share.id, mia.id)
    notice = await anna.sees("asks to order")
    await anna.presses(pressed, on=notice)
    await anna.sees(said)
    assert await kit.role_of(town, share, mia) is role
    assert await sharing.ask_in(town.app.desk, share.id, mia.id) is asks_again


async def test_requests_stand_first_in_the_owners_list(
    town: Town, anna: Person, boris: Person, mia: Person, share: Share
) -> None:
    await kit.named(town, share, anna, boris, "Борис", Role.MANAGER)
    await only_named(town, share, anna)
    await sharing.ask_in(town.app.desk, share.id, mia.id)
    await anna.says("/share")
    await anna.walks("Friends · gsim.io", "Members · 1 asking")
    page = await anna.sees("Members · gsim.io in Friends")
    assert labels(page)[:2] == ["Mia · asks to order", "Борис · manager"]
    await anna.presses("Mia · asks to order")
    await anna.sees("Asks to order.")
    await anna.presses("Buyer")
    await anna.button("✓ Buyer")
    assert await kit.role_of(town, share, mia) is Role.BUYER
    await mia.at(share.chat_id).sees("Mia, you can order with gsim.io here now")


async def test_a_request_that_was_answered_meanwhile_is_not_told(
    town: Town, anna: Person, mia: Person, share: Share
) -> None:
    """The letter is drawn from the rows as they are."""
    words = {"text": "notice-asks-in", "share": share.id, "user": mia.id, "name": "Mia"}
    await tells(town, share, words)
    await tells(town, share, {"text": "notice-share-ended-unlinked", "share": share.id, "name": ""})
    await anna.sees("gsim.io is unlinked, so it is not shared in Friends any more")
    assert not any("asks to order" in one.get("text", "") for one in await anna.messages())


async def tells(town: Town, share: Share, words: Mapping[str, object]) -> None:
    """A letter to the owner."""
    desk = town.app.desk
    async with desk.db.transaction() as connection:
        await share_notes.tell_owner(connection, desk, share, words)
    desk.bells.outbox.set()


@pytest.mark.parametrize(
    ("text", "english", "russian"),
    [
        ("nearly-person", "Mia has spent $4.00 of $5.00 today with gsim.io", "Mia — потрачено 4,00"),
        ("nearly-day", "Friends has spent $4.00 of $5.00 today with gsim.io", "за сегодня потрачено 4,00"),
        ("nearly-month", "Friends has spent $4.00 of $5.00 this month", "за месяц потрачено 4,00"),
        ("handed-over", "Mia is not in Friends any more. 2 open orders", "2 открытых заказа с gsim.io"),
        ("share-ended-owner-left", "You left Friends", "Вы вышли из группы Friends"),
        ("share-ended-admin", "Mia, an admin of Friends", "Mia, админ группы Friends"),
        ("share-ended-bot-removed", "The bot was removed from Friends", "Бота удалили из группы Friends"),
        ("share-ended-unlinked", "gsim.io is unlinked", "gsim.io отвязан"),
        ("share-ended-group-gone", "Friends is gone", "Группы Friends больше нет"),
    ],
)
async def test_the_owner_is_told(
    town: Town, anna: Person, mia: Person, share: Share, log: LogCapture,
    text: str, english: str, russian: str,
) -> None:  # fmt: skip
    """In the language that they speak when it is sent."""
    words = {
        "text": f"notice-{text}", "share": share.id, "name": "Mia", "user": mia.id, "count": 2,
        "spent": "4", "most": "5",
    }  # fmt: skip
    await tells(town, share, words)
    notice = await anna.sees(english)
    assert labels(notice)
    await anna.forges("g:ru", on=notice)
    await tells(town, share, words)
    await anna.sees(russian)
    assert [one for one in log.entries if one["log_level"] == "error"] == []


async def test_a_role_page_in_russian(town: Town, boris: Person, mia: Person) -> None:
    here = boris.at(await town.group(boris, mia))
    share = await kit.lent(town, boris, here.chat)
    said = await mia.at(here.chat).says("hello")
    await here.says("/members", reply_to_message_id=said)
    await here.presses("Менеджер")
    await here.sees("Сохранено", "Mia · gsim.io в группе Friends")
    assert await kit.role_of(town, share, mia) is Role.MANAGER
