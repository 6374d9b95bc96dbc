"""What the world outside does to one make-believe site, see docs/sandbox.md."""

from typing import Any

import aiohttp


class Outside:
    """The sandbox's `/outside` for one site."""

    def __init__(self, base: str, site: str) -> None:
        self.base, self.site = base, site
        self._client = aiohttp.ClientSession(base)

    async def act(self, what: str, **body: Any) -> Any:
        """POST to `/outside/{site}/{what}`."""
        return await self._post(f"/outside/{self.site}/{what}", body)

    async def fault(self, kind: str, **body: Any) -> None:
        """The site's next answer that fits is spoilt."""
        await self._post("/outside/faults", {"target": self.site, "kind": kind, **body})

    async def requests(self) -> list[dict[str, Any]]:
        """All that was asked of the site, in order."""
        return await self._list("requests")

    async def orders(self, key: str) -> list[dict[str, Any]]:
        """The account's orders at the site, newest first."""
        return await self._list("orders", key=key)

    async def __aenter__(self) -> "Outside":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._client.close()

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        async with self._client.post(path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def _list(self, what: str, **query: str) -> list[dict[str, Any]]:
        async with self._client.get(f"/outside/{self.site}/{what}", params=query) as answer:
            assert answer.status == 200, await answer.text()
            entries: list[dict[str, Any]] = (await answer.json())[what]
            return entries
