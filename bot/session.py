"""The way to Telegram."""

from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer


class Session(AiohttpSession):
    """To a Bot API server: Telegram's own, or another one."""

    def __init__(self, base: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(base))

    async def close(self) -> None:
        """As aiogram's, which lets TLS say good-bye for a quarter of a second: only where there is TLS."""
        if self.api.base.startswith("https:"):
            await super().close()
        elif self._session is not None:
            await self._session.close()
