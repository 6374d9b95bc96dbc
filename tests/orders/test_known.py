"""Messages that a site shows again and again are compared with the rows once, and never taken for others."""

from dataclasses import replace

import pytest

from orders import known
from orders.known import Known
from providers.site import Seen, Sms
from providers.words import State
from storage import messages, orders
from tests.orders.scene import Scene


def seen(*ids: str | None) -> Seen:
    shown = tuple(Sms(text="Your code is 482913", id=one) for one in ids)
    return Seen(id="site's", state=State.RECEIVED, messages=shown)


async def test_only_what_is_stored_for_this_very_order_is_known(scene: Scene) -> None:
    account = await scene.account("gotsms")
    order, other = await scene.buy(account), await scene.buy(account)
    memory = Known()
    assert memory.without(order, seen("1")).messages
    memory.note(order, seen("1", "2"))
    assert not memory.without(order, seen("1")).messages
    assert not memory.without(order, seen("2", "1")).messages
    assert len(memory.without(order, seen("1", "3")).messages) == 2, "one is new"
    assert memory.without(other, seen("1")).messages
    assert memory.without(replace(order, activation=1), seen("1")).messages, "it may come again"
    memory.note(order, seen(None))
    assert memory.without(order, seen(None)).messages, "another one may have the same words"


async def test_what_was_not_shown_for_long_is_forgotten(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await scene.buy(await scene.account("gotsms"))
    monkeypatch.setattr(known, "MOST", 3)
    memory = Known()
    memory.note(order, seen("1", "2", "3"))
    assert not memory.without(order, seen("1")).messages
    memory.note(order, seen("4"))
    assert not memory.without(order, seen("1", "3", "4")).messages
    assert memory.without(order, seen("2")).messages


async def test_a_code_that_is_still_shown_costs_the_next_looks_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought = [await scene.buy(await scene.account("gotsms", balance="1000")) for _ in range(3)]
    for order in bought:
        await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    compared: list[str] = []
    of_order = messages.of_order

    async def counted(connection: object, order_id: str) -> object:
        compared.append(order_id)
        return await of_order(connection, order_id)  # type: ignore[arg-type]  # what it was called with

    monkeypatch.setattr(messages, "of_order", counted)
    await scene.look()
    assert compared == []
    await scene.sms(bought[1], "Your code is 555111", "555111")
    await scene.look()
    assert compared == [bought[1].id]
    assert [len(await scene.pushed(order)) for order in bought] == [1, 2, 1]


async def test_what_was_taken_back_is_not_known(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look whose transaction fails is made again, and finds its code."""
    order = await scene.buy(await scene.account("gotsms"))
    await scene.sms(order, "Your code is 482913", "482913")
    look = orders.looked_at

    async def fails(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(orders, "looked_at", fails)
    await scene.look()
    assert await scene.pushed(order) == []
    monkeypatch.setattr(orders, "looked_at", look)
    await scene.look()
    assert len(await scene.pushed(order)) == 1
