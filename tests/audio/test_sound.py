"""Samples on the disk: what is written is read back, and what cannot be written is told in one line."""

import subprocess
import sys

import numpy as np
import pytest

from ffvits.audio.sound import Sound, write
from ffvits.errors import AudioError
from ffvits.report.media import audio_uri


@pytest.mark.parametrize(("name", "step"), [("声音.flac", 2**-23), ("声音.wav", 2**-15)])
def test_what_is_written_is_read_back(tmp_path, name, step):
    samples = np.random.default_rng(0).normal(0, 0.5, 5000).astype(np.float32)
    Sound(samples, 22050).save(tmp_path / name)
    back = Sound.load(tmp_path / name)
    assert back.rate == 22050
    assert np.abs(back.samples - np.clip(samples, -1, 1)).max() <= 1.01 * step
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a.flac", "a.wav"])
def test_a_full_disk_is_told_in_one_line_and_leaves_the_old_file(tmp_path, name):
    """In a process of its own that may not write files of more than 4 kB."""
    pytest.importorskip("resource")
    Sound(np.zeros(100, np.float32), 16000).save(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    code = f"""
import pathlib, resource
import numpy as np
from ffvits.audio.sound import Sound, write
from ffvits.errors import AudioError
path = pathlib.Path({str(tmp_path / name)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    Sound(np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32), 16000).save(path)
except AudioError as error:
    print(error.message, error.cure, error.file, sep="|")
"""
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    message, cure, file = done.stdout.strip().split("|")
    assert message.startswith("cannot be written: ")
    assert "free some space" in cure
    assert file == str(tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(("kind", "bits"), [("WAV", 16), ("FLAC", 16), ("FLAC", 24)])
def test_a_disk_that_lacks_room_for_the_very_end_is_told_of_too(tmp_path, full_disk, kind, bits):
    """libsndfile loses what it still holds when the file is closed, and says nothing."""
    samples = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    assert write(tmp_path / "whole", [samples[:7000], samples[7000:]], 16000, kind, bits) == len(samples)
    with full_disk((tmp_path / "whole").stat().st_size - 1), pytest.raises(OSError, match="the disk is full"):
        write(tmp_path / "more", [samples], 16000, kind, bits)
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]


@pytest.mark.parametrize("name", ["a.flac", "a.wav"])
def test_a_ctrl_c_is_not_lost_and_no_samples_with_it(tmp_path, monkeypatch, name):
    """As they would be while libsndfile calls back into Python: so it must open every file itself."""
    monkeypatch.delattr("soundfile.SoundFile._init_virtual_io")
    sound = Sound(np.zeros(16000, np.float32), 16000)
    sound.save(tmp_path / name)
    assert len(Sound.load(tmp_path / name).samples) == 16000
    assert audio_uri(sound).startswith("data:audio/mpeg;base64,")


def test_what_is_no_sound_is_told_by_its_name_alone(tmp_path):
    (tmp_path / "声音.wav").write_bytes(b"no sound")
    with pytest.raises(AudioError, match=r"声音\.wav: cannot be read: .*not recognised") as caught:
        Sound.load(tmp_path / "声音.wav")
    assert "delete it and label again" in caught.value.cure
    with pytest.raises(AudioError, match=r"没有\.wav: cannot be read: No such file") as caught:
        Sound.load(tmp_path / "没有.wav")
    assert "put it back" in caught.value.cure


def test_a_folder_that_is_not_there_is_told_of(tmp_path):
    with pytest.raises(AudioError, match="cannot be written"):
        Sound(np.zeros(10, np.float32), 16000).save(tmp_path / "none" / "a.wav")
