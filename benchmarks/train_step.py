"""Times one training step (judge and model, both optimizers) of the published size: the plain arrangement and ours.

    python benchmarks/train_step.py --baseline            # both, float32 and bf16, in turn; about 6 minutes
    python benchmarks/train_step.py --baseline --json     # {"bf16": {"baseline_s": ..., "step_s": ..., "speedup": ...}}

The plain arrangement is the published one: float32, the judge hears real and made audio one after the other with
gradients for all its parameters in both phases, the real features are made again with a graph, convolutions are 1-D in
the decoder and down columns in the judge, AdamW goes through its tensors one by one, there is no running mean. Seconds
are of processor time in one thread, so that a busy machine changes them little, and medians over the rounds. The losses
of both are compared in the first step and over `--steps` steps of a small batch. Each arrangement has a process of its
own, whose peak of memory is its own too (about 3 GB each, all at once).
"""

from __future__ import annotations

import argparse
import copy
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.audio.spectrogram import AudioFormat
from ffvits.train.dataset import Batch, Whole
from ffvits.train.learner import Learner
from ffvits.train.plan import Plan
from ffvits.vits import MultiPeriodDiscriminator, Vits, VitsConfig, discriminator_loss, feature_loss, generator_loss
from ffvits.vits.decoder import Decoder
from ffvits.vits.discriminator import Judgement

PARTS = {
    "_speak": "model forward",
    "_mel_distance": "mel",
    "_judge_losses": "judge forward",
    "_judgement": "judge forward for the model",
    "_model_losses": "other losses",
    "_gather": "backward",
    "_descend": "optimizers",
    "_follow": "running mean",
}


def _weight(layer: nn.Module) -> Tensor:
    return layer.normed_weight() if hasattr(layer, "weight_v") else layer.weight


def _conv1d(layer: nn.Module, x: Tensor) -> Tensor:
    settings = (layer.stride, layer.padding, layer.dilation, layer.groups)
    return F.conv1d(x, _weight(layer), layer.bias, *settings)


class PlainDecoder(Decoder):
    """The same weights in 1-D convolutions on [B, C, T]."""

    def forward(self, z: Tensor, g: Tensor | None = None) -> Tensor:
        x = _conv1d(self.conv_pre, z)
        count = len(self.resblocks) // len(self.ups)
        for number, up in enumerate(self.ups):
            x = F.conv_transpose1d(F.leaky_relu(x, 0.1), _weight(up), up.bias, up.stride, up.padding)
            x = sum(self._block(b, x) for b in self.resblocks[number * count : (number + 1) * count]) / count
        return torch.tanh(_conv1d(self.conv_post, F.leaky_relu(x, 0.01)))

    def _block(self, block: nn.Module, x: Tensor) -> Tensor:
        for dilated, plain in zip(block.convs1, block.convs2, strict=True):
            x = x + _conv1d(plain, F.leaky_relu(_conv1d(dilated, F.leaky_relu(x, 0.1)), 0.1))
        return x


class PlainJudges(MultiPeriodDiscriminator):
    """The same weights; periods are convolved down the columns of [B, C, T / period, period]."""

    def forward(self, audio: Tensor) -> Judgement:
        heard = [self._hear(judge, audio) for judge in self.discriminators]
        return Judgement(tuple(maps[-1].flatten(1) for maps in heard), tuple(heard))

    def _hear(self, judge: nn.Module, x: Tensor) -> tuple[Tensor, ...]:
        convolve = _conv1d
        if hasattr(judge, "period"):
            missing = -x.shape[-1] % judge.period
            x = F.pad(x, (0, missing), "reflect") if missing else x
            x = x.unflatten(-1, (-1, judge.period))
            convolve = _down_columns
        maps = []
        for layer in judge.convs:
            x = F.leaky_relu(convolve(layer, x), 0.1)
            maps.append(x)
        return (*maps, convolve(judge.conv_post, x))


def _down_columns(layer: nn.Module, x: Tensor) -> Tensor:
    return F.conv2d(x, _weight(layer), layer.bias, layer.stride, layer.padding)


