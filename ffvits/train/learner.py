"""One step of training: what the model makes of a batch, how far that is from it, and the weights that follow."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from ffvits import console
from ffvits.audio.spectrogram import AudioFormat, mel_spectrogram
from ffvits.base.skeleton import filled
from ffvits.device import out_of_memory
from ffvits.errors import TrainError
from ffvits.language import counted
from ffvits.train.check import Check, look
from ffvits.train.dataset import Batch, Item
from ffvits.train.excerpt import excerpt
from ffvits.train.guide import pull
from ffvits.train.melody import cut, heard, known, melody_loss
from ffvits.train.optimizer import adam, groups_of, take_up
from ffvits.train.plan import Plan
from ffvits.train.ranks import ALONE, Ranks
from ffvits.vits import (
    Discriminators,
    TrainingOutput,
    Vits,
    discriminator_loss,
    duration_loss,
    feature_loss,
    generator_loss,
    kind_of,
    kl_loss,
    settled_weights,
    slice_segments,
    spectral_loss,
)

MEL_WEIGHT = 45.0  # c_mel and c_kl of the published configs
KL_WEIGHT = 1.0
SPECTRUM_WEIGHT = 10.0  # of a harmonic decoder, which has no judge to tell it what a mel spectrogram does not
REMEMBERED = 50  # gradients by which the next one is judged
EXPLODING = 100.0  # times the median of those, a gradient is taken for an accident and left out


@dataclass(frozen=True)
class Losses:
    """One step's losses as plain numbers, by their names in TensorBoard; `finite` is False if the step was skipped."""

    values: Mapping[str, float]
    finite: bool


@dataclass(frozen=True)
class _Spoken:
    """What the model `heard`, segments of the recordings [B, 1, T], and what it made of them."""

    heard: Batch
    real: Tensor
    out: TrainingOutput


@dataclass(frozen=True)
class _Side:
    """One of the two that learn: `listen` gives the loss of a share of the batch, and its parts under `losses`."""

    name: str
    optimizer: torch.optim.Optimizer
    listen: Callable[[Batch, int], tuple[Tensor, dict[str, Tensor]]]
    losses: tuple[str, ...]


def _seed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


