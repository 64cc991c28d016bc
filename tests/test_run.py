"""The run folder: caches that are whole or absent, locks that die with their holder, files that are old or new."""

import multiprocessing
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ffvits.audio.sound import Sound
from ffvits.cli import main
from ffvits.clip import Clip
from ffvits.errors import BusyError, ClipError, RecipeError, RunError
from ffvits.files import replacing, write_text
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.web.training import LOG, OUTCOME


@dataclass(frozen=True)
class Settings:
    level: int = 1


@pytest.fixture
def run(tmp_path) -> Run:
    return Run.create(tmp_path / "运行 1", Recipe(speaker="派蒙"))


def sound(seconds: float = 0.1) -> Sound:
    return Sound(np.linspace(-0.5, 0.5, round(16000 * seconds), dtype=np.float32), 16000)


def test_the_resolved_recipe_is_in_the_folder(run):
    assert Run.open(run.folder).recipe() == Recipe(speaker="派蒙")


def test_a_recipe_that_a_newer_version_wrote_says_so(run):
    run.recipe_file.write_text("speaker: 派蒙\nhue: red\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="unknown key 'hue'") as caught:
        run.recipe()
    assert "update ffvits" in caught.value.cure and caught.value.line == 2


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="not a run folder"):
        Run.open(tmp_path)


def test_a_run_folder_cannot_lie_where_a_file_is(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(RunError) as caught:
        Run.create(tmp_path / "file", Recipe())
    assert "--out" in caught.value.cure


def test_clips_of_an_unlabelled_run_say_what_to_do(run):
    with pytest.raises(RunError, match="ffvits label"):
        run.clips()


def test_saving_clips_keeps_a_persons_edit(run):
    clip = Clip(id="a", source="a.wav", start=0, end=1, speaker="x", text="错")
    (saved,) = run.save_clips([clip])
    text = run.clips_file.read_text(encoding="utf-8").replace('"text": "错"', '"text": "对"', 1)
    run.clips_file.write_text(text, encoding="utf-8")
    assert run.save_clips([clip])[0].text == "对"
    assert saved.text == "错"


class TestEditing:
    @pytest.fixture
    def labelled(self, run):
        names = ("a", "b", "c")
        run.save_clips([Clip(id=name, source=f"{name}.wav", start=0, end=1, speaker="x", text="错") for name in names])
        return run

    def test_what_a_program_changes_counts_as_a_persons_edit(self, labelled):
        first, second, third = labelled.clips()
        labelled.edit_clips([second.with_(text="对"), third.with_(status="reject")])
        labelled.save_clips([first, second, third])  # labelled again
        assert [clip.edited for clip in labelled.clips()] == [False, True, True]
        assert [(clip.text, clip.status) for clip in labelled.clips()[1:]] == [("对", "keep"), ("错", "reject")]

    @pytest.mark.parametrize(
        ("change", "message"), [({"status": "perhaps"}, "perhaps"), ({"id": "z"}, "'z'"), ({"speaker": " "}, "speaker")]
    )
    def test_a_change_that_would_break_the_file_is_refused(self, labelled, change, message):
        before = labelled.clips_file.read_bytes()
        with pytest.raises(ClipError, match=message) as refused:
            labelled.edit_clips([labelled.clips()[1].with_(**change)])
        assert refused.value.file == str(labelled.clips_file)
        assert labelled.clips_file.read_bytes() == before

    def test_a_run_at_work_is_not_edited(self, labelled):
        with labelled.locked(), pytest.raises(BusyError):
            Run.open(labelled.folder).edit_clips([], patience=0)


class TestCache:
    def test_a_result_comes_back(self, run):
        cache = run.cache("denoise", Settings())
        key = cache.key("input")
        assert cache.get(key) is None
        cache.put(key, {"a": 1}, sound(), sound(0.2))
        assert cache.get(key) == {"a": 1}
        assert Sound.load(run.folder / cache.audio(key, 1)).seconds == pytest.approx(0.2)

    def test_keys_depend_on_stage_settings_version_and_input(self, run):
        keys = {
            run.cache("denoise", Settings()).key("x"),
            run.cache("separate", Settings()).key("x"),
            run.cache("denoise", Settings(2)).key("x"),
            run.cache("denoise", Settings(), version=2).key("x"),
            run.cache("denoise", Settings()).key("y"),
        }
        assert len(keys) == 5

    @pytest.mark.parametrize("damage", ["audio", "one of two", "values", "half"])
    def test_a_result_that_is_not_whole_is_absent(self, run, damage):
        cache = run.cache("denoise", Settings())
        key = cache.key("x")
        cache.put(key, {}, sound(), sound())
        values = next((run.folder / "cache").rglob("*.json"))
        if damage == "audio":
            for part in (0, 1):
                (run.folder / cache.audio(key, part)).unlink()
        elif damage == "one of two":
            (run.folder / cache.audio(key, 1)).unlink()
        elif damage == "values":
            values.unlink()
        else:
            values.write_text(values.read_text(encoding="utf-8")[:5], encoding="utf-8")
        assert cache.get(key) is None

    def test_a_moved_run_folder_keeps_its_results(self, run, tmp_path):
        cache = run.cache("denoise", Settings())
        cache.put(cache.key("x"), {"a": 1}, sound())
        shutil.move(run.folder, tmp_path / "elsewhere")
        moved = Run.open(tmp_path / "elsewhere").cache("denoise", Settings())
        assert moved.get(moved.key("x")) == {"a": 1}


def hold(folder, locked, done):
    with Run(folder).locked():
        locked.set()
        done.wait(30)


def test_the_manual_names_all_that_lies_in_a_run_folder(run):
    manual = (Path(__file__).parents[1] / "docs" / "run_folder.md").read_text(encoding="utf-8").split("\n## ")[1]
    named = set(re.findall(r"`([^`]+?)/?`", manual))
    own = {getattr(run, name).name for name, member in vars(Run).items() if isinstance(member, property)}
    others = {".lock", "cache", "exports", "evaluation", "trials", "rejected.csv", "review.csv", "surgery.json"}
    others |= {"review.json", LOG, OUTCOME, "audio/index.json", "audio/*.before.wav", "checkpoints-before-*"}
    assert len(own) == 8 and own | others <= named


def test_two_runs_on_one_folder_do_not_mix_and_a_killed_one_lets_go(run):
    context = multiprocessing.get_context("spawn")
    locked, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(run.folder, locked, done))
    other.start()
    assert locked.wait(60)
    with pytest.raises(RunError, match="another ffvits") as busy, run.locked():
        pass
    assert "--out" not in busy.value.cure  # `train` refuses it, and elsewhere all would be made anew
    other.kill()
    other.join()
    with run.locked():
        assert run.folder.is_dir()


