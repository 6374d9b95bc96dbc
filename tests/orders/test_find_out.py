"""What became of a purchase without an answer: found out by the list of orders, never bought again."""

import asyncio
from decimal import Decimal

import pytest

from orders import find_out, place
from orders.errors import Gone, NotYours
from orders.find_out import LOOKS, Finder, choose
from orders.wish import option_tag
from providers.site import Seen
from providers.words import State
from storage import purchases
from storage.outbox import Kind
from storage.purchases import Finding, Outcome, Purchase
from tests.orders.lost_kit import (
    CALLS,
    DECIDED,
    KINDS,
    LISTS,
    code_arrives,
    lost,
)
from tests.orders.scene import OWNER, Scene, until


@KINDS
@pytest.mark.parametrize("site", LISTS)
async def test_what_the_list_shows_is_adopted_with_its_card_and_its_code(
    scene: Scene, site: str, kind: str
) -> None:
    account = await scene.account(site)
    purchase = await lost(scene, account, kind, committed=True)
    await scene.find_out(LOOKS[0])
    after = await scene.purchase(purchase.id)
    assert (after.state, after.error, after.finding, after.next_find_ms) == (Outcome.PLACED, None, None, None)
    (order,) = await scene.orders_of(purchase)
    (there,) = await scene.at_site(site)
    assert (order.site_id, order.number, order.card_id) == (there["id"], there["number"], 11)
    assert [letter.order_id for letter in await scene.letters(Kind.CARD)] == [order.id]
    if site == "gotsms":
        await scene.act(order, "wake")
    await code_arrives(scene, order)
    assert await scene.find_out(7200) is None
    assert await scene.count("orders") == len(await scene.bought(site)) == 1


@KINDS
@pytest.mark.parametrize("site", LISTS)
async def test_what_the_list_lacks_four_times_was_not_placed(scene: Scene, site: str, kind: str) -> None:
    account = await scene.account(site)
    purchase = await lost(scene, account, kind, committed=False)
    await scene.find_out(100)
    still = await scene.purchase(purchase.id)
    assert (still.state, still.finds) == (Outcome.UNKNOWN, 3), "the money stays reserved until it is settled"
    await scene.find_out(DECIDED - 100)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.error, after.finding) == (Outcome.REFUSED, "absent", Finding.ABSENT)
    assert after.settled_at is not None
    assert [letter.purchase_id for letter in await scene.letters(Kind.OUTCOME)][-1] == purchase.id
    assert await scene.count("orders") == 0
    await scene.find_out(7200)
    assert len(await scene.bought(site)) == 1
    assert (await scene.purchase(purchase.id)).next_find_ms is None, "the looks end"


async def test_only_answered_looks_settle_an_absence(scene: Scene) -> None:
    purchase = await scene.lose(await scene.account("gsim"), committed=False)
    await scene.fault("gsim", "html", path="/orders", method="GET", times=None)
    await scene.find_out(600)
    assert (await scene.purchase(purchase.id)).finds == 0
    async with scene.http.delete(f"{scene.world.base}/outside/faults"):
        pass
    await scene.find_out(31)
    assert (await scene.purchase(purchase.id)).state is Outcome.UNKNOWN, "one look says nothing yet"
    await scene.find_out(120)
    assert (await scene.purchase(purchase.id)).state is Outcome.REFUSED


async def test_a_site_that_stays_silent_is_not_asked_for_ever(scene: Scene) -> None:
    purchase = await scene.lose(await scene.account("gsim"))
    await scene.outside("gsim/settings", down=True)
    scene.desk.ahead += find_out.ADOPTED_FOR
    await scene.find_out(10)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.next_find_ms) == (Outcome.UNKNOWN, None)


async def comes_late(scene: Scene, purchase: Purchase) -> None:
    """The site makes the order only now; its stamp is of the request."""
    account = await scene.desk.account(purchase.account_id)
    await scene.elsewhere(account, purchase.ids)


@pytest.mark.parametrize("site", LISTS)
async def test_an_order_that_turns_up_late_is_adopted_after_all(scene: Scene, site: str) -> None:
    purchase = await scene.lose(await scene.account(site), committed=False)
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).state is Outcome.REFUSED
    await comes_late(scene, purchase)
    await scene.find_out(180)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.error, after.finding) == (Outcome.PLACED, None, None)
    assert len(await scene.orders_of(purchase)) == 1


