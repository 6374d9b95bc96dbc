"""GotSMS: what plans, rents and messages share: requests, refusals, the pages of its lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from providers.door import Answer, Request
from providers.errors import OF_THE_ACCOUNT, BadKey, Invalid, NotAllowed, NotFound, RateLimited, Refused
from providers.gotsms_line import REFUSALS
from providers.pages import Entry, Page, follow
from providers.said import kind_said
from providers.shape import each_map, get_int, get_text, need_map
from providers.site import (
    Credentials,
    OrderRef,
    Site,
)

ERRORS: Mapping[int, type[Refused]] = {401: BadKey, 404: NotFound}
JSON = {"Content-Type": "application/json", "Accept": "application/json"}
CATALOG_PAGES = 100
LIST_PAGES = 10
RATE_PAUSE = 30.0


class GotCommon(Site):
    """How GotSMS refuses, and how its lists are read."""

    known_refusals = REFUSALS

    def refusal(self, call: str, answer: Answer) -> Refused | None:
        """A no is {"success": false, "message"}, documented with 422 and taken at its word below 500."""
        body = answer.data if isinstance(answer.data, dict) else {}
        detail = get_text(body, "message") or ""
        if answer.status == 429:
            pause = answer.retry_after or RATE_PAUSE
            return RateLimited(self.key, call, retry_after=pause, detail=detail)
        if 400 <= answer.status < 500 and (kind := kind_said(detail)) is not None:
            return kind(self.key, call, detail=detail, status=answer.status)
        if answer.status == 422 and answer.is_json:
            known = self.known_refusals.get(detail.casefold())
            return NotAllowed(self.key, call, detail=detail, status=422, known=known)
        if answer.status == 401 or (400 <= answer.status < 500 and answer.is_json):
            error = ERRORS.get(answer.status, Refused)
            if error is NotFound and ":id" not in call:
                error = Invalid  # no rent was named: the plan is what there is no more
            return error(self.key, call, detail=detail, status=answer.status)
        if answer.status < 300 and body.get("success") is False:
            return Refused(self.key, call, detail=detail, status=answer.status)
        return None

    async def _page(self, asked: Request, number: int) -> Page:
        # the answers show pages, the document names no parameter for them
        paged = replace(asked, params={"page": number} if number > 1 else {})
        return (await self._read_on(paged))[0]

    async def _read_on(self, asked: Request) -> tuple[Page, str | None]:
        """A page of a list, and the message before which the next one ends.

        Whatever asks for more than the first is a guess: should the site refuse it, there is no more.
        """
        try:
            return await self._read(asked, page_of)
        except OF_THE_ACCOUNT:
            raise
        except Refused:
            if not asked.params:
                raise
            return Page(entries=()), None

    async def _list(
        self,
        asked: Request,
        *,
        most: int,
        enough: Callable[[Sequence[Entry]], bool] = lambda page: False,
        stamp: str | None = None,
    ) -> list[Entry]:
        return await follow(partial(self._page, asked), most=most, enough=enough, stamp=stamp)


def request(
    method: str,
    path: str,
    credentials: Credentials | None = None,
    *,
    template: str = "",
    params: Mapping[str, str | int] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Request:
    """A request, with the account's key where one is given.

    The document's examples say that they send JSON where they send nothing too.
    """
    key = credentials["api_key"] if credentials else ""
    return Request(
        method=method,
        path=path,
        template=template,
        headers=JSON | ({"Authorization": f"Bearer {key}"} if key else {}),
        params=params or {},
        json=json,
        secret=key,
    )


def rent_request(
    method: str,
    template: str,
    credentials: Credentials,
    order: OrderRef,
    *,
    params: Mapping[str, str | int] | None = None,
    json: Mapping[str, Any] | None = None,
) -> Request:
    """A request about one rent: `template` is a path with :id in it."""
    path = template.replace(":id", quote(order.id, safe=""))
    return request(method, path, credentials, template=template, params=params, json=json)


def data_of(data: Any) -> Entry:
    """What an answer holds."""
    return need_map(need_map(data).get("data"))


def page_of(data: Any) -> tuple[Page, str | None]:
    """A page, and the message before which the next one ends."""
    answer = need_map(data)
    meta = answer.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    entries = list(each_map(answer.get("data")))
    return Page(entries=entries, last=get_int(meta, "last_page")), get_text(meta, "next_before_id")


def id_of(entry: Entry) -> str:
    """An entry's id; empty if it has none."""
    return get_text(entry, "id") or ""


def inner_of(entry: Entry, key: str) -> Entry:
    """An object inside an entry; empty if there is none."""
    inner = entry.get(key)
    return inner if isinstance(inner, dict) else {}
