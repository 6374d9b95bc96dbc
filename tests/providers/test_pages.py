"""Lists of sites that promise neither an order nor an end."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from providers.errors import NoAnswer, NotFound, RateLimited
from providers.pages import Page, follow, look_singly, strike_off
from providers.site import (
    OrderRef,
    Seen,
)
from providers.words import State


class Shelf:
    """A paginated list; pages behind the last one repeat it, as if the site ignored the number."""

    def __init__(self, *pages: Sequence[Mapping[str, Any]], last: int | None = None) -> None:
        self.pages = pages
        self.last = last
        self.read: list[int] = []

    async def __call__(self, number: int) -> Page:
        self.read.append(number)
        return Page(entries=self.pages[min(number, len(self.pages)) - 1], last=self.last)


def ids(entries: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [entry["id"] for entry in entries]


async def test_follows_to_the_last_page() -> None:
    shelf = Shelf([{"id": "a"}], [{"id": "b"}], [{"id": "c"}], last=3)
    assert ids(await follow(shelf, most=10)) == ["a", "b", "c"]
    assert shelf.read == [1, 2, 3]


async def test_one_page_is_one_request() -> None:
    shelf = Shelf([{"id": "a"}], last=1)
    await follow(shelf, most=10)
    assert shelf.read == [1]


@pytest.mark.parametrize("last", [None, 40])
async def test_a_site_that_ignores_the_page_is_not_asked_for_ever(last: int | None) -> None:
    shelf = Shelf([{"id": "a"}, {"id": "b"}], last=last)
    assert ids(await follow(shelf, most=10)) == ["a", "b"]
    assert shelf.read == [1, 2]


async def test_pages_are_bounded() -> None:
    shelf = Shelf(*([{"id": str(number)}] for number in range(50)), last=50)
    assert len(await follow(shelf, most=4)) == 4
    assert shelf.read == [1, 2, 3, 4]


async def test_an_entry_that_slid_to_the_next_page_comes_once() -> None:
    shelf = Shelf([{"id": "b"}, {"id": "a"}], [{"id": "a"}, {"id": "z"}], last=2)
    assert ids(await follow(shelf, most=10)) == ["b", "a", "z"]


async def test_stops_where_it_is_enough() -> None:
    shelf = Shelf([{"id": "a"}], [{"id": "b"}], [{"id": "c"}], last=3)
    found = await follow(shelf, most=10, enough=lambda page: "b" in ids(page))
    assert ids(found) == ["a", "b"]


async def test_a_list_from_old_to_new_is_read_from_its_end() -> None:
    shelf = Shelf(
        [{"id": "a", "at": 1}, {"id": "b", "at": 2}], [{"id": "c", "at": 3}], [{"id": "d", "at": 4}]
    )
    shelf.last = 3
    found = await follow(shelf, most=10, enough=lambda page: True, stamp="at")
    assert shelf.read == [1, 3]
    assert "d" in ids(found)


async def test_entries_without_an_id_are_kept() -> None:
    shelf = Shelf([{"body": "one"}, {"body": "two"}], last=1)
    assert len(await follow(shelf, most=1)) == 2


def order(order_id: str) -> OrderRef:
    return OrderRef(id=order_id, line="numbers", picks={}, state=State.WAITING)


def test_strike_off_is_content_when_all_were_shown() -> None:
    missing = {"a": order("a"), "b": order("b")}
    enough = strike_off(missing)
    assert not enough([{"id": "a"}, {"id": "x"}])
    assert enough([{"id": "b"}])
    assert missing == {}


class Looks:
    """Answers to looks, one for each order; an error is raised."""

    def __init__(self, **answers: Exception | State) -> None:
        self.answers = answers

    async def __call__(self, ref: OrderRef) -> Seen:
        answer = self.answers[ref.id]
        if isinstance(answer, Exception):
            raise answer
        return Seen(id=ref.id, state=answer)


async def test_an_order_that_the_site_does_not_know_is_left_out() -> None:
    looks = Looks(a=NotFound("x", "GET /"), b=State.WAITING)
    assert [seen.id for seen in await look_singly(looks, [order("a"), order("b")], [])] == ["b"]


async def test_what_is_known_does_not_wait_for_a_look_that_fails() -> None:
    looks = Looks(a=RateLimited("x", "GET /", retry_after=60), b=State.WAITING)
    known = Seen(id="k", state=State.DONE)
    assert await look_singly(looks, [order("a"), order("b")], [known]) == [known]


async def test_a_failing_look_is_told_when_nothing_is_known() -> None:
    looks = Looks(a=NoAnswer("x", "GET /", reason="timeout"))
    with pytest.raises(NoAnswer):
        await look_singly(looks, [order("a")], [])
