"""A group that shares Anna's account, and its log."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from orders import shares
from orders.shares import Person
from storage import people, tables
from storage import shares as rows
from storage.accounts import Account
from storage.share_log import Event
from storage.shares import Role, Share
from tests.orders.scene import GROUP, OWNER, Scene

BORIS, CLARA, DORA = 11, 12, 13
MANAGER, ADMIN = CLARA, DORA
NAMES = {OWNER: "Anna", BORIS: "Boris", CLARA: "Clara", DORA: "Dora"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log: what happened, who did it and what they were called then, and how much it was."""

    event: Event
    user_id: int | None = None
    name: str = ""
    args: Mapping[str, Any] | None = None
    amount: Decimal | None = None


async def meet(scene: Scene) -> None:
    """The bot knows them all by name."""
    async with scene.desk.db.transaction() as connection:
        for user_id, name in NAMES.items():
            await people.meet_user(connection, user_id, "en", 0)
            await people.set_name(connection, user_id, name)


async def share_of(scene: Scene, account: Account) -> Share:
    """Boris, Clara, a manager, and Dora, an admin of the group, are there."""
    scene.groups.join(BORIS, CLARA)
    scene.groups.join(DORA, is_admin=True)
    share = await scene.shared(account)
    await shares.set_role(scene.desk, share.id, Person(CLARA, "Clara"), Role.MANAGER, OWNER)
    return share


async def fresh(scene: Scene, share: Share) -> Share:
    """As it stands now."""
    async with scene.desk.db.transaction() as connection:
        found = await rows.get(connection, share.id)
    assert found is not None
    return found


async def go(scene: Scene, user_id: int) -> None:
    """Somebody leaves the group, and the bot is told."""
    scene.groups.leave(user_id)
    async with scene.desk.db.transaction() as connection:
        await shares.left(connection, scene.desk, GROUP, user_id)


async def lines(scene: Scene, share: Share) -> list[Line]:
    """The log, oldest first."""
    log = tables.share_log
    query = select(log).where(log.c.share_id == share.id).order_by(log.c.id)
    async with scene.desk.db.transaction() as connection:
        found = (await connection.execute(query)).mappings().all()
    return [
        Line(Event(one["event"]), one["user_id"], one["name"], one["args"], one["amount"]) for one in found
    ]


async def events(scene: Scene, share: Share) -> list[str]:
    """What happened, oldest first, from the first order on."""
    found = [line.event.value for line in await lines(scene, share)]
    return found[found.index("ordered") :] if "ordered" in found else []
