"""The training loop: deal, step, check, keep; it can be killed at any moment and goes on from its last checkpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import TrainError
from ffvits.files import write_text
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.train import state
from ffvits.train.dataset import Batch, Deck, Item, collate, prepare
from ffvits.train.guide import read_along
from ffvits.train.learner import Check, Learner
from ffvits.train.plan import Plan, choose_device, make_plan
from ffvits.train.state import Progress

if TYPE_CHECKING:
    from ffvits.base import Base
    from ffvits.text import FrontEnd

CHECKED = 12  # held-out clips looked at each time
PATIENCE = 5  # steps in a row without finite losses before training gives up


@dataclass(frozen=True)
class Trained:
    """What training came to, in numbers and in words."""

    progress: Progress
    verdict: str


def train(recipe: Recipe, run: Run) -> Trained:
    """Fine-tunes the recipe's base on the run's kept clips and writes the voice; goes on where it stopped.

    Raises BaseError, TextError or TrainError naming cause and cure.
    """
    from ffvits.base import adapt, load_base
    from ffvits.train.export import write_voice
    from ffvits.vits import MultiPeriodDiscriminator, Vits

    console.stage("Train")
    clips = run.clips()
    speakers = sorted({clip.speaker for clip in clips if clip.kept})
    base = load_base(recipe.base, offline=recipe.offline)
    reader = _reader(base, recipe)
    items, held_out = prepare(clips, run, base.audio, reader, speakers)
    identity = digest(
        base.sha256, speakers, recipe.train.replay > 0, [(i.name, i.ids, i.speaker, str(i.samples.name)) for i in items]
    )
    readings: list[Item] = []
    if not base.speakers and base.front_end:
        lessons = read_along(items, base, run, speaker=len(speakers))
        items, readings = lessons.items, lessons.readings
        held_out = read_along(held_out, base, run, speaker=len(speakers)).items
    plan = _plan(recipe, base, items)
    _announce(plan, base, items, held_out, speakers)
    torch.manual_seed(recipe.seed)
    replayed = bool(readings) and recipe.train.replay > 0
    adapted = adapt(
        base,
        speakers=[*speakers, f"{base.name} (base)"] if replayed else speakers,
        symbols=None if base.front_end else reader.table.symbols,
        start_from=_start_from(recipe, run, base, clips, speakers),
    )
    console.table("What became of the base", ("what", "tensors", "why"), adapted.report.table())
    adapted.report.save(run.folder / "surgery.json")
    model = Vits(adapted.config)
    model.load_state_dict(adapted.state)
    judge = MultiPeriodDiscriminator() if plan.adversary else None
    if judge is not None and base.discriminator is not None:
        judge.load_state_dict(base.discriminator)
    learner = Learner(model, base.audio, plan, new=adapted.report.created_names(), judge=judge)
    progress = _resume(run, learner, identity)
    deck = Deck(items, plan.batch_size, recipe.seed, readings, recipe.train.replay if replayed else 0.0)
    progress = _Loop(run, learner, deck, held_out[:CHECKED], recipe, identity, reader).go(progress)
    write_voice(run, recipe, base, adapted, reader, speakers, identity)
    verdict = _verdict(progress, plan, held_out)
    console.info(verdict)
    return Trained(progress, verdict)


def _reader(base: Base, recipe: Recipe) -> FrontEnd:
    """The base's own front end; for a base that never spoke Chinese, ours, whose symbols then replace the base's."""
    from ffvits.text import front_end

    if base.front_end:
        return front_end(base.front_end, symbols=base.symbols, add_blank=base.add_blank, lexicon=recipe.text.lexicon)
    console.warn(f"{base.name} never spoke Chinese: it lends its voice production, and learns the symbols anew")
    return front_end("initials-finals", add_blank=base.add_blank, lexicon=recipe.text.lexicon)


def _start_from(recipe: Recipe, run: Run, base: Base, clips: list[Clip], speakers: list[str]) -> str | dict[str, str]:
    """The base's voice that each new speaker starts from, as `adapt` wants it."""
    wanted = recipe.train.start_from
    if wanted != "nearest" or not base.speakers:
        return wanted if base.speakers and wanted != "nearest" else "mean"
    from ffvits.base import nearest_voice

    chosen = {}
    for speaker in speakers:
        own = [Sound.load(run.path(clip)) for clip in clips if clip.kept and clip.speaker == speaker][:16]
        chosen[speaker] = nearest_voice(base, own, offline=recipe.offline).name
        console.info(f"{speaker} starts from the base's voice {chosen[speaker]}")
    return chosen


