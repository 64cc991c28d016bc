"""The training loop: deal, step, check, keep; it can be killed at any moment and goes on from its last checkpoint."""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.device import choose_device
from ffvits.errors import TrainError
from ffvits.files import write_text
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.train import state
from ffvits.train.dataset import Batch, Deck, Item, collate, prepare
from ffvits.train.guide import Staff, hire, read_along
from ffvits.train.learner import Learner
from ffvits.train.listen import Listener
from ffvits.train.plan import Plan, make_plan
from ffvits.train.ranks import Ranks, joined
from ffvits.train.state import Progress
from ffvits.train.verdict import Verdict, assess

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

    from ffvits.base import Base
    from ffvits.text import FrontEnd

HEARD_ALL = 64  # of a base with more voices, not every one is listened to unasked
CHECKED = 12  # held-out clips looked at each time
PATIENCE = 3  # steps in a row without a usable gradient before it is back to the last checkpoint
RETURNS = 2  # times that training goes back before it gives up
SHOWN = ("spoken", "copied", "kl", "duration", "similarity", "cer")  # of a look at held-out clips


@dataclass(frozen=True)
class Trained:
    """What training came to, in numbers and in words."""

    progress: Progress
    verdict: str


def train(recipe: Recipe, run: Run, *, keep_judge: bool = False) -> Trained:
    """Fine-tunes the recipe's base on the run's kept clips and writes the voice; goes on where it stopped.

    With `keep_judge` the discriminator lies beside the voice, which then is a base that can be trained against it.
    Under torchrun all processes call this; the first one writes. Raises BaseError, TextError or TrainError naming
    cause and cure.
    """
    device = choose_device(recipe.device)
    with joined(device) as ranks:
        if not ranks.first:
            console.quiet()
        return _train(recipe, run, device, ranks, keep_judge)


def _train(recipe: Recipe, run: Run, device: str, ranks: Ranks, keep_judge: bool) -> Trained:
    from ffvits.base import adapt, load_base
    from ffvits.train.export import write_voice
    from ffvits.vits import DISCRIMINATORS, Vits

    console.stage("Train")
    clips = run.clips()
    speakers = sorted({clip.speaker for clip in clips if clip.kept})
    with ranks.first_goes_first():
        base = load_base(recipe.base, offline=recipe.offline)
        reader = _reader(base, recipe)
        items, held_out = prepare(clips, run, base.audio, reader, speakers)
        start_from = _start_from(recipe, run, base, clips, speakers)
        identity = digest(
            base.sha256,
            recipe.train.from_scratch,
            speakers,
            recipe.train.replay > 0,
            start_from,
            [(item.name, item.ids, item.speaker, item.samples.name) for item in items],
        )
        readings: list[Item] = []
        timed = all(item.guide for item in (*items, *held_out))
        staff = Staff()
        if not timed and _reads(base, reader) and (recipe.train.guide or recipe.train.replay):
            staff = hire(base, speakers, start_from)
        if staff.teachers:
            lessons = read_along(items, base, run, staff)
            items, readings = lessons.items, lessons.readings
            held_out = read_along(held_out, base, run, staff).items
    plan = _plan(recipe, base, items, device)
    if base.front_end not in ("", reader.name):
        console.info(f"the base wrote {base.front_end}, the new voice writes {reader.name}: symbols move by name")
    _announce(plan, base, items, held_out, speakers)
    torch.manual_seed(recipe.seed)
    replayed = bool(readings) and recipe.train.replay > 0
    adapted = adapt(
        base,
        speakers=[*speakers, *staff.voices] if replayed else speakers,
        symbols=reader.table.symbols,
        start_from=start_from,
    )
    console.table("What became of the base", ("what", "tensors", "why"), adapted.report.table())
    new = adapted.report.created_names()
    model = Vits(adapted.config)
    if recipe.train.from_scratch:
        console.info("from scratch: every weight begins at random")
    elif recipe.train.conditioning == "random":
        model.load_state_dict({**adapted.state, **{n: v for n, v in model.state_dict().items() if n in new}})
    else:
        model.load_state_dict(adapted.state)
    judge = DISCRIMINATORS[_judge_kind(recipe, base)]() if plan.adversary else None
    if judge is not None and _brings_judge(recipe, base):
        judge.load_state_dict(base.discriminator)
    learner = Learner(model, base.audio, plan, new=new, judge=judge, seed=recipe.seed, ranks=ranks)
    with ranks.first_goes_first():
        progress = _resume(run, learner, identity)
    deck = Deck(items, plan.batch_size, recipe.seed, readings, recipe.train.replay if replayed else 0.0)
    seconds = 60 * _minutes(items, base)
    loop = Loop(run, learner, deck, held_out[:CHECKED], recipe, identity, reader, seconds)
    progress = loop.go(progress)
    verdict = loop.close(progress)
    if ranks.first:
        adapted.report.save(run.folder / "surgery.json")
        write_voice(run, recipe, base, adapted, reader, speakers, identity, keep_judge=keep_judge)
    return Trained(progress, verdict)


