"""The whole: one process per folder, workers that come back, an end that loses nothing."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from bot import __main__ as command_line
from bot import check, commands, demo, work
from bot.app import AlreadyRunning, App
from bot.settings import GivenSettings, Settings
from handlers import letters, texts
from orders import upkeep
from storage.vault import VaultError
from tests.bot.rig import ANNA, BORIS, BOT, Rig, rig, until

ROOT = Path(__file__).parents[2]


async def test_a_second_bot_in_the_same_folder_is_refused(bot: Rig, tmp_path: Path) -> None:
    with pytest.raises(AlreadyRunning):
        await App.build(demo.settings(bot.world.base, tmp_path))
    url = SecretStr(f"sqlite:///{tmp_path}/pinbell.db")
    with pytest.raises(AlreadyRunning):
        await App.build(demo.settings(bot.world.base, tmp_path).model_copy(update={"database_url": url}))


async def test_after_the_end_another_may_begin(tmp_path: Path) -> None:
    for _ in range(2):
        async with rig(tmp_path / "data") as bot, bot.running():
            pass


async def test_a_folder_that_cannot_be_used_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "pinbell.db").write_bytes(b"no database " * 999)
    before = asyncio.all_tasks()
    for _ in range(2):  # the second time would be AlreadyRunning if the first had kept the lock
        with pytest.raises(Exception, match="not a database"):
            await App.build(demo.settings("http://127.0.0.1:9", tmp_path))
    assert asyncio.all_tasks() == before


async def test_a_broken_key_file(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("nonsense")
    (tmp_path / "secret.key").chmod(0o600)
    for _ in range(2):
        with pytest.raises(VaultError):
            await App.build(demo.settings("http://127.0.0.1:9", tmp_path))


async def test_a_worker_that_fails_comes_back(bot: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "RESTART_AFTER", 0.01)
    real, failures = upkeep.run, iter([True] * 3)
    ended = asyncio.Event()

    async def failing(desk: Any) -> None:
        if next(failures, False):
            raise ZeroDivisionError
        await real(desk)
        ended.set()

    monkeypatch.setattr(upkeep, "run", failing)
    async with bot.running(), asyncio.timeout(60):
        await ended.wait()


async def test_a_start_with_an_open_order_reads_what_its_code_will_be_told_with(bot: Rig) -> None:
    for is_open in (False, True):
        texts._phrases.cache_clear()
        texts.texts_for.cache_clear()
        await bot.order(is_open=is_open)
        await letters.rehearse(bot.app.context)
        assert ("_bundle" in vars(texts._phrases("en"))) == is_open


async def test_a_start_is_not_stopped_by_an_order_that_cannot_be_drawn(
    bot: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    order = await bot.order(line="no such line")
    await letters.rehearse(bot.app.context)
    told = capsys.readouterr().out
    assert "card can't be drawn" in told
    assert order.id in told


async def test_commands_refused_for_long_keep_nobody_waiting(bot: Rig) -> None:
    await bot.fault("setMyCommands", "429", retry_after=3600, times=None)
    async with bot.running():
        await bot.say(ANNA, "/help")
        await until(lambda: bot.seen(ANNA))
    assert len(await bot.calls("setMyCommands")) == 1


async def test_commands_by_language_and_chat(bot: Rig) -> None:
    group = await bot.post("/groups", title="Team", members=[ANNA, BORIS], bots=[BOT])
    await commands.register(bot.app.bot)

    async def offered(person: int, chat: int) -> dict[str, str]:
        found = (await bot.get(f"/people/{person}/commands?chat={chat}"))["commands"]
        return {one["command"]: one["description"] for one in found}

    english, russian = await offered(ANNA, BOT), await offered(BORIS, BOT)
    assert tuple(english) == tuple(russian) == commands.PRIVATE
    assert english["order"].isascii()
    assert not russian["order"].isascii()
    assert tuple(await offered(ANNA, group["id"])) == commands.GROUP
    assert not (await offered(BORIS, group["id"]))["order"].isascii()


async def test_the_end_waits_for_what_was_bought_and_said(bot: Rig) -> None:
    written = []

    async def purchase() -> None:
        await asyncio.sleep(0.5)
        await bot.sms(await bot.order(), "402113")  # the database must still be there
        written.append(True)

    async with bot.running():
        bot.desk.spawn(purchase(), name="purchase")
    assert written


async def test_being_cancelled_ends_it_cleanly(bot: Rig) -> None:
    started = asyncio.Event()
    running = asyncio.create_task(bot.app.run(asyncio.Event(), started=started.set))
    await started.wait()
    await bot.notices([(ANNA, f"n{number}") for number in range(50)])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    names = {task.get_name() for task in asyncio.all_tasks()}
    assert not names & {"outbox", "watcher", "hooks", "upkeep", "commands", "telegram"}
    assert not [name for name in names if name.startswith("send ")]


async def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with rig(tmp_path, http_port=taken.getsockname()[1]) as bot:
            with pytest.raises(OSError, match="address already in use"):
                await bot.app.run(asyncio.Event())


# The command line.


def given(base: str, folder: Path, **more: Any) -> Settings:
    return demo.settings(base, folder).model_copy(update=more)


async def test_check_says_that_the_port_is_taken(
    bot: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = given(bot.world.base, tmp_path / "new").model_copy(update={"http_port": port})
        assert await check.run(settings) == 1
    assert f"BAD port {port}: 127.0.0.1: Address already in use" in capsys.readouterr().out


async def test_check_finds_nothing_where_all_is_well(
    bot: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await check.run(given(bot.world.base, tmp_path / "new")) == 0
    shown = capsys.readouterr().out
    assert "BAD" not in shown
    assert "PUBLIC_URL is not set" in shown


@pytest.mark.parametrize("problem", ["token", "server", "silence", "html", "key", "database", "folder"])
async def test_check_tells_each_problem(
    bot: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str], problem: str
) -> None:
    folder, base, about = tmp_path / "new", bot.world.base, "Telegram"
    folder.mkdir()
    match problem:
        case "token":
            body = '{"ok":false,"error_code":401,"description":"Unauthorized"}'
            await bot.fault("getMe", "status", status=401, body=body)
        case "server":
            base = "http://127.0.0.1:9"
        case "silence":
            await bot.fault("getMe", "down")
        case "html":
            await bot.fault("getMe", "html")
        case "key":
            (folder / "secret.key").write_text("nonsense")
            about = "secret key"
        case "database":
            (folder / "pinbell.db").write_bytes(b"no database " * 999)
            about = "database"
        case _:
            folder = folder / "file"
            folder.write_text("a file, not a folder")
            about = "database"
    settings = given(base, folder)
    assert await check.run(settings) == 1
    shown = capsys.readouterr().out
    (bad, *_) = [line for line in shown.splitlines() if line.startswith("BAD") and about in line]
    assert bad
    assert settings.bot_token.get_secret_value() not in shown


def test_wrong_settings_are_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOT_TOKEN", "secret-nonsense")
    for arguments in (["check"], ["run"], []):
        assert command_line.main(arguments) == command_line.EXIT_SETTINGS
        told = capsys.readouterr().err
        assert "BOT_TOKEN must look like" in told
        assert "secret-nonsense" not in told


async def process(*arguments: str, cwd: Path, **environment: str) -> asyncio.subprocess.Process:
    keep = {
        name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_START") if name in os.environ
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error::ResourceWarning", "-m", "bot", *arguments, cwd=cwd,
        env={**keep, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("trouble", ["running", "key", "database", "port"])
async def test_a_start_that_must_fail_says_why(
    bot: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str], trouble: str
) -> None:
    folder, port = tmp_path / "other", 0
    folder.mkdir()
    match trouble:
        case "running":
            folder = tmp_path
        case "key":
            (folder / "secret.key").write_text("nonsense")
        case "database":
            (folder / "pinbell.db").write_bytes(b"no database " * 999)
        case _:
            port = int(bot.world.base.rpartition(":")[2])
    before = asyncio.all_tasks()
    assert await command_line._run(given(bot.world.base, folder, http_port=port)) != 0
    told = capsys.readouterr().err
    reason = {
        "running": "already works in",
        "key": "secret.key",
        "database": "not a database",
        "port": "in use",
    }
    assert reason[trouble] in told
    assert asyncio.all_tasks() - before == set()


async def test_the_demo_opens_brings_a_code_and_ends(tmp_path: Path) -> None:
    started = await process("demo", "--port", "0", cwd=tmp_path)
    assert started.stdout is not None
    try:
        async with asyncio.timeout(120):
            while b"open:" not in (line := await started.stdout.readline()):
                assert line, "the demo ended"
        base = line.decode().split()[-1].partition("/?")[0]
        await _order_something(base)
    finally:
        started.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            _, told = await started.communicate()
    assert started.returncode == 0
    assert told == b""


async def _order_something(base: str) -> None:
    """Anna orders by pressing whatever leads on, and the code comes by itself."""
    async with ClientSession(base) as http:
        await http.post(f"/people/{ANNA}/chats/{BOT}/messages", json={"text": "/order"})
        pressed: list[str] = []
        async with asyncio.timeout(120):
            while True:
                async with http.get(f"/people/{ANNA}/chats/{BOT}/messages") as answer:
                    shown = (await answer.json())["messages"]
                if any("🔔" in one.get("text", "") for one in shown):
                    return
                if button := _leading_on(shown, pressed):
                    pressed.append(button["data"])
                    await http.post(f"/people/{ANNA}/chats/{BOT}/press", json=button)
                await asyncio.sleep(0.2)


def _leading_on(shown: list[dict[str, Any]], pressed: list[str]) -> dict[str, Any] | None:
    """gsim first, then the first choice of every list, then Buy."""
    message = shown[-1]
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [one for row in rows for one in row if one.get("callback_data", "") not in {"", *pressed}]
    wanted = [one for word in ("gsim", "Buy") for one in buttons if word in one["text"]] or buttons
    if not wanted or any("copy_text" in one for row in rows for one in row):
        return None
    return {"message_id": message["message_id"], "data": wanted[0]["callback_data"]}


def test_settings_of_the_demo_need_nothing_around_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_TOKEN", "1:from-outside")
    settings = demo.settings("http://127.0.0.1:1", tmp_path)
    assert isinstance(settings, GivenSettings)
    assert "from-outside" not in settings.bot_token.get_secret_value()


def test_databases_are_closed_at_the_end(tmp_path: Path) -> None:
    async def once() -> None:
        async with rig(tmp_path) as bot, bot.running():
            pass

    asyncio.run(once())
    with sqlite3.connect(tmp_path / "pinbell.db") as connection:
        connection.execute("BEGIN EXCLUSIVE")
    connection.close()
