"""Choosing what to order, quotes and outcomes, for every line of every site."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.callbacks import WishButton
from handlers.texts import Texts, texts_for
from handlers.views import failures
from handlers.views import order as order_views
from handlers.views.order import Shelf
from handlers.views.outcome import outcome
from orders import errors as order_errors
from orders.place import Offer
from orders.wish import option_tag
from providers.errors import NoAnswer, RateLimited
from providers.site import (
    Quote,
    Site,
    Surcharge,
)
from providers.words import (
    Choice,
    Line,
    Option,
    Rule,
)
from storage.purchases import Finding, Outcome
from tests.handlers.views_kit import (
    GEARSMS,
    HOSTILE,
    LANGUAGE,
    LANGUAGES,
    LINES,
    NAME,
    NOW,
    SITES,
    account,
    buttons,
    check,
    draft,
    no_text_is_missing,  # noqa: F401 - a fixture
    picks,
    pressed,
    purchase,
    shown,
)

CHOICES = [
    pytest.param(site, line, choice, id=f"{site.key}-{line.key}-{choice.key}")
    for site in SITES.values()
    for line in site.lines
    for choice in line.choices
]


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts_for(request.param)


# Ordering.


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.key)
def test_choosing_the_line(t: Texts, site: Site) -> None:
    view = check(order_views.choose_line(t, account(site=site.key), site))
    assert len(pressed(view)) == len(site.lines) + 2


def options(count: int, **more: Any) -> list[Option]:
    return [
        Option(
            id=f"{number}-{'x' * 200}",
            name=HOSTILE[number % len(HOSTILE)],
            recommended=number == 0,
            **more,
        )
        for number in range(count)
    ]


LOADED = {
    "price": Decimal("1234.5678"),
    "from_price": True,
    "stock": 1_234_567,
    "iso": "RU",
    "note": "97.5 % <успех>",
}


@pytest.mark.parametrize("count", [0, 1, 9, 800])
@pytest.mark.parametrize("more", [{}, LOADED], ids=["bare", "loaded"])
@pytest.mark.parametrize("changes", [{}, {"page": 3}, {"page": 999}, {"query": "<b>&" * 16}])
def test_a_list_of_options(t: Texts, count: int, more: dict[str, Any], changes: dict[str, Any]) -> None:
    shelf = Shelf(options=options(count, **more), total=count, fetched_at=NOW, stale=bool(changes))
    for site, key in product(SITES.values(), ("service", "country", "area_code", "markup")):
        for line in site.lines:
            if any(choice.key == key for choice in line.choices):
                check(order_views.choose_option(t, site, draft(**changes), line.choice(key), shelf))


def test_every_option_is_on_some_page_and_is_told_from_all_others(t: Texts) -> None:
    shelf = Shelf(options=options(800, **LOADED), total=800, fetched_at=NOW)
    service = GEARSMS.lines[0].choice("service")
    picked = [
        WishButton.unpack(data).arg
        for page in range(100)
        for data in pressed(order_views.choose_option(t, GEARSMS, draft(page=page), service, shelf))
        if data.startswith("w:pick:")
    ]
    assert picked == [option_tag(option.id) for option in shelf.options]
    assert len(set(picked)) == 800


def test_names_that_differ_by_case_are_different_options(t: Texts) -> None:
    named = [Option(id=name, name=name) for name in ("WhatsApp", "whatsapp", "WHATSAPP")]
    shelf = Shelf(options=named, total=3, fetched_at=NOW)
    view = check(order_views.choose_option(t, GEARSMS, draft(), GEARSMS.lines[0].choice("service"), shelf))
    assert [button.text for button in buttons(view)][:3] == ["WhatsApp", "whatsapp", "WHATSAPP"]


def test_a_long_name_leaves_room_for_its_price_and_stock(t: Texts) -> None:
    text = order_views.option_label(t, Option(id="1", name="щ" * 60, price=Decimal("0.583"), stock=12))
    assert t.money(Decimal("0.583")) in text
    assert "12" in text
    assert len(text) <= 48


def test_a_country_has_its_flag(t: Texts) -> None:
    ukraine = {"en": "🇺🇦 Ukraine", "ru": "🇺🇦 Украина"}[t.language]
    assert order_views.option_label(t, Option(id="1", name="Ukraine", iso="ua")) == ukraine
    assert order_views.option_label(t, Option(id="1", name="Nowhere", iso="")) == "Nowhere"


def test_what_is_ordered_usually_has_a_star(t: Texts) -> None:
    options = [Option(id="wa", name="WhatsApp"), Option(id="tg", name="Telegram")]
    shelf = Shelf(options=options, total=2, fetched_at=NOW, usual=frozenset({"tg"}))
    view = check(order_views.choose_option(t, GEARSMS, draft(), GEARSMS.lines[0].choice("service"), shelf))
    assert [button.text for button in buttons(view)][:2] == ["WhatsApp", "⭐ Telegram"]


@pytest.mark.parametrize(("site", "line", "choice"), CHOICES)
def test_every_choice_can_be_asked(t: Texts, site: Site, line: Line, choice: Choice) -> None:
    wish = draft(picks=picks(**{one.key: HOSTILE[0] for one in line.choices}))
    shelf = Shelf(options=choice.fixed or options(3), total=60, fetched_at=NOW, stale=True)
    view = check(order_views.choose_option(t, site, wish, choice, shelf))
    assert t.plain(f"choice-{choice.key}") in shown(view)
    why = failures.site_error(t, NoAnswer(site.key, "GET /x", reason="timeout"), site.name)
    assert t.plain("nothing-spent") in shown(check(order_views.no_list(t, site, wish, choice, why)))
    if choice.typed:
        problem = failures.told(t, order_errors.BadInput(choice.key))
        check(order_views.ask_typed(t, site, wish, choice))
        assert "⚠️" in shown(check(order_views.ask_typed(t, site, wish, choice, problem=problem)))


def test_a_list_says_when_nothing_is_there_and_when_nothing_fits(t: Texts) -> None:
    service = GEARSMS.lines[0].choice("service")

    def said(options: list[Option], total: int, query: str) -> str:
        shelf = Shelf(options=options, total=total, fetched_at=NOW)
        return shown(order_views.choose_option(t, GEARSMS, draft(query=query), service, shelf))

    assert t.plain("list-empty", site="GearSMS") in said([], 0, "")
    assert t.plain("list-nothing", query="<x>") in said([], 60, "<x>")
    assert t.plain("list-found", query="<x>", count=1) in said(options(1), 60, "<x>")
    assert t.plain("list-hint") in said(options(60), 60, "")


def test_what_the_site_recommends_says_so(t: Texts) -> None:
    assert order_views.option_label(t, Option(id="10", name="10", recommended=True)) == (
        f"10 · {t.plain('recommended')}"
    )


QUOTES = [
    Quote(low=Decimal("0.5"), high=Decimal("0.5")),
    Quote(low=Decimal("0.583"), high=Decimal("12.3456"), rules=tuple(Rule), stock=0, lasts=915),
    Quote(low=Decimal(0), high=Decimal(0), stock=1_234_567, lasts=1),
    *(Quote(low=Decimal(1), high=Decimal(2), rules=(rule,)) for rule in Rule),
]


@pytest.mark.parametrize(("site", "line"), LINES)
@pytest.mark.parametrize("balance", [None, Decimal(0), Decimal("24.5")])
def test_every_quote(t: Texts, site: Site, line: Line, balance: Decimal | None) -> None:
    for price, all_picked, notice in product(
        QUOTES, (True, False), (None, t("told-price-rose", confirmed="1", now="2"))
    ):
        optional = [choice.key for choice in line.choices if not choice.required]
        extras = tuple(Surcharge(choice=key, low=Decimal("0.33"), high=Decimal("0.37")) for key in optional)
        names = {choice.key: HOSTILE[0] for choice in line.choices if choice.required or all_picked}
        quote = Quote(**{**{name: getattr(price, name) for name in price.__slots__}, "surcharges": extras})
        offer = Offer(draft(picks=picks(**names)), quote, balance)
        view = check(order_views.quote(t, site, line, offer, notice=notice))
        assert t.prices(price.low, price.high) in shown(view)
        assert [button.style for button in buttons(view)].count("success") == 1


def test_a_quote_says_what_matters(t: Texts) -> None:
    line = GEARSMS.line("s2")
    extra = Surcharge(choice="area_code", low=Decimal("0.33"), high=Decimal("0.33"))
    price = Quote(low=Decimal("0.83"), high=Decimal("0.83"), surcharges=(extra,), stock=0)

    def quoted(balance: str, **names: str) -> str:
        offer = Offer(draft(picks=picks(service="Google", **names)), price, Decimal(balance))
        return shown(order_views.quote(t, GEARSMS, line, offer))

    what, money = t.plain("choice-area_code"), t.money(Decimal("0.33"))
    assert t.plain("surcharge", what=what, price=money) in quoted("1", area_code="212")
    assert t.plain(
        "button-optional-adds", what=what, unset="any" if t.language == "en" else "любой", price=money
    ) in quoted("1")
    assert t.plain("quote-balance", balance=t.money(Decimal(1))) in quoted("1")
    assert t.plain("quote-balance-low", balance=t.money(Decimal("0.5"))) in quoted("0.5")
    assert t.plain("quote-stock", count=0, number="0") in quoted("1")


@pytest.mark.parametrize(
    ("seconds", "english"),
    [
        (1, "1 minute"),
        (915, "15 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (86_400, "1 day"),
        (30 * 86_400, "30 days"),
        (525_600 * 60, "365 days"),
    ],
)
def test_how_long_a_number_lasts_is_said_as_people_say_it(seconds: int, english: str) -> None:
    offer = Offer(draft(), Quote(low=Decimal(1), high=Decimal(1), lasts=seconds), None)
    view = order_views.quote(texts_for("en"), GEARSMS, GEARSMS.line("s2"), offer)
    assert f"Yours for {english}\n" in shown(view) + "\n"


@pytest.mark.parametrize(("site", "line"), LINES)
def test_no_quote(t: Texts, site: Site, line: Line) -> None:
    why = failures.site_error(t, RateLimited(site.key, "GET /x", retry_after=60), site.name)
    names = {choice.key: name for choice, name in zip(line.choices, HOSTILE, strict=False)}
    view = check(order_views.no_quote(t, site, line, draft(picks=picks(**names)), why))
    assert t.plain("nothing-spent") in shown(view)


# What came of a purchase.


@pytest.mark.parametrize(
    "error", [None, "refused", "bad-key", "no-funds", "no-answer-timeout", "no-answer-crash", "odd"]
)
def test_every_outcome(t: Texts, error: str | None) -> None:
    for state, act, detail in product(Outcome, (None, "reuse"), (None, *HOSTILE)):
        one = purchase(state, error=error, detail=detail, act=act, picks=picks(service=detail or "Google"))
        view = outcome(t, GEARSMS, one, account(name="<Ada>"))
        assert (view is None) is (state is Outcome.PLACED and act is None)
        if view is not None:
            check(view)


def test_a_refusal_says_that_nothing_was_charged_and_why(t: Texts) -> None:
    one = purchase(Outcome.REFUSED, error="no-funds", detail="Top <up>")
    view = outcome(t, GEARSMS, one, account())
    assert view is not None
    assert t.plain("outcome-not-charged") in shown(view)
    assert "Top <up>" in shown(view)
    assert any(data.startswith("r:") for data in pressed(view))


def test_an_unknown_outcome_buys_nothing_with_one_press(t: Texts) -> None:
    one = purchase(Outcome.UNKNOWN, error="no-answer-timeout")
    view = outcome(t, GEARSMS, one, account())
    assert view is not None
    assert t.money(Decimal("0.95")) in shown(view)
    assert not any(data.startswith("b:") for data in pressed(view))


@pytest.mark.parametrize("finding", [None, *Finding])
@pytest.mark.parametrize("count", [0, 1, 200])
def test_what_was_found_out(t: Texts, finding: Finding | None, count: int) -> None:
    found = [{"id": f"{place}-{'x' * 100}", "number": f"+1202555{place:04}"} for place in range(count)]
    for state, name, charged in product((Outcome.REFUSED, Outcome.UNKNOWN), HOSTILE, (None, Decimal("0.5"))):
        one = purchase(
            state,
            finding=finding,
            found=found,
            finds=count,
            charged=charged,
            picks=picks(service=name, country=name, operator=name),
        )
        view = outcome(t, GEARSMS, one, account())
        assert view is not None
        check(view)


# Anything at all.


@given(LANGUAGE, st.lists(NAME, min_size=1, max_size=40), NAME, NAME | st.just(""))
def test_any_options_and_search_make_a_list(t: Texts, listed: list[str], picked: str, query: str) -> None:
    found = [Option(id=f"{place}{name}", name=name, note=name) for place, name in enumerate(listed)]
    shelf = Shelf(options=found, total=800, fetched_at=NOW)
    wish = draft(picks=picks(country=picked), query=query)
    check(order_views.choose_option(t, GEARSMS, wish, GEARSMS.line("global").choice("service"), shelf))