def _reader(base: Base, recipe: Recipe) -> FrontEnd:
    """The base's own front end, or the one that the recipe names; ours for a base that never spoke Chinese.

    Where it is not the base's own, its symbols replace the base's.
    """
    from ffvits.text import front_end

    wanted = recipe.text.front_end
    if wanted and wanted != base.front_end:
        return front_end(wanted, lexicon=recipe.text.lexicon)
    if base.front_end:
        return front_end(base.front_end, symbols=base.symbols, add_blank=base.add_blank, lexicon=recipe.text.lexicon)
    console.warn(f"{base.name} never spoke Chinese: it lends its voice production, and learns the symbols anew")
    return front_end("initials-finals", add_blank=base.add_blank, lexicon=recipe.text.lexicon)


def _reads(base: Base, reader: FrontEnd) -> bool:
    """Whether the base can read what this front end writes."""
    return bool(base.front_end) and base.symbols == reader.table.symbols


def _start_from(recipe: Recipe, run: Run, base: Base, clips: list[Clip], speakers: list[str]) -> str | dict[str, str]:
    """The base's voice that each new speaker starts from, as `adapt` wants it."""
    wanted = recipe.train.start_from
    if wanted == "auto":
        wanted = "nearest" if base.front_end and len(base.speakers) <= HEARD_ALL else "mean"
    if wanted != "nearest" or not base.speakers:
        return wanted if base.speakers and wanted != "nearest" else "mean"
    from ffvits.base import nearest_voice

    chosen = {}
    for speaker in speakers:
        own = [Sound.load(run.path(clip)) for clip in clips if clip.kept and clip.speaker == speaker][:16]
        chosen[speaker] = nearest_voice(base, own, offline=recipe.offline).name
        console.info(f"{speaker} starts from the base's voice {chosen[speaker]}")
    return chosen


def _judge_kind(recipe: Recipe, base: Base) -> str:
    """Which discriminator to train against: the recipe's, the base's own, or what suits the base's size."""
    from ffvits.vits import kind_of

    if recipe.train.discriminator != "auto":
        return recipe.train.discriminator
    if base.discriminator is not None:
        return kind_of(base.discriminator)
    return "lite" if _is_small(base) else "published"


def _brings_judge(recipe: Recipe, base: Base) -> bool:
    """Whether the base has a discriminator of that kind, to go on from."""
    from ffvits.vits import kind_of

    theirs = base.discriminator
    return theirs is not None and not recipe.train.from_scratch and kind_of(theirs) == _judge_kind(recipe, base)


def _is_small(base: Base) -> bool:
    return base.config.hidden_channels < 192


def _plan(recipe: Recipe, base: Base, items: list[Item], device: str) -> Plan:
    return make_plan(
        recipe.train,
        device=device,
        clips=len(items),
        minutes=_minutes(items, base),
        small=_is_small(base),
        judge=_brings_judge(recipe, base),
        many_voices=bool(base.speakers),
        guided=all(item.guide for item in items),
    )


def _minutes(items: Iterable[Item], base: Base) -> float:
    return sum(item.frames for item in items) * base.audio.hop_length / base.audio.sampling_rate / 60


def _announce(plan: Plan, base: Base, items: list[Item], held_out: list[Item], speakers: list[str]) -> None:
    minutes = _minutes(items, base)
    console.info(
        f"base {base.name}; {len(items)} clips, {minutes:.1f} min of {', '.join(speakers)}; "
        f"{len(held_out)} held out; {plan.steps} steps of {plan.batch_size} on {plan.device} in {plan.precision}"
    )
    if not plan.adversary:
        console.info("without an adversary: the base brings no discriminator (train.adversary: on starts a fresh one)")
    elif plan.judge_warmup:
        console.info("a fresh discriminator starts, and listens a while before it may push")
    if plan.adversary and plan.adversary_begins:
        console.info(f"the adversary joins at step {plan.adversary_begins + 1}")
    if minutes < 1:
        console.warn(
            f"only {minutes * 60:.0f} s of speech: the voice takes on the timbre and little more; 5 min are better"
        )
    if not held_out:
        console.warn("no clip is held out: too few clips; the last checkpoint is taken, not the best")


