"""What is written is sent: codes first, inside Telegram's limits, through crashes and outages.

Editing a known message is repeated until it is there. A push can double, so after an unclear
send it is repeated at most once, says so, and waits until Telegram is well again. Only a crash
repeats a code as often as it happens: rather a marked repeat than a code that never rang.

A code that one member of a group alone may see is shown there to them alone; where Telegram refuses
that, it goes to their private chat, and waits there until they open it.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiohttp import ClientConnectorError
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.counting import COUNTED
from bot.delivery import TIME_OUT, Delivered, deliver
from bot.limits import SendLimits
from bot.work import rest
from handlers import chat_life, letters
from handlers.context import Context
from handlers.letters import Drawn
from handlers.whisper import CantWhisper, can_whisper
from orders import shares
from orders.errors import NobodyKnows
from storage import orders, outbox
from storage.outbox import Kind, Priority, Queued, Waiting

log = structlog.get_logger(__name__)

PAGE = 64
"""Letters looked at to choose from."""

HANDFUL, HANDFUL_EVERY = 4, 0.1
"""So many letters that are no codes, each so many seconds: somewhat faster than Telegram takes them. A code
that comes never finds a crowd of them being drawn and written down before it.
"""

SHORTEST_WAIT, LONGEST_WAIT = 0.02, 30.0

URGENCY = -60.0
"""Patience at the database of who begins to send, and of who has sent a code: they go before who asked up to
a minute earlier. What has come in goes out before more comes in, however much that is.
"""

WRITE_AGAIN = 0.5
"""Seconds between attempts to write down what became of a letter."""

GIVEN_UP_AFTER = 24 * 3600
"""Seconds for which a letter that can't be drawn is tried: a wrong secret key is put right by then."""

UNCLEAR_TWICE = "unclear twice"
"""A code for one member of a group that may have been shown there twice: not a third time."""

LONGEST_DRAWING_PAUSE = 600.0
DRAIN = 20.0

Write = Callable[[AsyncConnection], Awaitable[None]]


