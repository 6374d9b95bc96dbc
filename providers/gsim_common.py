"""gsim.io: what its orders and rentals share: requests, errors with codes, lists in pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from providers.door import Answer, Request
from providers.errors import (
    BadKey,
    Conflict,
    Invalid,
    NoFunds,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from providers.pages import Entry, Page, follow
from providers.shape import each_map, get_int, get_text, need_map
from providers.site import (
    Credentials,
    OrderRef,
    Record,
    Sheet,
    Site,
)

ERRORS: Mapping[str, type[Refused]] = {
    "FORBIDDEN": BadKey,
    "NOT_FOUND": NotFound,
    "INSUFFICIENT_BALANCE": NoFunds,
    "VALIDATION_ERROR": Invalid,
    "CONFLICT": Conflict,
}

STATUSES: Mapping[int, type[Refused]] = {400: Invalid, 402: NoFunds, 409: Conflict}
"""Where the code is missing. 404 is not among them: without its code it may be that of a wrong address."""

PAGE_SIZE = 100
PAGES = 10
SHEET_SIZE = 8
"""Lines of a page of a journal."""
RATE_PAUSE = 60.0


def _never(_: Sequence[Entry]) -> bool:
    return False


class GsimCommon(Site):
    """How gsim.io refuses, and how its lists are read."""

    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """Errors are {"error", "code"}; of the 5xx only 503 PROVIDER_ERROR is a documented no."""
        body = answer.data if isinstance(answer.data, dict) else {}
        detail, code = get_text(body, "error") or "", get_text(body, "code") or ""
        if answer.status == 429:
            pause = answer.retry_after or RATE_PAUSE
            return RateLimited(self.key, call, retry_after=pause, detail=detail)
        if answer.status == 401:
            return BadKey(self.key, call, detail=detail, status=401)
        if answer.status == 503 and code == "PROVIDER_ERROR":
            return Unavailable(self.key, call, detail=detail, status=503)
        if 400 <= answer.status < 500 and answer.is_json:
            kind = ERRORS.get(code) or STATUSES.get(answer.status, Refused)
            if kind is NotFound and ":id" not in call:
                kind = Invalid  # a service, a country, a number that was on offer: no order was named
            return kind(self.key, call, detail=detail or code, status=answer.status)
        return None

    async def _entries(
        self,
        ask: Callable[[Mapping[str, str | int]], Request],
        name: str,
        *,
        enough: Callable[[Sequence[Entry]], bool] = _never,
        stamp: str | None = None,
    ) -> list[Entry]:
        """The entries of a list, which its answers call `name`. `ask`: the request with these fields."""

        async def read(number: int) -> Page:
            return await self._read(ask({"page": number, "limit": PAGE_SIZE}), lambda data: _page(data, name))

        return await follow(read, most=PAGES, enough=enough, stamp=stamp)

    async def _sheet(
        self,
        ask: Callable[[Mapping[str, str | int]], Request],
        name: str,
        record: Callable[[Entry], Record],
        *,
        page: int,
        word: str = "",
    ) -> Sheet:
        """One page of a list for people."""
        params: dict[str, str | int] = {"page": page, "limit": SHEET_SIZE}

        def parse(data: Any) -> Sheet:
            answer = need_map(data)
            entries = list(each_map(answer.get(name)))
            total = get_int(answer, "total")
            more = len(entries) >= SHEET_SIZE if total is None else page * SHEET_SIZE < total
            records = [record(entry) for entry in entries if get_text(entry, "id")]
            records.sort(key=lambda one: one.at or 0, reverse=True)
            return Sheet(records=tuple(records), has_more=more)

        return await self._read(ask(params | ({"status": word} if word else {})), parse)


def request(
    credentials: Credentials,
    method: str,
    path: str,
    *,
    params: Mapping[str, str | int] | None = None,
    json: Mapping[str, Any] | None = None,
    template: str = "",
) -> Request:
    """A request with the account's key."""
    key = credentials["api_key"]
    return Request(
        method=method,
        path=path,
        template=template,
        headers={"Authorization": f"Bearer {key}"},
        params=params or {},
        json=json,
        secret=key,
    )


def item_request(
    credentials: Credentials,
    method: str,
    template: str,
    order: OrderRef,
    *,
    params: Mapping[str, str | int] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Request:
    """A request about one order or rental: `template` is a path with :id in it."""
    path = template.replace(":id", quote(order.id, safe=""))
    return request(credentials, method, path, params=params, json=json, template=template)


def _page(data: Any, name: str) -> Page:
    answer = need_map(data)
    last, total = get_int(answer, "totalPages"), get_int(answer, "total")
    if last is None and total is not None:
        last = -(-total // PAGE_SIZE)
    return Page(entries=list(each_map(answer.get(name))), last=last)
