"""Files are replaced whole or not at all, and whoever may read the folder's files may read them."""

import errno
import os
import stat
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from ffvits.files import path_of, refused_by_disk, replacing, write_text


def test_an_error_leaves_the_old_file(tmp_path):
    path = tmp_path / "标注 1.txt"
    write_text(path, "旧")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        _ = 1 / 0
    assert path.read_text(encoding="utf-8") == "旧"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_block_that_writes_nothing_leaves_the_old_file(tmp_path):
    path = tmp_path / "clips.jsonl"
    write_text(path, "旧")
    with pytest.raises(FileNotFoundError), replacing(path):
        pass
    assert path.read_text(encoding="utf-8") == "旧"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_a_pipe_or_a_device_is_not_replaced_and_a_link_is_written_through(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link to a pipe").symlink_to("pipe")
    for path in (tmp_path / "pipe", tmp_path / "link to a pipe", tmp_path):
        with pytest.raises(OSError, match="this is no file"):
            write_text(path, "新")
    assert stat.S_ISFIFO((tmp_path / "link to a pipe").stat().st_mode)
    (tmp_path / "link").symlink_to("other folder/a.txt")
    (tmp_path / "other folder").mkdir()
    write_text(tmp_path / "link", "新")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "other folder" / "a.txt").read_text(encoding="utf-8") == "新"


def test_the_bytes_are_on_the_disk_before_the_name_changes(tmp_path, monkeypatch):
    done = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *what, name=name, real=real: (done.append(name), real(*what))[1])
    write_text(tmp_path / "a.txt", "新")
    assert done == ["fsync", "replace"]


def test_where_modes_cannot_be_changed_nothing_asks_for_it(tmp_path, monkeypatch):
    def refuse(self, mode):
        raise PermissionError("this drive has no modes")

    monkeypatch.setattr("pathlib.Path.chmod", refuse)
    write_text(tmp_path / "a.txt", "新")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "新"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_library_that_writes_for_its_owner_alone_does_not_lock_the_others_out(tmp_path):
    path, other = tmp_path / "model.safetensors", tmp_path / "other.txt"
    other.touch()
    with replacing(path) as temporary:
        save_file({"x": torch.ones(2)}, temporary)
        temporary.chmod(0o600)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)
    assert load_file(path)["x"].tolist() == [1, 1]


def test_a_file_that_a_program_holds_is_named_and_not_the_temporary_one(tmp_path, monkeypatch):
    def refuse(source, target):
        raise PermissionError(errno.EACCES, "Access is denied", str(source), None, str(target))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError) as caught:
        write_text(tmp_path / "rejected.csv", "新")  # open in Excel
    refused = refused_by_disk(caught.value)
    assert refused.file == str(tmp_path / "rejected.csv") and "close the program" in refused.cure
    assert not any(tmp_path.iterdir())


def test_a_path_is_what_a_shell_takes_it_for(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert path_of("~/runs/派蒙") == path_of(Path("~/runs/派蒙")) == tmp_path / "runs" / "派蒙"
    assert path_of("runs/~") == Path("runs/~")


@pytest.mark.skipif(os.name == "nt", reason="Windows guesses where somebody's home would be")
def test_a_name_with_a_wave_before_it_is_a_name_where_nobody_is_called_so():
    assert path_of("~nobody-is-called-so/a.wav") == Path("~nobody-is-called-so/a.wav")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG])
def test_what_a_disk_refuses_has_a_cure_and_is_no_bug(number):
    full = refused_by_disk(OSError(number, "No space left"))  # of a file that was open, without its name
    assert full.file is None and "space" in full.cure
    forbidden = refused_by_disk(PermissionError(errno.EACCES, "Permission denied", "runs/a"))
    assert forbidden.file == "runs/a" and "right" in forbidden.cure


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EPERM, "Operation not permitted"),  # a process that may not be ended, say
        FileNotFoundError(errno.ENOENT, "No such file", "runs/a"),
        ValueError("x"),
    ],
)
def test_what_may_be_a_bug_stays_one(error):
    assert refused_by_disk(error) is None
