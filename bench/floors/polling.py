"""The floor under a bot: aiogram, one router, one message with a button, one answer to a press."""

import asyncio
import os

from aiogram import Bot, Dispatcher, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

router = Router()
KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="›", callback_data="next")]],
)


@router.message()
async def greet(message: Message) -> None:
    """Show the button."""
    await message.answer("A list", reply_markup=KEYBOARD)


@router.callback_query()
async def pressed(press: CallbackQuery) -> None:
    """Answer a press."""
    await press.answer()


async def main() -> None:
    """Poll."""
    server = TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"])
    bot = Bot(os.environ["BOT_TOKEN"], session=AiohttpSession(api=server))
    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main())
