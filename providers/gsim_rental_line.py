"""What gsim.io's rentals ask and can do. The document lists no countries and tells no base prices."""

import re
from collections.abc import Mapping

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

_COUNTRIES = """
    US USA, GB United Kingdom, CA Canada, AR Argentina, AU Australia, AT Austria, BE Belgium,
    BR Brazil, BG Bulgaria, CL Chile, CO Colombia, HR Croatia, CZ Czechia, DK Denmark, EE Estonia,
    FI Finland, FR France, DE Germany, GR Greece, HK Hong Kong, HU Hungary, ID Indonesia, IE Ireland,
    IL Israel, IT Italy, JP Japan, KE Kenya, LV Latvia, LT Lithuania, LU Luxembourg, MY Malaysia,
    MX Mexico, NL Netherlands, NZ New Zealand, NO Norway, PA Panama, PE Peru, PH Philippines,
    PL Poland, PT Portugal, PR Puerto Rico, RO Romania, SG Singapore, SK Slovakia, SI Slovenia,
    ZA South Africa, ES Spain, SE Sweden, CH Switzerland, TH Thailand, TN Tunisia
"""
COUNTRIES: tuple[Option, ...] = tuple(
    Option(id=iso, name=name, iso=iso) for iso, name in re.findall(r"([A-Z]{2}) ([A-Za-z ]+)", _COUNTRIES)
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
        fixed=COUNTRIES,
        typed=re.compile(r"[A-Za-z]{2}"),
    ),
    Choice(
        key="number_type",
        worded=True,
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
        worded=True,
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
        choices=(
            Choice(key="forwarding", required=True, listed=False, worded=True, fixed=(OFF,), typed=E164),
        ),
        tucked=True,
        redirects=True,
    ),
    Act(
        # no switch: no documented answer says which way it is before it was set
        key="voicemail",
        when=OPEN,
        needs="can_call",
        choices=(Choice(key="voicemail", required=True, listed=False, worded=True, fixed=(ON, OFF)),),
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
