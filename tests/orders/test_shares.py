"""A share begins, changes and ends; every change stands in its log, and only who may makes it."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from orders import keys, shares
from orders.access import Right
from orders.errors import AlreadyShared, Gone, MayNot, NobodyKnows, NotYours
from orders.limits import Span
from orders.shares import FIRST_CAPS, Person
from providers.words import State
from storage import people, tables
from storage import shares as rows
from storage.accounts import Account
from storage.outbox import Kind
from storage.share_log import Event
from storage.shares import Cap, Codes, Role, Share, Who
from tests.orders.scene import GROUP, OWNER, Scene
from tests.orders.share_kit import ADMIN, BORIS, MANAGER, Line, fresh, go, lines, meet, share_of


@pytest.fixture
async def account(scene: Scene) -> Account:
    await meet(scene)
    return await scene.account("gsim")


@pytest.fixture
async def share(scene: Scene, account: Account) -> Share:
    """Of Anna; Boris, Clara, a manager, and Dora, an admin of the group, are there."""
    return await share_of(scene, account)


async def caps(scene: Scene, share: Share) -> dict[str, Cap]:
    async with scene.desk.db.transaction() as connection:
        return dict(await rows.caps(connection, share.id))


async def told(scene: Scene) -> list[tuple[int, str]]:
    """The notices: in which chat, and of what."""
    return [(letter.chat_id, str(letter.args.get("text"))) for letter in await scene.letters(Kind.NOTICE)]


# Beginning


async def test_a_share_begins_with_careful_limits(scene: Scene, account: Account) -> None:
    share = await scene.shared(account)
    assert (share.who, share.codes, share.admins_act) == (Who.ALL, Codes.BUYER, True)
    assert await caps(scene, share) == {span.value: Cap(most, None) for span, most in FIRST_CAPS.items()}
    assert await lines(scene, share) == [Line(Event.SHARED, OWNER, "Anna", {})]


async def test_it_begins_once_however_often_it_is_pressed(scene: Scene, account: Account) -> None:
    scene.groups.join(OWNER)
    begun = await asyncio.gather(
        *(shares.begin(scene.desk, account, GROUP, OWNER) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(one, Share) for one in begun) == 1
    assert sum(isinstance(one, AlreadyShared) for one in begun) == 19
    assert await scene.count("shares") == await scene.count("share_log") == 1


async def test_an_account_is_lent_to_several_groups_and_again_after_an_end(
    scene: Scene, account: Account
) -> None:
    share = await scene.shared(account)
    await scene.shared(account, GROUP - 1)
    await shares.stop(scene.desk, share.id, OWNER)
    again = await scene.shared(account)
    assert again.id != share.id
    assert not (await fresh(scene, share)).is_active


async def test_only_the_owner_lends_and_only_where_they_are(scene: Scene, account: Account) -> None:
    scene.groups.join(BORIS, is_admin=True)
    with pytest.raises(NotYours):
        await shares.begin(scene.desk, account, GROUP, BORIS)
    with pytest.raises(MayNot) as refused:
        await shares.begin(scene.desk, account, GROUP, OWNER)
    assert refused.value.why == "not-in-group"
    scene.groups.join(OWNER)
    scene.groups.silent = True
    with pytest.raises(NobodyKnows):
        await shares.begin(scene.desk, account, GROUP, OWNER)
    scene.groups.silent = False
    await keys.remove(scene.desk, account)
    with pytest.raises(NotYours):
        await shares.begin(scene.desk, account, GROUP, OWNER)  # as the menu knew it, not unlinked yet
    assert await scene.count("shares") == 0


# Who is who


async def test_one_question_to_telegram_for_all_shares_of_a_group(scene: Scene, account: Account) -> None:
    first = await scene.shared(account)
    second = await scene.shared(await scene.account("smsgig"))
    scene.groups.join(BORIS)
    scene.groups.asked = 0
    seats = await shares.seats_in(scene.desk, GROUP, BORIS)
    assert ({seat.share.id for seat in seats}, scene.groups.asked) == ({first.id, second.id}, 1)
    assert all(seat.role is Role.BUYER for seat in seats)
    assert await shares.seats_in(scene.desk, GROUP - 1, BORIS) == []
    assert scene.groups.asked == 1  # nothing is shared there: nobody is asked


async def test_a_role_counts_in_its_own_share_alone(scene: Scene, share: Share) -> None:
    other = await scene.shared(await scene.account("smsgig"))
    assert (await shares.seat(scene.desk, share.id, MANAGER)).role is Role.MANAGER
    assert (await shares.seat(scene.desk, other.id, MANAGER)).role is Role.BUYER
    elsewhere = await scene.shared(await scene.account("gearsms"), GROUP - 1)
    assert (await shares.seat(scene.desk, elsewhere.id, MANAGER)).role is Role.STRANGER


async def test_telegram_is_silent(scene: Scene, share: Share) -> None:
    scene.groups.silent = True
    with pytest.raises(NobodyKnows):
        await shares.seat(scene.desk, share.id, BORIS)
    await shares.stop(scene.desk, share.id, OWNER)  # the owner needs nobody's word for that
    ended = await shares.seat(scene.desk, share.id, BORIS)
    assert ended.rights == frozenset()


async def test_a_share_that_is_not_there(scene: Scene) -> None:
    with pytest.raises(Gone):
        await shares.seat(scene.desk, "nothing", OWNER)


# Changing: whoever may not changes nothing, and nothing is written

CHANGES: dict[str, Callable[[Scene, str, int], Awaitable[None]]] = {
    "who": lambda scene, share_id, by: shares.change(scene.desk, share_id, by, who=Who.NAMED),
    "codes": lambda scene, share_id, by: shares.change(scene.desk, share_id, by, codes=Codes.ALL),
    "admins": lambda scene, share_id, by: shares.change(scene.desk, share_id, by, admins_act=False),
    "topic": lambda scene, share_id, by: shares.set_topic(scene.desk, share_id, 7, by),
    "role": lambda scene, share_id, by: shares.set_role(
        scene.desk, share_id, Person(BORIS, "Boris"), Role.MANAGER, by
    ),
    "cap": lambda scene, share_id, by: shares.set_cap(scene.desk, share_id, Span.DAY, Decimal(9), by),
    "lift": lambda scene, share_id, by: shares.set_cap(scene.desk, share_id, Span.DAY, None, by),
    "stop": lambda scene, share_id, by: shares.stop(scene.desk, share_id, by),
}

MAY = {"cap": {OWNER, MANAGER}, "lift": {OWNER, MANAGER}, "stop": {OWNER, ADMIN}}
"""All else is the owner's alone."""


