"""Ordering in a group with an account that is shared there: who may, who pays, where the card stands."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import select

from handlers.callbacks import Again, NewWish, OrderButton, OrderDo
from orders import limits
from orders import shares as sharing
from orders.access import Standing
from orders.limits import Span
from storage import people, purchases
from storage import tables as rows
from storage.purchases import Purchase
from storage.share_log import Event
from storage.shares import Codes, Role, Share, Who
from tests.handlers import group_kit as kit
from tests.handlers.chat import ANNA, BORIS, BOT, Json, Person, Town, buttons, data_of, labels, price_in

VERA, OLGA = 7003, 7004
SITE = "smsgig"


@dataclass
class Friends:
    """A group in which Anna lends her account to Boris and Vera. Olga is a stranger."""

    town: Town
    share: Share
    anna: Person
    boris: Person
    vera: Person

    @property
    def chat(self) -> int:
        """The group."""
        return self.share.chat_id

    async def rule(self, *, who: Who | None = None, codes: Codes | None = None) -> None:
        """Anna changes the rules."""
        await sharing.change(self.town.app.desk, self.share.id, ANNA, who=who, codes=codes)

    async def admins_act(self, admins_act: bool) -> None:
        """Whether group admins act on everybody's orders."""
        await sharing.change(self.town.app.desk, self.share.id, ANNA, admins_act=admins_act)

    async def bought(self) -> list[Purchase]:
        """All purchases, in the order of those who made them."""
        async with self.town.app.desk.db.transaction() as connection:
            query = select(rows.purchases.c.id).order_by(rows.purchases.c.user_id)
            ids = list((await connection.execute(query)).scalars())
            found = [await purchases.get(connection, one) for one in ids]
        return [purchase for purchase in found if purchase is not None]

    async def spent(self, person: Person) -> Decimal:
        """What the limit of a person's day has counted."""
        desk = self.town.app.desk
        async with desk.db.transaction() as connection:
            rooms = await limits.share_rooms(connection, self.share.id, person.id, desk.now())
        return next(room.spent for room in rooms if room.span is Span.PERSON)

    async def acted(self) -> list[tuple[int | None, str]]:
        """Who pressed which act, by the log."""
        log = await kit.logged(self.town, self.share)
        return [(user_id, args["act"]) for event, user_id, args in log if event is Event.ACTED]


@pytest.fixture
async def friends(town: Town, anna: Person) -> Friends:
    """Four people, three of them in the group."""
    boris, vera = await town.person(BORIS, "Boris"), await town.person(VERA, "Vera")
    chat = await town.group(anna, boris, vera)
    share = await kit.lent(town, anna, chat, SITE)
    return Friends(town, share, anna.at(chat), boris.at(chat), vera.at(chat))


async def quote_for(person: Person) -> Json:
    """The person's menu, up to the quote."""
    await person.says("/order")
    menu = await person.sees("Which service", newest=True)
    await person.presses("WhatsApp", on=menu)
    return (await person.button("Buy for", on=menu))[0]


async def ordered(town: Town, person: Person, number: int = 1) -> tuple[Json, Json]:
    """The newest of so many orders at the site, and its card."""
    quote = await quote_for(person)
    await person.presses("Buy for", on=quote)
    order = (await town.bought(SITE, number))[0]
    return order, await person.sees(order["number"])


# Who pays


async def test_a_buyer_orders_with_the_owners_account(town: Town, friends: Friends) -> None:
    """Within the group's limits, which are told; what the owner has is not."""
    quote = await quote_for(friends.boris)
    assert "Limit in this group: $2.00 an order" in quote["text"]
    assert "balance" not in quote["text"]
    assert await friends.boris.presses("Buy for", on=quote) == "Ordering…"
    (order,) = await town.bought(SITE)
    card = await friends.vera.sees(order["number"], "Boris")
    assert card["message_id"] == quote["message_id"]
    (purchase,) = await friends.bought()
    assert (purchase.share_id, purchase.user_id) == (friends.share.id, BORIS)
    assert await friends.spent(friends.boris) == price_in(quote["text"]) > 0
    assert await friends.spent(friends.vera) == 0


async def test_the_owners_orders_in_the_group_go_by_the_share_too(town: Town, friends: Friends) -> None:
    """So that one limit holds for all."""
    await ordered(town, friends.anna)
    assert [purchase.share_id for purchase in await friends.bought()] == [friends.share.id]


