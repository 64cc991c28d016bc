"""The verbs on a run that was really trained: the voice, a training state, several bases, and what is kept of each."""

import json
import shutil

import pytest

from ffvits import auto
from ffvits.base import load_base
from ffvits.cli import main
from ffvits.errors import FfvitsError, RunError
from ffvits.evaluate.evaluation import evaluate
from ffvits.run import Run

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("short_windows")]


@pytest.fixture(scope="module")
def judged(trained, short_windows):
    """The run with `evaluation/` in it, and what `ffvits evaluate` gave back."""
    return trained, evaluate(trained.folder, sentences=2)


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """The embedded base once more, as a folder of another name."""
    folder = tmp_path_factory.mktemp("bases") / "twin"
    shutil.copytree(load_base("mandarin-lite").path.parent, folder)
    return folder


def test_a_run_is_judged_beside_its_recordings_and_its_base(judged):
    run, found = judged
    assert found.voice.name == "派蒙"
    assert len(found.voice.verdicts) == 2
    assert [verdict.id for verdict in found.real.verdicts] == ["clip-0", "clip-1"]
    assert found.real.figures["similarity"].value > found.voice.figures["similarity"].value
    # Two steps change little: the voice is still the base's.
    assert found.voice.figures["base_similarity"].value > 0.8
    kept = json.loads((run.folder / "evaluation" / "evaluation.json").read_text(encoding="utf-8"))
    assert {"voice", "real", "base"} <= set(kept)
    assert all((run.folder / "evaluation" / worst["audio"]).is_file() for worst in kept["worst"])


def test_a_better_sound_in_the_place_of_a_clips_is_heard_anew(judged, tmp_path):
    run, found = judged
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns(".lock", "checkpoints"))
    moved = evaluate(folder, against="none", sentences=2)
    assert moved.real.folder.name == found.real.folder.name
    assert moved.voice.folder.name == found.voice.folder.name and moved.voice.name == "run"  # nothing is heard again
    clips = Run(folder).clips()
    shutil.copy(Run(folder).path(clips[1]), Run(folder).path(clips[0]))
    assert evaluate(folder, against="none", sentences=2).real.folder.name != found.real.folder.name


def test_a_run_whose_recordings_are_gone_is_judged_without_them(judged, tmp_path, capsys):
    run, found = judged
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns(".lock", "checkpoints"))
    first, second, *_ = (Run(folder).path(clip) for clip in Run(folder).clips())
    first.unlink()
    second.write_bytes(b"no sound")
    again = evaluate(folder, against="none", sentences=2)
    assert again.real is None and again.voice.verdicts[0].parts.keys() < found.voice.verdicts[0].parts.keys()
    said = " ".join(capsys.readouterr().err.split())
    assert "1 of the 2 recordings to compare with are not in" in said and "clip-1 is left out: its sound" in said


def test_a_training_state_is_judged_beside_the_finished_voice(judged):
    run, _ = judged
    place = run.folder / "evaluation"
    before = (place / "evaluation.json").read_bytes()
    found = evaluate(run.folder, checkpoint="step-00000001.pt", against="none", sentences=1)
    assert found.base is None and found.voice.name == "step-00000001"
    assert (place / "evaluation-step-00000001.json").is_file() and (place / "summary-step-00000001.txt").is_file()
    assert (place / "evaluation.json").read_bytes() == before
    assert not list(place.rglob("*.safetensors"))  # the state is spoken from memory


def test_a_training_state_is_judged_before_there_is_a_finished_voice(judged, tmp_path):
    run, _ = judged
    folder = tmp_path / "in training"
    shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns("evaluation", "voice", ".lock"))
    found = evaluate(folder, checkpoint="step-00000001.pt", against="none", sentences=1)
    assert found.voice.name == "step-00000001" and found.voice.folder.is_relative_to(folder)


@pytest.mark.parametrize("content", [None, b"no pickle", b""])
def test_a_training_state_that_is_none_is_refused(judged, tmp_path, content):
    run, _ = judged
    file = tmp_path / "step-00000009.pt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RunError, match="no training state") as refused:
        evaluate(run.folder, checkpoint=file, sentences=2)
    assert "step-00000001.pt" in refused.value.cure


def test_what_is_kept_of_a_base_named_by_its_path_stays_in_the_run(judged, twin):
    run, _ = judged
    found = evaluate(run.folder, against=str(twin), sentences=2)
    assert found.base.folder.parent == run.folder / "evaluation"
    assert [path.name for path in twin.parent.iterdir()] == ["twin"]


def test_a_base_that_is_not_there_is_told_before_anybody_listens(judged, tmp_path):
    run, _ = judged
    with pytest.raises(FfvitsError, match="nobase"):
        evaluate(run.folder, against="nobase", sentences=2, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_and_a_base_are_compared(judged, tmp_path, capsys):
    run, _ = judged
    before = (run.folder / "evaluation" / "evaluation.json").read_bytes()
    command = ["compare", str(run.folder), "mandarin-lite", "--sentences", "2", "--out", str(tmp_path), "--json"]
    command += ["--speaker", run.clips()[0].speaker]  # whom the base does not know
    assert main([*command, "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["voices"]) == ["派蒙", "mandarin-lite"]
    assert all("similarity" in figures for figures in found["voices"].values())
    assert found["differences"][0]["b_minus_a"]["cer"]["n"] == 2
    assert (tmp_path / "comparison.html").read_text(encoding="utf-8").count("<audio controls preload") == 4
    assert (run.folder / "evaluation" / "evaluation.json").read_bytes() == before


def test_bases_are_tried_and_the_best_is_gone_on_with(judged, twin, tmp_path, capsys, monkeypatch):
    run, _ = judged
    folder = tmp_path / "run"
    shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns("evaluation", "checkpoints", "voice", ".lock"))
    command = ["compare", str(folder), "--bases", f"mandarin-lite,{twin}", "--steps", "1", "--sentences", "1"]
    assert main([*command, "--out", str(tmp_path / "both"), "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["voices"]) == ["mandarin-lite", "twin"]

    monkeypatch.setattr(auto, "TRIAL_STEPS", 1)
    monkeypatch.setattr(auto, "TRIAL_SENTENCES", 1)
    recipe = run.recipe().override({"out": str(folder), "train.steps": 1, "seed": 1})  # as compared: heard already
    chosen = auto._with_best_base(recipe, type(run)(folder), ["mandarin-lite", str(twin)])
    assert chosen.base in ("mandarin-lite", str(twin))
    assert type(run)(folder).recipe().base == chosen.base


def test_one_base_is_nothing_to_compare(trained, capsys):
    assert main(["compare", str(trained.folder), "--bases", "mandarin-lite"]) == 2
    assert "nothing to compare" in capsys.readouterr().err
    assert not (trained.folder / "trials").exists()
