"""Checks that the measures of `ffvits evaluate` rank cases whose order is known; prints the table of the docs.

    python benchmarks/evaluate_validity.py renderings audio/aishell3_30speakers

`renderings` is what `evaluate_renderings.py` made; the folder of real speech holds `metadata.tsv`, and of it only the
people are heard whom the ear never met. Noise is added to the good renderings here, at 5 dB. The accent score of a
sentence is the mean probability of the right tones; its area under the curve tells good from shuffled renderings.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from tone_classifier import PEOPLE, labelled, utterances

from ffvits import console
from ffvits.audio.sound import Sound
from ffvits.evaluate import measures
from ffvits.evaluate.aligner import load_aligner
from ffvits.evaluate.panel import Panel, Verdict
from ffvits.evaluate.statistics import area, figure
from ffvits.evaluate.syllables import Span
from ffvits.evaluate.takes import Take
from ffvits.recipe import TranscribeSettings

ORDER = ("real", "good", "shuffled", "flat", "foreign", "noisy")
SHOWN = ("cer", "tone_error", "nativeness", "foreign", "quality", "signal", "harmonicity")
SNR = 5.0


def noisy(sound: Sound, random: np.random.Generator) -> Sound:
    """The sound with pink noise."""
    spectrum = np.fft.rfft(random.normal(size=len(sound.samples)))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), len(sound.samples))
    gain = np.sqrt(np.mean(sound.samples**2) / np.mean(pink**2) / 10 ** (SNR / 10))
    return Sound((sound.samples + gain * pink).astype(np.float32), sound.rate)


def gather(folder: Path, real: Path) -> dict[tuple[str, str], list[Take]]:
    """Takes by kind and voice. All syllables are found by the aligner, so that no kind has better borders."""
    aligner = load_aligner()
    takes: dict[tuple[str, str], list[Take]] = {}
    random = np.random.default_rng(1)
    for line in (folder / "renderings.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        sound = Sound.load(folder / entry["audio"])
        meant = tuple(span["pinyin"] for span in entry["spans"])
        # Where a syllable lies depends on what was said; which one it should be, on what was meant.
        found = aligner.spans(sound, tuple(entry["said"]))
        spans = tuple(Span(name, span.start, span.end) for name, span in zip(meant, found, strict=True))
        key = entry["audio"].split("-")[0]
        kinds = {entry["kind"]: sound} | ({"noisy": noisy(sound, random)} if entry["kind"] == "good" else {})
        for kind, heard in kinds.items():
            take = Take(key, kind, entry["text"], heard, spans)
            takes.setdefault((kind, entry["voice"]), []).append(take)
    for utterance in utterances(real):
        names = labelled(utterance)
        if utterance.speaker in PEOPLE and names:
            sound = Sound.load(utterance.path)
            spans = tuple(Span(s.pinyin.replace("0", "3"), s.start, s.end) for s in aligner.spans(sound, names))
            takes[("real", utterance.speaker)] = [Take(utterance.path.stem, "real", utterance.text, sound, spans)]
    return takes


def accent(verdict: Verdict) -> float:
    right, count = verdict.parts["nativeness"]
    return right / max(count, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("renderings", type=Path)
    parser.add_argument("real", type=Path)
    options = parser.parse_args()

    panel = Panel(TranscribeSettings())
    heard: dict[str, list[Verdict]] = {}
    for (kind, voice), takes in gather(options.renderings, options.real).items():
        heard.setdefault(kind, []).extend(panel.judge(takes, f"{kind} {voice}"))
    console.result("| case | sentences | " + " | ".join(SHOWN) + " |")
    console.result("|---|---|" + "---|" * len(SHOWN))
    for kind in ORDER:
        cells = []
        for name in SHOWN:
            found = figure([v.parts.get(name, (0.0, 0.0)) for v in heard[kind]])
            measure = measures.BY_NAME[name]
            cells.append(f"{measure.write(found.value)} [{measure.write(found.low)}, {measure.write(found.high)}]")
        console.result(f"| {kind} | {len(heard[kind])} | " + " | ".join(cells) + " |")
    good = [accent(v) for v in heard["good"]]
    for kind in ("shuffled", "flat"):
        console.result(f"accent score, good against {kind}: AUC {area(good, [accent(v) for v in heard[kind]]):.3f}")
    plain = [v.parts["foreign"][0] / v.parts["foreign"][1] for v in heard["good"]]
    strange = [v.parts["foreign"][0] / v.parts["foreign"][1] for v in heard["foreign"]]
    console.result(f"foreign sounds, good against foreign: AUC {area(strange, plain):.3f}")


if __name__ == "__main__":
    main()
