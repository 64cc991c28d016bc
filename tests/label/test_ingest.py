"""The first stage: every file in a folder becomes a clip, kept or rejected with a reason, and nothing disappears."""

import hashlib
import json
import os
import shutil
import sys
from collections import Counter

import numpy as np
import pytest

from ffvits.audio.files import find
from ffvits.audio.sound import Sound
from ffvits.clip import read_clips, write_clips
from ffvits.errors import AudioError
from ffvits.label.ingest import _Settings, ingest, speaker_names
from ffvits.recipe import Recipe
from ffvits.run import Run


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(16000 * seconds))


def test_the_example_folder(run, examples):
    clips = list(ingest(examples, run, Recipe(speaker="派蒙")))
    found = find(examples)
    assert [clip.source for clip in clips] == [path.relative_to(examples).as_posix() for path in found.audio]
    rejected = {clip.source: clip.reasons[0] for clip in clips if not clip.kept}
    assert {name: reason.code for name, reason in rejected.items()} == {
        "broken.mp3": "unreadable",
        "empty.wav": "empty",
    }
    assert all(reason.message and reason.cure for reason in rejected.values())
    for clip in clips:
        if clip.kept:
            sound = Sound.load(run.path(clip))
            assert sound.seconds == pytest.approx(clip.seconds, abs=0.001)
            assert np.isfinite(sound.samples).all()
            assert clip.original == clip.audio
            assert clip.scores["source_rate"] >= sound.rate
            assert clip.notes[0].endswith(" s")
    assert len({clip.id for clip in clips}) == len(clips)
    assert next(clip for clip in clips if clip.source.startswith("长")).notes[0].startswith("aac, ")
    write_clips(run.clips_file, clips)
    assert [clip.id for clip in read_clips(run.clips_file)] == [clip.id for clip in clips]


def test_a_second_run_decodes_nothing(run, tmp_path, save):
    for number in range(3):
        save(tmp_path / "raw" / f"{number}.wav", noise(0.3, number))
    first = list(ingest(tmp_path / "raw", run, Recipe()))
    stamps = {path: path.stat().st_mtime_ns for path in run.folder.rglob("*.flac")}
    assert list(ingest(tmp_path / "raw", run, Recipe())) == first
    assert {path: path.stat().st_mtime_ns for path in run.folder.rglob("*.flac")} == stamps


def test_a_changed_recording_is_read_again_and_the_others_are_not(run, tmp_path, save):
    for number in range(3):
        save(tmp_path / "raw" / f"{number}.wav", noise(0.3, number))
    first = list(ingest(tmp_path / "raw", run, Recipe()))
    save(tmp_path / "raw" / "1.wav", noise(0.5, 9))
    second = list(ingest(tmp_path / "raw", run, Recipe()))
    assert [a.key == b.key for a, b in zip(first, second, strict=True)] == [True, False, True]
    assert [a.id for a in first] == [b.id for b in second]


def test_a_long_recording_comes_in_parts_on_one_time_axis(run, tmp_path, save):
    samples = noise(21)
    save(tmp_path / "raw" / "long.wav", samples)

    clips = list(ingest(tmp_path / "raw", run, Recipe(), part_seconds=5.0))
    assert len(clips) >= 5
    assert [clip.start for clip in clips] == [0.0, *(clip.end for clip in clips[:-1])]
    assert clips[-1].end == pytest.approx(21.0)
    joined = np.concatenate([Sound.load(run.path(clip)).samples for clip in clips])
    assert np.abs(joined - (samples - samples.mean())).max() < 1e-4
    assert len({clip.id for clip in clips}) == len(clips)


def test_each_part_of_a_recording_knows_the_level_of_the_whole(run, tmp_path, save):
    save(tmp_path / "raw" / "long.wav", np.concatenate([noise(6) * 0.01, noise(6)]))
    quiet, *_, loud = list(ingest(tmp_path / "raw", run, Recipe(), part_seconds=5.0))
    assert quiet.scores["level_db"] == loud.scores["level_db"] == pytest.approx(-20, abs=0.5)


def test_a_run_of_a_version_that_measured_no_level_keeps_its_recordings(run, tmp_path, save):
    """By `recording` edits know what they are for."""
    save(tmp_path / "raw" / "a.wav", noise(1))
    (now,) = ingest(tmp_path / "raw", run, Recipe())
    for file in (run.folder / "cache" / "ingest").rglob("*.json"):
        kept = json.loads(file.read_text(encoding="utf-8"))
        kept["values"].pop("level", None)
        file.write_text(json.dumps(kept), encoding="utf-8")
    assert list(ingest(tmp_path / "raw", run, Recipe())) == [now]
    content = hashlib.sha256((tmp_path / "raw" / "a.wav").read_bytes()).hexdigest()
    assert now.recording == run.cache("ingest", _Settings(300.0), version=1).key(content, "0")


