"""The door keeps its promises whatever comes through it: bounded time and memory, one request, no key."""

import asyncio
import gzip
import logging
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from email.utils import formatdate

import pytest
import stamina

from providers.door import Door
from providers.errors import NoAnswer
from tests.providers.door_kit import FAULTS, SAFETY, SECRET, request
from tests.providers.hostile import (
    GOOD,
    PACKED,
    Behaviour,
    Hostile,
    drip,
    http,
    reset,
    says,
    silence,
)


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    """Reads are repeated as often as ever, without the pauses between."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


async def fault(server: Hostile, *, read: bool, deadline: float = SAFETY, body_cap: int = 2**20) -> NoAnswer:
    """The error that this server's answer becomes."""
    door = Door("gearsms", server.base, deadline=deadline, body_cap=body_cap)
    try:
        async with asyncio.timeout(SAFETY):
            with pytest.raises(NoAnswer) as caught:
                await (door.read(request("GET")) if read else door.once(request()))
    finally:
        await door.close()
    return caught.value


@pytest.mark.parametrize("name", FAULTS)
async def test_a_purchase_is_asked_exactly_once_on_every_fault(name: str) -> None:
    behave, reason, _ = FAULTS[name]
    async with Hostile(behave) as server:
        error = await fault(server, read=False)

        assert (error.reason, error.sent) == (reason, True)
        assert len(server.heads) == 1


@pytest.mark.parametrize("name", FAULTS)
async def test_a_read_is_repeated_where_that_may_help(name: str) -> None:
    behave, reason, times = FAULTS[name]
    async with Hostile(behave) as server:
        error = await fault(server, read=True)

        assert error.reason == reason
        assert len(server.heads) == times


@pytest.mark.parametrize(
    ("status", "body", "reason", "times"),
    [
        ("503 Service Unavailable", b"<html>", "server-error", 3),
        ("200 OK", b"<html>", "not-json", 3),
        ("200 OK", b"", "not-json", 3),
        ("200 OK", b'{"data": [', "not-json", 3),
    ],
)
async def test_a_read_that_brings_no_json_is_repeated(
    status: str, body: bytes, reason: str, times: int
) -> None:
    async with Hostile(says(http(body, status=status))) as server:
        error = await fault(server, read=True)

        assert error.reason == reason
        assert len(server.heads) == times


@pytest.mark.parametrize(
    ("status", "body", "is_json"),
    [
        ("500 Oops", GOOD, True),
        ("401 No", b"<html>", False),
        ("429 Slow", b"", False),
        ("404 No", GOOD, True),
    ],
)
async def test_an_answer_that_says_something_is_handed_on(status: str, body: bytes, is_json: bool) -> None:
    async with Hostile(says(http(body, "Retry-After: 7", status=status))) as server:
        door = Door("gearsms", server.base)
        answer = await door.read(request("GET"))
        await door.close()

    assert (answer.status, answer.is_json) == (int(status[:3]), is_json)
    assert answer.retry_after == 7
    assert len(server.heads) == 1


async def test_a_read_that_fails_and_then_works_is_one_answer() -> None:
    async def second_time(server: Hostile, writer: asyncio.StreamWriter) -> None:
        await (reset if len(server.heads) == 1 else says(http()))(server, writer)

    async with Hostile(second_time) as server:
        door = Door("gearsms", server.base)
        answer = await door.read(request("GET"))
        await door.close()

    assert answer.data == {"ok": True}


# --- time ---


async def test_silence_ends_at_the_deadline_with_an_unknown_outcome() -> None:
    async with Hostile(silence) as server:
        error = await fault(server, read=False, deadline=0.3)

        assert (error.reason, error.sent) == ("timeout", True)
        assert len(server.heads) == 1


async def test_one_byte_a_second_is_bounded_by_the_deadline_of_the_whole_call() -> None:
    async with Hostile(drip) as server:
        error = await fault(server, read=False, deadline=2.5)

        assert (error.reason, error.sent) == ("timeout", True)
        assert server.sent < 20


async def test_a_request_may_bring_its_own_deadline() -> None:
    async with Hostile(silence) as server:
        door = Door("gearsms", server.base, deadline=SAFETY)
        with pytest.raises(NoAnswer) as caught:
            await door.once(request(deadline=0.2))
        await door.close()

    assert caught.value.reason == "timeout"


async def test_what_waited_in_the_queue_until_its_deadline_was_never_sent() -> None:
    async with Hostile(silence) as server:
        door = Door("gearsms", server.base, connections=1)
        first = asyncio.create_task(door.once(request()))
        await server.arrived.wait()

        with pytest.raises(NoAnswer) as caught:
            await door.once(request(deadline=0.2))
        server.release.set()
        await first
        await door.close()

        assert (caught.value.reason, caught.value.sent) == ("timeout", False)
        assert len(server.heads) == 1


# --- size ---


@pytest.mark.parametrize("name", ["50 MB", "gzip bomb"])
async def test_memory_is_bounded_by_the_cap_on_decoded_bytes(name: str) -> None:
    async with Hostile(FAULTS[name][0]) as server:
        door = Door("gearsms", server.base, body_cap=2**20)
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer):
                await door.once(request())
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await door.close()

        assert peak < 12 * 2**20
        assert server.sent < 20 * 2**20  # we hung up long before the end


async def test_a_body_of_exactly_the_cap_is_read() -> None:
    body = b'"' + b"x" * 998 + b'"'
    for encoded in (http(body), http(gzip.compress(body), "Content-Encoding: gzip")):
        async with Hostile(says(encoded)) as server:
            door = Door("gearsms", server.base, body_cap=1000)
            assert (await door.once(request())).data == "x" * 998
            await door.close()

            assert (await fault(server, read=False, body_cap=999)).reason == "too-big"


