"""The loop on real speech with a tiny model: it resumes bit for bit, survives being killed, and leaves a voice."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.cli import main
from ffvits.clip import write_clips
from ffvits.errors import DownloadError, FfvitsError, RecipeError, TextError, TrainError
from ffvits.run import Run
from ffvits.train import state, train
from ffvits.train.history import History
from ffvits.train.learner import Learner
from ffvits.train.verdict import Verdict
from ffvits.voice import Voice

ROOT = Path(__file__).parents[2]


def newest(run: Run) -> tuple[state.Progress, dict]:
    return state.load(state.newest(run.checkpoints))


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


@pytest.mark.slow
@pytest.mark.usefixtures("short_windows")
def test_the_best_step_may_be_chosen_by_what_is_heard(run, monkeypatch):
    """Not by the mel distance, which this training lowers to its end; and an option that is changed takes effect.

    What is heard stands in TensorBoard under the names of the evaluation.
    """
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.setattr("ffvits.train.listen.SENTENCES", 2)  # Whisper takes its time over what a tiny model babbles
    measured = {"train.best_by": "measures", "train.listen_every": 0, "train.keep": 9, "offline": False}
    train_to(run, 4, **measured)
    looks = {
        look["step"]: look for look in History(run.checkpoints / "history.jsonl").read() if look["kind"] == "check"
    }
    assert all({"faults", "cer", "nativeness", "similarity", "quality"} <= look.keys() for look in looks.values())
    heard = {step: look["faults"] for step, look in looks.items() if step > 0}
    chosen = min(heard, key=heard.get)
    progress, _ = newest(run)
    assert (progress.best_by, progress.best_step) == ("measures", chosen)
    assert progress.best == pytest.approx(heard[chosen], abs=1e-5)
    card = Voice.load(run.voice).info.card
    assert (card["steps"], "held_out_mel" in card) == (chosen, False)
    assert card["faults_heard"] == progress.best
    curves = EventAccumulator(str(run.folder / "tensorboard")).Reload()
    limits = {"clear/cer": 10, "native/nativeness": 1, "alike/similarity": 1, "clean/quality": 5}
    for name, limit in limits.items():
        values = {event.step: event.value for event in curves.Scalars(name)}
        assert {0, 2, 4} <= values.keys() and all(-1 <= value <= limit for value in values.values()), name

    train_to(run, 6, **{"train.keep": 9})
    progress, _ = newest(run)
    assert (progress.best_by, progress.best_step) == ("mel", 6)
    assert Voice.load(run.voice).info.card["held_out_mel"] == progress.best


def test_the_parts_take_turns_once_and_for_good(run, monkeypatch):
    """A resumed training with more steps before it does not turn back."""
    from ffvits.train import plan, session

    monkeypatch.setattr(plan, "HEARS_AT_LEAST", 2)
    planned = session._plan
    monkeypatch.setattr(
        session,
        "_plan",
        lambda recipe, *rest: replace(planned(recipe, *rest), then={"flow": 0.0}, turn=2 + recipe.seed),
    )
    train_to(run, 4, seed=0)
    assert newest(run)[1]["turned"] == 2
    train_to(run, 6, seed=3)
    progress, saved = newest(run)
    assert (progress.step, saved["turned"]) == (6, 2)


def test_what_has_converged_is_not_trained_again(run, capsys):
    still = {"train.until": "converged", "train.learning_rate": 1e-12, "train.check_every": 1}
    train_to(run, 60, **still)
    steps = newest(run)[0].step
    assert 1 < steps < 60
    train_to(run, 60, **still)
    assert newest(run)[0].step == steps
    assert f"already trained: {steps} steps; " in " ".join(capsys.readouterr().err.split())


def test_minutes_that_are_over_are_named(run, capsys):
    budget = {"train.minutes": 1e-6, "train.until": "minutes"}
    train_to(run, 60, **budget)
    assert "1 held out; 1e-06 min in steps of 2" in " ".join(capsys.readouterr().err.split())
    train_to(run, 60, **budget)
    assert "train.minutes are over (--minutes 0: no limit)" in " ".join(capsys.readouterr().err.split())
    train_to(run, 1)
    assert "already trained: 1 step (--steps with a higher number goes on)" in " ".join(capsys.readouterr().err.split())


def test_where_nothing_is_held_out_there_is_no_empty_table(run, capsys):
    clips = [clip.with_(status="reject") if clip.split == "val" else clip for clip in run.clips()]
    write_clips(run.clips_file, clips)
    train_to(run, 1, **{"train.held_out": 0, "train.listen_every": -1})
    said = capsys.readouterr().err
    assert "no clip is held out" in said and "On held-out clips" not in said


def test_when_other_clips_are_held_out_the_best_is_sought_anew(run):
    train_to(run, 4)
    best = newest(run)[0].best
    assert best < float("inf")
    clips = [clip.with_(status="reject") if clip.split == "val" else clip for clip in run.clips()]
    write_clips(run.clips_file, clips)
    train_to(run, 6)
    progress, _ = newest(run)
    assert (progress.step, progress.best_step, progress.best, progress.held_out_since) == (6, 6, float("inf"), 4)
    assert Voice.load(run.voice).info.card["steps"] == 6


def test_the_best_look_is_the_lowest_wherever_it_stands(run, monkeypatch):
    told, real = iter([9.0, 3.0, 1.0, 2.0, 1.5]), Learner.check
    monkeypatch.setattr(Learner, "check", lambda self, *given: replace(real(self, *given), spoken=next(told)))
    train_to(run, 4, **{"train.check_every": 1, "train.keep": 1})
    progress, _ = newest(run)
    assert (progress.step, progress.best_step, progress.best) == (4, 2, 1.0)
    assert Voice.load(run.voice).info.card["steps"] == 2


def test_a_judge_that_is_missing_is_missed_before_the_first_step(run):
    with pytest.raises(FfvitsError, match="gigantic"):
        train_to(run, 4, **{"train.best_by": "measures", "train.listen_every": 2, "label.transcribe.model": "gigantic"})
    assert not list(run.checkpoints.glob("*"))


def test_a_sentence_that_cannot_be_read_is_told_before_the_first_step(run):
    recipe = run.recipe().override({"speak.sentences": ["你好。", "こんにちは。"]})
    with pytest.raises(RecipeError, match=r"speak\.sentences: .*こ"):
        train(recipe, run)
    assert not list(run.checkpoints.glob("step-*.pt"))


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
    # The same plan, stopped in the middle of an epoch as a kill would.
    recipe = run.recipe().override({"train.steps": 6, "train.check_every": 1})
    interrupt_after(run, recipe, 3)
    assert (newest(run)[0].step, newest(run)[0].index) == (3, 1)
    train(recipe, run)
    assert same(newest(run)[1]["model"], newest(whole)[1]["model"])
    assert same(newest(run)[1]["average"], newest(whole)[1]["average"])
    steps = [(entry["kind"], entry["step"]) for entry in History(run.checkpoints / "history.jsonl").read()]
    assert len(steps) == len(set(steps))


def interrupt_after(run: Run, recipe, steps: int) -> None:
    """Trains in this process until a checkpoint of `steps` is there, then stops as Ctrl-C does."""
    from ffvits.train import session

    class Interrupting(session.Loop):
        def _step(self, batch, position, progress, writer):
            if progress.step == steps:
                raise KeyboardInterrupt
            return super()._step(batch, position, progress, writer)

    original = session.Loop
    session.Loop = Interrupting
    try:
        with pytest.raises(KeyboardInterrupt):
            train(recipe, run)
    finally:
        session.Loop = original


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


def test_auto_keeps_to_the_base_that_the_training_began_with(run):
    state.save(run.checkpoints, state.Progress(step=5), "x", {"voice": {"card": {"base": "biaobei"}}}, keep=2)
    with pytest.raises(DownloadError, match="biaobei"):  # not here any more: told, and nothing is started afresh
        train_to(run, 6, base="auto", offline=True)
    assert [path.name for path in run.checkpoints.iterdir()] == ["step-00000005.pt"]


def test_own_readings_start_afresh_and_those_of_a_newer_version_do_not(run, monkeypatch, capsys):
    from ffvits.text import front_end
    from ffvits.train import course

    train_to(run, 1)
    train_to(run, 2, **{"text.lexicon": {"重庆": "chong2 qing4"}})  # which nobody says
    assert newest(run)[0].step == 2 and "going on from step 1" in capsys.readouterr().err
    with monkeypatch.context() as patched:
        patched.setattr(course, "_reader", lambda *_: front_end("mandarin-lite", lexicon={"天气": "tian1 qi5"}))
        train_to(run, 3)
    assert newest(run)[0].step == 3 and "going on from step 2" in capsys.readouterr().err
    train_to(run, 1, **{"text.lexicon": {"天气": "tian1 qi5"}})
    assert newest(run)[0].step == 1 and "starts afresh" in capsys.readouterr().err


def test_edited_labels_and_sounds_start_afresh_and_the_old_states_are_kept(run, capsys):
    run = Run(run.folder.rename(run.folder.with_name("我的 run")))
    train_to(run, 1)
    clips = run.clips()
    run.save_clips([clips[0], clips[1].with_(text="今天的天气真好"), *clips[2:]])
    train_to(run, 1)
    assert (run.folder / "checkpoints-before-1" / "step-00000001.pt").is_file()
    file = run.path(clips[1])
    sound = Sound.load(file)
    Sound(sound.samples / 2, sound.rate).save(file)
    train_to(run, 1)
    assert (run.folder / "checkpoints-before-2" / "step-00000001.pt").is_file()
    told = " ".join(capsys.readouterr().err.split())
    assert "checkpoints-before-2, 0.0 GB, yours to delete" in told
    folder = console.typed(run.folder)
    place = Path("bases") / "我的 run"  # outside the run, whose exports the next training makes those of before
    export = f"ffvits export {folder} --to bundle --out {console.typed(place)}"
    assert f"{export}, and give --base {console.typed(place / 'bundle')}" in told
    sound.save(file)
    train_to(run, 2)  # changed back, it goes on where it was
    assert newest(run)[0].step == 2 and "going on from step 1" in capsys.readouterr().err
    assert sorted(path.name for path in run.folder.glob("checkpoints-*")) == [
        "checkpoints-before-1", "checkpoints-before-3",
    ]  # fmt: skip


def test_a_voice_that_is_to_say_nothing_is_not_judged_by_it(run, monkeypatch):
    """No error in no word is no praise, and the mean of no sound no number."""
    for judge in ("errors", "nativeness", "quality"):
        monkeypatch.setattr(f"ffvits.train.loop.Listener.{judge}", lambda self, takes: float(len(takes)))
    train_to(run, 2, **{"train.listen_every": 2, "speak.sentences": []})
    looks = [look for look in History(run.checkpoints / "history.jsonl").read() if look["kind"] == "check"]
    assert looks and not any({"cer", "nativeness", "quality"} & look.keys() for look in looks)


def test_held_out_clips_are_never_trained_on(run):
    seen = set()
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


def test_a_clip_without_usable_samples_is_left_out_and_named(run, capsys):
    import soundfile

    path = run.path(run.clips()[2])
    path.unlink()
    soundfile.write(path, np.full(16000, np.nan, np.float32), 16000, subtype="FLOAT")
    train_to(run, 2)
    said = capsys.readouterr().err
    assert "1 clip is left out of training" in said
    assert "clip-2: its sound holds no usable samples" in said


def test_a_poisoned_clip_is_skipped_and_suspected(run, capsys):
    """Samples that rotted on the disk after they were checked: the steps that meet them change nothing."""
    train_to(run, 1)
    poison(run, "clip-3")
    train_to(run, 8, **{"train.until": "steps"})
    said = capsys.readouterr().err
    assert "skipped" in said
    # Four clips in batches of two by length: its neighbour is always dealt with it, and so suspected too.
    assert re.search(r"skipped: [34] steps; look at: clip-\d, clip-\d$", said, re.MULTILINE)
    assert "clip-3" in said.partition("look at:")[2].partition("\n")[0]
    progress, saved = newest(run)
    assert progress.step == 8
    assert all(value.isfinite().all() for value in saved["model"].values())


def test_weights_that_broke_are_never_kept(run, capsys, monkeypatch):
    """As a fault of the memory would break them: between two looks, and no loss has told of it yet."""
    step = Learner.step

    def rotting(self, batch, number):
        found = step(self, batch, number)
        if number == 3:
            self.model.state_dict()["dec.conv_pre.weight"][0] = torch.nan
        return found

    monkeypatch.setattr(Learner, "step", rotting)
    train_to(run, 6, **{"train.until": "steps", "train.keep": 9})
    assert "back to the weights of step 2" in capsys.readouterr().err
    states = [state.load(file) for file in run.checkpoints.glob("*.pt")]
    assert max(progress.step for progress, _ in states) == 6
    assert all(value.isfinite().all() for _, saved in states for value in saved["model"].values())


def test_nothing_but_poison_goes_back_and_then_stops_with_the_clips_named(run, capsys):
    train_to(run, 1)
    for clip in run.clips()[1:]:
        poison(run, clip.id)
    with pytest.raises(TrainError, match="suspect clips: clip-"):
        train_to(run, 50, **{"train.until": "steps"})
    said = capsys.readouterr().err
    assert re.findall(r"back to the weights of step \d+, at (.*) of the rate", said) == ["0.5", "0.25"]


def poison(run: Run, name: str) -> None:
    from ffvits.base import load_base
    from ffvits.text import front_end
    from ffvits.train.dataset import prepare

    audio = load_base(run.recipe().base).audio
    items, _ = prepare(run.clips(), run, audio, front_end("mandarin-lite"), ["派蒙"])
    path = next(item.samples for item in items if item.name == name)
    samples = np.load(path)
    samples[:] = np.nan
    np.save(path, samples)


def test_the_closing_lines_say_what_was_seen(run, capsys):
    train_to(run, 4)
    said = capsys.readouterr().err
    assert re.search(r"waiting for data: \d+\.\d% of the time", said)
    assert re.search(r"trained 4 steps in .* min; too little data: \d+ s; best is [24] \(held-out mel ", said)
    assert re.search(r"^ *step +mel +copy +kl +time", said, re.MULTILINE)
    assert re.search(r"^ *4( +\d+\.\d{3}){4}", said, re.MULTILINE)
    entries = History(run.checkpoints / "history.jsonl").read()
    looks = [entry for entry in entries if entry["kind"] == "check"]
    assert [look["step"] for look in looks] == [0, 2, 4]
    assert {"spoken", "copied", "kl", "duration", "change"} <= set(looks[0])
    assert (looks[0]["change"], looks[1]["change"] > 0) == (0, True)


def test_a_verdict_that_is_missing_is_there_after_the_steps_that_are_named(run, capsys):
    train_to(run, 5)  # looks at 0, 2, 4 and 5
    steps = int(re.search(r"shows after 2 more looks; to go on: --steps (\d+)\s", capsys.readouterr().err)[1])
    assert steps == 8
    train_to(run, steps)
    told = capsys.readouterr().err
    assert "trained 8 steps" in told and "more look" not in told


def test_what_improves_is_gone_on_with_by_the_steps_or_the_minutes_that_are_named(run, monkeypatch, capsys):
    verdict = Verdict("improving", "it improves", more=100)
    monkeypatch.setattr("ffvits.train.loop.assess", lambda *_, **named: verdict)
    for settings, flags in (
        ({}, "--steps 102"),
        ({"train.minutes": 9}, "--steps 102 --minutes 0"),
        ({"train.until": "minutes", "train.minutes": 1e-6}, r"--minutes \d+"),
    ):
        train_to(run, 2, **settings)
        said = " ".join(capsys.readouterr().err.split())
        assert re.search(f"it improves; to go on: {flags} voice of", said), said


def test_a_training_that_diverged_tells_how_to_begin_anew(run, monkeypatch, capsys):
    told, real = iter([1.0, 0.9, 2.0, 3.0]), Learner.check
    with monkeypatch.context() as patch:
        patch.setattr(Learner, "check", lambda self, *given: replace(real(self, *given), spoken=next(told)))
        train_to(run, 6)
    said = " ".join(capsys.readouterr().err.split())
    assert f"best is 2 (0.900); to begin anew more gently, move {run.checkpoints} away and give --set" in said
    name, rate = re.search(r"--set (train\.learning_rate)=(\S+)", said).groups()
    run.checkpoints.rename(run.folder / "away")
    train_to(run, 1, **{name: float(rate)})
    assert newest(run)[0].step == 1 and "going on from" not in capsys.readouterr().err


def test_ctrl_c_ends_the_step_and_keeps_it(run, monkeypatch):
    """A wish to stop, as the system delivers it, is granted after the step; what was learned is on the disk."""
    step = Learner.step

    def interrupted(self, batch, number):
        if number == 3:
            signal.raise_signal(signal.SIGINT)
        return step(self, batch, number)

    monkeypatch.setattr(Learner, "step", interrupted)
    assert main(["train", str(run.folder), "--steps", "50"]) == 130
    assert newest(run)[0].step == 3


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


@pytest.mark.skipif(sys.platform == "win32", reason="torchrun's rendezvous on Windows needs a torch built with libuv")
def test_two_processes_take_the_step_of_one(run, tmp_path):
    """The first moment of AdamW after one step is the gradient: that of two processes is that of one in two shares."""
    alone = Run(tmp_path / "alone")
    shutil.copytree(run.folder, alone.folder)
    settings = {"train.batch_size": 3}
    with pytest.MonkeyPatch.context() as patch:
        original = Learner.__init__

        def in_two_shares(self, *arguments, **options):
            original(self, *arguments, **options)
            self.parts = 2

        patch.setattr(Learner, "__init__", in_two_shares)
        train_to(alone, 1, **settings)
    flags = [f"--set={name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1"]
    command += ["--nproc-per-node", "2", "-m", "ffvits", "train", str(run.folder), "--steps", "1", *flags]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ours, theirs = newest(run)[1]["optimizer"]["state"], newest(alone)[1]["optimizer"]["state"]
    assert ours.keys() == theirs.keys()
    for number, moments in theirs.items():
        expected = moments["exp_avg"]
        assert torch.allclose(ours[number]["exp_avg"], expected, rtol=1e-4, atol=1e-6 + 1e-5 * expected.abs().max())
    assert done.stderr.count("going on") == 0
    assert done.stderr.count("base G_tiny; 4 clips") == 1, "one process talks"
    train_to(run, 2, **{"train.batch_size": 4, "train.precision": "bf16"})  # one process goes on in its own way
    assert newest(run)[0].step == 2


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="SIGKILL and fork are Unix's")
def test_a_run_killed_at_any_moment_goes_on(run, tmp_path):
    """Killed twenty times at random moments of its steps, looks and writing, the run still reaches its end.

    No step is lost that was kept, and none is looked at twice. The processes are forked from one that has loaded
    everything, and each is let live until its first step.
    """
    recipe = run.recipe().override({"train.steps": 60, "train.check_every": 1, "train.until": "steps"})
    Run.create(run.folder, recipe)
    shutil.copytree(run.folder, warming := tmp_path / "warming")
    command = [sys.executable, "-c", KILLING, str(run.folder), str(warming)]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    reached = [int(word) for word in done.stdout.split()]
    assert len(reached) == 20
    assert reached == sorted(reached)
    assert 2 < reached[-1] < 60, f"the blows fell on training: {reached}"
    last = reached[-1] + 1
    train_to(run, last)
    assert newest(run)[0].step == last
    looks = [entry["step"] for entry in History(run.checkpoints / "history.jsonl").read() if entry["kind"] == "check"]
    assert looks == list(range(last + 1))
    assert len(Voice.load(run.folder).say("你好", seed=0)) > 0


KILLING = """
import os, pathlib, random, signal, sys, time
from ffvits import console
from ffvits.run import Run
from ffvits.train import state, train
from ffvits.train.learner import Learner

run, warming = (Run(pathlib.Path(folder)) for folder in sys.argv[1:])
console.quiet()
step, begun = Learner.step, []

def noted(self, batch, number):
    begun.append(time.monotonic())
    return step(self, batch, number)

Learner.step = noted
train(run.recipe().override({"train.steps": 3}), warming)
pace = begun[-1] - begun[-2]  # of a step, a look and what is written
chance = random.Random(5)
for _ in range(20):
    hearing, telling = os.pipe()
    child = os.fork()
    if not child:

        def told(self, batch, number):
            os.write(telling, b".")
            return step(self, batch, number)

        Learner.step = told
        try:
            with run.locked():
                train(run.recipe(), run)
        finally:
            os._exit(1)
    os.close(telling)
    assert os.read(hearing, 1) == b".", "it ended before its first step"
    time.sleep(chance.uniform(0, 2 * pace))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(hearing)
    print(max((state.about(file).progress.step for file in run.checkpoints.glob("*.pt")), default=0))
"""