def _plan(recipe: Recipe, base: Base, items: list[Item]) -> Plan:
    return make_plan(
        recipe.train,
        device=choose_device(recipe.device),
        clips=len(items),
        minutes=_minutes(items, base),
        small=base.config.hidden_channels < 192,
        judge=base.discriminator is not None,
        many_voices=bool(base.speakers),
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
    elif base.discriminator is None:
        console.info("the base brings no discriminator: a fresh one starts, and listens a while before it may push")
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


class _Loop:
    """One stretch of training, from a start or a checkpoint to the end of the plan."""

    def __init__(
        self,
        run: Run,
        learner: Learner,
        deck: Deck,
        held_out: list[Item],
        recipe: Recipe,
        identity: str,
        reader: FrontEnd,
    ) -> None:
        self.run = run
        self.learner = learner
        self.plan = learner.plan
        self.deck = deck
        self.held_out = held_out
        self.recipe = recipe
        self.identity = identity
        self.reader = reader
        self.history = History(run.checkpoints / "history.jsonl")

    def go(self, progress: Progress) -> Progress:
        """Trains until the plan is fulfilled; every way out but a crash leaves a checkpoint of the last step."""
        if self._done(progress):
            console.info(f"already trained: {progress.step} steps")
            return progress
        from torch.utils.tensorboard import SummaryWriter

        self.run.checkpoints.mkdir(parents=True, exist_ok=True)
        self.history.cut(progress.step)
        hop = self.learner.audio.hop_length
        writer = SummaryWriter(str(self.run.tensorboard), purge_step=progress.step + 1)
        try:
            with console.progress("Training", total=self.plan.steps, unit="steps") as bar, writer:
                bar.advance(progress.step)
                if progress.step == 0:
                    progress = self._check(progress, writer)
                for batch, position in _ahead(_deal(self.deck, progress, hop)):
                    progress = self._step(batch, position, progress, writer)
                    bar.advance()
                    if progress.step % self.plan.check_every == 0 or self._done(progress):
                        progress = self._check(progress, writer)
                        self._save(progress)
                    if self._done(progress):
                        break
        except KeyboardInterrupt:
            self._save(progress)
            console.warn(f"stopped at step {progress.step}; the same command goes on from here")
            raise
        return progress

    def _done(self, progress: Progress) -> bool:
        out_of_time = self.plan.minutes and progress.seconds >= self.plan.minutes * 60
        return progress.step >= self.plan.steps or bool(out_of_time)

    def _step(self, batch: Batch, position: tuple[int, int], progress: Progress, writer) -> Progress:
        began = time.monotonic()
        losses = self.learner.step(batch, progress.step + 1)
        epoch, index = position
        progress = progress.with_(
            step=progress.step + 1,
            samples=progress.samples + len(batch.names),
            epoch=epoch,
            index=index,
            seconds=progress.seconds + time.monotonic() - began,
        )
        if losses.finite:
            self.failures = 0
            for name, value in losses.values.items():
                writer.add_scalar(f"train/{name}", value, progress.step)
            if progress.step % 10 == 0 or progress.step == 1:
                self.history.add("train", progress.step, losses.values)
        else:
            self._not_finite(batch, progress)
        return progress

    failures = 0

    def _not_finite(self, batch: Batch, progress: Progress) -> None:
        self.failures += 1
        console.warn(f"step {progress.step}: the losses are not finite; skipped ({', '.join(batch.names[:4])} …)")
        if self.failures >= PATIENCE:
            raise TrainError(
                f"training diverged at step {progress.step}; the last clips were {', '.join(batch.names)}",
                cure="listen to these clips; or lower train.learning_rate and run again from the last checkpoint",
            )

    def _check(self, progress: Progress, writer) -> Progress:
        """Looks at the held-out clips, lets the voice speak a sentence, and remembers the best."""
        if self.held_out:
            found = self.learner.check(self.held_out)
            for name, value in asdict(found).items():
                writer.add_scalar(f"check/{name}", value, progress.step)
            self.history.add("check", progress.step, asdict(found))
            console.info(_line(progress, found))
            if found.spoken < progress.best and progress.step > 0:
                progress = progress.with_(best=found.spoken, best_step=progress.step)
        elif progress.step > 0:
            progress = progress.with_(best_step=progress.step)
        writer.add_audio("sample", self._sample(), progress.step, self.learner.audio.sampling_rate)
        return progress

    def _sample(self) -> torch.Tensor:
        """The first of the report's sentences, always with the same noise: [1, T]."""
        ids = self.reader.encode(self.recipe.speak.sentences[0]).ids
        device = self.learner.device
        speech = self.learner.averaged().infer(
            torch.tensor([ids], device=device),
            torch.tensor([len(ids)], device=device),
            torch.tensor([0], device=device),
            noise_scale=self.recipe.speak.noise,
            noise_scale_w=self.recipe.speak.noise_w,
            generator=torch.Generator().manual_seed(self.recipe.seed),
        )
        return speech.audio[0].float().cpu()

    def _save(self, progress: Progress) -> None:
        state.save(self.run.checkpoints, progress, self.identity, self.learner.state(), self.recipe.train.keep)


def _line(progress: Progress, found: Check) -> str:
    return (
        f"step {progress.step}: spoken {found.spoken:.3f}  copied {found.copied:.3f}  "
        f"kl {found.kl:.2f}  duration {found.duration:.2f}"
    )


def _deal(deck: Deck, progress: Progress, hop: int) -> Iterator[tuple[Batch, tuple[int, int]]]:
    """Batches from where `progress` stands, each with the position that follows it, without end."""
    epoch, index = progress.epoch, progress.index
    while True:
        batches = deck.epoch(epoch)
        for number in range(index, len(batches)):
            after = (epoch, number + 1) if number + 1 < len(batches) else (epoch + 1, 0)
            yield collate(batches[number], hop), after
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


def _verdict(progress: Progress, plan: Plan, held_out: list[Item]) -> str:
    took = f"{progress.seconds / 60:.1f} min"
    if not held_out:
        return f"trained {progress.step} steps in {took}; nothing was held out to judge by"
    late = progress.best_step >= 0.8 * progress.step
    hint = "still improving at the end: more steps may help" if late and progress.step < 20_000 else "best came earlier"
    return (
        f"trained {progress.step} steps in {took}; best at step {progress.best_step} "
        f"(held-out mel distance {progress.best:.3f}); {hint}"
    )
