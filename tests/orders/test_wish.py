"""The wish: whatever is pressed in whatever order, what is picked makes sense."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import wish
from orders.errors import BadInput
from providers.registry import SITES
from providers.words import (
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
        match data.draw(st.sampled_from(["pick", "clear", "back", "ask", "quote"])):
            case "pick":
                if not all(need in draft.ids for need in choice.needs):
                    continue  # it has no list then
                draft = wish.with_pick(
                    line, draft, choice, Option(id=data.draw(st.sampled_from("ab")), name="x")
                )
                assert draft.token is None
                assert choice.key in draft.ids
                assert not set(choice.excludes) & set(draft.ids)
            case "clear":
                draft = wish.without_pick(line, draft, choice)
                assert draft.token is None
                assert choice.key not in draft.ids
            case "back":
                draft = wish.step_back(line, draft) or draft
                assert len(draft.picks) <= len(before.picks)
            case "ask":
                draft = wish.asking(draft, choice.key)
            case "quote":
                draft = quoted(draft)
        keys = [pick.choice for pick in draft.picks]
        places = [[one.key for one in line.choices].index(key) for key in keys]
        assert places == sorted(set(places)), "each choice once, in the line's order"
        for key in keys:
            assert all(need in keys for need in line.choice(key).needs), "nothing hangs in the air"
            assert not set(line.choice(key).excludes) & set(keys)
        assert all(set(one.needs) <= set(keys) and not one.required for one in wish.askable(line, draft))
        assert picks_from_json(picks_to_json(draft.picks)) == draft.picks


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