async def test_an_order_that_turns_up_after_somebody_said_that_there_is_none(scene: Scene) -> None:
    purchase = await scene.lose(await scene.account("gsim"))
    await choose(scene.desk, purchase.id, "", OWNER)
    said = await scene.purchase(purchase.id)
    assert (said.state, said.error) == (Outcome.REFUSED, "dismissed")
    with pytest.raises(Gone):
        await choose(scene.desk, purchase.id, "", OWNER)
    await scene.find_out(LOOKS[0])
    assert (await scene.purchase(purchase.id)).state is Outcome.PLACED


# Which order is whose


async def test_two_lost_purchases_of_one_wish_take_an_order_each(scene: Scene) -> None:
    account = await scene.account("gsim")
    first, second = await scene.lose(account), await scene.lose(account)
    await scene.find_out(LOOKS[0])
    owned = [await scene.orders_of(purchase) for purchase in (first, second)]
    assert [len(mine) for mine in owned] == [1, 1]
    assert len({mine[0].site_id for mine in owned}) == len(await scene.bought("gsim")) == 2


async def test_of_two_lost_purchases_only_one_was_made(scene: Scene) -> None:
    account = await scene.account("gsim")
    await scene.lose(account, committed=False)
    await scene.lose(account, committed=True)
    await scene.find_out(DECIDED)
    assert await scene.count("orders") == 1
    async with scene.desk.db.transaction() as connection:
        states = [
            len(await purchases.in_state(connection, state)) for state in (Outcome.PLACED, Outcome.REFUSED)
        ]
    assert states == [1, 1]


async def test_who_still_waits_takes_it_before_one_believed_not_placed(scene: Scene) -> None:
    account = await scene.account("gsim")
    old = await scene.lose(account, committed=False)
    await scene.find_out(DECIDED)
    scene.desk.ahead -= DECIDED  # both lie in one window
    new = await scene.lose(account)
    async with scene.desk.db.transaction() as connection:
        await purchases.change(connection, old.id, next_find_ms=0)
    await Finder(scene.desk).step()
    await scene.desk.drain()
    assert await scene.orders_of(old) == []
    await scene.find_out(LOOKS[0])
    assert len(await scene.orders_of(new)) == 1


async def in_another_chat(scene: Scene, purchase: Purchase) -> None:
    async with scene.desk.db.transaction() as connection:
        await purchases.change(connection, purchase.id, chat_id=-100)


async def test_one_order_that_can_be_two_peoples_is_asked_about(scene: Scene) -> None:
    account = await scene.account("gsim")
    here = await scene.lose(account, committed=False)
    there = await scene.lose(account, committed=True)
    await in_another_chat(scene, there)
    await scene.find_out(LOOKS[0])
    assert [(await scene.purchase(one.id)).finding for one in (here, there)] == [Finding.SEVERAL] * 2
    assert await scene.count("orders") == 0
    found = (await scene.purchase(there.id)).found or ()
    await choose(scene.desk, there.id, option_tag(found[0]["id"]), OWNER)
    assert len(await scene.orders_of(there)) == 1
    with pytest.raises(Gone):
        await choose(scene.desk, here.id, option_tag(found[0]["id"]), OWNER)  # it is somebody else's now
    await scene.find_out(DECIDED)
    assert (await scene.purchase(here.id)).state is Outcome.REFUSED


async def test_the_read_before_the_second_purchase_tells_which_is_the_firsts(scene: Scene) -> None:
    account = await scene.account("gsim")
    here = await scene.lose(account, committed=True)
    there = await scene.lose(account, committed=False)
    await in_another_chat(scene, there)
    await scene.find_out(LOOKS[0])
    assert len(await scene.orders_of(here)) == 1
    assert await scene.orders_of(there) == []


@pytest.mark.parametrize("site", LISTS)
async def test_several_that_fit_are_shown_to_the_person(scene: Scene, site: str) -> None:
    account = await scene.account(site)
    purchase = await scene.lose(account)
    other = await scene.elsewhere(account, purchase.ids)
    await scene.find_out(LOOKS[0])
    asked = await scene.purchase(purchase.id)
    assert (asked.state, asked.finding, len(asked.found or ())) == (Outcome.UNKNOWN, Finding.SEVERAL, 2)
    assert {one["number"] for one in asked.found or ()} == {
        one["number"] for one in await scene.at_site(site)
    }
    assert [letter.purchase_id for letter in await scene.letters(Kind.OUTCOME)][-1] == purchase.id
    ids = [one["id"] for one in asked.found or ()]
    mine = next(one for one in ids if one != other.id)
    with pytest.raises(NotYours):
        await choose(scene.desk, purchase.id, option_tag(mine), OWNER + 1)
    for wrong in ("forged", option_tag("never shown")):
        with pytest.raises(Gone):
            await choose(scene.desk, purchase.id, wrong, OWNER)
    await choose(scene.desk, purchase.id, option_tag(mine), OWNER)
    assert [order.site_id for order in await scene.orders_of(purchase)] == [mine]
    with pytest.raises(Gone):
        await choose(scene.desk, purchase.id, option_tag(other.id), OWNER)
    with pytest.raises(Gone):
        await choose(scene.desk, "no purchase", option_tag(mine), OWNER)


