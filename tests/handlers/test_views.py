"""Menus, accounts and failures, in every language, for names that nobody would choose.

`check` holds what must be true of every view; what one view alone must show stands in its own test.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from aiogram.types import InlineKeyboardButton
from hypothesis import given
from hypothesis import strategies as st

from handlers.texts import Texts, texts_for
from handlers.views import accounts as account_views
from handlers.views import failures, menu
from handlers.views import order as order_views
from handlers.views.accounts import AccountFacts, BalanceLine
from handlers.views.view import View
from orders import errors as order_errors
from providers import errors as site_errors
from providers.errors import BadKey, NoAnswer, RateLimited, SiteError
from providers.site import Site
from storage.people import User
from tests.handlers.views_kit import (
    GEARSMS,
    HOSTILE,
    LANGUAGE,
    LANGUAGES,
    NAME,
    NOW,
    SITES,
    TOKEN,
    account,
    accounts,
    buttons,
    check,
    labelled,
    no_text_is_missing,  # noqa: F401 - a fixture
    pressed,
    shown,
)
from tests.texts_kit import html_problem

HOOK = f"https://bot.example/hooks/gearsms/{TOKEN}"


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Texts:
    return texts_for(request.param)


# Menus.


@pytest.mark.parametrize("has_accounts", [True, False])
@pytest.mark.parametrize("open_orders", [0, 1, 2, 5, 12345])
def test_the_main_menu(t: Texts, has_accounts: bool, open_orders: int) -> None:
    view = check(menu.main(t, has_accounts=has_accounts, open_orders=open_orders))
    green = [button for button in buttons(view) if button.style == "success"]
    assert len(green) == 1


def test_help_and_the_way_home(t: Texts) -> None:
    view = check(menu.help_page(t))
    assert pressed(view) == [button.callback_data for button in menu.home(t).inline_keyboard[0]]


@pytest.mark.parametrize("days", [1, 7, 21, 30, 90])
def test_settings(t: Texts, days: int) -> None:
    user = User(id=7, language=t.language, keep_days=days, created_at=NOW)
    view = check(menu.settings(t, user, LANGUAGES))
    ticked = [button.text for button in buttons(view) if button.text.startswith("✓")]
    assert len(ticked) == (2 if days in menu.KEEP_CHOICES else 1)
    assert all(texts_for(code).plain("language-name") in shown(view) for code in LANGUAGES)


# Accounts.


@pytest.mark.parametrize("count", [0, 1, 9, 100, 800])
@pytest.mark.parametrize("page", [-1, 0, 1, 99])
def test_lists_of_accounts(t: Texts, count: int, page: int) -> None:
    mine = accounts(count)
    check(account_views.account_list(t, mine, SITES, page=page))
    if mine:
        check(order_views.choose_account(t, mine, SITES, page=page))
        check(account_views.balances(t, [BalanceLine(one, Decimal("5.51")) for one in mine], SITES))


def test_every_account_is_on_some_page(t: Texts) -> None:
    mine = accounts(45)
    pages = [account_views.account_list(t, mine, SITES, page=page) for page in range(3)]
    reached = "\n".join(data for page in pages for data in pressed(page))
    assert all(one.id in reached for one in mine)


def test_choosing_the_site(t: Texts) -> None:
    view = check(account_views.choose_site(t, list(SITES.values())))
    assert all(site.name in shown(view) for site in SITES.values())


@pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.key)
@pytest.mark.parametrize("problem", [True, False])
def test_asking_for_a_credential(t: Texts, site: Site, problem: bool) -> None:
    told = t("credential-odd", site=site.name) if problem else None
    for credential in site.credentials:
        view = check(account_views.ask_credential(t, site, credential, problem=told))
        assert site.name in shown(view)
        assert (t.plain("ask-safe") in shown(view)) is credential.secret
        check(View(t(f"paste-{credential.key}")))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"key_ok": False},
        {"balance": None},
        {"balance": Decimal("-0.5")},
        {"hook_seen_at": NOW},
        {"name": "<b>&" * 7},
        {"name": "я" * 30},
    ],
)
@pytest.mark.parametrize("open_orders", [0, 1, 2, 5, 21])
def test_an_account(t: Texts, changes: dict[str, Any], open_orders: int) -> None:
    one = account(**changes)
    facts = AccountFacts(site=GEARSMS, hook_url=None, open_orders=open_orders)
    view = check(account_views.account_page(t, one, facts, notice=t("linked", site="GearSMS")))
    assert t.plain("account-hook-works") not in shown(view)
    asked = check(account_views.ask_remove(t, one, facts))
    assert [button.style for button in buttons(asked)] == ["danger", None]


def test_the_webhook_address_stands_on_the_accounts_page_and_can_be_copied(t: Texts) -> None:
    facts = AccountFacts(site=GEARSMS, hook_url=HOOK, open_orders=0)
    view = check(account_views.account_page(t, account(hook_seen_at=NOW), facts), token_shown=True)
    assert HOOK in shown(view)
    copied = labelled(view, t.plain("button-copy-hook")).copy_text
    assert copied is not None
    assert copied.text == HOOK
    assert TOKEN not in shown(account_views.ask_remove(t, account(), facts))
    assert TOKEN not in shown(account_views.account_list(t, [account()], SITES))


def test_balances_and_why_there_is_none(t: Texts) -> None:
    why = [kind_of(kind) for kind in SITE_ERRORS]
    lines = [BalanceLine(account(), Decimal("0.583")), *(BalanceLine(account(), error) for error in why)]
    view = check(account_views.balances(t, lines, SITES))
    assert t.money(Decimal("0.583")) in shown(view)
    assert len(shown(view).split("GearSMS")) == len(lines) + 1


# Failures.


def every(root: type[Exception]) -> Iterator[type[Any]]:
    for child in root.__subclasses__():
        yield child
        yield from every(child)


SITE_ERRORS: list[type[SiteError]] = [
    kind for kind in every(SiteError) if kind.__module__ == site_errors.__name__
]
TOLD = [
    order_errors.PriceRose(Decimal("0.5"), Decimal("0.583")),
    order_errors.AlreadyLinked("<b>&"),
    order_errors.OverLimit("day", Decimal(10), Decimal("2.5")),
    order_errors.OverLimit("person", Decimal(10), Decimal("2.5"), of_group=True),
    *(order_errors.MayNot(why) for why in ("order", "widen", "not-in-group", "share-ended", "too-many")),
    order_errors.BadInput("area_code"),
    order_errors.Gone("draft"),
    *(kind() for kind in (order_errors.NotYours, order_errors.NotNow, order_errors.Barred)),
    *(kind() for kind in (order_errors.BadName, order_errors.Unfinished)),
    *(kind() for kind in (order_errors.NobodyKnows, order_errors.AlreadyShared)),
]


def kind_of(kind: type[SiteError], detail: str = "") -> SiteError:
    more: dict[str, Any] = {"detail": detail}
    if kind is RateLimited:
        more["retry_after"] = 21.7
    if kind is NoAnswer:
        more["reason"] = "timeout"
    return kind("gearsms", "GET /x", **more)


@pytest.mark.parametrize("kind", SITE_ERRORS, ids=lambda kind: kind.__name__)
def test_every_site_error(t: Texts, kind: type[SiteError]) -> None:
    for detail in ("", *HOSTILE):
        view = check(View(failures.site_error(t, kind_of(kind, detail), "GearSMS")))
        assert ("GearSMS" in shown(view)) is (
            kind is not site_errors.Conflict
        )  # that is no fault of the site


@pytest.mark.parametrize("reason", ["unreachable", "timeout", "cut", "slow", "crash", "something new"])
def test_every_reason_for_no_answer_has_shown(t: Texts, reason: str) -> None:
    error = NoAnswer("gearsms", "GET /x", reason=reason)
    assert "🔌" in shown(check(View(failures.site_error(t, error, "GearSMS"))))


@pytest.mark.parametrize("error", TOLD, ids=lambda error: type(error).__name__)
def test_everything_that_is_told(t: Texts, error: order_errors.Told) -> None:
    check(View(failures.told(t, error)))


def test_nobody_was_forgotten_among_what_is_told() -> None:
    assert {type(error) for error in TOLD} == set(every(order_errors.Told))


def test_the_sites_own_words_stay_short_and_are_marked_as_its_own(t: Texts) -> None:
    text = failures.site_error(t, BadKey("gearsms", "GET /x", detail="<a>" + "x" * 400), "GearSMS")
    said = shown(View(text)).splitlines()[-1]
    assert (
        t.plain("error-detail", detail="<a>")[3:-6] in said.replace("x", "").replace("…", "") or "<a>" in said
    )
    assert len(said) < 200


# Anything at all.


@given(LANGUAGE, NAME, st.text(max_size=200))
def test_any_words_of_a_site_make_a_failure(t: Texts, name: str, detail: str) -> None:
    assert html_problem(failures.site_error(t, BadKey("gearsms", "x", detail=detail), name)) is None
    assert html_problem(failures.told(t, order_errors.AlreadyLinked(name))) is None


# The check itself can fail.


@pytest.mark.parametrize(
    "text",
    [
        "<b>open",
        "",
        " ",
        "x" * 4097,
        "told-not-yours",
        "choice-area_code",
        "\u202eturned",
        TOKEN,
        "&amp;" * 7000,
    ],
)
def test_what_check_refuses(t: Texts, text: str) -> None:
    with pytest.raises(AssertionError):
        check(View(t.lines([text])))


def test_check_refuses_keyboards_that_telegram_would_refuse(t: Texts) -> None:
    one = InlineKeyboardButton(text="Menu", callback_data="m")

    def view(*rows: list[InlineKeyboardButton]) -> View:
        return View(t("main-menu"), menu.home(t).model_copy(update={"inline_keyboard": list(rows)}))

    check(view([one]))
    for wrong in (
        [InlineKeyboardButton(text="", callback_data="m")],
        [InlineKeyboardButton(text="x" * 49, callback_data="m")],
        [InlineKeyboardButton(text="x", callback_data="щ" * 33)],
        [InlineKeyboardButton(text="x")],
        [InlineKeyboardButton(text="x", url="javascript:x")],
        [one, one],
        [InlineKeyboardButton(text="x", callback_data=str(place)) for place in range(9)],
        [],
    ):
        with pytest.raises(AssertionError):
            check(view(wrong))
    with pytest.raises(AssertionError):
        check(
            view(
                *([InlineKeyboardButton(text="щ" * 48, callback_data=f"{place:064}")] for place in range(70))
            )
        )
