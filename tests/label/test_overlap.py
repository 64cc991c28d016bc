"""Two voices at once: what the layer makes of states, and of real voices one over the other."""

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.label import overlap, recogniser
from ffvits.recipe import TranscribeSettings


def test_states_are_averaged_with_their_neighbours():
    states = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
    found = overlap.smoothed(states)
    assert found.shape == states.shape
    assert found[20] == pytest.approx(states[13:28].mean(axis=0), abs=1e-6)
    assert found[0] == pytest.approx((7 * states[0] + states[:8].sum(axis=0)) / 15, abs=1e-5)


def test_the_most_suspicious_part_decides():
    reader = overlap.Reader(np.array([1.0], np.float32), 0.0)
    states = np.full((200, 1), -20, np.float32)
    assert reader(states) == pytest.approx(0, abs=1e-6)
    states[60:140] = 20
    assert reader(states) == pytest.approx(1, abs=0.1)
    states[80:140] = -20
    assert 0.1 < reader(states) < 0.5
    assert reader(states[:0]) == 0.0


def test_only_the_states_of_the_network_that_it_was_trained_on_are_read():
    assert overlap.load(TranscribeSettings(model="small")) is None
    assert overlap.load(TranscribeSettings()).weight.shape == (512,)


@pytest.mark.slow
def test_a_second_real_voice_is_heard(recording):
    heard = recogniser.load(TranscribeSettings(), "cpu")
    one, two, other = (recording(name).at(16000) for name in ("line_05.wav", "line_04.flac", "someone else.ogg"))

    def over(first: Sound, second: Sound, decibels: float) -> Sound:
        length = min(len(first.samples), len(second.samples))
        a, b = first.samples[:length], second.samples[:length]
        gain = np.float32(np.linalg.norm(a) / np.linalg.norm(b) * 10 ** (decibels / 20))
        return Sound(0.5 * (a + gain * b), 16000)

    found = [one.overlap for one in heard.hear([one, two, other, over(one, other, 0), over(two, other, -5)])]
    assert max(found[:3]) < min(found[3:])
    limit = overlap_limit()
    assert max(found[:3]) < limit < min(found[3:])


def overlap_limit() -> float:
    from ffvits.recipe import ScreenSettings

    return ScreenSettings().max_overlap