async def test_ones_own_account_stands_beside_the_shared_one(town: Town, friends: Friends) -> None:
    """What is not shared pays for its owner alone, whose limits in the group don't count."""
    own = await town.linked(friends.boris, SITE, key="boriss_key_0123456789")
    await friends.boris.says("/order")
    menu = await friends.boris.sees("Which account pays")
    offered = [label for label in labels(menu) if label.startswith("SMSGig")]
    assert len(offered) == 2
    assert "$" not in offered[0]  # the owner's balance
    await friends.boris.forges(NewWish(account=own.id).pack(), on=menu)
    await friends.boris.presses("WhatsApp", on=menu)
    quote, _ = await friends.boris.button("Buy for", on=menu)
    assert "Limit in this group" not in quote["text"]
    await friends.boris.presses("Buy for", on=quote)
    await town.bought(SITE)
    assert [purchase.share_id for purchase in await friends.bought()] == [None]


async def test_where_nobody_pays_it_is_said_how_somebody_can(town: Town, anna: Person) -> None:
    """With the way to the private chat."""
    here = anna.at(await town.group(anna))
    await here.says("/order")
    told = await here.sees("No account pays", "/share")
    assert ["url" in button for button in buttons(told)] == [True]


async def test_the_same_order_again(town: Town, friends: Friends) -> None:
    """By the one who ordered, and by others for themselves: by the share, each time."""
    _, card = await ordered(town, friends.boris)
    await friends.boris.presses("Cancel", on=card)
    await friends.boris.button("Order again", on=card)
    await friends.vera.presses("Order again", on=card)
    quote, _ = await friends.vera.button("Buy for")
    assert "Limit in this group" in quote["text"]
    await friends.vera.presses("Buy for", on=quote)
    await town.bought(SITE, 2)
    found = [(purchase.user_id, purchase.share_id) for purchase in await friends.bought()]
    assert found == [(BORIS, friends.share.id), (VERA, friends.share.id)]
    home = friends.boris.at(BOT)
    await home.says("/start")
    menu = await home.sees("Pinbell")
    await home.forges(Again(purchase=(await friends.bought())[0].id).pack(), on=menu)
    assert "in its group" in home.toast


async def test_an_empty_account_is_its_owners_to_top_up(town: Town, friends: Friends) -> None:
    """Who ordered reads that the owner was told, who is: once a day, however often somebody tries."""
    key = town.keys[SITE]
    home = friends.anna.at(BOT)
    await home.says("/start")
    for _ in range(2):
        quote = await quote_for(friends.boris)
        await town.call("POST", f"/outside/{SITE}/accounts", {"key": key, "balance": "0"})
        await friends.boris.presses("Buy for", on=quote)
        card = await friends.boris.sees("Nothing was charged", "too little money", newest=True)
        assert "Its owner was told" in card["text"]
        assert not [
            words for words in ("Top it up", "Your balance", "The site said") if words in card["text"]
        ]
        await town.call("POST", f"/outside/{SITE}/accounts", {"key": key, "balance": "100"})
        await friends.boris.says("/cancel")
    await town.at_rest()
    told = [one for one in await home.messages() if "has too little money" in one.get("text", "")]
    assert len(told) == 1
    assert "Friends" in told[0]["text"]


async def test_a_refused_key_is_its_owners_to_replace(town: Town, friends: Friends) -> None:
    """Who orders is not sent to accounts of their own."""
    quote = await quote_for(friends.boris)
    await town.fault(SITE, "status", status=401, body='{"message": "Invalid API key"}', times=None)
    await friends.boris.presses("Buy for", on=quote)
    told = await friends.boris.sees("refuses the key", "Its owner can replace it", newest=True)
    assert "Accounts" not in told["text"]
    assert not [label for label in labels(told) if "Accounts" in label]
    assert await town.orders(SITE) == []


# Who may not


async def test_a_stranger_can_do_nothing(town: Town, friends: Friends) -> None:
    """With whatever forged button: nothing is seen, bought or ended."""
    order, card = await ordered(town, friends.boris)
    quote = await quote_for(friends.vera)
    olga = await town.person(OLGA, "Olga")
    await olga.says("/start")
    menu = await olga.sees("Pinbell")
    (purchase,) = await friends.bought()
    order_id = data_of(card, "Cancel").split(":")[2]
    for data in (
        NewWish(account=friends.share.account_id).pack(),
        Again(purchase=purchase.id).pack(),
        data_of(quote, "Buy for"),
        *(OrderButton(do=do, id=order_id, arg="cancel", token="t").pack() for do in OrderDo),
    ):
        assert await olga.forges(data, on=menu), data
    assert order["number"] not in str(await olga.messages())
    assert len(await town.orders(SITE)) == 1
    assert (await town.orders(SITE))[0]["status"] == "waiting"
    assert len(await friends.bought()) == 1


