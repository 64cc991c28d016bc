"""The optional stage: off by default, on what it is told to, cached like the others."""

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.label import repair as module
from ffvits.label.repair import repair
from ffvits.recipe import RepairSettings


@pytest.fixture
def clips(ingested, recording):
    voice = recording("line_05.wav").at(16000).samples
    top = np.float32(np.quantile(np.abs(voice), 0.98))
    cut = Sound(np.clip(voice, -top, top), 16000)
    return [ingested(cut, "cut.wav"), ingested(recording("line_04.flac"), "whole.wav")]


def test_by_default_nothing_is_touched(clips, run):
    assert list(repair(clips, run, RepairSettings())) == clips


def test_clipped_recordings_are_declipped_and_the_others_stay(clips, run):
    cut, whole = repair(clips, run, RepairSettings(declip=True))
    assert whole == clips[1]
    assert cut.audio == cut.original != clips[0].audio and cut.key != clips[0].key
    assert any("cut peaks restored" in note for note in cut.notes)
    assert np.abs(Sound.load(run.path(cut)).samples).max() > np.abs(Sound.load(run.path(clips[0])).samples).max()


def test_without_its_room_a_recording_keeps_its_original(clips, run):
    both = list(repair(clips, run, RepairSettings(declip=True, dereverb=True)))
    assert [clip.original == before.original for clip, before in zip(both, clips, strict=True)] == [False, True]
    for clip in both:
        assert clip.audio != clip.original and (run.folder / clip.original).is_file() and run.path(clip).is_file()
        assert "late echo removed by WPE" in clip.notes


def test_a_second_time_it_is_read_from_the_cache(clips, run, monkeypatch):
    settings = RepairSettings(declip=True, dereverb=True)
    first = list(repair(clips, run, settings))
    monkeypatch.setattr(module, "declipped", lambda sound: pytest.fail("it was done again"))
    assert list(repair(clips, run, settings)) == first


def test_rejected_recordings_pass(clips, run):
    rejected = [clip.reject("empty", "nothing in it") for clip in clips]
    assert list(repair(rejected, run, RepairSettings(declip=True, dereverb=True))) == rejected
