"""Kill the bot again and again while people order, then compare the sites' books with the chats.

`python -m tests.e2e.soak --kills 1000 --orders 10000 --seed 1`; `make soak`. Prints a summary as JSON and
fails if a code was lost, a purchase was doubled, or money is unaccounted for.
"""

import argparse
import itertools
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.customers import Customer, Ledger, Tally
from tests.e2e.killer import Killer
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, World

ORDERS_EACH = 8
"""After so many orders somebody else comes: a long chat is slow to read."""


@dataclass
class Soak:
    """One run."""

    kills: int
    orders: int
    seed: int
    customers: int = 5
    tally: Tally = field(default_factory=Tally)
    _begun: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _numbers: Any = field(default_factory=itertools.count)

    def run(self, folder: Path) -> dict[str, Any]:
        """Until there were so many kills and orders: the summary."""
        began = time.monotonic()
        with World(folder) as world:
            (folder / "bot").mkdir()
            bot = BotProcess(world, folder / "bot", LOG_LEVEL="WARNING")
            bot.start()
            killer = Killer(world, bot, random.Random(self.seed))  # noqa: S311 - moments, not secrets
            try:
                self._work(bot, killer)
            finally:
                bot.close()
        summary = {name: value for name, value in vars(self.tally).items() if name != "lock"}
        return {
            "seed": self.seed,
            "kills": killer.kills,
            "moments": dict(sorted(killer.moments.items())),
            **summary,
            "tracebacks": bot.log().count("Traceback"),
            "seconds": round(time.monotonic() - began),
        }

    def _work(self, bot: BotProcess, killer: Killer) -> None:
        ledger = Ledger(bot.world)
        threads = [
            threading.Thread(target=self._guarded, args=(self._serve, bot, ledger), daemon=True)
            for _ in range(self.customers)
        ]
        for thread in threads:
            thread.start()
        while killer.kills < self.kills and not self.tally.problems:
            killer.kill_once()
        self._over.set()
        for thread in threads:
            thread.join()

    def _guarded(self, work: Callable[..., None], *args: object) -> None:
        """A thread that fails is a failure of the run."""
        try:
            work(*args)
        except Exception as error:  # noqa: BLE001 - it is told at the end
            with self.tally.lock:
                self.tally.problems.append(f"{type(error).__name__}: {error}")

    def _serve(self, bot: BotProcess, ledger: Ledger) -> None:
        """Customers of all shops, one after the other, as long as there is something to do."""
        while not self._is_enough():
            number = next(self._numbers)
            dice = random.Random(self.seed * 1_000_003 + number)  # noqa: S311 - as above
            shop = list(SHOPS.values())[number % len(SHOPS)]
            customer = Customer.arrive(bot, shop, dice, by_webhook=number // len(SHOPS) % 2 == 0)
            for _ in range(ORDERS_EACH):
                if self._is_enough():
                    break
                self._begun += 1
                customer.order()
            customer.settle(ledger, self.tally, was_killed=self.kills > 0)

    def _is_enough(self) -> bool:
        return bool(self.tally.problems) or (self._begun >= self.orders and self._over.is_set())


def is_clean(summary: dict[str, Any]) -> bool:
    """Whether nothing was lost, doubled or left unexplained."""
    return not (summary["lost"] or summary["doubled"] or summary["problems"])


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--customers", type=int, default=5, help="people at a time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="an empty folder in which everything is left to be seen")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pinbell-soak-") as folder:
        soak = Soak(given.kills, given.orders, given.seed, given.customers)
        summary = soak.run(given.folder or Path(folder))
    sys.stdout.write(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    return 0 if is_clean(summary) else 1


if __name__ == "__main__":
    sys.exit(main())
