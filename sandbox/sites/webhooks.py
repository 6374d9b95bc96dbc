"""Webhooks that the sites send."""

from dataclasses import dataclass, field

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A POST to the customer, as bytes, because signatures are made over bytes."""

    body: bytes
    headers: dict[str, str]
    retries: tuple[float, ...] = field(default=())  # seconds from one attempt to the next


class Postman:
    """Delivers over one shared session, which is made on first use."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def deliver(self, url: str, delivery: Delivery) -> int | None:
        """Try once; redirects are not followed. Returns the HTTP status, None if there was no answer."""
        if self._session is None:
            # like a site far away: a new connection for each event
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT)
        try:
            async with self._session.post(
                url, data=delivery.body, headers=delivery.headers, allow_redirects=False
            ) as answer:
                return answer.status
        except (TimeoutError, aiohttp.ClientError, ValueError):  # ValueError: no URL at all
            return None

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None
