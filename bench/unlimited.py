"""`python -m bench.unlimited`: the bot without Telegram's sending limits, to see what it could do itself."""

import asyncio

from bot import log
from bot.__main__ import run_until_told
from bot.app import App
from bot.limits import SendLimits
from bot.settings import Settings


class NoLimits(SendLimits):
    """There is always room; only who was told to wait waits."""

    def _windows(self, chat_id: int, *, edit: bool) -> tuple[()]:
        return ()


async def main() -> None:
    """Run until told."""
    settings = Settings.load()
    log.set_up(settings.log_level, settings.log_format)
    app = await App.build(settings)
    app.outbox.limits = NoLimits()
    await run_until_told(app)


if __name__ == "__main__":
    asyncio.run(main())
