"""The way to Telegram."""

import datetime
from collections.abc import Mapping
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, cast

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InputFile, TelegramObject
from aiohttp import ClientError, ClientTimeout
from aiohttp.hdrs import CONTENT_TYPE

JSON = {CONTENT_TYPE: "application/json"}

_PLAIN = frozenset({str, int, bool, float, NoneType})


class _HasFile(Exception):
    """JSON can't hold it."""


class Session(AiohttpSession):
    """To a Bot API server: Telegram's own, or another one.

    What holds no file goes as JSON at a stroke: aiogram's form takes several times as long, and a code waits
    for it. All else is as aiogram has it.
    """

    def __init__(self, base: str) -> None:
        super().__init__(api=TelegramAPIServer.from_base(base))

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's word
    ) -> TelegramType:
        """As aiogram's, and raises as it does."""
        try:
            body = self.json_dumps(fields(bot, method)).encode()
        except _HasFile:
            return await super().make_request(bot, method, timeout)
        session = await self.create_session()
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        limit = _limit(self.timeout if timeout is None else timeout)
        try:
            async with session.post(url, data=body, headers=JSON, timeout=limit) as response:
                content = (await response.read()).decode()
        except TimeoutError as error:
            raise TelegramNetworkError(method=method, message="Request timeout error") from error
        except ClientError as error:
            raise TelegramNetworkError(method=method, message=f"{type(error).__name__}: {error}") from error
        answer = self.check_response(bot=bot, method=method, status_code=response.status, content=content)
        return cast("TelegramType", answer.result)

    async def close(self) -> None:
        """As aiogram's, which lets TLS say good-bye for a quarter of a second: only where there is TLS."""
        if self.api.base.startswith("https:"):
            await super().close()
        elif self._session is not None:
            await self._session.close()


def fields(bot: Bot, method: TelegramMethod[Any]) -> dict[str, Any]:
    """What a call says, as JSON has it: what is not given, or empty, is left out. Raises _HasFile."""
    given = method.model_dump(warnings=False, exclude_none=True)
    return {name: value for name, value in _object(bot, given).items() if value != ""}


def _object(bot: Bot, given: Mapping[str, Any]) -> dict[str, Any]:
    plain = ((name, _plain(bot, value)) for name, value in given.items())
    return {name: value for name, value in plain if value is not None}


def _plain(bot: Bot, value: Any) -> Any:
    """As aiogram's `prepare_value`. None: nothing."""
    if type(value) in _PLAIN:
        return value
    match value:
        case dict():
            value = _object(bot, value)
        case list():
            value = [plain for one in value if (plain := _plain(bot, one)) is not None]
        case Default():
            value = _plain(bot, bot.default[value.name])
        case Enum():
            value = _plain(bot, value.value)
        case datetime.timedelta():
            value = str(round((datetime.datetime.now(datetime.UTC) + value).timestamp()))
        case datetime.datetime():
            value = str(round(value.timestamp()))
        case TelegramObject():
            value = _object(bot, value.model_dump(warnings=False, exclude_none=True))
        case InputFile():
            raise _HasFile
    return value


@cache
def _limit(seconds: float) -> ClientTimeout:
    return ClientTimeout(total=seconds)