@pytest.mark.parametrize(
    "by", [OWNER, MANAGER, ADMIN, BORIS, 99], ids=["owner", "manager", "admin", "buyer", "gone"]
)
@pytest.mark.parametrize("what", CHANGES)
async def test_who_changes_what(scene: Scene, share: Share, what: str, by: int) -> None:
    before = (await fresh(scene, share), await caps(scene, share), await lines(scene, share))
    if by in MAY.get(what, {OWNER}):
        await CHANGES[what](scene, share.id, by)
        if (what, by) != ("lift", MANAGER):  # there was none of theirs
            assert len(await lines(scene, share)) == len(before[2]) + 1
        return
    with pytest.raises(MayNot):
        await CHANGES[what](scene, share.id, by)
    assert (await fresh(scene, share), await caps(scene, share), await lines(scene, share)) == before


@pytest.mark.parametrize("what", CHANGES)
async def test_nothing_changes_after_the_end(scene: Scene, share: Share, what: str) -> None:
    await shares.stop(scene.desk, share.id, OWNER)
    before = await lines(scene, share)
    with pytest.raises(MayNot) as refused:
        await CHANGES[what](scene, share.id, OWNER)
    assert refused.value.why == "share-ended"
    assert await lines(scene, share) == before


async def test_each_change_is_in_the_log_with_before_and_after(scene: Scene, share: Share) -> None:
    desk, before = scene.desk, len(await lines(scene, share))
    await shares.change(desk, share.id, OWNER, who=Who.ADMINS, codes=Codes.ALL)
    await shares.change(desk, share.id, OWNER, admins_act=False, codes=Codes.ALL)  # that it is already
    await shares.set_topic(desk, share.id, 7, OWNER)
    await shares.set_topic(desk, share.id, None, OWNER)
    await shares.set_topic(desk, share.id, None, OWNER)
    assert (await lines(scene, share))[before:] == [
        Line(Event.CHANGED, OWNER, "Anna", {"what": "who", "before": "all", "after": "admins"}),
        Line(Event.CHANGED, OWNER, "Anna", {"what": "codes", "before": "buyer", "after": "all"}),
        Line(Event.CHANGED, OWNER, "Anna", {"what": "admins_act", "before": "True", "after": "False"}),
        Line(Event.CHANGED, OWNER, "Anna", {"what": "topic", "before": "", "after": "7"}),
        Line(Event.CHANGED, OWNER, "Anna", {"what": "topic", "before": "7", "after": ""}),
    ]
    now = await fresh(scene, share)
    assert (now.who, now.codes, now.admins_act, now.thread_id) == (Who.ADMINS, Codes.ALL, False, None)


