"""Which of the things that a site shows can be a purchase whose answer never came. Pure rules."""

import re
from collections.abc import Sequence

from providers.site import (
    Seen,
    Transaction,
)
from storage.drafts import Pick
from storage.orders import Order
from storage.purchases import Outcome, Purchase

CLOCK_SLACK = 10
"""Seconds by which the site's own stamps may lie before the request."""

WINDOW = 300
"""Seconds after the request within which the site must have made the order."""

ANY = "any"
"""What a site says of a choice that was left open."""

_ORDER_ID = re.compile(r"#(\w+)")


def can_be(purchase: Purchase, seen: Seen) -> bool:
    """Whether this order, of the newest at the site, can be what the purchase made.

    A list repeats the whole wish, so what was left open must be said to be open.
    """
    wished = purchase.ids
    is_open = all(value.casefold() == ANY for key, value in seen.picks.items() if key not in wished)
    return (
        is_open
        and fits(purchase, seen)
        and (_is_new(purchase, seen.id, seen.created_at) or _is_it(purchase, seen))
    )


def has_paid(purchase: Purchase, paid: Transaction) -> bool:
    """Whether this can be the money that the purchase cost, and its words do not speak against it."""
    return may_have_paid(purchase, paid) and names(purchase, paid.description)


def may_have_paid(purchase: Purchase, paid: Transaction) -> bool:
    """Whether time and amount are such, whatever its words: no document says that they name a service."""
    return _is_new(purchase, paid.id, paid.created_at) and paid.amount <= purchase.ceiling


def fits(purchase: Purchase, seen: Seen) -> bool:
    """Whether nothing that the site says of the order contradicts the wish."""
    return all(
        own.casefold() in wished
        for choice, own in seen.picks.items()
        if (wished := _wished(purchase, choice))
    )


def names(purchase: Purchase, text: str | None) -> bool:
    """Whether the site's words speak of this service; without words nothing speaks against it."""
    services = _wished(purchase, "service")
    return not text or not services or any(name in text.casefold() for name in services)


def missing_services(purchase: Purchase, made: Sequence[Order]) -> list[Pick]:
    """Of several services bought together those without an order yet."""
    had = {order.ref.service.casefold() for order in made}
    return [pick for pick in purchase.picks if pick.choice == "service" and pick.id.casefold() not in had]


def named_orders(text: str | None) -> list[str]:
    """The site's order ids in a transaction's words: "Refund for eBay rental #503"."""
    return _ORDER_ID.findall(text or "")


def later_rival(purchase: Purchase, lost: Sequence[Purchase], paid: Transaction) -> bool:
    """Whether a later lost purchase is the likelier owner: purchases of an account go one after another."""
    return any(
        _turn(other) > _turn(purchase) and has_paid(other, paid) for other in lost if other.id != purchase.id
    )


def is_decided(purchase: Purchase, lost: Sequence[Purchase], candidates: Sequence[Seen]) -> bool:
    """Whether the oldest candidate may be taken without asking.

    Several lost purchases of one chat can each take one of as many orders. Where some orders are too many,
    or another chat's purchase can be meant too, a person must say which is whose.
    """
    rivals = [one for one in lost if any(can_be(one, seen) for seen in candidates)]
    places = {(one.user_id, one.chat_id) for one in (*rivals, purchase)}
    if purchase.state is Outcome.REFUSED:  # believed not placed: who still waits goes first
        return not rivals and len(candidates) == 1
    return len(places) == 1 and len(candidates) <= len(rivals)


def _turn(purchase: Purchase) -> tuple[int, int, str]:
    """Sorts an account's purchases as they were made; within one second, who saw more before was later.

    By our own clock: the site's is known to the second only, and wanders by one.
    """
    seen_before = len((purchase.baseline or {}).get("ids", ()))
    return (purchase.created_at, seen_before, purchase.id)


def _is_new(purchase: Purchase, site_id: str, created_at: int | None) -> bool:
    """Not there right before the request, and made about then: one may be unknown, not both."""
    before = (purchase.baseline or {}).get("ids")
    if created_at is None:
        return before is not None and site_id not in before
    sent_at = purchase.sent_at or purchase.created_at
    in_window = sent_at - CLOCK_SLACK <= created_at <= sent_at + WINDOW
    return in_window and site_id not in (before or ())


def _is_it(purchase: Purchase, seen: Seen) -> bool:
    """Whether it is the very number that was picked, and nobody looked what there was before.

    A site rents a number to one at a time, so nothing else can have made it.
    """
    wished = purchase.ids.get("number")
    return bool(wished) and wished == seen.picks.get("number") and "ids" not in (purchase.baseline or {})


def _wished(purchase: Purchase, choice: str) -> set[str]:
    """Ids and names of all that was picked there, case-folded."""
    return {
        word.casefold() for pick in purchase.picks if pick.choice == choice for word in (pick.id, pick.name)
    }
