"""When to kill: at random, around requests, around commits, right after an answer, while it starts."""

import random
import time
from collections import Counter
from collections.abc import Callable

from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, World

WINDOW = 6.0
"""Seconds to wait for the moment; then it is killed anyway."""

LONGEST_COMMITS = 30


class Killer:
    """Kills the bot and starts it again."""

    def __init__(self, world: World, bot: BotProcess, dice: random.Random) -> None:
        self.world, self.bot, self.dice = world, bot, dice
        self.moments: Counter[str] = Counter()
        """How often each moment was met."""
        self.kills = 0
        self._kinds: list[Callable[[], str]] = [
            self._at_random,
            self._at_a_purchase,
            self._at_a_look,
            self._at_telegram,
            self._after_an_answer,
            self._at_a_commit,
        ]

    def kill_once(self) -> None:
        """Wait for a moment, kill, start; sometimes it dies again while it starts."""
        moment = self.dice.choice(self._kinds)()
        self._kill(moment)
        if self.dice.random() < 0.15:
            self.bot.launch()
            time.sleep(self.dice.uniform(0.1, 1.6))
            self._kill("while it starts")
        self.bot.start()

    def _kill(self, moment: str) -> None:
        self.bot.kill()
        self.kills += 1
        self.moments[moment] += 1

    def _at_random(self) -> str:
        time.sleep(self.dice.uniform(0.0, 3.0))
        return "at random"

    def _at_a_purchase(self) -> str:
        shop = self.dice.choice(list(SHOPS.values()))
        return self._inside("a purchase", target=shop.site, **shop.at_purchase)

    def _at_a_look(self) -> str:
        shop = self.dice.choice(list(SHOPS.values()))
        return self._inside("a look", target=shop.site, path=shop.looks or "*", method="GET")

    def _at_telegram(self) -> str:
        method = self.dice.choice(["sendMessage", "editMessageText", "getUpdates", "answerCallbackQuery"])
        return self._inside(method, target="telegram", path=method)

    def _inside(self, name: str, **where: object) -> str:
        """While a request is on its way: with the act done, or not done."""
        committed = self.dice.random() < 0.5
        spec = {"kind": "timeout", "seconds": 60, "committed": committed, "after": self.dice.randrange(3)}
        fault = self.world.call("POST", "/outside/faults", {**spec, **where})["id"]
        try:
            met = self._wait(lambda: fault not in self._waiting())
        finally:
            if fault in self._waiting():
                self.world.call("DELETE", f"/outside/faults/{fault}")
        side = "after" if committed else "before"
        return f"{side} the act of {name}" if met else "at random"

    def _waiting(self) -> set[str]:
        return {fault["id"] for fault in self.world.call("GET", "/outside/faults")["faults"]}

    def _after_an_answer(self) -> str:
        """Right after a site has answered a purchase, or Telegram a push: nothing of it is written yet."""
        shop = self.dice.choice(list(SHOPS.values()))
        path = f"/outside/{shop.site}/requests?since="
        last = 0
        for request in self.world.call("GET", f"{path}{last}")["requests"][-1:]:
            last = request["n"]

        def answered() -> bool:
            asked = self.world.call("GET", f"{path}{last}")["requests"]
            return any(shop.is_purchase(one) and one["status"] is not None for one in asked)

        met = self._wait(answered)
        time.sleep(self.dice.uniform(0.0, 0.03))
        return "after a purchase's answer" if met else "at random"

    def _at_a_commit(self) -> str:
        """After so many writes of the log of the database, seen from outside."""
        wal = self.bot.data / "pinbell.db-wal"
        left = self.dice.randint(1, LONGEST_COMMITS)
        seen = wal.stat().st_mtime_ns if wal.exists() else 0
        end = time.monotonic() + WINDOW
        while left and time.monotonic() < end:
            now = wal.stat().st_mtime_ns if wal.exists() else 0
            if now != seen:
                seen, left = now, left - 1
            time.sleep(0.0005)
        return "at a commit" if not left else "at random"

    def _wait(self, look: Callable[[], bool]) -> bool:
        end = time.monotonic() + WINDOW
        while time.monotonic() < end:
            if look():
                return True
            time.sleep(0.02)
        return False
