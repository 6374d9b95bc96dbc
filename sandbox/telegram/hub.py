"""The middle of the server: messages go in, updates for bots and events for people come out."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

from sandbox.telegram import html
from sandbox.telegram.bots import ANSWERABLE, DEFAULT_NAME, DEFAULT_USERNAME, Bot, Query, StoredFile, hears
from sandbox.telegram.limits import SendingLimits
from sandbox.telegram.state import Chat, Json, Member, Message, Topic, User
from sandbox.telegram.texts import detect
from sandbox.telegram.updates import Updates

__all__ = ["Hub"]


class Hub:
    """All that exists, and all that can happen to it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.ahead = 0.0  # seconds that this world is ahead of the clock
        self.told_bots = False
        self.bots: dict[int, Bot] = {}
        self.people: dict[int, User] = {}
        self.groups: dict[int, Chat] = {}
        self.privates: dict[tuple[int, int], Chat] = {}  # by bot and person
        self.queries: dict[str, Query] = {}
        self.inline: dict[str, asyncio.Future[Json]] = {}
        self.files: dict[str, StoredFile] = {}
        self.watchers: dict[int, set[asyncio.Queue[Json | None]]] = {}
        self.limits = SendingLimits(self.now)
        self.numbers = itertools.count(1)

    def now(self) -> float:
        """The time in this world."""
        return self._clock() + self.ahead

    # who there is

    def add_bot(self, token: str | None, bot_id: int, name: str, username: str) -> Bot:
        """Make a bot, or rename it."""
        known = self.bots.get(bot_id)
        if known:
            known.user.first_name, known.user.username, known.token = name, username, token
            return known
        bot = Bot(User(bot_id, name, username, is_bot=True), token, Updates(self.now))
        self.bots[bot_id] = bot
        self.chats_changed()
        return bot

    def bot(self, bot_id: int) -> Bot | None:
        """A bot by its id. As long as nobody told of any bots, every id is one."""
        if bot_id not in self.bots and not self.told_bots and bot_id > 0 and bot_id not in self.people:
            self.add_bot(None, bot_id, DEFAULT_NAME, DEFAULT_USERNAME)
        return self.bots.get(bot_id)

    def user(self, user_id: int) -> User | None:
        """A person or a bot."""
        if user_id in self.people:
            return self.people[user_id]
        bot = self.bots.get(user_id)
        return bot.user if bot else None

    def private(self, bot: User, person: User) -> Chat:
        """The private chat of these two."""
        key = (bot.id, person.id)
        if key not in self.privates:
            self.privates[key] = Chat(person.id, "private", person=person, bot=bot)
        return self.privates[key]

    def groups_of(self, user_id: int) -> list[Chat]:
        """The groups that a user is in."""
        return [g for g in self.groups.values() if g.migrated_to is None and g.has(user_id)]

    # messages

    def post(self, chat: Chat, sender: User, body: Json, **more: Any) -> Message:
        """A message appears."""
        seq = next(chat.seqs)
        receiver: User | None = more.get("receiver")
        message_id = 0 if receiver else next(chat.ids)
        message = Message(chat, message_id, seq, sender, int(self.now()), body, **more)
        chat.timeline[seq] = message
        if receiver:
            message.ephemeral = next(self.numbers)
            person = sender if receiver.is_bot else receiver
            chat.ephemerals[person.id, message.ephemeral] = message
        else:
            chat.messages[message_id] = message
        if sender.is_bot:
            chat.last_bot = sender.id
        for user in chat.users():
            if not user.is_bot and user is not sender and message.visible_to(user):
                chat.unread[user.id] = chat.unread.get(user.id, 0) + 1
        if message.replaces and receiver:
            self.tell(receiver, chat, {"type": "delete", "message_id": message.replaces.id})
        self.show("message", message)
        self._push_message(message)
        return message

    def edited(self, message: Message) -> None:
        """A message was changed by its bot."""
        message.edit_date = int(self.now())
        self.show("edit", message)

    def remove(self, message: Message) -> None:
        """A message disappears for all."""
        chat = message.chat
        event: Json = {"type": "delete", "message_id": message.id}
        if message.ephemeral:
            event["ephemeral_message_id"] = message.ephemeral
        for user in chat.users():
            if message.visible_to(user):
                self.tell(user, chat, event)
        message.deleted = True
        chat.timeline.pop(message.seq, None)
        if message.ephemeral:
            chat.ephemerals = {key: one for key, one in chat.ephemerals.items() if one is not message}
        else:
            chat.messages.pop(message.id, None)
        if message.replaces and message.receiver and not message.replaces.deleted:
            self.show("message", message.replaces, only=message.receiver)

    def _push_message(self, message: Message, kind: str = "message") -> None:
        chat = message.chat
        for user in chat.users():
            if user.is_bot and user is not message.sender and hears(self.bots[user.id], message):
                self.bots[user.id].updates.push(kind, chat.id, message.api())

    def type_text(self, chat: Chat, person: User, text: str, **more: Any) -> Message:
        """A person types."""
        if chat.kind == "private":
            chat.started = True
        return self.post(chat, person, _typed(text), **more)

    def retype(self, message: Message, text: str) -> None:
        """A person changes a text."""
        message.body = _typed(text)
        self.edited(message)
        self._push_message(message, "edited_message")

    # presses

    def press(self, message: Message, person: User, data: str) -> Query:
        """A press, or a forged one, on its way to the bot."""
        bot = self.bots[message.sender.id]
        now = self.now()
        for old in list(
            itertools.takewhile(lambda query: now - query.at > ANSWERABLE, self.queries.values())
        ):
            del self.queries[old.id]
        number = f"{person.id * 4096 + next(self.numbers)}"
        query = Query(number, bot, person, message, now, asyncio.get_running_loop().create_future())
        self.queries[query.id] = query
        self.push_press(query, data)
        return query

    def push_press(self, query: Query, data: str) -> None:
        """Give the bot a press as an update; again if asked again."""
        body = {
            "id": query.id,
            "from": query.user.api(),
            "message": query.message.api(),
            "chat_instance": str(2**62 + query.message.chat.id),
            "data": data,
        }
        query.bot.updates.push("callback_query", query.user.id, body)

    def open_query(self, query_id: str, bot: Bot) -> Query | None:
        """A press that this bot may still answer."""
        query = self.queries.get(query_id)
        if query is None or query.bot is not bot or query.answered:
            return None
        return query if self.now() - query.at <= ANSWERABLE else None

    # members

    def change_member(
        self, chat: Chat, user: User, status: str, by: User, *, anonymous: bool = False, away: bool = False
    ) -> None:
        """Somebody joins, leaves, is kicked, promoted or held back."""
        old = chat.members.get(user.id) or Member(user, "left")
        new = Member(user, status, anonymous, away)
        service: Json = {}
        if new.present and not old.present:
            service = {"new_chat_members": [user.api()]}
        elif old.present and not new.present:
            service = {"left_chat_member": user.api()}
        chat.members[user.id] = new
        change = {
            "chat": chat.api(),
            "from": by.api(),
            "date": int(self.now()),
            "old_chat_member": old.api(),
            "new_chat_member": new.api(),
        }
        self._push_member(chat, user, change)
        if service:
            self.post(chat, by, service)
        self.chats_changed()

    def block_changed(self, chat: Chat, person: User, bot: User) -> None:
        """A person blocked the bot or let it in again."""
        old, new = ("member", "kicked") if chat.blocked else ("kicked", "member")
        change = {
            "chat": chat.api(),
            "from": person.api(),
            "date": int(self.now()),
            "old_chat_member": Member(bot, old).api(),
            "new_chat_member": Member(bot, new).api(),
        }
        self.bots[bot.id].updates.push("my_chat_member", chat.id, change)
        self.chats_changed()

    def _push_member(self, chat: Chat, user: User, change: Json) -> None:
        if user.id in self.bots:
            self.bots[user.id].updates.push("my_chat_member", chat.id, change)
        for member in list(chat.members.values()):
            if member.admin and member.user.is_bot and member.user is not user:
                self.bots[member.user.id].updates.push("chat_member", chat.id, change)

    def open_topic(self, chat: Chat, by: User, name: str) -> Topic:
        """A new topic in a forum; its id is that of the message that tells of it."""
        message = self.post(chat, by, {"forum_topic_created": {"name": name, "icon_color": 0x6FB9F0}})
        topic = message.thread = chat.topics[message.id] = Topic(message.id, name)
        return topic

    def turn_topic(self, chat: Chat, by: User, topic: Topic, *, closed: bool) -> None:
        """Close or reopen a topic."""
        topic.closed = closed
        self.post(chat, by, {f"forum_topic_{'closed' if closed else 'reopened'}": {}}, thread=topic)

    def drop_topic(self, chat: Chat, topic: Topic) -> None:
        """A topic disappears with all that was written in it; no bot is told."""
        del chat.topics[topic.id]
        for message in [one for one in chat.timeline.values() if one.thread is topic]:
            self.remove(message)

    def drop_group(self, chat: Chat) -> None:
        """A group is gone for all; no bot is told."""
        chat.members.clear()
        chat.deleted = True
        self.chats_changed()

    # what people see

    def tell(self, user: User, chat: Chat, event: Json) -> None:
        """An event for one person's page."""
        for watcher in self.watchers.get(user.id, ()):
            watcher.put_nowait(event | {"chat": chat.page_id(user)})

    def show(self, event: str, message: Message, only: User | None = None) -> None:
        """A message as an event for all who see it."""
        for user in [only] if only else message.chat.users():
            if self.watchers.get(user.id) and message.visible_to(user):
                self.tell(user, message.chat, {"type": event, "message": self.seen(message, user)})

    def chats_changed(self) -> None:
        """The list of chats is another one now."""
        for watchers in self.watchers.values():
            for watcher in watchers:
                watcher.put_nowait({"type": "chats"})

    def seen(self, message: Message, person: User) -> Json:
        """A message as this person's page shows it."""
        found = message.api(viewer=person) | {"out": message.sender is person}
        if message.asks(person):
            found["reply_markup"] = message.prompt
        if message.replaces:
            found["replaces_message_id"] = message.replaces.id
        text = found.get("text") or found.get("caption")
        entities = found.get("entities") or found.get("caption_entities") or []
        return found | {"html": html.safe_html(text or "", entities)}


def _typed(text: str) -> Json:
    entities = detect(text)
    return {"text": text, "entities": entities} if entities else {"text": text}
