"""Is there music? Judged on real recordings, through the real separator where its weights can be had."""

import numpy as np
import pytest

from ffvits import store
from ffvits.errors import DownloadError
from ffvits.label import spleeter
from ffvits.label.music import evidence, is_music

RATE = 44100


@pytest.fixture(scope="module")
def ear() -> spleeter.Spleeter:
    try:
        return spleeter.load(store.fetch("spleeter-2stems"))
    except DownloadError as error:
        pytest.skip(f"no weights here: {error.message}")


def mixed(voice: np.ndarray, other: np.ndarray, snr: float) -> np.ndarray:
    other = np.resize(other, len(voice))
    gain = np.sqrt(np.square(voice).mean() / np.square(other).mean()) * 10 ** (-snr / 20)
    return (voice + gain * other).astype(np.float32)


SPEECH = ["line_04.flac", "line_05.wav", "line_03.mp3", "line_00.ogg", "english.flac", "someone else.ogg"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SPEECH)
def test_speech_is_not_music(ear, recording, name):
    assert not is_music(*ear.spectra(recording(name).at(RATE).samples))


@pytest.mark.slow
@pytest.mark.parametrize("name", SPEECH[:2])
@pytest.mark.parametrize("level", [0.1, 0.01])
def test_quiet_speech_is_not_music(ear, recording, name, level):
    sixteen_bits = np.round(recording(name).at(RATE).samples * level * 32768) / 32768
    assert not is_music(*ear.spectra(sixteen_bits.astype(np.float32)))


@pytest.mark.slow
@pytest.mark.parametrize("name", SPEECH)
@pytest.mark.parametrize("snr", [0, 5, 10])
def test_music_behind_speech_is_heard(ear, recording, name, snr):
    mix = mixed(recording(name).at(RATE).samples, recording("only music.mp3").at(RATE).samples, snr)
    assert is_music(*ear.spectra(mix))


@pytest.mark.slow
@pytest.mark.parametrize("name", SPEECH[:3])
@pytest.mark.parametrize("snr", [0, 10])
def test_white_noise_behind_speech_is_not_music(ear, recording, name, snr):
    noise = np.random.default_rng(0).normal(0, 1, 5 * RATE)
    assert not is_music(*ear.spectra(mixed(recording(name).at(RATE).samples, noise, snr)))


@pytest.mark.slow
def test_music_alone_is_music_at_any_level(ear, recording):
    samples = recording("only music.mp3").at(RATE).samples
    for level in (1, 0.01):
        assert is_music(*ear.spectra(samples * level))


@pytest.mark.parametrize("frames", [0, 1, 5, 19])
def test_too_little_is_no_music(frames):
    assert not is_music(np.ones((1024, frames)), np.ones((1024, frames)))


def test_silence_is_no_music():
    assert not is_music(np.zeros((1024, 100)), np.zeros((1024, 100)))


def test_held_tones_are_music_and_noise_is_not():
    """Made spectra: noise in every bin, and the same with lines that stand still."""
    rng = np.random.default_rng(0)
    noise = rng.rayleigh(1, (1024, 100))
    voice = np.zeros_like(noise)
    voice[50:200, ::3] = 10
    lines = noise.copy()
    lines[20:440:20] = 30
    assert not is_music(noise + voice, noise)
    assert is_music(lines + voice, lines)
    assert evidence(lines + voice, lines)[0] > evidence(noise + voice, noise)[0]
