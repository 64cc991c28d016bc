"""A training state as a voice: the one that is written at the end, and any other while training goes on."""

import shutil

import pytest
import torch

from ffvits.errors import RunError, TrainError
from ffvits.run import Run
from ffvits.speak.folder import VoiceInfo, read_weights
from ffvits.train import state, train
from ffvits.train.export import voice_of
from ffvits.voice import Voice


@pytest.fixture(scope="module")
def finished(labelled, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("finished") / "run"
    shutil.copytree(labelled, folder)
    changes = {"out": str(folder), "train.steps": 4, "train.keep": 9}
    run = Run.create(folder, Run.open(folder).recipe().override(changes))
    train(run.recipe(), run)
    return run


@pytest.fixture
def trained(finished, tmp_path) -> Run:
    """A finished run of the test's own."""
    return Run(shutil.copytree(finished.folder, tmp_path / "finished"))


def test_the_best_state_is_the_finished_voice(trained):
    finished = VoiceInfo.load(trained.voice)
    info, weights = voice_of(trained, f"step-{finished.card['steps']:08d}.pt")
    assert info == finished and info.card["held_out_mel"] > 0
    kept = read_weights(trained.voice / "model.safetensors")
    assert kept.keys() == weights.keys() and all(torch.equal(kept[name], weights[name]) for name in kept)


def test_a_state_speaks_before_there_is_a_finished_voice(trained, tmp_path):
    shutil.rmtree(trained.voice)
    info, weights = voice_of(trained, trained.checkpoints / "step-00000002.pt")
    assert (info.speakers, info.card["steps"], info.card["base"]) == (("派蒙",), 2, "G_tiny")
    info.save(tmp_path / "voice", weights)
    assert len(Voice.load(tmp_path / "voice").say("你好。", seed=0)) > 0


def test_the_state_of_a_base_with_one_voice_has_no_table(run):
    train(run.recipe().override({"train.steps": 2, "train.keep": 9}), run, as_base=True)
    info, weights = voice_of(run, "step-00000000.pt")
    assert info.speakers == () and "emb_g.weight" not in weights


def test_a_state_of_an_earlier_version_is_described_by_the_finished_voice(trained):
    progress, saved = state.load(trained.checkpoints / "step-00000002.pt")
    del saved["voice"]
    file = trained.folder / "old.pt"
    torch.save({"progress": vars(progress), **saved}, file)
    assert voice_of(trained, file)[0].symbols == VoiceInfo.load(trained.voice).symbols
    shutil.rmtree(trained.voice)
    with pytest.raises(RunError, match=r"voice\.json") as refused:
        voice_of(trained, file)
    assert "step-00000002.pt" in refused.value.cure


def test_a_voice_that_cannot_be_written_costs_no_step(run):
    run.voice.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(TrainError, match="cannot be written") as refused:
        train(run.recipe().override({"train.steps": 1}), run)
    assert "no step is lost" in refused.value.cure
    run.voice.unlink()
    before = (run.checkpoints / "step-00000001.pt").stat().st_mtime_ns
    train(run.recipe().override({"train.steps": 1}), run)
    assert (run.checkpoints / "step-00000001.pt").stat().st_mtime_ns == before
    assert Voice.load(run.voice).info.card["steps"] == 1
