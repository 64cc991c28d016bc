"""Trains the ear of the evaluation (`ffvits/evaluate/data/ear.npz`): tones, initials and finals.

    python benchmarks/tone_classifier.py aishell1_S0150 aishell3_30speakers runs/corpus drill --cache features/

Each folder holds recordings and either `metadata.tsv` (file, text, pinyin, speaker …), `clips.jsonl` (a run, as
`base_corpus.py` writes it: then the pinyin is our front end's, which is what was read) or `renderings.jsonl` (as
`evaluate_renderings.py --drill` writes it: sentences whose tones and sounds were exchanged, so that nobody learns them
from the words). AISHELL-1 and AISHELL-3 are real speech (Apache-2.0); the others are read by Kokoro-82M (Apache-2.0),
without the two voices by which `evaluate_validity.py` tests. Syllables are found by the aligner, which
`evaluate_aligner.py` trains first. Prints the accuracy on speakers who were held out, then trains on all but `PEOPLE`
and writes the file.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ffvits import console
from ffvits.audio.pitch import Pitch, track
from ffvits.audio.sound import Sound
from ffvits.clip import read_clips
from ffvits.evaluate.aligner import load_aligner
from ffvits.evaluate.ear import (
    FACTS,
    FRAME,
    MODEL,
    POINTS,
    SPECTRUM,
    Melody,
    Register,
    levels,
    normal_spectrum,
    spectrum_features,
    syllable_places,
    syllable_states,
    whisper_states,
)
from ffvits.evaluate.ear_networks import SoundNetwork, ToneNetwork
from ffvits.evaluate.syllables import Span, intended
from ffvits.label import recogniser
from ffvits.recipe import TranscribeSettings
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
# How far a voice is moved in training: semitones, and the logarithms of its spread and its tempo.
SHIFT, SPREAD, TEMPO = 0.7, 0.15, 0.12
BATCH, RATE, DROPOUT = 16, 2e-3, 0.3
IGNORED = -100
INITIALS = ("", *CONSONANTS)
WEIGHT_DECAY = 0.03
ANSWERS = ("initials", "finals")


@dataclass(frozen=True)
class Utterance:
    path: Path
    text: str
    pinyin: tuple[str, ...]
    speaker: str
    group: str


@dataclass(frozen=True)
class Example:
    """One utterance: its syllables, its melody and spectrum, the speaker's register, the right answers [N]."""

    speaker: str
    real: bool
    spans: tuple[Span, ...]
    melody: Melody
    spectrum: np.ndarray
    states: np.ndarray
    register: Register
    tones: np.ndarray
    initials: np.ndarray
    finals: np.ndarray


def utterances(folder: Path) -> Iterator[Utterance]:
    table = folder / "metadata.tsv"
    if table.is_file():
        with table.open(encoding="utf-8", newline="") as file:
            for name, text, pinyin, speaker, *_ in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield Utterance(folder / name, text, tuple(pinyin.split()), speaker, folder.name)
        return
    drill = folder / "renderings.jsonl"
    if drill.is_file():
        for line in drill.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            # What was said belongs to no text.
            yield Utterance(folder / entry["audio"], "", tuple(entry["said"]), entry["voice"], folder.name)
        return
    for clip in read_clips(folder / "clips.jsonl"):
        if not set(clip.speaker.split("+")) & set(HELD_OUT):
            yield Utterance(folder / clip.audio, clip.text, intended(clip.text), clip.speaker, "kokoro")


def labelled(utterance: Utterance) -> list[str] | None:
    """The syllables as spoken; a third tone that may or may not have risen gets tone 0, which nobody learns.

    None where the corpus has a letter or a slip, so that its readings are no syllables or not as many as ours.
    """
    if not utterance.text:
        return list(utterance.pinyin)
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


