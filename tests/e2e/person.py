"""People with their phones: they type, press, and read. They know the bot by its chat alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.e2e.group import Group
from tests.e2e.kit import PATIENCE, Json, eventually
from tests.e2e.process import BotProcess
from tests.e2e.world import USER, Shop


@dataclass(frozen=True)
class Message:
    """A message as a person sees it."""

    id: int
    text: str
    mine: bool
    buttons: tuple[tuple[str, str], ...]
    """Words and callback data."""
    copies: tuple[str, ...]
    """What its copy buttons copy."""
    links: tuple[str, ...] = ()
    """Where its other buttons lead."""
    ephemeral: int | None = None
    """Its number if this person alone sees it; its id is 0 then."""
    answers: int | None = None
    """The id of whose message it replies to."""

    @classmethod
    def read(cls, raw: Json) -> "Message":
        """From the Bot API's JSON."""
        rows = (raw.get("reply_markup") or {}).get("inline_keyboard") or []
        flat = [button for row in rows for button in row]
        return cls(
            id=raw["message_id"],
            text=raw.get("text") or "",
            mine=raw["out"],
            buttons=tuple((one["text"], one["callback_data"]) for one in flat if "callback_data" in one),
            copies=tuple(one["copy_text"]["text"] for one in flat if "copy_text" in one),
            links=tuple(one["url"] for one in flat if "url" in one),
            ephemeral=raw.get("ephemeral_message_id"),
            answers=raw.get("reply_to_message", {}).get("from", {}).get("id"),
        )

    def data(self, wanted: str) -> str | None:
        """The callback data of the first button whose words hold `wanted`, or whose data begin with it.

        `:wanted` may stand anywhere behind a colon in the data.
        """

        def fits(words: str, data: str) -> bool:
            inside = wanted.startswith(":") and wanted in data
            return inside or data.startswith(wanted) or wanted in words

        return next((data for words, data in self.buttons if fits(words, data)), None)


class InChat:
    """Somebody in one chat with the bot: in private, or in a group."""

    patience = PATIENCE
    """Seconds to wait for a button or a message."""

    def __init__(self, bot: BotProcess, person_id: int, chat_id: int) -> None:
        self.bot, self.world = bot, bot.world
        self.id, self.chat_id = person_id, chat_id
        self._seen_from = 0
        self._chat = f"/people/{person_id}/chats/{chat_id}"

    def messages(self, *, after: int = 0) -> list[Message]:
        """The chat, oldest first; messages that only this person sees always among them."""
        found = self.world.call("GET", f"{self._chat}/messages?after={after}")["messages"]
        return [Message.read(raw) for raw in found]

    def say(self, text: str, **how: Any) -> int:
        """Type something: the message's id. After a command only newer messages count for presses.

        `reply_to_message_id`, `message_thread_id`, `anonymous`: as docs/sandbox.md says.
        """
        said = self.world.call("POST", f"{self._chat}/messages", {"text": text, **how})
        message_id: int = said["message_id"]
        if text.startswith("/"):
            self._seen_from = message_id
        return message_id

    def button(self, wanted: str) -> tuple[int, str]:
        """Wait for a button by its words or its callback data: message and data.

        A menu that answers somebody else is not looked at.
        """

        def look() -> tuple[int, str] | None:
            for message in reversed(self.messages(after=self._seen_from)):
                is_for_me = message.answers in {None, self.id, self.bot.id}
                if is_for_me and message.id and (data := message.data(wanted)):
                    return message.id, data
            return None

        return eventually(look, f"a button {wanted!r}", patience=self.patience)

    def press(self, wanted: str, **how: Any) -> Json:
        """Wait for a button and press it: what the bot answers."""
        return self.press_at(*self.button(wanted), **how)

    def lead_on(self, wanted: str) -> None:
        """Press what changes the chat, and wait until it has: an old menu may have the next button too."""
        button = self.button(wanted)
        before = self.messages()
        self.press_at(*button)
        eventually(lambda: self.messages() != before, f"what {wanted!r} brings", patience=self.patience)

    def press_at(self, message_id: int, data: str, **how: Any) -> Json:
        """Press, or forge a press. `wait`: seconds for the answer; `twice`: the finger slips."""
        answer: Json = self.world.call(
            "POST", f"{self._chat}/press", {"message_id": message_id, "data": data, **how}
        )
        return answer

    def forge(self, message_id: int, data: str) -> Json | None:
        """A press that no button may offer: what the bot answers; None if it has deleted the message."""
        body = {"message_id": message_id, "data": data}
        answer: Json | None = self.world.try_call("POST", f"{self._chat}/press", body)
        return answer

    def wait_for(self, text: str) -> Message:
        """The newest message of the bot that says this."""

        def look() -> Message | None:
            found = [one for one in self.messages() if text in one.text and not one.mine]
            return found[-1] if found else None

        return eventually(look, f"a message with {text!r}", patience=self.patience)

    def wish(self, *steps: str) -> tuple[int, str]:
        """From /order to the Buy button, which is not pressed yet; each step is a button's words or data."""
        self.say("/order")
        for step in steps:
            self.press(step)
        return self.button("b:")

    def card(self, order: Json) -> Message:
        """The order's card: the message from which the number is copied."""

        def look() -> Message | None:
            return next((one for one in self.messages() if order["number"] in one.copies), None)

        return eventually(look, f"a card of the order {order['id']}")

    def pushes(self, code: str) -> list[Message]:
        """The messages that rang for a code: all that show it but cards."""
        shown = [one for one in self.messages() if code in one.text]
        return [one for one in shown if not any(copy.startswith("+") for copy in one.copies)]


