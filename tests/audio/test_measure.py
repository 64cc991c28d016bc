"""What is told from samples alone: how far up a sound reaches, and whether its peaks are cut off."""

import io

import numpy as np
import pytest
import soundfile
from media import EXAMPLES

from ffvits.audio.measure import bandwidth, clipped_share, flat_tops
from ffvits.audio.sound import Sound
from ffvits.recipe import ScreenSettings

SPEECH = ["line_00.ogg", "line_04.flac", "line_05.wav", "line_03.mp3", "english.flac", "someone else.ogg"]


@pytest.mark.parametrize(("passed", "stored"), [(8000, 8000), (8000, 44100), (16000, 48000)])
def test_a_band_limit_is_found_behind_any_rate(passed, stored):
    sound = Sound.load(EXAMPLES / "english.flac").at(passed).at(stored)
    assert bandwidth(sound) == pytest.approx(passed / 2, rel=0.08)


def test_bandwidth_of_nothing():
    assert bandwidth(Sound(np.zeros(16000, np.float32), 16000)) == 0
    assert bandwidth(Sound(np.zeros(0, np.float32), 16000)) == 0


def test_bandwidth_does_not_depend_on_level():
    sound = Sound.load(EXAMPLES / "english.flac").at(44100)
    assert bandwidth(Sound(sound.samples * 0.03, 44100)) == pytest.approx(bandwidth(sound), rel=0.03)


def clipped(name: str, share: float, rate: int = 22050, codec: str = "", level: float = 0.5) -> Sound:
    """Speech of which that share of samples was cut off, then turned down, then coded."""
    samples = Sound.load(EXAMPLES / name).at(rate).samples
    top = np.quantile(np.abs(samples), 1 - share)
    samples = np.clip(samples, -top, top) * level / top
    if codec:
        file = io.BytesIO()
        soundfile.write(file, samples, rate, format=codec)
        file.seek(0)
        samples, rate = soundfile.read(file, dtype="float32")
    return Sound(samples.astype(np.float32), rate)


@pytest.mark.parametrize("name", SPEECH)
@pytest.mark.parametrize("codec", ["", "MP3"])
def test_plain_speech_is_not_clipped(name, codec):
    assert clipped_share(clipped(name, 0.0, codec=codec)) < 0.0005


@pytest.mark.parametrize("name", SPEECH)
def test_one_vowel_is_no_ceiling(name):
    """Barks of a game have hardly more, and its waves are all equally high."""
    sound = Sound.load(EXAMPLES / name).at(22050)
    pieces = [sound.cut(start, start + 0.7) for start in np.arange(0.3, sound.seconds - 0.7, 0.15)]
    spoken = [piece for piece in pieces if np.abs(piece.samples).max() > 0.3 * np.abs(sound.samples).max()]
    assert len(spoken) > 3 and max(map(clipped_share, spoken)) <= ScreenSettings().max_clipped


@pytest.mark.parametrize("name", SPEECH)
@pytest.mark.parametrize("share", [0.005, 0.02, 0.1])
@pytest.mark.parametrize("level", [0.05, 1.0])
def test_flat_tops_are_counted_at_any_level(name, share, level):
    assert clipped_share(clipped(name, share, level=level)) == pytest.approx(share, rel=1.0, abs=0.002)


@pytest.mark.parametrize("name", ["line_00.ogg", "line_05.wav", "line_03.mp3"])
def test_clipping_is_found_behind_a_codec(name):
    assert clipped_share(clipped(name, 0.03, codec="MP3")) > 0.002


def test_clipping_on_one_side_is_found():
    samples = Sound.load(EXAMPLES / "line_05.wav").samples
    assert clipped_share(Sound(np.minimum(samples, np.quantile(samples, 0.99)), 22050)) > 0.005


def test_silence_is_not_clipped():
    assert clipped_share(Sound(np.zeros(16000, np.float32), 16000)) == 0
    assert clipped_share(Sound(np.zeros(0, np.float32), 16000)) == 0


def test_silence_with_sound_in_its_last_moment():
    samples = np.zeros(16080, np.float32)
    samples[-5:] = 0.5
    with np.errstate(all="raise"):
        assert clipped_share(Sound(samples, 16000)) == 5 / 16080


def test_flat_tops_are_long_runs_near_the_highest_sample():
    side = np.array([0.5, 0.5, 0.5, 0.1, 0.495, 0.5, 0.1, 0.48, 0.48, 0.48, 0.1, 0.5, 0.495, 0.5], np.float32)
    assert np.flatnonzero(flat_tops(side, 8000, 0.0)).tolist() == [0, 1, 2, 11, 12, 13]
    assert not flat_tops(side, 48000, 0.0001).any()
    assert not flat_tops(side * np.float32(0.01), 8000, 0.0).any()
    assert flat_tops(side[:0], 8000, 0.0).shape == (0,)
