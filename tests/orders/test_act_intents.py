"""An act that costs, such as an SMS from a rented number: one intent, one request, its words a secret."""

from pathlib import Path

import pytest

from orders import find_out, place, private, upkeep, wish
from providers.words import Option
from storage import drafts
from storage.db import new_id
from storage.drafts import Draft
from storage.orders import Order
from storage.purchases import Outcome, Purchase
from tests.orders.lost_kit import DECIDED
from tests.orders.scene import CHAT, OWNER, Scene

WORDS = "The parcel lies behind the blue door"


async def rental(scene: Scene) -> Order:
    """A number of gsim.io that can send."""
    account = await scene.account("gsim", balance="500")
    site, credentials = scene.desk.sites["gsim"], scene.desk.credentials(account)
    wished = {"country": "US", "number_type": "Local"}
    number = (await site.options(credentials, "rentals", "number", wished))[0]
    picks = {**wished, "number": number.id, "monthly_price": "9"}
    token = await _armed(scene, account.id, picks, facts=dict(number.facts))
    purchase = await scene.confirm(token)
    (order,) = await scene.orders_of(purchase)
    return order


async def _armed(
    scene: Scene,
    account_id: str,
    picks: dict[str, str],
    *,
    about: Order | None = None,
    facts: dict[str, object],
) -> str:
    account = await scene.desk.account(account_id)
    draft = Draft(
        id=new_id(), user_id=OWNER, chat_id=CHAT, thread_id=None, card_id=11, account_id=account_id,
        line="rentals", picks=(), asking=None, query="", page=0, low=None, high=None, quoted_at=None,
        token=None, act="send_sms" if about else None, order_id=about.id if about else None,
        created_at=scene.desk.now(),
    )  # fmt: skip
    asked = scene.desk.asked(account, "rentals", draft.act)
    for key, value in picks.items():
        choice = asked.choice(key)
        option = Option(id=value, name=value, facts=facts if key == "number" else {})  # type: ignore[arg-type]  # as the site told
        draft = wish.with_pick(asked, draft, choice, option)
        if choice.private:
            sealed = tuple(
                private.conceal(scene.desk, account, OWNER, one) if one.choice == key else one
                for one in draft.picks
            )
            draft = draft.changed(picks=sealed)
    async with scene.desk.db.transaction() as connection:
        await drafts.add(connection, draft)
    return (await place.offer(scene.desk, draft)).draft.token or ""


async def an_sms(scene: Scene, order: Order) -> str:
    """The Send button's token."""
    said = {"to": "+14155551234", "body": WORDS}
    return await _armed(scene, order.account_id, said, about=order, facts={})


async def sent(scene: Scene) -> int:
    asked = await scene.asked("gsim")
    return sum(one["method"] == "POST" and one["path"].endswith("/sms") for one in asked)


async def lost(scene: Scene, order: Order, *, committed: bool) -> Purchase:
    token = await an_sms(scene, order)
    await scene.fault("gsim", "reset", method="POST", path="/rentals/*/sms", committed=committed)
    purchase = await scene.confirm(token)
    assert purchase.state is Outcome.UNKNOWN
    return purchase


async def test_two_presses_send_once(scene: Scene) -> None:
    token = await an_sms(scene, await rental(scene))
    first = await place.confirm(scene.desk, token, OWNER)
    assert first is not None
    assert await place.confirm(scene.desk, token, OWNER) is None
    await scene.desk.drain()
    assert (await scene.purchase(first.id)).state is Outcome.PLACED
    assert await sent(scene) == 1


@pytest.mark.parametrize(("committed", "state"), [(True, Outcome.PLACED), (False, Outcome.REFUSED)])
async def test_a_lost_one_is_found_out_and_never_sent_again(
    scene: Scene, *, committed: bool, state: Outcome
) -> None:
    purchase = await lost(scene, await rental(scene), committed=committed)
    await scene.find_out(DECIDED)
    assert (await scene.purchase(purchase.id)).state is state
    assert await sent(scene) == 1


async def test_another_presses_sms_is_not_taken_for_a_lost_one(scene: Scene) -> None:
    order = await rental(scene)
    first = await lost(scene, order, committed=False)
    again = await scene.confirm(await an_sms(scene, order))
    assert again.state is Outcome.PLACED
    await scene.find_out(DECIDED)
    assert (await scene.purchase(first.id)).state is Outcome.UNKNOWN


async def test_its_words_are_never_in_the_files_and_forgotten_in_the_end(scene: Scene) -> None:
    order = await rental(scene)
    purchase = await lost(scene, order, committed=False)
    assert private.SEALED in str((await scene.purchase(purchase.id)).picks)
    assert not any(WORDS.encode() in file.read_bytes() for file in _files(scene.folder))
    await scene.find_out(DECIDED)
    scene.desk.ahead += find_out.LOOKS[-1] + 60
    for _ in find_out.LOOKS:
        await scene.find_out(find_out.LOOKS[-1])
    await upkeep.run(scene.desk)
    assert private.SEALED not in str((await scene.purchase(purchase.id)).picks)


def _files(folder: Path) -> list[Path]:
    found = [file for file in folder.rglob("*") if file.is_file()]
    assert found
    return found
