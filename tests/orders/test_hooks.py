"""Webhooks: stored, then worked on; what is not proven is only a hint to look."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from sqlalchemy import select, update

from orders import hooks, inbox, keys, place, upkeep
from orders.hooks import BODY_CAP, HOLDS, PROVEN_EVERY, HookWorker
from orders.watch import PER_ORDER
from providers.words import State
from storage import hooks as rows
from storage import tables
from storage.accounts import Account
from storage.orders import Order
from tests.orders.scene import OWNER, Scene, until

UNSIGNED = ("gearsms", "getsms")


async def outcomes(scene: Scene) -> list[tuple[str, str | None]]:
    async with scene.desk.db.transaction() as connection:
        query = select(tables.hooks.c.state, tables.hooks.c.outcome).order_by(tables.hooks.c.received_at)
        return [(row.state, row.outcome) for row in await connection.execute(query)]


async def bodies(scene: Scene) -> list[bytes]:
    async with scene.desk.db.transaction() as connection:
        return list((await connection.execute(select(tables.hooks.c.body))).scalars())


async def linked(scene: Scene, site: str) -> Account:
    account = await scene.account(site)
    await scene.with_webhooks(account)
    return account


def signed(scene: Scene, account: Account, **event: Any) -> tuple[bytes, dict[str, str]]:
    """A webhook of SMSGig."""
    body = json.dumps({"received_at": "2026-01-01T00:00:00Z", **event}).encode()
    return body, signature(scene, account, body)


def signature(scene: Scene, account: Account, body: bytes) -> dict[str, str]:
    """SMSGig's header for it."""
    key = scene.desk.credentials(account)["api_key"].encode()
    return {"X-SmsGig-Signature": hmac.new(key, body, hashlib.sha256).hexdigest()}


def unsigned(order: Order, text: str) -> bytes:
    """A webhook of GearSMS or getsms, as anybody could write it."""
    if order.site == "getsms":
        return (
            f"event=incoming_message&id={order.site_id}&reply={text}&pin={text}&timestamp=1767225600".encode()
        )
    event = {"event": "sms_received", "orderId": order.site_id, "sms": text, "pin": text, "source": "S1"}
    return json.dumps(event).encode()


@pytest.mark.parametrize("site", UNSIGNED)
async def test_an_unsigned_webhook_brings_the_code_and_proves_itself(scene: Scene, site: str) -> None:
    account = await linked(scene, site)
    order = await scene.buy(account)
    arrival = await scene.sms(order, "Your code is 482913", "482913")
    assert arrival["webhook"] == 200
    assert await scene.count("messages") == 0, "stored first, worked on afterwards"
    assert await outcomes(scene) == [("new", None)]
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["Your code is 482913"]
    assert (await scene.fresh(account)).hook_seen_at is not None
    assert await outcomes(scene) == [("done", "taken")]
    await scene.look()
    assert len(await scene.pushed(order)) == 1


async def test_a_signed_webhook_brings_the_code_before_it_is_answered(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account)
    scene.desk.bells.hooks.clear()
    scene.desk.bells.outbox.clear()
    arrival = await scene.sms(order, "Your code is 482913", "482913")
    assert arrival["webhook"] == 200
    assert await scene.pushed(order) == ["Your code is 482913"]
    assert scene.desk.bells.outbox.is_set()
    assert not scene.desk.bells.hooks.is_set(), "nothing is left for the worker"
    assert await outcomes(scene) == [("done", "taken")]
    assert (await scene.fresh(account)).hook_seen_at is not None
    await scene.look()
    assert len(await scene.pushed(order)) == 1


async def test_several_codes_by_webhook_alone(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account, service="whatsapp")
    texts = [f"Your code is {number}{number}{number}" for number in range(11, 16)]
    for text in texts:
        await scene.sms(order, text)
    assert await scene.pushed(order) == texts