@pytest.mark.parametrize(
    ("files", "recipe", "expected"),
    [
        (["a.wav", "b/c.wav"], Recipe(), {"raw": 2}),
        (["甲/a.wav", "乙/x/b.wav"], Recipe(), {"甲": 1, "乙": 1}),
        (["甲/a.wav", "乙/x/b.wav"], Recipe(speaker="派蒙"), {"派蒙": 2}),
        (["甲/a.wav", "乙/x/b.wav"], Recipe(layout="flat"), {"raw": 2}),
        (["甲/a.wav", "乙/x/b.wav"], Recipe(speaker=" "), {"甲": 1, "乙": 1}),
        (["a.wav"], Recipe(speaker="派蒙 "), {"派蒙": 1}),
        (["a.wav", "甲/a.wav"], Recipe(layout="folders", speaker="派蒙"), {"派蒙": 1, "甲": 1}),
        (["a.wav", "甲/a.wav"], Recipe(layout="folders"), {"raw": 1, "甲": 1}),
    ],
)
def test_who_speaks(tmp_path, save, files, recipe, expected):
    for name in files:
        save(tmp_path / "raw" / name, noise(0.1))
    folder = tmp_path / "raw"
    assert Counter(speaker_names(folder, find(folder), recipe).values()) == expected


def test_a_folder_without_recordings_is_an_error(run, tmp_path):
    """Or a drive that is not mounted would empty the label file of a run."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(AudioError, match="no recordings"):
        list(ingest(tmp_path / "raw", run, Recipe()))
    with pytest.raises(AudioError, match="no such folder"):
        list(ingest(tmp_path / "gone", run, Recipe()))


def test_what_other_runs_made_is_no_recording(tmp_path, save):
    save(tmp_path / "raw" / "a.wav", noise(0.3))
    other = Run.create(tmp_path / "raw" / "runs" / "other", Recipe())
    write_clips(other.clips_file, [])
    save(other.audio / "a-123456.wav", noise(0.3))
    run = Run.create(tmp_path / "run", Recipe())
    assert [clip.source for clip in ingest(tmp_path / "raw", run, Recipe())] == ["a.wav"]
    assert find(tmp_path / "raw").runs == (other.folder,)


def test_the_run_folder_may_lie_among_the_recordings(tmp_path, save):
    save(tmp_path / "raw" / "a.wav", noise(0.3))
    run = Run.create(tmp_path / "raw" / "run", Recipe())
    for _ in range(2):
        assert [clip.source for clip in ingest(tmp_path / "raw", run, Recipe())] == ["a.wav"]


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux is a file name any bytes")
def test_names_in_gbk_are_read_as_chinese(run, tmp_path, save):
    save(tmp_path / "raw" / "a.wav", noise(0.3))
    folder = os.fsencode(tmp_path / "raw")
    os.mkdir(os.path.join(folder, "派蒙".encode("gbk")))
    os.rename(os.path.join(folder, b"a.wav"), os.path.join(folder, "派蒙/你好.wav".encode("gbk")))
    shutil.copy(os.path.join(folder, "派蒙/你好.wav".encode("gbk")), os.path.join(folder, b"\xff\xff.wav"))
    clips = list(ingest(tmp_path / "raw", run, Recipe(layout="folders")))
    assert [(clip.source, clip.speaker) for clip in clips] == [
        ("派蒙/你好.wav", "派蒙"),
        ("\\udcff\\udcff.wav", "raw"),
    ]
    assert all(clip.kept for clip in clips)
    write_clips(run.clips_file, clips)
    assert [clip.source for clip in read_clips(run.clips_file)] == [clip.source for clip in clips]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may open everything")
def test_a_folder_that_may_not_be_opened_is_told(run, tmp_path, save):
    save(tmp_path / "raw" / "locked" / "a.wav", noise(0.3))
    (tmp_path / "raw" / "locked").chmod(0)
    try:
        (clip,) = ingest(tmp_path / "raw", run, Recipe())
    finally:
        (tmp_path / "raw" / "locked").chmod(0o700)
    assert clip.reasons[0].code == "unreadable"


def test_a_telephone_is_heard(run, tmp_path, save, recording):
    sound = recording("line_04.flac").at(8000).at(44100)
    save(tmp_path / "raw" / "a.wav", sound.samples, 44100)
    (clip,) = ingest(tmp_path / "raw", run, Recipe())
    assert clip.kept
    assert clip.scores["bandwidth_hz"] < 4200
    assert "telephone" in clip.notes[-1]


def test_stereo_out_of_phase_is_said(run, tmp_path, save):
    samples = 0.5 * np.sin(np.arange(16000) / 5)
    save(tmp_path / "raw" / "a.wav", np.stack([samples, -samples], axis=1))
    (clip,) = ingest(tmp_path / "raw", run, Recipe())
    assert "out of phase" in clip.notes[1]
    assert clip.scores["channels"] == 2
    assert np.abs(Sound.load(run.path(clip)).samples).max() > 0.4
