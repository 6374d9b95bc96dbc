"""Spine A and B: intent before money, one press is one purchase, and what has no answer is never repeated."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from orders import place
from orders.errors import Gone, NotYours, PriceRose, Unfinished
from orders.place import confirm
from providers.errors import BadKey, NoAnswer, NoNumbers
from providers.registry import SITES
from providers.site import Seen
from storage import accounts, drafts, orders, purchases
from storage.outbox import Kind
from storage.purchases import Outcome
from tests.orders.scene import BUYABLE, CHAT, ORDERING, OWNER, Scene, until


@pytest.mark.parametrize(("site", "line"), BUYABLE)
async def test_a_confirmed_wish_becomes_an_order_with_its_card(scene: Scene, site: str, line: str) -> None:
    account = await scene.account(site)
    offer = await place.offer(scene.desk, await scene.draft(account, line))
    assert offer.balance == Decimal(100)
    purchase = await scene.confirm(offer.draft.token or "")
    assert purchase.state is Outcome.PLACED
    assert (purchase.ceiling, purchase.error) == (offer.draft.high, None)
    assert purchase.charged is not None
    assert 0 < purchase.charged <= purchase.ceiling
    async with scene.desk.db.transaction() as connection:
        (order,) = await orders.of_purchase(connection, purchase.id)
    (there,) = await scene.at_site(site)
    assert order.site_id == there["id"]
    assert order.number == there["number"]
    assert (order.is_open, order.card_id, order.chat_id) == (True, 11, CHAT)
    assert [letter.order_id for letter in await scene.letters(Kind.CARD)] == [order.id]
    assert len(await scene.bought(site)) == 1


async def test_the_intent_is_committed_before_a_byte_leaves(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await scene.fault("gsim", "timeout", method="POST", path="/orders", seconds=5)
    purchase = await confirm(scene.desk, token, OWNER)
    assert purchase is not None
    assert (await scene.purchase(purchase.id)).state is Outcome.SENDING
    assert await scene.bought("gsim") == []  # not even the task has begun
    assert [letter.purchase_id for letter in await scene.letters(Kind.OUTCOME)] == [purchase.id]
    scene.world.faults.close()
    await scene.desk.drain()


@pytest.mark.parametrize("presses", [2, 50])
async def test_presses_at_once_are_one_purchase(scene: Scene, presses: int) -> None:
    account = await scene.account("smsgig")
    token = await scene.armed(account)
    results = await asyncio.gather(*(confirm(scene.desk, token, OWNER) for _ in range(presses)))
    await scene.desk.drain()
    assert len([purchase for purchase in results if purchase is not None]) == 1
    assert len(await scene.bought("smsgig")) == len(await scene.at_site("smsgig")) == 1
    assert await confirm(scene.desk, token, OWNER) is None


async def test_a_press_sent_again_after_a_crash_buys_nothing(scene: Scene) -> None:
    account = await scene.account("gearsms")
    token = await scene.armed(account)
    await scene.confirm(token)
    await scene.die()
    assert await confirm(scene.desk, token, OWNER) is None
    assert len(await scene.bought("gearsms")) == 1


@pytest.mark.parametrize("committed", [True, False])
async def test_a_purchase_on_its_way_at_a_crash_is_unknown_and_never_sent_again(
    scene: Scene, committed: bool
) -> None:
    account = await scene.account("gotsms")
    token = await scene.armed(account)
    await scene.fault("gotsms", "timeout", method="POST", path="/rents", committed=committed, seconds=30)
    purchase = await confirm(scene.desk, token, OWNER)
    assert purchase is not None

    async def sent() -> bool:
        return bool(await scene.bought("gotsms"))

    await until(sent)
    scene.desk.sites["gotsms"].door.deadline = 0.1  # close() need not wait for the silent one
    await scene.die()
    assert await place.after_crash(scene.desk) == 1
    assert await place.after_crash(scene.desk) == 0
    left = await scene.purchase(purchase.id)
    assert (left.state, left.error, left.settled_at) == (Outcome.UNKNOWN, "no-answer-crash", None)
    await scene.desk.drain()
    assert await confirm(scene.desk, token, OWNER) is None
    assert len(await scene.bought("gotsms")) == 1
    assert scene.desk.bells.outbox.is_set()


async def test_an_answer_that_comes_late_settles_what_was_shown_as_unknown(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "PATIENCE", 0.05)
    account = await scene.account("smsgig")
    token = await scene.armed(account)
    await scene.fault("smsgig", "timeout", path="/s1/rent", committed=True, seconds=600)
    purchase = await confirm(scene.desk, token, OWNER)
    assert purchase is not None

    async def unknown() -> bool:
        made = await scene.at_site("smsgig")
        return bool(made) and (await scene.purchase(purchase.id)).state is Outcome.UNKNOWN

    await until(unknown)
    assert (await scene.purchase(purchase.id)).error == "no-answer-slow"
    scene.world.faults.let_go()
    await scene.desk.drain()
    after = await scene.purchase(purchase.id)
    assert (after.state, after.error) == (Outcome.PLACED, None)
    assert await scene.count("orders") == 1


async def test_a_no_that_comes_late_settles_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "PATIENCE", 0.05)
    account = await scene.account("smsgig")
    token = await scene.armed(account)
    await scene.outside("smsgig/settings", no_numbers=False)
    await scene.fault("smsgig", "timeout", path="/s1/rent", committed=True, seconds=0.4)
    await scene.customer("smsgig", dict(scene.desk.credentials(account)), balance="0")
    purchase = await scene.confirm(token)
    assert (purchase.state, purchase.error) == (Outcome.REFUSED, "no-funds")
    assert purchase.settled_at is not None


# The matrix of failures.md: what of a spoilt answer is certain

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("reset", {}),
    ("timeout", {"seconds": 30}),
    ("status", {"status": 500, "body": "oops"}),
    ("html", {}),
    ("cut", {}),
]


@pytest.mark.parametrize("committed", [True, False], ids=["committed", "not-committed"])
@pytest.mark.parametrize(("kind", "spec"), FAULTS, ids=[kind for kind, _ in FAULTS])
@pytest.mark.parametrize(("site", "line"), BUYABLE)
async def test_a_spoilt_answer_is_unknown_and_one_request(
    scene: Scene, site: str, line: str, kind: str, spec: dict[str, Any], committed: bool
) -> None:
    account = await scene.account(site)
    token = await scene.armed(account, line)
    method, path = ORDERING[site]
    where = {"cmd": "request"} if site == "getsms" else {}
    await scene.fault(site, kind, method=method, path=path, where=where, committed=committed, **spec)
    with scene.impatient(site):
        purchase = await scene.confirm(token)
    assert purchase.state is Outcome.UNKNOWN
    assert (purchase.error or "").startswith("no-answer-")
    assert purchase.settled_at is None
    assert len(await scene.bought(site)) == 1
    assert len(await scene.at_site(site)) == int(committed)
    assert [letter.purchase_id for letter in await scene.letters(Kind.OUTCOME)][-1] == purchase.id
    assert await place.after_crash(scene.desk) == 0
    assert await confirm(scene.desk, token, OWNER) is None
    assert len(await scene.bought(site)) == 1


@pytest.mark.parametrize("site", SITES)
async def test_where_nobody_listens_nothing_was_spent(scene: Scene, site: str, unused_tcp_port: int) -> None:
    account = await scene.account(site)
    draft = (await place.offer(scene.desk, await scene.draft(account))).draft
    purchase = place._intent(scene.desk, draft, account, "token", Decimal(1))
    async with scene.desk.db.transaction() as connection:
        assert await purchases.claim(connection, purchase)
    scene.desk.sites[site].door.base_url = f"http://127.0.0.1:{unused_tcp_port}"
    await place.carry_out(scene.desk, purchase)
    after = await scene.purchase(purchase.id)
    assert (after.state, after.error) == (Outcome.REFUSED, "no-answer-unreachable")


@pytest.mark.parametrize("site", SITES)
async def test_a_no_of_the_site_is_refused(scene: Scene, site: str) -> None:
    account = await scene.account(site)
    token = await scene.armed(account)
    await scene.customer(site, dict(scene.desk.credentials(account)), balance="0")
    purchase = await scene.confirm(token)
    assert purchase.state is Outcome.REFUSED
    assert purchase.settled_at is not None
    assert await scene.count("orders") == 0
    assert await scene.at_site(site) == []


async def test_a_mistake_of_ours_leaves_the_outcome_unknown(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)

    async def broken(*_: object) -> list[Seen]:
        raise ZeroDivisionError

    monkeypatch.setattr(scene.desk.sites["gsim"], "buy", broken)
    purchase = await scene.confirm(token)
    assert (purchase.state, purchase.error) == (Outcome.UNKNOWN, "no-answer-broken")


async def test_a_full_disk_for_a_moment_costs_no_order(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    write, failures = orders.add, [OSError("disk full"), OSError("disk full")]

    async def add(*args: Any) -> None:
        if failures:
            raise failures.pop()
        await write(*args)

    monkeypatch.setattr(orders, "add", add)
    assert (await scene.confirm(token)).state is Outcome.PLACED
    assert await scene.count("orders") == 1
    assert len(await scene.bought("gsim")) == 1


# Prices


async def dearer(scene: Scene, factor: int) -> None:
    """gsim's prices rise."""
    listed = [one for one in await scene.asked("gsim") if one["path"].endswith("/operators")][-1]
    async with scene.http.get(
        scene.world.base + "/gsim/api/v1/operators", params=listed["query"], headers=listed["headers"]
    ) as answer:
        rows = await answer.json()
    dear = [{**row, "price": round(row["price"] * factor, 2)} for row in rows]
    await scene.fault("gsim", "body", path="/operators", body=dear, times=None)


