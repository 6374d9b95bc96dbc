"""/log: who reads it, how it is leafed through, and the files that it is sent as."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from handlers import share_log as handler
from handlers.callbacks import LogButton, LogDo
from orders import keys
from orders import shares as sharing
from storage import share_log
from storage.share_log import Entry, Event
from storage.shares import Role, Share
from tests.handlers import group_kit as kit
from tests.handlers.chat import Json, Person, Town, buttons, labels, until

CARL, MIA = 7003, 7004
DAY = 86_400


async def happens(
    town: Town,
    share: Share,
    name: str = "Boris",
    *,
    number: int = 1,
    event: Event = Event.LEFT,
    purchase_id: str | None = None,
    ago: int = 0,
) -> None:
    """So many lines, an order each second before."""
    async with town.app.desk.db.transaction() as connection:
        for one in range(number):
            entry = Entry(
                share_id=share.id, at=town.app.desk.now() - ago - number + one, event=event, user_id=7002,
                name=f"{name} {one}" if number > 1 else name, purchase_id=purchase_id,
                amount=Decimal("0.5"), args={"what": "WhatsApp"},
            )  # fmt: skip
            await share_log.add(connection, entry)


async def lent(town: Town, owner: Person, group: int) -> Share:
    """The owner, whose name the bot knows, shares an account there."""
    await owner.says("/start")
    await owner.sees("Welcome to Pinbell")
    return await kit.lent(town, owner, group)


async def files(town: Town, person: Person) -> list[Json]:
    """The files in somebody's chat, oldest first."""
    return [one for one in await person.messages() if "document" in one]


async def file_of(town: Town, person: Person, number: int = 1) -> list[dict[str, str]]:
    """The newest of so many files, as a spreadsheet reads it."""

    async def there() -> list[Json]:
        found = await files(town, person)
        return found if len(found) >= number else []

    return rows_of(town, (await until(there, f"{number} files"))[-1])


def rows_of(town: Town, message: Json) -> list[dict[str, str]]:
    """The file of a message, as a spreadsheet reads it."""
    stored = town.world.telegram.hub.files[message["document"]["file_id"]]
    return list(csv.DictReader(io.StringIO(stored.data.decode("utf-8-sig"), newline="")))


def events(table: Sequence[dict[str, str]]) -> list[str]:
    """What happened, in the file's order."""
    return [row["event"] for row in table]


# Who reads it


async def test_owners_and_managers_read_it_and_nobody_else(town: Town, anna: Person, boris: Person) -> None:
    carl, mia = await town.person(CARL, "Carl"), await town.person(MIA, "Mia")
    group = await town.group(anna, boris, carl, mia)
    share = await lent(town, anna, group)
    await kit.named(town, share, anna, carl, "Carl", Role.MANAGER)
    await kit.named(town, share, anna, mia, "Mia", Role.BUYER)
    await anna.at(group).says("/log")
    await anna.at(group).sees("Log", "Anna shared the account here", "Carl is a manager now")
    await carl.at(group).says("/log")
    await carl.at(group).sees("Anna shared the account here", newest=True)
    await boris.at(group).says("/log")
    await boris.at(group).sees("Журнал — для владельца и менеджеров", newest=True)
    await mia.at(group).says("/log")
    await mia.at(group).sees("The log is for the owner and for managers", newest=True)


async def test_who_leaves_the_group_reads_no_more_of_it(town: Town, anna: Person) -> None:
    carl = await town.person(CARL, "Carl")
    group = await town.group(anna, carl)
    share = await lent(town, anna, group)
    await kit.named(town, share, anna, carl, "Carl", Role.MANAGER)
    await carl.says("/log")
    page = await carl.sees("Anna shared the account here")
    await kit.becomes(town, group, carl, "left")
    await carl.presses("As a file", on=page)
    assert "in the group" in carl.toast
    await carl.forges(LogButton(do=LogDo.FILE, chat=group, span="all").pack(), on=page)
    assert "in the group" in carl.toast
    assert await files(town, carl) == []


async def test_in_a_group_each_press_is_for_who_opened_it(town: Town, anna: Person, boris: Person) -> None:
    group = await town.group(anna, boris)
    await lent(town, anna, group)
    await anna.at(group).says("/log")
    page = await anna.at(group).sees("Anna shared")
    toast = await boris.at(group).forges(LogButton(do=LogDo.FILE, chat=group, span="all").pack(), on=page)
    assert toast
    assert await files(town, boris) == []


