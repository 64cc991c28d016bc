"""What a second labelling would change."""

import pytest

from ffvits import chinese
from ffvits.cli import main
from ffvits.clip import Clip
from ffvits.errors import RunError
from ffvits.label import difference
from ffvits.label.changes import changes
from ffvits.recipe import Recipe

CLIP = Clip("a", "a.wav", 0, 3, "派蒙", text="你好")


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ([CLIP], [CLIP.score(quality=3)], []),
        ([], [CLIP], ["+ a  keep: 你好"]),
        ([CLIP], [], ["- a  keep: 你好"]),
        ([CLIP], [CLIP.with_(text="您好")], ["~ a  text: 你好 → 您好"]),
        ([CLIP], [CLIP.reject("quality", "bad")], ["~ a  status: keep → reject (quality)"]),
        ([CLIP], [CLIP.with_(speaker="派蒙 B")], ["~ a  speaker: 派蒙 → 派蒙 B"]),
        ([CLIP.doubt("heard otherwise")], [CLIP], ["~ a  review: heard otherwise → –"]),
    ],
)
def test_every_difference_is_a_line(before, after, shown):
    assert [str(change) for change in changes(before, after)] == shown


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ([], [CLIP], "+ a  保留：你好"),
        ([], [CLIP.with_(text="", source="too-short.wav").reject("too-short", "")], "+ a  拒绝（太短）：too-short.wav"),
        ([CLIP], [CLIP.with_(text="keep")], "~ a  文字：你好 → keep"),
        ([CLIP], [CLIP.reject("quality", "bad")], "~ a  状态：保留 → 拒绝（音质差）"),
        ([CLIP], [CLIP.with_(speaker="reject")], "~ a  说话人：派蒙 → reject"),
        ([CLIP], [CLIP.doubt("what is said may as well be “您好”").doubt("“您” hardly fits the sound (0.12)")],
         "~ a  存疑：– → 说的也可能是“您好”；“您”与声音不太相符（0.12）"),
    ],
)  # fmt: skip
def test_in_chinese_all_of_it_is_told_but_names_and_words(before, after, shown):
    (change,) = changes(before, after)
    assert change.told(chinese.said) == shown


def test_the_command_tells_it_to_who_reads_chinese(run, tmp_path, monkeypatch, capsys):
    (tmp_path / "raw").mkdir()
    monkeypatch.setenv("FFVITS_LANG", "zh")
    monkeypatch.setattr("ffvits.label.difference", lambda *_: changes([CLIP], [CLIP.reject("rate", "too fast")]))
    assert main(["label", str(tmp_path / "raw"), "--out", str(run.folder), "--diff"]) == 0
    assert capsys.readouterr().out == "~ a  状态：保留 → 拒绝（语速不可能）\n"


def test_there_must_be_labels_to_compare_with(run):
    with pytest.raises(RunError, match="nothing is labelled yet"):
        difference(Recipe(), run)


def test_nothing_is_written(run, save, tmp_path):
    import numpy as np

    from ffvits.label import label

    save(tmp_path / "raw" / "silence.wav", np.zeros(16000))
    options = {"input": str(tmp_path / "raw"), "label.separate.when": "never", "label.denoise.when": "never"}
    recipe = Recipe(speaker="派蒙").override(options)
    label(recipe, run)
    before = {path: path.read_bytes() for path in run.folder.glob("*.*") if path.is_file()}
    assert difference(recipe, run) == []
    save(tmp_path / "raw" / "more.wav", np.zeros(32000))
    (found,) = difference(recipe, run)
    assert str(found).startswith("+ more") and found.after.startswith("reject (")
    assert {path: path.read_bytes() for path in run.folder.glob("*.*") if path.is_file()} == before