async def test_a_price_that_rose_buys_nothing_and_asks_again(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await dearer(scene, 2)
    with pytest.raises(PriceRose) as caught:
        await confirm(scene.desk, token, OWNER)
    assert caught.value.now > caught.value.confirmed
    await scene.desk.drain()
    assert await scene.bought("gsim") == []
    assert await scene.count("purchases") == 0
    async with scene.desk.db.transaction() as connection:
        draft = await drafts.get_by_token(connection, token)
    assert draft is not None, "the menu is still there to ask again"
    again = (await place.offer(scene.desk, draft)).draft
    assert again.token != token
    purchase = await scene.confirm(again.token or "")
    assert purchase.ceiling == caught.value.now
    with pytest.raises(Gone):
        await confirm(scene.desk, "never armed", OWNER)


async def test_a_wish_that_was_bought_meanwhile_is_not_offered_again(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    async with scene.desk.db.transaction() as connection:
        draft = await drafts.get_by_token(connection, token)
    assert draft is not None
    await scene.confirm(token)
    with pytest.raises(Gone):
        await place.offer(scene.desk, draft)


async def test_a_price_that_fell_is_bought(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await scene.outside("faults", target="gsim", kind="body", path="/operators", body=[
        {"id": "any", "name": "Any", "price": 0.01, "count": 5}
    ])  # fmt: skip
    assert (await scene.confirm(token)).state is Outcome.PLACED


async def test_fractions_of_a_micro_dollar_are_no_rise(scene: Scene) -> None:
    account = await scene.account("gsim")
    row = {"id": "any", "name": "Any", "price": 0.2545125, "count": 5}
    draft = await scene.draft(account)
    await scene.fault("gsim", "body", path="/operators", body=[row], times=None)
    armed = (await place.offer(scene.desk, draft)).draft
    assert armed.high == Decimal("0.254513")
    purchase = await confirm(scene.desk, armed.token or "", OWNER)
    assert purchase is not None


@pytest.mark.parametrize("kind", ["down", "html"])
async def test_no_price_no_purchase(scene: Scene, kind: str) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await scene.fault("gsim", kind, times=None)
    with pytest.raises(NoAnswer):
        await confirm(scene.desk, token, OWNER)
    assert await scene.count("purchases") == 0


async def test_a_slow_price_is_waited_for_only_so_long(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "QUOTE_PATIENCE", 0.05)
    account = await scene.account("gsim")
    token = await scene.armed(account)
    await scene.fault("gsim", "timeout", path="/operators", seconds=600)
    with pytest.raises(NoAnswer) as caught:
        await confirm(scene.desk, token, OWNER)
    assert not caught.value.sent
    assert await scene.bought("gsim") == []


async def test_a_quote_stands_without_its_balance(scene: Scene) -> None:
    account = await scene.account("gsim")
    draft = await scene.draft(account)
    await scene.fault("gsim", "html", path="/balance", times=None)
    assert (await place.offer(scene.desk, draft)).balance is None
    await scene.outside("faults", target="gsim", kind="status", status=401, body={}, times=None)
    with pytest.raises(BadKey):
        await place.offer(scene.desk, draft)


# Who and what


async def test_an_unfinished_wish_has_no_price(scene: Scene) -> None:
    account = await scene.account("gsim")
    draft = (await scene.draft(account)).changed(picks=())
    with pytest.raises(Unfinished):
        await place.offer(scene.desk, draft)


async def test_somebody_elses_button(scene: Scene) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    with pytest.raises(NotYours):
        await confirm(scene.desk, token, OWNER + 1)
    assert await scene.count("purchases") == 0


async def test_a_menu_changed_while_buy_was_pressed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    account = await scene.account("gsim")
    token = await scene.armed(account)
    quote = scene.desk.sites["gsim"].quote

    async def change(what: Any) -> None:
        async def meanwhile(*args: Any) -> Any:
            async with scene.desk.db.transaction() as connection:
                await what(connection)
            return await quote(*args)

        monkeypatch.setattr(scene.desk.sites["gsim"], "quote", meanwhile)

    async def pick(connection: Any) -> None:
        draft = await drafts.get_by_token(connection, token)
        assert draft is not None
        await drafts.save(connection, draft.changed(query="other"))

    await change(pick)
    with pytest.raises(Gone):
        await confirm(scene.desk, token, OWNER)
    assert await scene.count("purchases") == 0

    async def remove(connection: Any) -> None:
        await accounts.change(connection, account.id, removed_at=1)

    await change(remove)
    with pytest.raises(NotYours):
        await confirm(scene.desk, token, OWNER)
    assert await scene.count("purchases") == 0
    assert await scene.bought("gsim") == []


async def test_one_purchase_at_a_time_per_account(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = await scene.account("gsim"), await scene.account("gsim", owner=OWNER)
    tokens = [await scene.armed(mine) for _ in range(5)]
    free = await scene.armed(other)
    my_key = scene.desk.credentials(mine)["api_key"]
    going, most, other_began = 0, 0, asyncio.Event()
    buy = scene.desk.sites["gsim"].buy

    async def counted(credentials: Any, line: str, picks: Any) -> Any:
        nonlocal going, most
        if credentials["api_key"] != my_key:
            other_began.set()
            return await buy(credentials, line, picks)
        going += 1
        most = max(most, going)
        await other_began.wait()  # would hang if other accounts had to wait for this one
        try:
            return await buy(credentials, line, picks)
        finally:
            going -= 1

    monkeypatch.setattr(scene.desk.sites["gsim"], "buy", counted)
    await asyncio.gather(*(confirm(scene.desk, token, OWNER) for token in [*tokens, free]))
    await scene.desk.drain()
    assert most == 1
    assert len(await scene.bought("gsim")) == await scene.count("orders") == 6


async def test_a_key_refused_while_buying_is_looked_into(scene: Scene) -> None:
    account = await scene.account("smsgig")
    token = await scene.armed(account)
    await scene.fault("smsgig", "status", path="/s1/rent", status=401, body={"message": "Unauthenticated."})
    purchase = await scene.confirm(token)
    assert (purchase.state, purchase.error) == (Outcome.REFUSED, "bad-key")
    assert (await scene.fresh(account)).key_ok, "the balance call says that the key works"
    assert await scene.letters(Kind.NOTICE) == []


async def test_numbers_that_are_gone_meanwhile(scene: Scene) -> None:
    account = await scene.account("smsgig")
    token = await scene.armed(account)
    await scene.outside("smsgig/settings", no_numbers=True)
    with pytest.raises(NoNumbers):
        await confirm(scene.desk, token, OWNER)
    assert await scene.count("purchases") == 0
