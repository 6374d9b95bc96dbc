"""The limits of a share: to the cent, also under five hundred presses at once; and who must not spend."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from orders import limits, place, shares
from orders.access import Standing
from orders.errors import Gone, MayNot, NobodyKnows, OverLimit, Told
from orders.find_out import choose
from orders.limits import Span
from orders.shares import Person
from storage import drafts, people, spending
from storage.accounts import Account
from storage.db import new_id
from storage.outbox import Kind
from storage.purchases import Outcome
from storage.share_log import Event
from storage.shares import Role, Share, Who
from tests.orders.scene import CHAT, GROUP, OWNER, Scene
from tests.orders.share_kit import ADMIN, BORIS, CLARA, MANAGER, go, lines, meet, share_of

PRICE = Decimal("0.50")
"""What the number costs at the site here."""


@pytest.fixture
async def account(scene: Scene) -> Account:
    await meet(scene)
    return await scene.account("gearsms", balance="1000")


@pytest.fixture
async def share(scene: Scene, account: Account) -> Share:
    """Without limits; tests set those that they are about."""
    share = await share_of(scene, account)
    for span in Span:
        await cap(scene, share, span, None)
    return share


async def cap(scene: Scene, share: Share, span: Span, most: Decimal | str | None) -> None:
    await shares.set_cap(scene.desk, share.id, span, None if most is None else Decimal(most), OWNER)


async def spent(scene: Scene, share: Share, user_id: int | None = None) -> Decimal:
    async with scene.desk.db.transaction() as connection:
        return await spending.of_share(connection, share.id, 0, user_id=user_id)


async def press(scene: Scene, account: Account, share: Share, user_id: int = BORIS) -> Outcome:
    """A new wish, confirmed."""
    token = await scene.armed(account, user_id=user_id, share=share)
    return (await scene.confirm(token, user_id)).state


async def buttons(scene: Scene, account: Account, share: Share, user_ids: list[int]) -> list[tuple[str, int]]:
    """A Buy button for each of these, all for the same."""
    shown = (await place.offer(scene.desk, await scene.draft(account, share=share))).draft
    assert shown.high == PRICE
    found = [(new_id(), user_id) for user_id in user_ids]
    async with scene.desk.db.transaction() as connection:
        for token, user_id in found:
            await drafts.add(connection, shown.changed(id=new_id(), token=token, user_id=user_id))
    return found


# To the cent


@pytest.mark.parametrize(
    ("span", "most", "bought"),
    [
        (Span.ORDER, PRICE - Decimal("0.01"), 0),
        (Span.PERSON, PRICE * 2 + Decimal("0.49"), 40),  # twenty people, two each
        (Span.DAY, PRICE * 7 + Decimal("0.49"), 7),
        (Span.MONTH, PRICE * 7, 7),
    ],
)
async def test_five_hundred_presses_at_a_limit(
    scene: Scene,
    account: Account,
    share: Share,
    monkeypatch: pytest.MonkeyPatch,
    span: Span,
    most: Decimal,
    bought: int,
) -> None:
    """Twenty people press at twenty-five Buy buttons each, all at once."""
    crowd = list(range(1000, 1020))
    scene.groups.join(*crowd)
    presses = await buttons(scene, account, share, crowd * 25)
    price = (await place.offer(scene.desk, await scene.draft(account, share=share))).quote

    async def quoted(*_: object) -> object:
        return price  # five hundred looks at the price are another test's

    monkeypatch.setattr(place, "_fresh_quote", quoted)
    monkeypatch.setattr(place, "QUEUE_PATIENCE", 600)
    await cap(scene, share, span, most)
    results = await asyncio.gather(
        *(place.confirm(scene.desk, token, user_id) for token, user_id in presses), return_exceptions=True
    )
    assert Counter(type(result).__name__ for result in results) == Counter(
        {"Purchase": bought, "OverLimit": 500 - bought}
    )
    assert all(one.of_group and one.span == span.value for one in results if isinstance(one, OverLimit))
    assert (
        await spent(scene, share) == PRICE * bought <= (PRICE * bought if span is Span.ORDER else most * 20)
    )
    if span is Span.PERSON:
        assert {await spent(scene, share, user_id) for user_id in crowd} == {PRICE * 2}
    await scene.desk.drain()
    assert len(await scene.bought("gearsms")) == bought
    assert await spent(scene, share) == PRICE * bought


async def test_all_limits_count_together_the_tightest_stops(
    scene: Scene, account: Account, share: Share
) -> None:
    await cap(scene, share, Span.PERSON, "1.20")
    await cap(scene, share, Span.DAY, "1.60")
    assert [await press(scene, account, share) for _ in range(2)] == [Outcome.PLACED] * 2
    for user_id, span, left in ((BORIS, "person", "0.20"), (CLARA, None, None), (ADMIN, "day", "0.10")):
        if span is None:
            assert await press(scene, account, share, user_id) is Outcome.PLACED
            continue
        with pytest.raises(OverLimit) as refused:
            await press(scene, account, share, user_id)
        assert (refused.value.span, refused.value.left) == (span, Decimal(left or 0))
    assert len(await scene.bought("gearsms")) == 3


async def test_a_persons_own_caps_count_in_a_group_as_well(
    scene: Scene, account: Account, share: Share
) -> None:
    async with scene.desk.db.transaction() as connection:
        await people.set_cap(connection, BORIS, "day", Decimal("0.60"))
    await cap(scene, share, Span.DAY, "5")
    assert await press(scene, account, share) is Outcome.PLACED
    with pytest.raises(OverLimit) as refused:
        await press(scene, account, share)
    assert (refused.value.of_group, refused.value.left) == (False, Decimal("0.10"))
    assert await press(scene, account, share, CLARA) is Outcome.PLACED


async def test_what_the_owner_orders_counts_for_the_share(
    scene: Scene, account: Account, share: Share
) -> None:
    await cap(scene, share, Span.DAY, "0.60")
    assert await press(scene, account, share, OWNER) is Outcome.PLACED
    with pytest.raises(OverLimit):
        await press(scene, account, share)
    # In private it is the owner's own affair.
    assert (await scene.confirm(await scene.armed(account))).share_id is None
    assert await spent(scene, share) == PRICE


async def test_a_limit_of_one_share_is_not_anothers(scene: Scene, account: Account, share: Share) -> None:
    other = await scene.shared(account, GROUP - 1)
    scene.groups.join(BORIS, chat_id=GROUP - 1)
    await cap(scene, share, Span.DAY, "0.60")
    assert await press(scene, account, share) is Outcome.PLACED
    assert await press(scene, account, other) is Outcome.PLACED


# Reserved and given back


async def test_what_is_unknown_stays_held_and_only_the_owner_says_otherwise(
    scene: Scene, account: Account, share: Share
) -> None:
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gearsms", "reset", committed=True)
    lost = await scene.confirm(token, BORIS)
    assert lost.state is Outcome.UNKNOWN
    await cap(scene, share, Span.PERSON, "0.60")
    assert await spent(scene, share, BORIS) == PRICE
    with pytest.raises(OverLimit):
        await press(scene, account, share)
    for user_id in (BORIS, MANAGER, ADMIN):  # a word must not free what may have been spent
        with pytest.raises(MayNot):
            await choose(scene.desk, lost.id, "", user_id)
    assert await spent(scene, share) == PRICE
    await choose(scene.desk, lost.id, "", OWNER)
    assert await spent(scene, share) == 0
    assert (await lines(scene, share))[-1].user_id == OWNER


async def test_a_refusal_gives_back_what_was_reserved(scene: Scene, account: Account, share: Share) -> None:
    await cap(scene, share, Span.DAY, "0.60")
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.customer("gearsms", dict(scene.desk.credentials(account)), balance="0")
    assert (await scene.confirm(token, BORIS)).state is Outcome.REFUSED
    assert await spent(scene, share) == 0
    await scene.customer("gearsms", dict(scene.desk.credentials(account)), balance="9")
    assert await press(scene, account, share) is Outcome.PLACED


async def test_a_refund_gives_back_what_was_spent(scene: Scene, account: Account, share: Share) -> None:
    await cap(scene, share, Span.PERSON, "0.60")
    order = await scene.buy(account, user_id=BORIS, share=share)
    with pytest.raises(OverLimit):
        await press(scene, account, share)
    await scene.act(order, "cancel", BORIS)
    assert await spent(scene, share, BORIS) == 0
    assert await press(scene, account, share) is Outcome.PLACED


async def test_an_act_that_costs_counts(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, "s2", user_id=BORIS, share=share)
    await scene.sms(order, "Your code is 402113", "402113")
    await scene.look()
    assert order.price
    await cap(scene, share, Span.DAY, order.price * 2 - Decimal("0.01"))
    with pytest.raises(OverLimit):
        await scene.act_that_buys(await scene.order(order), "reactivate", BORIS)
    await cap(scene, share, Span.DAY, order.price * 2)
    done = await scene.act_that_buys(await scene.order(order), "reactivate", BORIS)
    assert (done.state, done.share_id) == (Outcome.PLACED, share.id)
    assert await spent(scene, share) == order.price * 2
    again = await scene.order(order)
    assert (again.user_id, again.share_id, again.activation) == (BORIS, share.id, 1)


async def test_a_limit_begins_anew_with_its_day_and_its_month(
    scene: Scene, account: Account, share: Share
) -> None:
    await cap(scene, share, Span.DAY, "0.60")
    assert await press(scene, account, share) is Outcome.PLACED
    scene.desk.ahead += 86_400
    assert await press(scene, account, share) is Outcome.PLACED
    await cap(scene, share, Span.MONTH, "0.60")
    scene.desk.ahead += 32 * 86_400
    assert await press(scene, account, share) is Outcome.PLACED
    with pytest.raises(OverLimit):
        await press(scene, account, share)


# What is nearly used up


async def warned(scene: Scene) -> list[tuple[str, object]]:
    """The owner's notices of limits: which, and whose day."""
    found = [one for one in await scene.letters(Kind.NOTICE) if "nearly" in str(one.args.get("text"))]
    assert all(one.chat_id == OWNER for one in found)
    return [(str(one.args["text"]).removeprefix("notice-nearly-"), one.args["user"]) for one in found]


