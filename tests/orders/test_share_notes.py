"""Whatever way an order of a share goes, its log tells it: each thing once, and nothing of an SMS."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orders import acts, inbox, place, settle, shares
from orders.adopt import ChatPlace, adopt
from orders.errors import MayNot, NotYours
from orders.limits import Span
from providers.errors import NoFunds
from providers.site import Seen, Sms
from providers.words import State
from storage import orders, purchases, spending
from storage.accounts import Account
from storage.outbox import Kind
from storage.purchases import Finding, Outcome
from storage.share_log import Event
from storage.shares import Codes, Share
from tests.orders.scene import OWNER, Scene
from tests.orders.share_kit import ADMIN, BORIS, Line, events, lines, meet, share_of

CODE = "Your code is 402113"


@pytest.fixture
async def account(scene: Scene) -> Account:
    await meet(scene)
    return await scene.account("gsim")


@pytest.fixture
async def share(scene: Scene, account: Account) -> Share:
    return await share_of(scene, account)


async def last(scene: Scene, share: Share, event: Event) -> Line:
    """The newest line of this kind."""
    return [line for line in await lines(scene, share) if line.event is event][-1]


async def test_from_the_order_to_its_code(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    await scene.sms(order, CODE, "402113")
    await scene.look()
    await scene.look()
    assert await events(scene, share) == ["ordered", "placed", "code", "ended"]
    ordered = await last(scene, share, Event.ORDERED)
    assert (ordered.user_id, ordered.name) == (BORIS, "Boris")
    assert ordered.amount == (await last(scene, share, Event.PLACED)).amount == order.price
    assert ordered.args is not None
    assert ordered.args["site"] == "gsim"
    assert order.name_of("service") in ordered.args["what"]
    assert (await last(scene, share, Event.ENDED)).args == {"state": "done"}
    assert "402113" not in str(await lines(scene, share))


async def test_a_code_by_webhook_and_by_look_is_one(scene: Scene) -> None:
    await meet(scene)
    account = await scene.account("smsgig")
    await scene.with_webhooks(account)
    share = await share_of(scene, account)
    order = await scene.buy(account, user_id=BORIS, share=share)
    await scene.sms(order, CODE, "402113")
    await scene.work_on_hooks()
    await scene.look()
    assert await events(scene, share) == ["ordered", "placed", "code"]


async def test_a_code_that_the_answer_to_the_purchase_holds(
    scene: Scene, account: Account, share: Share
) -> None:
    draft = (await place.offer(scene.desk, await scene.draft(account, user_id=BORIS, share=share))).draft
    purchase = await scene.confirm(draft.token or "", BORIS)
    (first,) = await scene.orders_of(purchase)
    whole = replace(purchase, id="another", token="another", state=Outcome.SENDING)
    async with scene.desk.db.transaction() as connection:
        await purchases.claim(connection, whole)
    seen = Seen(id="new", state=State.RECEIVED, messages=(Sms(id=None, text=CODE, at=None),), number="1")
    await settle.placed(scene.desk, whole, [seen])
    assert (await events(scene, share))[2:] == ["placed", "code"]
    assert first.share_id == share.id


async def test_a_cancel_and_what_came_back(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    press = await acts.pressed(scene.desk, order.id, "cancel", ADMIN)
    await acts.carry_out_pressed(scene.desk, press, ADMIN)
    await scene.look()
    assert await events(scene, share) == ["ordered", "placed", "acted", "ended", "refunded"]
    acted = await last(scene, share, Event.ACTED)
    assert (acted.user_id, acted.name, acted.args) == (ADMIN, "Dora", {"act": "cancel"})
    assert (await last(scene, share, Event.ENDED)).args == {"state": "cancelled"}
    assert (await last(scene, share, Event.REFUNDED)).amount == order.price


async def test_an_end_that_a_look_finds(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    await scene.expire(order)
    await scene.look()
    await scene.look()
    found = await events(scene, share)
    assert found.count("ended") == 1
    assert (await last(scene, share, Event.ENDED)).args == {"state": "expired"}


async def test_an_order_that_is_given_up(scene: Scene) -> None:
    """The site is silent until nobody hopes any more: no look ever shows the end."""
    await meet(scene)
    account = await scene.account("smsgig")
    share = await share_of(scene, account)
    order = await scene.buy(account, user_id=BORIS, share=share)
    scene.desk.ahead += 7 * 86_400
    await scene.fault("smsgig", "status", status=500, body="oops", times=None)
    for _ in range(12):
        if not (await scene.order(order)).is_open:
            break
        await scene.look()
        scene.desk.ahead += 3_600
    assert (await scene.order(order)).state is State.EXPIRED
    assert await events(scene, share) == ["ordered", "placed", "ended"]


async def test_a_refusal(scene: Scene, account: Account, share: Share) -> None:
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.customer("gsim", dict(scene.desk.credentials(account)), balance="0")
    assert (await scene.confirm(token, BORIS)).state is Outcome.REFUSED
    assert await events(scene, share) == ["ordered", "refused"]


async def test_an_answer_that_never_came_and_what_was_found_out(
    scene: Scene, account: Account, share: Share
) -> None:
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=True)
    lost = await scene.confirm(token, BORIS)
    assert (await last(scene, share, Event.UNKNOWN)).amount == lost.ceiling
    await scene.find_out(10)
    assert await events(scene, share) == ["ordered", "unknown", "placed"]


async def test_what_was_not_bought_after_all(scene: Scene, account: Account, share: Share) -> None:
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=False)
    await scene.confirm(token, BORIS)
    await scene.find_out(150)
    assert await events(scene, share) == ["ordered", "unknown", "refused"]


async def test_a_hint_moves_no_money_and_is_no_line(scene: Scene, account: Account, share: Share) -> None:
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=False)
    lost = await scene.confirm(token, BORIS)
    await settle.note(scene.desk, lost, Finding.NOT_CHARGED)
    await settle.note(scene.desk, lost, Finding.CHARGED, charged=Decimal(1))
    assert await events(scene, share) == ["ordered", "unknown"]
    await settle.absent(scene.desk, lost)
    await settle.note(scene.desk, await scene.purchase(lost.id), Finding.SEVERAL, found=[])
    assert await events(scene, share) == ["ordered", "unknown", "refused", "unknown"]
    assert (await last(scene, share, Event.UNKNOWN)).amount == lost.ceiling


async def test_of_an_own_order_no_log_tells(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account)
    await scene.act(order, "cancel")
    assert await events(scene, share) == []


async def test_what_the_owner_made_elsewhere_is_the_owners(
    scene: Scene, account: Account, share: Share
) -> None:
    picks = (await scene.draft(account)).ids
    seen = await scene.elsewhere(account, picks)
    with pytest.raises(NotYours):
        await adopt(scene.desk, account, "numbers", seen, user_id=BORIS, place=ChatPlace(BORIS))
    order = await adopt(scene.desk, account, "numbers", seen, user_id=OWNER, place=ChatPlace(OWNER))
    assert (order.share_id, order.user_id) == (None, OWNER)
    assert await events(scene, share) == []


# Numbers that are bought once more


async def done(scene: Scene, codes: Codes = Codes.BUYER) -> tuple[Account, Share, orders.Order]:
    """Boris's order that has had its code, and can be bought anew."""
    await meet(scene)
    account = await scene.account("gearsms")
    share = await share_of(scene, account)
    await shares.change(scene.desk, share.id, OWNER, codes=codes)
    order = await scene.buy(account, "s2", user_id=BORIS, share=share)
    await scene.sms(order, CODE, "402113")
    await scene.look()
    return account, share, await scene.order(order)


