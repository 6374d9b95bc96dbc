"""A person's usual services, whatever each site calls them: they stand first on every site's list."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from providers import catalog
from providers.words import Option
from storage import orders

CHOICE = "service"

LATEST = 50
"""Orders that are looked at."""

MOST = 5
"""Services that are usual."""


async def of_person(connection: AsyncConnection, user_id: int, chat_id: int) -> list[str]:
    """The services a person ordered last, at any site, newest first.

    In a group only those ordered there: what somebody orders elsewhere is nobody's business.
    """
    where = None if chat_id == user_id else chat_id  # a private chat has the person's own id
    picks = await orders.latest_picks(connection, user_id, chat_id=where, limit=LATEST)
    services = (catalog.canonical(pick.name) for of_one in picks for pick in of_one if pick.choice == CHOICE)
    return list(dict.fromkeys(services))[:MOST]


def among(options: Sequence[Option], services: Sequence[str]) -> list[Option]:
    """Those of a site's options that are one of these services, in the services' order."""
    turns = {service: turn for turn, service in enumerate(services)}
    found = [option for option in options if services and catalog.canonical(option.name) in turns]
    return sorted(found, key=lambda option: turns[catalog.canonical(option.name)])
