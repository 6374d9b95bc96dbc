"""Groups at Telegram, as the world outside makes and changes them."""

from collections.abc import Iterable

from tests.e2e.world import World


class Group:
    """A group with people and the bot in it."""

    def __init__(
        self,
        world: World,
        bot_id: int,
        people: Iterable[int],
        *,
        title: str = "Weekend team",
        admins: Iterable[int] = (),
        **kind: bool,
    ) -> None:
        """The bot is a plain member unless it stands among the admins. `kind`: supergroup, forum, hidden."""
        self._world = world
        made = {"title": title, "members": list(people), "admins": list(admins), "bots": [bot_id], **kind}
        self.id: int = world.call("POST", "/groups", made)["id"]

    def change(self, user_id: int, status: str, **how: object) -> None:
        """Somebody joins, leaves, is promoted, restricted or thrown out."""
        body = {"user_id": user_id, "status": status, **how}
        self._world.call("POST", f"/groups/{self.id}/members", body)

    def migrate(self) -> None:
        """It becomes a supergroup, with another id."""
        self.id = self._world.call("POST", f"/groups/{self.id}/migrate")["id"]

    def topic(self, name: str) -> int:
        """A topic is opened: its id."""
        thread_id: int = self._world.call("POST", f"/groups/{self.id}/topics", {"name": name})[
            "message_thread_id"
        ]
        return thread_id

    def delete(self) -> None:
        """It is gone for all."""
        self._world.call("DELETE", f"/groups/{self.id}")
