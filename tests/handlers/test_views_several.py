"""Several options of one choice, what narrows a list, and bids: as they are drawn."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from handlers.callbacks import Together, WishButton, WishDo
from handlers.texts import Texts, texts_for
from handlers.views import bid_notices
from handlers.views import card as card_views
from handlers.views import order as order_views
from handlers.views.card import CardFacts
from handlers.views.order import Shelf
from handlers.views.view import View
from orders.place import Offer
from orders.wish import option_tag
from providers.site import Quote
from providers.words import Choice, Line, State
from storage.drafts import Draft, Pick
from storage.orders import Order
from tests.handlers.views_kit import (
    HOSTILE,
    LANGUAGES,
    NOW,
    SITES,
    buttons,
    check,
    draft,
    labelled,
    no_text_is_missing,  # noqa: F401 - a fixture
    order,
    picks,
    pressed,
    shown,
)

GETSMS = SITES["getsms"]
NUMBERS = GETSMS.line("numbers")
QUOTE = Quote(low=Decimal("1.20"), high=Decimal("44.40"))


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts_for(request.param)


def services(*names: str) -> Draft:
    """A wish for these services."""
    return draft(
        line="numbers", picks=tuple(Pick(choice="service", id=name, name=name, facts={}) for name in names)
    )


def quoted(t: Texts, wish: Draft) -> View:
    return check(order_views.quote(t, GETSMS, NUMBERS, Offer(wish, QUOTE, None)))


# The quote


@pytest.mark.parametrize("count", range(1, 6))
@pytest.mark.parametrize(
    "names", [("Adobe", "Adidas", "2ndLine", "Amazon", "Google"), HOSTILE[:5], HOSTILE[5:10]]
)
def test_any_services_up_to_the_most(t: Texts, names: Sequence[str], count: int) -> None:
    wish = services(*names[:count])
    for view in (
        quoted(t, wish),
        check(order_views.no_quote(t, GETSMS, NUMBERS, wish, t("nothing-spent"))),
    ):
        drops = {
            WishButton(do=WishDo.CLEAR, id=wish.id, choice="service", arg=option_tag(name)).pack()
            for name in names[:count]
        }
        more = WishButton(do=WishDo.LIST, id=wish.id, choice="service", arg="0").pack()
        assert drops & set(pressed(view)) == (drops if count > 1 else set())
        assert (more in pressed(view)) is (count < 5)


def test_what_is_picked_stands_in_one_line(t: Texts) -> None:
    one, three = quoted(t, services("Adobe")), quoted(t, services("Adobe", "Adidas", "2ndLine"))
    assert f"{t.plain('choice-service')}: Adobe\n" in shown(one)
    assert f"{t.plain('choices-service')}: Adobe, Adidas, 2ndLine\n" in shown(three)
    assert t.plain("choice-markup") in shown(one)
    assert t.plain("choice-markup") not in shown(three), "no bid of one's own for several"
    assert t.plain("button-another-service", count=3, most=5) in shown(three)


def test_where_one_is_the_most_nothing_is_added(t: Texts) -> None:
    line = SITES["gearsms"].line("s2")
    view = order_views.quote(t, SITES["gearsms"], line, Offer(draft(), QUOTE, None))
    assert not any(data.startswith("w:list") and ":service:" in data for data in pressed(check(view)))


# What narrows a list

AREA = Choice(key="area_code", listed=False, narrows=("number",))
STATE = Choice(key="state", narrows=("number",))
NUMBER = Choice(key="number", required=True)
SEARCH = Line(key="numbers", choices=(AREA, STATE, NUMBER))


@pytest.mark.parametrize("name", ["212", *HOSTILE])
def test_what_narrows_a_list_stands_below_it(t: Texts, name: str) -> None:
    for wish in (draft(line="numbers", picks=()), draft(line="numbers", picks=picks(area_code=name))):
        shelf = Shelf(options=(), total=0, fetched_at=NOW, beside=(AREA, STATE))
        listed = check(order_views.choose_option(t, GETSMS, wish, NUMBER, shelf))
        missing = order_views.no_list(t, GETSMS, wish, NUMBER, t("nothing-spent"), beside=(AREA, STATE))
        for view in (listed, check(missing)):
            do = WishDo.CLEAR if wish.picks else WishDo.TYPE
            wanted = {"id": wish.id, "choice": "area_code", "arg": "" if wish.picks else "0"}
            assert WishButton(do=do, **wanted).pack() in pressed(view)
            assert WishButton(do=WishDo.LIST, id=wish.id, choice="state", arg="0").pack() in pressed(view)


# Bids on cards


def bids(count: int, state: State = State.BIDDING, **changes: Any) -> list[Order]:
    """So many orders of one purchase, a dollar forty each."""
    one = order(state, site="getsms", line="numbers", price=Decimal("1.40"), number=None)
    return [
        replace(one, id=f"{number:016x}", picks=picks(service=HOSTILE[number]), **changes)
        for number in range(count)
    ]


def carded(t: Texts, family: Sequence[Order], which: int = 0) -> View:
    return check(card_views.card(t, family[which], facts(family, which)))


def facts(family: Sequence[Order], which: int = 0) -> CardFacts:
    acts = [act for act in NUMBERS.acts if family[which].state in act.when]
    return CardFacts(site=GETSMS, account_name="Ada", acts=acts, messages=[], family=family)


def test_the_total_of_several_bids(t: Texts) -> None:
    view = carded(t, bids(3))
    assert t.plain("card-bid", price=t.money(Decimal("1.40"))) in shown(view)
    assert t.plain("card-bids", count=3, price=t.money(Decimal("4.20"))) in shown(view)
    button = labelled(view, t.plain("together-withdraw", count=3))
    assert button.callback_data == Together(order=f"{0:016x}", act="withdraw").pack()
    assert t.plain("act-withdraw") in [one.text for one in buttons(view)], "or this one alone"


def test_a_single_bid_and_one_that_is_left(t: Texts) -> None:
    gone = replace(bids(2)[1], state=State.CANCELLED, is_open=False)
    for family in (bids(1), [bids(1)[0], gone]):
        view = carded(t, family)
        assert t.plain("card-bid", price=t.money(Decimal("1.40"))) in shown(view)
        assert not any(data.startswith("t:") for data in pressed(view))


def test_no_total_where_a_price_is_not_known(t: Texts) -> None:
    family = [*bids(2), replace(bids(3)[2], price=None)]
    for which in range(3):
        assert t.plain("card-bids", count=3, price=t.money(Decimal("2.80"))) not in shown(
            carded(t, family, which)
        )


def test_a_number_that_ended_can_be_had_again(t: Texts) -> None:
    again = t.plain("button-same-number")
    had = {"number": "+12025550111"}
    for state in State:
        view = carded(t, bids(1, state, **had))
        assert (again in shown(view)) is (state in {State.DONE, State.EXPIRED})
    assert again not in shown(carded(t, bids(1, State.EXPIRED))), "there never was a number"


# Notices


def test_what_won_and_what_nobody_filled(t: Texts) -> None:
    family = bids(5, State.WAITING, number="+12025550111")
    won = check(bid_notices.won(t, family[0], facts(family)))
    assert [one.copy_text.text for one in buttons(won) if one.copy_text] == ["+12025550111"]
    assert "ВКонтакте & «Одноклассники»" in shown(won)
    over = bids(5, State.EXPIRED)
    assert check(bid_notices.unfilled(t, over[0], facts(over)))
    assert check(bid_notices.unfilled(t, over[0], replace(facts(over), family=())))
