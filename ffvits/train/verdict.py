"""What the held-out curve says: whether more steps would help, in words with numbers.

Three classic criteria: the loss stands still, the weights stand still, the budget is spent. Slopes are medians of all
slopes between two checks (Theil 1950, Sen 1968), so that one lucky or unlucky check turns nothing round.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from ffvits.language import counted

WINDOW = 6  # checks that a slope is taken over
LATELY = 4  # checks that a promise is made by
GOAL = 0.03  # the improvement that is promised in steps
STILL = 0.01  # a curve that would move less than this over another window stands still
MOVING = 0.02  # relative change of the weights over a window that is still learning
LOST = 0.15  # rise of the character error rate that is no chance any more, also over a few sentences
LEAST_SECONDS = 60.0  # of speech: below this no number of steps makes a voice


@dataclass(frozen=True)
class Criterion:
    """What a look is judged by: where its value stands (lower is better), and what it is called."""

    key: str
    name: str
    short: str
    card: str


CRITERIA = {
    "mel": Criterion("spoken", "held-out mel", "mel", "held_out_mel"),
    "measures": Criterion("faults", "share of faults heard", "the share of faults", "faults_heard"),
}


@dataclass(frozen=True)
class Verdict:
    """What became of training: `done` if more steps of the same kind would not help. Broken weights give no numbers.

    `more` steps should keep what the text promises; `looks` are missing before anything can be promised.
    """

    kind: Literal["unknown", "early", "improving", "converged", "overfitting", "diverged", "broken"]
    text: str
    done: bool = False
    more: int = 0
    looks: int = 0


def assess(checks: Sequence[Mapping[str, float]], *, seconds: float = math.inf, by: str = "mel") -> Verdict:
    """Reads the checks of one training, oldest first, by one of the `CRITERIA`.

    Each has `step` and, where it is known, `spoken` (held-out mel distance), `faults` (what is heard amiss, from 0 to
    1), `change` (how far the weights went since the check before, relative to their length) and `cer` (character errors
    by Whisper). `seconds` of speech are trained on.
    """
    criterion = CRITERIA[by]
    found = _broken(checks) or _assessed([check for check in checks if criterion.key in check], criterion)
    text = found.text + _words([float(check["cer"]) for check in checks if "cer" in check])
    if seconds < LEAST_SECONDS:
        text = f"too little data: {seconds:.0f} s; {text}"
    return replace(found, text=text)


def _words(errors: Sequence[float]) -> str:
    """What mel distance does not hear: whether the words are still there that were there at first."""
    if len(errors) < 2:
        return ""
    first, now = errors[0], statistics.mean(errors[1:][-2:])
    if now - first < LOST:
        return ""
    return f"; but the words are going: Whisper hears {now:.0%} of the characters wrongly, {first:.0%} at first"


def _broken(checks: Sequence[Mapping[str, float]]) -> Verdict | None:
    """Weights that give no numbers any more, whatever else is looked at."""
    held = [check for check in checks if "spoken" in check]
    if not held or math.isfinite(held[-1]["spoken"]):
        return None
    return Verdict("broken", f"diverged: the held-out mel distance of step {int(held[-1]['step']):,} is no number")


def _assessed(checks: Sequence[Mapping[str, float]], by: Criterion) -> Verdict:
    if not checks:
        return Verdict("unknown", "nothing was held out to judge by")
    steps = [int(check["step"]) for check in checks]
    values = [float(check[by.key]) for check in checks]
    curve = [statistics.median(values[max(0, at - 1) : at + 2]) for at in range(len(values))]
    trained = [at for at, step in enumerate(steps) if step] or [0]  # the untouched base is nobody's voice
    best = min(trained, key=values.__getitem__)
    if len(values) > 2 and min(values[-2:]) > 1.25 * values[0]:
        rise = values[-1] / values[0] - 1
        found = f"diverged: {by.name} is {rise:.0%} above where it began; best is {steps[best]:,} ({values[best]:.3f})"
        return Verdict("diverged", found, done=True)
    if missing := max(0, WINDOW - len(values)):
        value = f" ({by.name} {values[best]:.3f})" if math.isfinite(values[best]) else ""
        found = f"best is {steps[best]:,}{value}"
        told = f"{found}; whether more steps help shows after {counted(missing, 'more look')}"
        return Verdict("early", told, looks=missing)
    lowest = min(range(len(curve)), key=curve.__getitem__)
    slope = _slope(steps[-WINDOW:], values[-WINDOW:])  # of the logarithm, per step
    span = steps[-1] - steps[-WINDOW]
    noise = statistics.median(abs(a - b) for a, b in zip(values, curve, strict=True))
    risen = curve[-1] - curve[lowest]
    if len(curve) - 1 - lowest >= WINDOW // 2 and slope > 0 and risen > max(STILL * curve[lowest], 3 * noise):
        share = curve[-1] / curve[lowest] - 1
        return Verdict(
            "overfitting",
            f"overfitting since step {steps[lowest]:,}: {by.name} has risen by {share:.1%}; "
            f"best is {steps[best]:,} ({values[best]:.3f})",
            done=True,
        )
    if -slope * span > STILL:
        # Curves flatten: what is promised goes by the last checks, where they are the slower ones.
        lately = _slope(steps[-LATELY:], values[-LATELY:])
        more = _rounded(math.log(1 - GOAL) / (lately if slope < lately < 0 else slope))
        told = f"still improving: another ~{counted(more, 'step')} should lower {by.short} by {GOAL:.0%}"
        return Verdict("improving", told, more=more)
    moved = sum(float(check.get("change", 0.0)) for check in checks[-WINDOW + 1 :])
    since = next(steps[at] for at in range(len(curve)) if curve[at] <= curve[lowest] * (1 + STILL))
    flat = sum(step >= since for step in steps)
    if moved > MOVING and flat < 2 * WINDOW:
        return Verdict(
            "improving",
            f"{by.name} stands still since step {since:,}, but the weights still move ({moved:.1%} in {span:,} "
            f"steps); best is {steps[best]:,} ({values[best]:.3f})",
        )
    return Verdict(
        "converged", f"converged at step {since:,}; best is {steps[best]:,} ({by.name} {values[best]:.3f})", done=True
    )


def _slope(steps: Sequence[int], values: Sequence[float]) -> float:
    """The median slope of the logarithm between any two points."""
    points = [(step, math.log(max(value, 1e-9))) for step, value in zip(steps, values, strict=True)]
    return statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] > a[0])


def _rounded(number: float) -> int:
    """To one or two digits that mean something: 437 -> 440."""
    size = 10 ** max(0, math.floor(math.log10(number)) - 1) if number >= 1 else 1
    return max(1, round(number / size) * size)
