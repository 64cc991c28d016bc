"""What the held-out curve says: whether more steps would help, in words with numbers.

Three classic criteria: the loss stands still, the weights stand still, the budget is spent. Slopes are medians of all
slopes between two checks (Theil 1950, Sen 1968), so that one lucky or unlucky check turns nothing round.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

WINDOW = 6  # checks that a slope is taken over
LATELY = 4  # checks that a promise is made by
GOAL = 0.03  # the improvement that is promised in steps
STILL = 0.01  # a curve that would move less than this over another window stands still
MOVING = 0.02  # relative change of the weights over a window that is still learning
LOST = 0.15  # rise of the character error rate that is no chance any more, also over a few sentences
LEAST_SECONDS = 60.0  # of speech: below this no number of steps makes a voice


@dataclass(frozen=True)
class Verdict:
    """What became of training: `done` if more steps of the same kind would not help. Broken weights give no numbers."""

    kind: Literal["unknown", "early", "improving", "converged", "overfitting", "diverged", "broken"]
    text: str
    done: bool = False


def assess(checks: Sequence[Mapping[str, float]], *, seconds: float = math.inf) -> Verdict:
    """Reads the checks of one training, oldest first.

    Each has `step` and, where it is known, `spoken` (held-out mel distance, lower is better), `change` (how far the
    weights went since the check before, relative to their length) and `cer` (character errors by Whisper). `seconds` of
    speech are trained on.
    """
    found = _assessed([check for check in checks if "spoken" in check])
    text = found.text + _words([float(check["cer"]) for check in checks if "cer" in check])
    if seconds < LEAST_SECONDS:
        text = f"too little data: {seconds:.0f} s; {text}"
    return Verdict(found.kind, text, found.done)


def _words(errors: Sequence[float]) -> str:
    """What mel distance does not hear: whether the words are still there that were there at first."""
    if len(errors) < 2:
        return ""
    first, now = errors[0], statistics.mean(errors[1:][-2:])
    if now - first < LOST:
        return ""
    return f"; but the words are going: Whisper hears {now:.0%} of the characters wrongly, {first:.0%} at first"


def _assessed(checks: Sequence[Mapping[str, float]]) -> Verdict:
    if not checks:
        return Verdict("unknown", "nothing was held out to judge by")
    steps = [int(check["step"]) for check in checks]
    mel = [float(check["spoken"]) for check in checks]
    if not math.isfinite(mel[-1]):
        return Verdict("broken", f"diverged: the held-out mel distance of step {steps[-1]:,} is no number")
    curve = [statistics.median(mel[max(0, at - 1) : at + 2]) for at in range(len(mel))]
    best = min(range(len(mel)), key=mel.__getitem__)
    if len(mel) > 2 and min(mel[-2:]) > 1.25 * mel[0]:
        rise = mel[-1] / mel[0] - 1
        return Verdict("diverged", f"diverged: held-out mel is {rise:.0%} above where it began", done=True)
    if len(mel) < WINDOW:
        return Verdict("early", f"too early to say after {steps[-1]:,} steps; best is {steps[best]:,}")
    lowest = min(range(len(curve)), key=curve.__getitem__)
    slope = _slope(steps[-WINDOW:], mel[-WINDOW:])  # of the logarithm, per step
    span = steps[-1] - steps[-WINDOW]
    noise = statistics.median(abs(a - b) for a, b in zip(mel, curve, strict=True))
    risen = curve[-1] - curve[lowest]
    if len(curve) - 1 - lowest >= WINDOW // 2 and slope > 0 and risen > max(STILL * curve[lowest], 3 * noise):
        share = curve[-1] / curve[lowest] - 1
        return Verdict(
            "overfitting",
            f"overfitting since step {steps[lowest]:,}: held-out mel has risen by {share:.1%}; "
            f"best is {steps[best]:,} ({mel[best]:.3f})",
            done=True,
        )
    if -slope * span > STILL:
        # Curves flatten: what is promised goes by the last checks, where they are the slower ones.
        lately = _slope(steps[-LATELY:], mel[-LATELY:])
        more = _rounded(math.log(1 - GOAL) / (lately if slope < lately < 0 else slope))
        return Verdict("improving", f"still improving: another ~{more:,} steps should lower mel by {GOAL:.0%}")
    moved = sum(float(check.get("change", 0.0)) for check in checks[-WINDOW + 1 :])
    since = next(steps[at] for at in range(len(curve)) if curve[at] <= curve[lowest] * (1 + STILL))
    flat = sum(step >= since for step in steps)
    if moved > MOVING and flat < 2 * WINDOW:
        return Verdict(
            "improving",
            f"held-out mel stands still since step {since:,}, but the weights still move ({moved:.1%} in {span:,} "
            f"steps); best is {steps[best]:,} ({mel[best]:.3f})",
        )
    return Verdict(
        "converged", f"converged at step {since:,}; best is {steps[best]:,} (held-out mel {mel[best]:.3f})", done=True
    )


def _slope(steps: Sequence[int], values: Sequence[float]) -> float:
    """The median slope of the logarithm between any two points."""
    points = [(step, math.log(max(value, 1e-9))) for step, value in zip(steps, values, strict=True)]
    return statistics.median((b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2) if b[0] > a[0])


def _rounded(number: float) -> int:
    """To one or two digits that mean something: 437 -> 440."""
    size = 10 ** max(0, math.floor(math.log10(number)) - 1) if number >= 1 else 1
    return max(1, round(number / size) * size)
