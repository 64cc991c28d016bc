"""Trains the ear of the evaluation (`ffvits/evaluate/data/ear.npz`): tones by melody, initials and finals by spectrum.

    python benchmarks/tone_classifier.py audio/aishell1_S0150 audio/aishell3_30speakers corpus --cache features/

Each folder holds recordings and either `metadata.tsv` (file, text, pinyin, speaker …) or `corpus.jsonl` (audio, text,
pinyin, speaker). AISHELL-1 and AISHELL-3 are real speech (Apache-2.0); `corpus` is read by Kokoro-82M (Apache-2.0),
without the two voices by which `evaluate_validity.py` tests. Syllables are found by the aligner, which
`evaluate_aligner.py` trains first. It prints the accuracy on speakers who were held out, then trains on all but
`PEOPLE` and writes the file.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.evaluate.aligner import load_aligner
from ffvits.evaluate.ear import Register, levels, melody_features, spectrum_features, tone_features
from ffvits.evaluate.pitch import track
from ffvits.evaluate.syllables import Span, intended
from ffvits.text.syllables import INITIALS as CONSONANTS
from ffvits.text.syllables import parts, tidy

DATA = Path(__file__).parents[1] / "ffvits" / "evaluate" / "data" / "ear.npz"
# Voices that only `evaluate_validity.py` hears: two of Kokoro, and ten people.
HELD_OUT = ("zf_xiaoyi", "zm_yunyang")
PEOPLE = (
    *("SSB0012", "SSB0038", "SSB0073", "SSB0122", "SSB0145"),
    *("SSB0197", "SSB0246", "SSB0273", "SSB0288", "SSB0307"),
)
COPIES, JITTER = 3, 0.02  # versions of each syllable, whose borders are moved by so many seconds
IGNORED = -100
INITIALS = ("", *CONSONANTS)


@dataclass(frozen=True)
class Utterance:
    path: Path
    text: str
    pinyin: tuple[str, ...]
    speaker: str
    group: str


@dataclass(frozen=True)
class Examples:
    """Features and labels of syllables; copies of one syllable follow one another."""

    melody: np.ndarray
    spectrum: np.ndarray
    tones: np.ndarray
    initials: np.ndarray
    finals: np.ndarray
    speakers: np.ndarray
    groups: np.ndarray
    exact: np.ndarray

    def melody_and_form(self) -> np.ndarray:
        return tone_features(self.melody.astype(np.float32), self.spectrum.astype(np.float32))

    def where(self, chosen: np.ndarray) -> Examples:
        return Examples(*(value[chosen] for value in vars(self).values()))


def utterances(folder: Path) -> Iterator[Utterance]:
    table = folder / "metadata.tsv"
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as file:
            for name, text, pinyin, speaker, *_ in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield Utterance(folder / name, text, tuple(pinyin.split()), speaker, folder.name)
        return
    for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if not set(entry["speaker"].split("+")) & set(HELD_OUT):
            yield Utterance(folder / entry["audio"], entry["text"], tuple(entry["pinyin"]), entry["speaker"], "kokoro")


def labelled(utterance: Utterance) -> list[str] | None:
    """The syllables as spoken; a third tone that may or may not have risen gets tone 0, which nobody learns.

    None where the corpus has a letter or a slip, so that its readings are no syllables or not as many as ours.
    """
    spoken = intended(utterance.text)
    if len(spoken) != len(utterance.pinyin) or not all(tidy(p) == p for p in utterance.pinyin):
        return None
    found = []
    for said, given in zip(spoken, utterance.pinyin, strict=True):
        changed = said[:-1] == given[:-1] and said[-1] != given[-1]
        if said == "r5":
            found.append("r0")
        elif changed and given[-1] == "3":
            found.append(given[:-1] + "0")
        elif changed and said[:-1] in ("yi", "bu"):
            found.append(said)
        else:
            found.append(given)
    return found


def gather(folders: Sequence[Path], cache: Path) -> Examples:
    """Aligns, tracks and looks at every utterance; what was done before is taken from the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    aligner = load_aligner()
    known: list[tuple[Utterance, list[Span]]] = []
    everything = [utterance for folder in folders for utterance in utterances(folder)]
    with console.progress("Aligning", total=len(everything)) as bar:
        for utterance in everything:
            bar.advance()
            file = cache / f"{utterance.group}-{utterance.path.stem}.json"
            names = labelled(utterance)
            if names is None:
                continue
            if not file.is_file():
                spans = aligner.spans(Sound.load(utterance.path), names)
                file.write_text(json.dumps([[s.pinyin, s.start, s.end] for s in spans]), encoding="utf-8")
            known.append((utterance, [Span(*entry) for entry in json.loads(file.read_text(encoding="utf-8"))]))
    return _examples(known)