async def test_several_that_turn_up_late_are_shown_too(scene: Scene) -> None:
    purchase = await scene.lose(await scene.account("gsim"), committed=False)
    await scene.find_out(DECIDED)
    await comes_late(scene, purchase)
    await comes_late(scene, purchase)
    await scene.find_out(180)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.finding, after.settled_at) == (Outcome.UNKNOWN, Finding.SEVERAL, None)


async def test_orders_from_before_are_never_adopted(scene: Scene) -> None:
    account = await scene.account("gsim")
    picks = (await scene.draft(account)).ids
    await scene.elsewhere(account, picks)  # the same second even: the read before knows it
    purchase = await scene.lose(account, committed=False)
    assert purchase.ids == picks
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).state is Outcome.REFUSED


@pytest.mark.parametrize("choice", ["service", "country", "operator"])
async def test_orders_of_other_wishes_are_never_adopted(scene: Scene, choice: str) -> None:
    account = await scene.account("gsim")
    draft = await scene.draft(account)
    site, credentials = scene.desk.site(account), scene.desk.credentials(account)
    options = await site.options(credentials, "numbers", choice, draft.ids)
    others = [one.id for one in options if one.id not in {draft.ids.get(choice), "any"} and one.stock != 0]
    purchase = await scene.lose(account, committed=False)
    await scene.elsewhere(account, {**draft.ids, choice: others[0]})
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).state is Outcome.REFUSED
    assert await scene.count("orders") == 0


async def test_orders_outside_the_window_are_never_adopted(scene: Scene) -> None:
    account = await scene.account("gsim")
    purchase = await scene.lose(account, committed=False)
    async with scene.desk.db.transaction() as connection:
        await purchases.change(connection, purchase.id, sent_at=scene.desk.now() - 1000)
    await scene.elsewhere(account, purchase.ids)
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).state is Outcome.REFUSED


async def test_an_order_bought_in_peace_is_nobodys_lost_one(scene: Scene) -> None:
    account = await scene.account("gsim")
    purchase = await scene.lose(account, committed=False)
    order = await scene.buy(account)
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).state is Outcome.REFUSED
    assert (await scene.order(order)).purchase_id != purchase.id


async def looks(scene: Scene) -> int:
    """How often gsim was asked for the list of its orders."""
    asked = await scene.asked("gsim")
    return sum(one["method"] == "GET" and one["path"].endswith("/orders") for one in asked)


async def test_an_order_that_is_just_being_bought_is_nobodys_lost_one(scene: Scene) -> None:
    """The look reads while another purchase waits for its answer: the list shows its order already."""
    account = await scene.account("gsim")
    purchase = await scene.lose(account, committed=False)
    token = await scene.armed(account)
    await scene.spoil_purchase("gsim", "timeout", committed=True, seconds=600)
    assert await place.confirm(scene.desk, token, OWNER)

    async def made() -> bool:
        return bool(await scene.at_site("gsim"))

    await until(made)
    async with scene.desk.db.transaction() as connection:
        await purchases.change(connection, purchase.id, next_find_ms=0)
    looked = await looks(scene)
    await Finder(scene.desk).step()

    async def again() -> bool:
        return await looks(scene) > looked

    await until(again)
    scene.world.faults.let_go()
    await scene.desk.drain()
    async with scene.desk.db.transaction() as connection:
        unknown = await purchases.unknown_of_account(connection, account.id)
    assert len(unknown) + await scene.count("orders") == 2, "each order belongs to one purchase"


# The read before


@pytest.mark.parametrize(("site", "line"), CALLS)
async def test_the_read_before_is_one_request_at_most(scene: Scene, site: str, line: str) -> None:
    account = await scene.account(site)
    token = await scene.armed(account, line)
    before = len(await scene.asked(site))
    await scene.desk.site(account).quote(
        scene.desk.credentials(account), line, (await scene.draft(account, line)).ids
    )
    draft_and_quote = len(await scene.asked(site)) - before
    before = len(await scene.asked(site))
    purchase = await scene.confirm(token)
    asked = (await scene.asked(site))[before:]
    bought = (await scene.bought(site))[0]
    asked = asked[: asked.index(bought)]
    reads = [one for one in asked if one["path"].endswith(READS_BEFORE[site] or "nothing")]
    assert len(reads) == int(READS_BEFORE[site] is not None)
    quote = len(asked) - len(reads)
    assert quote <= draft_and_quote
    assert bool(purchase.baseline) == bool(reads)
    assert purchase.sent_at is not None