def _resume(run: Run, learner: Learner, identity: str) -> Progress:
    found = state.newest(run.checkpoints, identity)
    if found is None:
        aside = state.set_aside(run.checkpoints) if run.checkpoints.is_dir() else None
        if aside is not None:
            console.warn(f"the base or the clips have changed: training starts afresh (earlier states: {aside.name})")
        return Progress()
    progress, saved = state.load(found, "cpu")
    learner.restore(saved)
    console.info(f"going on from step {progress.step}")
    return progress


class Loop:
    """One stretch of training, from a start or a checkpoint to its end.

    `held_out` items are looked at every `plan.check_every` steps, `reader` reads the recipe's sentences for the voice
    to speak, and `seconds` of speech are trained on. Checkpoints carry `identity`; others are not taken up.
    """

    def __init__(
        self,
        run: Run,
        learner: Learner,
        deck: Deck,
        held_out: list[Item],
        recipe: Recipe,
        identity: str,
        reader: FrontEnd,
        seconds: float,
    ) -> None:
        self.run = run
        self.learner = learner
        self.plan = learner.plan
        self.ranks = learner.ranks
        self.deck = deck
        self.held_out = held_out
        self.recipe = recipe
        self.identity = identity
        self.reader = reader
        self.seconds = seconds
        self.history = History(run.checkpoints / "history.jsonl")
        self.listener = Listener(recipe, learner.audio.sampling_rate)
        self.troubles = Troubles()
        self.verdict = Verdict("unknown", "")
        self.waited = self.worked = 0.0

    def go(self, progress: Progress) -> Progress:
        """Trains until the plan is fulfilled; every way out but a crash leaves a checkpoint of the last step."""
        if self._done(progress):
            console.info(f"already trained: {progress.step} steps")
            return progress
        if self.ranks.first:
            self.run.checkpoints.mkdir(parents=True, exist_ok=True)
            self.history.cut(progress.step or -1)  # the look before the first step is taken again
        learner = self.learner
        batches = _ahead(_deal(self.deck, progress, learner.audio.hop_length, self.ranks))
        with (
            _writer(self.run.tensorboard, progress, self.ranks) as writer,
            console.progress("Training", total=self.plan.steps, unit="steps") as bar,
            _Interrupts() as interrupts,
        ):
            bar.advance(progress.step)
            if progress.step == 0:
                progress, _ = self._check(progress, writer)
                self._save(progress)  # so that there is always a place to go back to
            while not self._done(progress):
                began = time.monotonic()
                batch, position = next(batches)
                dealt = time.monotonic()
                progress = self._step(batch, position, progress, writer)
                self.waited += dealt - began
                self.worked += time.monotonic() - dealt
                bar.advance()
                if progress.step % self.plan.check_every == 0 or self._done(progress):
                    progress, usable = self._check(progress, writer)
                    if usable:
                        self._save(progress)
                    else:
                        self._go_back(progress)
                if self.ranks.agree(interrupts.wanted):
                    self._save(progress)
                    console.warn(f"stopped at step {progress.step}; the same command goes on from here")
                    raise KeyboardInterrupt
        return progress

    def close(self, progress: Progress) -> str:
        """Shows the table of all looks and says in a sentence what training came to."""
        checks = [entry for entry in self.history.read() if entry["kind"] == "check"]
        names = [name for name in SHOWN if any(name in entry for entry in checks)]
        rows = [[entry.get(name, "–") for name in ("step", *names)] for entry in checks[-20:]]
        console.table("On held-out clips", ("step", *names), rows)
        if self.worked:
            console.info(f"waiting for data: {self.waiting:.1%} of the time")
        if self.troubles.skipped:
            console.warn(f"{self.troubles.skipped} steps were skipped; look at: {', '.join(self.troubles.suspects())}")
        found = self._assess(progress)
        text = f"trained {progress.step:,} steps in {progress.seconds / 60:.1f} min; {found.text}"
        console.info(text)
        return text

    @property
    def waiting(self) -> float:
        """The share of the time in which the model had no data to work on."""
        return self.waited / max(self.waited + self.worked, 1e-9)

    def _done(self, progress: Progress) -> bool:
        out_of_time = bool(self.plan.minutes) and progress.seconds >= self.plan.minutes * 60
        if self.plan.until == "minutes":
            return out_of_time
        # A curve is also flat where every step is skipped, and starts afresh where the adversary joins.
        last_stage = progress.step >= self.learner.settled or self.verdict.kind == "diverged"
        stops = self.plan.until == "converged" and self.verdict.done and last_stage
        learned = stops and not self.troubles.in_a_row
        return out_of_time or learned or progress.step >= self.plan.steps

    def _step(self, batch: Batch, position: tuple[int, int], progress: Progress, writer: SummaryWriter) -> Progress:
        began = time.monotonic()
        losses = self.learner.step(batch, progress.step + 1)
        epoch, index = position
        progress = progress.with_(
            step=progress.step + 1,
            samples=progress.samples + len(batch.whole.names),
            epoch=epoch,
            index=index,
            seconds=progress.seconds + time.monotonic() - began,
        )
        progress = self.ranks.agree(progress)  # clocks differ, and all must stop at the same step
        if losses.finite:
            self.troubles.fine(batch.whole.names)
            if self.ranks.first:
                values = {**losses.values, "waiting": self.waiting}
                for name, value in values.items():
                    writer.add_scalar(f"train/{name}", value, progress.step)
                if progress.step % 10 == 0 or progress.step == 1:
                    self.history.add("train", progress.step, values)
        else:
            self._astray(batch, progress)
        return progress

    def _astray(self, batch: Batch, progress: Progress) -> None:
        """Steps without a usable gradient: the first few are skipped, then it is back to the last checkpoint."""
        self.troubles.failed(batch.whole.names)
        clips = ", ".join(batch.whole.names[:4]) + (" …" if len(batch.whole.names) > 4 else "")
        console.warn(f"step {progress.step}: losses or gradient are no usable numbers; skipped ({clips})")
        if self.troubles.in_a_row >= PATIENCE:
            self._go_back(progress)

    def _go_back(self, progress: Progress) -> None:
        """Takes up the weights of the last checkpoint at half the rate; the steps that were taken stay counted."""
        suspects = ", ".join(self.troubles.suspects())
        good = state.newest(self.run.checkpoints, self.identity)
        if good is None or self.troubles.returns >= RETURNS:
            raise TrainError(
                f"training diverged at step {progress.step}; suspect clips: {suspects}",
                cure="listen to these clips and reject them in clips.jsonl; or lower train.learning_rate",
            )
        found, saved = state.load(good)
        calm = self.learner.calm / 2
        self.learner.restore(saved)
        self.learner.calm = calm
        self.troubles.returned()
        console.warn(f"back to the weights of step {found.step}, at {calm:g} of the rate; suspect clips: {suspects}")

    def _check(self, progress: Progress, writer: SummaryWriter) -> tuple[Progress, bool]:
        """Looks at the held-out clips and remembers the best; False if the weights speak no more."""
        usable = True
        if self.ranks.first:
            before, progress = progress, self._look(progress, writer)
            usable = self.learner.sound() and self.verdict.kind != "broken"
            if not usable:
                progress = before
                self.history.cut(progress.step - 1)
        progress, self.verdict, usable = self.ranks.agree((progress, self.verdict, usable))
        return progress, usable

    def _look(self, progress: Progress, writer: SummaryWriter) -> Progress:
        values: dict[str, float] = {}
        if self.held_out:
            found = self.learner.check(self.held_out, progress.step)
            values = {name: value for name, value in vars(found).items() if name != "sounds"}
            values["similarity"] = self.listener.similarity(found.sounds)
            if progress.best_step <= self.learner.settled < progress.step:
                progress = progress.with_(best=math.inf)  # an adversary costs mel distance and is worth it
            if found.spoken < progress.best and progress.step > 0:
                progress = progress.with_(best=found.spoken, best_step=progress.step)
        elif progress.step > 0:
            progress = progress.with_(best_step=progress.step)
        sentences = self.recipe.speak.sentences
        every = self.plan.listen_every
        listens = every > 0 and progress.step % every == 0
        spoken = [self._sample(sentence) for sentence in (sentences if listens else sentences[:1])]
        if spoken:
            writer.add_audio("sample", spoken[0], progress.step, self.learner.audio.sampling_rate)
        if listens:
            values["cer"] = self.listener.errors(sentences, spoken)
        values = {name: value for name, value in values.items() if value is not None}
        for name, value in values.items():
            writer.add_scalar(f"check/{name}", value, progress.step)
        if values:
            self.history.add("check", progress.step, values)
            shown = "  ".join(f"{name} {values[name]:.3f}" for name in SHOWN if name in values)
            console.info(f"step {progress.step}: {shown}")
        self.verdict = self._assess(progress)
        return progress

    def _assess(self, progress: Progress) -> Verdict:
        """What the held-out curve says, since the adversary joined with its full weight."""
        checks = [entry for entry in self.history.read() if entry["kind"] == "check"]
        if 0 < self.learner.settled < progress.step:
            checks = [entry for entry in checks if entry["step"] > self.learner.settled]
        return assess(checks, seconds=self.seconds)

    def _sample(self, sentence: str) -> np.ndarray:
        """A sentence in the first speaker's voice, always with the same noise: [T]."""
        ids = self.reader.encode(sentence).ids
        device = self.learner.device
        speech = self.learner.averaged().infer(
            torch.tensor([ids], device=device),
            torch.tensor([len(ids)], device=device),
            torch.tensor([0], device=device),
            noise_scale=self.recipe.speak.noise,
            noise_scale_w=self.recipe.speak.noise_w,
            generator=torch.Generator().manual_seed(self.recipe.seed),
        )
        return speech.audio[0, 0].float().cpu().numpy()

    def _save(self, progress: Progress) -> None:
        if self.ranks.first:
            kept = {**self.learner.state(), "recipe": digest(self.recipe.to_mapping())}
            state.save(self.run.checkpoints, progress, self.identity, kept, self.recipe.train.keep)
        self.ranks.agree(None)  # whoever goes back to a checkpoint must find it


