"""Numbers for days and months, from the menus to the site's books, by a real bot process."""

import re
from functools import partial

from tests.e2e.kit import Json, eventually
from tests.e2e.person import Message, Person
from tests.e2e.process import BotProcess
from tests.e2e.world import SHOPS, Shop, World


class Tenant(Person):
    """Somebody who rents."""

    def rent(self, shop: Shop, key: str, *steps: str) -> Json:
        """From a fresh account's page to a card with the number: the rental at the site."""
        for step in ("n:", *steps):
            self._step(step)
        self.press("b:")
        sold = eventually(lambda: self.world.orders(shop, key), "the site to rent a number out")[0]
        self.card(sold)
        return sold

    def does(self, order: Json, *steps: str) -> None:
        """Press a button of the number's card, then whatever it asks for: `typed?words` is typed."""
        card = eventually(
            lambda: card if (card := self.card(order)).data(steps[0]) or card.data("o:settings") else None,
            f"a card with {steps[0]!r}",
        )
        data = card.data(steps[0])
        if data is None:
            self.press_at(card.id, card.data("o:settings") or "")
            self.press(steps[0])
        else:
            self.press_at(card.id, data)
        for step in steps[1:]:
            self._step(step)

    def reads(self, text: str) -> Message:
        """The newest message of the bot with these words."""
        return self.wait_for(text)

    def _step(self, step: str) -> None:
        asked, is_typed, words = step.partition("?")
        if is_typed:
            self.wait_for(asked)
            self.say(words)
        else:
            self.lead_on(step)


def test_gsim_from_search_to_release(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["gsim"], Tenant(bot)
    key = world.account(shop)
    anna.link(shop, key)
    rental = anna.rent(
        shop, key, "by the month", "two letters?US", "Local", "w:pick", "base price a month?2.00"
    )
    assert len(world.charges(shop, key)) == 1

    code, _ = world.sms(shop, rental)
    anna.receive(rental, code)
    second, _ = world.sms(shop, rental)
    anna.receive(rental, second)

    anna.does(rental, ":auto_renew")
    eventually(lambda: _setting(world, shop, rental, "autoRenew") is not None, "the switch at the site")
    anna.does(rental, "Rename", "Type a name?Shop window")
    eventually(lambda: _setting(world, shop, rental, "friendlyName") == "Shop window", "the new name")
    anna.does(rental, "Forward calls", "calls go?+905551234567")
    eventually(lambda: _setting(world, shop, rental, "forwardingNumber") == "+905551234567", "the forwarding")
    anna.does(rental, "Voicemail", "w:pick")
    eventually(lambda: _setting(world, shop, rental, "voicemailEnabled") is not None, "the voicemail")

    anna.does(rental, "Send an SMS", "Type the number?+14155551234", "Type the text?Hello <there> & you")
    assert "Hello <there> & you" in anna.reads("charges a fee").text
    anna.press("b:")
    anna.reads("Send an SMS: done")
    (sent,) = _asked(world, shop, "POST", r"/rentals/[^/]+/sms")
    assert sent["json"] == {"to": "+14155551234", "body": "Hello <there> & you"}
    anna.does(rental, ":call:", "Type the number?+14155551234", "b:")
    anna.reads("Call: done")
    assert len(_asked(world, shop, "POST", r"/rentals/[^/]+/calls")) == 1

    anna.does(rental, "Messages")
    inbox = anna.reads("Hello <there> & you")
    assert code in inbox.text
    anna.does(rental, "Calls")
    anna.reads("+14155551234")

    anna.does(rental, "Give the number back", "o:sure:", "o:surer:")
    eventually(lambda: _asked(world, shop, "DELETE", r"/rentals/[^/]+"), "the release")
    eventually(lambda: "Given up" in anna.card(rental).text, "the card to say so")


def _asked(world: World, shop: Shop, method: str, path: str) -> list[Json]:
    requests = world.call("GET", f"/outside/{shop.site}/requests?since=0")["requests"]
    return [one for one in requests if one["method"] == method and re.fullmatch(f".*{path}", one["path"])]


def _setting(world: World, shop: Shop, rental: Json, name: str) -> object:
    changes = [one["json"] for one in _asked(world, shop, "PATCH", r"/rentals/[^/]+") if name in one["json"]]
    return changes[-1][name] if changes else None


def test_gotsms_a_day_becomes_a_month_that_renews(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["gotsms"], Tenant(bot)
    key = world.account(shop)
    anna.link(shop, key)
    rental = anna.rent(shop, key, *shop.steps)
    eventually(lambda: _asked(world, shop, "POST", r"/numbers/[^/]+/wake-up"), "the number to be woken")
    eventually(lambda: shop.ready in anna.card(rental).text, "a number that receives")
    code, _ = world.sms(shop, rental)
    anna.receive(rental, code)

    anna.does(rental, "Keep it longer", "1 month", "b:")
    anna.reads("Keep it longer: done")
    assert len(world.charges(shop, key)) == 2
    eventually(lambda: "1 month" in anna.card(rental).text, "the card to say the new plan")
    anna.does(rental, ":auto_renew.on")
    eventually(lambda: "Renews by itself" in anna.card(rental).text, "the card to say that it renews")
    assert len(_asked(world, shop, "POST", r"/rents/[^/]+/renewal/toggle")) == 1

    anna.does(rental, "Status")
    anna.does(rental, "Messages")
    assert code in anna.reads("Messages").text
    anna.does(rental, "Refund", "o:sure:")
    anna.reads("doesn't refund this number")


def test_gearsms_brings_all_messages_and_is_read_after_its_end(bot: BotProcess, world: World) -> None:
    shop, anna = SHOPS["gearsms"], Tenant(bot)
    key = world.account(shop, balance="200.00")
    anna.link(shop, key)
    rental = anna.rent(shop, key, "Rent", "Google", "3 Days")

    codes = [world.sms(shop, rental)[0] for _ in range(3)]
    for code in codes:
        eventually(partial(anna.pushes, code), "a push for each message")
    world.call("POST", f"/outside/{shop.site}/orders/{rental['id']}/expire")
    anna.does(rental, "Look now")
    eventually(lambda: "Ended" in anna.card(rental).text, "the end on the card")

    anna.say("/rentals")
    anna.press("Past rentals")
    anna.press(rental["number"])
    anna.does(rental, "Messages")
    inbox = anna.reads("Messages ·")
    assert all(code in inbox.text for code in codes)
