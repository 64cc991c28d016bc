"""Cut peaks drawn again: nearer to the truth, and nothing that was whole is touched."""

import numpy as np
import pytest

from ffvits.audio.measure import clipped_share
from ffvits.audio.sound import Sound
from ffvits.label.declip import declipped


def near(truth: np.ndarray, sound: np.ndarray) -> float:
    """SI-SDR in dB."""
    wanted = truth * (truth @ sound) / (truth @ truth)
    return 10 * np.log10((wanted @ wanted) / (np.square(sound - wanted).sum() + 1e-12))


@pytest.mark.parametrize("share", [0.01, 0.04])
def test_a_real_voice_that_was_cut_off_comes_nearer_to_itself(recording, share):
    truth = recording("line_05.wav").at(16000).cut(0.5, 2.0).samples
    top = np.float32(np.quantile(np.abs(truth), 1 - share))
    cut = Sound(np.clip(truth, -top, top), 16000)
    made, found = declipped(cut)
    assert found == pytest.approx(share, rel=0.3)
    assert near(truth, made.samples) > near(truth, cut.samples) + 5
    assert clipped_share(made) < 0.25 * clipped_share(cut)


def test_only_cut_samples_change_and_they_grow(recording):
    truth = recording("line_05.wav").at(16000).cut(0.5, 1.5).samples * np.float32(0.3)
    cut = np.clip(truth, -0.05, 0.05)
    made, _ = declipped(Sound(cut, 16000))
    changed = made.samples != cut
    assert changed.any() and np.all(np.abs(cut[changed]) > 0.97 * 0.05)
    assert np.all(np.abs(made.samples) >= np.abs(cut))


def test_what_would_be_louder_than_full_scale_is_turned_down(recording):
    truth = recording("line_05.wav").at(16000).cut(0.5, 1.5).samples
    cut = np.clip(truth * np.float32(4 / np.abs(truth).max()), -1, 1)
    made, _ = declipped(Sound(cut, 16000))
    assert np.abs(made.samples).max() == pytest.approx(0.97, abs=1e-3)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(4000), np.full(10, 0.5), np.sin(np.arange(8000) / 9) * 0.5])
def test_what_was_not_cut_stays_the_same_sound(samples):
    sound = Sound(samples.astype(np.float32), 16000)
    made, share = declipped(sound)
    assert len(made.samples) == len(samples) and (share > 0 or made is sound)


def test_both_sides_and_one_side_alone(recording):
    truth = recording("line_05.wav").at(16000).cut(0.5, 1.5).samples
    top = np.float32(np.quantile(truth, 0.97))
    made, _ = declipped(Sound(np.minimum(truth, top), 16000))
    assert near(truth, made.samples) > near(truth, np.minimum(truth, top)) + 3
    assert made.samples.min() == pytest.approx(truth.min(), abs=1e-6)