@dataclass
class Troubles:
    """Skipped steps, and the clips that were in them and in no good one."""

    in_a_row: int = 0
    returns: int = 0
    skipped: int = 0
    _failed: Counter[str] = field(default_factory=Counter)
    _fine: set[str] = field(default_factory=set)

    def fine(self, names: Iterable[str]) -> None:
        self.in_a_row = 0
        self._fine.update(names)

    def failed(self, names: Iterable[str]) -> None:
        self.in_a_row += 1
        self.skipped += 1
        self._failed.update(names)

    def returned(self) -> None:
        self.in_a_row = 0
        self.returns += 1

    def suspects(self) -> list[str]:
        """The likeliest first, eight at most."""
        bad = [name for name, _ in self._failed.most_common() if name not in self._fine]
        return (bad or [name for name, _ in self._failed.most_common()])[:8]


class _Interrupts:
    """Turns Ctrl-C and a polite kill into a wish that the loop grants after its step; a second one acts at once."""

    def __init__(self) -> None:
        self.wanted = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> _Interrupts:
        if threading.current_thread() is threading.main_thread():  # elsewhere Python allows no handlers
            self._before = {number: signal.signal(number, self._want) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def _want(self, number: int, frame: object) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _writer(folder: Path, progress: Progress, ranks: Ranks) -> AbstractContextManager:
    if not ranks.first:
        return nullcontext()
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter(str(folder), purge_step=progress.step + 1)


def _deal(deck: Deck, progress: Progress, hop: int, ranks: Ranks) -> Iterator[tuple[Batch, tuple[int, int]]]:
    """Batches from where `progress` stands, each with the position that follows it, without end."""
    epoch, index = progress.epoch, progress.index
    while True:
        batches = deck.epoch(epoch)
        for number in range(index, len(batches)):
            after = (epoch, number + 1) if number + 1 < len(batches) else (epoch + 1, 0)
            yield collate(batches[number], hop, ranks.rank, ranks.size), after
        epoch, index = epoch + 1, 0


def _ahead(batches: Iterator) -> Iterator:
    """Prepares the next batch while the model works on this one."""
    with ThreadPoolExecutor(1) as worker:
        coming = worker.submit(next, batches)
        while True:
            ready = coming.result()
            coming = worker.submit(next, batches)
            yield ready


class History:
    """The curves as lines of JSON, for the report: a line per look, no step twice."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, kind: str, step: int, values: dict[str, float]) -> None:
        entry = {"kind": kind, "step": step, **{name: round(float(value), 5) for name, value in values.items()}}
        with self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(entry) + "\n")

    def read(self) -> list[dict]:
        """All whole lines; a line that a crash cut short is passed over."""
        if not self.path.is_file():
            return []
        entries = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                entries.append(json.loads(line))
            except json.JSONDecodeError:
                continue
        return entries

    def cut(self, step: int) -> None:
        """Forgets what came after `step`: a resumed run writes it anew."""
        kept = [entry for entry in self.read() if entry["step"] <= step]
        if self.path.is_file():
            write_text(self.path, "".join(json.dumps(entry) + "\n" for entry in kept))
