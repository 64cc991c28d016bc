"""Levels frame by frame, and how far speech stands above what is behind it."""

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.label import vad
from ffvits.label.cuts import SECONDS, Piece
from ffvits.label.denoise import CLEAN
from ffvits.label.levels import frame_levels, heard_levels, overall_level, snr


@pytest.fixture(scope="module")
def ear():
    return vad.load()


def test_levels_of_frames():
    samples = np.r_[np.zeros(16000), np.full(16000, 0.1)].astype(np.float32)
    levels = frame_levels(Sound(samples, 16000), round(2 / SECONDS))
    assert levels[:31] == pytest.approx(-120)
    assert levels[32:62] == pytest.approx(-20, abs=1e-3)
    assert len(frame_levels(Sound(np.zeros(0, np.float32), 16000), 5)) == 5


def test_the_level_of_a_sound_is_that_of_what_sounds():
    speech = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    assert overall_level(Sound(np.r_[speech, np.zeros(64000, np.float32)], 16000)) == pytest.approx(-20, abs=0.3)
    assert overall_level(Sound(np.zeros(16000, np.float32), 16000)) == pytest.approx(-120)
    assert overall_level(Sound(np.zeros(0, np.float32), 16000)) == pytest.approx(-120)


@pytest.mark.parametrize("ratio", [0, 10, 20])
def test_speech_over_noise_is_measured(recording, ear, ratio, noisy):
    """White noise of a known ratio: the ear's weighting and the pauses make it differ from that, but not by much."""
    voice = recording("someone else.ogg").at(16000)
    mix = noisy(voice, ratio)
    found = snr(heard_levels(mix, len(ear(mix))), ear(mix))
    assert found == pytest.approx(ratio, abs=5)


def test_rumble_does_not_count_as_noise(recording, ear):
    voice = recording("someone else.ogg").at(16000)
    rumble = 0.02 * np.sin(2 * np.pi * 15 * np.arange(len(voice.samples)) / 16000).astype(np.float32)
    both = Sound(voice.samples + rumble, 16000)
    probabilities = ear(voice)
    plain = snr(heard_levels(voice, len(probabilities)), probabilities)
    assert snr(heard_levels(both, len(probabilities)), probabilities) > CLEAN
    assert snr(frame_levels(both, len(probabilities)), probabilities) < plain - 10


def test_speech_over_noise_at_the_edges():
    levels = np.full(100, -50.0)
    assert np.isnan(snr(levels, np.zeros(100)))
    assert np.isfinite(snr(levels, np.ones(100)))
    assert snr(levels, np.ones(100), Piece(10, 20)) == pytest.approx(0, abs=21)
    loud = np.r_[np.full(50, -50.0), np.full(50, -20.0)]
    assert snr(loud, np.r_[np.zeros(50), np.ones(50)]) == pytest.approx(30, abs=0.1)
