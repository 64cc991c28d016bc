"""The second stage: music out, the rest untouched, the time axis kept, and plain words where a model is missing."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffvits import console, store
from ffvits.audio.sound import Sound
from ffvits.errors import DownloadError
from ffvits.label import demucs
from ffvits.label import separate as module
from ffvits.label.separate import RATE, _ramps, _stretches, separate, without_music
from ffvits.recipe import SeparateSettings


@settings(max_examples=20)
@given(st.integers(1, 40 * RATE))
def test_stretches_cover_everything_and_fade_into_each_other(length):
    weights = np.zeros(length, np.float32)
    for start, end in _stretches(length):
        assert 0 <= start < end <= length
        assert end - start <= 12.5 * RATE
        weights[start:end] += _ramps(start, end, length)
    assert np.abs(weights - 1).max() < 1e-4


class Hears:
    """A stand-in for both networks: music is where the samples are negative, and is all that is negative."""

    name = "Ear"

    @property
    def separator(self):
        return self

    def music(self, samples):
        return np.minimum(samples, 0) if (samples < -0.01).any() else None


def test_where_there_is_no_music_nothing_changes():
    """Forty seconds with music in the last ten: the first twenty stay bit for bit."""
    samples = np.full(40 * 22050, 0.1, np.float32)
    samples[30 * 22050 :] = -0.2
    voice, share, name = without_music(Sound(samples, 22050), Hears())
    assert name == "Ear"
    assert 0.25 <= share < 0.6
    assert len(voice.samples) == len(samples)
    assert np.array_equal(voice.samples[: 18 * 22050], samples[: 18 * 22050])
    assert np.abs(voice.samples[31 * 22050 : -22050]).max() < 1e-3


def test_a_stretch_far_below_the_level_of_its_recording_is_not_listened_to():
    """The hum of a quiet part of a long recording is nobody's music, in a part with a voice nor in one without."""
    hum = np.full(14 * 22050, -0.02, np.float32)
    assert without_music(Sound(hum, 22050), Hears())[1] == 1
    assert without_music(Sound(hum, 22050), Hears(), recording=-20.0)[1] == 1
    left, share, name = without_music(Sound(hum, 22050), Hears(), recording=15.0)
    assert left.samples is hum and (share, name) == (0.0, "")


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("seconds", [0.001, 0.5, 3.3, 12.0, 25.7])
def test_the_time_axis_is_kept(rate, seconds):
    samples = np.random.default_rng(0).normal(0, 0.1, max(1, round(rate * seconds))).astype(np.float32)
    voice, _, _ = without_music(Sound(samples, rate), Hears())
    assert voice.rate == rate
    assert voice.samples.shape == samples.shape
    assert np.isfinite(voice.samples).all()


def test_never_means_never(run, recording, ingested):
    clip = ingested(recording("only music.mp3"))
    assert list(separate([clip], run, SeparateSettings(when="never"))) == [clip]


@pytest.fixture
def unreachable(monkeypatch):
    def fetch(name, **_):
        raise DownloadError(f"cannot get {name}: no network\nTried everything", cure="mend the network")

    monkeypatch.setattr(store, "fetch", fetch)


@pytest.fixture
def said(monkeypatch) -> list[str]:
    lines: list[str] = []
    monkeypatch.setattr(console, "warn", lines.append)
    return lines


def test_without_any_separator_recordings_pass_with_one_notice(run, recording, ingested, unreachable, said):
    clips = [ingested(recording("line_04.flac"), f"{number}.flac") for number in range(3)]
    made = list(separate(clips, run, SeparateSettings()))
    assert [clip.audio for clip in made] == [clip.audio for clip in clips]
    assert all("not searched for music" in clip.notes[-1] for clip in made)
    assert len(said) == 1
    assert "Tried everything" not in said[0]


@pytest.mark.parametrize("asked", [{"separator": "demucs"}, {"separator": "spleeter"}, {"when": "always"}])
def test_what_was_asked_for_and_is_out_of_reach_is_an_error(run, recording, ingested, unreachable, asked):
    with pytest.raises(DownloadError, match="no network"):
        list(separate([ingested(recording("line_04.flac"))], run, SeparateSettings(**asked)))


