"""Rented numbers: renting, list, cards, settings, what can't be undone, the letter before the end."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from orders import inbox, rentals, shares
from providers.site import Seen, Sms
from providers.words import State
from storage import orders
from storage.orders import Order
from storage.tables import orders as rows
from storage.tables import outbox
from tests.handlers import group_kit as kit
from tests.handlers.chat import Json, Person, Town, data_of, labels, until
from tests.handlers.test_orders import ordered


async def rented(town: Town, person: Person, *, number: int = 1) -> tuple[Json, Json]:
    """A number rented at gsim.io, from /rentals on: the rental at the site, and its card."""
    if "gsim" not in town.keys:
        await town.linked(person, "gsim")
    await person.says("/rentals")
    await person.walks("Rent a number", "USA", "Local")
    await person.presses(" · SMS")
    await person.sees("highest base price")
    await person.says("1.15")
    await person.presses("Buy for")
    order = (await town.bought("gsim", number))[0]
    return order, await person.sees("📱 Rented number", order["number"], "Ready", "Renews by itself")


async def row_of(town: Town, site_id: str) -> Order:
    """Our row of an order at gsim.io."""
    async with town.app.desk.db.transaction() as connection:
        (account,) = {one.account_id for one in await orders.open_of_user(connection, 7001)}
        found = await orders.get_by_site_id(connection, account, site_id)
    assert found is not None
    return found


async def change(town: Town, order: Order, **values: Any) -> None:
    """Time passes for our row."""
    async with town.app.desk.db.transaction() as connection:
        await connection.execute(update(rows).where(rows.c.id == order.id).values(**values))


async def end_nears(town: Town, order: Order, **since: object) -> None:
    """All but a day of its month has passed, and a look has noticed; `since`: facts that changed then."""
    desk = town.app.desk
    now = int(desk.site_now("gsim"))
    near = replace(
        order,
        activated_at=now - 29 * 86_400,
        expires_at=now + 86_400,
        next_look_ms=desk.now_ms() + 3_600_000,
    )
    async with desk.db.transaction() as connection:
        reminded = await rentals.remind(connection, desk, near)
        assert reminded.reminded_of == near.expires_at
        await orders.save(connection, replace(reminded, facts={**reminded.facts, **since}))
    desk.bells.outbox.set()


async def patched(town: Town) -> list[Json]:
    """What was changed at the site, in order."""
    return [one["json"] for one in await town.asked("gsim") if one["method"] == "PATCH"]


async def test_from_the_empty_list_to_a_message(town: Town, anna: Person) -> None:
    """One warm line, straight to the kind that is rented out; then every message rings."""
    await town.linked(anna, "gsim")
    await anna.says("/rentals")
    empty = await anna.sees("No rented numbers yet", "yours all that time")
    assert labels(empty) == ["📞 Rent a number", "☰ Menu"]
    rental, card = await rented(town, anna)
    await town.sms("gsim", rental["id"], "Your code is 491827")
    await anna.presses("Look now", on=card)
    push = await anna.sees("🔔", "491827")
    assert push["reply_to_message"]["message_id"] == card["message_id"]
    await anna.sees("📱", "491827", "Yours")


async def test_an_account_without_rentals_leads_to_linking(town: Town, anna: Person, boris: Person) -> None:
    """Which sites rent numbers out is said."""
    await town.linked(anna, "smsgig")
    await anna.says("/rentals")
    await anna.presses("Rent a number")
    await anna.sees("Link an account to rent numbers", "gsim.io")
    await anna.presses("Link an account")
    await anna.sees("Which site is your account at")
    await boris.says("/rentals")
    await boris.sees("Пока ничего не арендовано")


async def test_several_accounts_are_asked_at_once_with_their_lines(town: Town, anna: Person) -> None:
    """Each button is an account and a kind of number: one press leads to its first question."""
    await town.linked(anna, "gsim")
    await town.linked(anna, "gsim", key="live_gsim_second_0123456789")
    await anna.says("/rentals")
    await anna.presses("Rent a number")
    offer = await anna.sees("Where, and which kind of number")
    assert sum("by the month" in label for label in labels(offer)) == 2
    await anna.presses("gsim.io 2", on=offer)
    await anna.sees("Which country")


async def test_the_list_shows_what_is_ours_and_orders_what_is_awaited(town: Town, anna: Person) -> None:
    """A rental stands in both until its first message, then under /rentals alone."""
    rental, card = await rented(town, anna)
    await anna.says("/orders")
    await anna.button(rental["number"], on=await anna.sees("Open orders", newest=True))
    await anna.says("/rentals")
    mine = await anna.sees("Your rented numbers")
    _, button = await anna.button(rental["number"], on=mine)
    assert button["text"].startswith("📞 ")
    assert "↻" in button["text"]
    await town.sms("gsim", rental["id"], "Hello there")
    await anna.presses("Look now", on=card)
    await anna.sees("🔔", "Hello there")
    await anna.says("/orders")
    await anna.sees("No open orders")
    await anna.says("/start")
    menu = await anna.sees("what shall it be")
    assert {"🔔 Open orders", "📞 Rentals (1)"} <= set(labels(menu))
    await anna.presses("Rentals (1)")
    await anna.sees("Your rented numbers")


async def test_opening_a_card_is_a_sign_of_life(town: Town, anna: Person) -> None:
    """Who opens it waits for something: it is looked at closely again."""
    rental, _ = await rented(town, anna)
    long_ago = (await row_of(town, rental["id"])).alive_at - 9 * 86_400
    order = await row_of(town, rental["id"])
    await change(town, order, alive_at=long_ago)
    await anna.says("/rentals")
    await anna.presses(rental["number"], on=await anna.sees("Your rented numbers"))
    fresh = await anna.sees("📱", rental["number"], newest=True)
    assert (await row_of(town, rental["id"])).alive_at > long_ago + 8 * 86_400
    assert (await row_of(town, rental["id"])).card_id == fresh["message_id"]


# Settings


async def test_a_switch_says_how_it_stands_and_a_double_tap_does_not_turn_it_back(
    town: Town, anna: Person
) -> None:
    """The press carries which way."""
    _, card = await rented(town, anna)
    off = data_of(card, "Auto-renewal: on ✓")
    await anna.forges(off, on=card)
    card, _ = await anna.button("🔁 Auto-renewal: off", on=card)
    assert "Ends" in card["text"]
    assert "Ready" in card["text"]
    await anna.forges(off, on=card)
    await town.at_rest()
    assert await patched(town) == [{"autoRenew": False}]
    await anna.presses("Auto-renewal: off", on=card)
    await anna.sees("Renews by itself", "Ready")
    assert await patched(town) == [{"autoRenew": False}, {"autoRenew": True}]
    await anna.forges(off.replace(".off", ".maybe"), on=card)
    assert anna.toast == "This is no longer there."
    await anna.forges(off.replace("switch", "act").replace(".off", ""), on=card)
    assert anna.toast == "This is no longer there."


async def test_settings_open_below_the_card_and_go_again(town: Town, anna: Person) -> None:
    """The card stays, and stays current."""
    rental, card = await rented(town, anna)
    assert not any("Give the number back" in label for label in labels(card))
    await anna.presses("Settings", on=card)
    page = await anna.sees("⚙️ Settings", rental["number"])
    assert page["message_id"] > card["message_id"]
    shown = labels(page)
    assert [label for label in shown if "Rename" in label or "Give the number back" in label]
    assert shown[-1] == "‹ Back"
    await anna.presses("‹ Back", on=page)
    await anna.gone(page["message_id"])
    await anna.sees("📱", rental["number"], "Ready")


async def test_a_name_of_ones_own_stands_on_card_list_and_button(town: Town, anna: Person) -> None:
    """Asked in the menus of orders; what is set already stands on its button."""
    _, card = await rented(town, anna)
    await anna.presses("Settings", on=card)
    await anna.presses("Rename")
    await anna.sees("Type a name for this number")
    await anna.says("Grandma's <phone>")
    await anna.sees("📱 Grandma's <phone> ·")
    await anna.says("/rentals")
    await anna.button("📞 Grandma's <phone>")
    assert await patched(town) == [{"friendlyName": "Grandma's <phone>"}]


async def test_giving_back_asks_twice_and_names_the_number(town: Town, anna: Person) -> None:
    """No leads back to the settings; only the second yes reaches the site."""
    rental, card = await rented(town, anna)
    await anna.presses("Settings", on=card)
    page = await anna.sees("⚙️ Settings")
    await anna.presses("Give the number back", on=page)
    await anna.sees("Give this number back?")
    await anna.presses("No, keep it", on=page)
    await anna.sees("⚙️ Settings")
    await anna.presses("Give the number back", on=page)
    first = await anna.sees("Give this number back?")
    await anna.presses("Give the number back", on=first)
    second = await anna.sees("can't be undone", rental["number"], "lost for good")
    assert not any(one["method"] == "DELETE" for one in await town.asked("gsim"))
    await anna.presses(f"{rental['number']}", on=second)
    await anna.sees("📱", "Given up", rental["number"])
    assert sum(one["method"] == "DELETE" for one in await town.asked("gsim")) == 1
    await anna.says("/rentals")
    await anna.presses("Past rentals (1)")
    past = await anna.sees("Past rentals · 1 number")
    await anna.presses(rental["number"], on=past)
    await anna.sees("Given up", newest=True)


async def test_an_act_of_somebody_elses_rental(town: Town, anna: Person, boris: Person) -> None:
    """Every press is checked again."""
    rental, card = await rented(town, anna)
    await boris.says("/start")
    his = await boris.sees("Pinbell")
    order_id = (await row_of(town, rental["id"])).id
    for data in (
        data_of(card, "Auto-renewal"),
        f"o:settings:{order_id}::",
        f"o:close:{order_id}::",
        f"o:show:{order_id}::",
        f"o:surer:{order_id}:release:",
        f"j:o:{order_id}:messages::0:0:0",
    ):
        await boris.forges(data, on=his)
        assert boris.toast == "Это не ваше. Своё меню открывается командой /order.", data
    assert await patched(town) == []


async def test_an_admin_names_a_groups_rental_that_somebody_else_ordered(town: Town, anna: Person) -> None:
    """What costs nothing is asked in a menu too, and goes by the share of its order."""
    rental, _ = await rented(town, anna)
    vera = await town.person(7003, "Vera")
    chat = await town.group(anna, vera)
    order, desk = await row_of(town, rental["id"]), town.app.desk
    share = await shares.begin(desk, await desk.account(order.account_id), chat, anna.id)
    await change(town, order, share_id=share.id, chat_id=chat)
    admin = vera.at(chat)
    await admin.says("/start")
    menu = await admin.sees("Pinbell", newest=True)
    await admin.forges(f"o:act:{order.id}:rename:", on=menu)
    assert "somebody else" in (admin.toast or "")
    await kit.becomes(town, chat, vera, "administrator")
    await admin.forges(f"o:act:{order.id}:rename:", on=menu)
    await admin.sees("Type a name for this number")
    await admin.replies(await admin.sees("Vera: Reply to this message"), "Reception")

    async def is_named() -> bool:
        return bool(await patched(town))

    await until(is_named, "the name at the site")
    assert await patched(town) == [{"friendlyName": "Reception"}]


# The letter before the end


async def test_the_letter_before_the_end_has_what_keeps_the_number(town: Town, anna: Person) -> None:
    """Once; turned on from the letter, the card says that it renews."""
    rental, card = await rented(town, anna)
    await anna.presses("Auto-renewal: on", on=card)
    await anna.sees("Ends", "Ready")
    await town.at_rest()
    await end_nears(town, await row_of(town, rental["id"]))
    letter = await anna.sees("ends soon", rental["number"], "gives the number away")
    assert letter["reply_to_message"]["message_id"] == card["message_id"]
    assert labels(letter) == ["🔁 Auto-renewal: off", "☰ Menu"]
    await anna.presses("Auto-renewal: off", on=letter)
    await anna.sees("Renews by itself", "Ready")
    assert await patched(town) == [{"autoRenew": False}, {"autoRenew": True}]


async def test_the_letter_is_not_sent_once_the_number_renews(town: Town, anna: Person) -> None:
    """What was true when it was written is asked again when it goes out."""
    rental, card = await rented(town, anna)
    await anna.presses("Auto-renewal: on", on=card)
    await anna.sees("Ends", "Ready")
    await town.at_rest()
    await end_nears(town, await row_of(town, rental["id"]), auto_renew=True)

    async def is_done() -> bool:
        async with town.app.desk.db.transaction() as connection:
            states = await connection.execute(select(outbox.c.state).where(outbox.c.kind == "notice"))
        return states.scalars().one() not in {"due", "sending"}

    await until(is_done, "the letter taken up")
    assert not any("ends soon" in one.get("text", "") for one in await anna.messages())


async def test_the_letter_after_the_end_leads_to_what_came(town: Town, anna: Person) -> None:
    """The number is gone; its messages are not."""
    rental, _ = await rented(town, anna)
    order, desk = await row_of(town, rental["id"]), town.app.desk
    text = "Your code is 402113"
    heard = Seen(id=order.site_id, state=State.RECEIVED, messages=(Sms(text=text, code="402113", id="1"),))
    await inbox.take(desk, order, heard, via="poll")
    await anna.sees("🔔", "402113")
    await inbox.take(desk, order, Seen(id=order.site_id, state=State.EXPIRED), via="poll")
    letter = await anna.sees("has ended", rental["number"], "stays on its card")
    await anna.presses("To the number", on=letter)
    assert "402113" in (await anna.sees("Ended", rental["number"], newest=True))["text"]


async def test_a_one_time_order_has_no_settings(town: Town, anna: Person) -> None:
    """Its card is as it was."""
    _, card = await ordered(town, anna, "smsgig")
    assert not {"⚙️ Settings", "✉️ Messages"} & set(labels(card))
    await anna.says("/rentals")
    await anna.sees("No rented numbers yet")
