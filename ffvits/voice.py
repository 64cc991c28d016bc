"""A finished voice: `Voice.load("runs/paimon").say("你好")`. Needs the core packages only, and no aligner.

What lies in a voice folder is described in `ffvits.speak.folder`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ffvits import console
from ffvits.errors import BaseError, FfvitsError, TextError
from ffvits.speak.files import SpeechFile
from ffvits.speak.folder import VoiceInfo, find_voice, lacking, read_weights
from ffvits.speak.recording import samples_of
from ffvits.speak.script import Line, script
from ffvits.speak.synthesis import Alone, Asked, Manner, decoded, spoken, think
from ffvits.text.unreadable import together

if TYPE_CHECKING:
    import numpy as np
    import torch

    from ffvits.audio.sound import Sound
    from ffvits.base import Base
    from ffvits.speak.synthesis import Parts, Stage
    from ffvits.speak.torch_parts import Precision
    from ffvits.text import FrontEnd
    from ffvits.text.frontend import Encoded

Backend = Literal["torch", "onnx"]
Ids = tuple[int, ...]


@dataclass(frozen=True)
class Phrase:
    """A stretch of speech: `samples` float32 [T], what they say, and the frames of each of its ids.

    `pause` (seconds) is the silence that follows it.
    """

    samples: np.ndarray
    encoded: Encoded
    frames: tuple[int, ...]
    pause: float


class Voice:
    """Speaks text. Made by `Voice.load`; one voice may be used by several threads."""

    def __init__(self, info: VoiceInfo, parts: Parts, reader: FrontEnd, stage: Stage | None = None) -> None:
        self.info = info
        self.sample_rate = info.sampling_rate
        self.speakers = info.speakers
        self._parts = parts
        self._reader = reader
        self._stage = stage or Alone(parts)

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        backend: Backend | None = None,
        device: str = "cpu",
        precision: Precision = "auto",
        offline: bool = False,
    ) -> Voice:
        """Loads a run folder, its voice/ folder, an export of one, or anything that `--base` takes.

        `backend` is torch or onnx; left out, it is what the folder holds. `device` and `precision` are torch's:
        a device of `ffvits.device.choose_device`, and float32, bfloat16 or auto for the decoder: bfloat16 where the
        processor has it (twice as fast).
        Raises RunError, BaseError or DownloadError naming what is missing and what to do.
        """
        if backend not in (None, "torch", "onnx"):
            raise FfvitsError(f"there is no backend {backend!r}", cure="choose torch or onnx")
        if precision not in ("auto", "float32", "bfloat16"):
            raise FfvitsError(f"there is no precision {precision!r}", cure="choose of auto, float32, bfloat16")
        folder = find_voice(path)
        if folder is None and backend == "onnx":
            raise BaseError(
                "this is no voice in ONNX", cure=f"make one with: ffvits export {console.typed(path)} --to onnx"
            )
        if folder is None:
            from ffvits.base import load_base

            try:
                return cls.from_base(load_base(path, offline=offline), device=device, precision=precision)
            except ModuleNotFoundError as error:
                raise lacking(error, path) from error
        info = VoiceInfo.load(folder)
        weights = folder / "model.safetensors"
        try:
            # Where both are missing, it was to be in torch: an export says what it is.
            if backend == "torch" or (backend is None and (weights.is_file() or not any(folder.glob("*.onnx")))):
                return cls._in_torch(info, read_weights(weights), device, precision)
            from ffvits.speak.onnx_parts import OnnxParts

            return cls(info, OnnxParts.load(folder), info.reader())
        except (BaseError, TextError) as error:  # of a shape or symbols that the description states
            error.file = error.file or str(folder / "voice.json")
            raise

    @classmethod
    def from_base(cls, base: Base, *, device: str = "cpu", precision: Precision = "auto") -> Voice:
        """The voice that a base has before any training. Raises BaseError where ffvits cannot write its symbols."""
        return cls._in_torch(VoiceInfo.of_base(base), base.generator, device, precision)

    @classmethod
    def _in_torch(
        cls, info: VoiceInfo, weights: Mapping[str, torch.Tensor], device: str, precision: Precision
    ) -> Voice:
        from ffvits.speak.torch_parts import TorchParts
        from ffvits.vits import VitsConfig

        config = VitsConfig.from_dict(info.model)
        return cls(info, TorchParts.build(config, weights, device, precision), info.reader())

    def together(self, rows: int) -> Voice:
        """The same voice for many threads: what they say at the same time is computed in batches of up to `rows`.

        Each hears what it would hear alone to 1e-4. Pays on a graphics card (`docs/measured/serve.md`). A voice in
        ONNX cannot batch, and stays as it is.
        """
        if not self._parts.batches:
            return self
        from ffvits.speak.together import Together

        return Voice(self.info, self._parts, self._reader, Together(self._parts, rows))

    def fingerprint(self) -> str:
        """A hash of the voice's weights: two that differ are two voices."""
        return self._parts.fingerprint()

    def say(
        self,
        text: str,
        speaker: str | None = None,
        *,
        speed: float | None = None,
        noise: float | None = None,
        noise_w: float | None = None,
        seed: int | None = None,
        pause: float | None = None,
    ) -> np.ndarray:
        """Speaks a text of any length: float32 [T] in [-1, 1] at `sample_rate`.

        `speed` 2 is twice as fast; `noise` varies the sound and `noise_w` the rhythm (0 is fixed); the same `seed`
        gives the same samples; `pause` is the silence after a sentence in seconds, other marks in proportion. In the
        text, `银行{hang2}` gives a reading and `<break time="500ms"/>` a silence. Raises TextError if there is nothing
        speakable in the text, FfvitsError for an impossible setting.
        """
        import numpy as np

        manner = {"speed": speed, "noise": noise, "noise_w": noise_w, "seed": seed, "pause": pause}
        return np.concatenate(list(self.stream(text, speaker, read_first=True, **manner)))

    def stream(
        self,
        text: str,
        speaker: str | None = None,
        *,
        speed: float | None = None,
        noise: float | None = None,
        noise_w: float | None = None,
        seed: int | None = None,
        pause: float | None = None,
        read_first: bool = False,
        told: Callable[[int], None] | None = None,
    ) -> Iterator[np.ndarray]:
        """Like `say`, piece by piece: the first as soon as a part of the first phrase is ready, then without gaps.

        The pieces, joined, are what `say` returns. Impossible settings are refused at once, what cannot be read when
        its phrase comes, and then memory does not grow with the text; with `read_first` all of the text is read now.
        `told` hears after each phrase how many characters it had.
        """
        manner = self._manner(speed, noise, noise_w)
        lines = script(text, pause=pause, speed=1 / manner.stretch)
        ids: Iterable[Ids] = self._read(text, lines)
        if read_first:
            ids = list(ids)
        return self._spoken(lines, ids, self._row(speaker), manner, _seed(seed), told)

    def phrases(
        self,
        text: str,
        speaker: str | None = None,
        *,
        speed: float | None = None,
        noise: float | None = None,
        noise_w: float | None = None,
        seed: int | None = None,
        pause: float | None = None,
    ) -> Iterator[Phrase]:
        """Like `stream`, but whole phrases, with what each says and how long each of its symbols takes."""
        import numpy as np

        manner, chance = self._manner(speed, noise, noise_w), _seed(seed)
        g = self._parts.speaker(self._row(speaker))
        for number, line in enumerate(script(text, pause=pause, speed=1 / manner.stretch)):
            if line.text:
                encoded = self._reader.encode(line.text)
                thought = self._stage.run(think, Asked(encoded.ids, g, manner, [chance, number]))
                samples = np.concatenate(list(spoken(self._stage, thought)))
                yield Phrase(samples, encoded, tuple(thought.frames.tolist()), line.pause)

    def batch(
        self,
        texts: Sequence[str],
        speaker: str | None = None,
        *,
        speed: float | None = None,
        noise: float | None = None,
        noise_w: float | None = None,
        seed: int | None = None,
        pause: float | None = None,
    ) -> list[np.ndarray]:
        """Speaks several texts: for each what `say` returns for it alone with the same seed, to 1e-4.

        Phrases of all texts are computed in batches where that pays (a graphics card), else one after the other: then
        every sample is equal. Raises as `say` does.
        """
        import numpy as np

        from ffvits.speak.together import all_spoken

        if isinstance(texts, str):  # else every character of it would be a text
            raise FfvitsError("a batch takes several texts", cure="give a list of them, or let `say` speak the one")
        manner = self._manner(speed, noise, noise_w)
        scripts = [script(text, pause=pause, speed=1 / manner.stretch) for text in texts]
        row, seeds = self._row(speaker), [_seed(seed) for _ in texts]
        told = list(zip(scripts, seeds, strict=True))
        read = [list(self._read(text, lines)) for text, lines in zip(texts, scripts, strict=True)]
        if self._parts.rows == 1:
            return [
                np.concatenate(list(self._spoken(lines, ids, row, manner, chance)))
                for (lines, chance), ids in zip(told, read, strict=True)
            ]
        g = self._parts.speaker(row)
        asked = [
            Asked(next(ids), g, manner, [chance, number])
            for (lines, chance), ids in zip(told, map(iter, read), strict=True)
            for number, line in enumerate(lines)
            if line.text
        ]
        phrases = iter(all_spoken(self._parts, asked))
        return [np.concatenate(list(self._joined(lines, phrases))) for lines in scripts]

    def convert(
        self,
        audio: np.ndarray | Sound | str | Path,
        from_speaker: str,
        to_speaker: str,
        *,
        rate: int | None = None,
        seed: int | None = None,
    ) -> np.ndarray:
        """What one of this voice's speakers says in a recording, said by another: float32 [T] at `sample_rate`.

        `audio` is samples [T] (floats in [-1, 1], int16 or int32) at `rate` (left out: at `sample_rate`), a Sound or a
        file; it becomes one hop shorter at most. Works for recordings of speakers the voice was trained on. Raises
        FfvitsError for a voice without speakers or in ONNX (which has no posterior encoder), AudioError for a file that
        cannot be read.
        """
        import numpy as np

        from ffvits.speak.torch_parts import TorchParts

        if not isinstance(self._parts, TorchParts):
            raise FfvitsError("a voice in ONNX cannot convert", cure="load the trained voice itself")
        if not self.speakers:
            raise FfvitsError("this voice has no speakers to convert between", cure="use one that has several")
        source, target = self._row(from_speaker), self._row(to_speaker)
        random = np.random.default_rng(_seed(seed))
        samples = samples_of(audio, rate, self.sample_rate)
        higher = self.info.octaves[source] if self.info.octaves else 0.0
        z = self._parts.shifted(samples, source, target, self.sample_rate, random, higher)
        return np.concatenate(list(decoded(self._stage, z, self._parts.speaker(target))))

    def _read(self, text: str, lines: Sequence[Line]) -> Iterator[Ids]:
        """The ids of each line that says something. Raises TextError with everything that cannot be read, by line."""
        problems: list[tuple[int, TextError]] = []
        for number, line in enumerate(lines):
            if not line.text:
                continue
            try:
                ids = self._reader.encode(line.text).ids
            except TextError as error:
                if error.file is not None:  # not the text's fault
                    raise
                problems.append((number, error))
                continue
            if not problems:
                yield ids
        if problems:
            raise together(text, [line.text for line in lines], problems)

    def _spoken(
        self,
        lines: Sequence[Line],
        ids: Iterable[Ids],
        row: int | None,
        manner: Manner,
        seed: int,
        told: Callable[[int], None] | None = None,
    ) -> Iterator[np.ndarray]:
        """Each phrase has chance of its own, so that it sounds the same whatever is said before it."""
        g, read = self._parts.speaker(row), iter(ids)
        for number, line in enumerate(lines):
            if line.text:
                asked = Asked(next(read), g, manner, [seed, number])
                yield from spoken(self._stage, self._stage.run(think, asked))
            if line.pause:
                yield self._silence(line)
            if told is not None:
                told(len(line.text))

    def _joined(self, lines: Sequence[Line], phrases: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        """The next phrase for each line that says something, and the silences."""
        for line in lines:
            if line.text:
                yield next(phrases)
            if line.pause:
                yield self._silence(line)

    def _silence(self, line: Line) -> np.ndarray:
        import numpy as np

        return np.zeros(round(line.pause * self.sample_rate), np.float32)

    def _manner(self, speed: float | None, noise: float | None, noise_w: float | None) -> Manner:
        """The voice's own settings where none are given. Raises FfvitsError for an impossible one."""
        return Manner(
            self._between("noise", noise, self.info.noise, 0, 2),
            self._between("noise_w", noise_w, self.info.noise_w, 0, 2),
            1 / self._between("speed", speed, self.info.speed, 0.1, 10),
        )

    def save(self, path: str | Path, text: str, speaker: str | None = None, **settings: Any) -> float:
        """Speaks into a WAV or FLAC file, phrase by phrase, and returns its seconds.

        The text is read to its end before anything is spoken; `settings` are those of `stream`. Raises as `say` does,
        and FfvitsError if the file cannot be written; an earlier file stays until the new one is whole.
        """
        file = SpeechFile.named(path)
        return file.write(self.stream(text, speaker, read_first=True, **settings), self.sample_rate)

    def _row(self, speaker: str | None) -> int | None:
        if speaker is None:
            return 0 if self.info.model.get("gin_channels") and self.info.model.get("n_speakers") else None
        if speaker not in self.speakers:
            cure = f"it has: {', '.join(self.speakers)}" if self.speakers else "leave the speaker out: it has one"
            raise FfvitsError(f"this voice has no speaker {speaker!r}", cure=cure)
        return self.speakers.index(speaker)

    @staticmethod
    def _between(name: str, given: float | None, usual: float, low: float, high: float) -> float:
        value = usual if given is None else given
        if not low <= value <= high:
            raise FfvitsError(f"{name} cannot be {value}", cure=f"it goes from {low} to {high}")
        return value


def _seed(seed: int | None) -> int:
    import secrets

    # A number of numpy's is made Python's first: 2**63 is too large for it.
    return secrets.randbits(63) if seed is None else operator.index(seed) % 2**63