async def test_a_viewer_asks_the_owner_with_one_press(town: Town, friends: Friends) -> None:
    """Once; and can order as soon as the owner has agreed."""
    home = friends.anna.at(BOT)
    await home.says("/start")
    await friends.rule(who=Who.NAMED)
    await friends.boris.says("/order")
    told = await friends.boris.sees("its owner decides who orders")
    assert "been asked" in await friends.boris.presses("Ask the owner", on=told)
    assert friends.boris.alert
    await home.sees("Boris", "Friends")
    assert "told already" in await friends.boris.presses("Ask the owner", on=told)
    await friends.boris.forges(NewWish(account=friends.share.account_id).pack(), on=told)
    assert "can't order here yet" in friends.boris.toast
    await kit.named(town, friends.share, friends.anna, friends.boris, "Boris", Role.BUYER)
    await ordered(town, friends.boris)


async def test_a_menu_is_its_openers(town: Town, friends: Friends) -> None:
    """Others are told so kindly, also those who may order."""
    quote = await quote_for(friends.boris)
    for label in ("Buy for", "Back", "Area code", "Menu"):
        assert "somebody else" in await friends.vera.presses(label, on=quote), label
    assert await town.orders(SITE) == []


async def test_cancel_is_for_who_ordered_admins_by_rule_and_the_owner(town: Town, friends: Friends) -> None:
    """The log says who did it."""
    _, card = await ordered(town, friends.boris)
    assert "somebody else" in await friends.vera.presses("Cancel", on=card)
    await kit.becomes(town, friends.chat, friends.vera, "administrator")
    await friends.admins_act(False)
    assert "somebody else" in await friends.vera.presses("Cancel", on=card)
    assert "somebody else" in await friends.vera.presses("Look now", on=card)
    assert (await town.orders(SITE))[0]["status"] == "waiting"
    await friends.admins_act(True)
    await friends.vera.presses("Cancel", on=card)
    await friends.boris.button("Order again", on=card)
    _, card = await ordered(town, friends.boris, 2)
    await friends.anna.presses("Cancel", on=card)
    await friends.boris.button("Order again", on=card)
    _, card = await ordered(town, friends.boris, 3)
    await friends.boris.presses("Cancel", on=card)
    await friends.boris.button("Order again", on=card)
    assert await friends.acted() == [(VERA, "cancel"), (ANNA, "cancel"), (BORIS, "cancel")]
    assert await town.spent(SITE) == 0


# What changes between the quote and Buy


@pytest.mark.parametrize("status", ["left", "kicked", "restricted"])
async def test_who_has_left_buys_nothing(town: Town, friends: Friends, status: str) -> None:
    """Telegram is asked at Buy, and not before."""
    quote = await quote_for(friends.boris)
    desk, ask = town.app.desk, town.app.desk.membership

    async def leaves_first(chat_id: int, user_id: int) -> Standing:
        await kit.becomes(town, friends.chat, friends.boris, status)
        return await ask(chat_id, user_id)

    desk.membership = leaves_first
    await friends.boris.presses("Buy for", on=quote)
    await friends.vera.sees("you have to be in the group", "Nothing was spent")
    assert await town.orders(SITE) == []
    assert await friends.bought() == []


async def test_while_telegram_does_not_say_who_is_there_nothing_is_bought(
    town: Town, friends: Friends
) -> None:
    """The menu needs no word of Telegram's; Buy does."""
    await friends.boris.says("/order")
    menu = await friends.boris.sees("Which service")
    await town.fault("telegram", "429", path="getChatMember", retry_after=3)
    await friends.boris.presses("WhatsApp", on=menu)
    await friends.boris.presses("Buy for", on=menu)
    await friends.boris.sees("doesn't say just now who is in the group", "Nothing was spent")
    assert await town.orders(SITE) == []
    await town.well()
    await friends.boris.presses("Buy for", on=menu)
    await town.bought(SITE)


