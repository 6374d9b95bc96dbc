"""A group that shares an account: how it comes about by the chat alone."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self, TypeVar

from tests.e2e.group import Group
from tests.e2e.person import InChat, Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, Shop

Given = TypeVar("Given")
Got = TypeVar("Got")

SHOP = SHOPS["smsgig"]
WISH = "WhatsApp"
"""What is pressed from /order to the Buy button."""


@dataclass
class Party:
    """An owner, who linked an account and lent it, and the others."""

    owner: Person
    key: str
    group: Group
    others: list[Person]

    @classmethod
    def begin(
        cls,
        bot: BotProcess,
        names: Sequence[str] = (),
        *,
        shop: Shop = SHOP,
        balance: str = "25.00",
        bot_is_admin: bool = False,
    ) -> Self:
        """A new account, a new group, and /share there. The bot's rules are as it sets them at first."""
        owner, others = Person(bot), [Person(bot, name) for name in names]
        key = bot.world.account(shop, balance=balance)
        owner.link(shop, key)
        admins = [owner.id, *([bot.id] if bot_is_admin else [])]
        group = Group(bot.world, bot.id, [owner.id, *(one.id for one in others)], admins=admins)
        party = cls(owner, key, group, others)
        there = party.of(owner)
        there.say("/share")
        there.press("h:begin")
        there.button("h:who")  # the share's page, which it has only now
        return party

    def of(self, person: Person) -> InChat:
        """Somebody in the group."""
        return person.at(self.group)

    def let_order(self, who: str) -> None:
        """Who may order: `all`, `admins` or `named`."""
        there = self.of(self.owner)
        there.say("/share")
        there.press("h:show")
        there.press("h:who")
        there.press(f":{who}")
        there.button("h:who")

    def give(self, person: Person, role: str) -> None:
        """The owner gives somebody a role: by a reply to a message of theirs."""
        theirs = self.of(person).say("hello")
        there = self.of(self.owner)
        there.say("/members", reply_to_message_id=theirs)
        there.press(f":{role}")


def all_at_once(act: Callable[[Given], Got], given: Iterable[Given], *, hands: int) -> list[Got]:
    """Do it with each, so many at the same time. Raises what the first one raised."""
    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(act, given))
