"""The way to Telegram: the same words as aiogram's, at a stroke, and an end as quick as it may be."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from aiogram import Bot
from aiogram.client.default import Default, DefaultBotProperties
from aiogram.enums import PollType
from aiogram.exceptions import TelegramBadRequest, TelegramNetworkError
from aiogram.methods import (
    AnswerInlineQuery,
    GetUpdates,
    RestrictChatMember,
    SendDocument,
    SendMediaGroup,
    SendMessage,
    SendPoll,
    SetMyCommands,
    TelegramMethod,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    ChatPermissions,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputPollOption,
    InputTextMessageContent,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from bot.session import Session, fields

TOKEN = "42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


# What is said


def maybe(what: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | what


words = st.text(max_size=8)
some_id = st.integers(min_value=-(2**52), max_value=2**52)
flag = maybe(st.booleans())
moment = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
parse_mode = st.sampled_from([None, "", "HTML", "MarkdownV2", Default("parse_mode")])
entity = st.builds(MessageEntity, type=words, offset=some_id, length=some_id, url=maybe(words))
preview = st.builds(LinkPreviewOptions, is_disabled=flag, url=maybe(words))
button = st.builds(
    InlineKeyboardButton,
    text=words,
    callback_data=maybe(words),
    copy_text=maybe(st.builds(CopyTextButton, text=words)),
)
markup = st.builds(
    InlineKeyboardMarkup, inline_keyboard=st.lists(st.lists(button, max_size=2), max_size=2)
) | st.builds(ForceReply, force_reply=st.just(True), input_field_placeholder=maybe(words))
article = st.builds(
    InlineQueryResultArticle,
    id=words,
    title=words,
    input_message_content=st.builds(
        InputTextMessageContent, message_text=words, link_preview_options=preview
    ),
)
methods: st.SearchStrategy[TelegramMethod[Any]] = st.one_of(
    st.builds(
        SendMessage,
        chat_id=some_id | words,
        text=words,
        parse_mode=parse_mode,
        entities=maybe(st.lists(entity, max_size=2)),
        link_preview_options=maybe(preview),
        reply_parameters=maybe(st.builds(ReplyParameters, message_id=some_id, quote=maybe(words))),
        reply_markup=maybe(markup),
        disable_notification=flag,
    ),
    st.builds(SendMessage, chat_id=some_id, text=words),
    st.builds(
        RestrictChatMember,
        chat_id=some_id,
        user_id=some_id,
        permissions=st.builds(ChatPermissions, can_send_polls=flag),
        until_date=maybe(moment | some_id),
    ),
    st.builds(
        SetMyCommands,
        commands=st.lists(st.builds(BotCommand, command=words, description=words), max_size=2),
        scope=maybe(st.builds(BotCommandScopeChat, chat_id=some_id)),
    ),
    st.builds(
        SendPoll,
        chat_id=some_id,
        question=words,
        options=st.lists(words | st.builds(InputPollOption, text=words), max_size=3),
        type=st.sampled_from(PollType),
        close_date=maybe(moment),
    ),
    st.builds(AnswerInlineQuery, inline_query_id=words, results=st.lists(article, max_size=2)),
    st.builds(GetUpdates, offset=maybe(some_id), timeout=some_id, allowed_updates=maybe(st.lists(words))),
    st.builds(
        SendMediaGroup,
        chat_id=some_id,
        media=st.lists(st.builds(InputMediaPhoto, media=words, caption=maybe(words)), max_size=2),
    ),
)
defaults = st.builds(
    DefaultBotProperties,
    parse_mode=maybe(st.just("HTML")),
    protect_content=flag,
    allow_sending_without_reply=flag,
    link_preview=maybe(preview),
)


def said_by_aiogram(bot: Bot, method: TelegramMethod[Any]) -> dict[str, str]:
    form = Session("http://127.0.0.1").build_form_data(bot, method)()
    return dict(parse_qsl(form._value.decode(), keep_blank_values=True))


def same(ours: Any, theirs: str) -> bool:
    """Whether a field of JSON says what a field of a form says."""
    return bool(ours == theirs if isinstance(ours, str) else ours == json.loads(theirs))


@given(method=methods, default=defaults)
def test_json_says_what_aiograms_form_says(
    method: TelegramMethod[Any], default: DefaultBotProperties
) -> None:
    bot = Bot(TOKEN, default=default)
    ours = json.loads(json.dumps(fields(bot, method)))
    theirs = said_by_aiogram(bot, method)
    assert ours.keys() == theirs.keys()
    assert all(same(value, theirs[name]) for name, value in ours.items())


def test_a_span_of_time_is_the_moment_at_its_end() -> None:
    method = RestrictChatMember(
        chat_id=1, user_id=2, permissions=ChatPermissions(), until_date=timedelta(hours=1)
    )
    bot = Bot(TOKEN)
    ours, theirs = fields(bot, method)["until_date"], said_by_aiogram(bot, method)["until_date"]
    assert abs(int(ours) - int(theirs)) <= 1


# How it gets there


class Telegram:
    """Notes what it is asked, and answers as told."""

    def __init__(self) -> None:
        self.asked = list[tuple[str, str, bytes]]()
        self.status, self.answer = 200, '{"ok": true, "result": true}'
        self.may = asyncio.Event()
        self.may.set()

    async def take(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.content_type, await request.read()))
        await self.may.wait()
        return web.Response(status=self.status, text=self.answer, content_type="application/json")


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[Telegram, Bot]]:
    made = Telegram()
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{path:.*}", made.take)
    async with TestServer(app) as server:
        bot = Bot(TOKEN, session=Session(str(server.make_url("")).rstrip("/")))
        yield made, bot
        made.may.set()
        await bot.session.close()


async def test_a_call_goes_as_json(telegram: tuple[Telegram, Bot]) -> None:
    made, bot = telegram
    assert await bot.delete_message(7, 8) is True
    path, kind, body = made.asked[0]
    assert (path, kind) == (f"/bot{TOKEN}/deleteMessage", "application/json")
    assert json.loads(body) == {"chat_id": 7, "message_id": 8}


@pytest.mark.parametrize(
    "method",
    [
        SendDocument(chat_id=7, document=BufferedInputFile(b"the file", "x.csv")),
        SendMediaGroup(chat_id=7, media=[InputMediaPhoto(media=BufferedInputFile(b"the file", "x.png"))]),
    ],
)
async def test_a_file_goes_as_aiogram_has_it(
    telegram: tuple[Telegram, Bot], method: TelegramMethod[Any]
) -> None:
    made, bot = telegram
    made.status, made.answer = 400, '{"ok": false, "error_code": 400, "description": "Bad Request: no"}'
    with pytest.raises(TelegramBadRequest, match="no"):
        await bot(method)
    (_, kind, body) = made.asked[0]
    assert kind == "multipart/form-data"
    assert b"the file" in body


async def test_errors_are_aiograms(telegram: tuple[Telegram, Bot]) -> None:
    made, bot = telegram
    made.status, made.answer = 400, '{"ok": false, "error_code": 400, "description": "Bad Request: no"}'
    with pytest.raises(TelegramBadRequest, match="no"):
        await bot.get_me()
    made.may.clear()
    with pytest.raises(TelegramNetworkError, match="timeout"):
        await bot.get_me(request_timeout=0.01)  # type: ignore[arg-type] # less than the second that it knows
    made.may.set()
    bot.session.api = Session("http://127.0.0.1:1").api
    with pytest.raises(TelegramNetworkError, match="ClientConnectorError"):
        await bot.get_me()


# How it ends


@pytest.mark.parametrize(("base", "waits"), [("http://127.0.0.1:8081", 0), ("https://api.telegram.org", 1)])
async def test_only_tls_is_given_time_to_end(base: str, waits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    slept = list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    session = Session(base)
    await session.close()  # not open yet
    http = await session.create_session()
    monkeypatch.setattr(asyncio, "sleep", sleep)
    await session.close()
    assert http.closed
    assert len(slept) == waits
