"""Checks that the measures of `ffvits evaluate` rank cases whose order is known; prints the table of the docs.

    python benchmarks/evaluate_validity.py renderings audio/aishell3_30speakers

`renderings` is what `evaluate_renderings.py` made; the folder of real speech holds `metadata.tsv`, and of it only the
people are heard whom the ear never met. Noise is added to the good renderings here, at 5 dB. The accent score of a
sentence is the mean probability of the right tones; its area under the curve tells good from shuffled renderings.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tone_classifier import PEOPLE, labelled, utterances

from ffvits import console
from ffvits.audio.pitch import track
from ffvits.audio.sound import Sound
from ffvits.evaluate import measures
from ffvits.evaluate.aligner import load_aligner
from ffvits.evaluate.ear import Register, load_ear, whisper_states
from ffvits.evaluate.panel import Panel, foreign_sounds, melody
from ffvits.evaluate.statistics import Part, area, figure
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


def by_ear(takes: list[Take], panel: Panel) -> list[Mapping[str, Part]]:
    """The measures of tones and sounds alone."""
    ear, pitches = load_ear(), [track(take.sound) for take in takes]
    register, found = Register.of(pitches), []
    for take, pitch in zip(takes, pitches, strict=True):
        states = whisper_states(take.sound, panel.whisper)
        heard = ear.listen(take.sound, take.spans, register, states, pitch)
        strange = foreign_sounds(take.spans, heard, ear)
        foreign = (float(sum(map(bool, strange))), float(len(strange)))
        found.append({**melody(take, pitch, heard), "foreign": foreign})
    return found


def ratio(parts: Mapping[str, Part], name: str) -> float:
    return parts[name][0] / max(parts[name][1], 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("renderings", type=Path)
    parser.add_argument("real", type=Path)
    parser.add_argument("--ear-only", action="store_true", help="without words and DNSMOS: tones and sounds only")
    options = parser.parse_args()

    panel = Panel(TranscribeSettings())
    heard: dict[str, list[Mapping[str, Part]]] = {}
    for (kind, voice), takes in gather(options.renderings, options.real).items():
        found = by_ear(takes, panel) if options.ear_only else [v.parts for v in panel.judge(takes, f"{kind} {voice}")]
        heard.setdefault(kind, []).extend(found)
    shown = [name for name in SHOWN if any(name in parts for parts in heard["good"])]
    console.result("| case | sentences | " + " | ".join(shown) + " |")
    console.result("|---|---|" + "---|" * len(shown))
    for kind in ORDER:
        cells = []
        for name in shown:
            found, measure = figure([parts.get(name, (0.0, 0.0)) for parts in heard[kind]]), measures.BY_NAME[name]
            cells.append(f"{measure.write(found.value)} {measure.write_bounds(found.low, found.high)}")
        console.result(f"| {kind} | {len(heard[kind])} | " + " | ".join(cells) + " |")
    values = {
        kind: {name: [ratio(p, name) for p in found] for name in ("nativeness", "foreign")}
        for kind, found in heard.items()
    }
    for kind in ("shuffled", "flat"):
        auc = area(values["good"]["nativeness"], values[kind]["nativeness"])
        console.result(f"accent score, good against {kind}: AUC {auc:.3f}")
    console.result(f"foreign sounds: AUC {area(values['foreign']['foreign'], values['good']['foreign']):.3f}")


if __name__ == "__main__":
    main()