@pytest.mark.parametrize("command", ["train", "label", "auto"])
def test_a_folder_that_cannot_be_written_is_told_with_its_cause_and_cure(tmp_path, capsys, command):
    (tmp_path / "raw").mkdir()
    run = Run.create(tmp_path / "run", Recipe(input=str(tmp_path / "raw")))
    (run.folder / ".lock").mkdir()  # as good as a folder that may not be written, and also for an administrator
    with pytest.raises(RunError) as caught, run.locked():
        pass
    assert not isinstance(caught.value, BusyError)
    asked = (
        [command, str(run.folder)] if command == "train" else [command, run.recipe().input, "--out", str(run.folder)]
    )
    assert main(asked) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "cannot be written" in told and "right to write" in told and "Traceback" not in told


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "f.txt"
    write_text(path, "old")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise ZeroDivisionError
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["f.txt"]


def test_digest_tells_like_from_unlike():
    assert digest("a", 1) == digest("a", 1)
    assert digest("ab") != digest("a", "b")
    assert len(digest("a")) == 24


def test_a_damaged_result_of_a_stage_is_made_again(tmp_path):
    cache = Run(tmp_path).cache("segment", Recipe().label.segment)
    cache.put("abc", {"a": 1})
    assert cache.get("abc") == {"a": 1}
    next(tmp_path.rglob("abc.json")).write_bytes(b"\xff\xfe\x00")
    assert cache.get("abc") is None
