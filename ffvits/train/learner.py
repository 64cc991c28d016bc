"""One optimizer step, and one look at held-out clips: all the mathematics of training stands here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ffvits.audio.spectrogram import AudioFormat, linear_spectrogram, mel_spectrogram, spec_to_mel
from ffvits.train.dataset import Batch, Item, collate
from ffvits.train.guide import pull
from ffvits.train.plan import Plan
from ffvits.vits import (
    MultiPeriodDiscriminator,
    Vits,
    discriminator_loss,
    duration_loss,
    feature_loss,
    generator_loss,
    kl_loss,
    slice_segments,
)

MEL_WEIGHT = 45.0  # c_mel and c_kl of the published configs
KL_WEIGHT = 1.0


@dataclass(frozen=True)
class Losses:
    """One step's losses as plain numbers, by their names in TensorBoard; `finite` is False if the step was skipped."""

    values: Mapping[str, float]
    finite: bool


@dataclass(frozen=True)
class Check:
    """What the model does on clips it never trained on, each a mean over clips.

    `spoken` is the mel distance of the clip spoken from its text with the clip's own timing: the way the voice will
    be used. `copied` is that of the clip passed through posterior and decoder; `kl` and `duration` are the losses.
    """

    spoken: float
    copied: float
    kl: float
    duration: float


