"""A storm of webhooks: `python -m tests.bot.storm --webhooks 100000`.

Real ones come doubled, out of order, and before their order is known; as many forged ones come between them.
Each code must ring exactly once, nothing forged ever. Waves of some hundred, each with accounts of its own.
"""

import argparse
import asyncio
import dataclasses
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bot import log
from bot.limits import SendLimits
from orders import keys, settle
from providers.site import Seen
from sandbox.sites.orders import Order as Sold
from sandbox.sites.webhooks import Delivery
from storage import people, purchases, tables
from storage.accounts import Account
from storage.db import new_id
from storage.drafts import Pick
from storage.outbox import Priority
from storage.purchases import Outcome, Purchase
from tests.bot.rig import Rig, empty_row, rig, until

DOUBLED, OUT_OF_ORDER, EARLY = 0.3, 0.3, 0.2
FORGED = "forged"
AT_ONCE = 20
PATIENCE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a site's orders take part."""

    site: str
    line: str
    service: str
    codes: int
    """As many as polling could find too, where the site shows only its newest."""
    orders: int


KINDS = (
    Kind(site="smsgig", line="s1", service="whatsapp", codes=4, orders=10),
    Kind(site="gearsms", line="s1", service="WhatsApp", codes=1, orders=20),
    Kind(site="getsms", line="numbers", service="WhatsApp", codes=2, orders=10),
)


class Boundless(SendLimits):
    """Telegram's limits are tested elsewhere; here they would be all that is waited for."""

    def wait(self, chat_id: int, priority: Priority) -> float:
        return 0.0

    def full(self) -> tuple[dict[Priority, set[int]], float | None]:
        return {}, None


@dataclass(slots=True)
class Call:
    """One webhook on its way to the bot."""

    path: str
    body: bytes
    headers: dict[str, str]
    answer: int = 200


@dataclass(slots=True)
class Lot:
    """An order: at the site, in our rows (at first only as an intent), and the calls that its SMS cause."""

    kind: Kind
    account: Account
    path: str
    sold: Sold
    seen: list[Seen]
    intent: Purchase
    chat_id: int
    codes: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """What came of it."""

    webhooks: int = 0
    forged: int = 0
    codes: int = 0
    lost: int = 0
    doubled: int = 0
    forged_delivered: int = 0
    put_off: int = 0
    """Calls that were answered with "come again": a busy machine may not store all of them in time."""
    refused_answers: int = 0