@dataclass(slots=True)
class Outbox:
    """One process's sender. Letters of one chat go one after the other, chats side by side."""

    bot: Bot
    context: Context
    limits: SendLimits = field(default_factory=SendLimits)
    _busy: set[int] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _handful_at: float = 0.0
    """When the next handful may go, by the limits' clock."""

    async def recover(self) -> int:
        """At start: what was on its way when the process died may or may not have arrived. How many."""
        desk = self.context.desk
        async with desk.db.transaction() as connection:
            left = await outbox.in_state(connection, "sending")
            for letter in left:
                if letter.kind is Kind.PUSH:
                    await outbox.again(connection, letter, desk.now_ms(), unsure=True, error="crash")
                else:
                    await _repeat(connection, letter, desk.now_ms(), "crash")
        return len(left)

    async def run(self) -> None:
        """Send for ever."""
        bell = self.context.desk.bells.outbox
        while True:
            bell.clear()
            wait = await self.step()
            await rest(bell, wait)

    async def step(self) -> float:
        """Begin to send all that may go now. Seconds until there may be more."""
        desk, now_ms = self.context.desk, self.context.desk.now_ms()
        open_for, wait = self._open()
        if not open_for:
            return max(SHORTEST_WAIT, wait)
        full, soonest = self.limits.full()
        not_in = {priority: self._busy | full.get(priority, set()) for priority in open_for}
        next_ms, chosen, begun = None, list[Waiting](), list[tuple[Queued, Drawn | Write]]()
        try:
            async with desk.db.transaction(patience=URGENCY) as connection:
                waiting = await outbox.waiting(connection, now_ms, limit=PAGE, not_in_chats=not_in)
                pause = self._choose(waiting, chosen)
                for letter in await outbox.begin(connection, [one.id for one in chosen]):
                    begun.append((letter, await self._draw(connection, letter)))
                if not chosen:  # else the end of each letter rings the bell
                    next_ms = await outbox.next_due_ms(connection, after_ms=now_ms)
        except BaseException:
            for one in chosen:
                self.limits.end(one.chat_id)
            raise
        self._recount(chosen, [letter for letter, _ in begun])
        for letter, drawn in begun:
            self._spawn(letter, drawn)
        _, wait = self._open()
        waits = [wait, pause, LONGEST_WAIT if soonest is None else soonest]
        if len(waiting) == PAGE:
            waits.append(SHORTEST_WAIT)  # others are behind these
        if next_ms is not None:
            waits.append((next_ms - now_ms) / 1000)
        return max(SHORTEST_WAIT, min(waits))

    async def close(self) -> None:
        """Wait for what is on its way. What takes too long is repeated at the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN)
        late = list(self._tasks)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _open(self) -> tuple[list[Priority], float]:
        """The priorities for which there is room over all chats, and the seconds until others have it."""
        pause = self._handful_at - self.limits.clock()
        open_for, waits = list[Priority](), [LONGEST_WAIT]
        for priority in Priority:
            wait = self.limits.wait_for_any(priority)
            if priority is not Priority.CODE:
                wait = max(wait, pause)
            if wait > 0:
                waits.append(wait)
            else:
                open_for.append(priority)
        return open_for, min(waits)

    def _choose(self, waiting: list[Waiting], chosen: list[Waiting]) -> float:
        """At most one letter for each chat, and only where there is room: all codes, a handful of others.

        Seconds until one may go that found no room: handlers sent something there meanwhile.
        """
        wait = LONGEST_WAIT
        seen: set[int] = set()
        others = HANDFUL
        for one in waiting:
            is_code = one.priority is Priority.CODE
            if one.chat_id in seen or not (is_code or others):
                continue
            seen.add(one.chat_id)
            pause = self.limits.wait(one.chat_id, one.priority)
            if pause > 0:
                wait = min(wait, pause)
                continue
            self.limits.begin(one.chat_id)
            chosen.append(one)
            others -= not is_code
        if not others:
            self._handful_at = self.limits.clock() + HANDFUL_EVERY
        return wait

    def _recount(self, chosen: list[Waiting], begun: list[Queued]) -> None:
        """On PostgreSQL others may park or move a letter between the moment it is chosen and its begin."""
        counted, going = (Counter(one.chat_id for one in some) for some in (chosen, begun))
        for chat_id in (counted - going).elements():
            self.limits.end(chat_id)
        for chat_id in (going - counted).elements():
            self.limits.begin(chat_id)

    async def _draw(self, connection: AsyncConnection, letter: Queued) -> Drawn | Write:
        """What to send, or what is to be written down instead.

        In the transaction in which it is begun: to wait for another turn at the database would cost more.
        """
        try:
            async with self.context.desk.db.apart(connection):
                drawn = await letters.draw(connection, self.context, letter)
        except DBAPIError as error:
            return self._later(letter, _backoff(letter), type(error).__name__)
        except Exception as error:  # one that can't be drawn must not stop the others
            log.exception("letter can't be drawn", letter=letter.id, kind=letter.kind.value, exc_info=error)
            return self._undrawable(letter)
        return _drop(letter, "nothing to send") if drawn is None else drawn

    def _spawn(self, letter: Queued, drawn: Drawn | Write) -> None:
        self._busy.add(letter.chat_id)
        task = asyncio.create_task(self._send(letter, drawn), name=f"send {letter.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, letter: Queued, drawn: Drawn | Write) -> None:
        """Send one letter, and write down what became of it."""
        COUNTED.set(True)  # in this task alone
        try:
            write = await self._post_unless_asked(letter, drawn) if isinstance(drawn, Drawn) else drawn
            await self._persist(letter, write)
        except Exception as error:  # it is repeated after a restart; the others must not wait for that
            log.exception("letter left behind", letter=letter.id, exc_info=error)
        finally:
            self.limits.end(letter.chat_id)
            self._busy.discard(letter.chat_id)
            self.context.desk.bells.outbox.set()

    async def _persist(self, letter: Queued, write: Write) -> None:
        """What Telegram said must be known to the rows: a locked file or a full disk is waited for."""
        while True:
            try:
                async with self.context.desk.db.transaction(patience=_patience(letter)) as connection:
                    return await write(connection)
            except (DBAPIError, NoConnection) as error:
                if isinstance(error, IntegrityError):
                    raise
                log.error("outbox not written", error=type(error).__name__)  # noqa: TRY400 - no SQL in logs
            await asyncio.sleep(WRITE_AGAIN)

    async def _post_unless_asked(self, letter: Queued, drawn: Drawn) -> Write:
        """A card waits where a question stands in its place; everything else goes."""
        order_id, questions = drawn.card_of, self.context.questions
        if order_id is None or drawn.edits is None:
            return await self._post(letter, drawn)
        if questions.fresh(order_id, self.context.desk.now_ms()) is not None:
            return self._when_answered(letter, order_id)
        with questions.later_than_card(order_id):
            return await self._post(letter, drawn)

    async def _post(self, letter: Queued, drawn: Drawn) -> Write:
        if (not_yet := await self._ask_first(letter, drawn)) is not None:
            return not_yet
        try:
            return self._sent(letter, drawn, await deliver(self.bot, self.limits, letter, drawn))
        except (TelegramBadRequest, TelegramForbiddenError, CantWhisper) as error:
            if drawn.only_for is None:
                return self._failed(letter, error)
            why = "can't whisper" if isinstance(error, CantWhisper) else error.message
            return await self._to_who_ordered(letter, drawn.only_for, why)
        except TelegramAPIError as error:
            return self._failed(letter, error, drawn.only_for)
        except Exception as error:  # noqa: BLE001 - HTML, bytes that are no text, JSON that lacks something
            return self._unclear(letter, error, drawn.only_for)

    async def _is_well(self) -> bool:
        """Whether Telegram answers again: a push is repeated only then."""
        try:
            await self.bot.get_me()
        except (TelegramAPIError, ClientDecodeError) as error:
            log.info("telegram is not well yet", error=type(error).__name__)
            return False
        return True

    async def _ask_first(self, letter: Queued, drawn: Drawn) -> Write | None:
        """Whether Telegram answers, and knows what one member alone sees. None: that is asked already."""
        if letter.unsure and drawn.edits is None and not await self._is_well():
            return self._after_a_pause(letter, "telegram is not well yet")
        if drawn.only_for is None:
            return None
        if letter.error == UNCLEAR_TWICE:
            return await self._to_who_ordered(letter, drawn.only_for, "not a third time into the group")
        try:
            await can_whisper(self.bot, letter.chat_id, drawn.only_for, request_timeout=TIME_OUT)
        except (TelegramRetryAfter, TelegramMigrateToChat) as error:
            return self._failed(letter, error)
        except (TelegramAPIError, ClientDecodeError) as error:
            return self._after_a_pause(letter, type(error).__name__)  # so far nothing was sent
        return None

    def _failed(self, letter: Queued, error: Exception, only_for: int | None = None) -> Write:
        """Every way in which Telegram says no, or nothing."""
        match error:
            case TelegramRetryAfter():
                write = self._later(letter, error.retry_after, "429")
                self.limits.freeze(letter.chat_id, error.retry_after)
            case TelegramMigrateToChat():
                write = self._migrate(letter, error.migrate_to_chat_id)
            case TelegramForbiddenError():
                write = self._refused(letter, error.message, forbidden=True)
            case TelegramBadRequest():
                write = self._refused(letter, error.message, forbidden=False)
            case TelegramNetworkError() if isinstance(error.__cause__, ClientConnectorError):
                write = self._after_a_pause(letter, "unreachable")  # certainly not delivered
            case TelegramNetworkError() | TelegramServerError():
                write = self._unclear(letter, error, only_for)
            case _:
                log.error("telegram refuses", letter=letter.id, error=str(error))
                write = self._after_a_pause(letter, type(error).__name__)
        return write

    def _sent(self, letter: Queued, drawn: Drawn, delivered: Delivered) -> Write:
        desk, (sent_id, lost_topic) = self.context.desk, delivered

        async def write(connection: AsyncConnection) -> None:
            await outbox.sent(connection, letter.id, desk.now_ms(), sent_id)
            if lost_topic is not None:
                await chat_life.lose_topic(connection, desk, letter.chat_id, lost_topic)
            if sent_id is not None and drawn.edits != sent_id:
                await letters.remember(connection, drawn, sent_id)

        return write

    def _unclear(self, letter: Queued, error: Exception, only_for: int | None) -> Write:
        """No answer from Telegram that says so. It may have delivered.

        What one member of a group alone may see stands on no card there: after the second time it goes home,
        once Telegram says again who is still in the group.
        """
        log.warning("telegram does not answer", letter=letter.id, error=type(error).__name__)
        pause = _backoff(letter)
        at_ms = self._in(pause)
        self.limits.freeze(letter.chat_id, pause)  # keeps the order within the chat

        async def write(connection: AsyncConnection) -> None:
            if letter.unsure and only_for is not None:
                await outbox.again(connection, letter, at_ms, unsure=True, error=UNCLEAR_TWICE)
            else:
                await _repeat(connection, letter, at_ms, type(error).__name__)

        return write

    def _after_a_pause(self, letter: Queued, error: str) -> Write:
        pause = _backoff(letter)
        write = self._later(letter, pause, error)
        self.limits.freeze(letter.chat_id, pause)
        return write

    def _in(self, seconds: float) -> int:
        """That moment from now, in epoch milliseconds.

        Asked before the chat is frozen for as long, and not when it is written down: a letter must be due
        when its chat thaws, or the next one overtakes it.
        """
        return self.context.desk.now_ms() + int(seconds * 1000)

    def _later(self, letter: Queued, seconds: float, error: str) -> Write:
        at_ms = self._in(seconds)
        why = UNCLEAR_TWICE if letter.error == UNCLEAR_TWICE else error  # that is not forgotten meanwhile

        async def write(connection: AsyncConnection) -> None:
            await outbox.again(connection, letter, at_ms, unsure=False, error=why)

        return write

    def _when_answered(self, letter: Queued, order_id: str) -> Write:
        async def write(connection: AsyncConnection) -> None:
            now_ms = self.context.desk.now_ms()
            asked = self.context.questions.fresh(order_id, now_ms)  # perhaps it was answered just now
            at_ms = now_ms if asked is None else asked.until_ms
            await outbox.again(connection, letter, at_ms, unsure=False, error="asked something")

        return write

    def _migrate(self, letter: Queued, new_id: int) -> Write:
        async def write(connection: AsyncConnection) -> None:
            await chat_life.move(connection, self.context.desk, letter.chat_id, new_id)
            await outbox.again(connection, letter, self.context.desk.now_ms(), unsure=False, error="migrated")

        return write

    def _refused(self, letter: Queued, why: str, *, forbidden: bool) -> Write:
        """Blocked, kicked, muted or gone: keep the letters for the day the chat opens again."""
        closed = chat_life.why_closed(letter.chat_id, why, forbidden=forbidden)
        if closed is None:
            log.error("telegram refuses a letter", letter=letter.id, kind=letter.kind.value, why=why)
            return _drop(letter, why)
        log.info("chat is closed", chat=letter.chat_id, closed=closed.value, why=why)

        async def write(connection: AsyncConnection) -> None:
            await chat_life.close(connection, self.context.desk, letter.chat_id, closed)

        return write

    async def _to_who_ordered(self, letter: Queued, user_id: int, why: str) -> Write:
        """Home; from who has left the group, which the bot is not always told, it goes to the owner first."""
        home = self._take_home(letter, user_id, why)
        desk, chat_id = self.context.desk, letter.chat_id
        try:
            if chat_id > 0 or not (await desk.membership(chat_id, user_id)).has_left:
                return home
        except NobodyKnows:
            return home
        log.info("who ordered has left the group", letter=letter.id)

        async def write(connection: AsyncConnection) -> None:
            await shares.left(connection, desk, chat_id, user_id)
            order = await orders.get(connection, letter.order_id or "")
            if order is not None and order.user_id == user_id:  # it is the owner's own, or all may see it
                await home(connection)

        return write

    def _take_home(self, letter: Queued, user_id: int, why: str) -> Write:
        """Telegram does not show it to one member of a group alone: it goes to their private chat."""
        log.info("code goes to the private chat", letter=letter.id, why=why)

        async def write(connection: AsyncConnection) -> None:
            now_ms = self.context.desk.now_ms()
            await outbox.readdress(connection, letter.id, user_id, now_ms, error=why)

        return write

    def _undrawable(self, letter: Queued) -> Write:
        if self.context.desk.now_ms() - letter.created_ms > GIVEN_UP_AFTER * 1000:
            return _drop(letter, "can't be drawn")
        pause = min(LONGEST_DRAWING_PAUSE, 2.0 ** min(letter.attempts, 16))
        return self._later(letter, pause, "can't be drawn")


async def _repeat(connection: AsyncConnection, letter: Queued, at_ms: int, error: str) -> None:
    """After an unclear send: edits again and again, a new message at most once more."""
    if letter.unsure and letter.kind in {Kind.PUSH, Kind.NOTICE}:
        await outbox.drop(connection, letter.id, f"unclear twice: {error}")
    else:
        await outbox.again(connection, letter, at_ms, unsure=True, error=error)


def _drop(letter: Queued, why: str) -> Write:
    async def write(connection: AsyncConnection) -> None:
        await outbox.drop(connection, letter.id, why)

    return write


def _patience(letter: Queued) -> float:
    """Seconds for which others go first at the database: nobody waits for a card as for a code."""
    return URGENCY if letter.priority is Priority.CODE else 0.1


def _backoff(letter: Queued) -> float:
    return float(min(30, 2 ** min(letter.attempts, 5)))
