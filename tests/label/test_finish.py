"""The end of labelling: who is held out, what a person decided, which audio lies where."""

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.clip import Clip, read_clips, write_clips
from ffvits.label.finish import by_reason, cleaned, export, finish, split, summarise, told
from ffvits.recipe import Recipe


def clips(count: int, speaker: str = "a", status: str = "keep") -> list[Clip]:
    return [Clip(f"{speaker}{n}", f"{speaker}{n}.wav", 0, 3, speaker, text="好", status=status) for n in range(count)]


@pytest.mark.parametrize(("count", "held_out", "expected"), [(9, 0.05, 0), (10, 0.05, 1), (100, 0.05, 5), (100, 0, 0)])
def test_a_share_of_each_speaker_is_held_out(count, held_out, expected):
    found = split([*clips(count), *clips(count, "b"), *clips(5, "c", "reject")], held_out)
    for speaker in "ab":
        assert sum(clip.split == "val" for clip in found if clip.speaker == speaker) == expected
    assert {clip.split for clip in found if clip.speaker == "c"} == {""}


def test_who_is_held_out_hardly_changes_when_clips_come():
    before = {clip.id for clip in split(clips(100), 0.1) if clip.split == "val"}
    after = {clip.id for clip in split(clips(110), 0.1) if clip.split == "val"}
    assert len(before & after) >= 8


@pytest.fixture
def labelled(run, ingested):
    def make(name: str, level: float) -> Clip:
        sound = Sound(np.full(16000, level, np.float32), 16000)
        return ingested(sound, f"{name}.wav").with_(text="好")

    return [make("一", 0.1), make("二", 0.2), make("三", 0.3).reject("silence", "nothing", "remove it")]


def test_kept_clips_are_exported_and_others_removed(run, labelled):
    first = finish(labelled, run, Recipe())
    assert sorted(path.name for path in run.audio.glob("*.wav")) == sorted(f"{clip.id}.wav" for clip in first[:2])
    assert np.allclose(Sound.load(run.path(first[1])).samples, 0.2, atol=1e-4)
    (run.audio / "mine.wav").write_bytes(b"a person's own file")
    finish([labelled[0], labelled[1].reject("clipped", "c"), labelled[2]], run, Recipe())
    assert sorted(path.name for path in run.audio.glob("*.wav")) == sorted([f"{first[0].id}.wav", "mine.wav"])


def test_what_a_person_set_to_keep_is_kept_with_its_audio_and_text(run, labelled):
    finish(labelled, run, Recipe())
    lines = read_clips(run.clips_file)
    lines[2] = dataclasses.replace(lines[2], status="keep", text="我说的")
    lines[0] = dataclasses.replace(lines[0], status="reject")
    write_clips(run.clips_file, lines)
    for _ in range(2):  # also the second time: an edit must not become the machine's own word
        found = finish(labelled, run, Recipe())
        assert [clip.status for clip in found] == ["reject", "keep", "keep"]
        assert found[2].text == "我说的" and found[2].edited and not found[1].edited
        assert np.allclose(Sound.load(run.path(found[2])).samples, 0.3, atol=1e-4)
        assert not (run.audio / f"{found[0].id}.wav").exists()


def test_clips_that_stay_though_their_recording_is_gone_are_told_of(run, labelled, monkeypatch):
    warned: list[str] = []
    monkeypatch.setattr("ffvits.console.warn", warned.append)
    finish(labelled, run, Recipe())
    lines = read_clips(run.clips_file)
    write_clips(run.clips_file, [lines[0].with_(text="改过"), lines[1].with_(status="reject"), lines[2]])
    assert [clip.source for clip in finish(labelled[2:], run, Recipe()) if clip.kept] == ["一.wav"]
    (told_of,) = [line for line in warned if "recording is gone" in line]
    assert "1 clip that you edited is kept" in told_of and "一.wav" in told_of and "二.wav" not in told_of
    # Another take under the name, which is cut elsewhere, is no home for it either.
    another = [clip.with_(id=f"{clip.id}-9", start=9.0, end=12.0, recording="take 2") for clip in labelled[:1]]
    warned.clear()
    write_clips(run.clips_file, [clip.with_(recording="take 1") for clip in run.clips()])
    assert len([clip for clip in finish([*another, *labelled[2:]], run, Recipe()) if clip.kept]) == 2
    assert len([line for line in warned if "recording is gone: 一.wav" in line]) == 1


def test_a_clip_whose_sound_is_gone_does_not_end_the_run(run, labelled):
    finish(labelled, run, Recipe())
    lines = read_clips(run.clips_file)
    other = dataclasses.replace(
        lines[0], id="other-cut", text="改过", audio="audio/other-cut.wav", original="gone.flac"
    )
    write_clips(run.clips_file, [other, *lines[1:]])
    found = {clip.id: clip for clip in finish([clip.with_(start=5.0, end=9.0) for clip in labelled], run, Recipe())}
    assert found["other-cut"].reasons[0].code == "gone" and found["other-cut"].text == "改过"
    assert sum(clip.kept for clip in found.values()) == 2
    # The person's words outlive it, and with its sound it can be kept again.
    again = {clip.id: clip for clip in finish(labelled, run, Recipe())}["other-cut"]
    assert (again.text, again.status, again.edited) == ("改过", "reject", True)
    Sound(np.full(16000, 0.1, np.float32), 16000).save(run.audio / "other-cut.wav")
    write_clips(run.clips_file, [clip.with_(status="keep") if clip.id == "other-cut" else clip for clip in run.clips()])
    again = {clip.id: clip for clip in finish(labelled, run, Recipe())}["other-cut"]
    assert again.kept and again.text == "改过"


