"""`/people`: what a person does and sees in the chat."""

import re

from aiohttp import web

from sandbox.telegram.groups import Groups
from sandbox.telegram.pressing import Pressing
from sandbox.telegram.profile import commands_for
from sandbox.telegram.routes import Routes
from sandbox.telegram.state import Chat, Json, Message, User
from sandbox.telegram.watching import Watching
from sandbox.telegram.web import body_of, number, refuse

__all__ = ["People"]

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


class People(Routes):
    """People with their phones."""

    def add_routes(self, app: web.Application) -> None:
        """Add the addresses."""
        chat = "/people/{id}/chats/{chat}"
        app.add_routes(
            [
                web.get("/people", self.everybody),
                web.post("/people", self.arrive),
                web.get("/people/{id}/chats", self.chats),
                web.get(f"{chat}/messages", self.messages),
                web.post(f"{chat}/messages", self.write),
                web.put(chat + "/messages/{message_id}", self.edit),
                web.delete(chat + "/messages/{message_id}", self.delete),
                web.post(f"{chat}/start", self.start),
                web.post(f"{chat}/block", self.block),
                web.post(f"{chat}/unblock", self.unblock),
                web.get("/people/{id}/commands", self.commands),
                web.post("/people/{id}/deactivate", self.deactivate),
            ]
        )
        for routes in (Pressing, Watching, Groups):
            routes(self.server).add_routes(app)

    async def everybody(self, _request: web.Request) -> web.Response:
        """All people."""
        return web.json_response({"people": [_person(user) for user in self.hub.people.values()]})

    async def arrive(self, request: web.Request) -> web.Response:
        """A person appears, or changes name or language."""
        body = await body_of(request)
        name = str(body.get("first_name") or "").strip()
        if not name:
            raise refuse(400, "first_name is missing")
        user_id = number(body["id"]) if body.get("id") is not None else 700_000_000 + next(self.hub.numbers)
        if user_id <= 0 or user_id in self.hub.bots:
            raise refuse(400, "this id is taken by a bot or is no person's")
        person = self.hub.people.setdefault(user_id, User(user_id, name))
        person.first_name = name
        person.username = str(body.get("username") or "") or None
        person.language_code = str(body.get("language_code") or "") or None
        return web.json_response(_person(person))

    async def chats(self, request: web.Request) -> web.Response:
        """The chats of a person: private ones with all bots, and groups."""
        person = self.person(request)
        found = [self.hub.private(bot.user, person) for bot in self.hub.bots.values()]
        found += self.hub.groups_of(person.id)
        return web.json_response({"chats": [self._summary(chat, person) for chat in found]})

    def _summary(self, chat: Chat, person: User) -> Json:
        seen = _visible(chat, person)
        return {
            "id": chat.page_id(person),
            "type": chat.kind,
            "title": chat.bot.first_name if chat.bot else chat.title,
            "unread": chat.unread.get(person.id, 0),
            "last": self.hub.seen(seen[-1], person) if seen else None,
            "blocked": chat.blocked,
            "members": len(chat.users()),
            "topics": [
                {"id": topic.id, "name": topic.name, "closed": topic.closed} for topic in chat.topics.values()
            ],
        }

    async def messages(self, request: web.Request) -> web.Response:
        """What a person sees in a chat, `after` a message if that is named; looking reads it."""
        person, chat = self.person_and_chat(request)
        chat.unread.pop(person.id, None)
        after = number(request.query.get("after", "0"))
        shown = [one for one in _visible(chat, person) if one.id > after or one.ephemeral]
        return web.json_response({"messages": [self.hub.seen(one, person) for one in shown]})

    async def write(self, request: web.Request) -> web.Response:
        """A person types a text."""
        person, chat = self.person_and_chat(request)
        body = await body_of(request)
        text = str(body.get("text") or "").strip()
        if not text or len(text) > 4096:
            raise refuse(400, "text must be 1-4096 characters")
        self._may_write(chat, person)
        more: Json = {"anonymous": bool(body.get("anonymous")), "channel": body.get("channel")}
        if more["channel"] is not None and (chat.kind != "supergroup" or not str(more["channel"])):
            raise refuse(400, "channels write in supergroups, by their title")
        if more["anonymous"] and not chat.rules(person.id):
            raise refuse(400, "only administrators of a group can be anonymous")
        more["receiver"] = self._only_for(chat, person, text)
        message = self.hub.type_text(chat, person, text, **more, **self._around(chat, body))
        found = {"message_id": message.id}
        if message.ephemeral:
            found["ephemeral_message_id"] = message.ephemeral
        return web.json_response(found)

    async def start(self, request: web.Request) -> web.Response:
        """A person followed `t.me/bot?startgroup=payload` and picked this group.

        The bot is added if it is not there; with a payload the person's client then says `/start`.
        """
        person, chat = self.person_and_chat(request)
        body = await body_of(request)
        bot, payload = self.hub.bots.get(number(body.get("bot"))), str(body.get("payload") or "")
        if bot is None or chat.kind == "private":
            raise refuse(404, "no such bot, or no group")
        if not PAYLOAD.fullmatch(payload):
            raise refuse(400, "a payload is up to 64 of A-Z a-z 0-9 _ -")
        if not chat.has(bot.user.id):
            self.hub.change_member(chat, bot.user, "member", person)
        if not payload:
            return web.json_response({})
        self._may_write(chat, person)
        said = self.hub.type_text(chat, person, f"/start@{bot.user.username} {payload}")
        return web.json_response({"message_id": said.id})

    def _only_for(self, chat: Chat, person: User, text: str) -> User | None:
        """The bot that alone sees the text, if it is a group command which the bot declared as ephemeral."""
        if chat.kind == "private" or not text.startswith("/"):
            return None
        command, _, username = text[1:].partition(" ")[0].partition("@")
        for user in chat.users():
            if user.is_bot and username.lower() in {"", str(user.username).lower()}:
                offered = commands_for(self.hub.bots[user.id], chat, person)
                if any(one["command"] == command and one.get("is_ephemeral") for one in offered):
                    return user
        return None

    @staticmethod
    def _may_write(chat: Chat, person: User) -> None:
        if chat.blocked:
            raise refuse(400, "you blocked this bot")
        if chat.kind != "private" and chat.status(person.id) == "restricted":
            raise refuse(400, "you may not write here")

    @staticmethod
    def _around(chat: Chat, body: Json) -> Json:
        found: Json = {}
        if body.get("reply_to_message_id"):
            found["reply_to"] = chat.messages.get(number(body["reply_to_message_id"]))
            if found["reply_to"] is None:
                raise refuse(404, "the message to reply to is not there")
            found["thread"] = found["reply_to"].thread
        if body.get("message_thread_id"):
            found["thread"] = chat.topics.get(number(body["message_thread_id"]))
            if found["thread"] is None:
                raise refuse(404, "no such topic")
        return found

    async def edit(self, request: web.Request) -> web.Response:
        """A person changes an own text."""
        person, chat = self.person_and_chat(request)
        message = chat.messages.get(number(request.match_info["message_id"]))
        text = str((await body_of(request)).get("text") or "").strip()
        if message is None or message.sender is not person:
            raise refuse(404, "no such message of yours")
        if not text or len(text) > 4096:
            raise refuse(400, "text must be 1-4096 characters")
        self.hub.retype(message, text)
        return web.json_response({})

    async def delete(self, request: web.Request) -> web.Response:
        """A person deletes a message: any in a private chat, an own one in a group, all of them as admin."""
        person, chat = self.person_and_chat(request)
        message = chat.messages.get(number(request.match_info["message_id"]))
        if message is None:
            raise refuse(404, "no such message")
        if chat.kind != "private" and message.sender is not person and not chat.rules(person.id):
            raise refuse(400, "this message is not yours")
        self.hub.remove(message)
        return web.json_response({})

    async def block(self, request: web.Request) -> web.Response:
        """A person blocks the bot."""
        return self._set_blocked(request, blocked=True)

    async def unblock(self, request: web.Request) -> web.Response:
        """A person lets the bot in again."""
        return self._set_blocked(request, blocked=False)

    def _set_blocked(self, request: web.Request, *, blocked: bool) -> web.Response:
        person, chat = self.person_and_chat(request)
        if chat.bot is None:
            raise refuse(400, "only a bot can be blocked")
        if chat.blocked != blocked:
            chat.blocked = blocked
            self.hub.block_changed(chat, person, chat.bot)
        return web.json_response({})

    async def deactivate(self, request: web.Request) -> web.Response:
        """A person's account is gone."""
        self.person(request).deactivated = True
        return web.json_response({})

    async def commands(self, request: web.Request) -> web.Response:
        """The commands that a person's client offers in a chat."""
        person = self.person(request)
        chat = self.chat_of(person, number(request.query.get("chat")))
        bots = [self.hub.bots[user.id] for user in chat.users() if user.is_bot]
        found = [command for bot in bots for command in commands_for(bot, chat, person)]
        return web.json_response({"commands": found})


def _person(user: User) -> Json:
    return {
        "id": user.id,
        "first_name": user.first_name,
        "username": user.username,
        "language_code": user.language_code,
    }


def _visible(chat: Chat, person: User) -> list[Message]:
    seen = [message for message in chat.timeline.values() if message.visible_to(person)]
    replaced = {id(message.replaces) for message in seen if message.replaces}
    shown = [message for message in seen if id(message) not in replaced]
    return sorted(shown, key=lambda message: message.replaces.seq if message.replaces else message.seq)
