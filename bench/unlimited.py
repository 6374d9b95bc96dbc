"""`python -m bench.unlimited`: the bot without Telegram's sending limits, to see what it could do itself."""

import asyncio
from collections.abc import Mapping

from bot import log
from bot.__main__ import run_until_told
from bot.app import App
from bot.limits import SendLimits
from bot.settings import Settings
from storage.outbox import Priority


class NoLimits(SendLimits):
    """There is always room."""

    def wait(self, chat_id: int, priority: Priority) -> float:
        """Now."""
        return 0.0

    def wait_for_any(self, priority: Priority) -> float:
        """Now."""
        return 0.0

    def full(self) -> tuple[Mapping[Priority, set[int]], float | None]:
        """Nothing is."""
        return {}, None


async def main() -> None:
    """Run until told."""
    settings = Settings.load()
    log.set_up(settings.log_level, settings.log_format)
    app = await App.build(settings)
    app.outbox.limits = NoLimits()
    await run_until_told(app)


if __name__ == "__main__":
    asyncio.run(main())