class Person(InChat):
    """Somebody with a phone, in the private chat with the bot."""

    _ids: Iterator[int] = iter(range(7_000_001, 8_000_000))

    def __init__(self, bot: BotProcess, name: str = "Anna") -> None:
        super().__init__(bot, next(self._ids), bot.id)
        self.name = name
        self.world.call("POST", "/people", {"id": self.id, "first_name": name, "language_code": "en"})
        eventually(self._has_chat, "the bot to appear at Telegram")

    def _has_chat(self) -> bool:
        chats = self.world.call("GET", f"/people/{self.id}/chats")["chats"]
        return any(chat["id"] == self.bot.id for chat in chats)

    def at(self, group: Group) -> InChat:
        """The same person in a group."""
        return InChat(self.bot, self.id, group.id)

    # What people come for

    def link(self, shop: Shop, key: str) -> str | None:
        """Link an account by typing the key: the webhook address, where the page shows one."""
        self.start_link(shop)
        typed = self.type_credentials(shop, key)
        page = self._account_page()
        assert typed not in [message.id for message in self.messages()], "the typed key stays in the chat"
        hook = next((copy for copy in page.copies if "/hooks/" in copy), None)
        if hook:
            self.world.secrets.sealed.add(hook.rpartition("/")[2])
        return hook

    def start_link(self, shop: Shop) -> None:
        """Press through the menus until the bot asks for the key."""
        self.say("/accounts")
        self.press("m:link")
        self.press(f"l:{shop.site}")

    def type_credentials(self, shop: Shop, key: str) -> int:
        """Answer the bot's questions at linking: the id of the message that held the key."""
        if shop.by_user:
            self.wait_for("Type it here")
            self.say(USER)
        self.wait_for("Paste your key here")
        return self.say(key)

    def _account_page(self) -> Message:
        message_id, _ = self.button("n:")
        return next(one for one in self.messages() if one.id == message_id)

    def choose(self, shop: Shop) -> tuple[int, str]:
        """Press through the menus of a fresh account's page to the Buy button, which is not pressed yet."""
        for step in ("n:", *shop.steps):
            choice, is_search, words = step.partition("?")
            if is_search:
                self.button(f":{choice}:")  # its list is open
                self.say(words)
            else:
                self.lead_on(step)
        return self.button("b:")

    def order(self, shop: Shop, key: str) -> Json:
        """Order from a fresh account's page on, until the card shows the number: the order at the site."""
        self.press_at(*self.choose(shop))
        sold = eventually(lambda: self.world.orders(shop, key), "the site to sell a number")[0]
        eventually(lambda: shop.ready in self.card(sold).text, "a number that receives")
        return sold

    def receive(self, order: Json, code: str, *, at_most: int = 1) -> None:
        """Wait for the code: one push (more only where a crash left it unclear), and on the card too."""
        eventually(lambda: self.pushes(code), f"a push for the order {order['id']}")
        eventually(lambda: code in self.card(order).copies, "the code on the card")
        assert len(self.pushes(code)) <= at_most
        assert code in self.pushes(code)[0].copies
        assert code in self.card(order).text