async def test_forged_presses_show_nothing_of_other_groups(town: Town, anna: Person, boris: Person) -> None:
    group, other = await town.group(anna, boris), await town.group(boris)
    share = await lent(town, anna, group)
    await happens(town, share, "A secret guest")
    await boris.says("/start")
    private = await boris.sees("Pinbell")
    await boris.at(other).says("/log")
    there = await boris.at(other).sees("Журнал")
    for do in LogDo:
        for data in (
            LogButton(do=do, chat=group, span="all").pack(),
            LogButton(do=do, chat=group, at=10**11, id=10**11, newer=True, span="month").pack(),
            LogButton(do=do, chat=group, at=1, id=9 * 10**18, page=-5, span="'; --").pack(),
            f"y:{do}:{9 * 10**25}:1:{9 * 10**18}:1:-5:all",
        ):
            await boris.forges(data, on=private)
            await boris.at(other).forges(data, on=there)
    for chat in (boris, boris.at(other)):
        assert not any("secret guest" in one.get("text", "") for one in await chat.messages())
        assert await files(town, chat) == []
        assert not any("😕" in one.get("text", "") for one in await chat.messages())


async def test_it_outlives_the_share_the_account_and_the_group(town: Town, anna: Person) -> None:
    group = await town.group(anna)
    share = await lent(town, anna, group)
    await sharing.stop(town.app.desk, share.id, anna.id)
    await keys.remove(town.app.desk, await keys.own(town.app.desk, share.account_id, anna.id))
    await anna.says("/log")
    await anna.sees("Friends", "Anna shared the account here", "Anna stopped sharing")
    await town.call("DELETE", f"/groups/{group}")
    await anna.walks("As a file", "Everything")
    assert events(await file_of(town, anna)) == ["shared", "stopped"]


# Pages


async def test_what_one_purchase_brought_stands_together(town: Town, anna: Person, boris: Person) -> None:
    group = await town.group(anna, boris)
    share = await lent(town, anna, group)
    await happens(town, share, event=Event.ORDERED, purchase_id="p1", ago=30)
    await happens(town, share, "", event=Event.PLACED, purchase_id="p1", ago=20)
    await happens(town, share, "Carl", ago=15)
    await happens(town, share, "", event=Event.CODE, purchase_id="p1", number=3, ago=10)
    await anna.at(group).says("/log")
    text = (await anna.at(group).sees("Log"))["text"]
    assert "Boris: WhatsApp (up to $0.50)\n→ placed for $0.50 → 3 codes came" in text
    assert text.index("Anna shared") < text.index("Carl left") < text.index("Boris: WhatsApp")


async def test_an_order_in_the_group_from_buy_to_refund(town: Town, anna: Person) -> None:
    carl = await town.person(CARL, "Carl")
    group = await town.group(anna, carl)
    await anna.says("/start")
    await anna.sees("Welcome to Pinbell")
    await kit.lent(town, anna, group, "smsgig")
    here = carl.at(group)
    await here.says("/order")
    await here.presses("WhatsApp", on=await here.sees("Which service"))
    await here.presses("Buy for", on=await here.sees("Price"))
    (order,) = await town.bought("smsgig")
    card = await here.sees("Waiting for the code")
    await here.presses("Cancel", on=card)
    await here.sees("Cancelled")
    await anna.at(group).says("/log")
    page = (await anna.at(group).sees("Log", "Carl: WhatsApp (up to $"))["text"]
    price = f"${Decimal(order['price']):.2f}"
    assert f"→ placed for {price} → Carl: Cancel → cancelled → {price} refunded" in page


async def test_leafing_shows_everything_once_newest_first(town: Town, anna: Person) -> None:
    group = await town.group(anna)
    share = await lent(town, anna, group)
    await happens(town, share, "Guest", number=24, ago=60)
    here = anna.at(group)
    await here.says("/log")
    page = await here.sees("Anna shared", "Guest 23 left", "Guest 15 left")
    assert "Newer" not in str(labels(page))
    await here.presses("Older")
    await here.sees("Guest 14 left", "Guest 5 left")
    await happens(town, share, "Somebody new", ago=-60)  # whatever time this takes, it is the newest
    await here.presses("Older")
    last = await here.sees("Guest 4 left", "Guest 0 left")
    assert "Older" not in str(labels(last))
    await here.presses("Newer")
    await here.sees("Guest 14 left", "Guest 5 left")
    await here.presses("Newer")
    await here.sees("Anna shared", "Guest 15 left")
    await here.presses("Newer")
    newest = await here.sees("Somebody new left", "Anna shared", "Guest 16 left")
    assert "Newer" not in str(labels(newest))


