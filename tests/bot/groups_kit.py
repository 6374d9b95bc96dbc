"""A group in which an account is lent and only the one who ordered sees codes, and what its members see."""

import json
from dataclasses import dataclass
from typing import Any

from orders import shares
from storage import people
from storage.orders import Order
from storage.shares import Codes, Share
from tests.bot.rig import ANNA, BORIS, BOT, Json, Rig

CLARA = 7003
"""In the group too; she has never written to the bot."""

NAMES = {ANNA: "Anna", BORIS: "Борис", CLARA: "Clara <3"}
MEMBERS = (ANNA, BORIS, CLARA)


@dataclass(frozen=True)
class Group:
    """The group, its share, and hands for both. Anna lends, Boris or Clara order."""

    bot: Rig
    id: int
    share: Share

    async def carded(self, buyer: int = BORIS, **fields: Any) -> Order:
        """An order of the share whose card stands in the group."""
        return await self.bot.carded(buyer, chat_id=self.id, share_id=self.share.id, **fields)

    async def card(self, order: Order, person: int = ANNA) -> Json:
        """The card as somebody sees it now."""
        card_id = (await self.bot.fresh(order)).card_id
        (card,) = [one for one in await self.bot.seen(person, self.id) if one["message_id"] == card_id]
        return card

    async def whispered(self, person: int = BORIS) -> list[Json]:
        """What this member alone sees in the group."""
        return [one for one in await self.bot.seen(person, self.id) if one.get("ephemeral_message_id")]

    async def lines(self, words: str) -> list[Json]:
        """What the bot has said to all of the group with these words."""
        return [one for one in await self.bot.seen(ANNA, self.id) if words in one["text"]]

    async def role(self, person: int, status: str) -> None:
        """Somebody becomes that in the group, the bot too."""
        await self.bot.post(f"/groups/{self.id}/members", user_id=person, status=status)


async def lent(bot: Rig, *, is_admin: bool = False, codes: Codes = Codes.BUYER, **more: Any) -> Group:
    """Anna lends her account to a group of three. `is_admin`: whether the bot rules there."""
    await bot.post("/people", id=CLARA, first_name=NAMES[CLARA], language_code="en")
    admins = [ANNA, BOT] if is_admin else [ANNA]
    made = await bot.post("/groups", title="Team", members=list(MEMBERS), admins=admins, bots=[BOT], **more)
    async with bot.desk.db.transaction() as connection:
        await people.meet_user(connection, CLARA, "en", bot.desk.now())
        for person, name in NAMES.items():
            await people.set_name(connection, person, name)
            await people.set_language(connection, person, "en")
        await people.meet_chat(connection, made["id"], "group", "Team")
    share = await shares.begin(bot.desk, bot.account, made["id"], ANNA)
    await shares.change(bot.desk, share.id, ANNA, codes=codes)
    bot.world.telegram.hub.bots[BOT].updates.waiting.clear()
    return Group(bot, made["id"], share)


async def nobody_else_saw(bot: Rig, buyer: int, *secrets: str) -> None:
    """Neither stands it in anybody else's chats, nor was Telegram ever asked to show it to others."""
    for person in MEMBERS:
        if person != buyer:
            shown = json.dumps(await everything(bot, person), ensure_ascii=False)
            assert not [secret for secret in secrets if secret in shown], person
    for call in await bot.calls():
        params = json.dumps(call["params"], ensure_ascii=False)
        if any(secret in params for secret in secrets):
            wish = call["params"].get("ephemeral_message_parameters") or "{}"
            receiver = (json.loads(wish) if isinstance(wish, str) else wish).get("receiver_user_id")
            assert buyer in {receiver, int(call["params"]["chat_id"])}, call


async def everything(bot: Rig, person: int) -> list[Json]:
    """All that the bot has said where this person sees it."""
    chats = (await bot.get(f"/people/{person}/chats"))["chats"]
    return [one for chat in chats for one in await bot.seen(person, chat["id"])]


async def has_read(bot: Rig, secret: str, person: int) -> list[Json]:
    """All messages with it that this person sees anywhere."""
    return [one for one in await everything(bot, person) if secret in one["text"]]