def at_the_beginning_of_a_month(scene: Scene) -> None:
    today = datetime.fromtimestamp(time.time(), UTC)
    first = today.replace(year=today.year + 1, month=1, day=1, hour=12, minute=0, second=0)
    scene.desk.ahead = first.timestamp() - time.time()


async def test_the_owner_is_told_once_a_day_and_a_month(scene: Scene, account: Account, share: Share) -> None:
    at_the_beginning_of_a_month(scene)
    await cap(scene, share, Span.DAY, PRICE * 5)
    await cap(scene, share, Span.MONTH, PRICE * 10)
    for _ in range(3):
        await press(scene, account, share)
    assert await warned(scene) == []  # 60 %
    for _ in range(2):
        await press(scene, account, share)
    assert await warned(scene) == [("day", 0)]
    scene.desk.ahead += 86_400
    for _ in range(5):
        await press(scene, account, share, CLARA)
    assert await warned(scene) == [("day", 0), ("month", 0), ("day", 0)]
    scene.desk.ahead += 31 * 86_400
    for _ in range(4):
        await press(scene, account, share)
    assert (await warned(scene))[3:] == [("day", 0)]
    nearly = [line for line in await lines(scene, share) if line.event is Event.NEARLY]
    assert [(line.args or {})["span"] for line in nearly] == ["day", "month", "day", "day"]
    assert nearly[0].amount == PRICE * 4