def gather(folders: Sequence[Path], cache: Path) -> list[Example]:
    """Aligns, tracks and looks at every utterance; what was done before is taken from the cache."""
    cache.mkdir(parents=True, exist_ok=True)
    whisper = recogniser.load(TranscribeSettings(model=MODEL), "cpu")
    everything = [utterance for folder in folders for utterance in utterances(folder)]
    known: list[tuple[Utterance, dict[str, np.ndarray], list[str]]] = []
    with console.progress("Listening", total=len(everything)) as bar:
        for utterance in everything:
            bar.advance()
            names = labelled(utterance)
            if names:
                known.append((utterance, _observed(utterance, names, cache, whisper), names))
    registers = {}
    for speaker in {utterance.speaker for utterance, _, _ in known}:
        registers[speaker] = Register.of([_pitch(o) for u, o, _ in known if u.speaker == speaker])
    return [_example(*one, registers[one[0].speaker]) for one in known]


def _observed(
    utterance: Utterance, names: Sequence[str], cache: Path, whisper: recogniser.Recogniser
) -> dict[str, np.ndarray]:
    file = cache / f"{utterance.group}-{utterance.path.stem}.npz"
    if not file.is_file():
        sound = Sound.load(utterance.path)
        spans = load_aligner().spans(sound, names)
        pitch = track(sound)
        np.savez(
            file,
            spans=np.array([[span.start, span.end] for span in spans]),
            hz=pitch.hz,
            clarity=pitch.clarity,
            loudness=levels(sound),
            spectrum=normal_spectrum(sound).astype(np.float16),
            states=whisper_states(sound, whisper).astype(np.float16),
        )
    with np.load(file) as held:
        return dict(held)


def _pitch(observed: dict[str, np.ndarray]) -> Pitch:
    return Pitch(observed["hz"], observed["clarity"])


def _example(
    utterance: Utterance, observed: dict[str, np.ndarray], names: Sequence[str], register: Register
) -> Example:
    finals = _finals()
    tones, initials, lasts = [], [], []
    for name in names:
        whole = name if name[-1] != "0" else name[:-1] + "1"
        split = None if name[:-1] == "r" else parts(whole)
        tones.append(int(name[-1]) - 1 if name[-1] != "0" else IGNORED)
        initials.append(INITIALS.index(split.initial) if split else IGNORED)
        lasts.append(finals.index(final(split)) if split and final(split) in finals else IGNORED)
    return Example(
        utterance.speaker,
        (utterance.path.parent / "metadata.tsv").is_file(),
        tuple(Span(name, *map(float, place)) for name, place in zip(names, observed["spans"], strict=True)),
        Melody.of(_pitch(observed), observed["loudness"], observed["spectrum"].astype(np.float32)),
        observed["spectrum"],
        observed["states"],
        register,
        *map(np.array, (tones, initials, lasts)),
    )


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


SIZES = (len(INITIALS), len(_finals()))


def balance(examples: Sequence[Example]) -> np.ndarray:
    """The chance of each: real speech as often as synthetic; within each, a speaker by the root of their sentences."""
    chances = np.zeros(len(examples))
    for real in (True, False):
        for speaker in {e.speaker for e in examples if e.real == real}:
            own = np.array([e.real == real and e.speaker == speaker for e in examples])
            chances[own] = 1 / np.sqrt(own.sum())
        side = np.array([e.real == real for e in examples])
        chances[side] /= max(chances[side].sum(), 1e-9)
    return chances / chances.sum()


def moved(example: Example, random: np.random.Generator) -> tuple[np.ndarray, ...]:
    """What the network sees of an utterance, as another voice might have said it."""
    register, tempo = example.register, float(np.exp(random.normal(0, TEMPO)))
    heard = Register(
        register.hz * 2 ** (random.normal(0, SHIFT) / 12), register.spread * np.exp(random.normal(0, SPREAD))
    )
    melody = example.melody
    count = len(melody.semitones)
    at = np.linspace(0, count - 1, max(2, round(count * tempo)))
    low = at.astype(int)
    share, high = at - low, np.minimum(low + 1, count - 1)
    stretched = Melody(
        *(
            values[low] * (1 - share.reshape(-1, *(1,) * (values.ndim - 1)))
            + values[high] * share.reshape(-1, *(1,) * (values.ndim - 1))
            for values in (melody.semitones, melody.others)
        )
    )
    jittered = _jittered(example.spans, random)
    spans = [Span(span.pinyin, span.start * tempo, span.end * tempo) for span in jittered]
    frames = stretched.frames(heard)
    frames += random.normal(0, 0.05, frames.shape).astype(np.float32)
    return frames, *syllable_places(spans), syllable_states(example.states, jittered)