async def test_cards_are_drawn_anew_when_others_may_read_or_press(
    scene: Scene, account: Account, share: Share
) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    own = await scene.buy(account)

    async def drawn(**change: Any) -> list[str | None]:
        async with scene.desk.db.transaction() as connection:
            await connection.execute(tables.outbox.delete())
        await shares.change(scene.desk, share.id, OWNER, **change)
        return [letter.order_id for letter in await scene.letters(Kind.CARD)]

    assert await drawn(codes=Codes.ALL) == [order.id]
    assert await drawn(admins_act=False) == [order.id]
    assert await drawn(who=Who.NAMED) == []
    assert own.share_id is None


# Limits of the owner and of a manager


async def effective(scene: Scene, share: Share) -> Decimal | None:
    return (await caps(scene, share))["day"].effective


async def test_a_manager_sets_limits_below_the_owners(scene: Scene, share: Share) -> None:
    desk = scene.desk
    await shares.set_cap(desk, share.id, Span.DAY, Decimal(8), MANAGER)
    assert await effective(scene, share) == 8
    with pytest.raises(MayNot) as refused:
        await shares.set_cap(desk, share.id, Span.DAY, Decimal("20.01"), MANAGER)
    assert refused.value.why == "widen"
    await shares.set_cap(desk, share.id, Span.DAY, Decimal(20), MANAGER)  # as far as the owner's, no further
    assert await effective(scene, share) == 20
    await shares.set_cap(desk, share.id, Span.DAY, Decimal(3), MANAGER)
    await shares.set_cap(desk, share.id, Span.DAY, None, MANAGER)
    assert await effective(scene, share) == 20  # the owner's is left


async def test_the_owners_word_ends_a_managers(scene: Scene, share: Share) -> None:
    desk = scene.desk
    await shares.set_cap(desk, share.id, Span.DAY, Decimal(8), MANAGER)
    await shares.set_cap(desk, share.id, Span.DAY, Decimal(5), OWNER)
    assert (await caps(scene, share))["day"] == Cap(Decimal(5), None)
    with pytest.raises(MayNot):
        await shares.set_cap(desk, share.id, Span.DAY, Decimal(8), MANAGER)
    await shares.set_cap(desk, share.id, Span.DAY, None, OWNER)
    assert await effective(scene, share) is None
    await shares.set_cap(desk, share.id, Span.DAY, Decimal(500), MANAGER)  # below no limit is any
    assert await effective(scene, share) == 500


async def test_limits_are_in_the_log_with_before_and_after(scene: Scene, share: Share) -> None:
    await shares.set_cap(scene.desk, share.id, Span.PERSON, Decimal("2.5"), MANAGER)
    await shares.set_cap(scene.desk, share.id, Span.PERSON, Decimal("2.5"), MANAGER)
    await shares.set_cap(scene.desk, share.id, Span.PERSON, None, OWNER)
    assert (await lines(scene, share))[-2:] == [
        Line(Event.CAP, MANAGER, "Clara", {"span": "person", "before": "5"}, Decimal("2.5")),
        Line(Event.CAP, OWNER, "Anna", {"span": "person", "before": "2.5"}),
    ]


async def test_a_manager_who_was_demoted_while_telegram_was_asked(scene: Scene, share: Share) -> None:
    seat = await shares.seat(scene.desk, share.id, MANAGER)
    await shares.set_role(scene.desk, share.id, Person(MANAGER, "Clara"), Role.VIEWER, OWNER)
    async with scene.desk.db.transaction() as connection:
        with pytest.raises(MayNot):
            await shares.still(connection, seat, Right.TIGHTEN)


# Roles


async def test_roles_are_given_changed_and_taken(scene: Scene, share: Share) -> None:
    before, boris = len(await lines(scene, share)), Person(BORIS, "Boris")
    for role in (Role.VIEWER, Role.BUYER, Role.BUYER, None, None):
        await shares.set_role(scene.desk, share.id, boris, role, OWNER)
    words = {"user": BORIS, "of": "Boris"}
    assert (await lines(scene, share))[before:] == [
        Line(Event.ROLE, OWNER, "Anna", {**words, "before": "", "role": "viewer"}),
        Line(Event.ROLE, OWNER, "Anna", {**words, "before": "viewer", "role": "buyer"}),
        Line(Event.ROLE, OWNER, "Anna", {**words, "before": "buyer", "role": ""}),
    ]


@pytest.mark.parametrize("role", [Role.OWNER, Role.STRANGER])
async def test_some_roles_nobody_can_give(scene: Scene, share: Share, role: Role) -> None:
    with pytest.raises(MayNot):
        await shares.set_role(scene.desk, share.id, Person(BORIS, "Boris"), role, OWNER)


