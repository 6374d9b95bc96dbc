"""GearSMS, from `gearsms.txt`: balance, lines S1, S2, Global, long-term numbers.

The document leaves open, and here it is: an expired order is `expired`; too little money and wrong fields are
400, an unknown order is 404; no numbers are 401 on every line, as the document shows it for Global.
"""

from sandbox.sites.call import Call, Route
from sandbox.sites.gearsms_common import Data
from sandbox.sites.gearsms_global import LineGlobal
from sandbox.sites.gearsms_rentals import LongTerm
from sandbox.sites.gearsms_s1 import LineS1
from sandbox.sites.gearsms_s2 import LineS2
from sandbox.sites.orders import Account


class GearSMS(LineS1, LineS2, LineGlobal, LongTerm):
    """The site."""

    def routes(self) -> list[Route]:
        return [
            ("GET", "/balance", self.balance),
            *self.s1_routes(),
            *self.s2_routes(),
            *self.global_routes(),
            *self.rental_routes(),
        ]

    def authenticate(self, call: Call) -> Account:
        # only the balance's example speaks of the header
        if call.path == "/balance" and call.headers.get("x-api-key") not in self.accounts:
            raise self.refusal(401, "Invalid API Key or Missing Header")
        return super().authenticate(call)

    def balance(self, call: Call) -> Data:
        account = call.account
        return self.ok(
            "Balance retrieved successfully", {"user": account.user, "balance": float(account.balance)}
        )
