"""What somebody ordered in a group and no answer tells of: its owner alone settles it, in private."""

import json
from dataclasses import dataclass

import pytest

from handlers.callbacks import Mine
from orders import settle
from orders import shares as sharing
from providers.site import Seen
from storage import people, purchases
from storage.purchases import Finding, Outcome, Purchase
from storage.shares import Share
from tests.handlers import group_kit as kit
from tests.handlers.chat import ANNA, BORIS, BOT, Json, Person, Town, labels

VERA = 7003
SITE = "gsim"


@dataclass
class Lost:
    """A purchase of Boris's without an answer, which Anna's account may have paid for."""

    town: Town
    share: Share
    purchase: Purchase
    anna: Person
    """In private, as the owner is asked."""
    boris: Person
    vera: Person

    async def now(self) -> Purchase:
        """As its row is."""
        async with self.town.app.desk.db.transaction() as connection:
            found = await purchases.get(connection, self.purchase.id)
        assert found is not None
        return found

    async def several(self) -> list[Seen]:
        """Two orders that fit, both made elsewhere by Anna, are found at the site."""
        desk = self.town.app.desk
        account = await desk.account(self.share.account_id)
        site, credentials = desk.site(account), desk.credentials(account)
        made = [(await site.buy(credentials, self.purchase.line, self.purchase.ids))[0] for _ in range(2)]
        found = [{"id": one.id, "number": one.number or ""} for one in made]
        await settle.note(desk, await self.now(), Finding.SEVERAL, found=found)
        return made

    async def card(self) -> Json:
        """What the group sees of it."""
        return await self.vera.sees("hasn't answered")


@pytest.fixture
async def lost(town: Town, anna: Person, monkeypatch: pytest.MonkeyPatch) -> Lost:
    monkeypatch.setattr(settle, "ASK_AFTER", 0)
    boris, vera = await town.person(BORIS, "Boris"), await town.person(VERA, "Vera")
    chat = await town.group(anna, boris, vera)
    share = await kit.lent(town, anna, chat, SITE)
    here = boris.at(chat)
    await anna.says("/start")
    await here.says("/order")
    for label in ("Numbers", "WhatsApp", "Russia"):
        await here.presses(label)
    await here.button("Buy for")
    await town.fault(SITE, "reset", method="POST", path="/orders", committed=False)
    await here.presses("Buy for")
    await here.sees("hasn't answered")
    async with town.app.desk.db.transaction() as connection:
        (purchase,) = await purchases.in_state(connection, Outcome.UNKNOWN)
    return Lost(town, share, purchase, anna.at(BOT), here, vera.at(chat))


async def test_the_group_reads_that_the_owner_is_asked_and_the_owner_is(lost: Lost) -> None:
    """Nothing of what else the account has bought stands in the group, and nothing to settle it with."""
    asked = await lost.anna.sees("Boris", "Friends", "Nobody knows yet")
    assert any("not bought" in label for label in labels(asked))
    made = await lost.several()
    await lost.anna.button(made[1].number or "", on=asked)
    assert "Which one is yours" in (await lost.anna.sees("Nobody knows yet"))["text"]
    card = await lost.card()
    assert "the account's owner is asked" in card["text"]
    shown = json.dumps(await lost.vera.messages())
    assert not [one.number for one in made if str(one.number) in shown]
    assert not [label for label in labels(card) if "not bought" in label or "+" in label]


async def test_what_the_owner_settles_redraws_both(lost: Lost) -> None:
    """The order's card stands in the group for who ordered, and the owner reads what became of it."""
    made = await lost.several()
    number = made[0].number or ""
    asked, _ = await lost.anna.button(number)
    card = await lost.card()
    await lost.anna.presses(number, on=asked)
    settled = await lost.anna.sees("It was bought", "Friends")
    assert settled["message_id"] == asked["message_id"]
    assert (await lost.boris.sees(number, "For Boris"))["message_id"] == card["message_id"]
    assert (await lost.now()).state is Outcome.PLACED


async def test_the_owner_says_that_nothing_was_bought(lost: Lost) -> None:
    """Also once the share has ended."""
    await sharing.stop(lost.town.app.desk, lost.share.id, ANNA)
    asked, _ = await lost.anna.button("It was not bought")
    await lost.anna.presses("It was not bought", on=asked)
    settled = await lost.anna.sees("Marked as not bought")
    assert settled["message_id"] == asked["message_id"]
    await lost.boris.sees("Marked as not bought")


async def test_nobody_else_settles_it(lost: Lost) -> None:
    """With whatever forged button."""
    card = await lost.card()
    for person in (lost.boris, lost.vera):
        told = await person.forges(Mine(purchase=lost.purchase.id).pack(), on=card)
        assert "Only the account's owner" in told
    assert (await lost.now()).state is Outcome.UNKNOWN


async def test_where_the_private_chat_is_closed_the_owner_is_asked_when_it_opens(lost: Lost) -> None:
    """As it is by then."""
    await lost.anna.sees("Nobody knows yet")
    await lost.town.call("POST", f"/people/{ANNA}/chats/{BOT}/block")
    made = await lost.several()
    await lost.town.at_rest()
    await lost.town.call("POST", f"/people/{ANNA}/chats/{BOT}/unblock")
    await lost.anna.says("/start")
    await lost.anna.button(made[0].number or "")


async def test_what_is_found_out_without_a_word_of_the_owner_is_told_too(lost: Lost) -> None:
    """In the message that asked."""
    asked = await lost.anna.sees("Nobody knows yet")
    made = await lost.several()
    await settle.placed(lost.town.app.desk, await lost.now(), [made[0]])
    settled = await lost.anna.sees("It was bought")
    assert settled["message_id"] == asked["message_id"]


async def test_at_home_who_ordered_settles_nothing_either(lost: Lost) -> None:
    """Once the group has closed, its card goes to their private chat; the owner is asked all the same."""
    home = lost.boris.at(BOT)
    await home.says("/start")
    await lost.town.call(
        "POST", f"/groups/{lost.share.chat_id}/members", {"user_id": BOT, "status": "kicked"}
    )
    await lost.anna.sees("was removed from")
    made = await lost.several()
    await home.sees("hasn't answered", "owner is asked in private")
    await lost.anna.button(made[0].number or "")
    assert str(made[0].number) not in json.dumps(await home.messages())


async def test_what_was_handed_over_is_told_in_its_owners_language(lost: Lost) -> None:
    """And not in that of who ordered it, for whom it counts."""
    desk = lost.town.app.desk
    await lost.anna.sees("Nobody knows yet")
    async with desk.db.transaction() as connection:
        await people.set_language(connection, BORIS, "ru")
        await sharing.left(connection, desk, lost.share.chat_id, BORIS)
    await lost.several()
    await lost.town.at_rest()
    told = [one["text"] for one in await lost.anna.messages() if "text" in one]
    assert [text for text in told if "Which one is yours" in text], told
