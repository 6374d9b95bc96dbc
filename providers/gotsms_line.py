"""What GotSMS's numbers ask and can do, and its words for how they stand."""

from collections.abc import Mapping

from providers.words import (
    Act,
    Choice,
    Effect,
    Journal,
    Line,
    State,
)

STATES: Mapping[str, State] = {
    "active": State.WAITING,
    "expired": State.EXPIRED,  # this word and the following are not documented, only likely
    "refunded": State.CANCELLED,
    "cancelled": State.CANCELLED,
    "canceled": State.CANCELLED,
}

REFUSALS: Mapping[str, str] = {
    "current rent plan must be daily for this transition endpoint.": "daily-plan",
    "auto renewal can be toggled only for monthly 1/3/6/12 plans.": "monthly-plan",
    "refund not available for this rent.": "no-refund",
}
"""The documented reasons of a 422, case-folded, to the names of our texts for them."""

OPEN = frozenset({State.WAITING, State.RECEIVED})

NUMBERS = Line(
    key="numbers",
    rental=True,
    listed=True,
    choices=(
        Choice(key="service", required=True),
        Choice(key="country", required=True, needs=("service",)),
        Choice(key="plan", required=True, needs=("service", "country")),
    ),
    acts=(
        Act(key="wake", when=OPEN, needs="can_wake_up"),
        Act(key="status", when=OPEN | {State.UNKNOWN}),
        Act(
            key="transition",
            when=OPEN,
            effect=Effect.BUYS,
            needs="daily",
            renews=True,
            choices=(Choice(key="longer_plan", required=True, needs=("plan",), replaces="plan"),),
        ),
        Act(key="auto_renew", when=OPEN, switch="auto_renew", renews=True),
        Act(key="refund", when=OPEN, effect=Effect.ENDS, confirm=True),
    ),
    journals=(Journal(key="messages"),),
    after_purchase="wake",
)
JOURNALS = (Journal(key="messages"), Journal(key="rentals"))