class PlainLearner(Learner):
    """The published arrangement of the same mathematics."""

    def _adam(self, groups: list[dict]) -> torch.optim.AdamW:
        rate = self.plan.learning_rate
        return torch.optim.AdamW(groups, lr=rate, betas=(0.8, 0.99), eps=1e-9, weight_decay=0.01)

    def _judge_losses(self, share: Batch, step: int) -> tuple[Tensor, dict[str, Tensor]]:
        spoken = self._speak(share, step)
        real, made = self.judge(spoken.real), self.judge(spoken.out.audio.detach())
        loss = discriminator_loss(real.logits, made.logits)
        return loss, {"judge": loss}

    def _judgement(self, real: Tensor, made: Tensor) -> dict[str, Tensor]:
        of_real, of_made = self.judge(real), self.judge(made)
        return {
            "adversary": generator_loss(of_made.logits),
            "features": feature_loss(of_real.features, of_made.features),
        }

    def _follow(self, step: int) -> None:
        return


def arranged(kind: type[Learner], precision: str, segment_frames: int = 32) -> Learner:
    """A learner of the published size with random weights, the same for every arrangement."""
    torch.manual_seed(0)
    model = Vits(VitsConfig(n_vocab=78, segment_frames=segment_frames))
    judge = MultiPeriodDiscriminator()
    if kind is PlainLearner:
        decoder, judges = PlainDecoder(model.config), PlainJudges()
        decoder.load_state_dict(model.dec.state_dict())
        judges.load_state_dict(judge.state_dict())
        model.dec, judge = decoder, judges
    plan = Plan(
        steps=1000,
        minutes=0,
        batch_size=8,
        learning_rate=2e-4,
        device="cpu",
        precision=precision,
        check_every=1000,
        adversary=True,
        judge_warmup=0,
    )
    return kind(model, AudioFormat(), plan, judge=judge)


def made_batch(clips: int, frames: int, symbols: int) -> Batch:
    """Noise under tones, with random symbols: what a step costs does not hang on what is said."""
    draw = torch.Generator().manual_seed(1)
    time_axis = torch.arange(frames * 256) / 22050
    tones = torch.sin(2 * torch.pi * time_axis * torch.linspace(120, 300, clips)[:, None])
    names = tuple(f"clip {number}" for number in range(clips))
    return Batch(
        Whole(names, clips * symbols, (frames,) * clips),
        names,
        x=torch.randint(0, 78, (clips, symbols), generator=draw),
        x_lengths=torch.full((clips,), symbols),
        wav=(0.2 * tones + 0.05 * torch.randn(tones.shape, generator=draw)).unsqueeze(1),
        frames=torch.full((clips,), frames),
        speakers=torch.zeros(clips, dtype=torch.long),
    )


class Clock:
    """Seconds of processor time by part, each without the parts inside it."""

    def __init__(self, learner: Learner) -> None:
        self.seconds: Counter[str] = Counter()
        self._inner = [0.0]
        for method, part in PARTS.items():
            setattr(learner, method, self._timed(getattr(learner, method), part))
        for side in (*learner._sides, learner._alone):
            object.__setattr__(side, "listen", getattr(learner, f"_{side.name}_losses"))

    def _timed(self, method, part: str):
        def run(*arguments):
            name = f"{part} of the {arguments[0].name}" if part == "backward" else part
            with self.measured(name):
                return method(*arguments)

        return run

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        began = time.process_time()
        self._inner.append(0.0)
        yield
        took = time.process_time() - began
        self.seconds[name] += took - self._inner.pop()
        self._inner[-1] += took


