"""The verdict on a curve of held-out mel distances: each story is told with its own word and its own numbers."""

import math

import numpy as np
import pytest

from ffvits.train.verdict import assess


def checks(curve, every=100, change=0.0, noise=0.0):
    random = np.random.default_rng(0)
    values = [value * (1 + noise * random.standard_normal()) for value in curve]
    return [{"step": every * at, "spoken": value, "change": change} for at, value in enumerate(values)]


FALLING = [1.0 * 0.97**at for at in range(12)]
FLAT = [1.0 * 0.9 ** min(at, 5) for at in range(14)]
RISING_AGAIN = [1.0 * 0.9 ** min(at, 5) * 1.02 ** max(0, at - 5) for at in range(14)]
SETTLING = [1.0 + 0.3 * math.exp(-at / 3) for at in range(24)]


@pytest.mark.parametrize(
    ("curve", "kind", "words"),
    [
        ([], "unknown", "nothing was held out"),
        ([1.0, 0.9], "early", "best is 100 (held-out mel 0.900); whether more steps help shows after 4 more looks"),
        (FALLING, "improving", "another ~100 steps should lower mel by 3%"),
        (FLAT, "converged", "converged at step 500; best is 500 (held-out mel 0.590)"),
        (RISING_AGAIN, "overfitting", "overfitting since step 500"),
        ([1.0, 0.9, 0.9, 1.6, 2.5], "diverged", "mel is 150% above where it began; best is 100 (0.900)"),
        ([1.0, 0.9, 0.9, 2.5], "early", "best is 100 (held-out mel 0.900); whether"),  # one bad look
        ([1.0, 0.9, math.nan], "broken", "no number"),
        ([1.0, 0.9, math.inf], "broken", "no number"),
    ],
)
def test_each_story_has_its_word(curve, kind, words):
    found = assess(checks(curve))
    assert (found.kind, words in found.text) == (kind, True), found
    assert found.done == (kind in ("converged", "overfitting", "diverged"))
    assert (found.more > 0, found.looks > 0) == ("another ~" in found.text, kind == "early")


@pytest.mark.parametrize("noise", [0.002, 0.005])
@pytest.mark.parametrize(
    ("curve", "kind"), [(FALLING, "improving"), (FLAT, "converged"), (RISING_AGAIN, "overfitting")]
)
def test_noise_does_not_change_the_word(curve, kind, noise):
    assert assess(checks(curve, noise=noise)).kind == kind


def test_the_untouched_base_is_never_the_best():
    """The voice is made of a step that was taken, also where none came near the base."""
    for values in ([2.0, 2.3, 2.2], [2.0, 2.1, 2.2, 2.25, 2.3, 2.35, 2.4, 2.45]):
        found = assess([{"step": 10 * at, "spoken": value} for at, value in enumerate(values)])
        best = 10 * min(range(1, len(values)), key=values.__getitem__)
        assert f"best is {best}" in found.text, found.text


def test_a_rise_within_the_noise_is_no_overfitting():
    curve = [at % 2 * 0.06 + 0.59 + 0.002 * max(0, at - 5) for at in range(14)]
    assert assess(checks([1.0, 0.8, *curve])).kind != "overfitting"
    assert assess(checks([1.0, 0.8, *(value - at % 2 * 0.06 for at, value in enumerate(curve))])).kind == "overfitting"


def test_the_promise_is_kept_by_a_curve_that_goes_on_as_before():
    found = assess(checks([math.exp(-0.0004 * 25 * at) for at in range(12)], every=25))
    assert "another ~76 steps" in found.text and found.more == 76
    assert math.exp(-0.0004 * 76) == pytest.approx(0.97, abs=0.001)


def test_a_promise_on_a_curve_that_flattens_goes_by_its_last_checks():
    """A power law, as losses fall: three per cent take ever more steps."""
    found = assess(checks([(1 + at) ** -0.3 for at in range(6)], every=250))
    promised = int(found.text.split("~")[1].split()[0])
    needed = 250 * 6 * (0.97 ** (-1 / 0.3) - 1)
    assert 0.66 < promised / needed < 1.5


def test_a_curve_that_settles_improves_and_then_converges():
    words = [assess(checks(SETTLING[:count], every=25)).kind for count in range(1, len(SETTLING) + 1)]
    assert words[4:] == sorted(words[4:], key=["early", "improving", "converged"].index)
    assert {"improving", "converged"} <= set(words)


def test_a_flat_curve_waits_for_weights_that_still_move():
    moving = assess(checks(FLAT, change=0.01))
    assert (moving.kind, moving.done) == ("improving", False)
    assert "weights still move (5.0%" in moving.text
    assert assess(checks([*FLAT, *FLAT[-4:]], change=0.01)).kind == "converged"  # patience ends


def test_a_falling_mel_distance_does_not_hide_that_the_words_go():
    """Mel distance and character errors of a voice trained the plain way (docs/measured/training.md)."""
    going = [{**check, "cer": cer} for check, cer in zip(checks(FALLING[:2]), (0.38, 0.65), strict=True)]
    assert "words are going: Whisper hears 65% of the characters wrongly, 38% at first" in assess(going).text
    for heard in ((0.35, 0.37, 0.30), (0.35, 0.37, 0.55)):  # one bad look among a few sentences is chance
        kept = [{**check, "cer": cer} for check, cer in zip(checks(FALLING[:3]), heard, strict=True)]
        assert "words" not in assess(kept).text


@pytest.mark.parametrize(
    ("curve", "kind", "words"),
    [
        (FALLING, "improving", "another ~100 steps should lower the share of faults by 3%"),
        (FLAT, "converged", "converged at step 500; best is 500 (share of faults heard 0.590)"),
        (RISING_AGAIN, "overfitting", "share of faults heard has risen by"),
    ],
)
def test_what_is_heard_is_judged_as_mel_distance_is(curve, kind, words):
    """The distance goes on falling, which it may; looks at which nobody listened do not count."""
    heard = [
        {"step": check["step"], "faults": check["spoken"], "spoken": 9 - at} for at, check in enumerate(checks(curve))
    ]
    between = [{"step": check["step"] + 50, "spoken": 5.0} for check in heard]
    found = assess(sorted([*heard, *between], key=lambda check: check["step"]), by="measures")
    assert (found.kind, words in found.text) == (kind, True), found


def test_weights_that_give_no_numbers_are_broken_by_whatever_is_judged():
    assert (
        assess([{"step": 0, "spoken": 1.0, "faults": 0.3}, {"step": 9, "spoken": math.nan}], by="measures").kind
        == "broken"
    )


def test_little_data_is_said_first():
    assert assess(checks(FLAT), seconds=38).text.startswith("too little data: 38 s; converged")


def test_where_nothing_is_held_out_hearings_alone_give_no_verdict():
    assert assess([{"step": 0, "cer": 0.2}, {"step": 100, "cer": 0.3}]).kind == "unknown"
