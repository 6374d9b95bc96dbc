"""What becomes of what is lent to a group, and of its orders, when the bot can't write there any more."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from handlers import chat_life
from handlers.chat_life import Closed, why_closed
from orders import keys, settle
from orders import shares as lending
from storage import outbox, people, purchases, shares, tables
from storage.outbox import Kind, Letter, Priority
from storage.purchases import Outcome
from storage.share_log import Event
from storage.shares import Codes, Share
from tests.bot.outbox_kit import said, send_all
from tests.bot.rig import ANNA, BORIS, BOT, Rig, until

VERA = 7003
CODE = "402113"


async def group_of(bot: Rig, *, kind: str = "group", forum: bool = False) -> int:
    """Anna, Boris and Vera, who has never written to the bot in private. All have been seen in the group."""
    await bot.post("/people", id=VERA, first_name="Vera", language_code="en")
    made = await bot.post(
        "/groups", title="Team", members=[ANNA, BORIS, VERA], admins=[BORIS], bots=[BOT],
        supergroup=kind == "supergroup", forum=forum,
    )  # fmt: skip
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()
    async with bot.desk.db.transaction() as connection:
        await people.meet_chat(connection, made["id"], kind, "Team")
        await people.meet_user(connection, VERA, "en", bot.desk.now())
        await people.set_name(connection, VERA, "Vera")
    return int(made["id"])


async def lent(bot: Rig, group: int, codes: Codes = Codes.BUYER) -> Share:
    """Anna's account, shared with the group."""
    share = await lending.begin(bot.desk, bot.account, group, ANNA)
    async with bot.desk.db.transaction() as connection:
        await shares.change(connection, share.id, codes=codes.value)
    return replace(share, codes=codes)


async def now(bot: Rig, share: Share) -> Share:
    async with bot.desk.db.transaction() as connection:
        found = await shares.get(connection, share.id)
    assert found is not None
    return found


async def why_ended(bot: Rig, share: Share) -> list[str]:
    """What the share's log says of its end."""
    query = select(tables.share_log.c.args).where(
        tables.share_log.c.share_id == share.id, tables.share_log.c.event == Event.STOPPED.value
    )
    async with bot.desk.db.transaction() as connection:
        return [str(args["why"]) for args in (await connection.execute(query)).scalars()]


def hears_nothing(bot: Rig) -> None:
    """No update comes: the bot learns of it by sending."""
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()


# The bot is removed, or the group is gone.


@pytest.mark.parametrize("hears_of_it", [True, False])
async def test_a_removed_bot_ends_shares_and_codes_go_home(bot: Rig, *, hears_of_it: bool) -> None:
    """To who ordered alone. The owner learns that the sharing is over, and no code."""
    group = await group_of(bot)
    share = await lent(bot, group)
    order = await bot.carded(BORIS, chat_id=group, share_id=share.id)
    await bot.post(f"/groups/{group}/members", user_id=BOT, status="kicked")
    if not hears_of_it:
        hears_nothing(bot)
    async with bot.running():
        await bot.sms(order, CODE)
        await until(lambda: said(bot, BORIS, BOT, CODE))
        await until(lambda: said(bot, ANNA, BOT, "was removed from Team"))
        await bot.settled()
        texts = await bot.texts(BORIS)
        assert sum("Бота убрали из «Team»" in text for text in texts) == 1
        assert not await said(bot, ANNA, BOT, CODE)
        assert not await said(bot, BORIS, group, CODE)
        assert not (await now(bot, share)).is_active
        assert await why_ended(bot, share) == ["bot-removed"]
        moved = await bot.fresh(order)
        assert (moved.chat_id, moved.is_open) == (BORIS, True)


@pytest.mark.parametrize(("kind", "why"), [("group", "group-gone"), ("supergroup", "bot-removed")])
async def test_a_deleted_group_ends_shares(bot: Rig, kind: str, why: str) -> None:
    """No update tells of it: the next letter does. A deleted supergroup looks like one without us."""
    group = await group_of(bot, kind=kind)
    share = await lent(bot, group)
    order = await bot.carded(BORIS, chat_id=group, share_id=share.id)
    async with bot.http.delete(f"/groups/{group}") as answer:
        assert answer.status == 200
    hears_nothing(bot)
    await bot.sms(order, CODE)
    await send_all(bot)
    assert await why_ended(bot, share) == [why]
    assert await said(bot, BORIS, BOT, CODE)
    assert sum("Team" in text for text in await bot.texts(ANNA)) == 1, "the owner is told once"


