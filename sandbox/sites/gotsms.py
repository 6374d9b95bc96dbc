"""GotSMS, from `gotsms.txt`: rents by plans, numbers that sleep, no webhooks.

The document leaves open, and here it is: a sleeping number loses its SMS; a wake-up opens the wake window
(5 minutes) and then the online window (30 more), and the network keeps an SMS for a number that is waking,
so both windows receive; listing unread messages marks them as read; the page is `?page=`, the older
messages of a number are `?before_id=`; an ended rent is `finished`; a refund is for rents without any
message; a transition charges the new plan in full and runs from the rent's beginning.
"""

from typing import ClassVar

from sandbox.sites.call import Call, Refused, Reply, Route
from sandbox.sites.gotsms_numbers import UTC, Data, Numbers, Rent, spaced
from sandbox.sites.orders import Order, iso, money
from sandbox.sites.places import load


class GotSMS(Numbers):
    """The site."""

    sub_plan: ClassVar[list[str]] = [
        "id",
        "billing_type",
        "duration_type",
        "duration_in_type",
        "duration_translation",
        "price",
        "renew_price",
    ]

    def routes(self) -> list[Route]:
        return [
            ("GET", "/pricelist", self.pricelist),
            ("GET", "/account", self.account),
            ("GET", "/services", self.services, "page"),
            ("GET", "/rents/plans", self.list_plans, "page"),
            ("GET", "/rents", self.rents, "page"),
            ("POST", "/rents", self.rent, "plan_id"),
            ("POST", "/rents/{id}/transition", self.transition, "plan_id"),
            ("POST", "/rents/{id}/renewal/toggle", self.toggle_renewal),
            ("POST", "/rents/{id}/refund", self.give_back),
            ("GET", "/messages", self.messages, "page"),
            ("GET", "/messages/unread", self.unread, "page"),
            ("POST", "/numbers/{id}/wake-up", self.wake_up),
            ("GET", "/numbers/{id}/messages", self.number_messages, "before_id"),
            ("GET", "/numbers/{id}/status", self.number_status),
        ]

    def reset(self) -> None:
        super().reset()
        catalog = load("gotsms.json")
        self._services: list[Data] = catalog["services"]
        self._plans: dict[str, Data] = {plan["id"]: self.full_plan(plan) for plan in catalog["plans"]}

    def full_plan(self, plan: Data) -> Data:
        """A plan as `/rents/plans` shows it; whole dollars come as whole numbers."""
        return {
            "id": plan["id"],
            "service": plan["service"],
            "country": plan["country"],
            "billing_type": "duration",
            "duration_type": plan["duration_type"],
            "duration_in_type": plan["duration_in_type"],
            "duration_in_minutes": plan["duration_in_minutes"],
            "duration_translation": plan["duration_translation"],
            "price": plan["price"],
            "renew_price": plan["renew_price"],
            "is_monthly_supported": plan["is_monthly_supported"],
        }

    # Choices

    def pricelist(self, call: Call) -> Data:
        by_service: dict[str, list[Data]] = {}
        for plan in self._plans.values():
            row = {
                "service_name": plan["service"]["name"],
                "period": plan["duration_in_type"],
                "period_type": plan["duration_type"],
                "period_type_label": plan["duration_translation"].split()[1],
                "duration_translation": plan["duration_translation"],
                "price": plan["price"],
                "renew_price": plan["renew_price"],
                "country": plan["country"]["name"],
                "billing_type": plan["billing_type"],
            }
            by_service.setdefault(row["service_name"], []).append(row)
        return {"success": True, "data": [{"name": name, "plans": rows} for name, rows in by_service.items()]}

    def account(self, call: Call) -> Data:
        balance = call.account.balance
        return {"success": True, "data": {"balance": int(balance) if balance % 1 == 0 else float(balance)}}

    def services(self, call: Call) -> Data:
        return self.page(call, self._services, 25)

    def list_plans(self, call: Call) -> Data:
        return self.page(call, list(self._plans.values()), 25)

    # Rents

    def shown(self, rent: Rent) -> Data:
        """A rent as the list shows it."""
        return {
            "id": rent.id,
            "service": rent.plan["service"],
            "plan": {name: rent.plan[name] for name in self.sub_plan},
            "phone": spaced(rent.number),
            "price": rent.plan["price"],
            "status": rent.status,
            "is_included_for_next_renewal": rent.renew,
            "active_from": iso(rent.created, zone=UTC),
            "active_till": iso(rent.expires, zone=UTC),
            **self.windows(rent),
            "can_wake_up": self.can_wake_up(rent),
            "transition_options": [self.option(plan) for plan in self.longer_plans(rent)],
        }

    def option(self, plan: Data) -> Data:
        """An item of `transition_options`; not documented, so the plan as it stands in a rent."""
        return {name: plan[name] for name in self.sub_plan}

    def longer_plans(self, rent: Rent) -> list[Data]:
        """What a daily rent may become."""
        if rent.plan["duration_type"] != "day" or rent.status != "active":
            return []
        mine = (rent.plan["service"]["id"], rent.plan["country"]["id"])
        return [
            plan
            for plan in self._plans.values()
            if (plan["service"]["id"], plan["country"]["id"]) == mine
            and plan["duration_in_minutes"] > rent.plan["duration_in_minutes"]
        ]

    def rents(self, call: Call) -> Data:
        mine = [self.shown(rent) for rent in reversed(call.account.orders) if isinstance(rent, Rent)]
        return self.page(call, mine, 20)

    def plan(self, call: Call) -> Data:
        """The plan of `plan_id` in the body."""
        plan_id = self.body(call).get("plan_id")
        if plan_id is None:
            raise self.refusal(422, "The plan id field is required.")
        if not isinstance(plan_id, str) or plan_id not in self._plans:
            raise self.refusal(422, "The selected plan id is invalid.")
        return self._plans[plan_id]

    def rent(self, call: Call) -> Reply:
        plan, now = self.plan(call), self.clock.now()
        if self.settings.no_numbers:
            raise self.refusal(422, "No numbers available for this plan.")
        price = money(plan["price"])
        self.pay(call.account, price, f"{plan['service']['name']} rent", self.poor())
        iso_code = {"United Kingdom": "GB", "Canada": "CA"}.get(plan["country"]["name"], "US")
        rent = Rent(
            id=str(self.uuid()),
            account=call.account,
            line="rents",
            service=plan["service"]["name"],
            number=self.number_in(iso_code),
            price=price,
            status="active",
            created=now,
            expires=now + self.lifetime(plan["duration_in_minutes"] * 60),
            plan=plan,
        )
        self.begin(rent)
        return Reply(
            201, {"success": True, "message": "Rent created successfully.", "data": self.shown(rent)}
        )

    def poor(self) -> Refused:
        """422 for want of money."""
        return self.refusal(422, "Insufficient balance.")

    def transition(self, call: Call) -> Data:
        rent, plan = self.find(call), self.plan(call)
        if rent.plan["duration_type"] != "day" or rent.status != "active":
            message = "Current rent plan must be daily for this transition endpoint."
            raise self.refusal(422, message)
        if plan not in self.longer_plans(rent):
            raise self.refusal(422, "Selected plan must be a longer plan of the same service.")
        self.pay(call.account, money(plan["price"]), f"{rent.service} transition", self.poor())
        rent.plan, rent.price = plan, rent.price + money(plan["price"])
        rent.expires = rent.created + plan["duration_in_minutes"] * 60
        self.watch(rent)
        return done("Plan transitioned successfully.", id=rent.id, status=rent.status)

    def toggle_renewal(self, call: Call) -> Data:
        rent = self.find(call)
        if not rent.plan["is_monthly_supported"] or rent.status != "active":
            message = "Auto renewal can be toggled only for monthly 1/3/6/12 plans."
            raise self.refusal(422, message)
        rent.renew = not rent.renew
        word = "enabled" if rent.renew else "disabled"
        return done(f"Auto renewal {word}.", id=rent.id, is_included_for_next_renewal=rent.renew)

    def give_back(self, call: Call) -> Data:
        rent = self.find(call)
        if rent.status != "active" or rent.messages:
            raise self.refusal(422, "Refund not available for this rent.")
        rent.status = "finished"
        self.refund(rent)
        return done("Rent has been refunded successfully.", id=rent.id, status=rent.status)

    def time_up(self, order: Order) -> None:
        if not isinstance(order, Rent) or order.status != "active":
            return
        if order.renew:
            try:
                self.pay(order.account, money(order.plan["renew_price"]), f"{order.service} renewal")
            except Refused:
                order.status = "finished"
                return
            order.expires += order.plan["duration_in_minutes"] * 60
            self.watch(order)
            return
        order.status = "finished"


def done(message: str, **data: object) -> Data:
    """The answer to an act."""
    return {"success": True, "message": message, "data": data}
