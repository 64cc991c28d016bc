"""What the tests of text share."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest


@pytest.fixture
def growth() -> Callable[[Callable[[int], object], int], float]:
    """How many times as long a piece of work takes at ten times the size, by processor time, the best of three each.

    10 is linear, 100 quadratic: a ratio, not a wall clock. The collector rests meanwhile: late in a long run of tests
    it goes through all that the others left.
    """

    def measured(work: Callable[[int], object], size: int) -> float:
        def seconds(size: int) -> float:
            start = time.process_time()
            work(size)
            return time.process_time() - start

        work(10)
        gc.disable()
        try:
            short, long = (min(seconds(count) for _ in range(3)) for count in (size, 10 * size))
        finally:
            gc.enable()
        return long / max(short, 0.002)  # below that a clock's own steps would count

    return measured
