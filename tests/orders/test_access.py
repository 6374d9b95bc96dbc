"""Who may do what in a share: the whole table, and what must never be in it."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders import access, shares
from orders.access import UNKNOWN, Right, Seat, Standing
from orders.errors import MayNot, NobodyKnows
from providers.words import State
from storage.accounts import Account
from storage.orders import Order
from storage.shares import GIVEN, Codes, Role, Share, Who

OWNER, BUYER, OTHER = 1, 2, 3

MEMBER, ADMIN = Standing(in_chat=True), Standing(in_chat=True, is_admin=True)
OUT = Standing(in_chat=False)
"""Left, thrown out, never there, or restricted: Telegram's answer to each is this."""

SEE, ORDER, ACT, ACT_ALL = Right.SEE, Right.ORDER, Right.ACT, Right.ACT_ALL
TIGHTEN, LOG, END, RULE = Right.TIGHTEN, Right.LOG, Right.END, Right.RULE

ACCOUNT = Account(
    id="account", owner_id=OWNER, site="gsim", name="gsim", credentials=b"", old_credentials=None,
    old_until=None, hook_hash=None, hook_token=None, hook_seen_at=None, key_ok=True, balance=None,
    balance_at=None, created_at=0, removed_at=None,
)  # fmt: skip
SHARE = Share(
    id="share", account_id="account", chat_id=-5, thread_id=None, who=Who.ALL, codes=Codes.BUYER,
    admins_act=True, created_at=0, ended_at=None,
)  # fmt: skip
ORDERED = Order(
    id="order", purchase_id="purchase", user_id=BUYER, chat_id=-5, thread_id=None, card_id=None,
    account_id="account", site="gsim", line="numbers", site_id="1", activation=0, state=State.WAITING,
    is_open=True, number=None, picks=(), facts={}, price=None, refunded=None, created_at=0, activated_at=0,
    alive_at=0, expires_at=None, ended_at=None, next_look_ms=0, last_look_at=None, failed_looks=0,
    trouble=None, share_id="share",
)  # fmt: skip


def seat(
    user_id: int = BUYER,
    standing: Standing = MEMBER,
    given: Role | None = None,
    *,
    who: Who = Who.ALL,
    codes: Codes = Codes.BUYER,
    admins_act: bool = True,
    ended: bool = False,
    removed: bool = False,
) -> Seat:
    share = replace(SHARE, who=who, codes=codes, admins_act=admins_act, ended_at=9 if ended else None)
    account = replace(ACCOUNT, removed_at=9 if removed else None)
    return Seat(share=share, account=account, user_id=user_id, standing=standing, given=given)


# What each may


@pytest.mark.parametrize(
    ("who", "standing", "given", "role"),
    [
        (Who.ALL, MEMBER, None, Role.BUYER),
        (Who.ALL, ADMIN, None, Role.BUYER),
        (Who.ALL, MEMBER, Role.VIEWER, Role.VIEWER),  # named: no longer everybody
        (Who.ALL, OUT, None, Role.STRANGER),
        (Who.ADMINS, MEMBER, None, Role.VIEWER),
        (Who.ADMINS, ADMIN, None, Role.BUYER),
        (Who.ADMINS, MEMBER, Role.BUYER, Role.BUYER),
        (Who.ADMINS, ADMIN, Role.VIEWER, Role.VIEWER),
        (Who.NAMED, MEMBER, None, Role.VIEWER),
        (Who.NAMED, ADMIN, None, Role.VIEWER),
        (Who.NAMED, MEMBER, Role.BUYER, Role.BUYER),
        (Who.NAMED, MEMBER, Role.MANAGER, Role.MANAGER),
        (Who.NAMED, OUT, Role.MANAGER, Role.STRANGER),
        (Who.ALL, UNKNOWN, Role.MANAGER, Role.STRANGER),
    ],
)
def test_what_somebody_is(who: Who, standing: Standing, given: Role | None, role: Role) -> None:
    assert seat(standing=standing, given=given, who=who).role is role


@pytest.mark.parametrize("standing", [MEMBER, ADMIN, OUT, UNKNOWN])
def test_the_owner_is_the_owner_wherever(standing: Standing) -> None:
    assert seat(OWNER, standing, who=Who.NAMED).role is Role.OWNER


EVERYTHING = frozenset(Right)
VIEWER = {SEE, ACT}
BUYS = {SEE, ACT, ORDER}
MANAGES = {SEE, ACT, ORDER, TIGHTEN, LOG}