def _examples(known: Sequence[tuple[Utterance, list[Span]]]) -> Examples:
    finals = _finals()
    random = np.random.default_rng(1)
    sounds = [Sound.load(utterance.path).at(16000) for utterance, _ in known]
    pitches = [track(sound) for sound in sounds]
    registers = {}
    for speaker in {utterance.speaker for utterance, _ in known}:
        own = [pitch for pitch, (utterance, _) in zip(pitches, known, strict=True) if utterance.speaker == speaker]
        registers[speaker] = Register.of(own)
    rows: dict[str, list] = {name: [] for name in Examples.__dataclass_fields__}
    for (utterance, spans), sound, pitch in zip(known, sounds, pitches, strict=True):
        loudness, register = levels(sound), registers[utterance.speaker]
        for copy in range(COPIES):
            moved, heard = spans, register
            if copy:
                moved = _jittered(spans, random)
                semitones, factor = random.normal(0, 0.7), np.exp(random.normal(0, 0.12))
                heard = Register(register.hz * 2 ** (semitones / 12), register.spread * factor)
            rows["melody"].append(melody_features(pitch, loudness, moved, heard).astype(np.float16))
            rows["spectrum"].append(spectrum_features(sound, moved).astype(np.float16))
            for span in spans:
                whole = span.pinyin if span.pinyin[-1] != "0" else span.pinyin[:-1] + "1"
                erhua = span.pinyin[:-1] == "r"
                split = None if erhua else parts(whole)
                rows["tones"].append(span.tone - 1 if span.tone else IGNORED)
                rows["initials"].append(IGNORED if erhua else INITIALS.index(split.initial))
                rows["finals"].append(IGNORED if erhua or final(split) not in finals else finals.index(final(split)))
                rows["speakers"].append(utterance.speaker)
                rows["groups"].append(utterance.group)
                rows["exact"].append(copy == 0)
    joined = {name: np.concatenate(rows.pop(name)) for name in ("melody", "spectrum")}
    return Examples(**joined, **{name: np.array(values) for name, values in rows.items()})


def final(split) -> str:
    """The final, with the vowels of zi and zhi apart from that of ji."""
    if split.final == "i" and split.initial in ("zh", "ch", "sh", "r"):
        return "iii"
    return "ii" if split.final == "i" and split.initial in ("z", "c", "s") else split.final


def _finals() -> tuple[str, ...]:
    return tuple(
        (
            "a ai an ang ao e ei en eng er i ia ian iang iao ie ii iii in ing iong iou o ong ou "
            "u ua uai uan uang uei uen uo v van ve vn ueng"
        ).split()
    )


def _jittered(spans: Sequence[Span], random: np.random.Generator) -> list[Span]:
    moved = []
    for span in spans:
        start, end = span.start + random.normal(0, JITTER), span.end + random.normal(0, JITTER)
        moved.append(Span(span.pinyin, start, max(end, start + 0.04)))
    return moved


