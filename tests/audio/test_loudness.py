"""Loudness by the standard's own test signals, and levelling that cuts no peak."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from media import EXAMPLES

from ffvits.audio.loudness import SILENT, at_level, k_weighted, levelled, loudness, peak
from ffvits.audio.sound import Sound

MONO = 3.01  # dB: the standard's test signals play in two channels, ours in one


def tones(rate: int, *steps: tuple[float, float]) -> Sound:
    """A sine of 1 kHz, in steps of (dBFS, seconds)."""
    levels = np.concatenate([np.full(round(seconds * rate), 10 ** (db / 20)) for db, seconds in steps])
    return Sound((levels * np.sin(2 * np.pi * 1000 * np.arange(len(levels)) / rate)).astype(np.float32), rate)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        # EBU Tech 3341 (2023), table 1, cases 1 to 5
        ([(-23, 20)], -23),
        ([(-33, 20)], -33),
        ([(-36, 10), (-23, 60), (-36, 10)], -23),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_the_signals_of_the_standard(rate, steps, expected):
    assert loudness(tones(rate, *steps)) == pytest.approx(expected - MONO, abs=0.1)


def test_the_filter_at_48_khz_is_the_published_one():
    """ITU-R BS.1770-5, tables 1 and 2: the response to an impulse, from the coefficients printed there."""
    from scipy.signal import lfilter

    impulse = np.zeros(4800)
    impulse[0] = 1
    shelf = lfilter(
        [1.53512485958697, -2.69169618940638, 1.19839281085285], [1, -1.69065929318241, 0.73248077421585], impulse
    )
    expected = lfilter([1, -2, 1], [1, -1.99004745483398, 0.99007225036621], shelf)
    assert np.abs(k_weighted(Sound(impulse, 48000)).samples - expected).max() < 1e-7


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.1, 0.39])
def test_a_sound_shorter_than_a_block(seconds):
    found = loudness(tones(16000, (-23, seconds)))
    assert found == SILENT if seconds == 0 else found > -35
    if seconds >= 0.1:
        assert found == pytest.approx(-23 - MONO, abs=0.5)


def test_silence_has_no_loudness_and_stays():
    silence = Sound(np.zeros(16000, np.float32), 16000)
    assert loudness(silence) == SILENT
    same, gain = levelled(silence, -23)
    assert gain == 0
    assert not same.samples.any()


@pytest.mark.parametrize("name", ["line_00.ogg", "line_04.flac", "line_05.wav", "line_03.mp3"])
@pytest.mark.parametrize("target", [-30.0, -23.0])
def test_speech_comes_to_the_target(name, target):
    made, _ = levelled(Sound.load(EXAMPLES / name), target)
    assert loudness(made) == pytest.approx(target, abs=0.05)
    assert peak(made) <= -1 + 0.01


def test_the_true_peak_lies_between_samples():
    """A sine at a quarter of the rate, sampled 45 degrees off its peaks, reaches 3 dB above its samples."""
    samples = np.sin(2 * np.pi * 0.25 * np.arange(48000) + np.pi / 4).astype(np.float32)
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-3.01, abs=0.01)
    assert peak(Sound(samples, 48000)) == pytest.approx(0.0, abs=0.2)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    seconds=st.floats(0.05, 2),
    crest=st.floats(1, 50),
    level=st.floats(1e-4, 5),
    target=st.floats(-40, -10),
)
def test_levelling_never_cuts_a_peak_and_never_overshoots(seed, seconds, crest, level, target):
    rng = np.random.default_rng(seed)
    samples = rng.normal(0, level, max(1, round(16000 * seconds)))
    samples[rng.integers(len(samples))] *= crest
    sound = Sound(samples.astype(np.float32), 16000)
    made, gain = levelled(sound, target)
    assert peak(made) <= -1 + 0.01
    assert loudness(made) <= max(target, SILENT) + 0.05
    assert np.allclose(made.samples, sound.samples * 10 ** (gain / 20), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("scale", "expected"), [(0.0, 0.0), (1e-4, 1e-4), (0.01, 0.07), (1.0, 0.07)])
def test_samples_are_brought_to_a_level_and_silence_stays(scale, expected):
    noise = np.random.default_rng(0).standard_normal(4000).astype(np.float32)
    noise *= np.float32(scale) / np.sqrt(np.mean(np.square(noise)))
    found = at_level(noise, 0.07, silence=2e-4)
    assert found.dtype == np.float32
    assert np.sqrt(np.mean(np.square(found))) == pytest.approx(expected, rel=1e-4)
    assert at_level(noise[:0], 0.07).shape == (0,)
