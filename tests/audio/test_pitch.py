"""The pitch tracker: known tones, glides, silence and noise, at any rate."""

import numpy as np
import pytest

from ffvits.audio.pitch import HOP, RATE, track
from ffvits.audio.sound import Sound


def voice(hz: np.ndarray, rate: int) -> Sound:
    """A buzz whose pitch follows `hz` [T]: ten harmonics, each weaker than the one below."""
    phase = 2 * np.pi * np.cumsum(hz) / rate
    return Sound((0.3 * sum(np.sin(k * phase) / k for k in range(1, 11))).astype(np.float32), rate)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 48000])
@pytest.mark.parametrize("hz", [75.0, 120.0, 220.0, 440.0])
def test_a_steady_voice(hz, rate):
    found = track(voice(np.full(rate, hz), rate))
    inner = found.hz[10:-10]
    assert np.abs(12 * np.log2(inner / hz)).max() < 0.2


def test_a_glide_is_followed():
    found = track(voice(np.geomspace(120, 240, RATE), RATE))
    expected = np.geomspace(120, 240, RATE)[::HOP][10:90]
    assert np.abs(12 * np.log2(found.hz[10:90] / expected)).max() < 0.5


def test_silence_and_noise_have_no_pitch():
    assert not track(Sound(np.zeros(RATE, np.float32), RATE)).voiced.any()
    noise = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)
    assert track(Sound(noise, RATE)).voiced.mean() < 0.1


@pytest.mark.parametrize("length", [0, 1, 100, 800])
def test_a_very_short_sound_is_tracked_too(length):
    found = track(Sound(np.zeros(length, np.float32), RATE))
    assert len(found.hz) == len(found.clarity) == 1 + length // HOP


def test_the_melody_is_bridged_where_there_is_no_voice():
    sound = voice(np.full(RATE, 200.0), RATE)
    sound.samples[6000:9000] = 0
    found = track(sound)
    assert not found.voiced.all()
    assert np.abs(found.semitones(200.0)).max() < 0.3


@pytest.mark.parametrize("octave", [1, 2])
def test_a_vocoders_hum_is_not_the_voice(octave):
    time = np.arange(RATE)
    hum = (time % round(RATE / (octave * 86.1)) == 0).astype(np.float32) * 0.5
    sound = voice(np.full(RATE, 215.0), RATE)
    mixed = Sound(sound.samples * 0.05 + hum, RATE)
    assert np.median(track(mixed).hz) == pytest.approx(octave * 86.1, abs=1)
    assert np.abs(track(mixed, hum=86.1).hz - octave * 86.1).min() > 2