async def test_an_unknown_address(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    async with scene.http.post(f"{scene.base}/hooks/smsgig/nobody-has-this-token", data=b"{}") as answer:
        assert answer.status == 404
    path = keys.hook_path(scene.desk, account) or ""
    async with scene.http.post(scene.base + path.replace("smsgig", "gearsms"), data=b"{}") as answer:
        assert answer.status == 404, "the token belongs to one site"
    assert await scene.count("hooks") == 0
    assert keys.hook_path(scene.desk, await scene.account("gsim")) is None


async def test_a_forged_signature_is_refused(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account)
    body, _ = signed(
        scene, account, activation_id=int(order.site_id), message_id="1", code="1", text="forged 1"
    )
    for headers in ({}, {"X-SmsGig-Signature": "0" * 64}):
        assert await scene.post_hook(account, body, headers) == 200
    assert await outcomes(scene) == [("new", None)] * 2, "stored as it came"
    await scene.work_on_hooks()
    assert await scene.count("messages") == 0
    assert await outcomes(scene) == [("refused", "forged")] * 2
    assert await bodies(scene) == [b"", b""], "a forger who learnt the address fills no disk"
    assert (await scene.fresh(account)).hook_seen_at is None


@pytest.mark.parametrize("site", UNSIGNED)
async def test_the_words_of_an_unsigned_webhook_are_never_delivered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, site: str
) -> None:
    monkeypatch.setattr(hooks, "LOOKS_GAP", 100_000.0)
    account = await linked(scene, site)
    order = await scene.buy(account)
    for number in range(3):
        assert await scene.post_hook(account, unsigned(order, f"forged {number}")) == 200
    for _ in HOLDS:
        await scene.work_on_hooks()
    assert await scene.count("messages") == 0
    assert (await scene.fresh(account)).hook_seen_at is None, "a forger does not slow polling down"
    looked = [one for one in await scene.asked(site) if order.site_id in str(one["path"]) + str(one["query"])]
    assert 1 <= len(looked) <= PER_ORDER, "reads that forgers can cause are limited"
    for _ in range(2):
        await scene.work_on_hooks()
    assert await outcomes(scene) == [("done", "unmatched")] * 3
    assert await bodies(scene) == [b""] * 3


async def test_an_event_without_words_proves_nothing(scene: Scene) -> None:
    account = await linked(scene, "getsms")
    order = await scene.buy(account)
    assert await scene.post_hook(account, f"event=priority_request&id={order.site_id}&mdn=1".encode()) == 200
    await scene.work_on_hooks()
    assert await outcomes(scene) == [("done", "taken")]
    assert (await scene.fresh(account)).hook_seen_at is None


@pytest.mark.parametrize(
    ("site", "body", "state"),
    [
        ("gearsms", b"not json", "refused"),
        ("gearsms", b'{"event": "something_else"}', "done"),
        ("getsms", b"\xff\xfe", "refused"),
        ("gearsms", b"", "refused"),
    ],
)
async def test_what_is_no_message(scene: Scene, site: str, body: bytes, state: str) -> None:
    account = await linked(scene, site)
    assert await scene.post_hook(account, body) == 200
    await scene.work_on_hooks()
    assert [found for found, _ in await outcomes(scene)] == [state]


