"""The pages of a share as functions: strangers' names, long lists, Telegram's limits."""

from decimal import Decimal

import pytest

import locales
from handlers.callbacks import MemberButton, MemberDo, ShareButton, ShareDo
from handlers.texts import Html, Texts, texts_for
from handlers.views import share as share_views
from handlers.views import share_limits as limit_views
from handlers.views import share_members as member_views
from handlers.views.share import SharePage
from handlers.views.share_members import MembersPage
from handlers.views.view import View, page_of
from orders.access import Seat, Standing
from orders.limits import SHARED, Room
from storage.accounts import Account
from storage.shares import Cap, Codes, Member, Role, Share, Who
from tests import texts_kit

EVIL = "<b>&\u202e" + "Ж" * 59
"""A name that a stranger gave: markup, direction, as long as names can be."""

ACCOUNT = Account(
    id="a" * 16, owner_id=1, site="gsim", name="gsim.io", credentials=b"", old_credentials=None,
    old_until=None, hook_hash=None, hook_token=None, hook_seen_at=None, key_ok=True, balance=None,
    balance_at=None, created_at=0, removed_at=None,
)  # fmt: skip
SHARE = Share(
    id="s" * 20, account_id=ACCOUNT.id, chat_id=-1002000000001, thread_id=None, who=Who.ALL,
    codes=Codes.BUYER, admins_act=True, created_at=0, ended_at=None,
)  # fmt: skip


def seat(user_id: int) -> Seat:
    """The owner is 1."""
    return Seat(share=SHARE, account=ACCOUNT, user_id=user_id, standing=Standing(in_chat=True), given=None)


@pytest.fixture(params=locales.LANGUAGES)
def t(request: pytest.FixtureRequest) -> Texts:
    """Each language."""
    return texts_for(str(request.param))


def fits(view: View) -> None:
    """Telegram takes it."""
    assert texts_kit.html_problem(view.text) is None
    assert len(view.text) <= 4096
    assert "\u202e" not in view.text
    assert view.keyboard is not None
    for row in view.keyboard.inline_keyboard:
        for one in row:
            assert len((one.callback_data or "").encode()) <= 64
            assert 1 <= len(one.text) <= 64


@pytest.mark.parametrize("user_id", [1, 2])
def test_strangers_names_are_words(t: Texts, user_id: int) -> None:
    page = SharePage(seat=seat(user_id), account=Html("gsim.io"), group=EVIL, caps={}, asking=0, thread_id=7)
    fits(share_views.page(t, page))
    fits(share_views.ask_stop(t, SHARE, Html("gsim.io"), EVIL))
    people = [Member(user_id=7_000_000_000 + n, role=Role.MANAGER, name=EVIL) for n in range(200)]
    facts = MembersPage(seat=seat(user_id), account=Html("gsim.io"), group=EVIL, owner=EVIL, people=people)
    fits(member_views.members(t, facts, page=1))
    fits(member_views.role(t, facts, people[0], is_listed=True))
    fits(member_views.asks_in(t, SHARE.id, people[0], Html("gsim.io"), EVIL))
    fits(member_views.answered(t, facts, people[0], Role.VIEWER))
    fits(member_views.late(t, SHARE.id, EVIL))


def test_limits_of_any_size(t: Texts) -> None:
    rooms = [Room(span=span, most=Decimal("99999.1234"), spent=Decimal("99999.1233")) for span in SHARED]
    title = t("share-limits", account=Html("gsim.io"), group=EVIL)
    fits(limit_views.limits(t, seat(1), title, rooms))
    fits(limit_views.ask_cap(t, seat(1), SHARED[0], Cap(Decimal(100_000), Decimal("0.0001"))))
    longest = t("share-limits", account=Html("a" * 64), group="g" * 128)
    page = page_of([seat(1)] * 200, 3, limit_views.PER_PAGE)
    blocks = [limit_views.block(t, longest, rooms) for _ in page.entries]
    fits(limit_views.several(t, blocks, [(SHARE.id, EVIL) for _ in page.entries], page))


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        ({}, "Everybody in the group can order."),
        ({"order": Cap(Decimal(2), None)}, "Everybody in the group can order, up to $2.00 an order."),
        ({"day": Cap(None, Decimal(9))}, "Everybody in the group can order, up to $9.00 a day."),
        (
            {"order": Cap(Decimal(2), Decimal(1)), "day": Cap(Decimal(20), None)},
            "Everybody in the group can order, up to $1.00 an order and $20.00 a day.",
        ),
    ],
)
def test_what_holds_in_one_line(caps: dict[str, Cap], said: str) -> None:
    assert share_views.now(texts_for("en"), SHARE, caps) == said


def test_the_longest_buttons_fit() -> None:
    """Ids of 20 characters, people's ids of 52 bits."""
    longest = [ShareButton(do=do, id="i" * 20, arg="manager").pack() for do in ShareDo]
    longest += [
        MemberButton(do=do, share="i" * 20, user=2**52, role="manager", page=13).pack() for do in MemberDo
    ]
    assert all(len(data.encode()) <= 64 for data in longest)
