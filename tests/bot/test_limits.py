"""No window of Telegram's is ever exceeded at Telegram's own clock, and everybody is served."""

import heapq
from collections import defaultdict

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import EphemeralMessageParameters
from hypothesis import given
from hypothesis import strategies as st

from bot.counting import Counting
from bot.limits import SendLimits, addressed
from storage.outbox import Priority

ALL, PRIVATE, GROUP = (30, 1.0), (5, 5.0), (20, 60.0)
"""As Telegram counts."""

arrivals = st.lists(
    st.tuples(
        st.floats(0, 20),  # when it is written
        st.sampled_from([1, 2, 3, -1, -2, *range(10, 60)]),  # to whom
        st.sampled_from(list(Priority)),
        st.floats(0.001, 3),  # how long the call takes
        st.floats(0, 1),  # where within it Telegram counts
    ),
    max_size=150,
)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(arrivals)
def test_no_window_is_exceeded_and_everybody_is_served(
    letters: list[tuple[float, int, Priority, float, float]],
) -> None:
    clock = Clock()
    limits = SendLimits(clock)
    waiting, under_way = sorted(letters), list[tuple[float, int]]()
    counted: defaultdict[int | None, list[float]] = defaultdict(list)
    while waiting:
        while under_way and under_way[0][0] <= clock.now:
            limits.end(heapq.heappop(under_way)[1])
        for letter in list(waiting):
            at, chat, priority, takes, where = letter
            if at <= clock.now and limits.wait(chat, priority) <= 0:
                limits.begin(chat)
                heapq.heappush(under_way, (clock.now + takes, chat))
                for key in (None, chat):
                    counted[key].append(clock.now + takes * where)
                waiting.remove(letter)
        clock.now += 0.1
        assert clock.now < 3600, "somebody is never served"
    for key, times in counted.items():
        windows = [ALL] if key is None else [PRIVATE, GROUP] if key < 0 else [PRIVATE]
        for most, seconds in windows:
            times.sort()
            for first, one_too_many in zip(times, times[most:], strict=False):
                assert one_too_many - first >= seconds - 1e-6


def test_a_code_finds_room_where_notices_have_used_up_theirs() -> None:
    limits = SendLimits(Clock())
    while limits.wait(-7, Priority.REST) <= 0:
        limits.begin(-7)
        limits.end(-7)
    assert limits.wait(-7, Priority.REST) > 1
    assert limits.wait(-7, Priority.OUTCOME) == 0
    assert limits.wait(-7, Priority.CODE) == 0


def test_leafing_through_menus_holds_nothing_up_in_a_private_chat() -> None:
    clock = Clock()
    limits = SendLimits(clock)
    for _ in range(8):
        with limits.counted(1, edit=True):
            assert limits.wait(1, Priority.REST) == 0
        clock.now += 0.2
    assert limits.wait(1, Priority.REST) == 0
    for _ in range(5):
        with limits.counted(1):
            pass
    assert limits.wait(1, Priority.CODE) > 0


async def test_presses_in_a_group_leave_room_for_codes() -> None:
    """Each edit counts there. Who presses on is told how long to wait."""
    clock, asked = Clock(), list[object]()
    limits = SendLimits(clock)

    async def telegram(_bot: Bot, method: object) -> bool:
        asked.append(method)
        clock.now += 2
        return True

    bot, counting = Bot("1:a"), Counting(limits)
    edit = EditMessageText(chat_id=-7, message_id=1, text="x")
    for _ in range(16):
        await counting(telegram, bot, edit)
    with pytest.raises(TelegramRetryAfter) as told:
        await counting(telegram, bot, edit)
    assert (len(asked), told.value.retry_after) == (16, 30)
    clock.now += 5
    for _ in range(4):
        assert limits.wait(-7, Priority.CODE) == 0
        limits.begin(-7)
    assert limits.wait(-7, Priority.CODE) > 0


async def test_a_code_that_is_asked_for_by_a_press_takes_the_room_that_is_kept_for_codes() -> None:
    async def telegram(_bot: Bot, _method: object) -> bool:
        return True

    clock = Clock()
    limits = SendLimits(clock)
    bot, counting = Bot("1:a"), Counting(limits)
    for _ in range(16):
        await counting(telegram, bot, SendMessage(chat_id=-7, text="a menu"))
        clock.now += 2
    alone = EphemeralMessageParameters(receiver_user_id=1)
    for _ in range(4):
        assert await counting(
            telegram, bot, SendMessage(chat_id=-7, text="1234", ephemeral_message_parameters=alone)
        )
        clock.now += 2
    with pytest.raises(TelegramRetryAfter):
        await counting(telegram, bot, SendMessage(chat_id=-7, text="a menu"))


def test_a_frozen_chat_waits_alone() -> None:
    clock = Clock()
    limits = SendLimits(clock)
    limits.freeze(1, 30)
    limits.freeze(1, 10)
    assert limits.wait(1, Priority.CODE) == 30
    assert limits.wait(2, Priority.REST) == 0
    full, soonest = limits.full()
    assert full[Priority.CODE] == {1}
    assert soonest == 30
    clock.now = 30
    assert limits.wait(1, Priority.CODE) == 0


def test_quiet_chats_are_forgotten() -> None:
    clock = Clock()
    limits = SendLimits(clock)
    for chat in range(1, 20):
        with limits.counted(chat):
            pass
    clock.now = 5
    limits.full()
    assert not limits._chats


def test_only_messages_count() -> None:
    def method(name: str, **fields: object) -> object:
        return type("Method", (), {"__api_method__": name, **fields})()

    assert addressed(method("sendMessage", chat_id=7)) == 7
    assert addressed(method("editMessageText", chat_id=-7)) == -7
    assert addressed(method("editMessageText", chat_id=None, inline_message_id="x")) is None
    assert addressed(method("answerCallbackQuery", callback_query_id="1")) is None
    assert addressed(method("deleteMessage", chat_id=7)) is None
