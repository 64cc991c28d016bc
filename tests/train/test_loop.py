"""The loop on real speech with a tiny model: it resumes bit for bit, survives being killed, and leaves a voice."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from ffvits.errors import TextError, TrainError
from ffvits.run import Run
from ffvits.train import state, train
from ffvits.train.loop import History
from ffvits.voice import Voice

ROOT = Path(__file__).parents[2]


def newest(run: Run) -> tuple[state.Progress, dict]:
    files = sorted(run.checkpoints.glob("*.pt"))
    return max((state.load(file) for file in files), key=lambda loaded: loaded[0].step)


def train_to(run: Run, steps: int, **options) -> None:
    train(run.recipe().override({"train.steps": steps, **options}), run)


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(autouse=True)
def single_thread():
    """One thread: sums in a fixed order, so that runs can be compared bit for bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_run_trains_and_its_voice_speaks(run):
    train_to(run, 4)
    progress, saved = newest(run)
    assert (progress.step, progress.samples) == (4, 8)
    assert json.loads((run.folder / "surgery.json").read_text(encoding="utf-8"))
    voice = Voice.load(run.folder)
    assert voice.speakers == ("派蒙",)
    one, two = voice.say("你好，世界。", seed=3), voice.say("你好，世界。", "派蒙", seed=3)
    assert one.dtype == np.float32
    assert np.array_equal(one, two)
    assert 0 < np.abs(one).max() <= 1
    assert saved["identity"]


def test_the_voice_carries_source_and_consent(run):
    recipe = run.recipe().override({"source": "我自己录的", "consent": "我同意", "train.steps": 2})
    train(recipe, Run.create(run.folder, recipe))
    card = json.loads((run.voice / "voice.json").read_text(encoding="utf-8"))["card"]
    assert (card["source"], card["consent"], card["base"]) == ("我自己录的", "我同意", "G_tiny")


def test_an_interrupted_run_goes_on_bit_for_bit(run, tmp_path):
    whole = Run(tmp_path / "whole")
    shutil.copytree(run.folder, whole.folder)
    train_to(whole, 6)
    # The same plan, stopped after four steps by the budget of time, as a kill would.
    recipe = run.recipe().override({"train.steps": 6})
    interrupt_after(run, recipe, 4)
    assert newest(run)[0].step == 4
    train(recipe, run)
    assert same(newest(run)[1]["model"], newest(whole)[1]["model"])
    assert same(newest(run)[1]["average"], newest(whole)[1]["average"])
    steps = [(entry["kind"], entry["step"]) for entry in History(run.checkpoints / "history.jsonl").read()]
    assert len(steps) == len(set(steps))


def interrupt_after(run: Run, recipe, steps: int) -> None:
    """Trains in this process until a checkpoint of `steps` is there, then stops as Ctrl-C does."""
    from ffvits.train import loop

    class Interrupting(loop.Loop):
        def _step(self, batch, position, progress, writer):
            if progress.step == steps:
                raise KeyboardInterrupt
            return super()._step(batch, position, progress, writer)

    original = loop.Loop
    loop.Loop = Interrupting
    try:
        with pytest.raises(KeyboardInterrupt):
            train(recipe, run)
    finally:
        loop.Loop = original


def test_a_base_of_many_voices_lends_its_nearest_or_a_named_one(run, tiny_base, tmp_path):
    """A finished voice is itself a base with speakers: its own row is kept, a new one starts where it is told."""
    train_to(run, 2)
    grown = Run(tmp_path / "grown")
    shutil.copytree(run.folder, grown.folder, ignore=shutil.ignore_patterns("checkpoints", "voice", "tensorboard"))
    grown.save_clips([clip.with_(speaker="旅行者") for clip in run.clips()])
    recipe = run.recipe().override({"base": str(run.voice), "train.start_from": "派蒙", "train.steps": 2})
    train(recipe, Run.create(grown.folder, recipe))
    assert Voice.load(grown.folder).speakers == ("旅行者",)