def network(inputs: int, hidden: Sequence[int], outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for size in hidden:
        layers += [nn.Linear(inputs, size), nn.ReLU(), nn.Dropout(0.35)]
        inputs = size
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def fit(
    x: np.ndarray, targets: Sequence[np.ndarray], sizes: Sequence[int], hidden: Sequence[int], weights: np.ndarray,
    epochs: int, seed: int = 1,
) -> tuple[nn.Sequential, np.ndarray, np.ndarray]:  # fmt: skip
    """A network with one softmax per target, and the mean and scale of its inputs. `weights` counts each row."""
    torch.manual_seed(seed)
    x = x.astype(np.float32)
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    inputs = torch.from_numpy((x - mean) / scale)
    wanted = [torch.from_numpy(target) for target in targets]
    model = network(x.shape[1], hidden, sum(sizes))
    steps = epochs * (len(x) // 256 + 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    picker = torch.Generator().manual_seed(seed)
    chances = torch.from_numpy(weights / weights.sum())
    for _ in range(steps):
        rows = torch.multinomial(chances, 256, replacement=True, generator=picker)
        batch = inputs[rows] + 0.05 * torch.randn(256, x.shape[1], generator=picker)
        scores = model(batch).split(list(sizes), dim=1)
        loss = sum(
            nn.functional.cross_entropy(score, target[rows], label_smoothing=0.05, ignore_index=IGNORED)
            for score, target in zip(scores, wanted, strict=True)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval(), mean, scale


def scores(fitted: tuple[nn.Sequential, np.ndarray, np.ndarray], x: np.ndarray, sizes: Sequence[int]) -> list:
    model, mean, scale = fitted
    with torch.inference_mode():
        return [s.numpy() for s in model(torch.from_numpy((x.astype(np.float32) - mean) / scale)).split(list(sizes), 1)]


def balance(examples: Examples) -> np.ndarray:
    """Real speech counts as much as synthetic; within each, a speaker by the square root of their syllables."""
    weights = np.zeros(len(examples.speakers))
    for real in (True, False):
        side = (examples.groups != "kokoro") == real
        for speaker in np.unique(examples.speakers[side]):
            rows = side & (examples.speakers == speaker)
            weights[rows] = 1 / np.sqrt(rows.sum())
        if side.any():
            weights[side] /= weights[side].sum()
    return weights


MELODY, SPECTRUM = (192, 128), (224,)


def fit_both(train: Examples, epochs: int) -> tuple:
    weights = balance(train)
    finals = _finals()
    tone = fit(train.melody_and_form(), [train.tones], [5], MELODY, weights, epochs)
    sizes = [len(INITIALS), len(finals)]
    return tone, fit(train.spectrum, [train.initials, train.finals], sizes, SPECTRUM, weights, epochs)


@dataclass(frozen=True)
class Accuracy:
    right: np.ndarray

    def __str__(self) -> str:
        mean = self.right.mean()
        return f"{mean:.3f} ± {1.96 * np.sqrt(mean * (1 - mean) / len(self.right)):.3f} (n = {len(self.right)})"


def report(name: str, fitted: Sequence[tuple], tests: Sequence[Examples]) -> None:
    """Prints what each model, on its own test part, got right."""
    tone, initial, last, confusion = [], [], [], np.zeros((5, 5), int)
    for (melody, spectrum), test in zip(fitted, tests, strict=True):
        heard = scores(melody, test.melody_and_form(), [5])[0].argmax(1)
        first, second = scores(spectrum, test.spectrum, [len(INITIALS), len(_finals())])
        told = (test.tones >= 0) & (test.tones < 4)
        tone.append(heard[told] == test.tones[told])
        np.add.at(confusion, (test.tones[test.tones >= 0], heard[test.tones >= 0]), 1)
        initial.append((first.argmax(1) == test.initials)[test.initials >= 0])
        last.append((second.argmax(1) == test.finals)[test.finals >= 0])
    parts_ = [Accuracy(np.concatenate(values)) for values in (tone, initial, last)]
    console.result(f"{name}: tones 1-4 {parts_[0]}; initials {parts_[1]}; finals {parts_[2]}")
    for number, row in enumerate(confusion, 1):
        console.result(f"    tone {number}: " + " ".join(f"{share:5.2f}" for share in row / max(1, row.sum())))


def to_arrays(name: str, fitted: tuple[nn.Sequential, np.ndarray, np.ndarray]) -> dict[str, np.ndarray]:
    """A network as `ffvits.evaluate.networks` reads it, in half precision."""
    model, mean, scale = fitted
    arrays = {f"{name}.mean": mean.astype(np.float16), f"{name}.scale": scale.astype(np.float16)}
    for number, layer in enumerate(layer for layer in model if isinstance(layer, nn.Linear)):
        arrays[f"{name}.{number}.weight"] = layer.weight.detach().numpy().astype(np.float16)
        arrays[f"{name}.{number}.bias"] = layer.bias.detach().numpy().astype(np.float16)
    return arrays


def save(path: Path, fitted: tuple) -> None:
    arrays: dict[str, np.ndarray] = {"initials": np.array(INITIALS), "finals": np.array(_finals())}
    for name, one in zip(("tone", "sound"), fitted, strict=True):
        arrays |= to_arrays(name, one)
    np.savez_compressed(path, **arrays)
    console.result(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--cache", type=Path, required=True, help="where alignments are kept")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--folds", type=int, default=3, help="of the many speakers' corpus; 0 only trains")
    options = parser.parse_args()

    examples = gather(options.folders, options.cache)
    console.result(f"{examples.exact.sum()} syllables of {len(np.unique(examples.speakers))} speakers")
    largest = max(
        np.unique(examples.speakers), key=lambda name: (examples.groups[examples.speakers == name] != "kokoro").sum()
    )
    if options.folds:
        alone = examples.speakers == largest
        held = fit_both(examples.where(~alone), options.epochs)
        report(f"{largest}, whom it never heard", [held], [examples.where(alone & examples.exact)])
        many = sorted({s for s, g in zip(examples.speakers, examples.groups, strict=True) if g != "kokoro"} - {largest})
        fitted, tests = [], []
        for fold in range(options.folds):
            out = np.isin(examples.speakers, many[fold :: options.folds])
            fitted.append(fit_both(examples.where(~out), options.epochs))
            tests.append(examples.where(out & examples.exact))
        report(f"{len(many)} speakers, each held out", fitted, tests)
    known = examples.where(~np.isin(examples.speakers, PEOPLE))
    fitted = fit_both(known, options.epochs)
    strangers = examples.where(np.isin(examples.speakers, PEOPLE) & examples.exact)
    report(f"the shipped ear on {len(PEOPLE)} people whom it never heard", [fitted], [strangers])
    save(DATA, fitted)


if __name__ == "__main__":
    main()
