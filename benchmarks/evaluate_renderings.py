"""Renders sentences of the bundled test set with Kokoro-82M, well and badly on purpose, for `evaluate_validity.py`.

    pip install misaki[zh]==0.9.4 onnx onnxruntime pyworld "setuptools<81"
    python benchmarks/evaluate_renderings.py renderings --model kokoro.onnx --vocabulary vocab.json --voices voices/
    python benchmarks/evaluate_renderings.py drill --drill sentences.txt --model … --vocabulary … --voices …

Kinds: `good` (the right pinyin), `shuffled` (each tone 1-4 exchanged for another), `foreign` (initials and finals as a
foreigner says them), `flat` (the good one on one pitch, by WORLD). Spans come from Kokoro's own durations. The voices
are two that the ear never heard in its training. `--drill` is for that training: other voices read the sentences of a
file with half of their tones, or their initials and finals, exchanged, so that only the sound says what they are.
Where the model comes from is said in `docs/measured/evaluation.md`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from base_corpus import load_voice

from ffvits.audio.sound import Sound
from ffvits.evaluate.sentences import load_sentences
from ffvits.evaluate.syllables import Span, intended
from ffvits.text.syllables import known_bases

RATE, UNIT = 24_000, 600  # Hz; samples of one step of Kokoro's durations
VOICES = ("zf_xiaoyi", "zm_yunyang")
MARKS = {"，": ",", "、": ",", "。": ".", "？": "?", "！": "!"}
TONES = {"˧˩˧": "↓", "˧˥": "↗", "˥˩": "↘", "˥": "→"}
FOREIGN_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "r": "l", "q": "j", "p": "b", "t": "d", "k": "g", "c": "z"}
KINDS = ("good", "shuffled", "foreign")
DRILL_VOICES = (
    *("zf_xiaobei", "zf_xiaoxiao", "zf_xiaoni", "zm_yunjian", "zm_yunxi", "zm_yunxia"),
    *("af_heart/zf_xiaobei", "af_bella/zf_xiaoni", "am_michael/zm_yunxi", "bf_emma/zf_xiaoxiao"),
    *("am_adam/zm_yunjian", "jf_alpha/zf_xiaoni"),
)
OTHER_TONE, OTHER_SOUND = 0.55, 0.45  # shares of the syllables of a drill


class Kokoro:
    """The exported network with its durations laid open."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        import onnx
        import onnxruntime

        graph = onnx.load(str(model))
        graph.graph.output.append(onnx.helper.make_empty_tensor_value_info("/encoder/Clip_output_0"))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.vocabulary: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]

    def read(self, items: Sequence[str], styles: np.ndarray) -> tuple[np.ndarray, list[tuple[float, float]]]:
        """Reads syllables (TONE3) and marks: samples, and the seconds of each syllable."""
        ids: list[int] = []
        places: list[tuple[int, int]] = []
        for item in items:
            if item in ",.?!":
                ids.append(self.vocabulary[item])
                continue
            if ids:
                ids.append(self.vocabulary[" "])
            start = len(ids)
            ids += [self.vocabulary[phoneme] for phoneme in phonemes(item)]
            places.append((start + 1, len(ids) + 1))
        feeds = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": styles[len(ids)].reshape(1, 256),
            "speed": np.ones(1, np.float32),
        }
        audio, frames = self.session.run(None, feeds)
        ends = np.concatenate([[0], np.cumsum(frames.reshape(-1))]) * UNIT / RATE
        samples = audio.reshape(-1).astype(np.float32)
        return samples, [(float(ends[start]), float(ends[end])) for start, end in places]


def phonemes(pinyin: str) -> str:
    """One syllable in Kokoro's alphabet."""
    from misaki.transcription import pinyin_to_ipa

    said = "".join(pinyin_to_ipa(pinyin.replace("v", "ü"))[0])
    for long, short in TONES.items():
        said = said.replace(long, short)
    return said.replace("ɻ̩", "ɨ").replace("ɹ̩", "ɨ").replace("\u032f", "")


def shuffled(pinyin: Sequence[str], random: np.random.Generator) -> list[str]:
    return [p if p[-1] == "5" else p[:-1] + str(random.choice([t for t in "1234" if t != p[-1]])) for p in pinyin]


def foreign(pinyin: Sequence[str]) -> list[str]:
    """zh as z, aspirated as plain, ng as n, ü as u: wherever the result is a syllable."""
    return [_foreign(p[:-1]) + p[-1] for p in pinyin]