class Storm:
    """Waves against a running bot."""

    def __init__(self, bot: Rig, dice: random.Random) -> None:
        self.bot, self.dice, self.result = bot, dice, Result()
        self._people = 100_000
        self._read = 0
        bot.app.outbox.limits = Boundless()

    async def wave(self) -> None:
        """Some hundred calls, and what they brought."""
        lots = [lot for kind in KINDS for lot in await self._lots(kind)]
        self.dice.shuffle(lots)
        early = lots[: int(len(lots) * EARLY)]
        late = lots[len(early) :]
        await self._place(late)
        await self._post(self._traffic(early))
        await self._place(early)
        await self._post(self._traffic(late))
        codes = {code: lot.chat_id for lot in lots for code in lot.codes}
        rung: Counter[str] = Counter()

        async def all_rang() -> bool:
            rung.update(await self._rung(codes))
            return rung.keys() == codes.keys()

        try:
            await until(all_rang, PATIENCE)
        except TimeoutError:
            self.result.lost += len(codes.keys() - rung.keys())
        await asyncio.sleep(0.3)  # what would ring twice does so soon
        rung.update(await self._rung(codes))
        self.result.codes += len(codes)
        self.result.doubled += sum(count > 1 for count in rung.values())
        await self._end(lots)

    async def _lots(self, kind: Kind) -> list[Lot]:
        """Orders of two accounts, bought at the site, of which we know only that we wanted them."""
        accounts = [await self._account(kind) for _ in range(2)]
        return [await self._lot(kind, accounts[number % 2]) for number in range(kind.orders)]

    async def _account(self, kind: Kind) -> Account:
        person, key = self._person(), f"live_{self.dice.getrandbits(160):040x}"
        await self.bot.post(f"/outside/{kind.site}/accounts", key=key, user="anna", balance="500")
        async with self.bot.desk.db.transaction() as connection:
            await people.meet_user(connection, person, "en", self.bot.desk.now())
        credentials = {"api_key": key} | ({"user": "anna"} if kind.site == "getsms" else {})
        return await keys.link(self.bot.desk, person, kind.site, credentials)

    def _person(self) -> int:
        self._people += 1
        return self._people

    async def _lot(self, kind: Kind, account: Account) -> Lot:
        desk, person = self.bot.desk, self._person()
        await self.bot.person(person)
        async with desk.db.transaction() as connection:
            await people.meet_user(connection, person, "en", desk.now())
            await people.meet_chat(connection, person, "private", "")
        pick = Pick(choice="service", id=kind.service, name=kind.service, facts={})
        seen = list(
            await desk.sites[kind.site].buy(desk.credentials(account), kind.line, {"service": pick.id})
        )
        intent = empty_row(
            Purchase, id=new_id(), token=new_id(), state=Outcome.SENDING, ceiling=Decimal(5),
            created_at=desk.now(), account_id=account.id, site=kind.site, line=kind.line, picks=(pick,),
            user_id=person, chat_id=person,
        )  # fmt: skip
        async with desk.db.transaction() as connection:
            await purchases.claim(connection, intent)
        sold = self.bot.world.sites[kind.site].orders[seen[0].id]
        path = keys.hook_path(desk, account) or ""
        lot = Lot(kind, account, path, sold, seen, intent, person)
        for _ in range(kind.codes):
            await self._sms(lot)
        return lot

    async def _sms(self, lot: Lot) -> None:
        """It reaches the site; the call that the site makes of it waits in the lot."""
        site, code = self.bot.world.sites[lot.kind.site], f"{self.dice.getrandbits(33) + 10**10}"
        arrival = await site.sms(lot.sold, f"{code} is your code", code)
        assert arrival.received
        delivery = site.webhook(lot.sold, lot.sold.messages[-1])
        assert delivery is not None
        lot.codes.append(code)
        lot.calls.append(Call(lot.path, delivery.body, delivery.headers))

    async def _place(self, lots: Iterable[Lot]) -> None:
        """The purchase's reply is stored."""
        for lot in lots:
            await settle.placed(self.bot.desk, lot.intent, lot.seen)

    def _traffic(self, lots: list[Lot]) -> list[Call]:
        """The calls of these orders as they come: doubled, out of order, as many forged ones between them."""
        calls = [call for lot in lots for call in lot.calls]
        calls += [call for call in calls if self.dice.random() < DOUBLED]
        for _ in range(int(len(calls) * OUT_OF_ORDER)):
            calls.insert(self.dice.randrange(len(calls)), calls.pop(self.dice.randrange(len(calls))))
        forged = [self._forged(lots) for _ in calls]
        self.result.webhooks += len(calls)
        self.result.forged += len(forged)
        for call in forged:
            calls.insert(self.dice.randrange(len(calls) + 1), call)
        return calls

    def _forged(self, lots: list[Lot]) -> Call:
        lot, other = self.dice.choice(lots), self.dice.choice(lots)
        lie = self._lie(lot, lot.sold.id)
        forgers: list[Callable[[], Call]] = [
            lambda: dataclasses.replace(lie, path=lie.path[:-4] + "AAAA", answer=404),
            lambda: dataclasses.replace(lie, path=lie.path.replace(lot.kind.site, "gotsms"), answer=404),
            lambda: self._lie(lot, str(self.dice.randrange(10**9))),
            lambda: dataclasses.replace(lie, path=other.path),
            lambda: Call(lot.path, self.dice.randbytes(40), {}),
            lambda: lie,
        ]
        return self.dice.choice(forgers)()

    def _lie(self, lot: Lot, order_id: str) -> Call:
        """A call as the site would make it, by somebody who has not its key."""
        text = f"{FORGED} {self.dice.getrandbits(33)}"
        sold = lot.sold
        lied = dataclasses.replace(sold, id=order_id, account=dataclasses.replace(sold.account, key="wrong"))
        message = dataclasses.replace(
            sold.messages[-1], id=f"{self.dice.getrandbits(64):x}", text=text, code=FORGED
        )
        delivery: Delivery | None = self.bot.world.sites[lot.kind.site].webhook(lied, message)
        assert delivery is not None
        return Call(lot.path, delivery.body, delivery.headers)

    async def _post(self, calls: list[Call]) -> None:
        free = asyncio.Semaphore(AT_ONCE)
        base = f"http://127.0.0.1:{self.bot.app.port}"

        async def post(call: Call) -> None:
            async with free:
                while (status := await answer_to(call)) == HTTPStatus.SERVICE_UNAVAILABLE:
                    self.result.put_off += 1  # it comes again, as from a site
            self.result.refused_answers += status != call.answer

        async def answer_to(call: Call) -> int:
            async with self.bot.http.post(base + call.path, data=call.body, headers=call.headers) as answer:
                return answer.status

        await asyncio.gather(*(post(call) for call in calls))

    async def _rung(self, codes: dict[str, int]) -> Counter[str]:
        """Codes that were pushed since the last look, each as often as it was."""
        found: Counter[str] = Counter()
        calls = (await self.bot.get(f"/outside/telegram/requests?since={self._read}"))["requests"]
        for call in calls:
            text = str(call["params"].get("text", ""))
            self.result.forged_delivered += FORGED in text
            if call["method"] == "sendMessage" and call["status"] == 200 and "reply_markup" in call["params"]:
                found.update(code for code, chat in codes.items() if _is_push(call, code, chat))
        if calls:
            self._read = calls[-1]["n"]
        return found

    async def _end(self, lots: list[Lot]) -> None:
        """These orders are over, so that the next wave is not slowed by looks at them."""
        ids = [lot.account.id for lot in lots]
        async with self.bot.desk.db.transaction() as connection:
            await connection.execute(
                update(tables.orders).where(tables.orders.c.account_id.in_(ids)).values(is_open=False)
            )


def _is_push(call: dict[str, Any], code: str, chat_id: int) -> bool:
    """A new message to the right chat with this code, and not a card, which has the number to copy."""
    params = call["params"]
    if code not in str(params.get("text", "")) or int(params["chat_id"]) != chat_id:
        return False
    return '"+' not in json.dumps(params.get("reply_markup"))


async def storm(webhooks: int, seed: int, folder: Path) -> Result:
    """Waves until there were so many real calls."""
    async with rig(folder) as bot, bot.running():
        made = Storm(bot, random.Random(seed))  # noqa: S311 - weather, not secrets
        while made.result.webhooks < webhooks:
            await made.wave()
        return made.result


def main() -> int:
    """Run, print, and fail if anything was lost, doubled or believed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--webhooks", type=int, default=1_000, help="real ones; as many forged ones come too")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    log.set_up("ERROR", "console")
    with tempfile.TemporaryDirectory(prefix="pinbell-storm-") as folder:
        result = asyncio.run(storm(given.webhooks, given.seed, Path(folder)))
    sys.stdout.write(json.dumps(dataclasses.asdict(result), indent=2) + "\n")
    return 1 if result.lost or result.doubled or result.forged_delivered else 0


if __name__ == "__main__":
    sys.exit(main())
