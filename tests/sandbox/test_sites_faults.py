"""Each kind of fault, at a real socket."""

import asyncio
import json
import zlib
from collections.abc import Callable
from decimal import Decimal

import aiohttp
import pytest

from sandbox.spoiling import BIG_BYTES, BOMB_BYTES, KINDS, gzip_bomb
from sandbox.world import World
from tests.sandbox.sites_kit import BASES, KEY, Customer

ORDER = {"service": "telegram", "country": "russia"}


async def raw(customer: Customer, request: str = "GET", path: str = "/balance", body: bytes = b"") -> bytes:
    """All bytes that come back, by a bare socket. Raises ConnectionResetError on a reset."""
    host, port = customer.world.base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"{request} {BASES[customer.site]}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(body)}\r\n\r\n"
    try:
        writer.write(head.encode() + body)
        return await reader.read()
    finally:
        writer.close()


async def orders(gsim: Customer) -> int:
    count: int = (await gsim.get("/orders"))["total"]
    return count


async def test_reset_is_a_tcp_reset(gsim: Customer) -> None:
    await gsim.fault(kind="reset")
    with pytest.raises(ConnectionResetError):
        await raw(gsim)


async def test_down_closes_at_once_and_commits_nothing(gsim: Customer) -> None:
    await gsim.fault(kind="down", committed=True, path="/orders")
    assert await raw(gsim, "POST", "/orders", json.dumps(ORDER).encode()) == b""
    assert await orders(gsim) == 0


async def test_the_setting_down_does_the_same(gsim: Customer) -> None:
    await gsim.settings(down=True)
    assert await raw(gsim) == b""
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await gsim.get("/balance")
    await gsim.settings(down=False)
    await gsim.get("/balance")
    assert [row["status"] for row in await gsim.requests()][-1] == 200


async def test_the_setting_slow_holds_answers_up(gsim: Customer) -> None:
    await gsim.settings(slow=3600)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await gsim.get("/balance")
    await gsim.settings(slow=0)
    await gsim.get("/balance")


async def test_timeout_then_a_late_answer(gsim: Customer) -> None:
    await gsim.fault(kind="timeout", seconds=600)
    asking = asyncio.create_task(gsim.get("/balance"))
    while gsim.world.faults.list():  # noqa: ASYNC110 - the request is on its way
        await asyncio.sleep(0.01)
    done, _ = await asyncio.wait([asking], timeout=0.2)
    assert not done
    asking.cancel()
    await gsim.fault(kind="timeout", seconds=0.05)
    url = gsim.world.base + BASES["gsim"] + "/balance"
    async with gsim.http.get(url, headers=gsim.headers) as answer:
        assert answer.status == 504
    await gsim.fault(kind="timeout", seconds=0.05, committed=True)
    assert await gsim.get("/balance") == {"balance": 100.0, "currency": "USD"}


async def test_status_with_body_and_headers(gsim: Customer) -> None:
    await gsim.fault(kind="status", status=503, body={"error": "x"}, headers={"X-Why": "fault"})
    url = gsim.world.base + BASES["gsim"] + "/balance"
    async with gsim.http.get(url, headers=gsim.headers) as answer:
        assert (answer.status, answer.headers["X-Why"]) == (503, "fault")
        assert await answer.json() == {"error": "x"}


@pytest.mark.parametrize(
    ("fault", "status", "right"),
    [
        ({"kind": "html"}, 502, lambda text: text.startswith("<html>") and "502 Bad Gateway" in text),
        ({"kind": "html", "status": 403}, 403, lambda text: "403 Forbidden" in text),
        ({"kind": "empty"}, 200, lambda text: text == ""),
        ({"kind": "garbage", "body": "{]"}, 200, lambda text: text == "{]"),
        ({"kind": "body", "body": '{"balance": "a lot"}'}, 200, lambda text: text == '{"balance": "a lot"}'),
        ({"kind": "body", "body": {"balance": []}}, 200, lambda text: json.loads(text) == {"balance": []}),
    ],
)
async def test_spoilt_bodies(
    gsim: Customer, fault: dict[str, object], status: int, right: Callable[[str], bool]
) -> None:
    await gsim.fault(**fault)
    url = gsim.world.base + BASES["gsim"] + "/balance"
    async with gsim.http.get(url, headers=gsim.headers) as answer:
        assert answer.status == status
        assert right(await answer.text())


async def test_garbage_is_no_text(gsim: Customer) -> None:
    await gsim.fault(kind="garbage")
    body = (await raw(gsim)).split(b"\r\n\r\n", 1)[1]
    with pytest.raises(UnicodeDecodeError):
        body.decode()


