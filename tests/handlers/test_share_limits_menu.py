"""/limits: the owner of a share sets its limits, a manager goes below them, everybody sees what is left."""

from decimal import Decimal

import pytest

from handlers.callbacks import ShareButton, ShareDo
from orders import shares as sharing
from orders.limits import Span
from storage.share_log import Event
from storage.shares import Cap, Role
from tests.handlers import group_kit as kit
from tests.handlers.chat import Person, Town, labels

MIA = 7003


async def types(person: Person, amount: str) -> None:
    """Answers the question in a group, which takes a reply."""
    question = await person.sees("Reply to this message")
    await person.replies(question, amount)
    await person.gone(question["message_id"])


async def test_the_owner_sets_a_limit_in_the_group(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    share = await kit.lent(town, anna, here.chat)
    await here.says("/limits")
    page = await here.sees("One order: $2.00 at most", "You today: $0.00 of $5.00, $5.00 left")
    assert "The group today: $0.00 of $20.00, $20.00 left" in page["text"]
    assert "The group this month: $0.00 of $200.00" in page["text"]
    await here.presses("The group a day: $20.00")
    await here.sees("whole group spend a day at most", "Now: $20.00.")
    await types(here, "7.50")
    await here.sees("Saved", "The group today: $0.00 of $7.50, $7.50 left")
    assert (await kit.caps(town, share))["day"] == Cap(Decimal("7.5"), None)
    event, by, words = (await kit.logged(town, share))[-1]
    assert (event, by, words) == (Event.CAP, anna.id, {"span": "day", "before": "20"})


async def test_the_owner_lifts_a_limit(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    share = await kit.lent(town, anna, here.chat)
    await here.says("/limits")
    await here.walks("One person a day", "Take this limit away")
    page = await here.sees("Saved", "You today: no limit")
    assert "One person a day: no limit" in labels(page)
    assert (await kit.caps(town, share))["person"] == Cap(None, None)


async def test_what_is_no_amount_is_asked_again(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    share = await kit.lent(town, anna, here.chat)
    before = await kit.everything(town, share)
    await here.says("/limits")
    await here.presses("One order: $2.00")
    for odd in ("a lot", "-1", "1,000", "100001"):
        await types(here, odd)
        await here.sees("Type a number of dollars", "one order cost here at most")
    assert await kit.everything(town, share) == before


async def test_a_manager_goes_below_the_owner_and_never_above(town: Town, anna: Person) -> None:
    mia = await town.person(MIA, "Mia")
    share = await kit.lent(town, anna, await town.group(anna, mia))
    await kit.named(town, share, anna, mia, "Mia", Role.MANAGER)
    here = mia.at(share.chat_id)
    await here.says("/limits")
    await here.presses("One order: $2.00")
    question = await here.sees("one order cost here at most", "The owner's limit is $2.00")
    assert not any("Take this limit away" in label for label in labels(question))
    await types(here, "2.01")
    await here.sees("A manager's limit can only be below the owner's", "one order cost here at most")
    assert (await kit.caps(town, share))["order"] == Cap(Decimal(2), None)
    await types(here, "0.5")
    await here.sees("Saved", "One order: $0.50 at most")
    assert (await kit.caps(town, share))["order"] == Cap(Decimal(2), Decimal("0.5"))
    await here.walks("One order: $0.50", "Back to the owner's limit")
    await here.sees("Saved", "One order: $2.00 at most")
    assert (await kit.caps(town, share))["order"] == Cap(Decimal(2), None)


async def test_zero_from_a_manager_is_no_way_round_the_owner(town: Town, anna: Person) -> None:
    """It takes a limit away: their own."""
    mia = await town.person(MIA, "Mia")
    share = await kit.lent(town, anna, await town.group(anna, mia))
    await kit.named(town, share, anna, mia, "Mia", Role.MANAGER)
    await sharing.set_cap(town.app.desk, share.id, Span.DAY, Decimal(3), mia.id)
    here = mia.at(share.chat_id)
    await here.says("/limits")
    await here.presses("The group a day: $3.00")
    await types(here, "0")
    await here.sees("Saved", "$20.00 left")
    assert (await kit.caps(town, share))["day"] == Cap(Decimal(20), None)


@pytest.mark.parametrize("role", [None, Role.BUYER, Role.VIEWER])
async def test_others_see_what_is_left_and_press_nothing(town: Town, anna: Person, role: Role | None) -> None:
    mia = await town.person(MIA, "Mia")
    share = await kit.lent(town, anna, await town.group(anna, mia))
    if role is not None:
        await kit.named(town, share, anna, mia, "Mia", role)
    here = mia.at(share.chat_id)
    await here.says("/limits")
    page = await here.sees("You today: $0.00 of $5.00")
    assert labels(page) == ["‹ Back", "☰ Menu"]
    before = await kit.everything(town, share)
    for do in (ShareDo.CAP, ShareDo.LIFT):
        await here.forges(ShareButton(do=do, id=share.id, arg="day").pack(), on=page)
        assert here.toast == "The owner and managers set these limits."
    assert await kit.everything(town, share) == before


async def test_a_role_that_is_taken_away_while_typing_is_gone(town: Town, anna: Person) -> None:
    mia = await town.person(MIA, "Mia")
    share = await kit.lent(town, anna, await town.group(anna, mia))
    await kit.named(town, share, anna, mia, "Mia", Role.MANAGER)
    here = mia.at(share.chat_id)
    await here.says("/limits")
    await here.presses("One order: $2.00")
    question = await here.sees("Reply to this message")
    await kit.named(town, share, anna, mia, "Mia", Role.BUYER)
    await here.replies(question, "1")
    await here.sees("The owner and managers set these limits")
    assert (await kit.caps(town, share))["order"] == Cap(Decimal(2), None)


async def test_nobody_else_answers_the_question(town: Town, anna: Person) -> None:
    mia = await town.person(MIA, "Mia")
    here = anna.at(await town.group(anna, mia))
    share = await kit.lent(town, anna, here.chat)
    await here.says("/limits")
    await here.presses("One order: $2.00")
    question = await here.sees("Reply to this message")
    await mia.at(here.chat).replies(question, "99")
    await types(here, "1")
    await here.sees("Saved", "One order: $1.00 at most")
    assert (await kit.caps(town, share))["order"] == Cap(Decimal(1), None)


async def test_several_shares_of_a_group(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    first = await kit.lent(town, anna, here.chat, "gsim")
    await kit.lent(town, anna, here.chat, "smsgig")
    await sharing.set_cap(town.app.desk, first.id, Span.ORDER, Decimal(9), anna.id)
    await here.says("/limits")
    await here.sees("gsim.io in Friends", "One order: $9.00", "SMSGig in Friends", "One order: $2.00")
    await here.presses("SMSGig ›")
    page, _ = await here.button("One order: $2.00")
    assert "SMSGig in Friends" in page["text"]
    assert "gsim.io" not in page["text"]


async def test_in_private_below_ones_own_limits(town: Town, anna: Person) -> None:
    share = await kit.lent(town, anna, await town.group(anna))
    await anna.says("/limits")
    await anna.sees("Spending limits")
    await anna.walks("👥 Friends · gsim.io", "One order: $2.00")
    await anna.sees("one order cost here at most")
    await anna.gone(await anna.says("1.25"))
    await anna.sees("Saved", "One order: $1.25 at most")
    assert (await kit.caps(town, share))["order"] == Cap(Decimal("1.25"), None)


async def test_a_group_without_shares(town: Town, anna: Person) -> None:
    here = anna.at(await town.group(anna))
    await here.says("/limits")
    await here.sees("No account is shared in this group")


async def test_in_russian(town: Town, boris: Person) -> None:
    here = boris.at(await town.group(boris))
    share = await kit.lent(town, boris, here.chat)
    await here.says("/limits")
    await here.presses("Один человек в день")
    await here.replies(await here.sees("Ответьте на это сообщение"), "3,5")
    await here.sees("Сохранено", "Вы сегодня: 0,00\xa0$ из 3,50\xa0$")
    assert (await kit.caps(town, share))["person"] == Cap(Decimal("3.5"), None)


async def test_whoever_opens_another_menu_is_not_setting_a_limit_any_more(town: Town, anna: Person) -> None:
    """In private just typing answers: a number that is meant for something else must not become a limit."""
    here = anna.at(await town.group(anna))
    share = await kit.lent(town, anna, here.chat)
    before = await kit.everything(town, share)
    await anna.says("/share")
    await anna.walks("Friends", "Limits", "The group a month")
    await anna.sees("spend a month at most")
    await anna.says("/help")
    await anna.says("100000")
    await anna.sees("wasn't waiting", newest=True)
    assert await kit.everything(town, share) == before
