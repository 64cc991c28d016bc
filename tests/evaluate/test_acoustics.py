"""Rhythm, hoarseness, pauses and clicks on sounds whose answer is known."""

import numpy as np
import pytest

from ffvits.audio.pitch import track
from ffvits.audio.sound import Sound
from ffvits.evaluate.acoustics import clicks, harmonicity, pauses, rhythm
from ffvits.evaluate.ear import levels
from ffvits.evaluate.syllables import Span

RATE = 16000


def buzz(breath: float, seconds: float = 1.0) -> Sound:
    """A voice of 200 Hz with harmonics to 5 kHz and as much breath as is asked for."""
    time = np.arange(round(RATE * seconds)) / RATE
    wave = sum(np.sin(2 * np.pi * 200 * k * time + k * k) for k in range(1, 25)) / 25
    wave += breath * np.random.default_rng(1).normal(0, 1, len(time))
    return Sound((0.3 * wave).astype(np.float32), RATE)


def spans(*lengths: float) -> list[Span]:
    ends = np.cumsum(lengths)
    return [Span("ma1", float(end - length), float(end)) for end, length in zip(ends, lengths, strict=True)]


def test_even_syllables_have_no_rhythm_and_uneven_ones_have_much():
    assert rhythm(spans(0.2, 0.2, 0.2, 0.2)) == pytest.approx(0)
    assert rhythm(spans(0.1, 0.3, 0.1, 0.3)) == pytest.approx(100)
    assert rhythm(spans(0.2, 0.2)) is None


def test_a_pause_parts_the_rhythm():
    late = [Span("ma1", s.start + 1, s.end + 1) for s in spans(0.4, 0.4)]
    assert rhythm([*spans(0.2, 0.2), *late]) == pytest.approx(0)


def test_breath_lowers_the_regularity_of_the_high_band():
    clear, hoarse = (harmonicity(sound, track(sound)) for sound in (buzz(0.0), buzz(0.08)))
    assert clear > 0.95 > 0.9 > hoarse
    silent = Sound(np.zeros(RATE, np.float32), RATE)
    assert harmonicity(silent, track(silent)) is None


def test_pauses_are_those_inside():
    sound = buzz(0.0, 2.0)
    sound.samples[: RATE // 2] = 0
    sound.samples[RATE : RATE + RATE // 2] = 0
    assert pauses(levels(sound)) == [pytest.approx(0.5, abs=0.06)]


def test_a_jump_of_the_wave_is_a_click_and_speech_is_not():
    sound = Sound((0.3 * np.sin(np.arange(RATE) / 20)).astype(np.float32), RATE)
    assert clicks(sound) == 0
    sound.samples[5000] += 0.4
    sound.samples[9000] -= 0.4
    assert clicks(sound) == 2
    assert clicks(Sound(np.zeros(10, np.float32), RATE)) == 0