async def test_in_private_the_group_is_chosen_first_where_there_are_several(town: Town, anna: Person) -> None:
    first, second = await town.group(anna), await town.group(anna)
    one = await lent(town, anna, first)
    await anna.says("/log")
    await anna.sees("Friends", "Anna shared the account here")
    account = await keys.own(town.app.desk, one.account_id, anna.id)
    await sharing.begin(town.app.desk, account, second, anna.id)
    await happens(town, one, "The first one's guest")
    await anna.says("/log")
    menu = await anna.sees("of which group?")
    chats = [button["callback_data"] for button in buttons(menu) if button["text"] == "Friends"]
    assert len(chats) == 2
    await anna.forges(next(data for data in chats if str(first) in data), on=menu)
    await anna.sees("The first one's guest left")
    await anna.walks("Groups")
    await anna.sees("of which group?")


async def test_where_nothing_was_shared(town: Town, anna: Person, boris: Person) -> None:
    await anna.at(await town.group(anna)).says("/log")
    await anna.says("/log")
    await anna.sees("None of your accounts was ever shared")
    await boris.says("/log")
    await boris.sees("Ваши аккаунты ещё не открывались")


# Files


async def test_a_file_for_each_span(town: Town, anna: Person) -> None:
    group = await town.group(anna)
    share = await lent(town, anna, group)
    now = datetime.fromtimestamp(town.app.desk.now(), UTC)
    last_month = now.replace(day=1) - timedelta(days=1)
    for name, at in (("Month", last_month), ("Year", now - timedelta(days=400))):
        await happens(town, share, name, ago=int((now - at).total_seconds()))
    await anna.says("/log")
    await anna.walks("As a file", "Everything")
    assert [row["person"] for row in await file_of(town, anna)] == ["Year", "Month", "Anna"]
    await anna.presses("Last month")
    assert [row["person"] for row in await file_of(town, anna, 2)] == ["Month"]
    await anna.presses("This month")
    assert [row["person"] for row in await file_of(town, anna, 3)] == ["Anna"]
    await anna.presses("Last 7 days")
    assert "Anna" in [row["person"] for row in await file_of(town, anna, 4)]
    names = [one["document"]["file_name"] for one in await files(town, anna)]
    assert names[0] == "log-Friends.csv"
    assert names[1] == f"log-Friends-{last_month.replace(day=1).date()}_{last_month.date()}.csv"


async def test_days_are_typed(town: Town, anna: Person) -> None:
    group = await town.group(anna)
    share = await lent(town, anna, group)
    await happens(town, share, "Long ago", ago=400 * DAY)
    then = datetime.fromtimestamp(town.app.desk.now() - 400 * DAY, UTC).date()
    here = anna.at(group)
    await here.says("/log")
    await here.walks("As a file", "Other days")
    question = await here.sees("Reply to this message")
    await here.replies(question, "yesterday")
    await here.sees("Type one date or two, year first")
    question = await here.sees("Reply to this message", newest=True)
    await here.replies(question, f"{then - timedelta(days=1)} - {then}")
    assert [row["person"] for row in await file_of(town, anna)] == ["Long ago"]
    await here.sees("The file is in your private chat")
    await anna.says("/log")
    await anna.walks("As a file", "Other days")
    await anna.says(f"{then + timedelta(days=3):%d.%m.%Y}")
    await anna.sees("Nothing happened on those days")
    assert len(await files(town, anna)) == 1


async def test_a_file_never_stands_in_the_group(town: Town, anna: Person, boris: Person) -> None:
    group = await town.group(anna, boris)
    await lent(town, anna, group)
    here = anna.at(group)
    await here.says("/log")
    await here.walks("As a file", "Everything")
    await file_of(town, anna)
    await here.sees("The file is in your private chat")
    assert await files(town, boris.at(group)) == []


async def test_who_never_spoke_with_the_bot_is_shown_the_way(town: Town, anna: Person) -> None:
    carl = await town.person(CARL, "Carl")
    group = await town.group(anna, carl)
    share = await lent(town, anna, group)
    await kit.named(town, share, anna, carl, "Carl", Role.MANAGER)
    await carl.at(group).says("/log")
    await carl.at(group).walks("As a file", "Everything")
    told = await carl.at(group).sees("I can't write to you yet")
    (way,) = buttons(told)
    assert way["url"].endswith("?start=log")
    await carl.says("/start log")
    await carl.sees("Friends", "Anna shared the account here")
    await carl.walks("As a file", "Everything")
    assert events(await file_of(town, carl)) == ["shared", "role"]


async def test_a_long_log_comes_in_several_files(
    town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "MOST_BYTES", 30_000)
    group = await town.group(anna)
    share = await lent(town, anna, group)
    await happens(town, share, "Guest", number=600)
    await anna.says("/log")
    await anna.walks("As a file", "Everything")
    await file_of(town, anna, 2)
    sent = await files(town, anna)
    people = [row["person"] for message in sent for row in rows_of(town, message)]
    assert len(people) == len(set(people)) == 601
    assert sent[1]["document"]["file_name"] == "log-Friends-part-2.csv"
