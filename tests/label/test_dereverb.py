"""A room's echo: less of it after than before, in step, and little harm where there was none."""

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.label.dereverb import dereverberated


def room(seconds: float, rate: int = 16000) -> tuple[np.ndarray, np.ndarray]:
    """A room's answer, and its first 50 ms, which the ear takes for the voice itself."""
    length = round(seconds * rate)
    answer = np.random.default_rng(0).normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
    answer[:40] = 0
    answer *= 0.8 / np.linalg.norm(answer)
    answer[0] = 1
    early = np.where(np.arange(length) < 0.05 * rate, answer, 0)
    return answer, early


def late(sound: np.ndarray, wanted: np.ndarray) -> float:
    """What a sound holds beside the wanted one, in dB under it."""
    part = wanted * (wanted @ sound) / (wanted @ wanted)
    return 10 * np.log10(np.square(sound - part).sum() / (part @ part))


def test_the_late_echo_of_a_real_voice_becomes_weaker(recording):
    voice = recording("line_05.wav").at(16000).samples
    answer, early = room(0.6)
    wet, wanted = (np.convolve(voice, part)[: len(voice)].astype(np.float32) for part in (answer, early))
    made = dereverberated(Sound(wet, 16000))
    assert len(made.samples) == len(wet) and made.rate == 16000
    assert late(made.samples, wanted) < late(wet, wanted) - 0.5


def test_a_voice_without_a_room_stays_what_it_was(recording):
    voice = recording("line_05.wav").at(16000)
    assert late(dereverberated(voice).samples, voice.samples) < -12


@pytest.mark.parametrize("count", [0, 1, 500, 47999])
def test_what_is_too_short_stays_as_it_is(count):
    sound = Sound(np.ones(count, np.float32), 16000)
    assert dereverberated(sound) is sound


def test_silence_stays_silence():
    made = dereverberated(Sound(np.zeros(64000, np.float32), 16000))
    assert len(made.samples) == 64000 and not made.samples.any()
