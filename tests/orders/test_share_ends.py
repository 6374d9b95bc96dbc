"""A share ends, and people leave its group: open orders are seen to their end, codes go where they may."""

import asyncio

import pytest

from orders import acts, keys, shares
from orders.errors import MayNot, NotYours
from providers.words import State
from storage import chat_ids, outbox, people
from storage.accounts import Account
from storage.outbox import Kind
from storage.purchases import Outcome, Purchase
from storage.share_log import Event
from storage.shares import Codes, Role, Share
from tests.orders.scene import GROUP, OWNER, Scene, until
from tests.orders.share_kit import ADMIN, BORIS, MANAGER, Line, fresh, go, lines, meet, share_of


@pytest.fixture
async def account(scene: Scene) -> Account:
    await meet(scene)
    return await scene.account("gsim")


@pytest.fixture
async def share(scene: Scene, account: Account) -> Share:
    """Of Anna; Boris, Clara, a manager, and Dora, an admin of the group, are there."""
    return await share_of(scene, account)


async def sent(scene: Scene, account: Account, share: Share) -> asyncio.Task[Purchase]:
    """Boris's purchase has reached the site, which does not answer before `let_go`."""
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.fault("gsim", "timeout", method="POST", path="/orders", seconds=600, committed=True)
    buying = asyncio.create_task(scene.confirm(token, BORIS))

    async def is_there() -> bool:
        return bool(await scene.bought("gsim"))

    await until(is_there)
    return buying


async def told(scene: Scene) -> list[tuple[int, str]]:
    """The notices: in which chat, and of what."""
    return [(letter.chat_id, str(letter.args.get("text"))) for letter in await scene.letters(Kind.NOTICE)]


# Ending


async def test_the_owner_who_stops_it_is_not_told(scene: Scene, share: Share) -> None:
    await shares.stop(scene.desk, share.id, OWNER)
    assert (await lines(scene, share))[-1] == Line(Event.STOPPED, OWNER, "Anna", {"why": "owner"})
    assert await told(scene) == []
    with pytest.raises(MayNot):
        await shares.stop(scene.desk, share.id, OWNER)


async def test_an_admin_stops_it_and_the_owner_is_told_once(scene: Scene, share: Share) -> None:
    stopped = await asyncio.gather(
        *(shares.stop(scene.desk, share.id, ADMIN) for _ in range(5)), return_exceptions=True
    )
    assert sum(one is None for one in stopped) == 1
    (letter,) = await scene.letters(Kind.NOTICE)
    assert letter.chat_id == OWNER
    assert dict(letter.args) == {"text": "notice-share-ended-admin", "share": share.id, "name": "Dora"}
    async with scene.desk.db.transaction() as connection:
        await shares.end(connection, scene.desk, share, "removed")  # it has ended already
    assert len(await told(scene)) == 1
    assert [line.event for line in await lines(scene, share)].count(Event.STOPPED) == 1


async def test_an_unlinked_account_is_lent_no_more(scene: Scene, account: Account, share: Share) -> None:
    await keys.remove(scene.desk, account)
    assert not (await fresh(scene, share)).is_active
    assert await told(scene) == [(OWNER, "notice-share-ended-unlinked")]


async def test_what_is_open_goes_on_after_the_end(scene: Scene, account: Account, share: Share) -> None:
    first = await scene.buy(account, user_id=BORIS, share=share)
    second = await scene.buy(account, user_id=BORIS, share=share)
    await shares.stop(scene.desk, share.id, OWNER)
    await scene.sms(first, "Your code is 402113")
    await scene.look()
    assert await scene.pushed(first) == ["402113"]
    ended = await scene.act(second, "cancel", BORIS)
    assert ended is not None
    assert ended.state is State.CANCELLED


async def test_who_ordered_cancels_also_once_the_bot_is_not_in_the_group(
    scene: Scene, account: Account, share: Share
) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    scene.groups.silent = True
    async with scene.desk.db.transaction() as connection:
        await shares.end(connection, scene.desk, share, "removed")
    with pytest.raises(NotYours):
        await acts.pressed(scene.desk, order.id, "cancel", ADMIN)
    ended = await scene.act(order, "cancel", BORIS)
    assert ended is not None
    assert ended.state is State.CANCELLED


# Leaving


async def test_who_leaves_has_no_role_any_more(scene: Scene, share: Share) -> None:
    await go(scene, MANAGER)
    assert (await lines(scene, share))[-1] == Line(Event.LEFT, MANAGER, "Clara", {})
    scene.groups.join(MANAGER)  # back again: as everybody else
    assert (await shares.seat(scene.desk, share.id, MANAGER)).role is Role.BUYER
    before = await lines(scene, share)
    await go(scene, 99)
    assert await lines(scene, share) == before


