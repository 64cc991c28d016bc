"""The training loop: deal, step, check, keep; it can be killed at any moment and goes on from its last checkpoint."""

from __future__ import annotations

import math
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import torch

from ffvits import console
from ffvits.errors import Stopped, TrainError
from ffvits.language import counted
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.train import state
from ffvits.train.dataset import Batch, Deck, Item, ahead, deal
from ffvits.train.history import Curves, History
from ffvits.train.interrupts import Interrupts
from ffvits.train.learner import Learner
from ffvits.train.listen import Listener, exam, faults
from ffvits.train.state import Progress
from ffvits.train.troubles import Troubles
from ffvits.train.verdict import CRITERIA, Verdict, assess

if TYPE_CHECKING:
    from ffvits.evaluate.takes import Take
    from ffvits.speak.folder import VoiceInfo
    from ffvits.text import FrontEnd
    from ffvits.vits import Vits

PATIENCE = 3  # steps in a row without a usable gradient before it is back to the last checkpoint
RETURNS = 2  # times that training goes back before it gives up
# What the console tells of a look, by names that are short enough for a table of 80 columns.
SHOWN = {
    "spoken": "mel",
    "copied": "copy",
    "kl": "kl",
    "duration": "time",
    "similarity": "alike",
    "cer": "cer",
    "nativeness": "native",
    "quality": "clean",
    "faults": "faults",
}
# Where TensorBoard shows what `ffvits evaluate` measures too, by the same names.
PLACES = {
    "cer": "clear/cer",
    "nativeness": "native/nativeness",
    "similarity": "alike/similarity",
    "quality": "clean/quality",
}