READS_BEFORE = {
    "gsim": "/orders",
    "gotsms": "/rents",
    "smsgig": "/transactions",
    "gearsms": "/balance",
    "getsms": None,
}


@pytest.mark.parametrize("kind", ["html", "down", "timeout"])
async def test_a_read_before_that_fails_or_dawdles_costs_no_purchase(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(find_out, "BASELINE_PATIENCE", 0.3)
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await scene.fault("gsim", kind, path="/orders", method="GET", times=None, seconds=5)
    purchase = await scene.confirm(token)
    assert (purchase.state, purchase.baseline) == (Outcome.PLACED, {})


async def test_without_a_read_before_the_stamp_decides(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await scene.fault("gsim", "html", path="/orders", method="GET", times=3)
    await scene.spoil_purchase("gsim", "reset", committed=True)
    purchase = await scene.confirm(token)
    assert (purchase.state, purchase.baseline) == (Outcome.UNKNOWN, {})
    await scene.find_out(LOOKS[0])
    assert (await scene.purchase(purchase.id)).state is Outcome.PLACED


async def test_what_could_not_be_written_down_before_was_not_sent(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)

    async def full(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(purchases, "change", full)
    purchase = await scene.confirm(token)
    assert (purchase.state, purchase.error) == (Outcome.REFUSED, "no-answer-broken")
    assert await scene.bought("gsim") == []


@pytest.mark.parametrize("committed", [True, False])
async def test_a_crash_between_the_read_before_and_the_answer(scene: Scene, committed: bool) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await scene.spoil_purchase("gsim", "timeout", committed=committed, seconds=30)
    purchase = await place.confirm(scene.desk, token, OWNER)
    assert purchase is not None

    async def sent() -> bool:
        return bool(await scene.bought("gsim"))

    await until(sent)
    scene.desk.sites["gsim"].door.deadline = 0.1
    await scene.die()
    assert await place.after_crash(scene.desk) == 1
    await scene.find_out(DECIDED)
    after = await scene.purchase(purchase.id)
    assert after.state is (Outcome.PLACED if committed else Outcome.REFUSED)
    assert len(await scene.orders_of(after)) == int(committed)
    assert len(await scene.bought("gsim")) == 1


async def test_a_crash_during_a_look_repeats_the_look(scene: Scene) -> None:
    purchase = await scene.lose(await scene.account("gsim"))
    scene.desk.ahead += LOOKS[0]
    await scene.fault("gsim", "timeout", path="/orders", method="GET", seconds=30)
    assert await Finder(scene.desk).step() == 1
    await asyncio.sleep(0.1)
    scene.desk.sites["gsim"].door.deadline = 0.1
    ahead = scene.desk.ahead
    await scene.die()
    scene.desk.ahead = ahead
    await scene.find_out(find_out.LEASE)
    assert (await scene.purchase(purchase.id)).state is Outcome.PLACED


async def test_an_answer_after_the_adoption_changes_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = await scene.lose(await scene.account("gsim"))
    await scene.find_out(LOOKS[0])
    (order,) = await scene.orders_of(purchase)
    late = Seen(id=order.site_id, state=State.WAITING, price=Decimal(9))
    from orders import settle  # noqa: PLC0415
    from providers.errors import NoNumbers  # noqa: PLC0415

    assert await settle.placed(scene.desk, purchase, [late]) == []
    await settle.failed(scene.desk, purchase, NoNumbers("gsim", "POST /orders"))
    assert (await scene.purchase(purchase.id)).state is Outcome.PLACED
    assert await scene.order(order) == order


async def test_a_look_keeps_nobodys_purchase_waiting(scene: Scene) -> None:
    account = await scene.account("gsim")
    await scene.lose(account)
    token = await scene.armed(account)
    scene.desk.ahead += LOOKS[0]
    await scene.fault("gsim", "timeout", path="/orders", method="GET", seconds=30)
    await Finder(scene.desk).step()
    await asyncio.sleep(0.1)
    bought = await place.confirm(scene.desk, token, OWNER)
    assert bought is not None

    async def placed() -> bool:
        return (await scene.purchase(bought.id)).state is Outcome.PLACED

    await asyncio.wait_for(until(placed), 10)
    assert scene.desk.running, "the look still waits"
    scene.world.faults.close()


# SMSGig: transactions tell of the money, a signed webhook brings the number
