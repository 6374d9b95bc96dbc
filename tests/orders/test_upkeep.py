"""What is forgotten when, and what nobody finds in the database."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, text, update

from orders import keys, place, upkeep
from orders.desk import Bells
from storage import drafts, outbox, people, prompts, shares, tables, walk
from storage.outbox import Kind
from storage.prompts import Prompt
from storage.sealed import RowOwner, open_typed, seal_typed
from tests.orders.scene import CHAT, OWNER, Scene

DAY = 86_400


@pytest.mark.parametrize("keep_days", [1, 30])
async def test_codes_are_deleted_after_their_owners_time(scene: Scene, keep_days: int) -> None:
    order = await scene.buy(await scene.account("gearsms"))
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    async with scene.desk.db.transaction() as connection:
        await people.set_keep_days(connection, OWNER, keep_days)
    scene.desk.ahead = keep_days * DAY - 60
    await upkeep.run(scene.desk)
    (message,) = await scene.messages(order)
    assert message.body is not None
    scene.desk.ahead = keep_days * DAY + 60
    await upkeep.run(scene.desk)
    (message,) = await scene.messages(order)
    assert message.body is None
    assert await scene.count("orders") == 1, "that there was an order is kept"


async def test_of_an_open_order_only_what_its_repeats_are_known_without(scene: Scene) -> None:
    listed = await scene.buy(await scene.account("gotsms"))
    single = await scene.buy(await scene.account("smsgig"), service="whatsapp")
    for order in (listed, single):
        await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.messages).values(created_at=1))
    await upkeep.run(scene.desk)
    assert [message.body is None for message in await scene.messages(listed)] == [True]
    assert [message.body is None for message in await scene.messages(single)] == [False]
    await scene.look()
    assert await scene.count("messages") == 2


async def test_codes_of_somebody_the_bot_never_met_are_deleted_too(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gearsms"))
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    async with scene.desk.db.transaction() as connection:
        await connection.execute(tables.users.delete())
    scene.desk.ahead = (people.KEEP_DAYS + 1) * DAY
    await upkeep.run(scene.desk)
    assert [message.body for message in await scene.messages(order)] == [None]


async def test_old_menus_questions_letters_and_calls_go(scene: Scene) -> None:
    account = await scene.account("smsgig")
    draft = await scene.draft(account)
    await scene.post_hook(account, b"{}")
    owner = RowOwner("q", str(OWNER), "")
    sealed = seal_typed(scene.desk.vault, owner, {"user": "me"})
    assert open_typed(scene.desk.vault, owner, sealed) == {"user": "me"}
    prompt = Prompt(
        chat_id=CHAT, user_id=OWNER, message_id=1, purpose="key", args={}, sealed=sealed,
        created_at=scene.desk.now(),
    )  # fmt: skip
    async with scene.desk.db.transaction() as connection:
        await prompts.ask(connection, prompt)
        await prompts.ask(connection, replace(prompt, message_id=2))
        letter = outbox.Letter(kind=Kind.NOTICE, priority=outbox.Priority.REST, user_id=OWNER, chat_id=CHAT)
        for _ in range(2):
            await outbox.put(connection, letter, scene.desk.now_ms())
        await outbox.drop(connection, 1, "gone")
    await upkeep.run(scene.desk)
    assert [await scene.count(name) for name in ("drafts", "prompts", "outbox", "hooks")] == [1, 1, 2, 1]
    scene.desk.ahead = 8 * DAY
    await upkeep.run(scene.desk)
    assert [await scene.count(name) for name in ("drafts", "prompts", "outbox", "hooks")] == [0, 0, 1, 0]
    async with scene.desk.db.transaction() as connection:
        assert await drafts.get(connection, draft.id) is None


@pytest.mark.unshaken
async def test_a_code_waits_for_no_great_clearing(scene: Scene) -> None:
    """However much is to be deleted: others write in between."""
    draft = await scene.draft(await scene.account("smsgig"))
    old = {column.name: getattr(draft, column.name, None) for column in tables.drafts.columns}
    ids = [f"{number:06}" for number in range(walk.AT_ONCE * 5)]
    many: list[dict[str, object]] = [{**old, "id": one, "token": None, "picks": []} for one in ids]
    async with scene.desk.db.transaction() as connection:
        await connection.execute(insert(tables.drafts), many)
    scene.desk.ahead = 8 * DAY
    written: list[int] = []

    async def others() -> None:
        while True:
            async with scene.desk.db.transaction() as connection:
                await people.set_keep_days(connection, OWNER, len(written) + 1)
            written.append(await scene.count("drafts"))
            await asyncio.sleep(0)

    meanwhile = asyncio.create_task(others())
    await upkeep.run(scene.desk)
    meanwhile.cancel()
    assert await scene.count("drafts") == 0
    assert any(0 < left < len(many) for left in written), "they wrote while it went on"


async def test_what_can_not_be_cleared_keeps_nothing_else(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind is done for itself: what is done stays done."""
    draft = await scene.draft(await scene.account("smsgig"))
    letter = outbox.Letter(kind=Kind.NOTICE, priority=outbox.Priority.REST, user_id=OWNER, chat_id=CHAT)
    async with scene.desk.db.transaction() as connection:
        await outbox.put(connection, letter, scene.desk.now_ms())
    scene.desk.ahead = 8 * DAY

    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(outbox, "forget_older", fail)
    with pytest.raises(ZeroDivisionError):
        await upkeep.run(scene.desk)
    async with scene.desk.db.transaction() as connection:
        assert await drafts.get(connection, draft.id) is None


