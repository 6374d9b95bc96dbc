"""Prices before an account is linked: read without a key, never waited for."""

from tests.handlers.chat import Json, Person, Town, until

LISTS = "/pricelist"


async def link_page(town: Town, person: Person) -> Json:
    """The question for the key at GotSMS, once the prices can be there."""
    await person.says("/accounts")
    await person.presses("Link an account")
    await person.sees("Which site is your account at")
    await until(lambda: read(town), "the prices read")
    await town.app.desk.drain()
    await person.presses("GotSMS")
    return await person.sees("Your API key at GotSMS")


async def read(town: Town) -> list[Json]:
    """The requests for the public list."""
    return [one for one in await town.asked("gotsms") if one["path"].endswith(LISTS)]


async def test_the_cheapest_services_are_shown_before_linking(town: Town, anna: Person) -> None:
    """From how little, without a key, once an hour."""
    page = await link_page(town, anna)
    assert "GotSMS sells, among others:" in page["text"]
    assert page["text"].count(" from $") == 5
    await link_page(town, anna)
    assert len(await read(town)) == 1


async def test_a_site_that_does_not_tell_holds_nobody_up(town: Town, anna: Person) -> None:
    """Nothing is shown then, and the key is asked for as ever."""
    await town.fault("gotsms", "html", path=LISTS, times=None)
    page = await link_page(town, anna)
    assert "from $" not in page["text"]
    assert "Paste your key here" in (await anna.sees("Paste your key here"))["text"]


async def test_other_sites_show_none(town: Town, anna: Person) -> None:
    await anna.says("/accounts")
    await anna.walks("Link an account", "SMSGig")
    page = await anna.sees("Your API key at SMSGig")
    assert "from $" not in page["text"]