def test_who_gets_spleeter_for_want_of_demucs_is_told_how_to_have_it_done_again(unreachable, said):
    models = module.Models(SeparateSettings(), "cpu", offline=False, _spleeter="Spleeter")
    assert models.separator == models.separator == "Spleeter"
    (line,) = said
    assert "cannot get demucs-htdemucs: no network; " in line and "--separator demucs" in line


def test_rejected_clips_pass_and_load_nothing(run, recording, ingested, unreachable):
    clip = ingested(recording("line_04.flac")).reject("unreadable", "broken", "mend it")
    assert list(separate([clip], run, SeparateSettings())) == [clip]


def test_demucs_keeps_the_time_axis_and_the_level(monkeypatch):
    """The package's own model with random weights, small: what it calls vocals is taken for the voice."""
    pytest.importorskip("demucs")
    import torch
    from demucs.pretrained import demucs_unittest

    torch.manual_seed(0)
    separator = demucs.Demucs(demucs_unittest().eval())
    samples = np.random.default_rng(0).normal(0.05, 0.1, 2 * RATE).astype(np.float32)
    music = separator.music(samples)
    assert music.shape == samples.shape
    assert np.array_equal(music, separator.music(samples))

    class Perfect:
        sources = ("drums", "bass", "other", "vocals")

    def all_is_voice(model, mix, **_):
        return torch.stack([0 * mix, 0 * mix, 0 * mix, mix], dim=1)

    monkeypatch.setattr("demucs.apply.apply_model", all_is_voice)
    assert np.abs(demucs.Demucs(Perfect()).music(samples)).max() < 1e-5


@pytest.fixture(scope="module")
def weights():
    try:
        store.fetch("spleeter-2stems")
    except DownloadError as error:
        pytest.skip(f"no weights here: {error.message}")


def test_demucs_is_loaded_once_and_only_where_it_is_needed(run, recording, ingested, monkeypatch):
    class Silent:
        name = "Demucs"

        def music(self, samples):
            return samples

    fetched: list[str] = []
    monkeypatch.setattr(store, "fetch", lambda name, **_: fetched.append(name))
    monkeypatch.setattr(demucs, "load", lambda folder, device: Silent())
    clips = [ingested(recording("line_04.flac"), f"{number}.flac", str(number)) for number in range(3)]
    made = list(separate(clips, run, SeparateSettings(separator="demucs", when="always")))
    assert fetched == ["demucs-htdemucs"]
    assert all(clip.notes[-1] == "music removed by Demucs" for clip in made)
    left = Sound.load(run.path(made[0])).samples
    assert np.square(left).mean() < 1e-3 * np.square(recording("line_04.flac").samples).mean()


@pytest.mark.slow
def test_on_real_recordings(run, recording, ingested, weights, monkeypatch):
    voice = recording("line_04.flac").at(44100)
    music = np.resize(recording("only music.mp3").at(44100).samples, len(voice.samples))
    mix = Sound(voice.samples + 0.5 * music * np.abs(voice.samples).max() / np.abs(music).max(), 44100)
    clips = [ingested(voice, "voice.flac"), ingested(mix, "mix.flac")]
    asked = SeparateSettings(separator="spleeter")
    plain, cleaned = separate(clips, run, asked)
    assert plain.audio == clips[0].audio
    assert plain.key == clips[0].key
    assert plain.scores["music"] == 0
    assert cleaned.audio != cleaned.original == clips[1].audio
    assert cleaned.scores["music"] == 1
    assert cleaned.notes[-1] == "music removed by Spleeter"
    assert len(Sound.load(run.path(cleaned)).samples) == len(mix.samples)
    monkeypatch.setattr(module.Models, "_detector", lambda self: pytest.fail("a model was loaded again"))
    assert list(separate(clips, run, asked)) == [plain, cleaned]
    again = dataclasses.replace(asked, when="never")
    assert list(separate(clips, run, again)) == clips