async def test_a_webhook_before_its_order_is_held_and_matched(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    token = await scene.armed(account)
    await scene.fault("smsgig", "timeout", path="/s1/rent", committed=True, seconds=600)
    assert await place.confirm(scene.desk, token, OWNER) is not None

    async def there() -> bool:
        return bool(await scene.at_site("smsgig"))

    await until(there)
    (order,) = await scene.at_site("smsgig")
    await scene.outside(f"smsgig/orders/{order['id']}/sms", text="Your code is 482913", code="482913")
    assert await scene.worker.step() == 1
    await scene.hooks_at_rest()
    assert await outcomes(scene) == [("held", "held")]
    assert await scene.count("messages") == 0
    assert await scene.worker.step() == 0
    assert 0 < await scene.worker.pause() <= HOLDS[0]
    scene.world.faults.let_go()
    await scene.desk.drain()
    await scene.work_on_hooks()
    assert await scene.count("messages") == 1
    assert await outcomes(scene) == [("done", "taken")]


async def test_an_order_wakes_the_calls_that_were_held(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    body, headers = signed(scene, account, activation_id=999, message_id="1", code="1", text="1")
    assert await scene.post_hook(account, body, headers) == 200
    await scene.work_on_hooks()
    assert await scene.worker.step() == 0
    assert 0 < await scene.worker.pause() < 60
    scene.desk.bells.hooks.clear()
    await scene.buy(account)
    assert scene.desk.bells.hooks.is_set()
    assert await scene.worker.step() == 1
    await scene.desk.drain()


async def test_a_webhook_nobody_asked_for_is_given_up(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    body, headers = signed(scene, account, activation_id=999, message_id="1", code="1", text="1")
    assert await scene.post_hook(account, body, headers) == 200
    for _ in range(len(HOLDS) + 1):
        assert [state for state, _ in await outcomes(scene)] != ["done"]
        await scene.work_on_hooks()
    assert await outcomes(scene) == [("done", "unmatched")]


async def test_a_replayed_webhook_rings_no_more(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account, service="whatsapp")
    body, headers = signed(
        scene, account, activation_id=int(order.site_id), message_id="7", code="1", text="code 1"
    )
    for _ in range(3):
        await scene.post_hook(account, body, headers)
        await scene.work_on_hooks()
    await scene.expire(order)
    await scene.look()
    scene.desk.ahead += 40 * 86_400
    await upkeep.run(scene.desk)
    await scene.post_hook(account, body, headers)
    await scene.work_on_hooks()
    assert await scene.count("messages") == 1
    assert (await scene.order(order)).state is State.DONE


async def test_another_accounts_order(scene: Scene) -> None:
    mine, theirs = await linked(scene, "smsgig"), await linked(scene, "smsgig")
    order = await scene.buy(theirs)
    body, headers = signed(
        scene, mine, activation_id=int(order.site_id), message_id="1", code="1", text="not mine"
    )
    assert await scene.post_hook(mine, body, headers) == 200
    await scene.work_on_hooks()
    assert await scene.count("messages") == 0


async def test_a_flood_is_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "WAITING_CAP", 5)
    account, other = await linked(scene, "gearsms"), await linked(scene, "gearsms")
    answers = [await scene.post_hook(account, b'{"event": "sms_received", "orderId": "x"}') for _ in range(8)]
    assert answers == [200] * 5 + [404] * 3
    assert await scene.post_hook(other, b"{}") == 200, "the others' calls still come in"
    assert await scene.count("hooks") == 6
    token = (keys.hook_path(scene.desk, other) or "").rsplit("/", 1)[1]
    assert not await hooks.accept(scene.desk, "gearsms", token, b" " * (BODY_CAP + 1), {})


async def test_a_replaced_key_still_signs_for_a_day(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account, service="whatsapp")
    event = {"activation_id": int(order.site_id), "code": "1"}
    first = signed(scene, account, **event, message_id="1", text="code 1")
    late = signed(scene, account, **event, message_id="2", text="code 2")
    new = {"api_key": "another-key-of-mine"}
    await scene.customer("smsgig", new, balance="1")
    await keys.replace_key(scene.desk, account, new)
    assert await scene.post_hook(account, *first) == 200
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1"]
    scene.desk.ahead += keys.OLD_KEY_PASSES + 1
    assert await scene.post_hook(account, *late) == 200
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1"]
    assert ("refused", "forged") in await outcomes(scene)
    fresh = await scene.fresh(account)
    newest = signed(scene, fresh, **event, message_id="3", text="code 3")
    assert await scene.post_hook(account, *newest) == 200
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["code 1", "code 3"]


async def test_a_poisoned_call_stops_nobody(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account, service="whatsapp")
    await scene.post_hook(account, b"poison")
    async with scene.desk.db.transaction() as connection:
        await connection.execute(update(tables.hooks).values(body=b"\x00" * 64, received_at=1))
    await scene.sms(order, "Your code is 482913", "482913")
    for _ in range(len(HOLDS) + 1):
        await scene.work_on_hooks()
    assert await scene.pushed(order) == ["Your code is 482913"]
    assert await outcomes(scene) == [("done", "unmatched"), ("done", "taken")]


async def test_a_slow_site_holds_up_no_other_sites_webhooks(scene: Scene) -> None:
    slow, quick = await linked(scene, "gearsms"), await linked(scene, "getsms")
    slow_order, quick_order = await scene.buy(slow), await scene.buy(quick)
    await scene.fault("gearsms", "timeout", path="/temp-s1/check-sms/*", seconds=60)
    await scene.sms(slow_order, "slow 1234", "1234")
    assert await scene.worker.step() == 1
    await scene.sms(quick_order, "quick 1234", "1234")
    assert await scene.worker.step() == 1, "the slow account's calls are not taken up twice"

    async def arrived() -> bool:
        return await scene.pushed(quick_order) == ["quick 1234"]

    await until(arrived)
    assert await scene.pushed(slow_order) == []
    assert await scene.worker.pause() == 60
    scene.world.faults.close()


async def test_a_read_that_fails_is_made_again(scene: Scene) -> None:
    account = await linked(scene, "gearsms")
    order = await scene.buy(account)
    await scene.outside("faults", target="gearsms", kind="html", path="/temp-s1/check-sms/*", times=3)
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.work_on_hooks()
    assert await scene.pushed(order) == []
    scene.worker = HookWorker(scene.desk)  # the gap between two reads is over
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["Your code is 482913"]


async def test_what_polling_was_faster_with_needs_no_further_read(scene: Scene) -> None:
    account = await linked(scene, "gearsms")
    order = await scene.buy(account)
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    asked = len(await scene.asked("gearsms"))
    await scene.work_on_hooks()
    assert len(await scene.asked("gearsms")) == asked
    assert await outcomes(scene) == [("done", "known")]
    assert (await scene.fresh(account)).hook_seen_at is not None


async def test_lost_webhooks_cost_no_code(scene: Scene) -> None:
    account = await linked(scene, "gearsms")
    order = await scene.buy(account)
    await scene.outside("gearsms/settings", webhooks=False)
    await scene.sms(order, "Your code is 482913", "482913")
    assert await scene.count("hooks") == 0
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 482913"]


async def test_an_sms_after_the_end_comes_by_webhook(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account)
    await scene.expire(order)
    await scene.look()
    assert (await scene.order(order)).state is State.EXPIRED
    body, headers = signed(
        scene, account, activation_id=int(order.site_id), message_id="1", code="1", text="late 1"
    )
    await scene.post_hook(account, body, headers)
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["late 1"]
    assert (await scene.order(order)).state is State.DONE


async def test_the_memory_of_reads_stays_small(scene: Scene) -> None:
    worker = HookWorker(scene.desk)
    for number in range(10_002):
        worker._remember(str(number), float(number))
    assert len(worker._looked_at) < 10


async def test_a_removed_account_takes_no_more_calls(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account)
    await keys.remove(scene.desk, account)
    assert await scene.post_hook(account, b"{}") == 404
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 482913"], "but what is open is still watched"


# What it costs


async def test_the_worker_takes_a_signed_call_and_is_done_with_it_as_a_whole(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account)

    async def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as at_first:
        at_first.setattr(inbox, "take_in", full)
        await scene.sms(order, "Your code is 482913", "482913")
    monkeypatch.setattr(rows, "settle", full)
    await scene.work_on_hooks()
    assert await scene.count("messages") == 0
    assert (await scene.fresh(account)).hook_seen_at is None
    monkeypatch.undo()
    await scene.work_on_hooks()
    assert await scene.pushed(order) == ["Your code is 482913"]
    assert await outcomes(scene) == [("done", "taken")]


async def test_that_webhooks_arrive_is_written_once_a_minute(scene: Scene) -> None:
    account = await linked(scene, "smsgig")
    order = await scene.buy(account, service="whatsapp")
    written: list[int | None] = []
    for number, ahead in enumerate((0, PROVEN_EVERY / 2, PROVEN_EVERY)):
        scene.desk.ahead += ahead
        await scene.sms(order, f"Your code is 48291{number}")
        await scene.work_on_hooks()
        written.append((await scene.fresh(account)).hook_seen_at)
    assert written[0] == written[1]
    assert written[2] != written[1]
