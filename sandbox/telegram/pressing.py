"""`/people`: presses and inline queries, which wait for the bot's answer."""

import asyncio

from aiohttp import web

from sandbox.telegram.bots import Bot, Query
from sandbox.telegram.routes import Routes
from sandbox.telegram.state import Chat, Json, Message, User
from sandbox.telegram.web import body_of, number, refuse, seconds

__all__ = ["Pressing"]

PATIENCE = 15.0  # seconds a client waits for the answer to a press


class Pressing(Routes):
    """Fingers on buttons."""

    def add_routes(self, app: web.Application) -> None:
        """Add the addresses."""
        app.router.add_post("/people/{id}/chats/{chat}/press", self.press)
        app.router.add_post("/people/{id}/chats/{chat}/inline", self.inline)

    async def press(self, request: web.Request) -> web.Response:
        """A person presses a button, or a client forges that, and waits for the answer."""
        person, chat = self.person_and_chat(request)
        body = await body_of(request)
        data = str(body.get("data") or "")
        if not 1 <= len(data.encode()) <= 64:
            raise refuse(400, "data must be 1-64 bytes")
        message = _pressable(chat, person, body)
        if message is None or not message.sender.is_bot:
            raise refuse(404, "no such message of a bot")
        if chat.blocked:
            raise refuse(400, "you blocked this bot")
        queries = [self.hub.press(message, person, data)]
        if body.get("twice") == "same":
            self.hub.push_press(queries[0], data)
        elif body.get("twice"):
            queries.append(self.hub.press(message, person, data))
        return web.json_response(await _answer_to(queries, seconds(body.get("wait", PATIENCE))))

    async def inline(self, request: web.Request) -> web.Response:
        """A person types `@bot query`, waits for the results, and may `choose` one by its id.

        `bot` names the bot in a group.
        """
        person, chat = self.person_and_chat(request)
        body = await body_of(request)
        bot = self.hub.bots.get(chat.bot.id if chat.bot else number(body.get("bot")))
        if bot is None:
            raise refuse(404, "no such bot")
        query, query_id = str(body.get("query", "")), str(next(self.hub.numbers))
        waiting = self.hub.inline[query_id] = asyncio.get_running_loop().create_future()
        asked = {"id": query_id, "from": person.api(), "query": query, "offset": ""}
        bot.updates.push(
            "inline_query", person.id, asked | {"chat_type": "sender" if chat.bot else chat.kind}
        )
        await asyncio.wait([waiting], timeout=seconds(body.get("wait", PATIENCE)))
        self.hub.inline.pop(query_id, None)
        if not waiting.done() or waiting.cancelled():
            return web.json_response({"answered": False})
        found = {"answered": True, **waiting.result()}
        if body.get("choose") is not None:
            found["message_id"] = self._choose(chat, person, bot, str(body["choose"]), found["results"])
        return web.json_response(found)

    def _choose(self, chat: Chat, person: User, bot: Bot, result_id: str, results: list[Json]) -> int:
        chosen = next((result for result in results if str(result["id"]) == result_id), None)
        content = chosen.get("input_message_content") if chosen else None
        text = content.get("message_text") if isinstance(content, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise refuse(404, "no such result with a text")
        told = {"result_id": result_id, "from": person.api(), "query": ""}
        if bot.updates.allowed and "chosen_inline_result" in bot.updates.allowed:
            bot.updates.push("chosen_inline_result", person.id, told)
        return self.hub.type_text(chat, person, text.strip(), via=bot.user).id


def _pressable(chat: Chat, person: User, body: Json) -> Message | None:
    if body.get("message_id"):
        message = chat.messages.get(number(body["message_id"]))
        return message if message and message.visible_to(person) else None
    if body.get("ephemeral_message_id"):
        return chat.ephemerals.get((person.id, number(body["ephemeral_message_id"])))
    mine = [message for (user_id, _), message in chat.ephemerals.items() if user_id == person.id]
    return mine[-1] if mine else None  # message_id 0 alone: the last one that only this person sees


async def _answer_to(queries: list[Query], patience: float) -> Json:
    waiting = [query.answer for query in queries]
    await asyncio.wait(waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
    for answer in waiting:
        if answer.done() and not answer.cancelled():
            return {"answered": True, **answer.result()}
    return {"answered": False}
