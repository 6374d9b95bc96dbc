"""Choices beside a list that make it shorter: gsim.io's search for a number to rent."""

from functools import partial

from tests.handlers.chat import Json, Person, Town, labels, until


def numbers(message: Json) -> list[str]:
    """The numbers on offer, as the site writes them."""
    return [label.partition(" · ")[0] for label in labels(message) if label.startswith("(")]


async def search(town: Town, person: Person) -> Json:
    """The open list of numbers."""
    await town.linked(person, "gsim")
    await person.says("/order")
    await person.presses("Numbers by the month")
    await person.sees("Which country")
    await person.says("US")
    await person.presses("Local")
    return await person.sees("Which number")


async def offered(person: Person, wanted: list[str]) -> bool:
    """Whether just these numbers are on offer now."""
    return numbers(await person.sees("Which number")) == wanted


async def asked_with(town: Town, **wanted: str) -> bool:
    """Whether the site was searched so, the last time."""
    searches = [one["query"] for one in await town.asked("gsim") if one["path"].endswith("/rentals/search")]
    return bool(searches) and all(searches[-1].get(key) == value for key, value in wanted.items())


async def test_an_area_code_and_a_pattern_make_the_list_shorter(town: Town, anna: Person) -> None:
    listed = await search(town, anna)
    everything = numbers(listed)
    area = everything[0][1:4]
    assert {"Can do: anything", "Area code: any", "Digits in it: any"} <= set(labels(listed))
    await anna.presses("Area code: any")
    await anna.sees("Type the area code")
    await anna.says(area)
    listed = await anna.sees("Which number", f"Area code: {area}")
    await until(partial(asked_with, town, areaCode=area), "a search with the area code")
    assert numbers(listed)
    assert all(number.startswith(f"({area})") for number in numbers(listed))
    await anna.presses(f"✕ Area code: {area}")
    await until(partial(offered, anna, everything), "the list from before")
    assert f"Area code: {area}" not in (await anna.sees("Which number"))["text"]


async def test_back_from_what_narrows_is_back_at_the_list(town: Town, anna: Person) -> None:
    await search(town, anna)
    await anna.presses("Area code: any")
    await anna.sees("Type the area code")
    await anna.presses("Back")
    await anna.sees("Which number")
    await anna.presses("Back")
    await anna.presses("Local")
    await anna.sees("Which number")


async def test_a_search_without_a_result_can_be_widened(town: Town, anna: Person) -> None:
    listed = await search(town, anna)
    await anna.presses("Area code: any")
    await anna.says("999")
    await anna.presses("✕ Area code: 999")
    await until(partial(offered, anna, numbers(listed)), "the list from before")