async def test_codes_that_come_after_they_left_come_to_the_owner(
    scene: Scene, account: Account, share: Share
) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    await go(scene, BORIS)
    await scene.sms(order, "Your code is 402113")
    await scene.look()
    assert [(one.user_id, one.chat_id) for one in await scene.letters(Kind.PUSH)] == [(OWNER, OWNER)]
    assert await scene.pushed(order) == ["402113"]


async def test_codes_of_who_leaves_come_to_the_owner(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    await scene.sms(order, "Your code is 402113")
    await scene.look()  # it waits to be sent when Boris leaves
    await go(scene, BORIS)
    now = await scene.order(order)
    assert (now.user_id, now.chat_id, now.thread_id, now.card_id) == (OWNER, OWNER, None, None)
    waiting = [one for kind in (Kind.PUSH, Kind.CARD) for one in await scene.letters(kind)]
    assert {(letter.user_id, letter.chat_id) for letter in waiting} == {(OWNER, OWNER)}
    assert [letter.order_id for letter in await scene.letters(Kind.CARD)] == [order.id]
    assert (OWNER, "notice-handed-over") in await told(scene)
    assert Line(Event.HANDED_OVER, BORIS, "Boris", {}) in await lines(scene, share)
    with pytest.raises(NotYours):
        await acts.pressed(scene.desk, order.id, "cancel", BORIS)


async def test_letters_of_one_card_that_is_being_sent_and_waits_again_do_not_collide(
    scene: Scene, account: Account, share: Share
) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    async with scene.desk.db.transaction() as connection:
        await outbox.begin(connection, [one.id for one in await outbox.in_state(connection, "due")])
    await scene.sms(order, "Your code is 402113")
    await scene.look()
    await go(scene, BORIS)
    assert [letter.chat_id for letter in await scene.letters(Kind.CARD)] == [OWNER]


async def test_where_all_see_codes_the_order_stays_in_the_group(
    scene: Scene, account: Account, share: Share
) -> None:
    await shares.change(scene.desk, share.id, OWNER, codes=Codes.ALL)
    order = await scene.buy(account, user_id=BORIS, share=share)
    await go(scene, BORIS)
    assert (await scene.order(order)).chat_id == GROUP
    assert (await lines(scene, share))[-1].event is Event.HANDED_OVER
    async with scene.desk.db.transaction() as connection:
        await people.meet_chat(connection, BORIS, "private", "")
        await people.meet_chat(connection, OWNER, "private", "")
        await chat_ids.take_home(connection, GROUP)  # should the group close, nothing comes to who has left
    assert (await scene.order(order)).chat_id == OWNER
    with pytest.raises(NotYours):
        await acts.pressed(scene.desk, order.id, "cancel", BORIS)


async def test_made_wider_the_rule_counts_for_what_is_ordered_from_then_on(
    scene: Scene, account: Account, share: Share
) -> None:
    """What was for Boris alone when he pressed Buy stays so; when he leaves it is the owner's."""
    before = await scene.buy(account, user_id=BORIS, share=share)
    scene.desk.ahead += 2
    await shares.change(scene.desk, share.id, OWNER, codes=Codes.ALL)
    after = await scene.buy(account, user_id=BORIS, share=share)
    for user_id, reads in ((BORIS, [True, True]), (OWNER, [False, True]), (ADMIN, [False, True])):
        seat = await shares.seat(scene.desk, share.id, user_id)
        assert [seat.may_read(order) for order in (before, after)] == reads
    await go(scene, BORIS)
    places = [await scene.order(order) for order in (before, after)]
    assert [(one.user_id, one.chat_id) for one in places] == [(OWNER, OWNER), (OWNER, GROUP)]


async def test_made_wider_while_it_is_being_bought_it_stays_for_one_alone(
    scene: Scene, account: Account, share: Share
) -> None:
    buying = await sent(scene, account, share)
    scene.desk.ahead += 2
    await shares.change(scene.desk, share.id, OWNER, codes=Codes.ALL)
    scene.desk.ahead += 2
    scene.world.faults.let_go()
    (order,) = await scene.orders_of(await buying)
    seats = [await shares.seat(scene.desk, share.id, user_id) for user_id in (BORIS, OWNER, ADMIN)]
    assert [seat.may_read(order) for seat in seats] == [True, False, False]


async def test_what_is_just_being_bought_when_they_leave_comes_to_the_owner(
    scene: Scene, account: Account, share: Share
) -> None:
    buying = await sent(scene, account, share)
    await go(scene, BORIS)
    scene.world.faults.let_go()
    purchase = await buying
    assert (purchase.state, purchase.user_id, purchase.chat_id) == (Outcome.PLACED, BORIS, OWNER)
    (order,) = await scene.orders_of(purchase)
    assert (order.user_id, order.chat_id, order.share_id) == (OWNER, OWNER, share.id)
    assert {letter.chat_id for letter in await scene.letters(Kind.OUTCOME)} == {OWNER}


async def test_what_is_just_being_bought_is_handed_over_where_all_see_codes_too(
    scene: Scene, account: Account, share: Share
) -> None:
    """Its card stays in the group; who has left acts on it no more, and is told of once."""
    await shares.change(scene.desk, share.id, OWNER, codes=Codes.ALL)
    buying = await sent(scene, account, share)
    await go(scene, BORIS)
    await go(scene, BORIS)  # Telegram tells of it twice
    scene.world.faults.let_go()
    purchase = await buying
    assert (purchase.state, purchase.user_id, purchase.chat_id) == (Outcome.PLACED, BORIS, GROUP)
    (order,) = await scene.orders_of(purchase)
    assert (order.user_id, order.chat_id, order.share_id) == (OWNER, GROUP, share.id)
    handed = [line for line in await lines(scene, share) if line.event is Event.HANDED_OVER]
    assert handed == [Line(Event.HANDED_OVER, BORIS, "Boris", {})]
    with pytest.raises(NotYours):
        await acts.pressed(scene.desk, order.id, "cancel", BORIS)


async def test_what_was_lost_when_they_left_is_found_for_the_owner(
    scene: Scene, account: Account, share: Share
) -> None:
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=True)
    purchase = await scene.confirm(token, BORIS)
    assert purchase.state is Outcome.UNKNOWN
    await go(scene, BORIS)
    found = await scene.find_out(10)
    assert found is not None
    assert found.state is Outcome.PLACED
    (order,) = await scene.orders_of(found)
    assert (order.user_id, order.chat_id) == (OWNER, OWNER)