def test_what_a_person_cut_keeps_its_words_when_its_sound_is_gone(run, labelled):
    finish(labelled, run, Recipe())
    cut = labelled[0].with_(id="by-hand", start=0.2, text="人写的", audio="audio/by-hand.wav", original="")
    write_clips(run.clips_file, [cut, *run.clips()[1:]])
    for _ in range(3):
        found = {clip.id: clip for clip in finish(labelled, run, Recipe())}
        assert (found["by-hand"].text, found["by-hand"].status) == ("人写的", "reject")
        assert [reason.code for reason in found["by-hand"].reasons] == ["gone"]


def test_a_clip_without_a_sound_cannot_be_kept(run, labelled):
    broken = Clip("坏-1", "坏.mp3", 0, 0, "派蒙").reject("unreadable", "no decoder understands it", "export it again")
    finish([*labelled, broken], run, Recipe())
    for _ in range(2):
        edited = run.clips()[-1].with_(status="keep", text="我说的")
        write_clips(run.clips_file, [*run.clips()[:-1], edited])
        found = finish([*labelled, broken], run, Recipe())[-1]
        assert (found.status, found.text, found.edited) == ("reject", "我说的", True)
        assert [reason.code for reason in found.reasons] == ["soundless", "unreadable"]
        assert found.reasons[0].cure


def test_only_doubts_that_decide_are_listed_for_review(run, labelled):
    one, two, three = (clip.doubt(f"doubt of {clip.source}") for clip in labelled)
    finish([one, two.reject("doubtful", "in doubt"), three], run, Recipe())
    text = (run.folder / "review.csv").read_text(encoding="utf-8-sig")
    assert [row["source"] for row in csv.DictReader(text.splitlines())] == [one.source, two.source]


def test_audio_is_written_again_only_if_it_changed(run, labelled):
    first = finish(labelled, run, Recipe())
    stamps = {path.name: path.stat().st_mtime_ns for path in run.audio.glob("*.wav")}
    finish(labelled, run, Recipe())
    assert {path.name: path.stat().st_mtime_ns for path in run.audio.glob("*.wav")} == stamps
    export([labelled[0].with_(key="other", audio=labelled[1].audio)], run)
    assert np.allclose(Sound.load(run.path(first[0])).samples, 0.2, atol=1e-4)


def test_what_a_killed_run_wrote_goes_with_the_next_one(run, labelled, monkeypatch):
    def killed(sound: Sound, path: Path) -> None:
        raise KeyboardInterrupt

    finish([labelled[0]], run, Recipe())
    louder = labelled[0].with_(key="louder", audio=labelled[1].audio)
    cut_anew = [clip.with_(id=f"{clip.id}-2") for clip in labelled[:2]]
    saves = iter([Sound.save, Sound.save, killed])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Sound, "save", lambda sound, path: next(saves)(sound, path))
        export([louder, *cut_anew], run)
    assert len(list(run.audio.glob("*.wav"))) == 2
    (found,) = export([labelled[0]], run)
    assert [path.name for path in run.audio.glob("*.wav")] == [f"{found.id}.wav"]
    assert np.allclose(Sound.load(run.path(found)).samples, 0.1, atol=1e-4), "it was overwritten by the killed run"


def test_an_index_that_points_elsewhere_removes_nothing(run, labelled, tmp_path):
    outside = tmp_path / "precious.wav"
    outside.write_bytes(b"x")
    run.audio.mkdir()
    (run.audio / "index.json").write_text('{"../../precious.wav": "k"}', encoding="utf-8")
    finish(labelled, run, Recipe())
    assert outside.exists()


def test_a_damaged_index_costs_only_time(run, labelled):
    first = finish(labelled, run, Recipe())
    (run.audio / "index.json").write_bytes(b"\xff\xfe{")
    assert finish(labelled, run, Recipe()) == first


def test_reasons_are_counted_with_the_cure_of_most(run, labelled):
    a, b, c = labelled
    found = by_reason(
        [a.reject("x", "1", "do this"), b.reject("x", "2", "do this"), c, a.with_(id="d", status="reject")]
    )
    assert [(code, len(those), cure) for code, those, cure in found] == [
        ("x", 2, "do this"),
        ("silence", 1, "remove it"),
        ("person", 1, ""),
    ]


@pytest.mark.parametrize(
    ("rejected", "told_of"),
    [
        ([], ""),
        (clips(2, "乙", "reject"), "no clip is kept of 乙:"),
        (clips(1, "甲", "reject"), ""),
        ([clip.with_(end=0) for clip in clips(1, "raw", "reject")], ""),
    ],
    ids=["nobody", "of a second speaker everything", "of the first one something", "a file that is no recording"],
)
def test_a_speaker_of_whom_nothing_is_left_is_told_of(monkeypatch, rejected, told_of):
    warned: list[str] = []
    monkeypatch.setattr("ffvits.console.warn", warned.append)
    summarise([*clips(3, "甲"), *rejected])
    assert (told_of in warned[0]) if told_of else not warned


def test_what_cleaning_did_is_told_by_what_was_removed(labelled):
    clip = labelled[0].score(quality=3.0)
    music, noise = (
        clip.score(quality_before=before, removed_db=removed).note(f"{what} removed by something")
        for what, before, removed in (("music", 1.5, -4.0), ("noise", 2.0, -10.0))
    )
    both = music.note("noise removed by something")
    found = cleaned([clip, music, noise, both])
    assert found == {"music removed": [music, both], "noise removed": [noise, both]}
    assert told(found["noise removed"]) == "DNSMOS 1.75 → 3.00, what was removed -7 dB against the voice"


def test_the_table_of_the_rejected_names_each(run, labelled):
    finish(labelled, run, Recipe())
    with (run.folder / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["source"] == "三.wav" and row["reason"] == "silence" and row["cure"] == "remove it"