class Learner:
    """A model, its judge, their optimizers and the running mean of the weights."""

    def __init__(
        self,
        model: Vits,
        audio: AudioFormat,
        plan: Plan,
        new: Iterable[str] = (),
        judge: Discriminators | None = None,
        *,
        seed: int = 0,
        octaves: Sequence[float] = (),
        ranks: Ranks = ALONE,
    ) -> None:
        """`octaves`: see `ffvits.train.melody.heard`."""
        self.device = torch.device(plan.device)
        self.seed = seed
        self.octaves = octaves
        self.ranks = ranks
        self.parts = 1  # how many shares a batch is learned in
        self.calm = 1.0  # what every rate is multiplied with: less than 1 after training went astray
        self._spoken: _Spoken | None = None
        self._seen: dict[str, Tensor] | None = None
        self._norms: dict[str, list[float]] = {"judge": [], "model": []}
        self.model = model.to(self.device).train()
        self.segment_frames = plan.segments * model.config.segment_frames
        self.audio = audio
        self.plan = plan
        self.judge = judge.to(self.device).train() if judge is not None else None
        self._judge_since: int | None = None  # the step before the first one in which it took part
        self.turned: int | None = None  # the step after which the parts took turns (`Plan.then`)
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self._averaged: Vits | None = None
        self.optimizer = adam(groups_of(self.model, set(new), plan.new_layers), plan.learning_rate, self.device)
        self.judge_optimizer = None
        losses = ("mel", "kl", "duration", *(("spectrum", "pitch") if model.config.sings else ()))
        losses += ("said",) if plan.says else ()
        self._alone = _Side("model", self.optimizer, self._model_losses, losses)
        self._sides: list[_Side] = [self._alone]
        if self.judge is not None:
            self.judge_optimizer = adam([{"params": list(self.judge.parameters())}], plan.learning_rate, self.device)
            self._sides = [
                _Side("judge", self.judge_optimizer, self._judge_losses, ("judge",)),
                _Side("model", self.optimizer, self._model_losses, (*losses, "adversary", "features")),
            ]
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=plan.precision == "fp16")
        self._set_rates(1)

    def autocast(self) -> AbstractContextManager:
        """Reduced precision for the convolutions; spectrograms, logs and losses stay in float32."""
        kind = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(self.plan.precision)
        return torch.autocast(self.device.type, kind) if kind else nullcontext()

    def step(self, batch: Batch, step: int) -> Losses:
        """Learns from one batch; `step` counts from 1, sets the rates and decides every random draw.

        A side (judge, then model) whose losses or gradient are not finite changes nothing, nor does the one after it.
        Raises TrainError if not even one clip fits into memory.
        """
        self._set_rates(step)
        self._spoken = None
        batch = batch.to(self.device)
        values: dict[str, float] = {}
        finite = True
        for side in self._taking_part(step):
            if finite:
                found, finite = self._descend(side, batch, step)
                values |= found
        self.scaler.update()
        if finite:
            self._follow(step)
        return Losses(values, finite)

    def _taking_part(self, step: int) -> list[_Side]:
        """Who learns in a step: the model alone until the judge joins, and unjudged until that has listened a while."""
        if self.judge is None or step <= self.plan.adversary_begins:
            return [self._alone]
        if self._judge_since is None:
            self._judge_since = step - 1
        judge, judged = self._sides
        return [judge, judged if self._adversary_share(step) else self._alone]

    def _descend(self, side: _Side, batch: Batch, step: int) -> tuple[dict[str, float], bool]:
        """One optimizer's part of the step: its losses, the length of its gradient, and whether it moved."""
        sums = self._gather(side, batch, step)
        trained = [p for group in side.optimizer.param_groups for p in group["params"] if p.requires_grad]
        for parameter in trained:
            if parameter.grad is None and self.ranks.size > 1:
                parameter.grad = torch.zeros_like(parameter)  # a process without rows still takes part
        losses = torch.stack([sums[name] for name in side.losses])
        self.ranks.add_up([losses, *(p.grad for p in trained if p.grad is not None)])
        self.scaler.unscale_(side.optimizer)
        norm = float(nn.utils.clip_grad_norm_(trained, self.plan.max_norm))
        values = dict(zip(side.losses, losses.tolist(), strict=True))
        # A scaler leaves the step out itself where its scale was too high.
        sane = self._usual(side.name, norm) or (self.scaler.is_enabled() and not math.isfinite(norm))
        finite = sane and all(map(math.isfinite, values.values()))
        if finite:
            self.scaler.step(side.optimizer)
        side.optimizer.zero_grad(set_to_none=True)
        return {**values, f"{side.name}_gradient": norm}, finite

    def _usual(self, name: str, norm: float) -> bool:
        """False for a gradient that is no number, or that explodes beside the last ones."""
        last = self._norms[name]
        usual = math.isfinite(norm) and (len(last) < REMEMBERED or norm < EXPLODING * statistics.median(last))
        if usual:
            last.append(norm)
            del last[:-REMEMBERED]
        return usual

    def _gather(self, side: _Side, batch: Batch, step: int) -> dict[str, Tensor]:
        """Adds up gradients and losses over the shares of a batch; they get smaller where memory runs out."""
        while True:
            side.optimizer.zero_grad(set_to_none=True)
            sums = dict.fromkeys(side.losses, torch.zeros((), device=self.device))
            try:
                for share in batch.shares(self.parts):
                    total, losses = side.listen(share, step)
                    self.scaler.scale(total).backward()
                    sums = {name: sums[name] + losses[name].detach() for name in sums}
                return sums
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
            # Outside of the handler, whose traceback still holds the tensors that did not fit.
            self._make_room(batch)

    def _make_room(self, batch: Batch) -> None:
        self._spoken = None
        if self.parts >= len(batch.names):
            raise TrainError(
                f"memory does not even hold a step on one clip ({', '.join(batch.names[:3])} …)",
                cure="label again with a lower label.segment.max_seconds, close other programs, or --device cpu",
            )
        self.parts *= 2
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        size = math.ceil(len(batch.names) / self.parts)
        console.warn(
            f"out of memory: {counted(size, 'clip')} at a time now, {self.parts} times a step; the batch stays the same"
        )

    def _speak(self, share: Batch, step: int) -> _Spoken:
        """The model's pass over a share. The same share of the same step always draws the same noise."""
        if self._spoken is not None:
            return self._spoken
        torch.manual_seed(_seed(self.seed, step, share.first))
        size, hop = self.segment_frames, self.audio.hop_length
        guide, part = pull(share, self.plan.guide_at(step)), None
        if guide is not None and self.plan.around:
            share, part = excerpt(share, size, self.plan.around, hop)
            guide = None
        spec = heard(share, self.audio, self.octaves)
        melody = known(share)
        with self.autocast():
            out = self.model(
                share.x,
                share.x_lengths,
                spec,
                share.frames,
                share.speakers,
                guide=guide,
                excerpt=part,
                melody=melody,
                segment_frames=size,
                say=self.plan.says,
            )
        spoken = _Spoken(share, slice_segments(share.wav, out.starts * hop, size * hop), out)
        if self.parts == 1:
            self._spoken = spoken  # a batch that fits at once is spoken once, for judge and model both
        return spoken

    def _judge_losses(self, share: Batch, step: int) -> tuple[Tensor, dict[str, Tensor]]:
        with torch.set_grad_enabled(self.parts == 1):
            spoken = self._speak(share, step)
        with torch.enable_grad(), self.autocast():
            # Heard in one pass: the judge's many weights are fetched and laid out once.
            heard = self.judge(torch.cat([spoken.real, spoken.out.audio.detach().float()]))
        real, made = zip(*(logits.chunk(2) for logits in heard.logits), strict=True)
        loss = discriminator_loss(real, made) * (len(share.names) / len(share.whole.names))
        return loss, {"judge": loss}

    def _model_losses(self, share: Batch, step: int) -> tuple[Tensor, dict[str, Tensor]]:
        spoken = self._speak(share, step)
        out, share = spoken.out, spoken.heard
        whole = share.whole
        size = self.segment_frames
        # What a mean over the share counts for in the mean over the whole batch.
        stretch = sum(min(frames, size) for frames in whole.frames)
        decoded = out.segment_mask.sum() / stretch
        losses = {
            "mel": decoded * self._mel_distance(spoken.real, out.audio, out.segment_mask),
            "kl": out.y_mask.sum() / sum(whole.frames) * kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.y_mask),
            "duration": out.x_mask.sum() / whole.symbols * duration_loss(out.duration_loss),
        }
        total = MEL_WEIGHT * losses["mel"] + KL_WEIGHT * losses["kl"] + losses["duration"]
        clips = len(share.names) / len(whole.names)
        if out.melody is not None:
            losses["spectrum"] = clips * self._spectral_distance(spoken.real, out.audio, out.segment_mask)
            losses["pitch"] = melody_loss(out.melody, known(share), out.y_mask, sum(whole.frames))
            total = total + SPECTRUM_WEIGHT * losses["spectrum"] + losses["pitch"]
        if out.said is not None:
            losses["said"] = decoded * self._mel_distance(spoken.real, out.said.audio, out.segment_mask)
            far = clips * self._spectral_distance(spoken.real, out.said.audio, out.segment_mask)
            total = total + MEL_WEIGHT * losses["said"] + SPECTRUM_WEIGHT * far
            if out.said.melody is not None:
                real = cut(known(share), out.starts, size)
                total = total + melody_loss(out.said.melody, real, out.segment_mask, stretch)
        pressure = self._adversary_share(step)
        if pressure:
            judged = {name: clips * loss for name, loss in self._judgement(spoken.real, out.audio).items()}
            total = total + pressure * (judged["adversary"] + judged["features"])
            losses |= judged
        return total, losses

    def _mel_distance(self, real: Tensor, made: Tensor, mask: Tensor) -> Tensor:
        """Mean L1 distance of log mels where there is speech; [B, 1, T] both, mask [B, 1, frames]."""
        difference = mel_spectrogram(real[:, 0], self.audio) - mel_spectrogram(made[:, 0].float(), self.audio)
        return (difference.abs() * mask).sum() / (mask.sum() * self.audio.n_mel_channels)

    def _spectral_distance(self, real: Tensor, made: Tensor, mask: Tensor) -> Tensor:
        """`spectral_loss` of what is speech; [B, 1, T] both, mask [B, 1, frames]."""
        return spectral_loss(real[:, 0], (made * mask.repeat_interleave(self.audio.hop_length, dim=2))[:, 0])

    def _judgement(self, real: Tensor, made: Tensor) -> dict[str, Tensor]:
        # The judge only listens here: no gradient for its weights, and no graph behind the real features.
        self.judge.requires_grad_(False)
        with self.autocast(), settled_weights(self.judge):
            with torch.no_grad():
                heard_real = self.judge(real)
            heard_made = self.judge(made.float())
        self.judge.requires_grad_(True)
        return {
            "adversary": generator_loss(heard_made.logits),
            "features": feature_loss(heard_real.features, heard_made.features),
        }

    def _adversary_share(self, step: int) -> float:
        """A fresh judge knows nothing: it listens for a while before it may push the generator."""
        if self._judge_since is None or step <= self.plan.adversary_begins:
            return 0.0
        warmup = self.plan.judge_warmup
        return min(1.0, max(0.0, (step - self._judge_since) / warmup - 1)) if warmup else 1.0

    @property
    def settled(self) -> int:
        """The step after which all parts and losses have their say: what was measured until then is no match for it."""
        turn = self.plan.turn if self.turned is None else self.turned
        if self.judge is None:
            return turn
        since = self.plan.adversary_begins if self._judge_since is None else self._judge_since
        return max(turn, since + 2 * self.plan.judge_warmup)

    def _set_rates(self, step: int) -> None:
        """How fast each part learns at a step, and whether it does at all."""
        rate = self.calm * self.plan.rate(step)
        for group in self.optimizer.param_groups:
            # emb_g is no part of the recipe's, it always learns.
            factor = self.plan.factor(group["part"], self.turned is not None, group["new"])
            group["lr"] = rate * factor * group["haste"]
            for parameter in group["params"]:
                parameter.requires_grad_(factor > 0)
        if self.judge_optimizer is not None:
            for group in self.judge_optimizer.param_groups:
                group["lr"] = rate

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """Moves the running mean; early on it follows closely, or it would stay the base for hundreds of steps."""
        decay = min(self.plan.ema, (1 + step) / (10 + step)) if self.plan.ema else 0.0
        weights = self.model.state_dict()
        torch._foreach_lerp_([self.average[name] for name in weights], list(weights.values()), 1 - decay)

    def check(self, items: Sequence[Item], step: int = 0) -> Check:
        """How the running mean of the weights does on held-out items; the guide pulls as it does at `step`."""
        return look(self.averaged(), items, self.audio, self.plan.guide_at(step), self.octaves, self._change())

    def _change(self) -> float:
        """How far the running mean has gone since this was last asked."""
        before, self._seen = self._seen, _copied(self.average)
        if before is None:
            return 0.0
        way = sum(float((value - before[name]).square().sum()) for name, value in self._seen.items())
        return math.sqrt(way / sum(float(value.square().sum()) for value in before.values()))

    def sound(self) -> bool:
        """True while every weight is a number."""
        return all(bool(torch.isfinite(value).all()) for value in self.model.state_dict().values())

    def averaged(self) -> Vits:
        """A model around the running mean of the weights, which moves on beneath it, ready to speak."""
        if self._averaged is None:
            self._averaged = filled(self.model.config, self.average).eval()
        return self._averaged

    def state(self) -> dict:
        """Everything that a resumed run needs to go on as if it had never stopped; draws follow from seed and step."""
        return {
            "model": self.model.state_dict(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "judge": self.judge.state_dict() if self.judge is not None else None,
            "judge_optimizer": self.judge_optimizer.state_dict() if self.judge_optimizer is not None else None,
            "judge_since": self._judge_since,
            "turned": self.turned,
            "scaler": self.scaler.state_dict(),
            "norms": self._norms,
            "calm": self.calm,
        }

    def restore(self, state: Mapping) -> None:
        """Takes up a state; a scaler or such a judge that the checkpoint lacks starts fresh."""
        self.turned = state.get("turned")
        self.model.load_state_dict(state["model"])
        self.average = {name: value.to(self.device) for name, value in state["average"].items()}
        self._averaged = None
        self._seen = _copied(self.average)  # a state is kept after each look
        take_up(self.optimizer, state["optimizer"])
        self._judge_since = None
        if (
            self.judge is not None
            and state["judge"] is not None
            and kind_of(state["judge"]) == kind_of(self.judge.state_dict())
        ):
            self.judge.load_state_dict(state["judge"])
            take_up(self.judge_optimizer, state["judge_optimizer"])
            # A checkpoint that does not say has a judge that took part from the first step.
            self._judge_since = state.get("judge_since", 0)
        self._norms = {name: list(values) for name, values in state["norms"].items()}
        self.calm = state["calm"]
        if state["scaler"]:
            self.scaler.load_state_dict(state["scaler"])


def _copied(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in weights.items()}
