"""A training state as a voice: the one that is written at the end, and any other while training goes on."""

import re
import shlex
import shutil
import signal

import pytest
import torch

from ffvits.cli import main
from ffvits.errors import RunError, TrainError
from ffvits.export import export
from ffvits.export.folder import mark_of, outdated
from ffvits.run import Run
from ffvits.speak.folder import VoiceInfo, read_weights
from ffvits.train import state, train
from ffvits.train.export import voice_of
from ffvits.train.learner import Learner
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


def weights_of(run: Run) -> dict:
    return read_weights(run.voice / "model.safetensors")


def is_of(run: Run, step: int) -> bool:
    _, weights = voice_of(run, step)
    kept = weights_of(run)
    return VoiceInfo.load(run.voice).card["steps"] == step and all(torch.equal(kept[n], weights[n]) for n in kept)


def verb(run: Run, *arguments: str) -> int:
    return main(["train", str(run.folder), *arguments])


def test_a_chosen_step_is_the_voice_until_training_goes_on(trained, capsys):
    best = VoiceInfo.load(trained.voice).card["steps"]
    chosen = 2 if best == 4 else 4
    trained.create(trained.folder, trained.recipe().override({"source": "我自己录的", "speak.speed": 1.1}))
    assert verb(trained, "--voice", f"step-{chosen:08d}.pt") == 0 and is_of(trained, chosen)
    info = VoiceInfo.load(trained.voice)
    assert (info.speed, info.card["source"]) == (1.1, "我自己录的")  # as the recipe says now
    assert trained.report.is_file()
    assert verb(trained) == 0 and is_of(trained, chosen)  # nothing was left to train
    assert "chosen by hand" in capsys.readouterr().err
    assert verb(trained, "--steps", "8", "--set", "train.keep=1") == 0
    assert f"--voice {chosen} chooses it again" in " ".join(capsys.readouterr().err.split())
    assert (
        VoiceInfo.load(trained.voice).card["steps"] == state.about(state.newest(trained.checkpoints)).progress.best_step
    )
    assert verb(trained, "--voice", str(chosen)) == 0 and is_of(trained, chosen)  # which was not deleted meanwhile


def test_the_best_step_is_taken_again(trained):
    best = VoiceInfo.load(trained.voice).card["steps"]
    assert verb(trained, "--voice", "2" if best == 4 else "4") == 0
    assert verb(trained, "--voice", "best") == 0 and is_of(trained, best)
    assert state.choice(trained.checkpoints) is None


def test_a_choice_whose_state_is_gone_gives_way(trained, capsys):
    best = VoiceInfo.load(trained.voice).card["steps"]
    assert verb(trained, "--voice", "0") == 0
    (trained.checkpoints / "step-00000000.pt").unlink()
    assert verb(trained) == 0 and is_of(trained, best)
    assert "its state is gone" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong", [["--voice", "3"], ["--voice", "2", "--steps", "9"], ["--voice", "best", "--recipe", "x"]]
)
def test_what_cannot_be_chosen_changes_nothing(trained, wrong, capsys):
    before = trained.recipe_file.read_bytes(), weights_of(trained)
    assert verb(trained, *wrong) == 2
    told = capsys.readouterr().err
    assert ("step-00000002.pt" if len(wrong) == 2 else "takes no settings") in told
    after = weights_of(trained)
    assert before[0] == trained.recipe_file.read_bytes() and all(torch.equal(after[n], before[1][n]) for n in after)


def test_before_any_look_the_best_is_what_was_learnt(run, monkeypatch, capsys):
    """Stopped by Ctrl-C: one ending, and what it says to do brings a voice and trains no step more."""
    step = Learner.step

    def interrupted(self, batch, number):
        if number == 3:
            signal.raise_signal(signal.SIGINT)
        return step(self, batch, number)

    with monkeypatch.context() as patch:
        patch.setattr(Learner, "step", interrupted)
        assert main(["train", str(run.folder), "--steps", "50", "--set", "train.check_every=25"]) == 130
    told = " ".join(capsys.readouterr().err.split())
    assert told.count("stopped") == told.count("the same command goes on from here") == 1
    assert "stopped at step 3, which is kept" in told and not run.voice.exists()
    command = re.search(r"ffvits (train .* --voice best)$", told)[1]
    assert main(shlex.split(command)) == 0 and is_of(run, 3)
    assert state.newest(run.checkpoints).name == "step-00000003.pt" and run.recipe().train.steps == 50


def test_a_state_is_exported_beside_the_exports_of_the_voice(trained):
    (made,) = export(trained.folder, ["bundle"], checkpoint=2)
    assert made.folder == trained.folder / "exports" / "step-00000002" / "bundle"
    assert VoiceInfo.load(made.folder).card["steps"] == 2
    assert not outdated(made.folder.parent, mark_of(trained.voice))
    with pytest.raises(RunError, match="no training state") as refused:
        export(trained.folder, ["bundle"], checkpoint="step-00000003.pt")
    assert "step-00000002.pt" in refused.value.cure
