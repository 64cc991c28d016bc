"""How sure a figure is, and whether two voices really differ in it.

A figure is a ratio of sums: each sentence brings a part and a whole (wrong characters and characters, a score and 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DRAWS = 2000
Part = tuple[float, float]


@dataclass(frozen=True)
class Figure:
    """A measure over sentences with the bounds between which it lies in 95 of 100 cases; `n` sentences have it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Difference:
    """How much B differs from A on the same sentences: B - A, its 95 % bounds, and `p` for "there is none"."""

    value: float
    low: float
    high: float
    p: float
    n: int


def figure(parts: Sequence[Part], seed: int = 1) -> Figure | None:
    """The ratio over all sentences and its bootstrap interval; None where no sentence has a whole.

    B. Efron & R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentiles).
    """
    import numpy as np

    values = np.array([part for part in parts if part[1] > 0], float)
    if not len(values):
        return None
    drawn = np.random.default_rng(seed).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.quantile(_ratio(values[drawn]), (0.025, 0.975))
    return Figure(float(_ratio(values)), float(low), float(high), len(values))


def difference(a: Sequence[Part], b: Sequence[Part], seed: int = 1) -> Difference | None:
    """B - A over pairs of the same sentence; None where no pair is whole.

    The interval is a paired bootstrap's; `p` is that of exchanging A and B by chance in every pair (two-sided; E.
    Edgington, "Randomization Tests", 1980).
    """
    import numpy as np

    pairs = np.array([(*x, *y) for x, y in zip(a, b, strict=True) if x[1] > 0 and y[1] > 0], float).reshape(-1, 2, 2)
    if not len(pairs):
        return None
    random = np.random.default_rng(seed)
    drawn = pairs[random.integers(len(pairs), size=(DRAWS, len(pairs)))]
    values = _ratio(drawn[:, :, 1]) - _ratio(drawn[:, :, 0])
    observed = _ratio(pairs[:, 1]) - _ratio(pairs[:, 0])
    swapped = random.random((DRAWS, len(pairs))) < 0.5
    mixed = np.where(swapped[..., None, None], pairs[:, ::-1], pairs)
    chance = np.abs(_ratio(mixed[:, :, 1]) - _ratio(mixed[:, :, 0])) >= abs(observed) - 1e-12
    low, high = np.quantile(values, (0.025, 0.975))
    p = (1 + int(chance.sum())) / (1 + DRAWS)
    return Difference(float(observed), float(low), float(high), p, len(pairs))


def share(votes: int, of: int) -> Figure:
    """A preference with its interval (E. B. Wilson, 1927). Raises ValueError for no vote at all."""
    if of < 1:
        raise ValueError("a share of no votes")
    z, rate = 1.96, votes / of
    middle = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * (rate * (1 - rate) / of + z * z / (4 * of * of)) ** 0.5
    return Figure(rate, min(rate, max(0.0, middle - half)), max(rate, min(1.0, middle + half)), of)


def area(higher: Sequence[float], lower: Sequence[float]) -> float:
    """How often a value of `higher` is above one of `lower`: the area under the ROC curve (ties count half)."""
    import numpy as np

    gaps = np.subtract.outer(np.asarray(higher, float), np.asarray(lower, float))
    return float(((gaps > 0) + 0.5 * (gaps == 0)).mean())


def _ratio(values: np.ndarray) -> np.ndarray:
    """[..., sentences, 2] -> [...]"""
    sums = values.sum(axis=-2)
    return sums[..., 0] / sums[..., 1]
