"""What the addresses of `/people`, `/groups` and `/outside/telegram` have in common."""

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.telegram.hub import Hub
from sandbox.telegram.state import Chat, User
from sandbox.telegram.web import number, refuse

if TYPE_CHECKING:
    from sandbox.telegram.server import TelegramServer

__all__ = ["Routes"]


class Routes:
    """Handlers over a server's world."""

    def __init__(self, server: "TelegramServer") -> None:
        self.server = server

    @property
    def hub(self) -> Hub:
        """The world as it is now; a reset makes another one."""
        return self.server.hub

    def person(self, request: web.Request) -> User:
        """The person of the address. Raises 404."""
        person = self.hub.people.get(number(request.match_info["id"]))
        if person is None:
            raise refuse(404, "no such person")
        return person

    def person_and_chat(self, request: web.Request) -> tuple[User, Chat]:
        """The person and the chat of the address. Raises 404."""
        person = self.person(request)
        return person, self.chat_of(person, number(request.match_info["chat"]))

    def chat_of(self, person: User, chat_id: int) -> Chat:
        """A person's chat by the id that the page knows: a bot's id or a group's. Raises 404."""
        if chat_id > 0:
            bot = self.hub.bot(chat_id)
            if bot is None:
                raise refuse(404, "no such bot")
            return self.hub.private(bot.user, person)
        chat = self.hub.groups.get(chat_id)
        if chat is None or not chat.has(person.id):
            raise refuse(404, "no such chat")
        return chat
