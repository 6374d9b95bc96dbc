"""Settings > Spending limits, and what they stop."""

from decimal import Decimal

from storage import people
from tests.handlers.chat import Person, Town, labels


async def test_set_meet_and_lift_a_limit(town: Town, anna: Person) -> None:
    await town.linked(anna, "gsim")
    await anna.says("/settings")
    await anna.walks("Spending limits", "A day: no limit")
    await anna.sees("spend a day at most")
    await anna.gone(await anna.says("a lot"))
    await anna.sees("Type a number of dollars", "spend a day at most")
    await anna.gone(await anna.says("0,10"))
    await anna.sees("Saved", "Left today: $0.10 of $0.10")
    await anna.says("/order")
    await anna.walks("Numbers", "Telegram", "Russia")
    quote = await anna.sees("Price", "Left today: $0.10 of $0.10")
    await anna.presses("Buy", on=quote)
    await anna.sees("over your limit of $0.10 a day: $0.10 is left", "Nothing was spent")
    assert await town.orders("gsim") == []
    await anna.says("/settings")
    await anna.walks("Spending limits", "A day: $0.10", "Take this limit away")
    page = await anna.sees("Saved")
    assert "A day: no limit" in labels(page)
    await anna.presses("Buy", on=quote)
    await anna.sees("+7")


async def test_in_russian(town: Town, boris: Person) -> None:
    await town.linked(boris, "gsim")
    await boris.says("/settings")
    await boris.walks("Лимиты расходов", "Один заказ: без лимита")
    await boris.gone(await boris.says("2.50"))
    await boris.sees("Сохранено")
    async with town.app.desk.db.transaction() as connection:
        user = await people.get_user(connection, boris.id)
    assert user is not None
    assert user.cap_order == Decimal("2.5")


async def test_forged_spans_are_refused(town: Town, anna: Person) -> None:
    await anna.says("/start")
    menu = await anna.sees("Pinbell")
    for junk in ("c:year:0", "c:'; drop:1", "c:order:2"):
        await anna.forges(junk, on=menu)
        assert "went wrong" not in anna.toast
