"""What others call: stored before it is answered, refused where it must be, silent about secrets."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot import web
from bot.web import SECRET_HEADER, telegram_secret
from orders import hooks, keys
from storage import tables
from storage.accounts import Account
from tests.bot.rig import ANNA, Rig
from tests.bot.test_polling import update
from tests.e2e.kit import free_port

KEY = "gs_live_key_of_anna"


@pytest.fixture
async def linked(bot: Rig) -> Account:
    """An account whose site calls us."""
    await bot.post("/outside/gearsms/accounts", key=KEY, balance="25")
    return await keys.link(bot.desk, ANNA, "gearsms", {"api_key": KEY})


@pytest.fixture
async def client(bot: Rig) -> AsyncIterator[ClientSession]:
    """Somebody who calls the running bot."""
    async with bot.running(), ClientSession(f"http://127.0.0.1:{bot.app.port}") as session:
        yield session


def path(bot: Rig, account: Account) -> str:
    return keys.hook_path(bot.desk, account) or ""


async def stored(bot: Rig) -> list[Any]:
    async with bot.desk.db.transaction() as connection:
        return list((await connection.execute(select(tables.hooks))).mappings())


async def test_a_call_is_stored_sealed_before_it_is_answered(
    bot: Rig, linked: Account, client: ClientSession
) -> None:
    body = b'{"orderId":"77","code":"402113"}'
    async with client.post(path(bot, linked), data=body, headers={"X-Api-Key": "canary"}) as answer:
        assert answer.status == 200
    (row,) = await stored(bot)
    assert row["account_id"] == linked.id
    assert b"402113" not in bytes(row["body"])
    assert "canary" not in json.dumps(row["headers"])


@pytest.mark.parametrize(
    "target", ["/hooks/gearsms/unknown", "/hooks/smsgig/{token}", "/hooks/nosuch/x", "/hooks/"]
)
async def test_unknown_addresses(bot: Rig, linked: Account, client: ClientSession, target: str) -> None:
    token = path(bot, linked).rpartition("/")[2]
    async with client.post(f"/hooks/{target.format(token=token)}", data=b"{}") as answer:
        assert answer.status == 404
    assert await stored(bot) == []


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_body_that_is_too_big(
    bot: Rig, linked: Account, client: ClientSession, chunked: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 16_384

    body: Any = pieces() if chunked else b"x" * (hooks.BODY_CAP + 1)
    async with client.post(path(bot, linked), data=body) as answer:
        assert answer.status == 413
    assert await stored(bot) == []


async def test_the_biggest_body_passes(bot: Rig, linked: Account, client: ClientSession) -> None:
    async with client.post(path(bot, linked), data=b"x" * hooks.BODY_CAP) as answer:
        assert answer.status == 200


async def test_a_body_that_drips_is_not_waited_for(
    bot: Rig, linked: Account, client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "BODY_WITHIN", 0.2)

    async def drops() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(600)
        yield b"}"

    async with client.post(path(bot, linked), data=drops()) as answer:
        assert answer.status == 408


async def test_a_locked_database_answers_503_and_loses_nothing(
    bot: Rig, linked: Account, client: ClientSession
) -> None:
    target = path(bot, linked)
    holder = sqlite3.connect(bot.app.settings.data_dir / "pinbell.db", isolation_level=None, timeout=0)
    try:
        await locked(holder)
        async with client.post(target, data=b'{"orderId":"77"}') as answer:
            assert answer.status == 503
        async with client.get("/readyz") as answer:
            assert answer.status == 503
            assert await answer.json() == {"database": False, "telegram": True}
        async with client.get("/metrics") as answer:
            assert answer.status == 503
        async with client.get("/healthz") as answer:
            assert answer.status == 200
        holder.execute("ROLLBACK")
    finally:
        holder.close()
    async with client.post(target, data=b'{"orderId":"77"}') as answer:
        assert answer.status == 200


async def locked(holder: sqlite3.Connection) -> None:
    """Take the lock as soon as the bot lets go of it; it needs this event loop for that."""
    async with asyncio.timeout(20):
        while True:
            try:
                holder.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                await asyncio.sleep(0.01)
            else:
                return


async def test_a_full_disk_answers_503(
    bot: Rig, linked: Account, client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_args: object) -> bool:
        raise OperationalError("INSERT", {"body": "402113"}, Exception("database or disk is full"))

    monkeypatch.setattr(hooks, "accept", full)
    async with client.post(path(bot, linked), data=b"{}") as answer:
        assert answer.status == 503
        assert "402113" not in await answer.text()


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/hooks/gearsms/x"), ("PUT", "/hooks/gearsms/x"), ("GET", "/telegram"), ("POST", "/healthz"),
     ("POST", "/readyz"), ("POST", "/metrics")],
)  # fmt: skip
async def test_other_methods(client: ClientSession, method: str, target: str) -> None:
    async with client.request(method, target) as answer:
        assert answer.status == 405


# What takes too long.


async def test_late_work_goes_on() -> None:
    release, ended = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        await release.wait()
        ended.set()

    with pytest.raises(TimeoutError):
        await web.within(0.001, slow())
    release.set()
    async with asyncio.timeout(60):
        await ended.wait()


async def test_work_goes_on_when_nobody_waits_for_it_any_more() -> None:
    begun, release, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await release.wait()
        ended.set()

    waiting = asyncio.create_task(web.within(60, slow()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    release.set()
    async with asyncio.timeout(60):
        await ended.wait()


async def test_work_in_time_brings_what_it_brings() -> None:
    async def quick() -> int:
        return 7

    async def broken() -> int:
        raise ZeroDivisionError

    assert await web.within(60, quick()) == 7
    with pytest.raises(ZeroDivisionError):
        await web.within(60, broken())


async def test_late_work_that_fails_is_logged() -> None:
    release = asyncio.Event()

    async def broken() -> None:
        await release.wait()
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as logged:
        with pytest.raises(TimeoutError):
            await web.within(0.001, broken())
        (late,) = web._LATE
        release.set()
        await asyncio.wait([late])
    assert logged == [{"event": "late work failed", "error": "ZeroDivisionError", "log_level": "warning"}]


# Telegram's webhook.


async def test_only_telegram_is_believed(bot: Rig, client: ClientSession) -> None:
    secret = telegram_secret(bot.app.bot)
    for given in (None, "wrong", "пароль", "", secret[:-1]):
        headers = {} if given is None else {SECRET_HEADER: given}
        async with client.post("/telegram", json=update(1), headers=headers) as answer:
            assert answer.status == 401
    assert await bot.seen(ANNA) == []
    async with client.post("/telegram", json=update(1), headers={SECRET_HEADER: secret}) as answer:
        assert answer.status == 200
    assert len(await bot.seen(ANNA)) == 1


async def test_a_header_that_is_no_text(bot: Rig, client: ClientSession) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", bot.app.port)
    head = b"POST /telegram HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
    writer.write(head + SECRET_HEADER.encode() + b": \xff\xfe\xe9\r\n\r\n{}")
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert b" 401 " in line or b" 400 " in line
    assert not client.closed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b"[]", 200),
        (b"7", 200),
        (b"{}", 200),
        (b'{"update_id":1,"message":{"message_id":"x"}}', 200),
    ],
)
async def test_what_is_no_update(bot: Rig, client: ClientSession, body: bytes, status: int) -> None:
    headers = {SECRET_HEADER: telegram_secret(bot.app.bot)}
    async with client.post("/telegram", data=body, headers=headers) as answer:
        assert answer.status == status


async def test_by_webhook_end_to_end(bot: Rig, tmp_path: Path) -> None:
    """The bot tells Telegram its address, and what people type comes there."""
    settings = bot.app.settings
    object.__setattr__(settings, "telegram_mode", "webhook")
    object.__setattr__(settings, "http_port", free_port())
    object.__setattr__(settings, "public_url", f"http://127.0.0.1:{settings.http_port}")
    async with bot.running():
        await until_called(bot, "setWebhook")
        await bot.say(ANNA, "/help")
        async with asyncio.timeout(20):
            while not await bot.seen(ANNA):  # noqa: ASYNC110 - behind HTTP
                await asyncio.sleep(0.05)
    assert await bot.calls("getUpdates") == []


async def until_called(bot: Rig, method: str) -> None:
    async with asyncio.timeout(20):
        while not await bot.calls(method):  # noqa: ASYNC110 - behind HTTP
            await asyncio.sleep(0.05)


# Health and figures.


@pytest.mark.parametrize("kind", ["down", "html", "garbage"])
async def test_not_ready_while_telegram_is_not(bot: Rig, client: ClientSession, kind: str) -> None:
    async with client.get("/readyz") as answer:
        assert answer.status == 200
        assert await answer.json() == {"database": True, "telegram": True}
    await bot.fault("getMe", kind, times=None)
    async with client.get("/readyz") as answer:
        assert answer.status == 503
        assert await answer.json() == {"database": True, "telegram": False}
    async with client.get("/healthz") as answer:
        assert answer.status == 200


async def test_metrics_tell_numbers_and_no_secrets(bot: Rig, linked: Account, client: ClientSession) -> None:
    order = await bot.order()
    await bot.sms(order, "402113")
    await bot.settled()
    async with client.get("/metrics") as answer:
        assert answer.status == 200
        page = await answer.text()
    assert 'pinbell_orders_open{site="gsim"} 1.0' in page
    assert 'pinbell_purchases{site="gsim",state="placed"} 1.0' in page
    assert 'pinbell_messages{via="poll"} 1.0' in page
    assert 'pinbell_accounts{site="gearsms"} 1.0' in page
    assert 'pinbell_outbox{state="sent"} 2.0' in page
    token = path(bot, linked).rpartition("/")[2]
    for secret in ("402113", KEY, "2s_key_of_anna", bot.app.bot.token, order.number or "-", token, str(ANNA)):
        assert secret not in page
