"""The road's own decisions: which recipe, which folder, which stage; and several characters in one go."""

import shutil
from importlib import resources

import pytest

from ffvits.auto import make_voice, resolve, run_batch
from ffvits.cli import main
from ffvits.errors import AudioError, BaseError, RecipeError
from ffvits.plan import plan
from ffvits.recipe import Recipe
from ffvits.run import Run


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "派蒙 的录音"
    folder.mkdir()
    return folder


def test_the_run_folder_is_named_after_the_speaker_or_the_folder(raw):
    assert resolve(raw).out == str(resolve(raw).override({}).out)
    assert resolve(raw).out.endswith("派蒙_的录音")
    assert resolve(raw, speaker="a/b: c").out.endswith("a_b_c")
    assert resolve(raw, out="x").out == "x"


def test_options_override_fields_and_fields_override_the_recipe(raw, tmp_path):
    (tmp_path / "r.yaml").write_text(f"input: {raw}\nbase: biaobei\ntrain: {{steps: 7}}\n", encoding="utf-8")
    recipe = resolve(recipe=tmp_path / "r.yaml", base="mandarin-lite", options={"train.steps": 9})
    assert (recipe.base, recipe.train.steps) == ("mandarin-lite", 9)


@pytest.mark.parametrize("wrong", [{"bass": "x"}, {"train": 3}])
def test_unknown_fields_are_refused(raw, wrong):
    with pytest.raises(RecipeError):
        resolve(raw, **wrong)


def test_an_unknown_stage_is_refused_before_anything_is_made(raw, tmp_path):
    with pytest.raises(RecipeError, match="lunch"):
        make_voice(raw, until="lunch", out=str(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_one_failing_character_does_not_stop_the_rest(raw, tmp_path):
    (raw / "坏.mp3").write_bytes(b"")
    good = Recipe(input=str(raw), out=str(tmp_path / "run"), base="mandarin-lite")
    rows = run_batch([tmp_path / "none.yaml", good], until="ingest")
    assert "no such recipe" in rows[0].error
    assert rows[0].made is None
    assert rows[1].error == ""
    assert rows[1].made.run == tmp_path / "run"


def test_a_base_that_is_not_there_is_missed_before_anything_is_written(raw, tmp_path):
    with pytest.raises(BaseError, match="mandarin-litee"):
        make_voice(raw, base="mandarin-litee", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_run_cannot_lie_among_its_own_recordings(raw):
    with pytest.raises(RecipeError, match="its own recordings"):
        resolve(raw, out=str(raw / "." / ""))


@pytest.mark.parametrize("verb", ["auto", "label"])
def test_a_run_folder_is_not_labelled(tmp_path, capsys, verb):
    """Whoever names one wants to go on: its cache and its clips are no recordings."""
    run = Run.create(tmp_path / "run", Recipe(input="录音"))
    (run.folder / "cache").mkdir()
    assert main([verb, str(run.folder), "--out", str(tmp_path / "made")]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "this is a run folder" in told and "ffvits train" in told and "ffvits auto 录音" in told
    assert not (tmp_path / "made").exists()


def test_a_dry_run_tells_and_writes_nothing(raw, tmp_path):
    import numpy as np
    import soundfile

    soundfile.write(raw / "一 句.wav", np.zeros(32000, np.float32), 16000)
    (raw / "坏.mp3").write_bytes(b"")
    (raw / "notes.txt").write_text("x", encoding="utf-8")
    out = tmp_path / "run"
    told = plan(resolve(raw, base="mandarin-lite", out=str(out)))
    assert (told.files, told.ignored, told.unreadable) == (2, 1, ("坏.mp3",))
    assert told.minutes == pytest.approx(2 / 60, abs=0.01)
    assert told.speakers == {raw.name: 1}
    assert "mandarin-lite" in told.text()
    assert not out.exists()
    assert told.to_dict()["files"] == 2


def test_a_dry_run_refuses_what_could_not_work(raw, tmp_path):
    with pytest.raises(AudioError, match="no recordings in it"):
        plan(resolve(raw))
    (raw / "一句.wav").write_bytes(b"")
    with pytest.raises(RecipeError, match="no stage 'scren'"):
        plan(resolve(raw), until="scren")
    with pytest.raises(BaseError, match="no base named 'mandarin-lit'") as caught:
        plan(resolve(raw, base="mandarin-lit"))
    assert "'mandarin-lite'" in caught.value.cure
    with pytest.raises(BaseError, match="no such file or folder"):
        plan(resolve(raw, base=str(tmp_path / "nope.pth")))
    assert plan(resolve(raw, base="mine@https://example.invalid/G_0.pth")).base.startswith("mine@")


def test_a_dry_run_looks_at_a_base_that_lies_here(raw, tmp_path):
    """A small one is not taken for one of the published size, and a broken one is told of before hours of labels."""
    (raw / "一句.wav").write_bytes(b"")
    shutil.copytree(resources.files("ffvits.base") / "embedded" / "mandarin-lite", tmp_path / "mine")
    given = {"train.steps": 1000}
    named = plan(resolve(raw, base="mandarin-lite", options=given))
    assert plan(resolve(raw, base=str(tmp_path / "mine"), options=given)).train_minutes == named.train_minutes
    (tmp_path / "mine" / "G.safetensors").write_bytes(b"broken")
    with pytest.raises(BaseError, match="safetensors"):
        plan(resolve(raw, base=str(tmp_path / "mine")))


def test_a_dry_run_tells_the_time_that_the_recipe_gives(raw):
    (raw / "一句.wav").write_bytes(b"")
    given = {"train.until": "minutes", "train.minutes": 600}
    told = plan(resolve(raw, base="mandarin-lite", options=given))
    assert (told.train_minutes, told.steps) == (600, 0)
    assert "about 10.0 h to train (" in told.text()
    fewer = plan(resolve(raw, base="mandarin-lite", options={"train.minutes": 1, "train.steps": 5000}))
    assert (fewer.train_minutes, fewer.steps) == (1, 5000)
