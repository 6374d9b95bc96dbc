"""How far the cadence is from the best one possible with as many looks. No clock, no network: arithmetic."""

import math
import random
from collections.abc import Sequence
from itertools import pairwise

from bench.figures import Figure, percentile
from orders.arrivals import Arrivals, bucket_of

FLOOR = 3.0
LONGEST_GAP = 60.0
END = 600.0
STEP = 0.5
ORDERS = 20_000
LEARNT = 200


async def measure(*, small: bool) -> list[Figure]:
    """Codes 6-18 s after the purchase, before and after learning, against the best schedules."""
    dice = random.Random(7)  # noqa: S311 - the same draws each time
    draws = [dice.uniform(6, 18) for _ in range(ORDERS // 10 if small else ORDERS)]
    counts: dict[int, float] = {}
    for age in draws[:LEARNT]:
        counts[bucket_of(age)] = counts.get(bucket_of(age), 0) + 1
    figures = []
    for name, habit in (("unlearnt", Arrivals.learn()), (f"after {LEARNT} orders", Arrivals.learn(counts))):
        looks = schedule(habit)
        lags, requests = play(looks, draws)
        mean = sum(lags) / len(lags)
        best, floored = (best_lag(draws, requests, floor) for floor in (STEP, FLOOR))
        figures += [
            Figure(name=f"cadence {name}: median lag", value=percentile(lags, 0.5), unit="s", goal="<= 2 s"),
            Figure(name=f"cadence {name}: looks per code", value=requests, unit="", goal="<= 4"),
            Figure(
                name=f"cadence {name}: mean lag / best with a floor of 3 s", value=mean / floored, unit="x"
            ),
            Figure(name=f"cadence {name}: mean lag / best without a floor", value=mean / best, unit="x"),
        ]
    return figures


def schedule(habit: Arrivals) -> list[float]:
    """The ages at which an order without a code is looked at."""
    age, looks = 0.0, []
    while age < END:
        age = min(max(habit.next_look(age), age + FLOOR), age + LONGEST_GAP)
        looks.append(age)
    return looks


def play(looks: Sequence[float], draws: Sequence[float]) -> tuple[list[float], float]:
    """Lags of all codes, and the looks that each took on average."""
    lags, requests = [], 0
    for age in draws:
        needed = next(place for place, look in enumerate(looks) if look >= age)
        lags.append(looks[needed] - age)
        requests += needed + 1
    return lags, requests / len(draws)


def best_lag(draws: Sequence[float], requests: float, floor: float) -> float:
    """The least mean lag of any schedule with this floor that takes no more looks per code.

    Lagrange: for each price of a look the cheapest schedule is found backwards in time; the price is
    halved until the schedule spends as much as allowed.
    """
    edges = [place * STEP for place in range(int(30 / STEP) + 1)]
    shares = [sum(low < age <= high for age in draws) / len(draws) for low, high in pairwise(edges)]
    low, high, best = 0.0, 10.0, math.inf
    for _ in range(40):
        price = (low + high) / 2
        lag, looks = _cheapest(edges, shares, price, round(floor / STEP))
        if looks <= requests:
            best, high = min(best, lag), price
        else:
            low = price
    return best


def _cheapest(edges: Sequence[float], shares: Sequence[float], price: float, gap: int) -> tuple[float, float]:
    """Mean lag and looks of the schedule that minimises lag + price * looks."""
    count = len(edges) - 1
    after = [0.0] * (count + 2)  # share that comes after edge i
    for place in range(count - 1, -1, -1):
        after[place] = after[place + 1] + shares[place]
    # state: last look at edge i, nothing seen yet; value: (cost, lag, looks) from there on
    value: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)] * (count + 1)
    for start in range(count - 1, -1, -1):
        if after[start] <= 0:
            continue
        options, lag, weight = [], 0.0, 0.0
        for look in range(start + 1, count + 1):
            lag += weight * STEP + shares[look - 1] * STEP / 2
            weight += shares[look - 1]
            if look - start < gap and look < count:
                continue
            cost, later_lag, later_looks = value[look]
            spent = after[start]  # everybody still waiting takes this look
            options.append((cost + lag + price * spent, lag + later_lag, spent + later_looks))
        value[start] = min(options)
    return value[0][1], value[0][2]