async def test_a_share_that_has_ended_buys_nothing(town: Town, friends: Friends) -> None:
    """Nor does a limit that was lowered, nor who is a viewer by now."""
    quote = await quote_for(friends.boris)
    desk = town.app.desk
    await sharing.set_cap(desk, friends.share.id, Span.ORDER, Decimal("0.01"), ANNA)
    await friends.boris.presses("Buy for", on=quote)
    await friends.boris.sees("over this group's limit of $0.01 an order", "Nothing was spent")
    await friends.rule(who=Who.NAMED)
    assert "can't order here yet" in await friends.boris.presses("Buy for", on=quote)
    await friends.rule(who=Who.ALL)
    await sharing.stop(desk, friends.share.id, ANNA)
    assert "isn't shared here any more" in await friends.boris.presses("Buy for", on=quote)
    assert await town.orders(SITE) == []
    assert await friends.bought() == []


async def test_what_a_person_allows_themselves_is_not_told_in_a_group(town: Town, friends: Friends) -> None:
    """It holds all the same."""
    quote = await quote_for(friends.boris)
    async with town.app.desk.db.transaction() as connection:
        await people.set_cap(connection, BORIS, "day", Decimal("0.01"))
    await friends.boris.presses("Buy for", on=quote)
    told = await friends.boris.sees("limit that you have set yourself", "Nothing was spent")
    assert "0.01" not in told["text"]
    assert await town.orders(SITE) == []


# Where the card stands, and what it shows


async def test_the_card_stands_in_the_owners_topic(town: Town, friends: Friends) -> None:
    """The menu says so, where it was opened."""
    made = await town.call("POST", f"/groups/{friends.chat}/topics", {"name": "Numbers"})
    topic = made["message_thread_id"]
    await sharing.set_topic(town.app.desk, friends.share.id, topic, ANNA)
    quote = await quote_for(friends.boris)
    await friends.boris.presses("Buy for", on=quote)
    await friends.boris.sees("in the topic that the owner chose")
    (order,) = await town.bought(SITE)
    card = await friends.boris.sees(order["number"])
    assert card["message_thread_id"] == topic
    assert "message_thread_id" not in quote


async def test_a_code_is_the_buyers_alone(town: Town, friends: Friends) -> None:
    """Whoever presses what, in the group or at home."""
    home = friends.boris.at(BOT)
    await home.says("/start")
    order, card = await ordered(town, friends.boris)
    await town.sms(SITE, order["id"], "Your code is 491827")
    await friends.anna.presses("Look now", on=card)
    await home.sees("🔔", "491827")
    order_id = data_of(card, "Look now").split(":")[2]
    owner = friends.anna.at(BOT)
    for person in (home, owner):
        await person.says("/start")
        menu = await person.sees("Pinbell" if person is home else "what shall it be")
        await person.forges(OrderButton(do=OrderDo.SHOW, id=order_id).pack(), on=menu)
    for person in (friends.boris, friends.anna):
        for do in (OrderDo.SHOW, OrderDo.KEEP, OrderDo.LOOK):
            await person.forges(OrderButton(do=do, id=order_id).pack(), on=card)
    await home.sees("491827", order["number"])
    await owner.sees(order["number"])
    for person in (owner, friends.anna, friends.boris, friends.vera):
        assert "491827" not in str(await person.messages())
    async with town.app.desk.db.transaction() as connection:
        (place,) = (await connection.execute(select(rows.orders.c.chat_id))).scalars()
    assert place == friends.chat  # what is shown at home are copies


async def test_lists_in_the_group_are_of_the_group(town: Town, friends: Friends) -> None:
    """One's own orders, all of them for the owner; what is personal is for the private chat."""
    order, _ = await ordered(town, friends.boris)
    for person in (friends.boris, friends.anna):
        await person.says("/orders")
        menu = await person.sees("Open orders", newest=True)
        await person.button(order["number"], on=menu)
        await person.presses("Menu", on=menu)
    await friends.vera.says("/orders")
    await friends.vera.sees("No open orders")
    for command in ("/balance", "/history"):
        await friends.anna.says(command)
        await friends.anna.sees("only for our private chat", newest=True)


async def test_the_menu_of_a_group_offers_what_is_done_there(friends: Friends) -> None:
    """Boris has no account of his own and orders all the same; figures, keys and settings stay at home."""
    await friends.boris.says("/start")
    menu = await friends.boris.sees("what shall it be")
    assert labels(menu) == [
        "📱 Order a number", "🔔 Open orders", "📞 Rentals", "🤝 Shared here", "❓ Help"
    ]  # fmt: skip
    await friends.boris.says("/settings")
    await friends.boris.sees("only for our private chat")
