"""What the tests of text share."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest


@pytest.fixture
def growth() -> Callable[[Callable[[int], object], int], float]:
    """How many times as long a piece of work takes at ten times the size, by processor time, the best of three each.

    10 is linear, 100 quadratic: a ratio, not a wall clock. Where the first look at the long one finds it near linear,
    no better one is waited for. The collector rests meanwhile: late in a long run of tests it goes through all that the
    others left.
    """

    def measured(work: Callable[[int], object], size: int) -> float:
        def seconds(size: int) -> float:
            start = time.process_time()
            work(size)
            return time.process_time() - start

        work(10)
        gc.disable()
        try:
            short = max(min(seconds(size) for _ in range(3)), 0.002)  # below that a clock's own steps would count
            ratio = seconds(10 * size) / short
            for _ in range(2):
                ratio = ratio if ratio < 20 else min(ratio, seconds(10 * size) / short)
        finally:
            gc.enable()
        return ratio

    return measured
