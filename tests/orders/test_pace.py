"""When to look, and how often a site may be asked: pure arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from orders import cadence
from orders.arrivals import EDGES, NEVER, Arrivals, bucket_of
from orders.cadence import GRACE, LONGEST, Age
from orders.pace import BURST, LONGEST_FREEZE, MOST_COST, Bucket
from providers.words import Pace

SECONDS = st.floats(0, 100_000, allow_nan=False)
HABIT = Arrivals.learn()
COUNTS = st.dictionaries(st.integers(NEVER, len(EDGES) - 2), st.floats(0, 1000), max_size=20)


@given(
    floor=st.floats(0.5, 60),
    age=SECONDS,
    left=st.none() | st.floats(-1000, 100_000),
    has_code=st.booleans(),
    proven=st.booleans(),
)
def test_a_look_is_never_under_the_floor_and_never_past_the_end(
    floor: float, age: float, left: float | None, has_code: bool, proven: bool
) -> None:
    expires_at = None if left is None else 1e9 + left
    order = Age(now=1e9, activated_at=1e9 - age, expires_at=expires_at, has_code=has_code)
    wait = cadence.next_look(order, HABIT, floor=floor, hooks_proven=proven)
    assert wait >= floor
    assert wait <= max(60.0, floor)
    if left is not None and left > 2:
        assert wait <= max(left - 1, floor, 1.0), "a look before the end"


@given(
    floor=st.floats(1, 20), lasts=st.integers(30, 4000), has_code=st.booleans(), proven=st.booleans(),
    slowness=st.floats(0, 1.5),
)  # fmt: skip
def test_every_order_is_looked_at_around_its_end(
    floor: float, lasts: int, has_code: bool, proven: bool, slowness: float
) -> None:
    now, looks = 0.0, []
    while True:
        order = Age(now=now, activated_at=0, expires_at=lasts, has_code=has_code)
        if cadence.is_over(order):
            break
        now += cadence.next_look(order, HABIT, floor=floor, hooks_proven=proven) + slowness
        looks.append(now)
        assert len(looks) < 3000
    end = floor + slowness + 2
    assert any(lasts - 2 - end <= look <= lasts for look in looks), "shortly before the end"
    assert any(lasts < look <= lasts + end + 10 for look in looks), "shortly after the end"
    assert lasts + GRACE < looks[-1] <= lasts + GRACE + 60 + end


def test_a_young_order_is_looked_at_often() -> None:
    def wait(age: float, **more: object) -> float:
        order = Age(now=age, activated_at=0, expires_at=None, has_code=bool(more.get("has_code")))
        return cadence.next_look(order, HABIT, floor=1, hooks_proven=bool(more.get("proven")))

    assert 4 < wait(0) < 7, "no code is there at once"
    assert wait(8) < wait(30) < wait(120)
    assert wait(1000) == wait(5000) == cadence.LONGEST_GAP
    assert wait(-50) == wait(0)
    assert wait(0, has_code=True) == 15
    assert wait(0, proven=True) == cadence.SAFETY_NET


@given(wait=st.integers(0, 200_000), now=st.integers(0, 10**13), key=st.text(max_size=20))
def test_a_turn_is_never_later_than_the_look_and_never_right_after_the_last_one(
    wait: int, now: int, key: str
) -> None:
    moved = cadence.in_turn(now + wait, now, key)
    assert moved <= now + wait
    assert moved == now + wait or moved - now >= cadence.TOO_SOON_MS
    assert wait >= cadence.ROUND_MS or moved == now + wait, "dense looks stay as they are"


@given(now=st.integers(10**12, 2 * 10**12), wait=st.sampled_from([30_000, 60_000]))
def test_what_was_looked_at_together_falls_apart_at_once_and_stays_apart(now: int, wait: int) -> None:
    keys = [f"order {number}" for number in range(1000)]
    looks = dict.fromkeys(keys, now)
    for _ in range(4):
        looks = {key: cadence.in_turn(at + 40 + wait + wait // 20, at + 40, key) for key, at in looks.items()}
    for second in range(30):
        together = [key for key, at in looks.items() if at // 1000 % 30 == second]
        assert 10 <= len(together) <= 75, "a thirtieth of them each second"
    after = {key: cadence.in_turn(at + 40 + wait, at + 40, key) for key, at in looks.items()}
    assert all(after[key] - at == wait for key, at in looks.items()), "as often as they are to be looked at"


def test_when_an_order_is_over() -> None:
    def at(now: float, expires_at: float | None) -> tuple[bool, bool]:
        age = Age(now=now, activated_at=0, expires_at=expires_at, has_code=False)
        return cadence.is_over(age), cadence.is_hopeless(age)

    assert at(160, 100) == (False, False)
    assert at(161, 100) == (True, False)
    assert at(LONGEST, None) == (False, False)
    assert at(LONGEST + 1, None) == (True, True)
    assert at(LONGEST + 101, 100) == (True, True)


@given(tries=st.integers(1, 10_000), floor=st.floats(0.5, 100))
def test_trouble_backs_off_to_half_a_minute(tries: int, floor: float) -> None:
    assert floor <= cadence.after_trouble(tries, floor=floor) <= max(30, floor)


@given(
    per_minute=st.integers(1, 600),
    wishes=st.lists(st.tuples(st.floats(0, 30), st.integers(0, 50), st.integers(1, 2)), max_size=40),
)
def test_never_more_requests_than_the_pace_in_any_window(
    per_minute: int, wishes: list[tuple[float, int, int]]
) -> None:
    now = 0.0
    bucket = Bucket(Pace(per_minute=per_minute, floor=1), clock=lambda: now)
    spent: list[tuple[float, int]] = []
    for pause, wanted, cost in wishes:
        now += pause
        granted = bucket.take(wanted, cost=cost)
        assert 0 <= granted <= wanted
        spent.append((now, granted * cost))
    burst = max(MOST_COST, per_minute * BURST)
    for begin, (start, _) in enumerate(spent):
        total = 0
        for at, count in spent[begin:]:
            total += count
            assert total <= burst + (at - start) * per_minute / 60 + 1e-6


@given(per_minute=st.integers(1, 600), cost=st.integers(1, 2), wanted=st.integers(1, 100))
def test_who_waits_as_long_as_told_gets_a_turn(per_minute: int, cost: int, wanted: int) -> None:
    now = 0.0
    bucket = Bucket(Pace(per_minute=per_minute, floor=1), clock=lambda: now)
    for _ in range(20):
        now += bucket.wait(cost=cost) + 1e-6
        assert bucket.take(wanted, cost=cost) >= 1


def test_a_freeze_ends() -> None:
    now = 0.0
    bucket = Bucket(Pace(per_minute=60, floor=1), clock=lambda: now)
    bucket.freeze(20)
    bucket.freeze(10)
    assert (bucket.take(1), bucket.wait()) == (0, 20)
    now = 21
    assert bucket.take(1) == 1
    bucket.freeze(float("inf"))
    assert bucket.wait() == LONGEST_FREEZE


def test_a_429_makes_the_account_slower_for_a_while() -> None:
    now = 0.0
    bucket = Bucket(Pace(per_minute=600, floor=1), clock=lambda: now)
    bucket.freeze(5)
    bucket.freeze(5)
    assert bucket.rate == 300, "many answers at once count once"
    now = 3600
    assert (bucket.take(1), bucket.rate) == (1, 600)


@given(counts=COUNTS, age=SECONDS)
def test_looks_go_on_in_order_whatever_was_learnt(counts: dict[int, float], age: float) -> None:
    habit = Arrivals.learn(counts)
    assert 0 <= sum(habit.shares) <= 1 + 1e-9
    assert habit.next_look(age) > age


@given(age=st.floats(0, 3599))
def test_a_bucket_holds_its_age(age: float) -> None:
    bucket = bucket_of(age)
    assert EDGES[bucket] <= age < EDGES[bucket + 1]


def test_looks_gather_where_codes_were_seen() -> None:
    late = Arrivals.learn({bucket_of(100): 500.0})
    assert late.next_look(0) > HABIT.next_look(0), "early looks are saved"
    gap = late.next_look(101) - 101
    assert gap < HABIT.next_look(101) - 101


def rental(silence: float, **more: float) -> Age:
    return Age(
        now=1e9, activated_at=1e9 - 2e6, silent_since=1e9 - silence, has_code=True,
        expires_at=1e9 + more.get("left", 1e7),
    )  # fmt: skip


def test_a_rental_is_looked_at_after_the_root_of_its_silence() -> None:
    def wait(silence: float) -> float:
        return cadence.next_look(rental(silence), HABIT, floor=3, hooks_proven=False)

    assert wait(0) <= 8
    assert wait(30) <= 8, "somebody waits: as closely as an order"
    assert (round(wait(86_400)), round(wait(30 * 86_400))) == (294, 1610)


def test_a_silent_month_costs_some_three_thousand_looks() -> None:
    age, looks = 0.0, 0
    while age < 30 * 86_400:
        age += cadence.next_look(rental(age), HABIT, floor=3, hooks_proven=False)
        looks += 1
    assert 3_000 < looks < 3_400


@given(left=st.floats(-86_000, 86_400, allow_nan=False), silence=st.floats(0, 3e6, allow_nan=False))
def test_a_rental_is_looked_at_around_its_end_and_waited_for_a_day(left: float, silence: float) -> None:
    age = rental(silence, left=left)
    wait = cadence.next_look(age, HABIT, floor=3, hooks_proven=False)
    assert not cadence.is_over(age)
    assert wait >= 3
    if left > 5:
        assert wait <= max(left - 2, 3) + 1e-6  # moments are floats
    elif left < 0:
        assert wait <= max(10, (-left) ** 0.5) + 1e-6