def files_of(folder: Path) -> dict[str, bytes]:
    """What a thief of the database has: all but the key."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "secret.key"}


async def test_nothing_secret_in_the_database_files(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secrets: set[str] = set()
    for number, site in enumerate(scene.world.sites):
        account = await scene.account(site)
        secrets |= set(scene.desk.credentials(account).values())
        if path := keys.hook_path(scene.desk, account):
            secrets.add(path.rsplit("/", 1)[1])
            await scene.with_webhooks(account)
        order = await scene.buy(account)
        code = f"canary{number}7351"
        secrets |= {code, f"your secret word is {code}"}
        await scene.sms(order, f"your secret word is {code}", code)
        await scene.work_on_hooks()
        await scene.look()
        assert await scene.count("messages") == number + 1
        await keys.replace_key(scene.desk, await scene.fresh(account), scene.desk.credentials(account))
    contents = files_of(scene.folder)
    assert contents.keys() >= {"pinbell.db", "pinbell.db-wal"}
    for content in contents.values():
        assert [secret for secret in secrets if secret.encode() in content] == []
    assert [secret for secret in secrets if secret in caplog.text] == []


async def test_deleted_codes_leave_no_trace_even_sealed(scene: Scene) -> None:
    order = await scene.buy(await scene.account("gearsms"))
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    (message,) = await scene.messages(order)
    assert message.body
    scene.desk.ahead = 31 * DAY
    await upkeep.run(scene.desk)
    async with scene.desk.db.transaction() as connection:
        assert (await connection.execute(text("PRAGMA secure_delete"))).scalar() == 1
    await scene.desk.db.close()
    assert message.body not in files_of(scene.folder)["pinbell.db"]


async def test_that_an_owner_was_told_is_forgotten_once_the_month_is_over(scene: Scene) -> None:
    """And not before: the owner would be told twice."""
    share = await scene.shared(await scene.account("gsim"))
    async with scene.desk.db.transaction() as connection:
        for span, since in (("month", scene.desk.now() - 31 * DAY), ("day", scene.desk.now() - 41 * DAY)):
            assert await shares.warn_once(connection, share.id, span, user_id=0, since=since)
    await upkeep.run(scene.desk)
    assert await scene.count("share_warnings") == 1
    scene.desk.ahead = 10 * DAY
    await upkeep.run(scene.desk)
    assert await scene.count("share_warnings") == 0


# The desk itself


async def test_background_work_that_fails_is_logged(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    scene.desk.spawn(fail(), name="an odd job")
    await scene.desk.drain()
    assert "an odd job" in capsys.readouterr().out
    assert not scene.desk.running


async def test_draining_waits_for_what_begins_meanwhile(scene: Scene) -> None:
    ended = []

    async def second() -> None:
        await asyncio.sleep(0.01)
        ended.append(2)

    async def first() -> None:
        await asyncio.sleep(0.01)
        scene.desk.spawn(second(), name="second")
        ended.append(1)

    scene.desk.spawn(first(), name="first")
    await scene.desk.drain()
    assert ended == [1, 2]


async def test_bells_ring_when_something_was_written(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    scene.desk.bells = Bells()
    assert await place.confirm(scene.desk, token, OWNER)
    assert scene.desk.bells.outbox.is_set()
    scene.desk.bells = Bells()
    await scene.desk.drain()
    assert all(
        bell.is_set() for bell in (scene.desk.bells.outbox, scene.desk.bells.watcher, scene.desk.bells.hooks)
    )
    scene.desk.bells = Bells()
    await scene.look()
    assert not scene.desk.bells.outbox.is_set(), "a look that saw nothing new wakes nobody"