async def test_who_has_no_private_chat_finds_the_code_when_they_open_it(bot: Rig) -> None:
    """Nobody else gets it meanwhile."""
    group = await group_of(bot)
    share = await lent(bot, group)
    order = await bot.carded(VERA, chat_id=group, share_id=share.id)
    await bot.post(f"/groups/{group}/members", user_id=BOT, status="kicked")
    hears_nothing(bot)
    await bot.sms(order, CODE)
    await send_all(bot)
    assert all(one.state == "parked" for one in await bot.letters() if one.kind is Kind.PUSH)
    for person, chat in ((ANNA, BOT), (BORIS, BOT), (ANNA, group), (BORIS, group)):
        assert not await said(bot, person, chat, CODE)
    async with bot.running():
        await bot.say(VERA, "/start")
        await until(lambda: said(bot, VERA, BOT, CODE))
        await bot.settled()
    moved = await bot.fresh(order)
    assert (moved.chat_id, moved.card_id is not None) == (VERA, True)
    assert sum("removed from “Team”" in text for text in await bot.texts(VERA)) == 1


async def test_a_code_of_an_order_that_is_over_goes_home_too(bot: Rig) -> None:
    """What waits to be sent is not lost with the order's end."""
    group = await group_of(bot)
    share = await lent(bot, group, Codes.ALL)
    order = await bot.carded(VERA, chat_id=group, share_id=share.id)
    await bot.post(f"/groups/{group}/members", user_id=BOT, status="kicked")
    hears_nothing(bot)
    await bot.sms(order, CODE)
    await send_all(bot)
    async with bot.desk.db.transaction() as connection:
        await connection.execute(update(tables.orders).values(is_open=False))
    async with bot.running():
        await bot.say(VERA, "/start")
        await until(lambda: said(bot, VERA, BOT, CODE))


async def test_cards_that_piled_up_go_home_as_one(bot: Rig) -> None:
    """Each refusal parks another; one of an order can wait to go out."""
    group = await group_of(bot)
    order = await bot.order(BORIS, chat_id=group)
    card = Letter(kind=Kind.CARD, priority=Priority.REST, user_id=BORIS, chat_id=group, order_id=order.id)
    async with bot.desk.db.transaction() as connection:
        for _ in range(3):
            await outbox.put(connection, card, bot.desk.now_ms())
            await outbox.park(connection, group, "bot-removed")
        await chat_life.close(connection, bot.desk, group, Closed.REMOVED)
    assert [one.state for one in await bot.letters() if one.kind is Kind.CARD] == ["dropped"] * 3 + ["due"]
    await send_all(bot)
    assert (await bot.fresh(order)).card_id is not None


async def test_what_became_of_a_purchase_is_told_at_home(bot: Rig) -> None:
    """Money whose fate nobody knows is not a matter that waits for the group."""
    group = await group_of(bot)
    share = await lent(bot, group)
    order = await bot.order(BORIS, chat_id=group, share_id=share.id)
    async with bot.desk.db.transaction() as connection:
        await connection.execute(update(tables.orders).values(is_open=False))
        await purchases.change(
            connection, order.purchase_id, state=Outcome.UNKNOWN.value, share_id=share.id, settled_at=None
        )
        purchase = await purchases.get(connection, order.purchase_id)
        assert purchase is not None
        await settle.tell(connection, bot.desk, purchase)
    await bot.post(f"/groups/{group}/members", user_id=BOT, status="kicked")
    hears_nothing(bot)
    await send_all(bot)
    (letter,) = [one for one in await bot.letters() if one.kind is Kind.OUTCOME]
    assert (letter.state, letter.chat_id) == ("sent", BORIS)
    async with bot.desk.db.transaction() as connection:
        moved = await purchases.get(connection, purchase.id)
    assert moved is not None
    assert (moved.chat_id, moved.card_id) == (BORIS, letter.sent_id)


# The bot is muted: it is still there.


async def test_a_muted_bot_ends_nothing(bot: Rig) -> None:
    """Codes go home; once it may write again, so does everything else."""
    group = await group_of(bot)
    share = await lent(bot, group, Codes.ALL)
    order = await bot.carded(BORIS, chat_id=group, share_id=share.id)
    waits = await bot.order(VERA, chat_id=group, share_id=share.id)
    await bot.post(f"/groups/{group}/members", user_id=BOT, status="restricted")
    hears_nothing(bot)
    await bot.sms(order, CODE)
    await bot.sms(waits, "777888")
    await send_all(bot)
    assert (await now(bot, share)).is_active
    assert await said(bot, BORIS, BOT, CODE)
    assert sum("нельзя писать в «Team»" in text for text in await bot.texts(BORIS)) == 1
    assert not [text for text in await bot.texts(ANNA) if "Team" in text], "there is nothing to tell"
    async with bot.running():
        await bot.post(f"/groups/{group}/members", user_id=BOT, status="member")
        await until(lambda: said(bot, VERA, group, "777888"))


