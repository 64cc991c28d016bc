"""The samples that training reads are those of the sound file, whatever the label file says and whenever it changed."""

import os
import shutil

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.errors import AudioError, RunError
from ffvits.run import Run
from ffvits.train.samples import Shelf, save_samples

RATE = 22050


def taken(run: Run) -> list[tuple[str, int]]:
    shelf = Shelf(run, RATE)
    found = [shelf.take(clip) for clip in run.clips()]
    shelf.close()
    return [(path.name, length) for path, length in found]


def test_clips_written_by_hand_have_each_its_own_sound(run):
    clips = [clip.with_(key="") for clip in run.clips()]
    shelf = Shelf(run, RATE)
    for clip in clips:
        path, length = shelf.take(clip)
        wanted = Sound.load(run.path(clip)).at(RATE).samples
        assert (np.load(path) == wanted).all() and length == len(wanted)


def test_an_edited_sound_is_heard_and_the_others_are_not_made_again(run):
    before = taken(run)
    file = run.path(run.clips()[1])
    sound = Sound.load(file)
    Sound(sound.samples / 2, sound.rate).save(file)  # as long as before
    os.utime(file, (0, 0))
    after = taken(run)
    assert [number for number, (one, other) in enumerate(zip(before, after, strict=True)) if one != other] == [1]
    path, _ = Shelf(run, RATE).take(run.clips()[1])
    assert (np.load(path) == Sound.load(file).at(RATE).samples).all()


def test_a_copied_folder_has_the_same_samples(run, tmp_path):
    before = taken(run)
    shutil.copytree(run.folder, tmp_path / "copy")
    copy = Run(tmp_path / "copy")
    for clip in copy.clips():
        os.utime(copy.path(clip))
    assert taken(copy) == before


def test_a_file_that_is_as_it_was_is_not_read_again(run):
    before = taken(run)
    file = run.path(run.clips()[0])
    status = file.stat()
    file.write_bytes(b"\0" * status.st_size)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert taken(run) == before
    (run.folder / "cache" / "samples" / "contents.json").write_text("[half", encoding="utf-8")
    with pytest.raises(AudioError, match="cannot be read"):
        taken(run)


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"[1]", b'{"audio/clip-0.wav": 5}'])
def test_a_damaged_memory_costs_only_time(run, damage):
    before = taken(run)
    (run.folder / "cache" / "samples" / "contents.json").write_bytes(damage)
    assert taken(run) == before


def test_a_memory_that_cannot_be_written_is_an_error_with_a_cure(run):
    contents = run.folder / "cache" / "samples" / "contents.json"
    contents.mkdir(parents=True)
    with pytest.raises(RunError, match="cannot be written"):
        taken(run)


def test_a_sound_with_a_value_that_is_no_number_has_no_samples(run):
    import soundfile

    clip = run.clips()[0]
    soundfile.write(run.path(clip), np.array([0.1, np.nan, 0.1]), RATE, subtype="FLOAT")
    assert Shelf(run, RATE).take(clip)[1] == 0


def test_a_missing_sound_is_named(run):
    clip = run.clips()[0]
    run.path(clip).unlink()
    with pytest.raises(RunError, match=r"clip-0\.wav"):
        Shelf(run, RATE).take(clip)


def test_samples_that_cannot_be_written_are_an_error_with_a_cure(tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(RunError, match="cannot be written") as refused:
        save_samples(tmp_path / "cache" / "a.npy", np.zeros(3))
    assert refused.value.cure
