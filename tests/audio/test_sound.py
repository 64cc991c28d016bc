"""Samples on the disk: what is written is read back, and what cannot be written is told in one line."""

import subprocess
import sys

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.errors import AudioError


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
from ffvits.audio.sound import Sound
from ffvits.errors import AudioError
path = pathlib.Path({str(tmp_path / name)!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    Sound(np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32), 16000).save(path)
except AudioError as error:
    print(error.message, error.cure, error.file, sep="|")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    message, cure, file = done.stdout.strip().split("|")
    assert message.startswith("cannot be written: ")
    assert "free some space" in cure
    assert file == str(tmp_path / name)
    assert (tmp_path / name).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_is_not_there_is_told_of(tmp_path):
    with pytest.raises(AudioError, match="cannot be written"):
        Sound(np.zeros(10, np.float32), 16000).save(tmp_path / "none" / "a.wav")
