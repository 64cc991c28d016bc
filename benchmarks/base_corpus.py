"""Makes the corpus that the embedded base learns from: sentences read by Kokoro-82M (Apache-2.0), as a labelled run.

    python benchmarks/base_corpus.py sentences.txt runs/corpus --model kokoro.onnx --vocabulary vocab.json \\
        --voices voices/ --recipe recipes/pretrain-mandarin-lite.yaml --minutes 120
    ffvits pretrain runs/corpus

`sentences.txt` has one sentence a line. The readings come from our own front end, syllable by syllable, with the tones
as they are spoken, so that what is written in `clips.jsonl` is what was said; the base may write them its own way.
Voices are those named by `--only` (`zf_xiaobei`, a blend `zf_xiaobei+af_heart`, or `af_heart/zf_xiaobei`: the sound of
one, time and pitch of the other), or Kokoro's Mandarin ones and blends of two of them: a base that has heard many
voices tells the voice from the words. Killed, it goes on where it stopped; `docs/embedded-base.md` says where the model
and the voices come from.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ffvits.clip import Clip
from ffvits.recipe import Recipe
from ffvits.run import Run, digest
from ffvits.text import front_end
from ffvits.text.frontend import Encoded, FrontEnd

RATE = 24_000
TIMBRE = 128  # numbers of a style that are about the sound; the rest is about time and pitch
SPOKEN = "initials-finals"  # the front end that knows third tones that rise, 一 and 不, and erhua
VOICES = ("zf_xiaobei", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang")
MARKS = dict(zip("，。！？、；：…—", ",.!?,;:…—", strict=True))
TONES = {"˧˩˧": "↓", "˧˥": "↗", "˥˩": "↘", "˥": "→"}  # longest first, as Kokoro's alphabet writes them
EARLY = 0.05  # s by which a sound begins before its token does (the median of what an aligner found)
EDGE = 0.06  # s of silence left at either end
PEAK = 0.7
HELD_OUT = 50  # every so many clips one is never trained on


@dataclass(frozen=True)
class Voice:
    """A name and a style table [tokens, 1, 256]."""

    name: str
    styles: np.ndarray


def load_voice(folder: Path, name: str) -> Voice:
    """A voice by its name: `zf_xiaobei`, a blend `zf_xiaobei+af_heart`, or `TIMBRE/PROSODY` of two such names.

    The first half of a style says how a voice sounds, the second how it times and intones: a voice of another language
    that sounds better can so speak as a Mandarin one does. Raises FileNotFoundError for a name that is not there.
    """

    def blend(names: str) -> np.ndarray:
        styles = [np.fromfile(folder / f"{one}.bin", np.float32).reshape(-1, 1, 256) for one in names.split("+")]
        return np.mean(styles, axis=0)

    timbre, _, prosody = name.partition("/")
    sound, manner = blend(timbre), blend(prosody or timbre)
    return Voice(name, np.concatenate([sound[..., :TIMBRE], manner[..., TIMBRE:]], axis=-1))


def load_voices(folder: Path) -> list[Voice]:
    """Kokoro's Mandarin voices, then the even blends of every two of them."""
    return [load_voice(folder, name) for name in (*VOICES, *map("+".join, itertools.combinations(VOICES, 2)))]


@dataclass(frozen=True)
class Phoneme:
    """A letter of Kokoro's alphabet, the syllable it belongs to (None for a space or a mark), and its part of it."""

    letter: str
    syllable: int | None = None
    initial: bool = False


