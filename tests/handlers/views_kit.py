"""Rows as views get them, and what must hold for every view, whatever stands in them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from aiogram.types import InlineKeyboardButton
from hypothesis import strategies as st
from structlog.testing import capture_logs

import locales
from handlers.texts import FALLBACK, texts_for
from handlers.views.view import View
from providers.registry import open_sites
from providers.words import State
from sandbox.telegram import html
from storage.accounts import Account
from storage.drafts import Draft, Pick
from storage.orders import Order
from storage.purchases import Outcome, Purchase
from storage.sealed import MessageBody
from tests import texts_kit


@pytest.fixture(autouse=True)
def no_text_is_missing() -> Iterator[None]:
    """For test files that import it: no view asks for a text that is not there, or forgets an argument."""
    with capture_logs() as logs:
        yield
    assert [log for log in logs if log["event"] in {"text missing", "text has errors"}] == []


SITES = open_sites({})
GEARSMS = SITES["gearsms"]
LINES = [
    pytest.param(site, line, id=f"{site.key}-{line.key}") for site in SITES.values() for line in site.lines
]
LANGUAGES = locales.LANGUAGES
NOW = 1_795_132_800

KEY = "sk-0123456789abcdef-THE-KEY"
TOKEN = "hookToken0123456789abcdef01234567"
USE_ONCE = "useOnce_0123-AZaz"
SECRETS = (KEY, TOKEN, USE_ONCE)

HOSTILE = (
    "<b>&",
    "</b></code></i><a href='tg://user?id=1'>x</a>",
    "&lt;b&gt;&amp;&#60;",
    "ВКонтакте & «Одноклассники»",
    "x" * 60,
    "щ" * 60,
    "👨‍👩‍👧‍👦" * 12,
    "WhatsApp",
    "whatsapp",
    "WHATSAPP",
    "\u202egro.elgoog\u202c",
    "مرحبا بالعالم",
    "two\r\nlines\n\n\n\n\nand\tmore\u2028still",
    "\u200b\u2060\ufeff",
    "half \ud800 a character",
    "{ $name } { price }",
    "x" * 4000,
    "&" * 4000,
)
"""Names and texts that a site, a sender or a person may bring."""

TEXT_KEY = re.compile(
    r"(?<![\w/.-])("
    + "|".join(
        re.escape(key) for key in texts_kit.read(locales.sources(FALLBACK))[0] if key.count("-") or "_" in key
    )
    + r")(?![\w-])"
)
TURNING = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

WEB_PAGE = re.compile(r"https?://\S+")


def labelled(view: View, text: str) -> InlineKeyboardButton:
    """The one button with this in its label."""
    found = [button for button in buttons(view) if text in button.text]
    assert len(found) == 1, [button.text for button in buttons(view)]
    return found[0]


def shown(view: View) -> str:
    """What a person reads: the text without markup, and the buttons."""
    text, _ = html.parse(view.text)
    return "\n".join([text, *(button.text for button in buttons(view))])


def buttons(view: View) -> list[InlineKeyboardButton]:
    """All buttons, row by row."""
    return [] if view.keyboard is None else [one for row in view.keyboard.inline_keyboard for one in row]


def pressed(view: View) -> list[str]:
    """What the buttons send."""
    return [button.callback_data for button in buttons(view) if button.callback_data]


def check(view: View, *, token_shown: bool = False) -> View:
    """Everything that holds for every view: Telegram takes it, and nothing is shown that must not be."""
    assert texts_kit.html_problem(view.text) is None, texts_kit.html_problem(view.text)
    text, _ = html.parse(view.text)
    assert len(text.strip()) > 0
    assert len(text) <= 4096
    assert len(view.text.encode()) <= 32768
    _check_keyboard(view)
    seen = shown(view)
    assert not TURNING.search(seen)
    assert not TEXT_KEY.search(seen), TEXT_KEY.search(seen)
    for secret in SECRETS:
        assert secret not in seen or (token_shown and secret == TOKEN)
    return view


def is_innocent(text: str) -> bool:
    """Whether a made-up text holds nothing that `check` looks for: Hypothesis borrows words from the code."""
    return not (TEXT_KEY.search(text) or any(secret in text for secret in SECRETS))


def _check_keyboard(view: View) -> None:
    if view.keyboard is None:
        return
    rows = view.keyboard.inline_keyboard
    assert rows
    assert all(1 <= len(row) <= 8 for row in rows)
    assert len(buttons(view)) <= 100
    packed = json.dumps(view.keyboard.model_dump(exclude_none=True), ensure_ascii=False)
    assert len(packed.encode()) < 10_000
    for button in buttons(view):
        assert button.text.strip()
        assert len(button.text) <= 48
        assert "\n" not in button.text
        actions = [one for one in (button.callback_data, button.copy_text, button.url) if one is not None]
        assert len(actions) == 1
        if button.callback_data is not None:
            assert 1 <= len(button.callback_data.encode()) <= 64
        if button.copy_text is not None:
            assert 1 <= len(button.copy_text.text) <= 256
        if button.url is not None:
            assert WEB_PAGE.fullmatch(button.url)
    data = [one.callback_data for one in buttons(view) if one.callback_data and one.text not in {"‹", "›"}]
    assert len(set(data)) == len(data), "two buttons that do the same"


ACCOUNT = Account(
    id="a" * 16,
    owner_id=7,
    site="gearsms",
    name="GearSMS",
    credentials=KEY.encode(),
    old_credentials=None,
    old_until=None,
    hook_hash="0" * 64,
    hook_token=TOKEN.encode(),
    hook_seen_at=None,
    key_ok=True,
    balance=Decimal("24.50"),
    balance_at=NOW,
    created_at=NOW,
    removed_at=None,
)

ORDER = Order(
    id="b" * 16,
    purchase_id="c" * 16,
    user_id=7,
    chat_id=7,
    thread_id=None,
    card_id=11,
    account_id=ACCOUNT.id,
    site="gearsms",
    line="s2",
    site_id="65f2a1",
    activation=0,
    state=State.WAITING,
    is_open=True,
    number="+12025550111",
    picks=(Pick(choice="service", id="whatsapp", name="WhatsApp", facts={}),),
    facts={},
    price=Decimal("0.50"),
    refunded=None,
    created_at=NOW,
    activated_at=NOW,
    alive_at=NOW,
    expires_at=NOW + 900,
    ended_at=None,
    next_look_ms=0,
    last_look_at=None,
    failed_looks=0,
    trouble=None,
)

DRAFT = Draft(
    id="d" * 16,
    user_id=7,
    chat_id=7,
    thread_id=None,
    card_id=11,
    account_id=ACCOUNT.id,
    line="s2",
    picks=ORDER.picks,
    asking=None,
    query="",
    page=0,
    low=None,
    high=None,
    quoted_at=None,
    token=USE_ONCE,
    created_at=NOW,
)

PURCHASE = Purchase(
    id="e" * 16,
    token=USE_ONCE,
    user_id=7,
    chat_id=7,
    thread_id=None,
    card_id=11,
    account_id=ACCOUNT.id,
    site="gearsms",
    line="s2",
    act=None,
    order_id=None,
    picks=ORDER.picks,
    state=Outcome.SENDING,
    ceiling=Decimal("0.95"),
    charged=None,
    error=None,
    detail=None,
    created_at=NOW,
    settled_at=None,
)


def account(**changes: Any) -> Account:
    """An account at GearSMS, changed so."""
    return replace(ACCOUNT, **changes)


def accounts(count: int) -> list[Account]:
    """So many accounts, of all sites in turn, with names as long as names may be."""
    keys = list(SITES)
    return [
        account(
            id=f"{number:016x}",
            site=keys[number % len(keys)],
            name=f"{number} {HOSTILE[number % len(HOSTILE)]}"[:30],
            balance=None if number % 3 == 0 else Decimal("12345.678"),
            key_ok=number % 4 != 0,
        )
        for number in range(count)
    ]


def order(state: State = State.WAITING, **changes: Any) -> Order:
    """An order at GearSMS in this state, changed so."""
    return replace(ORDER, state=state, is_open=state.is_open, **changes)


def orders(count: int) -> list[Order]:
    """So many orders, in every state and with every hostile name."""
    states = list(State)
    return [
        order(
            states[number % len(states)],
            id=f"{number:016x}",
            site=list(SITES)[number % len(SITES)],
            picks=picks(service=HOSTILE[number % len(HOSTILE)]),
            number=None if number % 5 == 0 else "+123456789012345",
        )
        for number in range(count)
    ]


def draft(**changes: Any) -> Draft:
    """A wish, changed so."""
    return replace(DRAFT, **changes)


def purchase(state: Outcome = Outcome.SENDING, **changes: Any) -> Purchase:
    """A purchase in this state, changed so."""
    return replace(PURCHASE, state=state, **changes)


def picks(**names: str) -> tuple[Pick, ...]:
    """Picks by choice and name."""
    return tuple(Pick(choice=choice, id=name[:20], name=name, facts={}) for choice, name in names.items())


def sms(text: str, code: str | None = None) -> MessageBody:
    """An SMS as it was stored."""
    return MessageBody(text=text, code=code)


# For Hypothesis.

LANGUAGE = st.sampled_from(LANGUAGES).map(texts_for)
NAME = st.text(min_size=1, max_size=80).filter(is_innocent)
TEXT = st.text(max_size=4000).filter(is_innocent)