def padded(rows: Sequence[np.ndarray]) -> torch.Tensor:
    whole = np.zeros((len(rows), max(map(len, rows)), *rows[0].shape[1:]), rows[0].dtype)
    for number, row in enumerate(rows):
        whole[number, : len(row)] = row
    return torch.from_numpy(whole)


def fit_tones(examples: Sequence[Example], steps: int, seed: int = 1) -> ToneNetwork:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = ToneNetwork(FRAME, POINTS, FACTS, DROPOUT)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    chances = balance(examples)
    began = time.process_time()
    for step in range(steps):
        picked = [examples[i] for i in random.choice(len(examples), BATCH, p=chances)]
        inputs = (padded(rows) for rows in zip(*(moved(e, random) for e in picked), strict=True))
        lengths = torch.tensor([len(e.spans) for e in picked])
        wanted = torch.cat([torch.from_numpy(e.tones) for e in picked])
        scores = network(*inputs, lengths)
        scores = torch.cat([row[:length] for row, length in zip(scores, lengths.tolist(), strict=True)])
        loss = nn.functional.cross_entropy(scores, wanted, label_smoothing=0.05, ignore_index=IGNORED)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 200 == 199:
            console.info(
                f"step {step + 1}: loss {float(loss.detach()):.3f}, {time.process_time() - began:.0f} s of work"
            )
    return network.eval()


def tones_heard(network: ToneNetwork, example: Example) -> np.ndarray:
    """Scores [N, 5]."""
    inputs = (example.melody.frames(example.register), *syllable_places(example.spans))
    inputs += (syllable_states(example.states, example.spans),)
    with torch.inference_mode():
        tensors = [torch.from_numpy(value)[None] for value in inputs]
        return network(*tensors, torch.tensor([len(example.spans)]))[0].numpy()


