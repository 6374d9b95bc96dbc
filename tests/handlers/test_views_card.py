"""Cards, pushes and lists of orders: every state, every site, messages from strangers."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.callbacks import OrderButton, OrderDo, ShowCode
from handlers.texts import Texts, texts_for
from handlers.views import card as card_views
from handlers.views import codes as code_views
from handlers.views.card import CardFacts
from handlers.views.codes import Audience
from handlers.views.view import View, page_of
from providers.site import Site
from providers.words import (
    Act,
    Effect,
    Line,
    State,
)
from storage.orders import Order
from storage.purchases import Outcome
from storage.sealed import MessageBody
from tests.handlers.views_kit import (
    GEARSMS,
    HOSTILE,
    LANGUAGE,
    LANGUAGES,
    LINES,
    NAME,
    NOW,
    SITES,
    TEXT,
    buttons,
    check,
    no_text_is_missing,  # noqa: F401 - a fixture
    order,
    orders,
    picks,
    pressed,
    purchase,
    shown,
    sms,
)

ACTS = [
    pytest.param(site, act, id=f"{site.key}-{line.key}-{act.key}")
    for site in SITES.values()
    for line in site.lines
    for act in line.acts
    if (act.confirm or act.effect is Effect.BUYS) and not act.choices  # those are asked in the wish menu
]
STRANGE = [pytest.param(text, id=f"hostile{place}") for place, text in enumerate(HOSTILE)]


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts_for(request.param)


# Cards.


def facts(messages: list[MessageBody | None] | None = None, **more: Any) -> CardFacts:
    return CardFacts(
        **{"site": GEARSMS, "account_name": "<Ada> & co", "acts": (), "messages": messages or [], **more}
    )


MESSAGES: list[list[MessageBody | None]] = [
    [],
    [None],
    [sms("123456", "123456")],
    [sms("Your code is 123456", "123456")],
    [sms("Hello"), None, sms("G-1", "1"), sms("G-2", "2"), sms("G-2 again", "2")],
    [sms(text, text) for text in HOSTILE[:3]],
    [sms(text, text) for text in HOSTILE[-3:]],
    [sms("<" * 4000, "<" * 4000)] * 3,
    [sms("\u200b", "\u200b"), sms("\n" * 3000 + "end")],
]


@pytest.mark.parametrize(("site", "line"), LINES)
@pytest.mark.parametrize("state", State)
def test_every_card(t: Texts, site: Site, line: Line, state: State) -> None:
    acts = [act for act in line.acts if state in act.when]
    rows: list[dict[str, Any]] = [
        {},
        {"number": None, "price": None, "expires_at": None, "picks": ()},
        {"refunded": Decimal("0.583"), "trouble": "no-answer"},
        {"facts": {"can_wake_up": True}},
        {"facts": {"can_wake_up": False, "online_till": NOW}},
        {"picks": picks(**{choice.key: HOSTILE[-2] for choice in line.choices})},
        {"picks": picks(service=HOSTILE[1], state="مرحبا", carrier="\u202ex")},
    ]
    for changes, messages in product(rows, MESSAGES):
        one = order(state, site=site.key, line=line.key, **changes)
        view = check(card_views.card(t, one, facts(messages, site=site, acts=acts)))
        assert one.number is None or one.number in shown(view)


@pytest.mark.parametrize("text", STRANGE)
def test_strangers_words_are_shown_as_text(t: Texts, text: str) -> None:
    one = order(picks=picks(service=text))
    everything = facts([sms(text, text), sms(f"Your code: {text}", text)], account_name=text[:30])
    check(card_views.card(t, one, everything))
    check(card_views.expired(t, one, everything))
    for body, repeated in product([*everything.messages, sms(text), None], (True, False)):
        check(card_views.push(t, one, everything, body, repeated=repeated))


def test_the_code_can_be_copied_once_from_card_and_push(t: Texts) -> None:
    bodies: list[MessageBody | None] = [sms("Your code is 123456", "123456"), sms("Again: 123456", "123456")]
    for view in (
        card_views.card(t, order(State.RECEIVED), facts(bodies)),
        card_views.push(t, order(State.RECEIVED), facts(bodies), bodies[0], repeated=False),
    ):
        copied = [button.copy_text.text for button in buttons(view) if button.copy_text]
        assert copied.count("123456") == 1
        assert "Your code is 123456" in shown(view)


def test_a_message_that_is_nothing_but_the_code_is_not_said_twice(t: Texts) -> None:
    view = card_views.push(t, order(number=None), facts(), sms("123456", "123456"), repeated=False)
    assert view.text.count("123456") == 1


def test_a_push_shows_the_whole_message(t: Texts) -> None:
    text = "word " * 500 + "end"
    view = check(card_views.push(t, order(), facts(), sms(text), repeated=True))
    assert text in shown(view)
    assert t.plain("push-repeated").removeprefix("<i>").removesuffix("</i>") in shown(view)


def test_links_in_a_message_are_no_links(t: Texts) -> None:
    view = check(card_views.push(t, order(), facts(), sms("see https://evil.example"), repeated=False))
    assert "<blockquote><code>see https://evil.example</code></blockquote>" in view.text


# Where others read along.


@pytest.mark.parametrize("name", [*STRANGE, "", "Борис"])
@pytest.mark.parametrize("count", [0, 1, 2, 5, 800])
def test_a_card_for_others_says_whose_code_came_and_no_more(t: Texts, name: str, count: int) -> None:
    audience = Audience(buyer=name, sees_codes=False, in_group=True)
    view = check(card_views.card(t, order(State.RECEIVED), facts(kept=count, audience=audience)))
    shows = [data for data in pressed(view) if data.startswith("v:")]
    assert [ShowCode.unpack(data).order for data in shows] == ([order().id] if count else [])
    assert not [one for one in buttons(view) if one.copy_text and one.copy_text.text != order().number]
    check(View(code_views.waits(t, 7001, name)))


def test_who_owns_the_account_is_offered_no_code_at_home_that_is_for_another(t: Texts) -> None:
    elsewhere = Audience(buyer="Boris", sees_codes=False)
    view = card_views.card(t, order(State.RECEIVED), facts(kept=1, audience=elsewhere))
    assert t.plain("code-kept", name="Boris", count=1) in shown(view)
    assert not [data for data in pressed(view) if data.startswith("v:")]


def test_what_the_site_keeps_of_an_order_is_not_offered_where_codes_are_kept_from(t: Texts) -> None:
    """It shows what came."""
    site, line = next((site, line) for site in SITES.values() for line in site.lines if line.journals)
    one = order(State.RECEIVED, site=site.key, line=line.key)
    for sees_codes in (True, False):
        audience = Audience(buyer="Boris", sees_codes=sees_codes, in_group=True)
        view = card_views.card(t, one, facts(site=site, audience=audience))
        assert any(data.startswith("j:") for data in pressed(view)) is sees_codes


@pytest.mark.parametrize("bodies", MESSAGES)
def test_the_one_who_ordered_is_shown_all(t: Texts, bodies: list[MessageBody | None]) -> None:
    view = check(card_views.shown(t, order(State.RECEIVED), facts(bodies)))
    for body in [one for one in bodies if one is not None][-card_views.ON_CARD :]:
        code = code_views.code_of(body)
        assert not code or code in [one.copy_text.text for one in buttons(view) if one.copy_text]


def test_money_on_a_card(t: Texts) -> None:
    price = t.money(Decimal("0.50"))
    assert price in shown(card_views.card(t, order(), facts()))
    bid = shown(card_views.card(t, order(State.BIDDING), facts()))
    assert t.plain("card-bid", price=price) in bid
    assert t.plain("card-price", price=price) not in bid  # nothing is charged yet
    refunded = shown(card_views.card(t, order(State.CANCELLED, refunded=Decimal("0.25")), facts()))
    assert t.plain("card-refunded", price=t.money(Decimal("0.25"))) in refunded
    kept = shown(card_views.card(t, order(State.CANCELLED, refunded=Decimal(0)), facts()))
    assert price in kept


def test_deleted_messages_are_said_to_be_deleted(t: Texts) -> None:
    deleted = t.plain("card-deleted").removeprefix("<i>").removesuffix("</i>")
    assert deleted in shown(card_views.card(t, order(State.DONE), facts([None])))
    assert deleted not in shown(card_views.card(t, order(State.DONE), facts([None, sms("Hello")])))


def test_what_costs_is_not_offered_without_a_price(t: Texts) -> None:
    reuse = Act(key="reuse", when=frozenset(State), effect=Effect.BUYS, confirm=True)

    def acts_of(one: Order) -> list[str]:
        data = [OrderButton.unpack(data) for data in pressed(card_views.card(t, one, facts(acts=[reuse])))
                if data.startswith("o:")]  # fmt: skip
        return [each.arg for each in data if each.do is OrderDo.ACT]

    assert acts_of(order(State.DONE)) == ["reuse"]
    assert acts_of(order(State.DONE, price=None)) == []


@pytest.mark.parametrize(("site", "act"), ACTS)
def test_every_act_that_asks(t: Texts, site: Site, act: Act) -> None:
    view = check(card_views.ask_act(t, order(site=site.key), act, facts(site=site), token="useOnce_012A"))
    sure, keep = buttons(view)
    data = OrderButton.unpack(sure.callback_data or "")
    if act.effect is Effect.BUYS:
        assert (data.do, data.token, sure.style) == (OrderDo.BUY, "useOnce_012A", "success")
        assert t.money(Decimal("0.50")) in sure.text
    else:
        assert (data.do, data.token, sure.style) == (OrderDo.SURE, "", "danger")
    assert keep.text == t.plain("button-keep")


# Lists of orders.


@pytest.mark.parametrize("count", [0, 1, 9, 800])
@pytest.mark.parametrize("unknown", [0, 1, 9])
def test_lists_of_orders(t: Texts, count: int, unknown: int) -> None:
    mine, lost = orders(count), [purchase(Outcome.UNKNOWN, site=key) for key in SITES] * unknown
    for page in (0, 1, 99):
        check(card_views.open_orders(t, mine, lost, SITES, page=page))
        past = page_of(mine, page, card_views.PER_PAGE)
        check(card_views.history(t, past.entries, SITES, page=past.page, total=count))


@pytest.mark.parametrize("total", [0, 1, 2, 5, 21, 1000])
def test_history_beyond_its_end(t: Texts, total: int) -> None:
    check(card_views.history(t, [], SITES, page=500, total=total))


def test_every_open_order_is_on_some_page(t: Texts) -> None:
    mine = orders(45)
    pages = [card_views.open_orders(t, mine, [], SITES, page=page) for page in range(3)]
    reached = "\n".join(data for page in pages for data in pressed(page))
    assert all(one.id in reached for one in mine)


@pytest.mark.parametrize("refunded", [None, Decimal(0), Decimal("0.583")])
def test_time_is_up(t: Texts, refunded: Decimal | None) -> None:
    view = check(card_views.expired(t, order(State.EXPIRED, refunded=refunded), facts()))
    if refunded:
        assert t.money(refunded) in shown(view)
    else:
        assert "/balance" in shown(view)  # how a site refunds is its own affair: nothing is promised


# Anything at all.


@given(LANGUAGE, st.sampled_from(State), NAME, NAME, TEXT, NAME | st.none())
def test_any_names_and_messages_make_a_card_and_a_push(
    t: Texts, state: State, service: str, place: str, text: str, code: str | None
) -> None:
    one, body = order(state, picks=picks(service=service, state=place)), sms(text, code)
    everything = facts([body, body], account_name=place)
    check(card_views.card(t, one, everything))
    check(card_views.push(t, one, everything, body, repeated=True))
    check(card_views.expired(t, one, everything))
    check(card_views.open_orders(t, [one], [], SITES))
    check(card_views.history(t, [one], SITES, page=0, total=1))