async def test_cut_sends_half(gsim: Customer) -> None:
    await gsim.fault(kind="cut", committed=True)
    head, half = (await raw(gsim)).split(b"\r\n\r\n", 1)
    whole = json.dumps({"balance": 100.0, "currency": "USD"}).encode()
    assert f"content-length: {len(whole)}".encode() in head.lower()
    assert half == whole[: len(whole) // 2]
    await gsim.fault(kind="cut")
    with pytest.raises(aiohttp.ClientPayloadError):
        await gsim.get("/balance")


async def test_too_many(gsim: Customer) -> None:
    await gsim.fault(kind="429", retry_after=7)
    url = gsim.world.base + BASES["gsim"] + "/balance"
    async with gsim.http.get(url, headers=gsim.headers) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
        assert (await answer.json())["retry_after"] == 7


async def test_redirect(gsim: Customer) -> None:
    await gsim.fault(kind="redirect", body="https://example.org/login")
    url = gsim.world.base + BASES["gsim"] + "/balance"
    async with gsim.http.get(url, headers=gsim.headers, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "https://example.org/login")


async def test_big_is_50_megabytes_of_json(gsim: Customer) -> None:
    await gsim.fault(kind="big")
    url = gsim.world.base + BASES["gsim"] + "/balance"
    async with gsim.http.get(url, headers=gsim.headers) as answer:
        text = await answer.read()
    assert len(text) >= BIG_BYTES
    assert isinstance(json.loads(text)["data"], list)


async def test_who_hangs_up_on_big_is_forgotten(gsim: Customer) -> None:
    await gsim.fault(kind="big")
    url = gsim.world.base + BASES["gsim"] + "/balance"
    async with gsim.http.get(url, headers=gsim.headers) as answer:
        await answer.content.read(1000)
        answer.close()
    await gsim.get("/balance")


async def test_bomb_is_small_gzip_of_a_gigabyte(gsim: Customer) -> None:
    await gsim.fault(kind="bomb")
    head, packed = (await raw(gsim)).split(b"\r\n\r\n", 1)
    assert b"content-encoding: gzip" in head.lower()
    assert packed == gzip_bomb()
    assert len(packed) < 2 * 1024 * 1024
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    size, rest = 0, packed
    while rest and not unpacker.eof:
        size += len(unpacker.decompress(rest, 16 * 1024 * 1024))
        rest = unpacker.unconsumed_tail
    assert unpacker.eof  # the checksum and the length were right too
    assert size == BOMB_BYTES + 2


async def test_drip(gsim: Customer) -> None:
    await gsim.fault(kind="drip", seconds=0, committed=True)
    assert await gsim.get("/balance") == {"balance": 100.0, "currency": "USD"}
    await gsim.fault(kind="drip")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await gsim.get("/balance")


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"bomb", "big", "drip", "timeout"}))
@pytest.mark.parametrize("committed", [False, True])
async def test_committed_means_the_act_was_done(gsim: Customer, kind: str, committed: bool) -> None:
    await gsim.fault(kind=kind, committed=committed, path="/orders", method="POST")
    try:
        url = gsim.world.base + BASES["gsim"] + "/orders"
        async with gsim.http.post(url, headers=gsim.headers, json=ORDER, allow_redirects=False) as answer:
            assert answer.status != 201
            await answer.read()
    except aiohttp.ClientError:
        assert kind in {"reset", "down", "cut"}
    done = committed and kind != "down"
    assert await orders(gsim) == int(done)
    assert await gsim.spent() == (Decimal("0.18") if done else 0)


async def test_a_fault_hits_only_what_it_matches(gsim: Customer, smsgig: Customer) -> None:
    await gsim.fault(kind="status", path="/orders/*", method="post", times=None)
    await gsim.get("/balance")
    await smsgig.get("/balance")
    order = await gsim.post("/orders", ORDER, 201)
    await gsim.get(f"/orders/{order['id']}")
    for _ in range(3):
        assert (await gsim.call("POST", f"/orders/{order['id']}/cancel"))[0] == 500


async def test_where_looks_into_query_and_json(gsim: Customer, getsms: Customer) -> None:
    await gsim.fault(kind="status", where={"service": "whatsapp"})
    await gsim.post("/orders", ORDER, 201)
    await gsim.post("/orders", {**ORDER, "service": "whatsapp"}, 500)
    await getsms.fault(kind="status", where={"cmd": "balance"})
    await getsms.cmd("list_services")
    assert (await getsms.call("GET", "?cmd=balance"))[0] == 500


async def test_times_and_after(gsim: Customer) -> None:
    await gsim.fault(kind="status", after=1, times=2)
    assert [(await gsim.call("GET", "/balance"))[0] for _ in range(5)] == [200, 500, 500, 200, 200]


async def test_faults_are_listed_and_removed(gsim: Customer) -> None:
    url = gsim.world.base + "/outside/faults"
    await gsim.fault(kind="empty", times=None)
    await gsim.fault(kind="html", times=None)
    async with gsim.http.get(url) as answer:
        faults = (await answer.json())["faults"]
    assert [fault["kind"] for fault in faults] == ["empty", "html"]
    async with gsim.http.delete(f"{url}/{faults[0]['id']}") as answer:
        assert [fault["kind"] for fault in (await answer.json())["faults"]] == ["html"]
    async with gsim.http.delete(f"{url}/{faults[0]['id']}") as answer:
        assert answer.status == 404
    async with gsim.http.delete(url) as answer:
        assert await answer.json() == {"faults": []}
    await gsim.get("/balance")


@pytest.mark.parametrize(
    "spec", [{}, {"target": "gsim"}, {"target": "gsim", "kind": "x"}, {"kind": "reset"}, {"oops": 1}]
)
async def test_senseless_faults_are_refused(gsim: Customer, spec: dict[str, object]) -> None:
    async with gsim.http.post(gsim.world.base + "/outside/faults", json=spec) as answer:
        assert answer.status == 400
        assert "error" in await answer.json()


async def test_a_world_ends_with_requests_held_up() -> None:
    async with aiohttp.ClientSession() as http:
        async with World() as world:
            world.faults.add({"target": "gsim", "kind": "timeout", "seconds": 3600})
            held = asyncio.create_task(Customer("gsim", world, http).get("/balance"))
            while world.faults.list():  # noqa: ASYNC110 - till the request has met its fault
                await asyncio.sleep(0)
        with pytest.raises(aiohttp.ClientError):
            await held
