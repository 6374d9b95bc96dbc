"""What the outbox's tests do and see: all letters sent, a code's pushes, words in a chat."""

from tests.bot.rig import ANNA, Rig

AGAIN = "sent again"


async def send_all(bot: Rig, seconds: float = 120) -> None:
    async with bot.sending():
        await bot.settled(seconds)


async def pushed(bot: Rig, code: str, person: int = ANNA) -> list[str]:
    """The pushes of a code: short, with nothing to press but the code."""
    return [
        one["text"]
        for one in await bot.seen(person)
        if code in one["text"] and len(one.get("reply_markup", {}).get("inline_keyboard", [])) == 1
    ]


async def said(bot: Rig, person: int, chat: int, words: str) -> bool:
    return any(words in text for text in await bot.texts(person, chat))
