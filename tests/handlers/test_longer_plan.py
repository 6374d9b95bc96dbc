"""Rented numbers of GotSMS and GearSMS in the chat: kept for longer, renewed, or over after their days."""

from tests.handlers.chat import Person, Town, labels


async def rented(town: Town, person: Person, plan: str) -> None:
    """A number of GotSMS for Google, ordered as a code is."""
    await town.linked(person, "gotsms")
    await person.says("/order")
    await person.walks("Google", "USA", plan)


async def test_a_day_is_kept_for_a_month_and_renews_by_itself(town: Town, anna: Person) -> None:
    """Every price is told before: the month's, and what each next month would cost."""
    await rented(town, anna, "1 day")
    day = await anna.sees("Price:", "sleeps")
    assert "auto-renewal" not in day["text"]
    await anna.presses("Buy for")
    card = await anna.sees("📱", "Ready")
    assert not any("Auto-renewal" in label for label in labels(card))
    await anna.presses("Keep it longer", on=card)
    await anna.presses("1 month", on=await anna.sees("Which longer plan?"))
    month = await anna.sees("Price:", "With auto-renewal on, each next time costs")
    await anna.presses("Keep it longer", on=month)
    (rent,) = await town.bought("gotsms", 1)
    await anna.presses("Auto-renewal: off", on=card)  # the same card
    card = await anna.sees("📱", rent["number"], "Renews by itself", "for $")
    assert not any("Keep it longer" in label for label in labels(card))
    await anna.says("/rentals")
    await anna.button(rent["number"], on=await anna.sees("Your rented numbers"))


async def test_a_reason_that_is_known_is_told_in_the_readers_language(town: Town, boris: Person) -> None:
    """The site's English stays out of it."""
    await town.linked(boris, "gotsms")
    await boris.says("/order")
    await boris.walks("Telegram", "США", "1 day")
    await boris.presses("Купить")
    card = await boris.sees("📱", "Готов")
    body = {"success": False, "message": "Refund not available for this rent."}
    await town.fault("gotsms", "status", path="/rents/*/refund", status=422, body=body)
    await boris.presses("Вернуть", on=card)
    await boris.sees("Попросить GotSMS вернуть деньги?")
    await boris.presses("Вернуть", on=card)
    refusal = await boris.sees("GotSMS (уже) не вернёт деньги за этот номер")
    assert "Refund not available" not in refusal["text"]


async def test_gearsms_rents_for_days(town: Town, anna: Person) -> None:
    """The site's exact price, the area code's fee on its button, no end before the end."""
    await town.linked(anna, "gearsms")
    await anna.says("/rentals")
    await anna.walks("Rent a number", "Google", "3 Days")
    quote = await anna.sees("Price:", "Yours for 3 days", "can't be renewed", "Several codes")
    assert any("+$2.50" in label for label in labels(quote))
    await anna.presses("Buy for")
    card = await anna.sees("📱", "Ready")
    (rental,) = await town.bought("gearsms", 1)
    await town.sms("gearsms", rental["id"], "G-482913 is your code")
    await anna.presses("Look now", on=card)
    await anna.sees("🔔", "482913")
    card = await anna.sees("📱", "482913", "Yours")
    await anna.presses("Messages", on=card)
    await anna.sees("✉️ Messages", "G-482913 is your code")