async def test_what_was_lost_does_not_go_home_with_who_has_left_should_the_group_close(
    scene: Scene, account: Account, share: Share
) -> None:
    """Where all saw codes it had stayed in the group; what came of it is the owner's to read, in private."""
    await shares.change(scene.desk, share.id, OWNER, codes=Codes.ALL)
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=True)
    purchase = await scene.confirm(token, BORIS)
    await go(scene, BORIS)
    async with scene.desk.db.transaction() as connection:
        await people.meet_chat(connection, BORIS, "private", "")
        await chat_ids.take_home(connection, GROUP)
    assert {letter.chat_id for letter in await scene.letters(Kind.OUTCOME)} == {OWNER}
    found = await scene.find_out(10)
    assert found is not None
    (order,) = await scene.orders_of(purchase)
    assert (found.chat_id, order.user_id, order.chat_id) == (OWNER, OWNER, OWNER)


async def test_what_was_handed_over_waits_for_the_owner_who_has_blocked_the_bot(
    scene: Scene, account: Account, share: Share
) -> None:
    """Who ordered it opens their private chat meanwhile."""
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=True)
    purchase = await scene.confirm(token, BORIS)
    await go(scene, BORIS)
    async with scene.desk.db.transaction() as connection:
        await people.meet_chat(connection, OWNER, "private", "")
        await people.close_chat(connection, OWNER, "blocked")
        await people.meet_chat(connection, BORIS, "private", "")
        await chat_ids.fetch_home(connection, BORIS)
    assert (await scene.purchase(purchase.id)).chat_id == OWNER


async def test_the_question_to_the_owner_does_not_go_home_with_who_ordered(
    scene: Scene, account: Account, share: Share
) -> None:
    """It waits still when the group closes."""
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=False)
    purchase = await scene.confirm(token, BORIS)
    (asked,) = await scene.letters(Kind.NOTICE)
    async with scene.desk.db.transaction() as connection:
        await people.meet_chat(connection, BORIS, "private", "")
        await chat_ids.take_home(connection, GROUP)
    assert (await scene.purchase(purchase.id)).chat_id == BORIS
    assert await scene.letters(Kind.NOTICE) == [asked]
    assert {letter.chat_id for letter in await scene.letters(Kind.OUTCOME)} == {BORIS}


async def test_what_has_ended_stays_who_it_was(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    await scene.act(order, "cancel", BORIS)
    await go(scene, BORIS)
    assert (await scene.order(order)).user_id == BORIS
    assert await told(scene) == []


async def test_the_owner_leaves(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    await go(scene, OWNER)
    assert not (await fresh(scene, share)).is_active
    assert (await lines(scene, share))[-1] == Line(Event.STOPPED, None, "", {"why": "owner-left"})
    assert await told(scene) == [(OWNER, "notice-share-ended-owner-left")]
    assert (await scene.order(order)).user_id == BORIS  # watched on, for who ordered
    await go(scene, BORIS)  # and after the end they leave as well
    assert (await scene.order(order)).user_id == OWNER
