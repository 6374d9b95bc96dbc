"""Groups under pressure, against the real process: `python -m tests.e2e.crowd`; `make groups`.

Many press one Buy at once; many buy at a limit at once; others press what they must not. Prints a table, and
fails if anything was bought twice, went over a limit, or was moved by a forged press.
"""

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.e2e import forgery
from tests.e2e.customers import KEY
from tests.e2e.kit import eventually
from tests.e2e.party import SHOP, WISH, Party, all_at_once
from tests.e2e.person import InChat, Message, Person
from tests.e2e.process import BotProcess
from tests.e2e.world import World

HANDS = 24
"""Presses on their way at the same time; a press that waits for no answer is on its way for a moment only."""

DAY_CAP = Decimal(20)
"""USD: what a group may spend a day if its owner says nothing."""

WAVE = 20
"""Groups that are pressed in at the same time: Telegram forgets a press that waits for two minutes."""

PRESS_LIFE = 150.0
MOST_TARGETS = 20
MOST_ROUNDS = 6
CALM = 2.0
"""Seconds; a handler speaks more often as long as it has something to do."""

ACTS = ("/s1/rent", "/s1/rentals/cancel")


@dataclass
class Rush:
    """Many presses of one Buy button in each group."""

    groups: int
    presses: int
    purchases: int
    doubled: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        """One purchase for each group."""
        return self.purchases == self.groups and not self.doubled


@dataclass
class AtTheCap:
    """Many purchases at once where a limit has room for some."""

    at_once: int
    rounds: int
    purchases: int
    cap: Decimal
    spent: Decimal
    price: Decimal
    seconds: float

    @property
    def over(self) -> Decimal:
        """What was spent beyond the limit."""
        return max(Decimal(0), self.spent - self.cap)

    @property
    def is_clean(self) -> bool:
        """Nothing over, and what is left is less than one more would cost."""
        return not self.over and self.cap - self.spent < self.price


@dataclass
class Forged:
    """Presses by people who may not."""

    presses: int
    kinds: int
    unanswered: int
    purchases: int
    acts: int
    changed: list[str]
    leaks: int
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Nothing came of any."""
        return not (self.purchases or self.acts or self.changed or self.leaks)


class Thief:
    """Presses what no button offers, at any message of the bot's that they see."""

    def __init__(self, person: InChat, dice: random.Random) -> None:
        self.id, self._person, self._dice = person.id, person, dice
        self._targets = self._look()

    def press(self, data: str) -> dict[str, Any]:
        """What the bot answers."""
        while True:
            target = self._dice.choice(self._targets)
            answer = self._person.forge(target, data)
            if answer is not None:
                return answer
            self._targets = self._look()  # one press in a hundred makes the bot tidy up

    def heard(self) -> list[Message]:
        """What the bot said to them or before them."""
        return [message for message in self._person.messages() if not message.mine]

    def _look(self) -> list[int]:
        found = [one.id for one in self.heard() if one.id and one.buttons]
        if not found:
            self._person.say("/help")
            found = [self._person.button("m:")[0]]
        return found[-MOST_TARGETS:]


def rush(bot: BotProcess, *, groups: int, presses: int, seed: int = 1) -> Rush:
    """In each group somebody opens a menu up to its Buy button, which then all press again and again."""
    dice, began = random.Random(seed), time.monotonic()  # noqa: S311 - an order of fingers, not a secret
    bought: Counter[str] = Counter()
    for first in range(0, groups, WAVE):
        wave = all_at_once(
            lambda _: Party.begin(bot, ["Boris", "Clara"]), range(min(WAVE, groups - first)), hands=8
        )
        buttons = all_at_once(lambda party: party.of(party.others[0]).wish(WISH), wave, hands=8)
        fingers: list[tuple[InChat, tuple[int, str]]] = []
        for party, button in zip(wave, buttons, strict=True):
            boris, clara = party.others
            here = itertools.cycle([boris, clara, boris, party.owner])
            fingers += [(party.of(next(here)), button) for _ in range(presses)]
        dice.shuffle(fingers)
        press_all(bot, fingers)
        sold = _sold(bot.world)
        bought.update({party.key: sold[party.key] for party in wave})
        for party in wave:
            assert len(bot.world.orders(SHOP, party.key)) == sold[party.key]
    doubled = sum(count - 1 for count in bought.values() if count > 1)
    return Rush(groups, groups * presses, sum(bought.values()), doubled, time.monotonic() - began)


