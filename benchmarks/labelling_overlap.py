"""Trains and measures what tells two voices at once (`ffvits/label/data/overlap.npz`), on mixes of single voices.

    python benchmarks/labelling_overlap.py AUDIO --json                                # what is shipped, at its limits
    python benchmarks/labelling_overlap.py AUDIO --synthetic voices/ --train 200 --write

AUDIO is as `labelling_mix.py` wants it; `--synthetic` is a folder of clips named VOICE-NUMBER.flac (here: 35 voices
read by Kokoro-82M), which only train. Of the other speakers every second one trains, and the rest are what the wanted
speaker, whom the layer never heard, is mixed with to measure it. With `--train` a third of the training voices is held
back to find the limits at which so many single voices are taken for two (`FALSE_ALARMS`), then trains too. Each mix
goes through what recordings go through: noise, music, a room, a telephone, and half of the time the stages that clean.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from labelling_mix import sources

from ffvits import console, store
from ffvits.audio.sound import Sound
from ffvits.label import denoise, overlap, recogniser, separate, vad
from ffvits.label.screen import CROWDED
from ffvits.recipe import DenoiseSettings, ScreenSettings, SeparateSettings, TranscribeSettings

RATE = 16000
LEVEL = 0.07  # root mean square, as the recogniser brings sounds to
LEVELS = (0, -3, -6, -10)  # dB: the second voice against the first
KINDS = ("plain", "plain", "noise", "noise", "music", "room", "telephone")
DATA = Path(__file__).parents[1] / "ffvits" / "label" / "data" / "overlap.npz"
FALSE_ALARMS = (0.002, 0.02)  # share of single voices that may be rejected, and doubted
PENALTY = 1e-4  # the inverse of the layer's weight decay


@dataclass(frozen=True)
class Example:
    """States [T, 512] of one sound, how many speak at each (0, 1, 2), and what it is."""

    states: np.ndarray
    speakers: np.ndarray
    level: int | None
    kind: str


@dataclass
class Workshop:
    """Makes examples: mixes, soils, cleans, and asks the recogniser's encoder."""

    audio: Path
    seed: int
    ear: vad.Vad = field(default_factory=vad.load)

    def __post_init__(self) -> None:
        self.dice = np.random.default_rng(self.seed)
        self.noise = [_read(source.file) for source in sources(self.audio / "noise")]
        self.music = [_read(source.file) for source in sources(self.audio / "music")]
        self.recogniser = recogniser.load(TranscribeSettings(), "cpu")
        self.filter = denoise.Models(DenoiseSettings())
        self.separator = separate.Models(SeparateSettings(separator="spleeter"), "cpu", offline=False)
        self.known: dict[Path, tuple[np.ndarray, np.ndarray]] = {}
        store.fetch("spleeter-2stems")

    def voice(self, path: Path) -> tuple[np.ndarray, np.ndarray]:
        """A clip's samples and whether somebody speaks in each frame of 512."""
        if path not in self.known:
            samples = _levelled(_read(path))
            self.known[path] = samples, self.ear(Sound(samples, RATE)) > 0.5
        return self.known[path]

    def example(self, one: Path, two: Path | None, level: int | None) -> Example:
        samples, count = self.voice(one)
        count = count.astype(int)
        if two is not None:
            other, speaks = self.voice(two)
            moved, there = self.moved(other, speaks, len(samples), len(count))
            samples = samples + moved * np.float32(10 ** (level / 20))
            count = count + there
        kind = str(self.dice.choice(KINDS))
        samples, kind = self.soiled(_levelled(samples), kind)
        states = self.recogniser.states(Sound(_levelled(samples), RATE))
        frames = np.minimum((np.arange(len(states)) * RATE // overlap.RATE) // vad.FRAME, len(count) - 1)
        return Example(states, count[frames], level, kind)

    def moved(self, samples: np.ndarray, speaks: np.ndarray, length: int, frames: int) -> tuple[np.ndarray, np.ndarray]:
        """A voice that begins a little before or after the first sample, as long as is wanted."""
        start = int(self.dice.uniform(-0.3, 0.4) * min(length, len(samples))) // vad.FRAME
        if start < 0:
            samples, speaks, start = samples[-start * vad.FRAME :], speaks[-start:], 0
        sound, there = np.zeros(length, np.float32), np.zeros(frames, int)
        first = start * vad.FRAME
        part, shown = samples[: length - first], speaks[: frames - start]
        sound[first : first + len(part)] = part
        there[start : start + len(shown)] = shown
        return sound, there

    def soiled(self, samples: np.ndarray, kind: str) -> tuple[np.ndarray, str]:
        """The sound as a recording may hold it, and after that, half of the time, as the road cleans it."""
        cleaned = bool(self.dice.integers(2))
        if kind == "noise":
            power, pool = self.dice.uniform(3, 25), self.noise
        elif kind == "music":
            power, pool = self.dice.uniform(3, 25), self.music
        elif kind == "room":
            return np.convolve(samples, self.room())[: len(samples)].astype(np.float32), kind
        elif kind == "telephone":
            return Sound(samples, RATE).at(8000).at(RATE).samples[: len(samples)], kind
        else:
            return samples, kind
        other = pool[self.dice.integers(len(pool))]
        other = np.tile(other, -(-len(samples) // len(other)) + 1)
        start = int(self.dice.integers(len(other) - len(samples)))
        samples = samples + _levelled(other[start : start + len(samples)]) * np.float32(10 ** (-power / 20))
        if not cleaned:
            return samples, kind
        sound = Sound(0.5 * samples, RATE)
        if kind == "noise":
            return denoise.without_noise(sound, self.filter)[1].samples, kind + ", cleaned"
        return separate.without_music(sound, self.separator)[0].samples, kind + ", cleaned"

    def room(self) -> np.ndarray:
        """A room that dies away in 0.15 to 0.6 s."""
        length = int(self.dice.uniform(0.15, 0.6) * RATE)
        tail = self.dice.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
        tail *= self.dice.uniform(0.2, 0.6) / np.sqrt(np.square(tail).sum())
        tail[0] = 1
        return tail.astype(np.float32)

    def pairs(self, ones: Sequence[Path], twos: Sequence[Path], count: int) -> Iterator[Example]:
        """`count` mixes and as many single voices."""
        for number in range(count):
            one = ones[self.dice.integers(len(ones))]
            two = next(p for p in iter(lambda: twos[self.dice.integers(len(twos))], None) if _who(p) != _who(one))
            yield self.example(one, two, LEVELS[number % len(LEVELS)])
            yield self.example(ones[self.dice.integers(len(ones))], None, None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audio", type=Path)
    parser.add_argument("--train", type=int, default=0, help="mixes that train, and as many single voices")
    parser.add_argument("--synthetic", type=Path, help="folder of clips that train too")
    parser.add_argument("--test", type=int, default=120, help="mixes that measure, and as many single voices")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="replace the layer that ffvits ships")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console.quiet()
    shop = Workshop(options.audio, options.seed)
    people = sorted(source.file for source in sources(options.audio / "aishell3_30speakers"))
    train, test = people[::2], people[1::2]
    wanted = [source.file for source in sources(options.audio / "aishell1_S0150")]
    if options.train:
        made = sorted(options.synthetic.glob("*.flac")) if options.synthetic else []
        reader, limits = taught(shop, train, made, options.train)
    else:
        most = ScreenSettings().max_overlap
        reader, limits = overlap.load(TranscribeSettings()), [most, CROWDED * most]
    measured = list(shop.pairs(wanted, test, options.test))
    result = {"limits": [round(limit, 3) for limit in limits], **numbers(reader, measured, limits)}
    if options.write:
        DATA.parent.mkdir(exist_ok=True)
        np.savez(DATA, weight=reader.weight.astype(np.float16), bias=np.float32(reader.bias))
    console.result(json.dumps(result, indent=2) if options.json else "\n".join(f"{k}: {v}" for k, v in result.items()))


def taught(
    shop: Workshop, people: Sequence[Path], made: Sequence[Path], count: int
) -> tuple[overlap.Reader, list[float]]:
    """The layer by all voices, and the limits that one by two thirds of them has on the rest."""
    held = {_who(path) for path in [*people, *{_who(path): path for path in made}.values()][::3]}
    # Real voices are few and count for more: half of the draws.
    pool = [*people * max(1, len(made) // len(people)), *made]
    fit, tune = (
        list(shop.pairs(chosen, chosen, number))
        for chosen, number in (
            ([path for path in pool if _who(path) not in held], count),
            ([path for path in pool if _who(path) in held], count // 2),
        )
    )
    reader = trained(fit)
    single = np.array([reader(example.states) for example in tune if example.level is None])
    return trained(fit + tune), [float(np.quantile(single, 1 - share)) for share in FALSE_ALARMS]


def trained(examples: Sequence[Example]) -> overlap.Reader:
    """Logistic regression on standardised states, by Newton's method in torch's L-BFGS."""
    import torch

    states = np.concatenate([overlap.smoothed(example.states) for example in examples])
    both = np.concatenate([example.speakers for example in examples]) == 2
    mean, scale = states.mean(axis=0), states.std(axis=0) + 1e-6
    x = torch.from_numpy((states - mean) / scale).float()
    y = torch.from_numpy(both.astype(np.float32))
    weight, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    search = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")
    loss = torch.nn.BCEWithLogitsLoss(reduction="sum")

    def step() -> torch.Tensor:
        search.zero_grad()
        value = PENALTY * loss(x @ weight + bias, y) + 0.5 * weight.square().sum()
        value.backward()
        return value

    search.step(step)
    plain = weight.detach().numpy() / scale
    return overlap.Reader(plain.astype(np.float32), float(bias.detach()) - float(mean @ plain))


def numbers(reader: overlap.Reader, examples: Sequence[Example], limits: Sequence[float]) -> dict:
    """Shares of mixes found and of single voices taken for two, at both limits."""
    of: dict[str, list[float]] = defaultdict(list)
    for example in examples:
        score = reader(example.states)
        of["single" if example.level is None else f"{example.level} dB"].append(score)
        of[f"{'single' if example.level is None else 'two'}, {example.kind}"].append(score)
    table = {name: {"clips": len(scores), **_shares(np.array(scores), limits)} for name, scores in sorted(of.items())}
    two = np.concatenate([of[f"{level} dB"] for level in LEVELS])
    one = np.array(of["single"])
    found, alarms = (two > limits[0]).sum(), (one > limits[0]).sum()
    order = np.argsort(np.concatenate([one, two])).argsort() + 1
    area = (order[len(one) :].sum() - len(two) * (len(two) + 1) / 2) / (len(one) * len(two))
    return {
        "auc": round(float(area), 4),
        "precision": round(float(found / max(1, found + alarms)), 4),
        "recall": round(float(found / len(two)), 4),
        "by": table,
    }


def _shares(scores: np.ndarray, limits: Sequence[float]) -> dict[str, float]:
    names = ("rejected", "doubted_or_rejected")
    found = {name: round(float(np.mean(scores > limit)), 3) for name, limit in zip(names, limits, strict=True)}
    return {**found, "median": round(float(np.median(scores)), 3), "most": round(float(scores.max()), 3)}


def _who(path: Path) -> str:
    """The speaker by the file's name: SSB00050112 is SSB0005, af_sky-3 is af_sky, BAC009S0150W0121 is BAC009S0150."""
    if path.stem.startswith("SSB"):
        return path.stem[:7]
    return path.stem.split("W")[0] if path.stem.startswith("BAC") else path.stem.rsplit("-", 1)[0]


def _read(path: Path) -> np.ndarray:
    return Sound.load(path).at(RATE).samples.astype(np.float32)


def _levelled(samples: np.ndarray) -> np.ndarray:
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    return (samples * np.float32(LEVEL / level)).astype(np.float32) if level > 0 else samples


if __name__ == "__main__":
    main()