async def test_of_each_persons_day_the_owner_is_told(scene: Scene, account: Account, share: Share) -> None:
    await cap(scene, share, Span.PERSON, PRICE * 2)
    for user_id in (BORIS, BORIS, CLARA, CLARA):
        await press(scene, account, share, user_id)
    assert await warned(scene) == [("person", BORIS), ("person", CLARA)]


async def test_of_a_limit_that_was_changed_the_owner_is_told_anew(
    scene: Scene, account: Account, share: Share
) -> None:
    await cap(scene, share, Span.DAY, PRICE)
    await press(scene, account, share)
    await cap(scene, share, Span.DAY, PRICE * 4)
    await press(scene, account, share)
    assert await warned(scene) == [("day", 0)]
    for _ in range(2):
        await press(scene, account, share)
    assert await warned(scene) == [("day", 0), ("day", 0)]


async def test_what_goes_over_a_limit_warns_of_nothing(scene: Scene, account: Account, share: Share) -> None:
    await cap(scene, share, Span.DAY, "0.40")
    with pytest.raises(OverLimit):
        await press(scene, account, share)
    assert await warned(scene) == []
    assert Event.ORDERED not in [line.event for line in await lines(scene, share)]


# What is left


async def test_a_person_sees_what_is_left(scene: Scene, account: Account, share: Share) -> None:
    for span, most in ((Span.ORDER, "2"), (Span.PERSON, "1"), (Span.DAY, "20")):
        await cap(scene, share, span, most)
    await press(scene, account, share, BORIS)
    await press(scene, account, share, CLARA)
    async with scene.desk.db.transaction() as connection:
        rooms = await limits.share_rooms(connection, share.id, BORIS, scene.desk.now())
    assert [(room.span.value, room.left, room.of_group) for room in rooms] == [
        ("order", Decimal(2), True),
        ("person", Decimal("0.5"), True),
        ("day", Decimal(19), True),
    ]


# Who must not spend