def at_the_cap(bot: BotProcess, *, parallel: int, seed: int = 1) -> AtTheCap:
    """So many people of a group have a Buy button of their own, and press it at once.

    On a busy machine the site's price comes too late for most, and nothing is bought: then all press again.
    """
    began = time.monotonic()
    party = Party.begin(bot, [f"Buyer {number}" for number in range(parallel)], balance="1000.00")
    shelf = all_at_once(lambda one: (party.of(one), party.of(one).wish(WISH)), party.others, hands=8)
    random.Random(seed).shuffle(shelf)  # noqa: S311 - as above
    rounds, spent, price = 0, Decimal(0), Decimal(0)
    while DAY_CAP - spent >= price and rounds < MOST_ROUNDS:
        press_all(bot, shelf)
        rounds += 1
        spent = Decimal(bot.world.books(SHOP, party.key)["charged"])
        price = max(Decimal(str(one)).copy_abs() for one in bot.world.charges(SHOP, party.key))
    bought = bot.world.purchases(SHOP, party.key)
    return AtTheCap(parallel, rounds, bought, DAY_CAP, spent, price, time.monotonic() - began)


def forged(bot: BotProcess, *, presses: int, seed: int = 1) -> Forged:
    """Strangers, members of another group and people who may only look press whatever a client can send."""
    dice, world, began = random.Random(seed), bot.world, time.monotonic()  # noqa: S311 - as above
    party = Party.begin(bot, ["Boris", "Viewer", "Looker"])
    boris, *viewers = party.others
    party.give(boris, "buyer")
    party.let_order("named")
    secrets_there = _something_to_steal(bot, party, boris)
    elsewhere = Party.begin(bot, ["Eve", "Mallory"])
    thieves = [Thief(one, dice) for one in _thieves(bot, party, viewers, elsewhere)]
    numbers = [party.owner.id, boris.id, party.group.id, *(one.id for one in thieves)]
    forger = forgery.Forger(_of_party(bot, elsewhere), numbers, dice)
    before, done = forgery.books(bot.data), _acts(world, party.key)
    said: list[str] = []

    def press(number: int) -> bool:
        answer = thieves[number % len(thieves)].press(forger.data())
        said.append(str(answer.get("text") or ""))
        return bool(answer["answered"])

    answered = all_at_once(press, range(presses), hands=16)
    after = forgery.books(bot.data)
    seen = said + [message.text for thief in thieves for message in thief.heard()]
    return Forged(
        presses=presses,
        kinds=len(forgery.kinds()),
        unanswered=answered.count(False),
        purchases=len(after["purchases"]) - len(before["purchases"]),
        acts=_acts(world, party.key) - done + _acts(world, elsewhere.key),
        changed=forgery.differences(before, after),
        leaks=sum(secret in text for text in seen for secret in secrets_there),
        seconds=time.monotonic() - began,
    )


def press_all(bot: BotProcess, fingers: list[tuple[InChat, tuple[int, str]]]) -> None:
    """Press without waiting for answers, then wait until every press is answered and nothing goes on."""
    so_far = bot.world.telegram_calls()[-1]["n"]
    all_at_once(lambda finger: finger[0].press_at(*finger[1], wait=0), fingers, hands=HANDS)
    eventually(
        lambda: len(bot.world.telegram_calls("answerCallbackQuery", since=so_far)) >= len(fingers),
        f"{len(fingers)} answered presses",
        patience=PRESS_LIFE,
    )
    eventually(lambda: _is_quiet(bot), "the end of it", patience=PRESS_LIFE)


def _is_quiet(bot: BotProcess) -> bool:
    """Whether no purchase is on its way and nobody has been told anything for a while: each press ends so."""
    before = _done(bot)
    time.sleep(CALM)
    return before == _done(bot) and all(row[2] != "sending" for row in before[1])


def _done(bot: BotProcess) -> tuple[int, list[Any]]:
    """What was said in all chats so far, and all purchases."""
    calls = bot.world.telegram_calls()
    said = sum(call["method"] != "getUpdates" for call in calls)
    return said, forgery.books(bot.data)["purchases"]


