"""GotSMS numbers: they sleep, are woken, and receive messages."""

from dataclasses import dataclass
from typing import Any

from sandbox.sites.call import Call, Handler, Refused
from sandbox.sites.orders import Message, Order, iso
from sandbox.sites.site import Site

Data = dict[str, Any]

WAKE_SECONDS = 5 * 60
ONLINE_SECONDS = 30 * 60
MESSAGES_AT_ONCE = 50
UTC = "+00:00"
JSON = "application/json"


@dataclass(slots=True, eq=False, kw_only=True)
class Rent(Order):
    """A rented number."""

    plan: Data
    renew: bool = False
    wake_from: float | None = None

    @property
    def wake_till(self) -> float:
        """End of the wake window; long ago if the number was never woken."""
        return (self.wake_from or 0) + WAKE_SECONDS

    @property
    def online_till(self) -> float:
        """End of the online window."""
        return self.wake_till + ONLINE_SECONDS


class Numbers(Site):
    """`/numbers` and `/messages`, and the envelope of all answers."""

    name = "gotsms"
    title = "GotSMS"
    base = "/gotsms/api"
    public = frozenset({"/pricelist"})
    waiting = frozenset({"active"})
    open = frozenset({"active"})

    def refusal(self, status: int, text: str) -> Refused:
        return Refused(status, {"success": False, "message": "Unauthenticated." if status == 401 else text})

    def key(self, call: Call) -> str | None:
        return call.bearer

    def handler(self, call: Call) -> Handler:
        """The handler of a path. All examples say that they send and take JSON, those without a body too."""
        handler = super().handler(call)
        if call.headers.get("content-type") != JSON or call.headers.get("accept") != JSON:
            raise self.refusal(400, f"Content-Type and Accept must be {JSON}.")
        return handler

    def page(self, call: Call, rows: list[Data], per_page: int) -> Data:
        """One page of a list."""
        asked = call.query.get("page", "1")
        if not asked.isdecimal() or not int(asked):
            raise self.refusal(422, "The page field must be at least 1.")
        page, last = int(asked), max(1, -(-len(rows) // per_page))
        meta = {"current_page": page, "last_page": last, "per_page": per_page, "total": len(rows)}
        return {"success": True, "data": rows[(page - 1) * per_page : page * per_page], "meta": meta}

    def find(self, call: Call) -> Rent:
        return self.owned(Rent, call.args["id"], call.account)

    def windows(self, rent: Rent) -> Data:
        """The wake window, null before the first wake-up."""
        woken = rent.wake_from is not None
        return {
            "wake_from": iso(rent.wake_from or 0, zone=UTC) if woken else None,
            "wake_till": iso(rent.wake_till, zone=UTC) if woken else None,
        }

    # Waking

    def awake(self, rent: Rent) -> bool:
        return rent.wake_from is not None and self.clock.now() < rent.online_till

    def can_wake_up(self, rent: Rent) -> bool:
        """Whether a wake-up would be accepted."""
        return rent.status == "active" and not self.awake(rent)

    def wake_up(self, call: Call) -> Data:
        rent = self.find(call)
        if not self.can_wake_up(rent):
            raise self.refusal(422, "Number can't be woken up now.")
        rent.wake_from = self.clock.now()
        self.expect_sms(rent)
        return {"success": True, "message": "Wake up request sent."}

    def expect_sms(self, order: Order) -> None:
        if self.hears(order):  # an SMS to a sleeping number would be lost
            super().expect_sms(order)

    def hears(self, order: Order) -> bool:
        return super().hears(order) and isinstance(order, Rent) and self.awake(order)

    def number_status(self, call: Call) -> Data:
        rent, now = self.find(call), self.clock.now()
        woken = rent.wake_from is not None
        data = {
            "rent_id": rent.id,
            "status": rent.status,
            "active_from": iso(rent.created, zone=UTC),
            "active_till": iso(rent.expires, zone=UTC),
            **self.windows(rent),
            "online_till": iso(rent.online_till, zone=UTC) if woken else None,
            # both are 0 for a number never woken: its windows ended in 1970
            "wakeup_time_left_seconds": max(0, round(rent.wake_till - now)),
            "online_time_left_seconds": max(0, round(rent.online_till - max(now, rent.wake_till))),
            "can_wake_up": self.can_wake_up(rent),
        }
        return {"success": True, "data": data}

    # Messages

    def on_sms(self, order: Order, message: Message) -> None:
        """A rent's status stays."""

    def message_row(self, rent: Order, message: Message) -> Data:
        """A message of one number."""
        return {
            "id": message.id,
            "from": message.sender,
            "to": rent.number,
            "body": message.text,
            "code": message.code,
            "received_at": iso(message.at, zone=UTC),
        }

    def inbox(self, call: Call) -> list[tuple[Rent, Message]]:
        """All messages of the customer, newest first."""
        found = [
            (rent, message)
            for rent in call.account.orders
            if isinstance(rent, Rent)
            for message in rent.messages
        ]
        return sorted(found, key=lambda row: row[1].at, reverse=True)

    def inbox_row(self, rent: Rent, message: Message) -> Data:
        """A message with its rent."""
        row = self.message_row(rent, message)
        head = {"id": row.pop("id"), "rent_id": rent.id, "service": rent.plan["service"]}
        return {**head, "phone": spaced(rent.number), **row}

    def messages(self, call: Call) -> Data:
        return self.page(call, [self.inbox_row(rent, message) for rent, message in self.inbox(call)], 20)

    def unread(self, call: Call) -> Data:
        unread = [(rent, message) for rent, message in self.inbox(call) if not message.read]
        answer = self.page(call, [self.inbox_row(rent, message) for rent, message in unread], 20)
        told = {row["id"] for row in answer["data"]}
        for _, message in unread:
            message.read = message.read or message.id in told
        return answer

    def number_messages(self, call: Call) -> Data:
        rent = self.find(call)
        messages = rent.messages[::-1]
        before = call.query.get("before_id")
        if before is not None:
            at = next((n for n, message in enumerate(messages) if message.id == before), len(messages))
            messages = messages[at + 1 :]
        shown = messages[:MESSAGES_AT_ONCE]
        # in the example the only message there is has a next: it ends with a page of nothing
        meta = {"next_before_id": shown[-1].id if shown else None, "count": len(shown)}
        return {"success": True, "data": [self.message_row(rent, message) for message in shown], "meta": meta}


def spaced(number: str) -> str:
    """A number with spaces: "+1 800 123 4567"."""
    return f"{number[:-10]} {number[-10:-7]} {number[-7:-4]} {number[-4:]}"