async def test_a_muted_bot_that_hears_of_it(bot: Rig) -> None:
    group = await group_of(bot)
    share = await lent(bot, group)
    async with bot.running():
        await bot.post(f"/groups/{group}/members", user_id=BOT, status="restricted")

        async def closed() -> bool:
            row = await bot.chat_row(group)
            return row is not None and row.closed == Closed.MUTED

        await until(closed)
        assert (await now(bot, share)).is_active
        await bot.post(f"/groups/{group}/members", user_id=BOT, status="restricted", away=True)

        async def ended() -> bool:
            return not (await now(bot, share)).is_active

        await until(ended)


@pytest.mark.parametrize(
    ("chat", "refusal", "forbidden", "closed"),
    [
        (-5, "Forbidden: bot was kicked from the supergroup chat", True, Closed.REMOVED),
        (-5, "Forbidden: bot is not a member of the group chat", True, Closed.REMOVED),
        (-5, "Forbidden: the group chat was deleted", True, Closed.GONE),
        (-5, "Bad Request: chat not found", False, Closed.GONE),
        (-5, "Bad Request: not enough rights to send text messages to the chat", False, Closed.MUTED),
        (-5, "Bad Request: CHAT_WRITE_FORBIDDEN", False, Closed.MUTED),
        (-5, "Forbidden: something new", True, Closed.MUTED),
        (7, "Forbidden: bot was blocked by the user", True, Closed.BLOCKED),
        (7, "Forbidden: bot can't initiate conversation with a user", True, Closed.BLOCKED),
        (7, "Bad Request: chat not found", False, Closed.BLOCKED),
        (-5, "Bad Request: message is too long", False, None),
        (-5, "Bad Request: TOPIC_CLOSED", False, None),
    ],
)
def test_what_a_refusal_says_of_the_chat(
    chat: int, refusal: str, *, forbidden: bool, closed: Closed | None
) -> None:
    """Only where the bot is surely not in the group, what is lent ends."""
    assert why_closed(chat, refusal, forbidden=forbidden) is closed


async def test_an_owner_who_blocks_the_bot_goes_on_sharing(bot: Rig) -> None:
    """What she is told waits for her."""
    group = await group_of(bot)
    share = await lent(bot, group, Codes.ALL)
    order = await bot.carded(BORIS, chat_id=group, share_id=share.id)
    async with bot.running():
        await bot.post(f"/people/{ANNA}/chats/{BOT}/block")
        await bot.sms(order, CODE)
        await until(lambda: said(bot, BORIS, group, CODE))
        await bot.post(f"/groups/{group}/members", user_id=BOT, status="kicked")

        async def parked() -> bool:
            return bool([one for one in await bot.letters("parked") if one.chat_id == ANNA])

        await until(parked)
        await bot.post(f"/people/{ANNA}/chats/{BOT}/unblock")
        await until(lambda: said(bot, ANNA, BOT, "was removed from Team"))
    assert not (await now(bot, share)).is_active


async def test_open_orders_of_an_unlinked_account_go_on_in_the_group(bot: Rig) -> None:
    group = await group_of(bot)
    share = await lent(bot, group, Codes.ALL)
    order = await bot.carded(BORIS, chat_id=group, share_id=share.id)
    await keys.remove(bot.desk, bot.account)
    await bot.sms(order, CODE)
    await send_all(bot)
    assert await said(bot, BORIS, group, CODE)
    assert await why_ended(bot, share) == ["unlinked"]
    assert await said(bot, ANNA, BOT, "is unlinked")


# A group becomes a supergroup.


@pytest.mark.parametrize("told", ["both", "old", "new", "by sending", "by asking"])
async def test_all_that_is_lent_moves_to_the_supergroup(bot: Rig, told: str) -> None:
    """However the bot learns of it. The order is watched on, and its card and code stand there."""
    group = await group_of(bot)
    share = await lent(bot, group, Codes.ALL)
    order = await bot.carded(BORIS, chat_id=group, share_id=share.id)
    new = (await bot.post(f"/groups/{group}/migrate"))["id"]
    updates = bot.world.telegram.hub.bots[BOT].updates
    kept = {"old": "migrate_to_chat_id", "new": "migrate_from_chat_id", "both": "chat_id"}.get(told)
    for one in [one for one in updates.waiting if kept is None or kept not in str(one)]:
        updates.waiting.remove(one)
    async with bot.running():
        if told == "by asking":
            assert (await lending.seat(bot.desk, share.id, BORIS)).standing.in_chat
        if told == "by sending":
            await bot.card(order)

        async def moved() -> bool:
            return {(await now(bot, share)).chat_id, (await bot.fresh(order)).chat_id} == {new}

        await until(moved)
        await bot.settled()
        assert (await bot.fresh(order)).card_id is not None, "a card that can be pressed"
        await bot.sms(await bot.fresh(order), CODE)
        await until(lambda: said(bot, BORIS, new, CODE))
        (seat,) = await lending.seats_in(bot.desk, new, BORIS)
        assert seat.share.id == share.id
        row = await bot.chat_row(new)
        assert row is not None
        assert (row.title, row.closed) == ("Team", None)
        assert await bot.chat_row(group) is None