def drilled(pinyin: Sequence[str], number: int, random: np.random.Generator) -> list[str]:
    """Other tones, other sounds, or both, as the sentence's number will have it."""
    said = list(pinyin)
    if number % 3 != 2:
        said = [a if random.random() < OTHER_TONE else b for a, b in zip(shuffled(said, random), said, strict=True)]
    if number % 3 != 0:
        said = [a if random.random() < OTHER_SOUND else b for a, b in zip(foreign(said), said, strict=True)]
    return said


def _foreign(base: str) -> str:
    for initial in sorted(FOREIGN_INITIALS, key=len, reverse=True):
        if base.startswith(initial) and not (len(initial) == 1 and base[1:2] == "h"):
            changed = FOREIGN_INITIALS[initial] + base[len(initial) :]
            base = changed if changed in known_bases() else base
            break
    for changed in (base.removesuffix("g") if base.endswith("ng") else base, base.replace("v", "u")):
        base = changed if changed in known_bases() else base
    return base


def flat(samples: np.ndarray) -> np.ndarray:
    """The same speech on its own median pitch."""
    import pyworld

    wav = samples.astype(np.float64)
    f0, times = pyworld.harvest(wav, RATE, f0_floor=60, f0_ceil=600)
    spectrum, noise = pyworld.cheaptrick(wav, f0, times, RATE), pyworld.d4c(wav, f0, times, RATE)
    level = np.where(f0 > 0, np.median(f0[f0 > 0]), 0.0)
    return pyworld.synthesize(level, spectrum, noise, RATE)[: len(wav)].astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="Kokoro as ONNX")
    parser.add_argument("--vocabulary", type=Path, required=True, help="its vocab.json")
    parser.add_argument("--voices", type=Path, required=True, help="the folder of its *.bin voices")
    parser.add_argument("--sentences", type=int, default=30)
    parser.add_argument("--drill", type=Path, help="a sentence a line, of hanzi and marks alone: for training")
    options = parser.parse_args()

    options.folder.mkdir(parents=True, exist_ok=True)
    kokoro = Kokoro(options.model, options.vocabulary)
    with (options.folder / "renderings.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        entries = (
            drill(options.folder, kokoro, options.voices, options.drill.read_text(encoding="utf-8").splitlines())
            if options.drill
            else known_cases(options.folder, kokoro, options.voices, options.sentences)
        )
        for entry in entries:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()


def known_cases(folder: Path, kokoro: Kokoro, voices: Path, count: int) -> Iterator[dict[str, object]]:
    """Renders `count` sentences of the test set in every kind and both voices."""
    usable = [s for s in load_sentences() if "r5" not in s.pinyin and s.category not in ("long", "digits")]
    for sentence in usable[:: max(1, len(usable) // count)][:count]:
        for name in VOICES:
            voice = load_voice(voices, name)
            random = np.random.default_rng((1, sentence.number))
            versions = (sentence.pinyin, shuffled(sentence.pinyin, random), foreign(sentence.pinyin))
            for kind, said in zip(KINDS, versions, strict=True):
                samples, places = kokoro.read(_items(sentence.text, said), voice.styles)
                spans = [asdict(Span(p, *place)) for p, place in zip(sentence.pinyin, places, strict=True)]
                for way, sound in {kind: samples, **({"flat": flat(samples)} if kind == "good" else {})}.items():
                    audio = f"{sentence.number:03d}-{name}-{way}.flac"
                    Sound(sound, RATE).save(folder / audio)
                    entry = {"audio": audio, "voice": name, "kind": way, "text": sentence.text, "said": said}
                    yield {**entry, "spans": spans}


def drill(folder: Path, kokoro: Kokoro, voices: Path, sentences: Sequence[str]) -> Iterator[dict[str, object]]:
    """Renders each sentence once, exchanged at random, by one voice after the other."""
    random = np.random.default_rng(5)
    for number, text in enumerate(sentences):
        pinyin = intended(text)
        if "r5" in pinyin or len(pinyin) != sum(char not in MARKS for char in text):
            continue
        said = drilled(pinyin, number, random)
        voice = load_voice(voices, DRILL_VOICES[number % len(DRILL_VOICES)])
        samples, _ = kokoro.read(_items(text, said), voice.styles)
        audio = f"{number:04d}.flac"
        Sound(samples, RATE).save(folder / audio)
        yield {"audio": audio, "voice": voice.name, "kind": "drill", "text": text, "said": said}


def _items(text: str, said: Sequence[str]) -> list[str]:
    """Syllables with the marks of the text between them."""
    syllables = iter(said)
    return [MARKS[char] if char in MARKS else next(syllables) for char in text]


if __name__ == "__main__":
    main()
