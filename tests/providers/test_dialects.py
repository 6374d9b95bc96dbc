"""An order's life is the same at a site that writes its values in other ways than its document's examples."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from providers.door import Answer, Door, Request
from providers.registry import SITES
from providers.site import Credentials, OrderRef, Site
from providers.words import State
from sandbox.world import World
from tests.providers.outside import Outside

KEYS: Credentials = {"api_key": "a_key_of_the_sandbox", "user": "anna"}
LINES = [
    ("gearsms", "s1"), ("gearsms", "s2"), ("gearsms", "global"), ("gearsms", "ltr"), ("gsim", "numbers"),
    ("smsgig", "s1"), ("getsms", "numbers"), ("gotsms", "numbers"),
]  # fmt: skip
NOISE = Decimal("0.00000000000000004")


def as_texts(value: Any) -> Any:
    """Every number is a text, fractions with more digits than cents have."""
    if isinstance(value, Decimal):
        return f"{value:.8f}"
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def as_floats(value: Any) -> Any:
    """Every number has a fraction: none worth mentioning, or what floating point makes of cents."""
    if isinstance(value, Decimal):
        return value + NOISE
    return Decimal(f"{value}.0") if isinstance(value, int) and not isinstance(value, bool) else value


def everywhere(change: Callable[[Any], Any], value: Any) -> Any:
    """A JSON value with all that stands in it changed, and a field more in each object."""
    if isinstance(value, dict):
        return {key: everywhere(change, inner) for key, inner in value.items()} | {"_links": []}
    return [everywhere(change, inner) for inner in value] if isinstance(value, list) else change(value)


def without_nothing(value: Any) -> Any:
    """What is null or empty is left out."""
    if isinstance(value, dict):
        return {key: without_nothing(inner) for key, inner in value.items() if inner not in (None, "")}
    return [without_nothing(inner) for inner in value] if isinstance(value, list) else value


DIALECTS: dict[str, Callable[[Any], Any]] = {
    "texts": lambda value: everywhere(as_texts, value),
    "floats": lambda value: everywhere(as_floats, value),
    "without nothing": without_nothing,
}


class Dialect(Door):
    """A door behind which the site speaks a dialect."""

    def __init__(self, site: str, url: str, speak: Callable[[Any], Any]) -> None:
        super().__init__(site, url)
        self.speak = speak

    async def once(self, request: Request) -> Answer:
        """The site's answer, translated."""
        answer = await super().once(request)
        return replace(answer, data=self.speak(answer.data))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("name", "line"), LINES)
async def test_an_order_is_quoted_bought_and_read(name: str, line: str, dialect: str) -> None:
    async with World() as world, Outside(world.base, name) as outside:
        await outside.act("accounts", key=KEYS["api_key"], user=KEYS["user"], balance="500")
        door = Dialect(name, world.base + world.sites[name].base, DIALECTS[dialect])
        await live(SITES[name](door), line, outside)
        await door.close()


async def live(site: Site, line: str, outside: Outside) -> None:
    """One purchase from the menus to its code, in money and time to the cent and the second."""
    picks = await wish(site, line)
    quote, before = await site.quote(KEYS, line, picks), await site.balance(KEYS)
    [bought] = await site.buy(KEYS, line, picks)
    order = OrderRef(
        id=bought.id, line=line, picks=picks, state=bought.state, number=bought.number,
        expires_at=bought.expires_at, facts=bought.facts,
    )  # fmt: skip
    if (wake := site.line(line).after_purchase) is not None:
        await site.act(KEYS, wake, order)

    assert before - await site.balance(KEYS) == quote.high
    assert (bought.state, (bought.number or "")[:1]) == (State.WAITING, "+")
    [row] = await outside.orders(KEYS["api_key"])
    assert bought.number == row["number"]
    assert bought.expires_at is not None

    await outside.act(f"orders/{row['id']}/sms", text="Your code is 482913", code="482913")
    seen = await site.look(KEYS, order)
    assert seen.state in {State.RECEIVED, State.DONE}
    assert [sms.code for sms in seen.messages] == ["482913"]


async def wish(site: Site, line: str) -> dict[str, str]:
    """The first option of every required choice, or Google."""
    picks: dict[str, str] = {}
    for choice in site.line(line).choices:
        if choice.required:
            ids = [option.id for option in await site.options(KEYS, line, choice.key, picks)]
            picks[choice.key] = "Google" if "Google" in ids else ids[0]
    return picks
