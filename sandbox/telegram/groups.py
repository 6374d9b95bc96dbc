"""`/groups`: groups, who is in them, topics, and the way to a supergroup."""

from typing import Any

from aiohttp import web

from sandbox.telegram.routes import Routes
from sandbox.telegram.state import IN_CHAT, Chat, Json, Member, User
from sandbox.telegram.web import body_of, number, refuse

__all__ = ["Groups"]

STATUSES = IN_CHAT | {"left", "kicked"}


class Groups(Routes):
    """Groups as the outside world makes and changes them."""

    def add_routes(self, app: web.Application) -> None:
        """Add the addresses."""
        app.add_routes(
            [
                web.post("/groups", self.make),
                web.get("/groups/{id}", self.look),
                web.delete("/groups/{id}", self.drop),
                web.post("/groups/{id}/members", self.change_member),
                web.post("/groups/{id}/migrate", self.migrate),
                web.post("/groups/{id}/topics", self.topic),
            ]
        )

    async def make(self, request: web.Request) -> web.Response:
        """A group is made. `supergroup`, `forum` and `hidden` (members) make it one of those."""
        body = await body_of(request)
        title = str(body.get("title") or "").strip()
        if not title:
            raise refuse(400, "title is missing")
        forum = bool(body.get("forum"))
        kind = "supergroup" if forum or body.get("supergroup") else "group"
        chat = Chat(self._new_id(body, kind), kind, title, forum=forum, hidden=bool(body.get("hidden")))
        users = [self._user(one) for one in dict.fromkeys(_ids(body, "members") + _ids(body, "admins"))]
        bots = [self._user(one) for one in _ids(body, "bots")]
        admins = set(_ids(body, "admins"))
        for user in users:
            if not user.is_bot:
                chat.members[user.id] = Member(user, "administrator" if user.id in admins else "member")
        people = [member.user for member in chat.members.values()]
        if not people:
            raise refuse(400, "a group needs a person in it")
        founder = next((user for user in people if user.id in admins), people[0])
        self.hub.groups[chat.id] = chat
        self.hub.post(chat, founder, {f"{kind}_chat_created": True})
        for bot in _bots(users, bots):
            self.hub.change_member(chat, bot, "administrator" if bot.id in admins else "member", founder)
        self.hub.chats_changed()
        return web.json_response(_group(chat))

    def _new_id(self, body: Json, kind: str) -> int:
        if body.get("id") is not None:
            chat_id = number(body["id"])
            if chat_id >= 0 or chat_id in self.hub.groups:
                raise refuse(400, "a group's id is negative and its own")
            return chat_id
        base = -1_002_000_000_000 if kind == "supergroup" else -4_000_000
        return base - next(self.hub.numbers)

    async def look(self, request: web.Request) -> web.Response:
        """A group and its members."""
        return web.json_response(_group(self._group(request)))

    async def drop(self, request: web.Request) -> web.Response:
        """The group is deleted."""
        self.hub.drop_group(self._group(request))
        return web.json_response({})

    async def change_member(self, request: web.Request) -> web.Response:
        """Somebody's status changes. `by` is who did it; `away`: who is restricted is not in the group."""
        chat, body = self._group(request), await body_of(request)
        user, status = self._user(number(body.get("user_id"))), body.get("status")
        if status not in STATUSES:
            raise refuse(400, f"status must be one of {', '.join(sorted(STATUSES))}")
        by = self._user(number(body["by"])) if body.get("by") else _changer(chat, user, str(status))
        away = bool(body.get("away"))
        if away and status != "restricted":
            raise refuse(400, "only who is restricted can be away")
        anonymous = bool(body.get("anonymous"))
        self.hub.change_member(chat, user, str(status), by, anonymous=anonymous, away=away)
        return web.json_response(_group(chat))

    async def migrate(self, request: web.Request) -> web.Response:
        """The group becomes a supergroup with another id."""
        old = self._group(request)
        if old.kind != "group":
            raise refuse(400, "it is a supergroup already")
        body = await body_of(request)
        new = Chat(self._new_id(body, "supergroup"), "supergroup", old.title, members=dict(old.members))
        by = next(member.user for member in old.members.values() if not member.user.is_bot)
        self.hub.groups[new.id] = new
        self.hub.post(old, by, {"migrate_to_chat_id": new.id})
        old.migrated_to = new.id
        self.hub.post(new, by, {"migrate_from_chat_id": old.id})
        self.hub.chats_changed()
        return web.json_response(_group(new))

    async def topic(self, request: web.Request) -> web.Response:
        """A topic is opened (`{"name"}`), closed and reopened (`{"id", "closed"}`), or `deleted`."""
        chat, body = self._group(request), await body_of(request)
        if chat.kind != "supergroup":
            raise refuse(400, "only a supergroup has topics")
        chat.forum = True
        by = next(member.user for member in chat.members.values() if not member.user.is_bot)
        if body.get("id") is None:
            topic = self.hub.open_topic(chat, by, str(body.get("name") or "Topic"))
        elif number(body["id"]) in chat.topics:
            topic = chat.topics[number(body["id"])]
            if body.get("deleted"):
                self.hub.drop_topic(chat, topic)
            else:
                self.hub.turn_topic(chat, by, topic, closed=bool(body.get("closed")))
        else:
            raise refuse(404, "no such topic")
        return web.json_response({"message_thread_id": topic.id, "name": topic.name, "closed": topic.closed})

    def _group(self, request: web.Request) -> Chat:
        chat = self.hub.groups.get(number(request.match_info["id"]))
        if chat is None or chat.deleted:
            raise refuse(404, "no such group")
        return chat

    def _user(self, user_id: int) -> User:
        user = self.hub.people.get(user_id)
        bot = self.hub.bot(user_id) if user is None else None
        if user is None and bot is None:
            raise refuse(404, f"nobody has the id {user_id}")
        return user or bot.user  # type: ignore[union-attr] # one of the two is there


def _bots(users: list[User], bots: list[User]) -> list[User]:
    return list({user.id: user for user in [*bots, *users] if user.is_bot}.values())


def _ids(body: Json, field: str) -> list[int]:
    found: Any = body.get(field) or []
    if not isinstance(found, list):
        raise refuse(400, f"{field} must be a list of ids")
    return [number(one) for one in found]


def _changer(chat: Chat, user: User, status: str) -> User:
    if status == "left" or (status == "member" and user.id not in chat.members and not user.is_bot):
        return user
    others = [member.user for member in chat.members.values() if member.admin and member.user is not user]
    people = [other for other in others if not other.is_bot]
    return (people or others or [user])[0]


def _group(chat: Chat) -> Json:
    members = [{"user_id": one.user.id, "status": one.status} for one in chat.members.values()]
    return chat.api() | {"members": members}