TABLE = [
    # who sits there                              while it is shared          once it has ended
    (seat(given=Role.VIEWER),                     VIEWER,                     {SEE, ACT}),
    (seat(given=Role.BUYER),                      BUYS,                       {SEE, ACT}),
    (seat(given=Role.MANAGER),                    MANAGES,                    {SEE, ACT, LOG}),
    (seat(standing=ADMIN, given=Role.VIEWER),     VIEWER | {END, ACT_ALL},    {SEE, ACT, ACT_ALL}),
    (seat(standing=ADMIN),                        BUYS | {END, ACT_ALL},      {SEE, ACT, ACT_ALL}),
    (seat(standing=ADMIN, admins_act=False),      BUYS | {END},               {SEE, ACT}),
    (seat(standing=ADMIN, given=Role.MANAGER),    MANAGES | {END, ACT_ALL},   {SEE, ACT, ACT_ALL, LOG}),
    (seat(standing=OUT, given=Role.MANAGER),      set(),                      set()),
    (seat(standing=UNKNOWN, given=Role.MANAGER),  set(),                      set()),
    (seat(OWNER),                                 EVERYTHING,                 {SEE, ACT, ACT_ALL, LOG}),
    (seat(OWNER, OUT),                            EVERYTHING - {ORDER},       {SEE, ACT, ACT_ALL, LOG}),
    (seat(OWNER, UNKNOWN),                        EVERYTHING - {ORDER},       {SEE, ACT, ACT_ALL, LOG}),
]  # fmt: skip


@pytest.mark.parametrize(("sits", "active", "ended"), TABLE)
def test_what_each_may(sits: Seat, active: set[Right], ended: set[Right]) -> None:
    assert sits.rights == active
    assert replace(sits, share=replace(sits.share, ended_at=9)).rights == ended
    assert replace(sits, account=replace(sits.account, removed_at=9)).rights == active - {ORDER}


# Orders: who may press (P), who may read the codes (R)

ORDERS = [
    # who looks at Boris's order                  codes=buyer  codes=all  has ended   another share's order
    (seat(BUYER),                                 "PR",        "PR",      "PR",       ""),
    (seat(BUYER, given=Role.VIEWER),              "PR",        "PR",      "PR",       ""),  # demoted since
    (seat(BUYER, OUT),                            "",          "",        "",         ""),
    (seat(BUYER, UNKNOWN),                        "",          "",        "PR",       ""),  # no group
    (seat(OTHER),                                 "",          "",        "",         ""),
    (seat(OTHER, given=Role.MANAGER),             "",          "",        "",         ""),
    (seat(OTHER, UNKNOWN),                        "",          "",        "",         ""),
    (seat(OTHER, ADMIN),                          "P",         "PR",      "P",        ""),
    (seat(OTHER, ADMIN, admins_act=False),        "",          "",        "",         ""),
    (seat(OTHER, OUT, Role.MANAGER),              "",          "",        "",         ""),
    (seat(OWNER),                                 "P",         "PR",      "P",        ""),
    (seat(OWNER, OUT),                            "P",         "PR",      "P",        ""),
    (seat(OWNER, UNKNOWN),                        "P",         "PR",      "P",        ""),
]  # fmt: skip


@pytest.mark.parametrize(("sits", "buyer", "everybody", "ended", "foreign"), ORDERS)
def test_whose_order_it_is(sits: Seat, buyer: str, everybody: str, ended: str, foreign: str) -> None:
    def may(sits: Seat, order: Order = ORDERED) -> str:
        assert sits.may_see(order) is sits.may_act(order)
        asked = (
            access.may_act(order, sits.account, sits.user_id, sits),
            access.may_read(order, sits.account, sits.user_id, sits),
        )
        return "".join(letter for letter, yes in zip("PR", asked, strict=True) if yes)

    assert may(sits) == buyer
    assert may(replace(sits, share=replace(sits.share, codes=Codes.ALL))) == everybody
    assert may(replace(sits, share=replace(sits.share, ended_at=9))) == ended
    assert may(sits, replace(ORDERED, share_id="another")) == foreign
    assert may(sits, replace(ORDERED, share_id=None)) == foreign


@pytest.mark.parametrize(
    ("sits", "buyer", "everybody"),
    [
        (seat(BUYER), True, True),
        (seat(OWNER), True, True),
        (seat(OTHER), False, False),
        (seat(OTHER, ADMIN), False, True),  # else an admin bought Boris's number anew and read what comes
    ],
)
def test_who_buys_a_number_once_more(sits: Seat, buyer: bool, everybody: bool) -> None:
    assert sits.may_begin_anew(ORDERED) is buyer
    assert replace(sits, share=replace(sits.share, codes=Codes.ALL)).may_begin_anew(ORDERED) is everybody


