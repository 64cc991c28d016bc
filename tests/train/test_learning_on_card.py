"""On a graphics card, as far as a processor can show it: every tensor is where it is needed."""

import shutil

import numpy as np
import pytest
import torch
from graphics_card import plugged_in

from ffvits.audio.spectrogram import AudioFormat
from ffvits.base import adapt, load_base
from ffvits.label.spleeter import Spleeter, UNet
from ffvits.recipe import TrainSettings
from ffvits.run import Run
from ffvits.text import front_end
from ffvits.train import state
from ffvits.train.dataset import Batch, collate, prepare
from ffvits.train.learner import Learner
from ffvits.train.plan import make_plan
from ffvits.train.session import train
from ffvits.vits import LiteDiscriminator, Vits
from ffvits.voice import Voice


def trained(run: Run, to, **changes) -> Run:
    """A copy of the run in the folder `to`, trained."""
    shutil.copytree(run.folder, to)
    return more(Run.open(to), out=str(to), **{"train.steps": 1, "train.decay": 1.0, **changes})


def more(run: Run, **changes) -> Run:
    run = Run.create(run.folder, run.recipe().override(changes))
    train(run.recipe(), run)
    return run


def kept(run: Run) -> dict[str, torch.Tensor]:
    newest = max(run.checkpoints.glob("*.pt"), key=lambda path: state.load(path)[0].step)
    return state.load(newest)[1]["model"]


def same(one: Run, other: Run) -> bool:
    """Whether both learned the same, but for the order in which a processor and a card add up."""
    ours, theirs = kept(one), kept(other)
    return all(torch.allclose(value, theirs[name], atol=1e-5) for name, value in ours.items())


def test_a_card_learns_and_speaks_as_the_processor_does(run, tmp_path):
    here = trained(run, tmp_path / "here")
    with plugged_in() as driver:
        there = trained(run, tmp_path / "there", device="auto")
        said = Voice.load(there.folder, device="cuda").say("你好。", seed=1)
    assert driver.calls > 1000
    assert same(here, there)
    assert np.allclose(said, Voice.load(here.folder, precision="float32").say("你好。", seed=1), atol=1e-4)


def test_a_training_moves_from_the_processor_to_a_card(run, tmp_path, harmonic_base):
    changes = {"base": str(harmonic_base), "train.replay": 0.25}
    stayed = trained(run, tmp_path / "stayed", **changes, **{"train.steps": 2})
    moved = trained(run, tmp_path / "moved", **changes)
    with plugged_in():
        moved = more(moved, device="cuda:0", **{"train.steps": 2})
    assert same(stayed, moved)


@pytest.fixture
def batch(run, tiny_base) -> Batch:
    base = load_base(tiny_base)
    items, _ = prepare(run.clips(), run, base.audio, front_end("mandarin-lite"), ["派蒙"])
    return collate(items[:2], base.audio.hop_length)


def learner(tiny_base, precision: str, judge: LiteDiscriminator | None = None, device: str = "cuda") -> Learner:
    adapted = adapt(load_base(tiny_base), speakers=["派蒙"])
    settings = TrainSettings(steps=10, precision=precision, batch_size=2, adversary="on" if judge else "off")
    plan = make_plan(settings, device=device, clips=4, small=True, judge=judge is not None, many_voices=True)
    model = Vits(adapted.config)
    model.load_state_dict(adapted.state)
    return Learner(model, AudioFormat(), plan, adapted.report.created_names(), judge)


@pytest.mark.parametrize(("bfloat16", "precision"), [(True, "bf16"), (False, "float32")])
def test_a_card_learns_in_the_precision_that_it_multiplies(tiny_base, batch, bfloat16, precision):
    with plugged_in(bfloat16):
        made = learner(tiny_base, "auto", LiteDiscriminator())
        assert made.plan.precision == precision
        losses = made.step(batch, 1)
    assert losses.finite and all(np.isfinite(value) for value in losses.values.values())


def test_half_precision_finds_its_scale(tiny_base, batch):
    """At first it is far too high: such a step changes nothing, is no accident, and the next one is scaled less."""
    with plugged_in():
        made = learner(tiny_base, "fp16")
        scale = made.scaler.get_scale()
        assert made.step(batch, 1).finite
        assert made.scaler.get_scale() <= scale
        assert made.sound()


def test_a_card_that_is_full_takes_the_batch_in_shares(tiny_base, batch, capsys):
    with plugged_in():
        made = learner(tiny_base, "float32")

        def want(_: torch.nn.Module, inputs: tuple) -> None:
            if len(inputs[0]) > 1:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")

        made.model.register_forward_pre_hook(want)
        assert made.step(batch, 1).finite
    assert "1 clip at a time now" in capsys.readouterr().err


def test_a_card_separates_as_the_processor_does():
    torch.manual_seed(0)
    networks = UNet(), UNet()
    samples = np.random.default_rng(0).normal(0, 0.1, 100_000).astype(np.float32)
    here = Spleeter(*networks)
    voice, (_, accompaniment) = here.music(samples), here.spectra(samples)
    with plugged_in():
        there = Spleeter(*networks, "cuda")
        assert np.allclose(there.music(samples), voice, atol=1e-5)
        # Where the processor multiplies bfloat16, it listens in that.
        assert np.allclose(there.spectra(samples)[1], accompaniment, rtol=0.05, atol=0.05)


def test_moments_of_another_kernel_move_to_the_card(tiny_base, batch):
    """A Mac's optimizer counts its steps on the processor, where the kernel of a card would not find them."""
    elsewhere = learner(tiny_base, "float32", device="cpu")
    elsewhere.step(batch, 1)
    saved = elsewhere.state()
    for group in saved["optimizer"]["param_groups"]:
        group["fused"] = False
    with plugged_in():
        made = learner(tiny_base, "float32")
        made.restore(saved)
        moments = list(made.optimizer.state.values())
        assert moments and all(moment["step"].is_cuda for moment in moments)
        assert made.step(batch, 2).finite
