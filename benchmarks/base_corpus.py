"""Makes the corpus that the embedded base learns from: sentences read by Kokoro-82M (Apache-2.0), as a labelled run.

    python benchmarks/base_corpus.py sentences.txt runs/corpus --model kokoro.onnx --vocabulary vocab.json \\
        --voices voices/ --recipe recipes/pretrain-mandarin-lite.yaml --minutes 120
    ffvits pretrain runs/corpus

`sentences.txt` has one sentence a line. The readings come from our own front end, syllable by syllable, so that what is
written in `clips.jsonl` is what was said. Voices are Kokoro's Mandarin ones and blends of two of them: a base that has
heard many voices tells the voice from the words. Killed, it goes on where it stopped; `docs/embedded-base.md` says
where the model and the voices come from.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ffvits.clip import Clip
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.text import front_end
from ffvits.text.frontend import Encoded

RATE = 24_000
VOICES = ("zf_xiaobei", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang")
TONES = {"˧˩˧": "↓", "˧˥": "↗", "˥˩": "↘", "˥": "→"}  # longest first, as Kokoro's alphabet writes them
EDGE = 0.06  # s of silence left at either end
PEAK = 0.7
HELD_OUT = 50  # every so many clips one is never trained on


@dataclass(frozen=True)
class Voice:
    """A name and a style table [tokens, 1, 256]."""

    name: str
    styles: np.ndarray


def load_voices(folder: Path) -> list[Voice]:
    """Kokoro's Mandarin voices, then the even blends of every two of them."""
    own = [Voice(name, np.fromfile(folder / f"{name}.bin", np.float32).reshape(-1, 1, 256)) for name in VOICES]
    blends = [Voice(f"{a.name}+{b.name}", (a.styles + b.styles) / 2) for a, b in itertools.combinations(own, 2)]
    return own + blends


class Kokoro:
    """The exported network: token ids and a style in, samples at 24 kHz out."""

    def __init__(self, model: Path, vocabulary: Path, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self.vocabulary: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]

    def read(self, phonemes: str, voice: Voice, speed: float) -> np.ndarray:
        """Samples, float32 [T]. Raises KeyError for a phoneme that the model does not know."""
        ids = [self.vocabulary[phoneme] for phoneme in phonemes]
        feeds = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": voice.styles[len(ids)].reshape(1, 256),
            "speed": np.array([speed], np.float32),
        }
        return self.session.run(None, feeds)[0].reshape(-1)


def to_phonemes(encoded: Encoded) -> str:
    """What Kokoro reads: a word's syllables in IPA, words apart, marks as Latin punctuation."""
    from misaki.transcription import pinyin_to_ipa

    words, at = [], 0
    syllables = {syllable.at: syllable for syllable in encoded.syllables}
    for word in encoded.words:
        said = ""
        for place in range(at, at + len(word)):
            if place in syllables:
                said += _ipa("".join(pinyin_to_ipa(syllables[place].pinyin.replace("v", "ü"))[0]))
        words.append(said or {"，": ",", "。": ".", "！": "!", "？": "?"}.get(word, ""))
        at += len(word)
    return re.sub(r" ([,.!?])", r"\1", " ".join(word for word in words if word))


def _ipa(said: str) -> str:
    for long, short in TONES.items():
        said = said.replace(long, short)
    said = said.replace("ɻ̩", "ɨ").replace("ɹ̩", "ɨ")
    return said.replace("\u032f", "")


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Without silent edges, and with the peak that every clip of the corpus has."""
    level = np.abs(samples)
    loud = np.flatnonzero(level > 0.02 * level.max())
    edge = round(EDGE * RATE)
    cut = samples[max(0, loud[0] - edge) : loud[-1] + edge]
    return (cut / np.abs(cut).max() * PEAK).astype(np.float32)


def deal(sentences: Sequence[str], voices: Sequence[Voice], seed: int) -> Iterator[tuple[int, str, Voice, float]]:
    """Number, sentence, voice and speed of each clip, always the same; own voices three times as often as blends."""
    random = np.random.default_rng(seed)
    weights = np.array([1.0 if "+" in voice.name else 3.0 for voice in voices])
    order = random.permutation(len(sentences))
    for number in range(len(sentences) * 100):
        sentence = sentences[order[number % len(order)]]
        yield number, sentence, voices[random.choice(len(voices), p=weights / weights.sum())], random.uniform(0.9, 1.15)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sentences", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="Kokoro as ONNX")
    parser.add_argument("--vocabulary", type=Path, required=True, help="its vocab.json")
    parser.add_argument("--voices", type=Path, required=True, help="the folder of its *.bin voices")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/pretrain-mandarin-lite.yaml"))
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    import soundfile

    reader = front_end("mandarin-lite")
    kokoro = Kokoro(options.model, options.vocabulary, options.threads)
    sentences = [line.strip() for line in options.sentences.read_text(encoding="utf-8").splitlines() if line.strip()]
    run = Run.create(options.run, Recipe.load(options.recipe))
    run.audio.mkdir(exist_ok=True)
    done = run.clips() if run.clips_file.is_file() else []
    total, first = sum(clip.seconds for clip in done), len(done)
    with run.clips_file.open("a", encoding="utf-8", newline="\n") as file:
        for number, sentence, voice, speed in deal(sentences, load_voices(options.voices), options.seed):
            if number < first:
                continue
            if total >= options.minutes * 60:
                break
            encoded = reader.encode(sentence)
            samples = trimmed(kokoro.read(to_phonemes(encoded), voice, speed))
            name = f"{number:06d}"
            soundfile.write(run.audio / f"{name}.flac", samples, RATE)
            clip = Clip(
                id=name,
                source=f"{name}.flac",
                start=0.0,
                end=len(samples) / RATE,
                speaker=voice.name,
                text=sentence,
                split="val" if number % HELD_OUT == 0 else "train",
                audio=f"audio/{name}.flac",
                key=digest(sentence, voice.name, speed),
            )
            total += clip.seconds
            file.write(clip.signed().to_json() + "\n")
            file.flush()


if __name__ == "__main__":
    main()
