"""Figures: medians, percentiles, and how they are printed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. `goal` is told, not judged."""

    name: str
    value: float
    unit: str
    goal: str = ""


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share (0-1) of all lies."""
    ordered = sorted(values) or [math.nan]
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(name: str, seconds: Sequence[float], *, p50: str = "", p99: str = "") -> list[Figure]:
    """Median and 99th percentile in milliseconds."""
    return [
        Figure(name=f"{name}, p50", value=percentile(seconds, 0.5) * 1000, unit="ms", goal=p50),
        Figure(name=f"{name}, p99", value=percentile(seconds, 0.99) * 1000, unit="ms", goal=p99),
    ]


def ratio(name: str, ours: Sequence[float], floor: Sequence[float], *, goal: str = "") -> Figure:
    """Our median over the floor program's, measured in the same run."""
    return Figure(name=name, value=percentile(ours, 0.5) / percentile(floor, 0.5), unit="x", goal=goal)


def table(figures: Sequence[Figure]) -> str:
    """As text."""
    width = max(len(figure.name) for figure in figures)
    return "\n".join(
        f"{figure.name:<{width}}  {figure.value:>10.2f} {figure.unit:<4} {figure.goal}" for figure in figures
    )
