"""Checkpoints: the newest is the one with the highest stored step, and none is ever half written."""

import subprocess
import sys

import pytest
import torch

from ffvits.errors import TrainError
from ffvits.train import state
from ffvits.train.state import Progress


def write(folder, step, identity="a", keep=3, **progress):
    return state.save(folder, Progress(step=step, **progress), identity, {"model": {"w": torch.ones(3) * step}}, keep)


def test_a_state_comes_back_as_it_went(tmp_path):
    path = write(tmp_path, 7, epoch=2, index=5, seconds=1.5)
    progress, rest = state.load(path)
    assert progress == Progress(step=7, epoch=2, index=5, seconds=1.5)
    assert rest["model"]["w"].tolist() == [7, 7, 7]


def test_a_look_at_a_state_sees_what_torch_reads(tmp_path):
    whole = torch.arange(12.0)
    kept = {
        "model": {"w": whole.view(3, 4).t(), "tail": whole[8:], "half": torch.ones(2, dtype=torch.bfloat16)},
        "optimizer": {"state": {0: {"step": torch.tensor(3.0), "seen": 70_000}}, "groups": [{"betas": (0.8, 0.99)}]},
        "judge": None,
        "calm": float("inf"),
        "turned": -1,
        "on": True,
        "voice": {"speakers": ["派蒙", ""], "octaves": ()},
    }
    path = state.save(tmp_path, Progress(step=7), "a", kept, 3)
    seen, read = state.header(path), torch.load(path, weights_only=True)
    assert seen.pop("progress") == read.pop("progress") and seen.pop("identity") == read.pop("identity") == "a"
    for name, tensor in read["model"].items():
        assert seen["model"][name].dtype == tensor.dtype and torch.equal(seen["model"].pop(name), tensor), name
    assert seen["model"] == {}
    assert {**seen, "model": None} == {**read, "model": None}


def test_the_stored_step_decides_not_the_name(tmp_path):
    write(tmp_path, 900).rename(tmp_path / "step-00000001.pt")
    write(tmp_path, 20)
    assert state.newest(tmp_path, "a").name == "step-00000001.pt"


def test_what_is_remembered_of_a_checkpoint_is_that_of_its_present_content(tmp_path):
    path = write(tmp_path, 5)
    assert (state.about(path).progress.step, state.about(path).identity) == (5, "a")
    write(tmp_path, 5, identity="other")
    assert state.about(path).identity == "other" and state.newest(tmp_path, "a") is None
    path.write_bytes(path.read_bytes()[:-30])
    assert state.newest(tmp_path) is None


def test_states_of_another_base_or_other_clips_do_not_count(tmp_path):
    write(tmp_path, 5, identity="other")
    assert state.newest(tmp_path, "a") is None


def test_old_ones_go_the_best_and_the_one_just_written_stay(tmp_path):
    for step in (10, 20, 30, 40):
        write(tmp_path, step, keep=2, best_step=10, best=0.5)
    assert sorted(path.name for path in tmp_path.glob("*.pt")) == [f"step-{step:08d}.pt" for step in (10, 30, 40)]
    write(tmp_path, 15, keep=1, best_step=10, best=0.5)  # a smaller step, as after a restart from the best
    assert (tmp_path / "step-00000015.pt").is_file()


@pytest.mark.parametrize("damage", [b"", b"<html>", b"PK\x03\x04 cut short", b"PK\x05\x06" + bytes(18)])
def test_a_damaged_file_is_passed_over_and_named(tmp_path, damage, capsys):
    write(tmp_path, 5)
    (tmp_path / "step-00000009.pt").write_bytes(damage)
    assert state.newest(tmp_path, "a").name == "step-00000005.pt"
    assert "step-00000009.pt" in capsys.readouterr().err
    write(tmp_path, 6)
    assert "step-00000009.pt" not in capsys.readouterr().err, "at every look it would be told anew"


def test_what_a_killed_writer_left_is_cleared_away(tmp_path):
    (tmp_path / "step-00000005.pt.123.tmp").write_bytes(b"half a gigabyte")
    write(tmp_path, 6)
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000006.pt"]


def test_setting_aside_deletes_nothing(tmp_path):
    folder = tmp_path / "checkpoints"
    write(folder, 5)
    aside = state.set_aside(folder)
    assert (aside / "step-00000005.pt").is_file()
    assert state.set_aside(tmp_path / "none") is None
    write(folder, 6)
    assert state.set_aside(folder) != aside


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on file size that stands in for a full disk is Unix's")
def test_a_full_disk_leaves_the_earlier_state_whole(tmp_path):
    write(tmp_path, 5)
    code = f"""
import pathlib, resource, signal, torch
from ffvits.errors import TrainError
from ffvits.train import state
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    state.save(pathlib.Path({str(tmp_path)!r}), state.Progress(step=6), "a", {{"w": torch.zeros(100_000)}}, 1)
except TrainError as error:
    raise SystemExit("free some space" in error.cure and 7)
"""
    assert subprocess.run([sys.executable, "-B", "-c", code]).returncode == 7
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000005.pt"]
    assert state.newest(tmp_path, "a").name == "step-00000005.pt"


def test_an_unwritable_folder_is_an_error_with_a_cure(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises((TrainError, OSError)):
        write(tmp_path / "file", 1)


def test_a_state_that_somebody_listens_to_goes_later(tmp_path, monkeypatch):
    def held(path, missing_ok=False):
        raise PermissionError(13, "used by another process", str(path))

    write(tmp_path, 10)
    with monkeypatch.context() as windows:
        windows.setattr(type(tmp_path), "unlink", held)
        state._prune(tmp_path, tmp_path / "step-00000020.pt", Progress(step=20), keep=1)
    write(tmp_path, 20, keep=1)
    assert [path.name for path in tmp_path.glob("*.pt")] == ["step-00000020.pt"]


def test_what_was_set_aside_is_taken_back_for_its_own_clips_alone(tmp_path):
    folder = tmp_path / "checkpoints"
    write(folder, 5)
    state.set_aside(folder)
    write(folder, 6, identity="b")
    assert state.taken_back(folder, "c") is None and state.newest(folder, "b")
    assert state.taken_back(folder, "a") == state.newest(folder, "a") == folder / "step-00000005.pt"
    assert state.newest(tmp_path / "checkpoints-before-2", "b")


def test_what_ended_before_its_first_state_keeps_no_earlier_one_aside(tmp_path):
    """Killed while it looked at the untouched base, with nothing but the beginning of its curves in the folder."""
    folder = tmp_path / "checkpoints"
    write(folder, 5)
    state.set_aside(folder)
    folder.mkdir()
    (folder / "history.jsonl").write_text("{}\n", encoding="utf-8")
    assert state.taken_back(folder, "a") == folder / "step-00000005.pt"
    assert (tmp_path / "checkpoints-before-2" / "history.jsonl").is_file(), "nothing is deleted"
