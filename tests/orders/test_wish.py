"""The wish: whatever is pressed in whatever order, what is picked makes sense."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import wish
from orders.errors import BadInput
from providers.registry import SITES
from providers.words import (
    Choice,
    Line,
    Option,
)
from storage.drafts import Draft, picks_from_json, picks_to_json

LINES = [line for site in SITES.values() for line in site.lines]


def empty(line: Line) -> Draft:
    return Draft(
        id="d", user_id=1, chat_id=1, thread_id=None, card_id=1, account_id="a", line=line.key, picks=(),
        asking=None, query="", page=0, low=None, high=None, quoted_at=None, token=None, created_at=0,
    )  # fmt: skip


def quoted(draft: Draft) -> Draft:
    return draft.changed(low=Decimal(1), high=Decimal(2), quoted_at=5, token="token")


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.key}-{len(line.choices)}")
def test_required_choices_come_in_order(line: Line) -> None:
    draft = empty(line)
    asked = []
    while (choice := wish.next_required(line, draft)) is not None:
        asked.append(choice.key)
        assert all(need in draft.ids for need in choice.needs)
        draft = wish.with_pick(line, draft, choice, Option(id="1", name="One", facts={"ttl": 60}))
    assert asked == [choice.key for choice in line.choices if choice.required]
    back: Draft | None = draft
    for key in reversed(asked):
        assert back is not None
        back = wish.step_back(line, back)
        assert back is not None
        assert back.asking == key
        assert key not in back.ids
    assert back is not None
    assert wish.step_back(line, back) is None


@given(data=st.data())
def test_any_presses_leave_a_wish_that_makes_sense(data: st.DataObject) -> None:
    line = data.draw(st.sampled_from(LINES))
    draft = empty(line)
    for _ in range(data.draw(st.integers(0, 15))):
        choice = data.draw(st.sampled_from(line.choices))
        before = draft
        match data.draw(st.sampled_from(["pick", "clear", "drop", "back", "ask", "quote"])):
            case "pick":
                if not wish.makes_sense(draft, choice):
                    continue  # it has no list then
                option = Option(id=data.draw(st.sampled_from("abcdefg")), name="x")
                draft = wish.with_pick(line, draft, choice, option)
                assert draft.token is None
                assert choice.key in draft.ids
                assert not set(choice.excludes) & set(draft.ids)
            case "clear":
                draft = wish.without_pick(line, draft, choice)
                assert draft.token is None
                assert choice.key not in draft.ids
            case "drop":
                gone = data.draw(st.sampled_from("abcdefg"))
                draft = wish.without_pick(line, draft, choice, wish.option_tag(gone))
                assert draft.token is None
                assert gone not in ids_in(draft, choice)
                assert len(before.picks) - len(draft.picks) <= 1 or gone in ids_in(before, choice)
            case "back":
                draft = wish.step_back(line, draft) or draft
                assert len(draft.picks) <= len(before.picks)
            case "ask":
                draft = wish.asking(draft, choice.key)
            case "quote":
                draft = quoted(draft)
        keys = [pick.choice for pick in draft.picks]
        places = [[one.key for one in line.choices].index(key) for key in keys]
        assert places == sorted(places), "in the line's order"
        assert len({(pick.choice, pick.id) for pick in draft.picks}) == len(draft.picks), "nothing twice"
        for key in keys:
            assert keys.count(key) <= line.choice(key).most
            assert all(keys.count(other) == 1 for other in line.choice(key).single if other in keys)
            assert all(need in keys for need in line.choice(key).needs), "nothing hangs in the air"
            assert not set(line.choice(key).excludes) & set(keys)
        assert all(set(one.needs) <= set(keys) and not one.required for one in wish.askable(line, draft))
        assert picks_from_json(picks_to_json(draft.picks)) == draft.picks


def ids_in(draft: Draft, choice: Choice) -> list[str]:
    return [pick.id for pick in wish.picked_of(draft, choice)]


GETSMS = SITES["getsms"].lines[0]
SERVICE = GETSMS.choice("service")


def services(*names: str, then: str | None = None) -> Draft:
    """A wish for these services, picked one after the other."""
    draft = empty(GETSMS)
    for name in names:
        option = Option(id=name, name=name)
        draft = wish.with_pick(GETSMS, wish.asking(draft, "service"), SERVICE, option)
    return draft if then is None else wish.with_pick(GETSMS, draft, SERVICE, Option(id=then, name=then))


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12))
def test_several_services_keep_their_order_up_to_the_most(names: list[str]) -> None:
    different = list(dict.fromkeys(names))[:5]
    draft = services(*names)
    assert ids_in(draft, SERVICE) == different
    assert draft.ids == {"service": ",".join(different)}
    assert wish.next_required(GETSMS, draft) is None


def test_another_service_is_added_only_where_it_was_asked_for() -> None:
    assert services("a", then="b").ids == {"service": "b"}, "an old list's button"
    assert services("a", "b", then="c").ids == {"service": "a,b,c"}, "a second tap in the same list"
    assert services("a", "b", then="b").ids == {"service": "a,b"}


def test_beside_several_services_there_is_no_number_and_no_markup() -> None:
    draft = services("a")
    assert {"number", "markup"} <= {choice.key for choice in wish.askable(GETSMS, draft)}
    for key, typed in (("markup", "25"), ("number", "5302286946")):
        draft = wish.with_pick(GETSMS, draft, GETSMS.choice(key), Option(id=typed, name=typed))
    assert draft.ids == {"service": "a", "number": "5302286946", "markup": "25"}
    both = wish.with_pick(GETSMS, wish.asking(draft, "service"), SERVICE, Option(id="b", name="b"))
    assert both.ids == {"service": "a,b"}
    assert {choice.key for choice in wish.askable(GETSMS, both)} == {"state", "area_code"}
    pushed = wish.with_pick(GETSMS, both, GETSMS.choice("number"), Option(id="5302286946", name="5"))
    assert pushed.ids == {"service": "a,b"}
    one = wish.without_pick(GETSMS, both, SERVICE, wish.option_tag("a"))
    assert one.ids == {"service": "b"}
    assert {"number", "markup"} <= {choice.key for choice in wish.askable(GETSMS, one)}


def test_back_drops_one_service_after_the_other() -> None:
    draft, left = services("a", "b", "c"), []
    while (back := wish.step_back(GETSMS, draft)) is not None:
        left.append(back.ids.get("service", ""))
        draft = wish.asking(back, None) if back.picks else back
    assert left == ["a,b", "a", ""]
    adding = wish.asking(services("a", "b"), "service")
    assert wish.step_back(GETSMS, adding) == services("a", "b"), "from a list of more to the price"


AREA = Choice(key="area", needs=("country",), narrows=("found",))
SEARCH = Line(
    key="search",
    choices=(
        Choice(key="country", required=True),
        AREA,
        Choice(key="found", required=True, needs=("country",)),
        Choice(key="name"),
    ),
)


def test_what_narrows_a_list_stands_beside_it_and_changes_it() -> None:
    found, draft = SEARCH.choice("found"), empty(SEARCH)
    assert wish.narrowing(SEARCH, draft, found) == [], "the country is not known yet"
    for key in ("country", "found"):
        draft = wish.with_pick(SEARCH, draft, SEARCH.choice(key), Option(id=key, name=key))
    assert wish.narrowing(SEARCH, draft, found) == [AREA]
    assert wish.narrowing(SEARCH, draft, SEARCH.choice("country")) == []
    assert wish.askable(SEARCH, draft) == [SEARCH.choice("name")], "at the price it is too late"
    narrowed = wish.with_pick(SEARCH, draft, AREA, Option(id="212", name="212"))
    assert narrowed.ids == {"country": "country", "area": "212"}
    assert wish.next_required(SEARCH, narrowed) == found
    assert wish.without_pick(SEARCH, narrowed, AREA).ids == {"country": "country"}
    listing = wish.step_back(SEARCH, wish.asking(narrowed, "area"))
    assert listing is not None
    assert listing.ids == narrowed.ids, "from its own list back to what it narrows"


def test_from_an_optional_list_back_to_the_price() -> None:
    line = SITES["gearsms"].lines[0]
    draft = wish.with_pick(line, empty(line), line.choice("service"), Option(id="1", name="One"))
    back = wish.step_back(line, wish.asking(draft, "state"))
    assert back is not None
    assert (back.asking, back.ids) == (None, {"service": "1"})


@pytest.mark.parametrize(
    ("typed", "taken"),
    [
        ("212", "212"),
        (" 212\n", "212"),
        ("21", None),
        ("", None),
        ("2" * 10_000, None),
        ("２１２", None),
        ("🙂", None),
    ],
)
def test_what_is_typed_instead_of_picked(typed: str, taken: str | None) -> None:
    choice = SITES["getsms"].lines[0].choice("area_code")
    if taken is None:
        with pytest.raises(BadInput) as caught:
            wish.typed_option(choice, typed)
        assert caught.value.choice == "area_code"
    else:
        assert wish.typed_option(choice, typed) == Option(id=taken, name=taken)


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_buttons_tag_is_short_and_tells_options_apart(one: str, other: str) -> None:
    assert len(wish.option_tag(one)) == 8
    assert (wish.option_tag(one) == wish.option_tag(other)) == (one == other)
