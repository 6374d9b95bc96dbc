"""Groups that share an account: who is there, and what the rows say afterwards."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from orders import shares as sharing
from orders.shares import Person as Named
from storage import shares
from storage.share_log import Event
from storage.shares import Cap, Member, Role, Share
from storage.tables import share_log
from tests.handlers.chat import Person, Town


async def lent(town: Town, owner: Person, chat_id: int, site: str = "gsim") -> Share:
    """The owner's account at this site, linked and shared there."""
    account = await town.linked(owner, site)
    return await sharing.begin(town.app.desk, account, chat_id, owner.id)


async def named(town: Town, share: Share, owner: Person, person: Person, name: str, role: Role) -> None:
    """The owner gives somebody a role."""
    await sharing.set_role(town.app.desk, share.id, Named(person.id, name), role, owner.id)


async def becomes(town: Town, chat_id: int, person: Person, status: str) -> None:
    """Somebody's place in the group changes."""
    await town.call("POST", f"/groups/{chat_id}/members", {"user_id": person.id, "status": status})


async def now(town: Town, share: Share) -> Share:
    """The share as its row is."""
    async with town.app.desk.db.transaction() as connection:
        found = await shares.get(connection, share.id)
    assert found is not None
    return found


async def caps(town: Town, share: Share) -> Mapping[str, Cap]:
    """Its limits."""
    async with town.app.desk.db.transaction() as connection:
        return await shares.caps(connection, share.id)


async def people_of(town: Town, share: Share) -> list[Member]:
    """Its roles and requests."""
    async with town.app.desk.db.transaction() as connection:
        return await shares.members(connection, share.id)


async def role_of(town: Town, share: Share, person: Person) -> Role | None:
    """What role somebody was given."""
    return next((one.role for one in await people_of(town, share) if one.user_id == person.id), None)


async def logged(town: Town, share: Share) -> list[tuple[Event, int | None, dict[str, Any]]]:
    """What the log says, oldest first: the event, who did it, its words."""
    async with town.app.desk.db.transaction() as connection:
        columns = share_log.c
        query = select(columns.event, columns.user_id, columns.args).where(columns.share_id == share.id)
        written = (await connection.execute(query.order_by(columns.id))).all()
    return [(Event(event), user_id, args) for event, user_id, args in written]


async def everything(town: Town, share: Share) -> tuple[object, ...]:
    """All rows of a share, to compare."""
    return (
        await now(town, share),
        await caps(town, share),
        await people_of(town, share),
        await logged(town, share),
    )