@pytest.mark.parametrize("case", ["left", "restricted", "viewer", "named", "ended", "unlinked", "silent"])
async def test_who_may_not_spends_nothing(scene: Scene, account: Account, share: Share, case: str) -> None:
    """The Buy button was armed while they still might."""
    token, desk = await scene.armed(account, user_id=BORIS, share=share), scene.desk
    expected: tuple[type[Told], str | None] = (MayNot, "share-ended")
    match case:
        case "left":
            await go(scene, BORIS)
            expected = MayNot, "not-in-group"
        case "restricted":
            scene.groups.standings[GROUP, BORIS] = Standing(in_chat=False)
            expected = MayNot, "not-in-group"
        case "viewer":
            await shares.set_role(desk, share.id, Person(BORIS, "Boris"), Role.VIEWER, OWNER)
            expected = MayNot, "order"
        case "named":
            await shares.change(desk, share.id, OWNER, who=Who.NAMED)
            expected = MayNot, "order"
        case "ended":
            await shares.stop(desk, share.id, OWNER)
        case "unlinked":
            async with desk.db.transaction() as connection:
                await shares.end(connection, desk, share, "unlinked")
        case _:
            scene.groups.silent = True
            expected = NobodyKnows, None
    with pytest.raises(expected[0]) as refused:
        await place.confirm(desk, token, BORIS)
    assert getattr(refused.value, "why", None) == expected[1]
    assert await scene.bought("gearsms") == []
    assert await scene.count("purchases") == 0
    assert await spent(scene, share) == 0


@pytest.mark.parametrize("case", ["stopped", "demoted"])
async def test_what_changes_while_the_price_is_read_counts(
    scene: Scene, account: Account, share: Share, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    token, fresh_quote = await scene.armed(account, user_id=BORIS, share=share), place._fresh_quote

    async def slowly(desk: object, account: Account, draft: drafts.Draft) -> object:
        if case == "stopped":
            await shares.stop(scene.desk, share.id, OWNER)
        else:
            await shares.set_role(scene.desk, share.id, Person(BORIS, "Boris"), Role.VIEWER, OWNER)
        return await fresh_quote(scene.desk, account, draft)

    monkeypatch.setattr(place, "_fresh_quote", slowly)
    with pytest.raises(MayNot):
        await place.confirm(scene.desk, token, BORIS)
    assert await scene.count("purchases") == 0
    assert await scene.bought("gearsms") == []


async def test_an_end_stops_what_waits_its_turn(scene: Scene, account: Account, share: Share) -> None:
    """Behind another purchase of the account, confirmed while the share was active."""
    token = await scene.armed(account, user_id=BORIS, share=share)
    async with scene.desk.buying[account.id]:
        waiting = await place.confirm(scene.desk, token, BORIS)
        assert waiting is not None
        assert await spent(scene, share) == PRICE
        await shares.stop(scene.desk, share.id, OWNER)
    await scene.desk.drain()
    stopped = await scene.purchase(waiting.id)
    assert (stopped.state, stopped.error) == (Outcome.REFUSED, "no-answer-share-ended")
    assert await scene.bought("gearsms") == []
    assert await spent(scene, share) == 0


async def test_a_share_lends_its_own_account_in_its_own_group_alone(
    scene: Scene, account: Account, share: Share
) -> None:
    other = await scene.account("gearsms")
    wish = (await place.offer(scene.desk, await scene.draft(account, user_id=BORIS, share=share))).draft
    forged = {
        "another account": wish.changed(id=new_id(), token=new_id(), account_id=other.id),
        "another group": wish.changed(id=new_id(), token=new_id(), chat_id=GROUP - 1),
        "in private": wish.changed(id=new_id(), token=new_id(), chat_id=BORIS),
    }
    async with scene.desk.db.transaction() as connection:
        for draft in forged.values():
            await drafts.add(connection, draft)
    for draft in forged.values():
        with pytest.raises(Gone):
            await place.confirm(scene.desk, draft.token or "", BORIS)
    assert await scene.bought("gearsms") == []


async def test_a_menu_from_before_the_account_was_shared_buys_past_no_limit(
    scene: Scene, account: Account, share: Share
) -> None:
    own = (await place.offer(scene.desk, await scene.draft(account))).draft
    there = own.changed(id=new_id(), token=new_id(), chat_id=GROUP)
    async with scene.desk.db.transaction() as connection:
        await drafts.add(connection, there)
    with pytest.raises(Gone):
        await place.confirm(scene.desk, there.token or "", OWNER)
    assert own.chat_id == CHAT
    assert (await scene.confirm(own.token or "")).state is Outcome.PLACED  # in private as ever


async def test_one_press_asks_telegram_once(scene: Scene, account: Account, share: Share) -> None:
    token = await scene.armed(account, "s2", user_id=BORIS, share=share)
    scene.groups.asked = 0
    (order,) = await scene.orders_of(await scene.confirm(token, BORIS))
    assert scene.groups.asked == 1
    await scene.sms(order, "Your code is 402113", "402113")
    await scene.look()
    scene.groups.asked = 0
    await scene.act_that_buys(await scene.order(order), "reactivate", BORIS)
    assert scene.groups.asked == 1