async def test_the_owner_has_no_other_role(scene: Scene, share: Share) -> None:
    with pytest.raises(MayNot):
        await shares.set_role(scene.desk, share.id, Person(OWNER, "Anna"), Role.VIEWER, OWNER)
    assert (await shares.seat(scene.desk, share.id, OWNER)).role is Role.OWNER


async def test_a_name_that_is_too_long_is_cut(scene: Scene, share: Share) -> None:
    await shares.set_role(scene.desk, share.id, Person(BORIS, "B" * 500), Role.BUYER, OWNER)
    async with scene.desk.db.transaction() as connection:
        member = await rows.member(connection, share.id, BORIS)
    assert member is not None
    assert member.name == "B" * people.NAME_LENGTH


async def test_who_is_demoted_keeps_the_order_and_buys_no_other(
    scene: Scene, account: Account, share: Share
) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    await shares.set_role(scene.desk, share.id, Person(BORIS, "Boris"), Role.VIEWER, OWNER)
    with pytest.raises(MayNot) as refused:
        await scene.confirm(await scene.armed(account, user_id=BORIS, share=share), BORIS)
    assert refused.value.why == "order"
    ended = await scene.act(order, "cancel", BORIS)
    assert ended is not None
    assert ended.state is State.CANCELLED


async def test_roles_and_requests_have_an_end(
    scene: Scene, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shares, "MOST_MEMBERS", 3)
    monkeypatch.setattr(shares, "MOST_REQUESTS", 2)
    desk = scene.desk
    await shares.change(desk, share.id, OWNER, who=Who.NAMED)
    scene.groups.join(21, 22, 23)
    assert [await shares.ask_in(desk, share.id, user_id) for user_id in (21, 22)] == [True, True]
    with pytest.raises(MayNot) as refused:
        await shares.ask_in(desk, share.id, 23)
    assert refused.value.why == "too-many"
    # Those who ask take no place from those whom the owner names; one of them had a role before.
    await shares.set_role(desk, share.id, Person(21, "21"), Role.BUYER, OWNER)
    await shares.set_role(desk, share.id, Person(BORIS, "Boris"), Role.BUYER, OWNER)
    with pytest.raises(MayNot) as refused:
        await shares.set_role(desk, share.id, Person(22, "22"), Role.BUYER, OWNER)
    assert refused.value.why == "too-many"
    await shares.set_role(desk, share.id, Person(BORIS, "Boris"), Role.VIEWER, OWNER)  # no new one


# Asking to be let in


async def test_asking_tells_the_owner_once(scene: Scene, share: Share) -> None:
    await shares.change(scene.desk, share.id, OWNER, who=Who.NAMED)
    before = len(await lines(scene, share))
    asked = await asyncio.gather(*(shares.ask_in(scene.desk, share.id, BORIS) for _ in range(10)))
    assert sorted(asked) == [False] * 9 + [True]
    (letter,) = await scene.letters(Kind.NOTICE)
    assert letter.chat_id == OWNER
    assert dict(letter.args) == {"text": "notice-asks-in", "share": share.id, "user": BORIS, "name": "Boris"}
    assert (await lines(scene, share))[before:] == [Line(Event.ASKED, BORIS, "Boris", {})]
    with pytest.raises(MayNot):
        await scene.confirm(
            await scene.armed(await scene.desk.account(share.account_id), user_id=BORIS, share=share), BORIS
        )


async def test_who_comes_and_goes_rings_the_owner_once_a_day(scene: Scene, share: Share) -> None:
    """They ask each time, which the members' list and the log show."""
    await shares.change(scene.desk, share.id, OWNER, who=Who.NAMED)
    for days, rung in ((0, 1), (0, 1), (1, 2)):
        scene.desk.ahead += days * 86_400
        assert await shares.ask_in(scene.desk, share.id, BORIS)
        asked = [one for one in await scene.letters(Kind.NOTICE) if one.args["text"] == "notice-asks-in"]
        assert len(asked) == rung
        await go(scene, BORIS)
        scene.groups.join(BORIS)
    assert [line.event for line in await lines(scene, share)].count(Event.ASKED) == 3


async def test_who_may_order_or_was_told_no_does_not_ask(scene: Scene, share: Share) -> None:
    assert not await shares.ask_in(scene.desk, share.id, BORIS)
    await shares.set_role(scene.desk, share.id, Person(BORIS, "Boris"), Role.VIEWER, OWNER)
    assert not await shares.ask_in(scene.desk, share.id, BORIS)
    with pytest.raises(MayNot):
        await shares.ask_in(scene.desk, share.id, 99)  # not even in the group
    assert await told(scene) == []
