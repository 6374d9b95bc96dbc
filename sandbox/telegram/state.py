"""Who and what there is: people, bots, chats, members, messages."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ADMIN_RIGHTS", "IN_CHAT", "Chat", "Json", "Member", "Message", "Topic", "User"]

Json = dict[str, Any]

IN_CHAT = frozenset({"creator", "administrator", "member", "restricted"})
CONTENT = frozenset({"text", "caption", "photo", "document"})
ADMIN_RIGHTS = (
    *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
    *("can_promote_members", "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories"),
    *(
        "can_delete_stories",
        "can_send_welcome_messages",
        "can_pin_messages",
        "can_manage_topics",
        "can_manage_tags",
    ),
)
MEMBER_RIGHTS = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos"),
    *("can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages"),
    *(
        "can_add_web_page_previews",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
    ),
    *("can_react_to_messages", "can_edit_tag"),
)


@dataclass(slots=True, eq=False)
class User:
    """A person, or the face of a bot."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    deactivated: bool = False

    def api(self) -> Json:
        """The Bot API's User."""
        found: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            found["username"] = self.username
        if self.language_code and not self.is_bot:
            found["language_code"] = self.language_code
        return found


ANONYMOUS = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
CHANNEL = User(136817688, "Channel", "Channel_Bot", is_bot=True)
CHANNELS = -1_001_000_000_000  # minus the id of who writes as it: the id of their channel


@dataclass(slots=True)
class Member:
    """A user's place in a group."""

    user: User
    status: str
    anonymous: bool = False
    away: bool = False  # restricted, and not in the group just now

    def api(self) -> Json:
        """The Bot API's ChatMember."""
        found: Json = {"status": self.status, "user": self.user.api()}
        if self.status == "creator":
            found["is_anonymous"] = self.anonymous
        elif self.status == "administrator":
            found |= dict.fromkeys(ADMIN_RIGHTS, True) | {
                "is_anonymous": self.anonymous,
                "can_be_edited": False,
            }
        elif self.status == "restricted":
            found |= dict.fromkeys(MEMBER_RIGHTS, False) | {
                "is_member": not self.away,
                "until_date": 0,
            }
        elif self.status == "kicked":
            found["until_date"] = 0
        return found

    @property
    def admin(self) -> bool:
        """Whether this member rules the group."""
        return self.status in {"creator", "administrator"}

    @property
    def present(self) -> bool:
        """Whether this member is in the group."""
        return self.status in IN_CHAT and not self.away


@dataclass(slots=True, eq=False)
class Topic:
    """A topic of a forum."""

    id: int
    name: str
    closed: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """A message, in what all who see it have in common."""

    chat: "Chat"
    id: int  # 0 if ephemeral
    seq: int  # place in the chat
    sender: User
    date: int
    body: Json  # text, entities, document, service fields...
    anonymous: bool = False
    channel: str | None = None  # the title of the channel as which a person writes
    thread: Topic | None = None
    reply_to: "Message | None" = None
    markup: Json | None = None
    prompt: Json | None = None  # ForceReply and the like, which only a client sees
    preview: Json | None = None
    edit_date: int | None = None
    effect: str | None = None
    protected: bool = False
    ephemeral: int | None = None
    receiver: User | None = None  # of an ephemeral message
    via: User | None = None  # the bot whose inline result it is
    replaces: "Message | None" = None  # shown to the receiver in place of this one
    deleted: bool = False

    def api(self, *, viewer: User | None = None, deep: bool = True) -> Json:
        """The Bot API's Message, as bots see it, or as a person does."""
        found: Json = {"message_id": self.id, "date": self.date, "chat": self.chat.api(viewer)}
        found["from"] = self.face.api()
        if self.anonymous:
            found["sender_chat"] = self.chat.api()
        elif self.channel:
            channel_id = CHANNELS - self.sender.id
            found["sender_chat"] = {"id": channel_id, "type": "channel", "title": self.channel}
        if self.thread:
            found |= {"message_thread_id": self.thread.id, "is_topic_message": True}
        if self.reply_to and deep and not self.reply_to.deleted:
            found["reply_to_message"] = self.reply_to.api(viewer=viewer, deep=False)
        found |= self.body
        optional = {
            "edit_date": self.edit_date,
            "effect_id": self.effect,
            "reply_markup": self.markup,
            "ephemeral_message_id": self.ephemeral,
            "via_bot": self.via.api() if self.via else None,
            "receiver_user": self.receiver.api() if self.receiver else None,
            "link_preview_options": self.preview,
            "has_protected_content": self.protected or None,
        }
        return found | {key: value for key, value in optional.items() if value is not None}

    @property
    def face(self) -> User:
        """Who it seems to be from."""
        if self.anonymous:
            return ANONYMOUS
        return CHANNEL if self.channel else self.sender

    def visible_to(self, user: User) -> bool:
        """Whether this user sees it at all."""
        return not self.deleted and (self.receiver is None or user in (self.receiver, self.sender))

    def asks(self, user: User) -> bool:
        """Whether its prompt is for this user: a selective one is for who is replied to or mentioned."""
        if not self.prompt or not self.prompt.get("selective") or self.chat.kind == "private":
            return self.prompt is not None
        asked = self.reply_to is not None and self.reply_to.sender is user
        return asked or (bool(user.username) and f"@{user.username}" in str(self.body.get("text")))

    @property
    def service(self) -> bool:
        """Whether it tells of an event and was written by nobody."""
        return not self.body.keys() & CONTENT

    @property
    def content(self) -> tuple[Any, ...]:
        """What an edit has to change."""
        return self.body, self.markup, self.preview


@dataclass(slots=True, eq=False)
class Chat:
    """A group, or the private chat of one person with one bot."""

    id: int  # as the bot sees it
    kind: str  # private, group, supergroup
    title: str = ""
    person: User | None = None  # private chats
    bot: User | None = None
    started: bool = False  # the person wrote to the bot
    blocked: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    timeline: dict[int, Message] = field(default_factory=dict)
    ephemerals: dict[tuple[int, int], Message] = field(default_factory=dict)  # by user and id
    topics: dict[int, Topic] = field(default_factory=dict)
    forum: bool = False
    pinned: Message | None = None
    migrated_to: int | None = None
    hidden: bool = False  # bots that are no administrators are told nothing of its members
    deleted: bool = False
    last_bot: int | None = None  # the bot that wrote last
    unread: dict[int, int] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    seqs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def api(self, viewer: User | None = None) -> Json:
        """The Bot API's Chat. For the page a private chat goes by the bot's id and name."""
        if self.person and self.bot:
            other = self.bot if viewer is self.person else self.person
            found: Json = {"id": other.id, "type": "private", "first_name": other.first_name}
            return found | {"username": other.username} if other.username else found
        found = {"id": self.id, "type": self.kind, "title": self.title}
        return found | {"is_forum": True} if self.forum else found

    def page_id(self, person: User) -> int:
        """The chat's id for this person's page."""
        return self.bot.id if self.bot and person is self.person else self.id

    def users(self) -> list[User]:
        """All who are in it now."""
        if self.person and self.bot:
            return [self.person, self.bot]
        return [member.user for member in self.members.values() if member.present]

    def status(self, user_id: int) -> str:
        """A user's status in a group; `left` if never seen."""
        member = self.members.get(user_id)
        return member.status if member else "left"

    def has(self, user_id: int) -> bool:
        """Whether this user is in the group."""
        member = self.members.get(user_id)
        return member is not None and member.present

    def rules(self, user_id: int) -> bool:
        """Whether this user is an administrator of the group."""
        member = self.members.get(user_id)
        return member is not None and member.admin
