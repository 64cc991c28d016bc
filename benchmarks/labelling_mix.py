"""Makes a messy folder of recordings, and the table of what is in it, from clean speech, music and noise.

    python benchmarks/labelling_mix.py AUDIO OUT --speaker aishell1_S0150 --per-kind 24

AUDIO holds one folder per source, each with sound files and a `metadata.tsv` (file name, text): the wanted speaker's
(`--speaker`), `others`, `english`, `music` and `noise` by the options below. OUT gets the files; `OUT.truth.tsv`, which
`labelling_quality.py` scores against, lies beside it, where the labelling does not find it, and so does `OUT.clean/`,
the speech of each mix alone. Equal arguments make equal folders.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from ffvits.audio.sound import Sound

RATE = 44100
LEVEL = 10 ** (-23 / 20)  # root mean square of the speech


@dataclass(frozen=True)
class Source:
    file: Path
    text: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audio", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--speaker", default="aishell1_S0150", help="folder with the wanted voice")
    parser.add_argument("--others", default="aishell3_30speakers", help="folder with other voices")
    parser.add_argument("--english", default="english_ljspeech", help="folder with another language")
    parser.add_argument("--music", default="music")
    parser.add_argument("--noise", default="noise")
    parser.add_argument("--per-kind", type=int, default=24, help="files of each kind that holds wanted speech")
    parser.add_argument("--without", type=Path, help="a truth table: its sentences are not used")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with options.out.with_name(options.out.name + ".truth.tsv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(["file", "kind", "expect", "text", "note"])
        writer.writerows(mixes(options))


def mixes(options: argparse.Namespace) -> Iterator[tuple[str, str, str, str, str]]:
    """Writes the files one by one; yields file, kind, expect, text, note."""
    dice = random.Random(options.seed)
    used = _sentences(options.without) if options.without else set()
    speech = [source for source in sources(options.audio / options.speaker) if source.text not in used]
    others = [source for source in sources(options.audio / options.others) if source.text not in used]
    english = sources(options.audio / options.english)
    music = [_read(source.file) for source in sources(options.audio / options.music)]
    noise = [_read(source.file) for source in sources(options.audio / options.noise)] + [
        _coloured(power, options.seed) for power in (0, 1, 2)
    ]
    dice.shuffle(speech)
    dice.shuffle(others)
    wanted = iter(speech)
    count = options.per_kind
    needed = 5 * count + 3 * (count // 4)
    if needed > len(speech):
        raise SystemExit(
            f"--per-kind {count} needs {needed} sentences, and {options.speaker} has {len(speech)} unused ones"
        )

    def write(name: str, samples: np.ndarray, rate: int = RATE) -> str:
        path = options.out / name
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, np.clip(Sound(samples, RATE).at(rate).samples, -1, 1), rate)
        return name

    for number in range(count):
        source, kind = next(wanted), dice.choice(["wav", "flac", "mp3", "ogg"])
        yield write(f"clean_{number:02}.{kind}", _speech(source)), "clean", "keep", source.text, ""
    for name, pool in (("music", music), ("noise", noise)):
        for number in range(2 * count):
            source, level = next(wanted), (15, 10, 5, 0)[number % 4]
            mixed, alone = mix(_speech(source), dice.choice(pool), level, dice)
            clean = options.out.with_name(options.out.name + ".clean")
            clean.mkdir(exist_ok=True)
            soundfile.write(clean / f"{name}_{number:02}.flac", alone, RATE)
            expect = "keep" if level >= 5 else "keep-or-reject"
            yield write(f"{name}_{number:02}.flac", mixed), name, expect, source.text, f"{level} dB"
    for number in range(count // 4):
        source = next(wanted)
        samples = _speech(source)
        yield write(f"twin_{number:02}_a.wav", samples), "duplicate", "keep-one", source.text, ""
        if number % 2:
            samples = np.concatenate([np.zeros(RATE // 3, np.float32), 0.4 * samples])
        yield write(f"twin_{number:02}_b.mp3", samples, 22050), "duplicate", "keep-one", source.text, ""
    for number in range(count // 4):
        source = next(wanted)
        yield write(f"clipped_{number:02}.wav", np.clip(_speech(source) * 12, -0.99, 0.99)), "clipped", "reject", "", ""
    for number in range(count // 4):
        samples = _speech(next(wanted))
        middle = len(samples) // 2
        cut = samples[middle : middle + RATE * dice.choice([15, 25, 40, 60]) // 100]
        yield write(f"short_{number:02}.wav", cut), "too-short", "reject", "", f"{len(cut) / RATE:.2f} s"
    for number, source in enumerate(others[: max(4, count // 2)]):
        yield write(f"other_{number:02}.flac", _speech(source)), "other-speaker", "reject", source.text, ""
    for number, source in enumerate(english):
        yield write(f"english_{number:02}.flac", _speech(source)), "other-language", "reject", "", ""
    for name, kind, samples in speechless(music, noise, options.seed):
        yield write(f"{kind}/{name}.flac", samples), kind, "reject", "", ""


def speechless(music: list[np.ndarray], noise: list[np.ndarray], seed: int) -> Iterator[tuple[str, str, np.ndarray]]:
    """Inputs in which nobody speaks, at several levels: what recognisers invent sentences from."""
    dice = random.Random(seed)
    chance = np.random.default_rng(seed)
    for number, seconds in enumerate((2, 5, 12)):
        yield f"silence_{number}", "silence", np.zeros(seconds * RATE, np.float32)
        yield (
            f"hiss_{number}",
            "silence",
            chance.normal(0, 10 ** (-2.5 - number / 2), seconds * RATE).astype(np.float32),
        )
    hum = 0.05 * np.sin(2 * np.pi * 50 * np.arange(6 * RATE) / RATE)
    yield "hum", "silence", hum.astype(np.float32)
    for number, samples in enumerate(music):
        for part in range(3):
            start = dice.randrange(max(1, len(samples) - 8 * RATE))
            seconds = dice.choice([3, 5, 8])
            cut = samples[start : start + seconds * RATE]
            yield f"music_{number}_{part}", "music-only", _levelled(cut) * np.float32(10 ** (-part / 2))
    for number, samples in enumerate(noise):
        yield f"noise_{number:02}", "noise-only", _levelled(samples[: 5 * RATE]) * np.float32(10 ** (-(number % 3) / 2))


def mix(speech: np.ndarray, other: np.ndarray, decibels: float, dice: random.Random) -> tuple[np.ndarray, np.ndarray]:
    """The speech with a random stretch of the other sound so much quieter (by power over the whole of both), and alone.

    Both are turned down alike where the mix would be louder than full scale.
    """
    if len(other) < len(speech):
        other = np.tile(other, -(-len(speech) // len(other)))
    start = dice.randrange(len(other) - len(speech) + 1)
    other = other[start : start + len(speech)]
    power = float(np.mean(np.square(other, dtype=np.float64)))
    mixed = speech
    if power > 0:
        scale = np.sqrt(float(np.mean(np.square(speech, dtype=np.float64))) / power) * 10 ** (-decibels / 20)
        mixed = speech + other * np.float32(scale)
    peak = max(1.0, float(np.abs(mixed).max()) / 0.97)
    return mixed / peak, speech / peak


def sources(folder: Path) -> list[Source]:
    """The files that a `metadata.tsv` lists, in its order, that are there."""
    with (folder / "metadata.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) > 1]
    return [Source(folder / row[0], row[1]) for row in rows if (folder / row[0]).is_file()]


def _sentences(truth: Path) -> set[str]:
    with truth.open(encoding="utf-8", newline="") as file:
        return {part for row in csv.DictReader(file, delimiter="\t") for part in (row["text"] or "").split("|")}


def _read(path: Path) -> np.ndarray:
    return Sound.load(path).at(RATE).samples


def _speech(source: Source) -> np.ndarray:
    return _levelled(_read(source.file))


def _levelled(samples: np.ndarray) -> np.ndarray:
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    louder = samples * np.float32(LEVEL / level) if level > 0 else samples
    return louder / max(1.0, float(np.abs(louder).max(initial=0)) / 0.97)


def _coloured(power: int, seed: int, seconds: int = 20) -> np.ndarray:
    """Noise whose power falls as 1 / f to this power: 0 white, 1 pink, 2 brown."""
    spectrum = np.fft.rfft(np.random.default_rng(seed + power).normal(size=seconds * RATE))
    spectrum /= np.maximum(np.arange(len(spectrum)), 20) ** (power / 2)
    samples = np.fft.irfft(spectrum, seconds * RATE)
    return (0.1 * samples / samples.std()).astype(np.float32)


if __name__ == "__main__":
    main()
