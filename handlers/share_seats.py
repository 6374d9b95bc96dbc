"""What each page of a share begins with: who asks, from where, and what it is called."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from handlers.context import Context
from handlers.screen import Screen
from handlers.texts import Html, Texts, given_name
from handlers.views.accounts import account_name
from orders import shares as sharing
from orders.access import Right, Seat
from orders.errors import Gone
from storage import accounts, people, shares
from storage.accounts import Account
from storage.shares import Share


@dataclass(frozen=True, slots=True)
class Titles:
    """What a share's account and group are called."""

    account: Html
    group: str


@dataclass(frozen=True, slots=True)
class Lent:
    """A share, for a button that leads to it from the private chat."""

    share: Share
    account: Account
    group: str


async def sit(context: Context, screen: Screen, share_id: str, right: Right = Right.SEE) -> Seat:
    """What the person is to the share, and may do this. Raises Gone, MayNot, NobodyKnows.

    In a group only its own shares are spoken of; in a private chat any.
    """
    seat = await sharing.seat(context.desk, share_id, screen.user_id)
    if not screen.is_private and seat.share.chat_id != screen.chat_id:
        raise Gone("share")
    sharing.demand(seat, right)
    return seat


def page_number(word: str) -> int:
    """Which page a button's word means; the first where it means none."""
    return int(word) if word.isdecimal() else 0


async def seats_here(context: Context, screen: Screen) -> list[Seat]:
    """The shares of this group that the person may look at. Raises NobodyKnows."""
    found = await sharing.seats_in(context.desk, screen.chat_id, screen.user_id)
    return [seat for seat in found if seat.may(Right.SEE)]


async def lent(context: Context, user_id: int) -> list[Lent]:
    """The active shares of somebody's accounts, then those in which they have a role."""
    async with context.desk.db.transaction() as connection:
        own = [share for share in await shares.of_owner(connection, user_id) if share.is_active]
        found = []
        for share in [*own, *await shares.of_member(connection, user_id)]:
            account = await accounts.get(connection, share.account_id)
            if account is not None:
                found.append(Lent(share, account, await group_of(connection, share)))
    return found


async def titles(connection: AsyncConnection, context: Context, t: Texts, seat: Seat) -> Titles:
    """What both are called now."""
    return await titles_of(connection, context, t, seat.share, seat.account)


async def titles_of(
    connection: AsyncConnection, context: Context, t: Texts, share: Share, account: Account
) -> Titles:
    """The same, for nobody in particular."""
    group = given_name(await group_of(connection, share)) or t.plain("share-a-group")
    return Titles(account_name(t, account.name, context.desk.site(account)), group)


async def group_of(connection: AsyncConnection, share: Share) -> str:
    """The group's title; empty if it is not known."""
    chat = await people.get_chat(connection, share.chat_id)
    return "" if chat is None else chat.title


def labels(t: Texts, found: Sequence[Lent]) -> list[tuple[str, str]]:
    """The id and the button's text of each."""
    return [(one.share.id, f"{one.group or t.plain('share-a-group')} · {one.account.name}") for one in found]