async def test_an_admin_buys_nobodys_number_anew_to_read_what_comes(scene: Scene) -> None:
    _, share, order = await done(scene)
    scene.desk.ahead += 2
    await shares.change(scene.desk, share.id, OWNER, codes=Codes.ALL)  # too late for what was ordered before
    with pytest.raises(NotYours):
        await acts.pressed(scene.desk, order.id, "reactivate", ADMIN)


async def test_where_all_read_along_an_admin_buys_a_number_anew(scene: Scene) -> None:
    _, share, order = await done(scene, Codes.ALL)
    assert (await scene.act_that_buys(order, "reactivate", ADMIN)).state is Outcome.PLACED
    assert (await events(scene, share))[-2:] == ["ordered", "placed"]


@pytest.mark.parametrize("typed", ["{}", "1{}", "+1{}"])
async def test_a_number_that_somebody_had_is_ordered_again_by_them_alone(scene: Scene, typed: str) -> None:
    """It stands on the card for all to see: typed by another, it would bring what is for Boris."""
    await meet(scene)
    account = await scene.account("getsms")
    share = await share_of(scene, account)
    await shares.set_cap(scene.desk, share.id, Span.ORDER, None, OWNER)
    await shares.set_cap(scene.desk, share.id, Span.PERSON, None, OWNER)
    order = await scene.buy(account, user_id=BORIS, share=share)
    assert order.number is not None
    number = typed.format(order.number[-10:])
    before = await events(scene, share)
    token = await scene.armed(account, user_id=ADMIN, share=share, number=number)
    with pytest.raises(MayNot) as refused:
        await place.confirm(scene.desk, token, ADMIN)
    assert refused.value.why == "number"
    assert await events(scene, share) == before
    token = await scene.armed(account, user_id=BORIS, share=share, number=number)
    assert await place.confirm(scene.desk, token, BORIS)
    await scene.desk.drain()