def test_without_a_share_an_order_is_the_buyers_and_the_owners() -> None:
    own = replace(ORDERED, share_id=None)
    for may in (access.may_act, access.may_see, access.may_read):
        assert [may(own, ACCOUNT, user) for user in (OWNER, BUYER, OTHER)] == [True, True, False]
    assert [access.may_order(ACCOUNT, user) for user in (OWNER, BUYER)] == [True, False]
    assert not access.may_order(replace(ACCOUNT, removed_at=9), OWNER)


# What is told


@pytest.mark.parametrize(
    ("sits", "right", "why"),
    [
        (seat(given=Role.VIEWER), ORDER, "order"),
        (seat(), RULE, "rule"),
        (seat(), TIGHTEN, "tighten"),
        (seat(), LOG, "log"),
        (seat(given=Role.MANAGER), END, "end"),
        (seat(standing=OUT), SEE, "not-in-group"),
        (seat(OWNER, OUT), ORDER, "not-in-group"),
        (seat(ended=True), ORDER, "share-ended"),
        (seat(OWNER, ended=True), RULE, "share-ended"),
        (seat(standing=OUT, ended=True), ORDER, "share-ended"),
        (seat(removed=True), ORDER, "share-ended"),
    ],
)
def test_the_reason_that_helps_most(sits: Seat, right: Right, why: str) -> None:
    with pytest.raises(MayNot) as refused:
        shares.demand(sits, right)
    assert refused.value.why == why


def test_where_telegram_is_silent_nobody_orders_and_that_is_said() -> None:
    for sits in (seat(OWNER, UNKNOWN), seat(BUYER, UNKNOWN)):
        with pytest.raises(NobodyKnows):
            shares.demand(sits, ORDER)
    shares.demand(seat(OWNER, UNKNOWN), END)


# What must never be, whatever comes together

seats = st.builds(
    seat,
    st.sampled_from([OWNER, BUYER, OTHER]),
    st.sampled_from([MEMBER, ADMIN, OUT, UNKNOWN, Standing(in_chat=False, is_admin=True)]),
    st.sampled_from([None, *GIVEN]),
    who=st.sampled_from(Who),
    codes=st.sampled_from(Codes),
    admins_act=st.booleans(),
    ended=st.booleans(),
    removed=st.booleans(),
)


@given(seats)
def test_a_stranger_has_no_right(sits: Seat) -> None:
    if not sits.standing.in_chat and sits.user_id != OWNER:
        assert sits.role is Role.STRANGER
        assert sits.rights == frozenset()


@given(seats)
def test_only_the_owner_rules(sits: Seat) -> None:
    assert not sits.may(RULE) or sits.user_id == OWNER


@given(seats)
def test_only_who_is_in_the_group_orders_and_only_while_it_is_shared(sits: Seat) -> None:
    if sits.may(ORDER):
        assert sits.standing.in_chat
        assert sits.share.is_active
        assert sits.account.removed_at is None


@given(seats, st.sampled_from([BUYER, OTHER]))
def test_codes_of_the_buyer_are_read_by_the_buyer_alone(sits: Seat, buyer: int) -> None:
    if sits.share.codes is Codes.BUYER and sits.may_read(replace(ORDERED, user_id=buyer)):
        assert sits.user_id == buyer


@given(seats)
def test_what_a_role_gives_ends_at_its_share(sits: Seat) -> None:
    foreign = replace(ORDERED, user_id=sits.user_id, share_id="another")
    for may in (sits.may_act, sits.may_see, sits.may_read, sits.may_begin_anew):
        assert not may(foreign)


@given(seats)
def test_an_end_and_a_removal_never_give_a_right(sits: Seat) -> None:
    ended = replace(sits, share=replace(sits.share, ended_at=9))
    removed = replace(sits, account=replace(sits.account, removed_at=9))
    assert ended.rights <= sits.rights
    assert removed.rights <= sits.rights


def test_a_better_role_gives_no_less() -> None:
    roles = [Role.STRANGER, Role.VIEWER, Role.BUYER, Role.MANAGER, Role.OWNER]
    for less, more in product(range(5), repeat=2):
        if less < more:
            assert access.RIGHTS[roles[less]] < access.RIGHTS[roles[more]]
