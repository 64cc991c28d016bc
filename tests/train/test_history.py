"""The curves of a training, whatever became of their files."""

import subprocess
import sys

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from ffvits.errors import TrainError
from ffvits.train.history import Curves, History


def test_damaged_lines_are_passed_over(tmp_path):
    history = History(tmp_path / "history.jsonl")
    history.add("check", 1, {"spoken": 0.5})
    with history.path.open("ab") as file:
        file.write(b"\xff\x00\x9c\n[]\n{}\n" + b'{"kind": "check", "st')
    assert history.read() == [{"kind": "check", "step": 1, "spoken": 0.5}]
    history.cut(0)
    assert history.read() == []


def read(folder) -> EventAccumulator:
    found = EventAccumulator(str(folder))
    found.Reload()
    return found


def test_what_is_added_can_be_read_at_once(tmp_path):
    with Curves(tmp_path / "板", 1) as curves:
        curves.add({"train/mel": 0.5, "train/kl": 2.0}, 1)
        curves.add_sound("sample", np.zeros(1600, np.float32), 1, 16000)
        found = read(tmp_path / "板")
        assert found.Scalars("train/mel")[0].value == 0.5 and found.Scalars("train/kl")[0].step == 1
        assert found.Audio("sample")[0].length_frames == 1600


def test_a_resumed_training_writes_its_steps_anew(tmp_path):
    with Curves(tmp_path, 1) as curves:
        for step in (1, 2, 3):
            curves.add({"mel": 1.0}, step)
    with Curves(tmp_path, 2) as curves:
        curves.add({"mel": 0.5}, 2)
    assert [(point.step, point.value) for point in read(tmp_path).Scalars("mel")] == [(1, 1.0), (2, 0.5)]


def test_curves_go_on_where_the_clock_was_put_back(tmp_path, monkeypatch):
    for now, step, value in ((2e9, 1, 1.0), (1e9, 2, 0.5)):
        monkeypatch.setattr("ffvits.train.history.time.time", lambda now=now: now)
        with Curves(tmp_path, step) as curves:
            curves.add({"mel": value}, step)
    assert [(point.step, point.value) for point in read(tmp_path).Scalars("mel")] == [(1, 1.0), (2, 0.5)]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "tensorboard").write_text("x", encoding="utf-8")
    with pytest.raises(TrainError, match="curves cannot be written") as refused:
        Curves(tmp_path / "tensorboard", 1)
    assert "tensorboard" in refused.value.file


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on file size that stands in for a full disk is Unix's")
def test_a_full_disk_is_told_by_an_error_and_no_traceback(tmp_path):
    code = f"""
import pathlib, resource, signal
from ffvits.errors import TrainError
from ffvits.train.history import Curves
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    with Curves(pathlib.Path({str(tmp_path)!r}), 1) as curves:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
        for step in range(20):
            curves.add({{"mel": 1.0}}, step)
except TrainError as error:
    raise SystemExit("free some space" in error.cure and error.file == str(curves.path) and 7)
"""
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (7, "")
