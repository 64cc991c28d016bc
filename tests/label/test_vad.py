"""Silero's network without its package: where someone speaks, at any rate and level."""

import sys

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.label import vad

RATE = 16000


@pytest.fixture(scope="module")
def ear():
    return vad.load()


def test_the_network_hears_speech_and_only_speech(recording, ear):
    for name, low, high in (("line_04.flac", 0.5, 1), ("only noise.ogg", 0, 0.1), ("silence.wav", 0, 0.05)):
        share = float((ear(recording(name)) > 0.5).mean())
        assert low <= share <= high
    assert len(ear(Sound(np.zeros(0, np.float32), RATE))) == 0
    assert len(ear(Sound(np.zeros(513, np.float32), RATE))) == 2


def test_the_network_in_blocks_is_the_network_frame_by_frame(recording, ear, monkeypatch):
    sound = recording("line_04.flac")
    whole = ear(sound)
    monkeypatch.setattr(vad, "_BLOCK", 1)
    assert ear(sound) == pytest.approx(whole, abs=1e-5)


@pytest.mark.parametrize("rate", [8000, 22050, 48000])
@pytest.mark.parametrize("level", [1.0, 0.001])
def test_rate_and_level_do_not_matter(recording, ear, rate, level):
    sound = recording("line_04.flac")
    other = ear(Sound(sound.at(rate).samples * np.float32(level), rate))
    whole = ear(sound)
    size = min(len(other), len(whole))
    assert np.mean((other[:size] > 0.5) == (whole[:size] > 0.5)) > 0.93


def test_the_package_itself_is_not_imported(ear):
    assert "silero_vad" not in sys.modules


def test_a_missing_package_is_told(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(FfvitsError, match="not installed") as caught:
        vad.load()
    assert caught.value.cure
