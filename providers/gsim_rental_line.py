"""What gsim.io's rentals ask and can do. The document lists no countries and tells no base prices."""

import re
from collections.abc import Mapping

from providers.countries import name_of
from providers.words import (
    Act,
    Choice,
    Effect,
    Journal,
    Line,
    Option,
    State,
)

STATES: Mapping[str, State] = {
    "ACTIVE": State.WAITING,
    "PENDING_RENEWAL": State.WAITING,
    "EXPIRED": State.EXPIRED,
    "CANCELLED": State.CANCELLED,
}

TYPES: Mapping[str, str] = {"Local": "LOCAL", "Mobile": "MOBILE", "TollFree": "TOLL_FREE"}
"""Kinds of numbers: as the search spells them, and as a rental does."""

CAPABILITIES: Mapping[str, Mapping[str, str]] = {
    "sms": {"smsEnabled": "true"},
    "voice": {"voiceEnabled": "true"},
    "both": {"smsEnabled": "true", "voiceEnabled": "true"},
}

COUNTRIES = (
    "US GB CA AR AU AT BE BR BG CL CO HR CZ DK EE FI FR DE GR HK HU ID IE IL IT JP KE LV LT LU MY MX NL NZ NO"
    " PA PE PH PL PT PR RO SG SK SI ZA ES SE CH TH TN"
)
"""Where carriers of this kind sell numbers. Any other code can be typed."""

E164 = re.compile(r"\+[1-9](?:[ ().-]*[0-9]){6,14}")
OPEN = frozenset({State.WAITING, State.RECEIVED})
ON, OFF = Option(id="on", name="On"), Option(id="off", name="Off")
TO = Choice(key="to", required=True, listed=False, typed=E164)

CHOICES = (
    Choice(
        key="country",
        required=True,
        listed=False,
        fixed=tuple(Option(id=iso, name=name_of(iso, "en") or iso, iso=iso) for iso in COUNTRIES.split()),
        typed=re.compile(r"[A-Za-z]{2}"),
    ),
    Choice(
        key="number_type",
        required=True,
        listed=False,
        fixed=(
            Option(id="Local", name="Local"),
            Option(id="Mobile", name="Mobile"),
            Option(id="TollFree", name="Toll-free"),
        ),
    ),
    Choice(
        key="capability",
        listed=False,
        fixed=(
            Option(id="sms", name="SMS"),
            Option(id="voice", name="Voice"),
            Option(id="both", name="SMS + Voice"),
        ),
        narrows=("number",),
    ),
    Choice(
        key="area_code",
        needs=("country",),
        listed=False,
        typed=re.compile(r"[0-9]{3}"),
        narrows=("number",),
    ),
    Choice(
        key="contains",
        listed=False,
        typed=re.compile(r"[0-9A-Za-z*]{2,12}"),
        narrows=("number",),
    ),
    Choice(key="number", required=True, needs=("country", "number_type")),
    Choice(
        key="monthly_price",
        required=True,
        listed=False,
        typed=re.compile(r"(?=.*[1-9])\$?[0-9]{1,3}([.,][0-9]{1,2})?"),
    ),
)

ACTS = (
    Act(
        key="send_sms",
        when=OPEN,
        effect=Effect.PAYS,
        needs="can_sms",
        choices=(
            TO,
            Choice(
                key="body",
                required=True,
                listed=False,
                typed=re.compile(r"(?s).{1,1600}"),
                private=True,
            ),
        ),
    ),
    Act(key="auto_renew", when=OPEN, switch="auto_renew", renews=True),
    Act(key="call", when=OPEN, effect=Effect.PAYS, needs="can_call", choices=(TO,), tucked=True),
    Act(
        key="forwarding",
        when=OPEN,
        needs="can_call",
        choices=(Choice(key="forwarding", required=True, listed=False, fixed=(OFF,), typed=E164),),
        tucked=True,
    ),
    Act(
        # no switch: no documented answer says which way it is before it was set
        key="voicemail",
        when=OPEN,
        needs="can_call",
        choices=(Choice(key="voicemail", required=True, listed=False, fixed=(ON, OFF)),),
        tucked=True,
    ),
    Act(
        key="rename",
        when=OPEN,
        choices=(Choice(key="friendly_name", required=True, listed=False, typed=re.compile(r".{1,64}")),),
        tucked=True,
    ),
    Act(key="release", when=OPEN, effect=Effect.ENDS, confirm=True, confirm_twice=True, tucked=True),
)

RENTALS = Line(
    key="rentals",
    rental=True,
    choices=CHOICES,
    acts=ACTS,
    journals=(Journal(key="messages"), Journal(key="calls")),
)
RENTALS_JOURNAL = Journal(key="rentals", filters=tuple(STATES))
