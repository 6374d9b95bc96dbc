"""A stock aiogram bot lives in the sandbox: by long polling and by webhook."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramRetryAfter,
)
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    CallbackQuery,
    ChatMemberAdministrator,
    ChatMemberUpdated,
    CopyTextButton,
    EphemeralMessageParameters,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.sandbox.telegram_kit import ANNA, BORIS, BOT, Telegram, polling, running, until


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running() as telegram:
        yield telegram


def dispatcher() -> Dispatcher:
    """A bot with a button that changes its message."""
    found = Dispatcher()

    @found.message(CommandStart())
    async def start(message: Message) -> None:
        button = InlineKeyboardButton(text="Ring", callback_data="ring", style="success")
        await message.answer(
            "<b>Hello</b> & welcome".replace("&", "&amp;"),
            parse_mode="HTML",
            reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]),
        )

    @found.callback_query(F.data == "ring")
    async def ring(query: CallbackQuery) -> None:
        await query.answer("Ringing", show_alert=True)
        assert isinstance(query.message, Message)
        await query.message.edit_text("Rang")

    @found.message(Command("help"))
    async def helped(message: Message) -> None:
        await message.reply("Help is here")

    return found


async def test_polling_start_press_and_edit(telegram: Telegram) -> None:
    async with polling(dispatcher(), telegram.bot()):
        await telegram.say(ANNA, "/start")

        async def answered() -> list[dict[str, object]]:
            return [one for one in await telegram.seen(ANNA) if one.get("reply_markup")]

        [message] = await until(answered)
        assert message["html"] == "<b>Hello</b> &amp; welcome"
        assert message["out"] is False
        assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "ring"
        pressed = await telegram.press(ANNA, message["message_id"], "ring")
        assert pressed == {"answered": True, "text": "Ringing", "show_alert": True, "url": ""}

        async def edited() -> bool:
            last = (await telegram.seen(ANNA))[-1]
            return last["text"] == "Rang" and "reply_markup" not in last and "edit_date" in last

        assert await until(edited)


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    async with telegram.bot() as bot:
        yield bot


@pytest.mark.parametrize("background", [True, False])
async def test_webhook_start_press_and_edit(telegram: Telegram, bot: Bot, background: bool) -> None:
    handler = SimpleRequestHandler(dispatcher(), bot, handle_in_background=background, secret_token="s3cret")
    app = web.Application()
    handler.register(app, path="/telegram")
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram"
        assert await bot.set_webhook(
            url, secret_token="s3cret", allowed_updates=["message", "callback_query"]
        )
        await telegram.say(ANNA, "/start")

        async def greeted() -> list[dict[str, object]]:
            return [one for one in await telegram.seen(ANNA) if one.get("reply_markup")]

        [message] = await until(greeted)
        pressed = await telegram.press(ANNA, int(message["message_id"]), "ring")
        assert pressed["text"] == "Ringing"
        info = await bot.get_webhook_info()
        assert info.url == url
        assert info.last_error_message is None
        await bot.delete_webhook()
    finally:
        await runner.cleanup()


async def test_updates_of_every_kind_reach_their_handlers(telegram: Telegram) -> None:
    seen: list[str] = []
    routes = Dispatcher()

    @routes.my_chat_member()
    async def mine(event: ChatMemberUpdated) -> None:
        seen.append(f"my {event.old_chat_member.status} > {event.new_chat_member.status}")

    @routes.chat_member()
    async def theirs(event: ChatMemberUpdated) -> None:
        seen.append(f"their {event.old_chat_member.status} > {event.new_chat_member.status}")

    @routes.message(F.migrate_to_chat_id)
    async def migrated(message: Message) -> None:
        seen.append(f"to {message.migrate_to_chat_id}")

    @routes.edited_message()
    async def edited(message: Message) -> None:
        seen.append(f"edited {message.text}")

    async with polling(routes, telegram.bot()):
        await telegram.post("/groups", id=-500, title="G", members=[ANNA, BORIS], bots=[BOT])

        async def seen_so_far(count: int) -> list[str]:
            async def enough() -> bool:
                return len(seen) >= count

            await until(enough)
            return seen

        assert await seen_so_far(1) == ["my left > member"]
        for status in ("administrator", "restricted", "kicked"):
            user = BOT if status == "administrator" else BORIS
            await telegram.post("/groups/-500/members", user_id=user, status=status)
        await telegram.post("/groups/-500/migrate", id=-1002000000500)
        assert set(await seen_so_far(5)) == {  # aiogram hands out side by side what it fetched at once
            "my left > member",
            "my member > administrator",
            "their member > restricted",
            "their restricted > kicked",
            "to -1002000000500",
        }


async def test_errors_become_aiograms_exceptions(telegram: Telegram, bot: Bot) -> None:
    with pytest.raises(TelegramForbiddenError, match="can't initiate conversation"):
        await bot.send_message(BORIS, "x")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await bot.send_message(31337, "x")
    await telegram.post("/groups", id=-500, title="G", members=[ANNA], bots=[BOT])
    new = (await telegram.post("/groups/-500/migrate"))["id"]
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(-500, "x")
    assert moved.value.migrate_to_chat_id == new
    await telegram.post("/outside/telegram/settings", limits=True)
    for _ in range(5):
        await bot.send_message(ANNA, "x")
    with pytest.raises(TelegramRetryAfter) as flood:
        await bot.send_message(ANNA, "x")
    assert flood.value.retry_after >= 1


async def test_what_a_serious_bot_uses(telegram: Telegram, bot: Bot) -> None:
    await bot.set_my_commands(
        [BotCommand(command="order", description="Order a number")], scope=BotCommandScopeAllPrivateChats()
    )
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[
            [
                InlineKeyboardButton(text="Copy", copy_text=CopyTextButton(text="123456")),
                InlineKeyboardButton(text="Cancel", callback_data="cancel", style="danger"),
            ]
        ]
    )
    card = await bot.send_message(
        ANNA,
        'Left: <tg-time unix="1795132800" format="r">12 minutes</tg-time> <code>+1 202</code>',
        parse_mode="HTML",
        reply_markup=keyboard,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        protect_content=True,
        message_effect_id="5104841245755180586",
    )
    assert [entity.type for entity in card.entities or []] == ["date_time", "code"]
    assert card.effect_id == "5104841245755180586"
    assert (await telegram.seen(ANNA))[-1]["html"] == (
        'Left: <tg-time unix="1795132800" format="r">12 minutes</tg-time> <code>+1 202</code>'
    )
    asked = await bot.send_message(
        ANNA,
        "Which service?",
        reply_parameters=ReplyParameters(message_id=card.message_id, allow_sending_without_reply=True),
        reply_markup=ForceReply(selective=True, input_field_placeholder="whatsapp"),
    )
    assert asked.reply_to_message
    prompt = (await telegram.seen(ANNA))[-1]["reply_markup"]
    assert (prompt["force_reply"], prompt["input_field_placeholder"]) == (True, "whatsapp")
    file = BufferedInputFile(b"a;b\n", filename="history.csv")
    sent = await bot.send_document(ANNA, file, caption="<b>History</b>", parse_mode="HTML")
    assert sent.document
    download = await bot.download(sent.document)
    assert download
    assert download.read() == b"a;b\n"
    edited = await bot.edit_message_caption(chat_id=ANNA, message_id=sent.message_id, caption="Old")
    assert isinstance(edited, Message)
    assert await bot.delete_messages(ANNA, [sent.message_id, asked.message_id])
    assert (await bot.get_chat(ANNA)).first_name == "Anna"


async def test_groups_in_aiograms_words(telegram: Telegram, bot: Bot) -> None:
    await telegram.post(
        "/groups", id=-500, title="G", members=[BORIS], admins=[ANNA, BOT], bots=[BOT], forum=True
    )
    [owner, me] = await bot.get_chat_administrators(-500)
    assert isinstance(me, ChatMemberAdministrator)
    assert (owner.user.id, me.user.id) == (ANNA, BOT)
    assert (await bot.get_chat_member(-500, BORIS)).status == "member"
    topic = await bot.create_forum_topic(-500, "Codes")
    sent = await bot.send_message(
        -500,
        "123456",
        message_thread_id=topic.message_thread_id,
        ephemeral_message_parameters=EphemeralMessageParameters(receiver_user_id=BORIS),
    )
    assert sent.message_id == 0
    assert sent.ephemeral_message_id
    assert await bot.edit_ephemeral_message_text(
        chat_id=-500, receiver_user_id=BORIS, ephemeral_message_id=sent.ephemeral_message_id, text="654321"
    )
    assert (await telegram.seen(BORIS, -500))[-1]["text"] == "654321"


async def test_a_killed_bot_gets_its_unconfirmed_updates_again(telegram: Telegram) -> None:
    async with telegram.bot() as first:
        await telegram.say(ANNA, "x")
        assert len(await first.get_updates()) == 1
    async with telegram.bot() as second:
        [update] = await second.get_updates(timeout=20)
        assert update.message
        assert update.message.text == "x"