class Learner:
    """A model, its judge, their optimizers and the running mean of the weights."""

    def __init__(
        self,
        model: Vits,
        audio: AudioFormat,
        plan: Plan,
        new: Iterable[str] = (),
        judge: MultiPeriodDiscriminator | None = None,
    ) -> None:
        self.device = torch.device(plan.device)
        self.model = model.to(self.device).train()
        self.audio = audio
        self.plan = plan
        self.judge = judge.to(self.device).train() if judge is not None else None
        self.average = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.optimizer = torch.optim.AdamW(
            self._groups(set(new)), lr=plan.learning_rate, betas=(0.8, 0.99), eps=1e-9, weight_decay=0.01
        )
        self.judge_optimizer = (
            torch.optim.AdamW(
                [{"params": list(self.judge.parameters()), "factor": 1.0}],
                lr=plan.learning_rate,
                betas=(0.8, 0.99),
                eps=1e-9,
                weight_decay=0.01,
            )
            if self.judge is not None
            else None
        )
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=plan.precision == "fp16")

    def _groups(self, new: set[str]) -> list[dict]:
        """A group of parameters for each part, and one for its layers that the base did not have: they learn faster.

        Frozen parts have their groups too, so that a run can be resumed with other parts frozen.
        """
        groups: dict[tuple[str, bool], list[nn.Parameter]] = {}
        for name, parameter in self.model.named_parameters():
            part = name.partition(".")[0]
            parameter.requires_grad_(self._factor(part, name in new) > 0)
            groups.setdefault((part, name in new), []).append(parameter)
        return [
            {"params": parameters, "factor": self._factor(part, is_new)}
            for (part, is_new), parameters in sorted(groups.items(), key=lambda item: item[0])
        ]

    def _factor(self, part: str, is_new: bool) -> float:
        """What the learning rate is multiplied with; emb_g is no part of the recipe's, it always learns."""
        factor = self.plan.rates.get(part, 1.0)
        return self.plan.new_layers if is_new and factor else factor

    def autocast(self) -> AbstractContextManager:
        """Reduced precision for the convolutions; spectrograms, logs and losses stay in float32."""
        types = {"bf16": torch.bfloat16, "fp16": torch.float16}
        return torch.autocast(
            self.device.type, types.get(self.plan.precision, torch.bfloat16), enabled=self.plan.precision in types
        )

    def step(self, batch: Batch, step: int) -> Losses:
        """Learns from one batch; `step` counts from 1 and sets the rates.

        A step whose losses are not finite changes nothing and says so.
        """
        self._set_rates(step)
        batch = batch.to(self.device)
        spec = linear_spectrogram(batch.wav[:, 0], self.audio)
        size = self.model.config.segment_frames
        with self.autocast():
            out = self.model(batch.x, batch.x_lengths, spec, batch.frames, batch.speakers, guide=self._guide(batch))
        real = slice_segments(batch.wav, out.starts * self.audio.hop_length, size * self.audio.hop_length)
        losses: dict[str, Tensor] = {}
        if self.judge is not None:
            losses["judge"] = self._judge_step(real, out.audio)
        losses["mel"] = self._mel_distance(real, out.audio, out.segment_mask)
        losses["kl"] = kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.y_mask)
        losses["duration"] = duration_loss(out.duration_loss)
        total = MEL_WEIGHT * losses["mel"] + KL_WEIGHT * losses["kl"] + losses["duration"]
        if self.judge is not None:
            losses |= self._judgement(real, out.audio)
            total = total + self._adversary_share(step) * (losses["adversary"] + losses["features"])
        self.optimizer.zero_grad(set_to_none=True)
        values = {name: float(value.detach()) for name, value in losses.items()}
        if not all(math.isfinite(value) for value in values.values()):
            return Losses(values, finite=False)
        self.scaler.scale(total).backward()
        self.scaler.unscale_(self.optimizer)
        norm = float(nn.utils.clip_grad_norm_(self._trained(), self.plan.max_norm))
        values["gradient"] = norm
        if not math.isfinite(norm):
            self.optimizer.zero_grad(set_to_none=True)
            self.scaler.update()
            return Losses(values, finite=False)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self._follow(step)
        return Losses(values, finite=True)

    def _guide(self, batch: Batch) -> Tensor | None:
        """What is known beforehand about the alignment, as an addition to its scores."""
        if batch.positions is None or not self.plan.guide:
            return None
        return pull(batch.positions, batch.x.shape[1], self.plan.guide)

    def _trained(self) -> list[nn.Parameter]:
        return [p for group in self.optimizer.param_groups for p in group["params"] if p.requires_grad]

    def _mel_distance(self, real: Tensor, made: Tensor, mask: Tensor) -> Tensor:
        """Mean L1 distance of log mels where there is speech; [B, 1, T] both, mask [B, 1, frames]."""
        difference = mel_spectrogram(real[:, 0], self.audio) - mel_spectrogram(made[:, 0].float(), self.audio)
        return (difference.abs() * mask).sum() / (mask.sum() * self.audio.n_mel_channels)

    def _judge_step(self, real: Tensor, made: Tensor) -> Tensor:
        with self.autocast():
            heard_real, heard_made = self.judge(real), self.judge(made.detach().float())
        loss = discriminator_loss(heard_real.logits, heard_made.logits)
        self.judge_optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()
        self.scaler.step(self.judge_optimizer)
        return loss

    def _judgement(self, real: Tensor, made: Tensor) -> dict[str, Tensor]:
        # The judge only listens here: no gradient for its weights, and no graph behind the real features.
        self.judge.requires_grad_(False)
        with self.autocast():
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
        return min(1.0, max(0.0, step / self.plan.judge_warmup - 1)) if self.plan.judge_warmup else 1.0

    def _set_rates(self, step: int) -> None:
        rate = self.plan.rate(step)
        for optimizer in (self.optimizer, self.judge_optimizer):
            for group in optimizer.param_groups if optimizer is not None else ():
                group["lr"] = rate * group["factor"]

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        """Moves the running mean; early on it follows closely, or it would stay the base for hundreds of steps."""
        decay = min(self.plan.ema, (1 + step) / (10 + step)) if self.plan.ema else 0.0
        for name, value in self.model.state_dict().items():
            self.average[name].lerp_(value, 1 - decay)

    @torch.no_grad()
    def check(self, items: Sequence[Item]) -> Check:
        """Measures the running mean of the weights on held-out items, one at a time, always the same way."""
        model = self.averaged()
        hop = self.audio.hop_length
        sums = torch.zeros(4)
        for item in items:
            batch = collate([item], hop).to(self.device)
            spec = linear_spectrogram(batch.wav[:, 0], self.audio)
            generator = torch.Generator().manual_seed(0)
            guide = self._guide(batch)
            out = model(batch.x, batch.x_lengths, spec, batch.frames, batch.speakers, guide=guide, generator=generator)
            g = model.speaker(batch.speakers)
            real = spec_to_mel(spec, self.audio)
            copied = mel_spectrogram(model.dec(out.z, g)[:, 0], self.audio)
            z = model.flow(out.m_p, out.y_mask, g, reverse=True)
            spoken = mel_spectrogram(model.dec(z, g)[:, 0], self.audio)
            sums += torch.tensor(
                [
                    float((spoken - real).abs().mean()),
                    float((copied - real).abs().mean()),
                    float(kl_loss(out.z_p, out.logs_q, out.m_p, out.logs_p, out.y_mask)),
                    float(duration_loss(out.duration_loss)),
                ]
            )
        return Check(*(sums / len(items)).tolist())

    def averaged(self) -> Vits:
        """A model with the running mean of the weights, ready to speak."""
        with torch.device("meta"):
            model = Vits(self.model.config)
        model.load_state_dict(self.average, assign=True)
        return model.eval()

    def state(self) -> dict:
        """Everything that a resumed run needs to go on as if it had never stopped."""
        return {
            "model": self.model.state_dict(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "judge": self.judge.state_dict() if self.judge is not None else None,
            "judge_optimizer": self.judge_optimizer.state_dict() if self.judge_optimizer is not None else None,
            "scaler": self.scaler.state_dict(),
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
        }

    def restore(self, state: Mapping) -> None:
        """Takes up a state; a judge or a scaler that the checkpoint lacks starts fresh."""
        self.model.load_state_dict(state["model"])
        self.average = {name: value.to(self.device) for name, value in state["average"].items()}
        factors = [group["factor"] for group in self.optimizer.param_groups]
        self.optimizer.load_state_dict(state["optimizer"])
        for group, factor in zip(self.optimizer.param_groups, factors, strict=True):
            group["factor"] = factor  # this run's plan counts, not the one that was stopped
        if self.judge is not None and state["judge"] is not None:
            self.judge.load_state_dict(state["judge"])
            self.judge_optimizer.load_state_dict(state["judge_optimizer"])
        if state["scaler"]:
            self.scaler.load_state_dict(state["scaler"])
        torch.set_rng_state(state["random"].cpu())
        if self.device.type == "cuda" and len(state["random_cuda"]) == torch.cuda.device_count():
            torch.cuda.set_rng_state_all([value.cpu() for value in state["random_cuda"]])