async def test_an_account_shared_anew_before_the_move_was_known(bot: Rig) -> None:
    """The older share counts: it knows what was spent. Moving twice changes nothing."""
    group = await group_of(bot)
    share = await lent(bot, group)
    new = (await bot.post(f"/groups/{group}/migrate"))["id"]
    hears_nothing(bot)
    twin = await lent(bot, new)
    for _ in range(2):
        async with bot.desk.db.transaction() as connection:
            await chat_life.move(connection, bot.desk, group, new)
    assert (await now(bot, share)).is_active
    assert not (await now(bot, twin)).is_active
    async with bot.desk.db.transaction() as connection:
        assert [one.id for one in await shares.in_chat(connection, new)] == [share.id]


# Topics.


@pytest.mark.parametrize("gone", [{"closed": True}, {"deleted": True}])
async def test_a_shares_topic_that_is_closed_or_deleted_loses_no_letter(
    bot: Rig, gone: dict[str, bool]
) -> None:
    """The card and the code go to the group itself, and the share goes on."""
    group = await group_of(bot, kind="supergroup", forum=True)
    share = await lent(bot, group, Codes.ALL)
    thread = (await bot.post(f"/groups/{group}/topics", name="Codes"))["message_thread_id"]
    async with bot.desk.db.transaction() as connection:
        await shares.change(connection, share.id, thread_id=thread)
    order = await bot.carded(BORIS, chat_id=group, thread_id=thread, share_id=share.id)
    await bot.post(f"/groups/{group}/topics", id=thread, **gone)
    await bot.sms(order, CODE)
    await send_all(bot)
    there = [one for one in await bot.seen(BORIS, group) if CODE in one["text"]]
    assert there
    assert "message_thread_id" not in there[-1]
    assert (await now(bot, share)).is_active
    async with bot.desk.db.transaction() as connection:
        states = (await connection.execute(select(tables.outbox.c.state))).scalars().all()
    assert set(states) == {"sent"}


async def test_a_deleted_topic_is_asked_for_once(bot: Rig) -> None:
    """Then all goes to the group itself; the owner is told once, and it stands in the log."""
    group = await group_of(bot, kind="supergroup", forum=True)
    share = await lent(bot, group, Codes.ALL)
    thread = (await bot.post(f"/groups/{group}/topics", name="Codes"))["message_thread_id"]
    await lending.set_topic(bot.desk, share.id, thread, ANNA)
    orders = [await bot.carded(BORIS, chat_id=group, thread_id=thread, share_id=share.id) for _ in range(2)]
    await bot.post(f"/groups/{group}/topics", id=thread, deleted=True)
    before = len(await bot.calls("sendMessage"))
    for order in orders:
        await bot.sms(order, CODE)
        await send_all(bot)
    assert (await now(bot, share)).thread_id is None
    assert [(await bot.fresh(order)).thread_id for order in orders] == [None, None]
    sent = [one["params"].get("message_thread_id") for one in (await bot.calls("sendMessage"))[before:]]
    assert [str(one) for one in sent if one] == [str(thread)]
    assert sum("was deleted" in text for text in await bot.texts(ANNA)) == 1
    log = select(tables.share_log.c.user_id, tables.share_log.c.args).order_by(tables.share_log.c.id.desc())
    async with bot.desk.db.transaction() as connection:
        last = (await connection.execute(log.where(tables.share_log.c.event == Event.CHANGED.value))).first()
    assert last is not None
    assert tuple(last) == (None, {"what": "topic", "before": str(thread), "after": ""})


async def test_a_closed_topic_stays_the_shares(bot: Rig) -> None:
    """It may open again: until then its letters go to the group itself."""
    group = await group_of(bot, kind="supergroup", forum=True)
    share = await lent(bot, group, Codes.ALL)
    thread = (await bot.post(f"/groups/{group}/topics", name="Codes"))["message_thread_id"]
    await lending.set_topic(bot.desk, share.id, thread, ANNA)
    await bot.post(f"/groups/{group}/topics", id=thread, closed=True)
    await bot.carded(BORIS, chat_id=group, thread_id=thread, share_id=share.id)
    assert (await now(bot, share)).thread_id == thread
    assert await bot.texts(ANNA) == []