class Kokoro:
    """The exported network: token ids and a style in, samples at 24 kHz and the length of each token out."""

    def __init__(self, model: Path, vocabulary: Path) -> None:
        import onnx
        import onnxruntime

        network = onnx.load(model)
        rounded = next(node for node in network.graph.node if node.op_type == "Round")  # tokens to whole frames
        network.graph.output.append(onnx.helper.make_empty_tensor_value_info(rounded.output[0]))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # several sentences at a time make better use of the processor
        self.session = onnxruntime.InferenceSession(
            network.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self.vocabulary: dict[str, int] = json.loads(vocabulary.read_text(encoding="utf-8"))["vocab"]

    def read(self, phonemes: Sequence[Phoneme], voice: Voice, speed: float) -> tuple[np.ndarray, np.ndarray]:
        """Samples, float32 [T], and the second at which each phoneme begins, [phonemes + 1].

        Raises KeyError for a phoneme that the model does not know.
        """
        ids = [self.vocabulary[phoneme.letter] for phoneme in phonemes]
        feeds = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": voice.styles[len(ids)].reshape(1, 256),
            "speed": np.array([speed], np.float32),
        }
        audio, frames = self.session.run(None, feeds)
        samples = audio.reshape(-1)
        ends = np.cumsum(frames.reshape(-1))
        return samples, ends[:-1] / ends[-1] * len(samples) / RATE - EARLY


def to_phonemes(encoded: Encoded) -> list[Phoneme]:
    """What Kokoro reads: a word's syllables in IPA, words apart, marks as Latin punctuation."""
    from misaki.transcription import pinyin_to_ipa

    phonemes: list[Phoneme] = []
    at = 0
    syllables = {syllable.at: number for number, syllable in enumerate(encoded.syllables)}
    for word in encoded.words:
        said: list[Phoneme] = []
        for number in (syllables[place] for place in range(at, at + len(word)) if place in syllables):
            pinyin = encoded.syllables[number].pinyin
            if pinyin == "r5":  # 花儿: the r colours the vowel before it, whose n falls silent
                said = said[:-1] if said and said[-1].letter == "n" else said
                said.append(Phoneme("ɻ", number))
                continue
            parts = pinyin_to_ipa(pinyin.replace("v", "ü"))[0]
            for index, part in enumerate(parts):
                initial = index == 0 and len(parts) > 1
                said += [Phoneme(letter, number, initial) for letter in _ipa(part)]
        at += len(word)
        if said:
            phonemes += [Phoneme(" ")] * bool(phonemes) + said
        elif phonemes and word in MARKS:
            phonemes.append(Phoneme(MARKS[word]))
    return phonemes


def _ipa(said: str) -> str:
    for long, short in TONES.items():
        said = said.replace(long, short)
    said = said.replace("ɻ̩", "ɨ").replace("ɹ̩", "ɨ")
    return said.replace("\u032f", "")


def syllable_times(phonemes: Sequence[Phoneme], starts: np.ndarray) -> np.ndarray:
    """When each syllable begins, when its final begins, and when it ends: seconds, [syllables, 3]."""
    times: dict[int, list[float]] = {}
    for phoneme, begin, end in zip(phonemes, starts[:-1], starts[1:], strict=True):
        if phoneme.syllable is not None:
            row = times.setdefault(phoneme.syllable, [begin, begin, end])
            row[2] = end
            if phoneme.initial:
                row[1] = end
    return np.array([times[number] for number in sorted(times)], np.float32)


def trimmed(samples: np.ndarray) -> tuple[np.ndarray, float]:
    """Without silent edges, and with the peak that every clip of the corpus has; and the seconds cut off in front."""
    level = np.abs(samples)
    loud = np.flatnonzero(level > 0.02 * level.max())
    edge = round(EDGE * RATE)
    first = max(0, loud[0] - edge)
    cut = samples[first : loud[-1] + edge]
    return (cut / np.abs(cut).max() * PEAK).astype(np.float32), first / RATE


