"""Whether two answers can be told apart by how long they take. Source: promises rows 29, 33"""

import gc
import random
from collections.abc import Callable
from math import erfc, sqrt
from statistics import median
from time import perf_counter

ONE_MS = 0.001
UNLIKELY = 0.01  # the chance that two alike would differ as much


def took(tries: dict[str, Callable[[], object]], *, n: int) -> dict[str, list[float]]:
    """Seconds of each, n times, in an order that is drawn anew in every round, so that what disturbs one disturbs all."""
    times: dict[str, list[float]] = {name: [] for name in tries}
    order = list(tries)
    for do in tries.values():
        do()  # the first of a kind pays for what is kept
    gc.collect()
    gc.disable()
    try:
        for _ in range(n):
            random.shuffle(order)
            for name in order:
                start = perf_counter()
                tries[name]()
                times[name].append(perf_counter() - start)
    finally:
        gc.enable()
    return times


def told_apart(one: list[float], other: list[float]) -> bool:
    """Medians that lie a millisecond apart or more, and not by chance."""
    return abs(median(one) - median(other)) >= ONE_MS and chance_of(one, other) <= UNLIKELY


def chance_of(one: list[float], other: list[float]) -> float:
    """How likely two samples of the same kind differ as much: Mann and Whitney's test, two-sided, by the normal approximation."""
    ranked = sorted((value, number) for number, sample in enumerate((one, other)) for value in sample)
    ranks = sum(rank for rank, (_value, number) in enumerate(ranked, 1) if number == 0)
    n, m = len(one), len(other)
    away = ranks - n * (n + m + 1) / 2
    return erfc(abs(away) / sqrt(n * m * (n + m + 1) / 12) / sqrt(2))
