"""Who pays for a wish in a chat: an account of one's own, or one that is lent to the group."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.context import Context
from handlers.screen import Screen
from orders import shares as sharing
from orders.access import Right, Seat, Standing, may_order
from orders.errors import Gone, MayNot, NotYours
from storage import accounts, shares
from storage.accounts import Account
from storage.shares import Role

PRESUMED = Standing(in_chat=True, is_admin=True)
"""Telegram is asked when a wish begins and at Buy; between them the rows decide, so that menus are quick."""


@dataclass(frozen=True, slots=True)
class Payer:
    """An account to pay with. `share_id`: in a group, the share that lends it."""

    account: Account
    share_id: str | None = None

    @property
    def shown(self) -> Account:
        """The account for a button: what its owner has is not the group's."""
        return self.account if self.share_id is None else replace(self.account, balance=None)


@dataclass(frozen=True, slots=True)
class Payers:
    """All that somebody can pay with in a chat, and what is lent there, but not to them."""

    usable: Sequence[Payer]
    refused: Sequence[Seat] = ()

    @property
    def askable(self) -> list[Seat]:
        """Those whose owner can be asked."""
        return [seat for seat in self.refused if seat.may(Right.SEE) and seat.role is not Role.OWNER]


async def payers_in(screen: Screen, context: Context) -> Payers:
    """What this person can pay with here. Raises NobodyKnows."""
    async with context.desk.db.transaction() as connection:
        mine = await accounts.of_owner(connection, screen.user_id)
    if screen.is_private:
        return Payers([Payer(account) for account in mine])
    seats = await sharing.seats_in(context.desk, screen.chat_id, screen.user_id)
    seats = [seat for seat in seats if seat.account.removed_at is None]
    lent = {seat.account.id for seat in seats}
    usable = [Payer(seat.account, seat.share.id) for seat in seats if seat.may(Right.ORDER)]
    usable += [Payer(account) for account in mine if account.id not in lent]
    return Payers(usable, [seat for seat in seats if not seat.may(Right.ORDER)])


async def payer_of(screen: Screen, context: Context, account_id: str, *, was_lent: bool = False) -> Payer:
    """This account, if the person may pay with it here. Raises Gone, NotYours, MayNot, NobodyKnows.

    `was_lent`: it is wanted once more for what it paid as a share.
    """
    account = await context.desk.account(account_id)
    async with context.desk.db.transaction() as connection:
        ever = [] if screen.is_private else await shares.ever_in_chat(connection, screen.chat_id)
    of_account = [one for one in ever if one.account_id == account_id]
    share = next((one for one in of_account if one.is_active), None)
    if share is None:
        if (of_account or was_lent) and account.owner_id != screen.user_id:
            raise MayNot("share-ended" if of_account else "elsewhere")
        may_pay(account, screen.user_id)
        return Payer(account)
    may_pay(account, screen.user_id, await sharing.seat(context.desk, share.id, screen.user_id))
    return Payer(account, share.id)


def may_pay(account: Account, user_id: int, seat: Seat | None = None) -> None:
    """Raises Gone, NotYours, and with a share's seat MayNot."""
    if account.removed_at is not None and (seat is not None or account.owner_id == user_id):
        raise Gone("account")
    if seat is not None:
        sharing.demand(seat, Right.ORDER)
    elif not may_order(account, user_id):
        raise NotYours


async def presumed_seat(
    connection: AsyncConnection, share_id: str | None, account: Account, user_id: int
) -> Seat | None:
    """What the rows say of somebody's seat, as long as Telegram does not say that they have left."""
    share = None if share_id is None else await shares.get(connection, share_id)
    if share is None:
        return None
    member = await shares.member(connection, share.id, user_id)
    given = None if member is None else member.role
    return Seat(share=share, account=account, user_id=user_id, standing=PRESUMED, given=given)
