"""One call of a method: who asks, for what, and what of the world it may touch."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.bots import Bot
from sandbox.telegram.errors import bad, forbidden
from sandbox.telegram.hub import Hub
from sandbox.telegram.params import Params
from sandbox.telegram.state import Chat, Json, Message, Topic, User

__all__ = ["Call", "Method", "Said"]


@dataclass(frozen=True, slots=True)
class Said:
    """A result that comes with a description."""

    result: Any
    description: str


@dataclass(frozen=True, slots=True)
class Call:
    """A method being called."""

    hub: Hub
    bot: Bot
    params: Params

    @property
    def me(self) -> User:
        """The bot as a user."""
        return self.bot.user

    def chat(self, field: str = "chat_id") -> Chat:
        """The chat a parameter names. Raises ApiError if the bot can't know or use it."""
        if self.params.text(field) == "":
            raise bad(f"{field} is empty")
        chat = self._find(self.params.text(field))
        if chat.migrated_to:
            raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.kind != "private":
            self._check_group(chat)
        return chat

    def open_chat(self, field: str = "chat_id") -> Chat:
        """A chat in which the bot may write. Raises ApiError."""
        chat = self.chat(field)
        if chat.person:
            if chat.person.deactivated:
                raise forbidden("user is deactivated")
            if chat.blocked:
                raise forbidden("bot was blocked by the user")
            if not chat.started:
                raise forbidden("bot can't initiate conversation with a user")
        elif chat.status(self.me.id) == "restricted":
            raise bad("not enough rights to send text messages to the chat")
        return chat

    def thread(self, chat: Chat, reply_to: Message | None = None) -> Topic | None:
        """The topic to write in: the one named, or that of the message replied to. Raises ApiError.

        General has no thread id that could be named.
        """
        number = self.params.number("message_thread_id")
        topic = chat.topics.get(number) if number else reply_to and reply_to.thread
        if number and topic is None:
            raise bad("message thread not found")
        if topic and topic.closed and not chat.rules(self.me.id):
            raise bad("TOPIC_CLOSED")
        return topic or None

    def admin(self, chat: Chat, refusal: str) -> None:
        """Refuse unless the bot is an administrator here."""
        if chat.kind != "private" and not chat.rules(self.me.id):
            raise bad(refusal)

    def message(self, chat: Chat, missing: str, field: str = "message_id") -> Message:
        """The message a parameter names."""
        message = chat.messages.get(self.params.number(field))
        if message is None:
            raise bad(missing)
        return message

    def ephemeral(self, chat: Chat, missing: str) -> Message:
        """The ephemeral message that the parameters name."""
        key = (self.params.number("receiver_user_id"), self.params.number("ephemeral_message_id"))
        message = chat.ephemerals.get(key)
        if message is None:
            raise bad(missing)
        return message

    def _find(self, name: str) -> Chat:
        if name.startswith("@"):
            raise bad("chat not found")
        try:
            chat_id = int(name)
        except ValueError:
            raise bad("chat not found") from None
        if chat_id == self.me.id:
            raise forbidden("bot can't send messages to the bot")
        if chat_id in self.hub.bots:
            raise forbidden("bot can't send messages to bots")
        person = self.hub.people.get(chat_id)
        if person:
            return self.hub.private(self.me, person)
        if chat_id not in self.hub.groups:
            raise bad("chat not found")
        return self.hub.groups[chat_id]

    def _check_group(self, chat: Chat) -> None:
        if chat.deleted and chat.kind == "group":
            raise forbidden("the group chat was deleted")
        if chat.deleted or chat.status(self.me.id) == "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        if not chat.has(self.me.id):
            raise forbidden(f"bot is not a member of the {chat.kind} chat")


Method = Callable[[Call], Json | bool | int | str | list[Any] | Said | Awaitable[Any]]
