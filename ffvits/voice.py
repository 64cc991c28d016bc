"""A finished voice: `Voice.load("runs/paimon").say("你好")`. Needs the core packages only, and no aligner.

A voice folder holds `model.safetensors` (weights) and `voice.json` (everything else: shape, symbols, speakers, front
end, lexicon, how it likes to speak, and its card: what it was made from, by whose consent).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ffvits.errors import BaseError, FfvitsError, TextError
from ffvits.files import replacing, write_text
from ffvits.speak.script import Line, script
from ffvits.speak.synthesis import Manner, decoded, latent

if TYPE_CHECKING:
    import numpy as np
    import torch

    from ffvits.audio.sound import Sound
    from ffvits.base import Base
    from ffvits.speak.synthesis import Parts
    from ffvits.speak.torch_parts import Precision
    from ffvits.text import FrontEnd
    from ffvits.text.frontend import Encoded

FORMAT = 1
JUDGE_FILE = "D_latest.safetensors"  # beside the weights of a voice that is to be a base
Backend = Literal["torch", "onnx"]


@dataclass(frozen=True)
class Phrase:
    """A stretch of speech: `samples` float32 [T], what they say, and the frames of each of its ids.

    `pause` (seconds) is the silence that follows it.
    """

    samples: np.ndarray
    encoded: Encoded
    frames: tuple[int, ...]
    pause: float


@dataclass(frozen=True)
class VoiceInfo:
    """All of a voice but its weights, as `voice.json` holds it."""

    model: Mapping[str, Any]
    sampling_rate: int
    symbols: tuple[str, ...]
    front_end: str
    add_blank: bool
    speakers: tuple[str, ...] = ()
    lexicon: Mapping[str, str] = field(default_factory=dict)
    noise: float = 0.667
    noise_w: float = 0.8
    speed: float = 1.0
    card: Mapping[str, Any] = field(default_factory=dict)

    def save(self, folder: Path, weights: Mapping[str, torch.Tensor]) -> None:
        """Writes the voice folder; the description comes last, so a folder that has one is whole."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / "model.safetensors") as temporary:
            save_file({name: tensor.contiguous() for name, tensor in weights.items()}, temporary)
        self.describe(folder)

    def describe(self, folder: Path) -> None:
        """Writes `voice.json` alone."""
        write_text(
            folder / "voice.json",
            json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n",
        )

    @classmethod
    def load(cls, folder: Path) -> VoiceInfo:
        """Reads `voice.json`. Raises BaseError if it is damaged or of another version of ffvits."""
        file = folder / "voice.json"
        try:
            values = json.loads(file.read_text(encoding="utf-8"))
            if values.pop("format") != FORMAT:
                raise BaseError("this voice was written by another version of ffvits", cure="update ffvits", file=file)
            return cls(**{**values, "symbols": tuple(values["symbols"]), "speakers": tuple(values["speakers"])})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BaseError(
                f"the voice's description is damaged ({error})", cure="export it again: ffvits train RUN", file=file
            ) from error

    @classmethod
    def of_base(cls, base: Base) -> VoiceInfo:
        """What is known of a base as a voice of its own."""
        return cls(
            model=base.config.to_dict(),
            sampling_rate=base.audio.sampling_rate,
            symbols=base.symbols,
            front_end=base.front_end,
            add_blank=base.add_blank,
            speakers=base.speakers,
            noise=0.4,
            noise_w=0.6,
            card={"base": base.name, "licence": base.licence},
        )

    def reader(self) -> FrontEnd:
        """What turns text into this voice's symbols."""
        from ffvits.text import front_end

        return front_end(self.front_end, symbols=self.symbols, add_blank=self.add_blank, lexicon=self.lexicon)


def find_voice(path: str | Path) -> Path | None:
    """The folder with `voice.json` that a run, a voice folder or an export is; None for anything else.

    Raises BaseError for a run that has no voice yet.
    """
    folder = Path(path)
    for place in (folder / "voice", folder):
        if (place / "voice.json").is_file():
            return place
    if (folder / "recipe.yaml").is_file():
        raise BaseError("this run has no finished voice yet", cure=f"go on with: ffvits train {folder}", file=folder)
    return None


