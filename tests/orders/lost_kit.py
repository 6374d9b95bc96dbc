"""Losing purchases for the tests of finding out: shared by both files."""

from typing import Any

import pytest

from storage.accounts import Account
from storage.orders import Order
from storage.purchases import Outcome, Purchase
from tests.orders.scene import Scene

LISTS = ("gsim", "gotsms")
DECIDED = 150.0
"""Seconds after which the fourth look is over, and the fifth is far: a look's own time moves the next one."""

FAULTS: dict[str, dict[str, Any]] = {
    "reset": {},
    "timeout": {"seconds": 30},
    "status": {"status": 500, "body": "oops"},
    "html": {},
    "cut": {},
}
KINDS = pytest.mark.parametrize("kind", FAULTS)

CALLS = [("gsim", "numbers"), ("gotsms", "numbers"), ("smsgig", "s1"), ("gearsms", "s1"), ("gearsms", "s2"),
         ("gearsms", "global"), ("gearsms", "ltr"), ("getsms", "numbers")]  # fmt: skip
HOOKED = [call for call in CALLS if call[0] not in LISTS]


async def lost(scene: Scene, account: Account, kind: str, *, committed: bool, **given: str) -> Purchase:
    """A purchase whose answer is spoilt in that way."""
    line = given.pop("line", None)
    token = await scene.armed(account, line, **given)
    await scene.spoil_purchase(account.site, kind, committed=committed, **FAULTS[kind])
    with scene.impatient(account.site):
        purchase = await scene.confirm(token)
    assert (purchase.state, purchase.settled_at, purchase.finding) == (Outcome.UNKNOWN, None, None)
    return purchase


async def with_hooks(scene: Scene, site: str) -> Account:
    account = await scene.account(site)
    await scene.with_webhooks(account)
    return account


async def sms_there(scene: Scene, site: str, text: str = "Your code is 482913") -> Any:
    """An SMS for the newest order at the site, which nobody here knows."""
    order_id = (await scene.at_site(site))[0]["id"]
    return await scene.outside(f"{site}/orders/{order_id}/sms", text=text, code=text.rsplit(maxsplit=1)[-1])


async def code_arrives(scene: Scene, order: Order) -> None:
    await scene.sms(order, "Your code is 482913", "482913")
    await scene.look()
    assert await scene.pushed(order) == ["Your code is 482913"] or order.site == "gsim"
    assert len(await scene.pushed(order)) == 1


# Sites that list their orders: found and adopted, or certainly not placed
