"""/share: an account is lent to a group, by rules that only its owner sets."""

from collections.abc import Callable, Iterator

import pytest

from handlers.callbacks import MemberButton, MemberDo, ShareButton, ShareDo
from handlers.texts import texts_for
from handlers.views import share as views
from orders import shares as sharing
from storage import shares
from storage.share_log import Event
from storage.shares import Codes, Role, Share, Who
from tests.handlers import group_kit as kit
from tests.handlers.chat import Json, Person, Town, buttons, data_of, labels

MIA = 7003


async def test_share_an_account_and_read_what_holds_from_now_on(
    town: Town, anna: Person, boris: Person
) -> None:
    account = await town.linked(anna, "gsim")
    here = anna.at(await town.group(anna, boris))
    await here.says("/share")
    await here.presses("Share gsim.io")
    page = await here.sees("Shared.", "gsim.io in Friends", "Codes go only to who ordered")
    assert "Everybody in the group can order, up to $2.00 an order and $20.00 a day." in page["text"]
    async with town.app.desk.db.transaction() as connection:
        (share,) = await shares.in_chat(connection, here.chat)
    assert (share.account_id, share.who, share.codes) == (account.id, Who.ALL, Codes.BUYER)
    assert [event for event, _, _ in await kit.logged(town, share)] == [Event.SHARED]
    await here.presses("Back", on=page)
    await here.sees("These are shared here")
    assert not any("Share gsim.io" in label for label in labels(await here.sees("These are shared here")))