def _sold(world: World) -> Counter[str]:
    """How often each key was used to buy."""
    asked = world.call("GET", f"/outside/{SHOP.site}/requests")["requests"]
    found = [KEY.search(f"{one['headers']} {one['query']}") for one in asked if SHOP.is_purchase(one)]
    return Counter(match[0] for match in found if match)


def _acts(world: World, key: str) -> int:
    """How often the site was asked to do something with this key."""
    return sum(one["path"] in ACTS for one in world.requests(SHOP, key))


def _something_to_steal(bot: BotProcess, party: Party, buyer: Person) -> list[str]:
    """An order with a code, one that waits, a Buy button that is not pressed: the key and the code."""
    bot.world.call("POST", f"/outside/{SHOP.site}/settings", {"lifetime": 86_400})  # nothing ends by itself
    there = party.of(buyer)
    there.press_at(*there.wish(WISH))
    first = eventually(lambda: bot.world.orders(SHOP, party.key), "an order")[0]
    there.card(first)
    code, _ = bot.world.sms(SHOP, first)
    eventually(lambda: f"only {buyer.name}" in there.card(first).text, "word that the code came")
    there.press_at(*there.wish(WISH))
    eventually(lambda: len(bot.world.orders(SHOP, party.key)) == 2, "another order")
    there.wish(WISH)
    return [party.key, code]


def _of_party(bot: BotProcess, elsewhere: Party) -> dict[str, list[str]]:
    """All ids but those of the other group's account and share: with these its members may do something."""
    books = forgery.books(bot.data)
    own = {row[0] for row in books["accounts"] if row[1] == elsewhere.owner.id}
    own |= {row[0] for row in books["shares"] if row[1] in own}
    return {name: [one for one in found if one not in own] for name, found in forgery.ids(bot.data).items()}


def _thieves(bot: BotProcess, party: Party, viewers: list[Person], elsewhere: Party) -> list[InChat]:
    """Who presses: strangers in private, viewers in the group, members and the owner of another one."""
    strangers = [Person(bot, "Stranger"), Person(bot, "Stranger")]
    for stranger in strangers:
        stranger.say("/start")
        stranger.button("m:")
    inside = [party.of(viewer) for viewer in viewers]
    others = [elsewhere.of(one) for one in (elsewhere.owner, *elsewhere.others)]
    return [*strangers, *inside, *others]


def main() -> int:
    """Run all three and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=100)
    parser.add_argument("--presses", type=int, default=50, help="of one Buy in each group")
    parser.add_argument("--parallel", type=int, default=500, help="purchases at a limit")
    parser.add_argument("--forged", type=int, default=100_000, help="presses by those who may not")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    runs: list[tuple[int, Callable[[BotProcess], Any]]] = [
        (given.groups, lambda bot: rush(bot, groups=given.groups, presses=given.presses, seed=given.seed)),
        (given.parallel, lambda bot: at_the_cap(bot, parallel=given.parallel, seed=given.seed)),
        (given.forged, lambda bot: forged(bot, presses=given.forged, seed=given.seed)),
    ]
    clean = True
    for _, run in (one for one in runs if one[0]):
        with tempfile.TemporaryDirectory(prefix="pinbell-groups-") as folder, World(Path(folder)) as world:
            (Path(folder) / "bot").mkdir()
            with BotProcess(world, Path(folder) / "bot", boundless=True, LOG_LEVEL="WARNING") as bot:
                result = run(bot)
        clean = clean and result.is_clean
        sys.stdout.write(_table(result))
        sys.stdout.flush()
    return 0 if clean else 1


def _table(result: Rush | AtTheCap | Forged) -> str:
    rows = vars(result) | ({"over": result.over} if isinstance(result, AtTheCap) else {})
    words = f"\n{type(result).__name__}: {'clean' if result.is_clean else 'NOT CLEAN'}\n"
    return words + "".join(
        f"  {name:<12}{value:.1f}\n" if isinstance(value, float) else f"  {name:<12}{value}\n"
        for name, value in rows.items()
    )


if __name__ == "__main__":
    sys.exit(main())