def read_weights(file: Path) -> dict[str, torch.Tensor]:
    """The tensors of a voice folder. Raises BaseError if they cannot be read."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise BaseError(
            f"the voice's weights cannot be read ({error})", cure="export it again: ffvits train RUN", file=file
        ) from error


class Voice:
    """Speaks text. Made by `Voice.load`; one voice may be used by several threads."""

    def __init__(self, info: VoiceInfo, parts: Parts, reader: FrontEnd) -> None:
        self.info = info
        self.sample_rate = info.sampling_rate
        self.speakers = info.speakers
        self._parts = parts
        self._reader = reader

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
        the decoder's `precision` is float32, bfloat16, or auto: bfloat16 where the processor has it (twice as fast).
        Raises RunError, BaseError or DownloadError naming what is missing and what to do.
        """
        if backend not in (None, "torch", "onnx"):
            raise FfvitsError(f"there is no backend {backend!r}", cure="choose torch or onnx")
        folder = find_voice(path)
        if folder is None and backend == "onnx":
            raise BaseError("this is no voice in ONNX", cure=f"make one with: ffvits export {path} --to onnx")
        if folder is None:
            from ffvits.base import load_base

            return cls.from_base(load_base(path, offline=offline), device=device, precision=precision)
        info = VoiceInfo.load(folder)
        weights = folder / "model.safetensors"
        if backend == "torch" or (backend is None and weights.is_file()):
            return cls._in_torch(info, read_weights(weights), device, precision)
        from ffvits.speak.onnx_parts import OnnxParts

        return cls(info, OnnxParts.load(folder), info.reader())

    @classmethod
    def from_base(cls, base: Base, *, device: str = "cpu", precision: Precision = "auto") -> Voice:
        """The voice that a base has before any training."""
        return cls._in_torch(VoiceInfo.of_base(base), base.generator, device, precision)

    @classmethod
    def _in_torch(
        cls, info: VoiceInfo, weights: Mapping[str, torch.Tensor], device: str, precision: Precision
    ) -> Voice:
        from ffvits.speak.torch_parts import TorchParts
        from ffvits.vits import VitsConfig

        config = VitsConfig.from_dict(info.model)
        return cls(info, TorchParts.build(config, weights, device, precision), info.reader())

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

        return np.concatenate(
            list(self.stream(text, speaker, speed=speed, noise=noise, noise_w=noise_w, seed=seed, pause=pause))
        )

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
    ) -> Iterator[np.ndarray]:
        """Like `say`, piece by piece: the first as soon as a part of the first phrase is ready, then without gaps.

        The pieces, joined, are what `say` returns. Impossible settings are refused at once, what cannot be read when
        its phrase comes. Memory does not grow with the text.
        """
        manner = self._manner(speed, noise, noise_w)
        lines = script(text, pause=pause, speed=1 / manner.stretch)
        return self._spoken(lines, self._row(speaker), manner, _seed(seed))

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
                encoded, z, frames = self._thought(line, g, manner, chance, number)
                samples = np.concatenate(list(decoded(self._parts, z, g)))
                yield Phrase(samples, encoded, tuple(frames.tolist()), line.pause)

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
        """Speaks several texts: for each what `say` returns for it alone with the same seed.

        Raises as `say` does.
        """
        import numpy as np

        started = [
            self.stream(text, speaker, speed=speed, noise=noise, noise_w=noise_w, seed=seed, pause=pause)
            for text in texts
        ]
        return [np.concatenate(list(pieces)) for pieces in started]

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

        `audio` is samples [T] at `rate` (left out: at `sample_rate`), a Sound or a file; it becomes one hop shorter
        at most. Works for recordings of speakers the voice was trained on. Raises FfvitsError for a voice without
        speakers or in ONNX (which has no posterior encoder), AudioError for a file that cannot be read.
        """
        import numpy as np

        from ffvits.speak.torch_parts import TorchParts

        if not isinstance(self._parts, TorchParts):
            raise FfvitsError("a voice in ONNX cannot convert", cure="load the trained voice itself")
        if not self.speakers:
            raise FfvitsError("this voice has no speakers to convert between", cure="use one that has several")
        source, target = self._row(from_speaker), self._row(to_speaker)
        random = np.random.default_rng(_seed(seed))
        samples = _samples(audio, rate, self.sample_rate)
        z = self._parts.shifted(samples, source, target, self.sample_rate, random)
        return np.concatenate(list(decoded(self._parts, z, self._parts.speaker(target))))

    def _spoken(self, lines: Sequence[Line], row: int | None, manner: Manner, seed: int) -> Iterator[np.ndarray]:
        import numpy as np

        g = self._parts.speaker(row)
        for number, line in enumerate(lines):
            if line.text:
                _, z, _ = self._thought(line, g, manner, seed, number)
                yield from decoded(self._parts, z, g)
            if line.pause:
                yield np.zeros(round(line.pause * self.sample_rate), np.float32)

    def _thought(
        self, line: Line, g: np.ndarray | None, manner: Manner, seed: int, number: int
    ) -> tuple[Encoded, np.ndarray, np.ndarray]:
        """A phrase before it is decoded: its symbols, the latent [1, C, frames] and the frames of each symbol."""
        import numpy as np

        encoded = self._reader.encode(line.text)
        # Each phrase has chance of its own, so that it sounds the same whatever is said before it.
        random = np.random.default_rng([seed, number])
        return encoded, *latent(self._parts, encoded.ids, g, manner, random)

    def _manner(self, speed: float | None, noise: float | None, noise_w: float | None) -> Manner:
        """The voice's own settings where none are given. Raises FfvitsError for an impossible one."""
        return Manner(
            self._between("noise", noise, self.info.noise, 0, 2),
            self._between("noise_w", noise_w, self.info.noise_w, 0, 2),
            1 / self._between("speed", speed, self.info.speed, 0.1, 10),
        )

    def save(self, path: str | Path, text: str, speaker: str | None = None, **settings: Any) -> float:
        """Speaks into a WAV or FLAC file, phrase by phrase, and returns its seconds.

        Raises FfvitsError if the file cannot be written.
        """
        import soundfile

        path = Path(path)
        kind = path.suffix.lower().lstrip(".") or "wav"
        if kind not in ("wav", "flac"):
            raise FfvitsError(f"cannot write {kind} files", cure="name the file .wav or .flac", file=path)
        written = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with (
                replacing(path) as temporary,
                temporary.open("wb") as raw,
                soundfile.SoundFile(
                    raw, "w", self.sample_rate, channels=1, format=kind.upper(), subtype="PCM_16"
                ) as file,
            ):
                for samples in self.stream(text, speaker, **settings):
                    file.write(samples)
                    written += len(samples)
        except (OSError, soundfile.LibsndfileError) as error:
            raise FfvitsError(f"cannot be written: {error}", cure="choose another with --out", file=path) from error
        return written / self.sample_rate

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

    return secrets.randbits(63) if seed is None else seed % 2**63


def _samples(audio: np.ndarray | Sound | str | Path, rate: int | None, wanted: int) -> np.ndarray:
    """Any audio as float32 [T] at the `wanted` rate. Raises AudioError if it cannot be read, or is too short."""
    import numpy as np

    from ffvits.audio.sound import Sound
    from ffvits.errors import AudioError

    if isinstance(audio, str | Path):
        audio = Sound.load(Path(audio))
    elif not isinstance(audio, Sound):
        audio = Sound(np.asarray(audio, np.float32), rate or wanted)
    if audio.samples.ndim != 1 or audio.seconds < 0.1 or not np.isfinite(audio.samples).all():
        raise AudioError("this is no recording of one channel and a tenth of a second or more", cure="give samples [T]")
    return np.ascontiguousarray(audio.at(wanted).samples, np.float32)


def read_text(path: str) -> str:
    """A UTF-8 text file, or standard input for "-". Raises TextError if it cannot be read."""
    try:
        if path == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TextError("not UTF-8 text", cure="save the file as UTF-8", file=path) from error
    except OSError as error:
        raise TextError(f"cannot be read: {error.strerror}", file=path) from error