async def test_gzip_is_read() -> None:
    async with Hostile(says(http(PACKED, "Content-Encoding: gzip"))) as server:
        door = Door("gearsms", server.base)
        answer = await door.once(request())
        await door.close()

    assert answer.data["rows"][-1] == 499


NO_JSON = {
    "NaN": b'{"price": NaN}',
    "Infinity": b"[-Infinity]",
    "1e999": b'{"price": 1e999}',
    "an exponent beyond Decimal": b'{"price": 1e99999999999999999999}',
    "a tiny number": b'{"price": 1e-999}',
    "5,000 digits": b'{"id": ' + b"9" * 5000 + b"}",
    "deep nesting": b"[" * 200_000,
    "deep objects": b'{"a":' * 200_000,
    "latin-1": '{"name": "Köln"}'.encode("latin-1"),
    "nothing": b"",
    "HTML": b"<!doctype html><title>Hello</title>",
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
async def test_json_that_no_one_can_mean_is_no_json(body: bytes) -> None:
    async with Hostile(says(http(body))) as server:
        door = Door("gearsms", server.base)
        answer = await door.once(request())
        await door.close()

    assert (answer.is_json, answer.data) == (False, None)


# --- where it may go ---


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize("read", [True, False])
async def test_a_redirect_is_refused_and_the_key_goes_nowhere(status: str, read: bool) -> None:
    async with Hostile(says(http())) as thief:
        location = f"Location: {thief.base}/steal"
        async with Hostile(says(http(b"", location, status=status))) as server:
            assert (await fault(server, read=read)).reason == "redirect"

            assert SECRET in server.heads[0]
        assert thief.heads == []


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with Hostile(says(http())) as server:
        door = Door("gearsms", server.base)
        assert (await door.once(request())).is_json
        await door.close()


async def test_a_cookie_of_one_account_does_not_go_with_the_next() -> None:
    async with Hostile(says(http(GOOD, "Set-Cookie: session=of-another; Path=/"))) as server:
        door = Door("gearsms", server.base)
        await door.once(request())
        await door.once(request())
        await door.close()

        assert "cookie" not in server.heads[1].lower()


async def test_nobody_listening_means_that_nothing_was_sent() -> None:
    async with Hostile(says(http())) as server:
        gone = server.base
    door = Door("gearsms", gone)

    for call in (door.once(request()), door.read(request("GET"))):
        with pytest.raises(NoAnswer) as caught:
            await call
        assert (caught.value.reason, caught.value.sent) == ("unreachable", False)
    await door.close()


@pytest.mark.parametrize("base", ["ftp://127.0.0.1", "http://[half"])
async def test_a_wrong_base_url_means_that_nothing_was_sent(base: str) -> None:
    door = Door("gearsms", base)
    with pytest.raises(NoAnswer) as caught:
        await door.once(request())
    await door.close()

    assert (caught.value.reason, caught.value.sent) == ("unreachable", False)


async def test_a_connection_that_the_site_closed_meanwhile_costs_no_second_request() -> None:
    async with Hostile(says(http(), then_close=True)) as server:
        door = Door("gearsms", server.base)
        for _ in range(5):
            assert (await door.once(request())).is_json
            while server.readers:  # noqa: ASYNC110 - until its end of the connection is closed
                await asyncio.sleep(0.005)
        await door.close()

        assert len(server.heads) == 5


# --- the clock ---


async def test_the_date_header_tells_how_far_our_clock_is_off() -> None:
    ahead = formatdate(time.time() + 3600, usegmt=True)
    async with Hostile(says(http(GOOD, f"Date: {ahead}"))) as server:
        door = Door("gearsms", server.base)
        await door.once(request())
        await door.close()

    assert door.clock_offset == pytest.approx(3600, abs=30)


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2020 00:00:00 +99999999999999999999",
        "Mon, 99 Jan 2020 99:99:99 GMT",
        "-1",
    ],
)
async def test_a_date_that_is_none_changes_nothing(date: str) -> None:
    async with Hostile(says(http(GOOD, f"Date: {date}"))) as server:
        door = Door("gearsms", server.base)
        assert (await door.once(request())).is_json
        await door.close()

    assert door.clock_offset == 0.0


# --- secrets ---

LEAKY: dict[str, Behaviour] = {
    "good": says(http(GOOD, f"Set-Cookie: key={SECRET}")),
    "echo in a redirect": says(http(b"", f"Location: /login?api_key={SECRET}", status="302 Found")),
    "echo in HTML": says(http(f"<a href='?api_key={SECRET}'>".encode(), status="502 Bad")),
    "reset": reset,
    "silence": silence,
    "no HTTP": says(f"{SECRET}\r\n\r\n".encode(), then_close=True),
}


@pytest.mark.parametrize("name", LEAKY)
@pytest.mark.parametrize("read", [True, False])
async def test_the_key_shows_in_no_error_repr_or_log_at_debug(
    name: str, read: bool, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for noisy in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "asyncio", "stamina"):
        caplog.set_level(logging.DEBUG, logger=noisy)
    asked = request("GET" if read else "POST")
    shown = [repr(asked), str(asked), asked.call]
    async with Hostile(LEAKY[name]) as server:
        door = Door("gearsms", server.base, deadline=0.5)
        try:
            answer = await (door.read(asked) if read else door.once(asked))
            shown += [repr(answer), str(answer)]
        except NoAnswer as error:
            shown += [str(error), repr(error), *traceback.format_exception(error)]
        await door.close()

        assert SECRET in server.heads[0]
    shown += [caplog.text, *capfd.readouterr(), repr(door), repr([record.args for record in caplog.records])]
    assert SECRET not in "\n".join(shown)