async def test_shared_twice_is_shared_once(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    share = await kit.lent(town, anna, here.chat)
    await here.says("/share")
    menu = await here.sees("These are shared here")
    await here.forges(ShareButton(do=ShareDo.BEGIN, id=share.account_id).pack(), on=menu)
    await here.sees("gsim.io in Friends")
    async with town.app.desk.db.transaction() as connection:
        assert await shares.in_chat(connection, here.chat) == [share]


async def test_each_rule_stands_on_its_button_and_in_the_log(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    share = await kit.lent(town, anna, here.chat)
    await here.says("/share")
    await here.walks("gsim.io ›", "Who may order: everybody")
    choice = await here.sees("Who may order with gsim.io?")
    assert labels(choice)[:3] == ["✓ Everybody in the group", "Group admins", "Only people I name"]
    await here.walks("Only people I name", "Who may order: people I name", "Group admins")
    await here.walks("Codes: only who ordered", "Everybody in the group", "Admins may cancel: yes")
    await here.button("Admins may cancel: no")
    await here.sees("Group admins and people whom the owner names", "Everybody in the group sees the codes")
    changed = await kit.now(town, share)
    assert (changed.who, changed.codes, changed.admins_act) == (Who.ADMINS, Codes.ALL, False)
    said = [args for event, _, args in await kit.logged(town, share) if event is Event.CHANGED]
    assert said == [
        {"what": "who", "before": "all", "after": "named"},
        {"what": "who", "before": "named", "after": "admins"},
        {"what": "codes", "before": "buyer", "after": "all"},
        {"what": "admins_act", "before": "True", "after": "False"},
    ]


async def test_cards_go_to_the_topic_where_the_button_is_pressed(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna, forum=True))
    share = await kit.lent(town, anna, here.chat)
    topic = await town.call("POST", f"/groups/{here.chat}/topics", {"name": "Codes"})
    await here.says("/share")
    await here.walks("gsim.io ›")
    page = await here.sees("gsim.io in Friends")
    assert not any("Cards" in label for label in labels(page))  # outside a topic there is nothing to choose
    await here.says("/share", message_thread_id=topic["message_thread_id"])
    await here.walks("gsim.io ›", "Cards: where ordered")
    await here.button("Cards: in this topic")
    assert (await kit.now(town, share)).thread_id == topic["message_thread_id"]
    await here.presses("Back", on=page)
    await here.presses("gsim.io ›", on=page)
    await here.presses("Cards: in another topic", on=page)
    await here.sees("gsim.io in Friends")
    await town.at_rest()
    assert (await kit.now(town, share)).thread_id is None


async def test_stopping_is_asked_once(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    share = await kit.lent(town, anna, here.chat)
    await here.says("/share")
    await here.walks("gsim.io ›", "Stop sharing")
    await here.sees("Stop sharing gsim.io in Friends?")
    assert (await kit.now(town, share)).is_active
    await here.presses("Yes, stop sharing")
    await here.sees("gsim.io is not shared in Friends any more")
    assert not (await kit.now(town, share)).is_active
    assert (await kit.logged(town, share))[-1][:2] == (Event.STOPPED, anna.id)
    await here.button("Share gsim.io")  # and it can be shared again


async def test_the_owner_does_all_of_it_in_private_too(town: Town, anna: Person) -> None:
    group = await town.group(anna)
    share = await kit.lent(town, anna, group)
    await anna.says("/share")
    listed = await anna.sees("Shared accounts")
    (picker,) = [one["url"] for one in buttons(listed) if "url" in one]
    assert picker.endswith("?startgroup=share")
    await anna.walks("Friends · gsim.io", "Who may order", "Only people I name")
    await anna.sees("Only people whom the owner names can order")
    assert (await kit.now(town, share)).who is Who.NAMED
    await anna.walks("Stop sharing", "Yes, stop sharing")
    await anna.sees("not shared in Friends any more")
    assert not (await kit.now(town, share)).is_active


async def test_telegrams_choice_of_a_group_opens_the_page_there(town: Town, anna: Person) -> None:
    await town.linked(anna, "gsim")
    here = anna.at(await town.group(anna))
    me = await town.app.bot.me()
    await here.says(f"/start@{me.username} share")
    await here.button("Share gsim.io")


async def test_the_account_page_leads_there(town: Town, anna: Person) -> None:
    await town.linked(anna, "gsim")
    await anna.says("/accounts")
    await anna.walks("gsim.io", "Share in a group")
    await anna.sees("Shared accounts")


async def test_without_an_account(town: Town, anna: Person) -> None:
    await anna.says("/share")
    await anna.sees("Link an account first")
    here = anna.at(await town.group(anna))
    await here.says("/share")
    await here.sees("No account is shared here")


async def test_in_russian(town: Town, boris: Person) -> None:
    here = boris.at(await town.group(boris))
    share = await kit.lent(town, boris, here.chat)
    await here.says("/share")
    await here.walks("gsim.io ›", "Заказывают: все", "Админы группы")
    await here.sees(
        "Заказывать могут админы группы", "до 2,00\xa0$ за заказ", "Код видит только тот, кто заказал"
    )
    assert (await kit.now(town, share)).who is Who.ADMINS


def presses(share: Share, victim: int) -> Iterator[str]:
    """What an owner's buttons send, and what no button sends."""
    for do in (ShareDo.WHO, ShareDo.CODES, ShareDo.ADMINS, ShareDo.TOPIC, ShareDo.STOP, ShareDo.STOP_SURE):
        yield ShareButton(do=do, id=share.id).pack()
    for do, arg in (
        (ShareDo.WHO, "named"), (ShareDo.WHO, "nobody"), (ShareDo.CODES, "all"), (ShareDo.ADMINS, "on"),
        (ShareDo.TOPIC, "on"), (ShareDo.CAP, "day"), (ShareDo.CAP, "year"), (ShareDo.LIFT, "day"),
    ):  # fmt: skip
        yield ShareButton(do=do, id=share.id, arg=arg).pack()
    yield ShareButton(do=ShareDo.BEGIN, id=share.account_id).pack()
    for act in (MemberDo.SHOW, MemberDo.GIVE, MemberDo.ANSWER):
        for role in ("", "manager", "buyer", "owner"):
            yield MemberButton(do=act, share=share.id, user=victim, role=role).pack()


async def in_role(town: Town, anna: Person, share: Share, who: str) -> Person:
    """Somebody who is this to the share, in a chat where they have a menu of their own."""
    person = await town.person(MIA, "Mia")
    if who == "stranger":
        return person
    if who == "of another group":
        return person.at(await town.group(person))
    await kit.becomes(town, share.chat_id, person, "member")
    if who != "by rule":
        await kit.named(town, share, anna, person, "Mia", Role(who))
    return person.at(share.chat_id)


@pytest.mark.parametrize("who", ["stranger", "of another group", "by rule", "viewer", "buyer", "manager"])
async def test_nobody_else_presses_the_owners_buttons(
    town: Town, anna: Person, boris: Person, who: str
) -> None:
    """Forged, on a menu of their own: no row changes, no press spins, and it is no failure of ours."""
    share = await kit.lent(town, anna, await town.group(anna, boris))
    await kit.named(town, share, anna, boris, "Boris", Role.VIEWER)
    mia = await in_role(town, anna, share, who)
    await mia.says("/help")
    menu = await mia.sees("How it works")
    before = await kit.everything(town, share)
    for data in presses(share, boris.id):
        await mia.forges(data, on=menu)
        assert "went wrong" not in mia.toast, data
    assert await kit.everything(town, share) == before


async def test_the_same_presses_work_for_the_owner(town: Town, anna: Person, boris: Person) -> None:
    """So what others were refused above was no dead button."""
    share = await kit.lent(town, anna, await town.group(anna, boris))
    here = anna.at(share.chat_id)
    await here.says("/help")
    menu = await here.sees("How it works")
    for data in presses(share, boris.id):
        if ShareDo.STOP_SURE not in data.split(":"):
            await here.forges(data, on=menu)
            await town.at_rest()
    changed = await kit.now(town, share)
    assert (changed.who, changed.codes, changed.admins_act) == (Who.NAMED, Codes.ALL, True)
    assert (await kit.caps(town, share))["day"].effective is None
    events = {event for event, _, _ in await kit.logged(town, share)}
    assert events == {Event.SHARED, Event.CHANGED, Event.CAP, Event.ROLE}


async def test_a_menu_in_a_group_is_of_who_opened_it(town: Town, anna: Person, boris: Person) -> None:
    here = anna.at(await town.group(anna, boris))
    share = await kit.lent(town, anna, here.chat)
    await here.says("/share")
    await here.walks("gsim.io ›", "Stop sharing")
    menu, button = await here.button("Yes, stop sharing")
    toast = await boris.at(here.chat).forges(button["callback_data"], on=menu)
    assert toast == texts_for("ru").plain("told-not-yours")
    assert (await kit.now(town, share)).is_active


async def test_a_share_is_not_spoken_of_in_another_group(town: Town, anna: Person, boris: Person) -> None:
    """Not even by its owner: others read along."""
    share = await kit.lent(town, anna, await town.group(anna))
    other = anna.at(await town.group(anna, boris))
    await other.says("/help")
    menu = await other.sees("How it works")
    for do in (ShareDo.SHOW, ShareDo.LIMITS, ShareDo.STOP_SURE):
        await other.forges(ShareButton(do=do, id=share.id).pack(), on=menu)
        assert other.toast == "This is no longer there."
    assert (await kit.now(town, share)).is_active


async def test_an_admin_of_the_group_ends_it_and_changes_nothing_else(
    town: Town, anna: Person, boris: Person
) -> None:
    await anna.says("/start")  # who never wrote to a bot can't be written to
    share = await kit.lent(town, anna, await town.group(anna, boris))
    mia = (await town.person(MIA, "Mia")).at(share.chat_id)
    await kit.becomes(town, share.chat_id, mia, "administrator")
    await mia.says("/share")
    await mia.presses("gsim.io ›")
    page = await mia.sees("gsim.io in Friends")
    assert [one for one in labels(page) if "Menu" not in one and "Back" not in one] == [
        "💸 Limits", "👤 Members", "🚪 Stop sharing",
    ]  # fmt: skip
    before = await kit.everything(town, share)
    for data in presses(share, boris.id):
        if ShareDo.STOP_SURE not in data.split(":"):
            await mia.forges(data, on=page)
    assert await kit.everything(town, share) == before
    await mia.forges(ShareButton(do=ShareDo.STOP_SURE, id=share.id).pack(), on=page)
    await anna.sees("Mia, an admin of Friends, ended the sharing of gsim.io there")
    assert not (await kit.now(town, share)).is_active


async def test_the_page_of_others_has_what_they_may(town: Town, anna: Person, boris: Person) -> None:
    share = await kit.lent(town, anna, await town.group(anna, boris))
    await kit.named(town, share, anna, boris, "Boris", Role.MANAGER)
    here = boris.at(share.chat_id)
    await here.says("/share")
    await here.presses("gsim.io ›")
    page = await here.sees("gsim.io в группе Friends")
    assert labels(page)[:3] == ["💸 Лимиты", "👤 Участники", "📖 Журнал"]


async def test_what_has_ended_says_so(town: Town, anna: Person) -> None:
    share = await kit.lent(town, anna, await town.group(anna))
    await anna.says("/share")
    menu = await anna.sees("Shared accounts")
    data = data_of(menu, "Friends")
    await anna.walks("Friends", "Stop sharing", "Yes, stop sharing")
    await town.at_rest()
    before = await kit.everything(town, share)
    await anna.forges(data, on=menu)
    page = await anna.sees("It is not shared there any more")
    assert labels(page) == ["📖 Log", "‹ Back", "☰ Menu"]
    for forged in presses(share, anna.id):
        await anna.forges(forged, on=page)
        assert "went wrong" not in anna.toast
    assert await kit.everything(town, share) == before


@pytest.fixture
def many() -> Callable[[int], list[tuple[str, str]]]:
    """So many shares."""
    return lambda count: [(f"{number:020}", f"Group {number}") for number in range(count)]


def test_many_shares_are_shown_page_by_page(many: Callable[[int], list[tuple[str, str]]]) -> None:
    view = views.mine(texts_for("en"), many(45), "https://t.me/x?startgroup=share", page=2)
    assert view.keyboard is not None
    shown = [one.text for row in view.keyboard.inline_keyboard for one in row]
    assert shown[:6] == ["Group 40", "Group 41", "Group 42", "Group 43", "Group 44", "‹"]


async def turned(person: Person, page: Json, to: str) -> Json:
    """The next page of a list."""
    (onward,) = [one for one in buttons(page) if one["text"] == "›"]
    await person.forges(onward["callback_data"], on=page)
    return (await person.button(to, on=page))[0]


async def test_a_group_with_many_shares_turns_pages(town: Town, anna: Person, boris: Person) -> None:
    """Of all that is shared there, of its limits, and of which one somebody's role is for."""
    here = anna.at(await town.group(anna, boris))
    for number in range(22):
        account = await town.linked(anna, "smsgig", key=f"live_smsgig_{number:02}_0123456789")
        if number < 21:
            await sharing.begin(town.app.desk, account, here.chat, anna.id)
    await here.says("/share")
    page = await turned(here, await here.sees("Accounts in this group"), "2 / 2")
    assert labels(page)[1].startswith("➕ Share")
    await here.says("/limits")
    limits = await here.sees("today", newest=True)
    assert limits["text"].count("The group this month") == 5
    await turned(here, limits, "2 / 5")
    said = await boris.at(here.chat).says("hello")
    for command, words in (("/members", "Members of which share?"), ("/members", "A role for")):
        more = {"reply_to_message_id": said} if "role" in words else {}
        await here.says(command, **more)
        page = await here.sees(words, newest=True)
        page = await turned(here, page, "2 / 2")
        assert words in page["text"]
    await here.presses("SMSGig", on=page)
    await here.sees(" · SMSGig", "in Friends", newest=True)