async def test_an_admin_forwards_nobodys_number(scene: Scene, account: Account, share: Share) -> None:
    """Codes are spoken too: they would be heard elsewhere."""
    numbers = await scene.buy(account, user_id=BORIS, share=share)
    order = replace(numbers, line="rentals", state=State.WAITING)
    for user_id, may in ((BORIS, True), (OWNER, True), (ADMIN, False)):
        seat = await shares.seat(scene.desk, share.id, user_id)
        assert seat.may_act(order)
        if may:
            assert acts.checked(scene.desk, order, account, "forwarding", user_id, seat).payer is None
        else:
            with pytest.raises(NotYours):
                acts.checked(scene.desk, order, account, "forwarding", user_id, seat)


async def test_once_the_share_has_ended_the_owner_alone_pays_and_no_limit_counts(scene: Scene) -> None:
    _, share, order = await done(scene)
    await shares.set_cap(scene.desk, share.id, Span.DAY, order.price, OWNER)
    await shares.stop(scene.desk, share.id, OWNER)
    before = await events(scene, share)
    with pytest.raises(MayNot) as refused:
        await acts.pressed(scene.desk, order.id, "reactivate", BORIS)
    assert refused.value.why == "share-ended"
    purchase = await scene.act_that_buys(order, "reactivate", OWNER)
    assert (purchase.state, purchase.share_id) == (Outcome.PLACED, None)
    again = await scene.order(order)
    assert (again.user_id, again.share_id, again.is_open) == (OWNER, None, True)
    assert await events(scene, share) == before
    async with scene.desk.db.transaction() as connection:
        assert await spending.of_share(connection, share.id, 0) == order.price


async def test_a_change_that_shows_nowhere_is_no_line(scene: Scene, account: Account, share: Share) -> None:
    order = await scene.buy(account, user_id=BORIS, share=share)
    before = await events(scene, share)
    async with scene.desk.db.transaction() as connection:
        current = await orders.get_for_update(connection, order.id)
        assert current is not None
        await inbox.write_change(connection, scene.desk, current, replace(current, trouble="no-answer"))
    assert await events(scene, share) == before


async def test_the_owner_hears_once_a_day_that_the_account_is_empty(
    scene: Scene, account: Account, share: Share
) -> None:
    """However often somebody tries, and anew the next day."""
    for days, told in ((0, 1), (0, 1), (1, 2)):
        await scene.pass_time(days * 86_400)
        token = await scene.armed(account, user_id=BORIS, share=share)
        await scene.customer("gsim", dict(scene.desk.credentials(account)), balance="0")
        purchase = await scene.confirm(token, BORIS)
        assert (purchase.state, purchase.error) == (Outcome.REFUSED, "no-funds")
        await scene.customer("gsim", dict(scene.desk.credentials(account)), balance="100")
        notices = [one for one in await scene.letters(Kind.NOTICE) if one.chat_id == OWNER]
        assert [one.args["text"] for one in notices] == ["notice-no-funds"] * told


async def test_the_owner_hears_of_what_could_not_be_done_for_want_of_money_too(
    scene: Scene, account: Account, share: Share
) -> None:
    """An act that buys nothing can want some as well; whoever pressed it reads that the owner was told."""
    order = await scene.buy(account, user_id=BORIS, share=share)
    body = {"code": "INSUFFICIENT_BALANCE", "message": "Insufficient balance"}
    for _ in range(2):
        await scene.fault("gsim", "status", method="POST", path="/orders/*/cancel", status=402, body=body)
        press = await acts.pressed(scene.desk, order.id, "cancel", BORIS)
        with pytest.raises(NoFunds):
            await acts.carry_out_pressed(scene.desk, press, BORIS)
    (told,) = [one for one in await scene.letters(Kind.NOTICE) if one.chat_id == OWNER]
    assert told.args["text"] == "notice-no-funds"


async def test_an_answer_that_is_only_late_asks_the_owner_nothing(
    scene: Scene, account: Account, share: Share
) -> None:
    """The question waits a little, and is drawn as things are then; what a person must decide waits not."""
    token = await scene.armed(account, user_id=BORIS, share=share)
    await scene.spoil_purchase("gsim", "reset", committed=True)
    purchase = await scene.confirm(token, BORIS)
    (asked,) = [one for one in await scene.letters(Kind.NOTICE) if one.purchase_id == purchase.id]
    assert asked.chat_id == OWNER
    assert asked.not_before_ms - scene.desk.now_ms() > 20_000
    await settle.note(scene.desk, purchase, Finding.SEVERAL, found=[{"id": "1", "number": "+1"}])
    first, now = [one for one in await scene.letters(Kind.NOTICE) if one.purchase_id == purchase.id]
    assert first == asked
    assert now.not_before_ms <= scene.desk.now_ms()