def test_an_english_base_learns_chinese_symbols(run, tmp_path):
    from ffvits.base import load_base, save_generator
    from ffvits.text import known_tables
    from ffvits.text.symbols import TABLES
    from ffvits.vits import Vits, VitsConfig

    tiny = load_base(run.recipe().base)
    symbols = TABLES["original-ipa"] if "original-ipa" in TABLES else tuple(f"e{n}" for n in range(178))
    config = VitsConfig.from_dict({**tiny.config.to_dict(), "n_vocab": len(symbols)})
    path = tmp_path / "G_english.safetensors"
    save_generator(path, Vits(config).state_dict(), config, audio=tiny.audio, symbols=symbols)
    assert known_tables()
    train_to(run, 2, base=str(path))
    assert Voice.load(run.folder).info.front_end == "initials-finals"
    assert len(Voice.load(run.folder).say("你好", seed=0)) > 0


def test_a_finished_run_trains_no_more_and_a_longer_plan_goes_on(run):
    train_to(run, 2)
    before = (run.checkpoints / "step-00000002.pt").stat().st_mtime_ns
    train_to(run, 2)
    assert (run.checkpoints / "step-00000002.pt").stat().st_mtime_ns == before
    train_to(run, 4, **{"train.batch_size": 3, "train.parts": {"dec": "frozen", "flow": 1.0}})
    assert newest(run)[0].step == 4


def test_edited_labels_start_afresh_and_the_old_states_are_kept(run):
    train_to(run, 2)
    clips = run.clips()
    run.save_clips([clips[0], clips[1].with_(text="今天的天气真好"), *clips[2:]])
    train_to(run, 2)
    assert (run.folder / "checkpoints-before-1" / "step-00000002.pt").is_file()


def test_held_out_clips_are_never_trained_on(run):
    seen = set()
    from ffvits.train.learner import Learner

    original = Learner.step

    def watching(self, batch, step):
        seen.update(batch.names)
        return original(self, batch, step)

    Learner.step = watching
    try:
        train_to(run, 4)
    finally:
        Learner.step = original
    assert seen == {"clip-1", "clip-2", "clip-3", "clip-4"}


def test_one_clip_is_enough_and_says_what_to_expect(run, capsys):
    clips = [clip if clip.id == "clip-1" else clip.reject("x", "y") for clip in run.clips()]
    run.save_clips(clips)
    train_to(run, 2)
    assert "no clip is held out" in capsys.readouterr().err
    assert len(Voice.load(run.folder).say("你好", seed=0)) > 0


def test_an_unsayable_text_stops_before_anything_is_trained(run):
    run.save_clips([clip.with_(text="你{xx9}好") for clip in run.clips()])
    with pytest.raises(TextError, match=r"clips\.jsonl"):
        train_to(run, 2)
    assert not list(run.checkpoints.glob("*.pt"))


def test_losses_that_are_not_finite_stop_with_the_clips_named(run):
    clips = run.clips()
    for clip in clips[1:]:
        samples = next(path for path in [run.path(clip)])
        samples.unlink()
    from ffvits.audio.sound import Sound

    for clip in clips[1:]:
        Sound(np.zeros(round(clip.seconds * 16000), np.float32), 16000).save(run.path(clip))
    recipe = run.recipe().override({"train.steps": 50, "train.learning_rate": 0.01, "train.parts": {"dec": 1e9}})
    with pytest.raises(TrainError, match="clip-"):
        train(recipe, run)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is Unix's")
def test_a_run_killed_at_any_moment_goes_on(run):
    """Killed again and again at random moments, the run still reaches its end, and no step is lost or repeated."""
    recipe = run.recipe().override({"train.steps": 60, "train.check_every": 2})
    Run.create(run.folder, recipe)
    command = [sys.executable, "-m", "ffvits", "train", str(run.folder), "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    chance = random.Random(5)
    reached = 0
    for _ in range(6):
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
        began = time.monotonic()
        # Past the imports, so that the blow falls on training and on writing.
        while not list(run.checkpoints.glob("*.pt")) and time.monotonic() - began < 120 and process.poll() is None:
            time.sleep(0.05)
        time.sleep(chance.uniform(0, 1.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        step = newest(run)[0].step
        assert step >= reached
        reached = step
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert newest(run)[0].step == 60
    assert len(Voice.load(run.folder).say("你好", seed=0)) > 0