def deal(
    sentences: Sequence[str], voices: Sequence[Voice], speeds: tuple[float, float], seed: int
) -> Iterator[tuple[int, str, Voice, float]]:
    """Number, sentence, voice and speed of each clip, always the same; own voices three times as often as blends."""
    random = np.random.default_rng(seed)
    weights = np.array([1.0 if "+" in voice.name else 3.0 for voice in voices])
    order = random.permutation(len(sentences))
    for number in range(len(sentences) * 100):
        sentence = sentences[order[number % len(order)]]
        yield number, sentence, voices[random.choice(len(voices), p=weights / weights.sum())], random.uniform(*speeds)


@dataclass(frozen=True)
class Reading:
    """A sentence read aloud: samples float32 [T] at RATE, and the seconds of its syllables, [syllables, 3]."""

    samples: np.ndarray
    times: np.ndarray


def read(encoded: Encoded, kokoro: Kokoro, voice: Voice, speed: float) -> Reading:
    """Lets a voice read what the front end made of a sentence."""
    phonemes = to_phonemes(encoded)
    samples, starts = kokoro.read(phonemes, voice, speed)
    samples, cut = trimmed(samples)
    return Reading(samples, syllable_times(phonemes, starts) - np.float32(cut))


def fitting(sentences: Sequence[str], spoken: FrontEnd, written: FrontEnd) -> list[str]:
    """Those that both front ends see as the same syllables, whatever the tones: the times of one fit the other."""

    def bare(reader: FrontEnd, sentence: str) -> list[str]:
        return [syllable.pinyin[:-1] for syllable in reader.encode(sentence).syllables]

    return [sentence for sentence in sentences if bare(spoken, sentence) == bare(written, sentence)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sentences", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="Kokoro as ONNX")
    parser.add_argument("--vocabulary", type=Path, required=True, help="its vocab.json")
    parser.add_argument("--voices", type=Path, required=True, help="the folder of its *.bin voices")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/pretrain-mandarin-lite.yaml"))
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--front-end", default=SPOKEN, help="that the base is to have (%(default)s)")
    parser.add_argument("--only", nargs="+", default=(), help="A, A+B or TIMBRE/PROSODY; left out: all, with blends")
    parser.add_argument("--speed", nargs=2, type=float, default=(0.9, 1.15), help="from and to, 1 as Kokoro likes it")
    parser.add_argument("--workers", type=int, default=2, help="sentences read at the same time (%(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    import soundfile

    spoken = front_end(SPOKEN)
    kokoro = Kokoro(options.model, options.vocabulary)
    sentences = [line.strip() for line in options.sentences.read_text(encoding="utf-8").splitlines() if line.strip()]
    sentences = fitting(sentences, spoken, front_end(options.front_end))
    voices = [load_voice(options.voices, name) for name in options.only] or load_voices(options.voices)
    origin = Recipe(source="sentences read by Kokoro-82M", consent="synthetic voices, Apache-2.0")
    run = Run.create(options.run, Recipe.load(options.recipe, over=origin))
    run.audio.mkdir(exist_ok=True)
    done = run.clips() if run.clips_file.is_file() else []
    total = sum(clip.seconds for clip in done)
    dealt = itertools.islice(deal(sentences, voices, tuple(options.speed), options.seed), len(done), None)

    def work(task: tuple[int, str, Voice, float]) -> Reading:
        _, sentence, voice, speed = task
        return read(spoken.encode(sentence), kokoro, voice, speed)

    with (
        run.clips_file.open("a", encoding="utf-8", newline="\n") as file,
        ThreadPoolExecutor(options.workers) as readers,
    ):
        waiting: deque[tuple[tuple[int, str, Voice, float], Future[Reading]]] = deque()
        while total < options.minutes * 60:
            while len(waiting) <= options.workers:
                task = next(dealt)
                waiting.append((task, readers.submit(work, task)))
            (number, sentence, voice, speed), reading = waiting.popleft()
            samples, times = reading.result().samples, reading.result().times
            name = f"{number:06d}"
            soundfile.write(run.audio / f"{name}.flac", samples, RATE)
            np.save(run.audio / f"{name}.times.npy", times)
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