class Loop:
    """One stretch of training, from a start or a checkpoint to its end.

    `held_out` items are looked at every `plan.check_every` steps, `reader` reads the sentences that the voice is heard
    by, and `seconds` of speech are trained on. Checkpoints carry `identity`, without which they are not taken up, and
    the description of the `voice` that they are.
    """

    def __init__(
        self,
        run: Run,
        learner: Learner,
        deck: Deck,
        held_out: list[Item],
        recipe: Recipe,
        identity: str,
        voice: VoiceInfo,
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
        self.voice = voice
        self.reader = reader
        self.seconds = seconds
        self.history = History(run.checkpoints / "history.jsonl")
        self.listener = Listener(recipe, learner.audio.sampling_rate)
        # Whoever chooses by what is heard wants more than a few sentences, and the same ones in every training.
        self.sentences = exam() if self.plan.best_by == "measures" else recipe.speak.sentences
        self.troubles = Troubles()
        self.verdict = Verdict("unknown", "")
        self.waited = self.worked = 0.0
        self.looked_at = digest([(item.name, item.ids, item.samples.name) for item in held_out])

    def go(self, progress: Progress) -> Progress:
        """Trains until the plan is fulfilled; every way out but a crash leaves a checkpoint of the last step.

        Raises Stopped where a person stops it.
        """
        progress = self._resumed(progress)
        if self._done(progress):
            console.info(f"already trained: {counted(progress.step, 'step')}{self._limit(progress)}")
            return progress
        if self.ranks.first:
            if self.plan.best_by == "measures":
                self.listener.gather()  # a judge that is missing is missed now, not after an hour
            self.run.checkpoints.mkdir(parents=True, exist_ok=True)
            self.history.cut(progress.step or -1)  # the look before the first step is taken again
        learner = self.learner
        batches = ahead(deal(self.deck, progress.epoch, progress.index, learner.audio.hop_length, self.ranks))
        total = None if self.plan.until == "minutes" else self.plan.steps
        with (
            self._curves(progress) as curves,
            console.progress("Training", total=total, unit="steps") as bar,
            Interrupts() as interrupts,
        ):
            bar.advance(progress.step)
            self._take_turns(progress)
            if progress.step == 0:
                progress, _ = self._check(progress, curves)
                self._save(progress)  # so that there is always a place to go back to
            while not self._done(progress):
                began = time.monotonic()
                batch, position = next(batches)
                came = time.monotonic()
                progress = self._step(batch, position, progress, curves)
                self.waited += came - began
                self.worked += time.monotonic() - came
                bar.advance()
                if progress.step % self.plan.check_every == 0 or self._done(progress):
                    progress, usable = self._check(progress, curves)
                    if usable:
                        self._save(progress)
                    else:
                        self._go_back(progress)
                if self.ranks.agree(interrupts.wanted):
                    self._save(progress)
                    raise Stopped(progress.step, self.run.folder)
        return progress

    def _curves(self, progress: Progress) -> AbstractContextManager[Curves | None]:
        return Curves(self.run.tensorboard, progress.step + 1) if self.ranks.first else nullcontext()

    def _resumed(self, progress: Progress) -> Progress:
        """What was found so far counts, unless other clips are held out now: their distances are no match for it."""
        if progress.held_out not in ("", self.looked_at):
            progress = progress.with_(best=math.inf, held_out_since=progress.step)
        progress = progress.with_(held_out=self.looked_at)
        if progress.step and self.ranks.first:
            self.history.cut(progress.step)
            self.verdict = self._assess(progress)
        self.verdict = self.ranks.agree(self.verdict)
        return progress

    def _limit(self, progress: Progress) -> str:
        """Why a training is over that has steps left."""
        if progress.step >= self.plan.steps and self.plan.until != "minutes":
            return " (--steps with a higher number goes on)"
        if self._out_of_time(progress):
            return f"; the {self.plan.minutes:g} minutes of train.minutes are over (--minutes 0: no limit)"
        return f"; {self.verdict.text}"

    def close(self, progress: Progress) -> str:
        """Shows the table of all looks and says in a sentence what training came to."""
        checks = [entry for entry in self.history.read() if entry["kind"] == "check"]
        names = [name for name in SHOWN if any(name in entry for entry in checks)]
        rows = [
            [entry["step"], *(f"{entry[name]:.3f}" if name in entry else "–" for name in names)]
            for entry in checks[-20:]
        ]
        if names:
            console.table("On held-out clips", ("step", *(SHOWN[name] for name in names)), rows)
        if self.worked:
            console.info(f"waiting for data: {self.waiting:.1%} of the time")
        if self.troubles.skipped:
            suspects = ", ".join(self.troubles.suspects())
            console.warn(f"skipped: {counted(self.troubles.skipped, 'step')}; look at: {suspects}")
        found = self._assess(progress)
        took = f"trained {counted(progress.step, 'step')} in {progress.seconds / 60:.1f} min"
        text = "; ".join(filter(None, (took, found.text, self._advice(found, progress))))
        console.info(text)
        return text

    def _advice(self, found: Verdict, progress: Progress) -> str:
        """What is to be done on a verdict, in flags of the command line; empty where there is nothing."""
        if found.kind == "diverged":
            gentler = f"--set train.learning_rate={self._gentler:g}"
            return f"to begin anew more gently, move {self.run.checkpoints} away and give {gentler}"
        every = self.plan.listen_every if self.plan.best_by == "measures" else self.plan.check_every
        more = found.more or (found.looks and found.looks * every - progress.step % every)
        if not more:
            return ""
        goal = progress.step + more
        if self.plan.until == "minutes":
            return f"to go on: --minutes {math.ceil(progress.seconds / 60 * goal / max(progress.step, 1))}"
        return f"to go on: --steps {goal}" + (" --minutes 0" if self.plan.minutes else "")

    @property
    def _gentler(self) -> float:
        """The learning rate to try where this one is too high."""
        return self.plan.learning_rate / 2

    @property
    def waiting(self) -> float:
        """The share of the time in which the model had no data to work on."""
        return self.waited / max(self.waited + self.worked, 1e-9)

    def _out_of_time(self, progress: Progress) -> bool:
        return bool(self.plan.minutes) and progress.seconds >= self.plan.minutes * 60

    def _done(self, progress: Progress) -> bool:
        out_of_time = self._out_of_time(progress)
        if self.plan.until == "minutes":
            return out_of_time
        # A curve is also flat where every step is skipped, and starts afresh where the adversary joins or parts change.
        last_stage = progress.step >= self.learner.settled or self.verdict.kind == "diverged"
        stops = self.plan.until == "converged" and self.verdict.done and last_stage
        learned = stops and not self.troubles.in_a_row
        return out_of_time or learned or progress.step >= self.plan.steps

    def _step(self, batch: Batch, position: tuple[int, int], progress: Progress, curves: Curves | None) -> Progress:
        began, worked = time.monotonic(), time.process_time()
        losses = self.learner.step(batch, progress.step + 1)
        epoch, index = position
        progress = progress.with_(
            step=progress.step + 1,
            samples=progress.samples + len(batch.whole.names),
            epoch=epoch,
            index=index,
            seconds=progress.seconds + time.monotonic() - began,
            processor=progress.processor + time.process_time() - worked,
        )
        progress = self.ranks.agree(progress)  # clocks differ, and all must stop at the same step
        self._take_turns(progress)
        if losses.finite:
            self.troubles.fine(batch.whole.names)
            if self.ranks.first:
                values = {**losses.values, "waiting": self.waiting}
                curves.add({f"train/{name}": value for name, value in values.items()}, progress.step)
                if progress.step % 10 == 0 or progress.step == 1:
                    self.history.add("train", progress.step, values)
        else:
            self._astray(batch, progress)
        return progress

    def _take_turns(self, progress: Progress) -> None:
        """Once, and for good: a resumed training with more steps before it does not turn back."""
        if self.learner.turned is None and self.plan.turns(progress.step, progress.seconds):
            self.learner.turned = progress.step
            console.info(
                f"step {progress.step}: the sound is learnt; now how it says a text: "
                "best step and verdict count from here"
            )

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
                cure="listen to these clips and reject them in clips.jsonl; "
                f"or let it learn more gently: --set train.learning_rate={self._gentler:g}",
            )
        found, saved = state.load(good)
        calm = self.learner.calm / 2
        self.learner.restore(saved)
        self.learner.calm = calm
        self.troubles.returned()
        console.warn(f"back to the weights of step {found.step}, at {calm:g} of the rate; suspect clips: {suspects}")

    def _check(self, progress: Progress, curves: Curves | None) -> tuple[Progress, bool]:
        """Looks at the held-out clips and remembers the best; False if the weights speak no more."""
        usable = True
        if self.ranks.first:
            before, progress = progress, self._look(progress, curves)
            usable = self.learner.sound() and self.verdict.kind != "broken"
            if not usable:
                progress = before
                self.history.cut(progress.step - 1)
        progress, self.verdict, usable = self.ranks.agree((progress, self.verdict, usable))
        return progress, usable

    def _look(self, progress: Progress, curves: Curves) -> Progress:
        found = {**self._held_against(progress.step), **self._heard(progress, curves)}
        values = {name: value for name, value in found.items() if value is not None}
        if self.plan.best_by == "measures" and "cer" in values:
            values["faults"] = faults(values)
        curves.add({PLACES.get(name, f"check/{name}"): value for name, value in values.items()}, progress.step)
        if values:
            self.history.add("check", progress.step, values)
            shown = "  ".join(
                f"{console.told(short)} {values[name]:.3f}" for name, short in SHOWN.items() if name in values
            )
            console.info(f"step {progress.step}: {shown}")
        progress = self._with_best(progress, values)
        self.verdict = self._assess(progress)
        return progress

    def _held_against(self, step: int) -> dict[str, float | None]:
        """How near the voice comes to the held-out recordings."""
        if not self.held_out:
            return {}
        found = self.learner.check(self.held_out, step)
        values = {name: value for name, value in vars(found).items() if name != "sounds"}
        return {**values, "similarity": self.listener.similarity(found.sounds)}

    def _heard(self, progress: Progress, curves: Curves) -> dict[str, float | None]:
        """What the judges hear in the sentences that the voice says; without their turn, one is for people's ears."""
        every, step = self.plan.listen_every, progress.step
        listens = every > 0 and (step % every == 0 or self._done(progress))
        model = self.learner.averaged()
        spoken = [self._sample(model, sentence) for sentence in (self.sentences if listens else self.sentences[:1])]
        if spoken:
            curves.add_sound("sample", spoken[0].sound.samples, step, self.learner.audio.sampling_rate)
        if not (listens and spoken and all(np.isfinite(take.sound.samples).all() for take in spoken)):
            return {}
        return {
            "cer": self.listener.errors(spoken),
            "nativeness": self.listener.nativeness(spoken),
            "quality": self.listener.quality(spoken),
        }

    def _with_best(self, progress: Progress, values: dict[str, float]) -> Progress:
        """Remembers this look if it is the best so far by what the recipe goes by; until there is one, the last."""
        if progress.step == 0:
            return progress
        by = self.plan.best_by
        # An adversary costs mel, and is worth it; so is a turn.
        joined = progress.best_step <= self.learner.settled < progress.step
        if joined or progress.best_by != by:
            progress = progress.with_(best=math.inf, best_by=by)
        value = values.get(CRITERIA[by].key)
        if value is None and progress.best == math.inf:
            return progress.with_(best_step=progress.step)
        if value is not None and value < progress.best:
            return progress.with_(best=value, best_step=progress.step)
        return progress

    def _assess(self, progress: Progress) -> Verdict:
        """What the held-out curve says, since all parts have their full say and it is drawn by these clips."""
        checks = [entry for entry in self.history.read() if entry["kind"] == "check"]
        since = max(self.learner.settled if self.learner.settled < progress.step else 0, progress.held_out_since)
        if since:
            checks = [entry for entry in checks if entry["step"] > since]
        return assess(checks, seconds=self.seconds, by=self.plan.best_by)

    def _sample(self, model: Vits, sentence: str) -> Take:
        """A sentence in the first speaker's voice, always with the same noise."""
        from ffvits.audio.sound import Sound
        from ffvits.evaluate.syllables import intended, spans
        from ffvits.evaluate.takes import Take

        encoded = self.reader.encode(sentence)
        ids = encoded.ids
        device = self.learner.device
        speech = model.infer(
            torch.tensor([ids], device=device),
            torch.tensor([len(ids)], device=device),
            torch.tensor([0], device=device),
            noise_scale=self.recipe.speak.noise,
            noise_scale_w=self.recipe.speak.noise_w,
            generator=torch.Generator().manual_seed(self.recipe.seed),
        )
        format = self.learner.audio
        sound = Sound(speech.audio[0, 0].float().cpu().numpy(), format.sampling_rate)
        frame = format.hop_length / format.sampling_rate
        names = intended(sentence)
        if len(names) != len(encoded.syllables):
            names = tuple(syllable.pinyin for syllable in encoded.syllables)
        blanks = len(ids) > len(encoded.symbols)
        found = spans(encoded, speech.durations[0].tolist(), blanks, frame, names)
        return Take(sentence, "sample", sentence, sound, tuple(found), 1 / frame)

    def _save(self, progress: Progress) -> None:
        if self.ranks.first:
            kept = {**self.learner.state(), "recipe": digest(self.recipe.to_mapping()), "voice": asdict(self.voice)}
            state.save(self.run.checkpoints, progress, self.identity, kept, self.recipe.train.keep)
        self.ranks.agree(None)  # whoever goes back to a checkpoint must find it