class Arrangement:
    """An arrangement in a process of its own, which takes a step when told to; so its memory is its own too."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, __file__, "--one", name]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.taken: list[float] = []
        self.parts: list[dict[str, float]] = []
        self.losses: list[dict[str, float]] = []
        self.peak_memory_mb = 0

    def step(self) -> None:
        """Raises RuntimeError if the process has died; what it said is on standard error."""
        self._process.stdin.write("step\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"an arrangement died (exit code {self._process.wait()})")
        found = json.loads(line)
        self.taken.append(found["seconds"])
        self.parts.append(found["parts"])
        self.losses.append(found["losses"])
        self.peak_memory_mb = found["peak_memory_mb"]

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def compare(precisions: Sequence[str], rounds: int, with_baseline: bool) -> dict[str, object]:
    """Medians of a step and its parts, the arrangements in turn, without the first step, which finds all cold."""
    arrangements = {name: Arrangement(name) for name in (*precisions, *(("baseline",) if with_baseline else ()))}
    for _ in range(rounds + 1):
        for arrangement in arrangements.values():
            arrangement.step()
    found: dict[str, object] = {}
    for name, arrangement in arrangements.items():
        arrangement.close()
        parts = {
            part: round(statistics.median(taken[part] for taken in arrangement.parts[1:]), 3)
            for part in sorted(arrangement.parts[1], key=arrangement.parts[1].get, reverse=True)
        }
        step_s = statistics.median(arrangement.taken[1:])
        found[name] = {
            "step_s": round(step_s, 3),
            "parts_s": parts,
            "peak_memory_mb": arrangement.peak_memory_mb,
            "losses_of_first_step": arrangement.losses[0],
        }
        if with_baseline and name != "baseline":
            baseline_s = statistics.median(arrangements["baseline"].taken[1:])
            found[name] |= {"baseline_s": round(baseline_s, 3), "speedup": round(baseline_s / step_s, 3)}
            found[name]["losses_apart"] = _apart(arrangements["baseline"].losses[0], arrangement.losses[0])
    return found


def one(name: str) -> None:
    """What an `Arrangement` runs: a step for each line that comes in, and a line of JSON for each step."""
    import resource

    learner = arranged(PlainLearner, "float32") if name == "baseline" else arranged(Learner, name)
    clock, batch = Clock(learner), made_batch(8, 300, 75)
    for step, _ in enumerate(sys.stdin, 1):
        clock.seconds.clear()
        began = time.process_time()
        losses = learner.step(batch, step)
        seconds = time.process_time() - began
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = {
            "seconds": seconds,
            "parts": dict(clock.seconds),
            "losses": dict(losses.values),
            "peak_memory_mb": size // (1024**2 if sys.platform == "darwin" else 1024),
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def equality(steps: int) -> dict[str, object]:
    """How far the losses of float32 steps are apart (largest relative difference), on a small batch.

    `in_step`: both begin every step in the same state. `running_free`: each went its own way. Rounding grows on that
    way, since AdamW makes whole steps of gradients that are nearly zero: `rounding_alone` is how far the baseline goes
    from itself if its first weights are moved by a tenth of a millionth.
    """
    batch = made_batch(2, 64, 16)
    plain, followed = arranged(PlainLearner, "float32", 8), arranged(Learner, "float32", 8)
    in_step = 0.0
    for step in range(1, steps + 1):
        followed.restore(copy.deepcopy(plain.state()))
        values = plain.step(batch, step).values
        in_step = max(in_step, _apart(values, followed.step(batch, step).values))
    del plain, followed
    free = _last(arranged(Learner, "float32", 8), batch, steps)
    nudged = arranged(PlainLearner, "float32", 8)
    with torch.no_grad():
        for parameter in nudged.model.parameters():
            parameter.mul_(1 + 1e-7)
    alone = _last(nudged, batch, steps)
    return {
        "steps": steps,
        "in_step": in_step,
        "running_free": _apart(values, free),
        "rounding_alone": _apart(values, alone),
        "baseline": values,
        "ours": free,
    }


def _last(learner: Learner, batch: Batch, steps: int) -> Mapping[str, float]:
    """The losses of the last of some steps."""
    return [learner.step(batch, step).values for step in range(1, steps + 1)][-1]


def _apart(values: Mapping[str, float], others: Mapping[str, float]) -> float:
    return max(abs(others[name] / values[name] - 1) for name in values if not name.endswith("gradient"))


def peak_arithmetic() -> dict[str, float]:
    """What one thread can multiply at best, in GFLOP/s: no arrangement of the same sums is faster than this."""
    best = {}
    for name, kind in (("float32", torch.float32), ("bf16", torch.bfloat16)):
        matrix = torch.randn(2048, 2048).to(kind)
        taken = []
        for _ in range(6):
            began = time.process_time()
            torch.mm(matrix, matrix)
            taken.append(time.process_time() - began)
        best[name] = round(2 * 2048**3 / min(taken) / 1e9, 1)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("--baseline", action="store_true", help="time the plain arrangement too, and compare losses")
    parser.add_argument("--precision", nargs="+", choices=("float32", "bf16"), default=["float32", "bf16"])
    parser.add_argument("--rounds", type=int, default=3, help="steps that are counted, after one that is not")
    parser.add_argument("--steps", type=int, default=20, help="steps after which losses are compared; 0 for none")
    parser.add_argument("--one", metavar="NAME", help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.one:
        one(options.one)
        return
    if options.rounds < 1:
        parser.error("--rounds must be 1 or more: the first step of each arrangement is not counted")
    found = compare(options.precision, options.rounds, options.baseline)
    found["peak_gflops"] = peak_arithmetic()
    if options.baseline and options.steps:
        found["equality"] = equality(options.steps)
    sys.stdout.write(json.dumps(found, indent=None if options.json else 1) + "\n")


if __name__ == "__main__":
    main()
