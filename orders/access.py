"""Who may do what. Pure rules; asked again at every press."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from storage.accounts import Account
from storage.orders import Order
from storage.shares import Role, Share, Who


class Right(Enum):
    """Something that a person may do with a share."""

    SEE = auto()  # its limits and what is left of them
    ORDER = auto()  # spend its money, within the limits
    ACT = auto()  # cancel and the like, with orders of one's own: whoever had the right to order has them
    ACT_ALL = auto()  # with everybody's
    TIGHTEN = auto()  # limits, below the owner's
    LOG = auto()
    END = auto()
    RULE = auto()  # everything else: who orders, who sees codes, roles, limits at will


_VIEWER = frozenset({Right.SEE, Right.ACT})
_BUYER = _VIEWER | {Right.ORDER}
_MANAGER = _BUYER | {Right.TIGHTEN, Right.LOG}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.STRANGER: frozenset(),
    Role.VIEWER: _VIEWER,
    Role.BUYER: _BUYER,
    Role.MANAGER: _MANAGER,
    Role.OWNER: frozenset(Right),
}
"""What each role may, where the share has not ended."""

AFTER_THE_END = frozenset({Right.SEE, Right.ACT, Right.ACT_ALL, Right.LOG})
"""What is left of that in a share that has ended: orders that are still open are seen to their end."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What Telegram says of a person in a group. Restricted ones are not `in_chat`: they may do nothing."""

    in_chat: bool
    is_admin: bool = False
    is_known: bool = True
    """False: Telegram does not say, and nobody is let in for that."""
    has_left: bool = False
    """Or was removed, or never was there: rather than restricted."""


UNKNOWN = Standing(in_chat=False, is_known=False)
"""Telegram is silent, or the bot is not in that group any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What somebody is to a share, and may do with it."""

    share: Share
    account: Account
    user_id: int
    standing: Standing
    given: Role | None
    """The role that the owner gave."""

    @property
    def role(self) -> Role:
        """The owner is the owner wherever; all others count only as long as they are in the group."""
        if self.account.owner_id == self.user_id:
            return Role.OWNER
        if not self.standing.in_chat:
            return Role.STRANGER
        if self.given is not None:
            return self.given
        lets_in = self.share.who is Who.ALL or (self.share.who is Who.ADMINS and self.standing.is_admin)
        return Role.BUYER if lets_in else Role.VIEWER

    @property
    def rights(self) -> frozenset[Right]:
        """All of them, now."""
        rights = RIGHTS[self.role]
        if self.standing.in_chat and self.standing.is_admin:
            rights = rights | {Right.END}
            if self.share.admins_act:
                rights = rights | {Right.ACT_ALL}
        if not self.standing.in_chat or self.account.removed_at is not None:
            rights = rights - {Right.ORDER}
        return rights if self.share.is_active else rights & AFTER_THE_END

    def may(self, right: Right) -> bool:
        """Whether this is one of them."""
        return right in self.rights

    def may_act(self, order: Order) -> bool:
        """Cancel, ban, finish and the like, with this order."""
        return self._has(order) or (self.may(Right.ACT_ALL) and order.share_id == self.share.id)

    def may_begin_anew(self, order: Order) -> bool:
        """Buy its number once more, or forward it: its buyer's own codes would be somebody else's then."""
        is_free = not self.share.keeps_codes(order.created_at) or self.role is Role.OWNER
        return self.may_act(order) and (is_free or order.user_id == self.user_id)

    def may_see(self, order: Order) -> bool:
        """Look at its card."""
        return self.may_act(order)

    def may_read(self, order: Order) -> bool:
        """Read its codes."""
        return self._has(order) if self.share.keeps_codes(order.created_at) else self.may_see(order)

    def _has(self, order: Order) -> bool:
        """Whether it is this person's own, and they are let near it.

        Once the share has ended, and the bot with it has left the group, nobody can say who is still there:
        orders that are open then are seen to their end by those who ordered them.
        """
        is_forlorn = not self.share.is_active and not self.standing.is_known
        is_own = order.user_id == self.user_id and order.share_id == self.share.id
        return is_own and (is_forlorn or self.may(Right.ACT))


def may_order(account: Account, user_id: int) -> bool:
    """Spend this account's money, without a share."""
    return account.removed_at is None and account.owner_id == user_id


def may_manage(account: Account, user_id: int) -> bool:
    """Rename it, replace its key, remove it, see its webhook address, share it."""
    return account.removed_at is None and account.owner_id == user_id


def may_act(order: Order, account: Account, user_id: int, seat: Seat | None = None) -> bool:
    """Cancel, ban, finish and the like. `seat`: for an order of a share."""
    return user_id in {order.user_id, account.owner_id} if seat is None else seat.may_act(order)


def may_see(order: Order, account: Account, user_id: int, seat: Seat | None = None) -> bool:
    """Look at its card. `seat`: for an order of a share."""
    return user_id in {order.user_id, account.owner_id} if seat is None else seat.may_see(order)


def may_read(order: Order, account: Account, user_id: int, seat: Seat | None = None) -> bool:
    """Read its codes. `seat`: for an order of a share."""
    return user_id in {order.user_id, account.owner_id} if seat is None else seat.may_read(order)
