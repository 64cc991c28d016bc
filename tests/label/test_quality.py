"""DNSMOS: the published scorer's numbers, and what must hold."""

from importlib.resources import files

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.label import dnsmos, quality


@pytest.fixture(scope="module")
def judge():
    return quality.load()


# speechmos 0.0.1.1, dnsmos.run(x, sr=16000) on these files resampled by soxr HQ: sig, bak, ovrl.
PUBLISHED = {
    "line_00.ogg": (3.253, 2.895, 2.420),
    "line_17.wav": (3.470, 3.389, 2.807),
    "english.flac": (3.574, 3.206, 2.832),
    "noisy_1.ogg": (3.269, 1.851, 1.932),
    "only music.mp3": (1.190, 1.113, 1.120),
}


@pytest.mark.parametrize(("name", "expected"), PUBLISHED.items())
def test_equal_to_the_published_scorer(judge, recording, name, expected):
    found = judge(recording(name))
    # Fewer windows are looked at than there, which moves a score a little.
    assert (found.signal, found.background, found.overall) == pytest.approx(expected, abs=0.15)


@pytest.mark.parametrize("name", PUBLISHED)
def test_once_through_is_nearly_the_same(judge, recording, name):
    sound = recording(name)
    assert judge.once(sound).overall == pytest.approx(judge(sound).overall, abs=0.2)


def test_once_through_is_the_same_where_nothing_is_repeated(judge):
    exact = quality.load(exact=True)
    noise = np.random.default_rng(0).normal(0, 0.01, 10 * 16000).astype(np.float32)
    assert exact.once(Sound(noise, 16000)) == exact(Sound(noise, 16000))


@pytest.mark.parametrize("name", ["english.flac", "noisy_1.ogg", "only music.mp3"])
def test_in_bfloat16_it_judges_alike(recording, name):
    # Also where the processor only imitates bfloat16: the numbers are the same, and only slower to come by.
    sound, model = recording(name), (files("speechmos") / "dnsmos_models" / "sig_bak_ovr.onnx").read_bytes()
    exact = quality.load(exact=True)
    quick = quality.Judge(exact._look, dnsmos.load(model).look)
    assert quick.once(sound).overall == pytest.approx(exact.once(sound).overall, abs=0.05)


def test_a_file_that_is_not_the_network_is_named():
    with pytest.raises(FfvitsError, match="not the network of DNSMOS"):
        dnsmos.load(b"not a network")


def test_noise_lowers_the_score(judge, recording):
    sound = recording("line_00.ogg")
    level = float(np.sqrt(np.mean(np.square(sound.samples))))
    hiss = np.random.default_rng(0).normal(0, level, len(sound.samples)).astype(np.float32)
    noisy = judge(Sound(sound.samples + hiss, sound.rate))
    clean = judge(sound)
    assert noisy.overall < clean.overall - 1 and noisy.background < clean.background - 1


@pytest.mark.parametrize("seconds", [0.1, 1.0, 9.01, 25.0])
def test_any_length_has_a_score(judge, seconds):
    noise = np.random.default_rng(0).normal(0, 0.01, round(seconds * 16000)).astype(np.float32)
    assert 0.5 < judge(Sound(noise, 16000)).overall < 5


def test_no_samples_have_none(judge):
    with pytest.raises(ValueError, match="without samples"):
        judge(Sound(np.zeros(0, np.float32), 16000))