def fit_sounds(examples: Sequence[Example], epochs: int, seed: int = 1) -> SoundNetwork:
    """The network for initials and finals."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    chances = torch.from_numpy(np.repeat(balance(examples), [len(e.spans) * COPIES for e in examples]))
    seen = [
        (spectrum_features(e.spectrum.astype(np.float32), spans), syllable_states(e.states, spans).astype(np.float16))
        for e in examples
        for spans in (e.spans, *(_jittered(e.spans, random) for _ in range(COPIES - 1)))
    ]
    spectra, states = (torch.from_numpy(np.concatenate(rows)) for rows in zip(*seen, strict=True))
    wanted = [torch.from_numpy(np.concatenate([np.tile(getattr(e, n), COPIES) for e in examples])) for n in ANSWERS]
    network = SoundNetwork(SPECTRUM, sum(SIZES), DROPOUT)
    network.mean.copy_(spectra.mean(dim=0))
    network.scale.copy_(spectra.std(dim=0) + 1e-3)
    steps = epochs * (len(spectra) // 256 + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    picker = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        picked = torch.multinomial(chances, 256, replacement=True, generator=picker)
        noise = 0.05 * network.scale * torch.randn(256, SPECTRUM, generator=picker)
        scores = network(spectra[picked] + noise, states[picked].float())
        loss = sum(
            nn.functional.cross_entropy(score, target[picked], label_smoothing=0.05, ignore_index=IGNORED)
            for score, target in zip(scores.split(SIZES, dim=1), wanted, strict=True)
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return network.eval()


def sounds_heard(network: SoundNetwork, example: Example) -> tuple[np.ndarray, ...]:
    """Scores of initials and of finals, [N, …] each."""
    spectra = torch.from_numpy(spectrum_features(example.spectrum.astype(np.float32), example.spans))
    states = torch.from_numpy(syllable_states(example.states, example.spans))
    with torch.inference_mode():
        return tuple(scores.numpy() for scores in network(spectra, states).split(SIZES, dim=1))


@dataclass(frozen=True)
class Fitted:
    tones: ToneNetwork
    sounds: SoundNetwork


def fit_both(examples: Sequence[Example], steps: int, epochs: int) -> Fitted:
    return Fitted(fit_tones(examples, steps), fit_sounds(examples, epochs))


def accuracy(right: Sequence[np.ndarray]) -> str:
    """Of syllables, with an interval by bootstrap over utterances: those of one sentence stand and fall together."""
    from ffvits.evaluate.statistics import figure

    found = figure([(float(one.sum()), float(len(one))) for one in right])
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}] (n = {sum(map(len, right))})"


def report(name: str, tests: Sequence[tuple[Fitted, Sequence[Example]]]) -> None:
    """Prints what each model, on its own test part, got right."""
    tone, initial, last, confusion = [], [], [], np.zeros((5, 5), int)
    for fitted, examples in tests:
        for example in examples:
            heard = tones_heard(fitted.tones, example).argmax(1)
            full, told = (example.tones >= 0) & (example.tones < 4), example.tones >= 0
            tone.append((heard == example.tones)[full])
            np.add.at(confusion, (example.tones[told], heard[told]), 1)
            first, second = sounds_heard(fitted.sounds, example)
            initial.append((first.argmax(1) == example.initials)[example.initials >= 0])
            last.append((second.argmax(1) == example.finals)[example.finals >= 0])
    console.result(f"{name}: tones 1-4 {accuracy(tone)}; initials {accuracy(initial)}; finals {accuracy(last)}")
    for number, row in enumerate(confusion, 1):
        console.result(f"    tone {number}: " + " ".join(f"{share:5.2f}" for share in row / max(1, row.sum())))


def save(path: Path, fitted: Fitted) -> None:
    arrays: dict[str, np.ndarray] = {"initials": np.array(INITIALS), "finals": np.array(_finals())}
    for name in ("tones", "sounds"):
        weights = getattr(fitted, name).state_dict()
        arrays |= {f"{name}.{key}": value.numpy().astype(np.float16) for key, value in weights.items()}
    np.savez_compressed(path, **arrays)
    console.result(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--cache", type=Path, required=True, help="where alignments and pitches are kept")
    parser.add_argument("--steps", type=int, default=2000, help="of the network for tones (%(default)s)")
    parser.add_argument("--epochs", type=int, default=8, help="of the network for initials and finals (%(default)s)")
    parser.add_argument("--folds", type=int, default=3, help="of the many speakers' corpus (%(default)s)")
    parser.add_argument("--only", choices=("alone", "folds", "ship"), help="one of the three trainings")
    options = parser.parse_args()

    examples = gather(options.folders, options.cache)
    speakers = {e.speaker for e in examples}
    console.result(f"{sum(len(e.spans) for e in examples)} syllables of {len(speakers)} speakers and blends of them")
    real = sorted({e.speaker for e in examples if e.real})
    largest = max(real, key=lambda name: sum(e.speaker == name for e in examples))

    def parted(held: Sequence[str]) -> tuple[Fitted, list[Example]]:
        fitted = fit_both([e for e in examples if e.speaker not in held], options.steps, options.epochs)
        return fitted, [e for e in examples if e.speaker in held]

    if options.only in (None, "alone"):
        report(f"{largest}, whom it never heard", [parted([largest])])
    if options.only in (None, "folds"):
        many = [name for name in real if name != largest]
        tests = [parted(many[fold :: options.folds]) for fold in range(options.folds)]
        report(f"{len(many)} speakers, each held out", tests)
    if options.only in (None, "ship"):
        fitted, strangers = parted(PEOPLE)
        report(f"the shipped ear on {len(PEOPLE)} people whom it never heard", [(fitted, strangers)])
        save(DATA, fitted)


if __name__ == "__main__":
    main()
