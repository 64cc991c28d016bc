"""A finished voice: `Voice.load("runs/paimon").say("你好")`. Needs the core packages only, and no aligner.

A voice folder holds `model.safetensors` (weights) and `voice.json` (everything else: shape, symbols, speakers, front
end, lexicon, how it likes to speak, and its card: what it was made from, by whose consent).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ffvits.errors import BaseError, FfvitsError, TextError
from ffvits.files import replacing, write_text

if TYPE_CHECKING:
    import numpy as np
    import torch

    from ffvits.base import Base
    from ffvits.text import FrontEnd
    from ffvits.text.frontend import Encoded
    from ffvits.vits import Vits

FORMAT = 1


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


class Voice:
    """Speaks text. Made by `Voice.load`; one voice may be used by several threads."""

    def __init__(self, info: VoiceInfo, model: Vits, reader: FrontEnd, device: torch.device) -> None:
        self.info = info
        self.sample_rate = info.sampling_rate
        self.speakers = info.speakers
        self._model = model
        self._reader = reader
        self._device = device

    @classmethod
    def load(cls, path: str | Path, *, device: str = "cpu", offline: bool = False) -> Voice:
        """Loads a run folder, its voice/ folder, or anything that `--base` takes (a name, a checkpoint).

        Raises RunError, BaseError or DownloadError naming what is missing and what to do.
        """
        folder = Path(path)
        for place in (folder / "voice", folder):
            if (place / "voice.json").is_file():
                return cls._from_folder(place, device)
        if (folder / "recipe.yaml").is_file():
            raise BaseError(
                "this run has no finished voice yet", cure=f"go on with: ffvits train {folder}", file=folder
            )
        from ffvits.base import load_base

        return cls.from_base(load_base(path, offline=offline), device=device)

    @classmethod
    def _from_folder(cls, folder: Path, device: str) -> Voice:
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        file = folder / "model.safetensors"
        try:
            weights = load_file(file)
        except (OSError, SafetensorError) as error:
            raise BaseError(
                f"the voice's weights cannot be read ({error})", cure="export it again: ffvits train RUN", file=file
            ) from error
        return cls._build(VoiceInfo.load(folder), weights, device)

    @classmethod
    def from_base(cls, base: Base, *, device: str = "cpu") -> Voice:
        """The voice that a base has before any training."""
        info = VoiceInfo(
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
        return cls._build(info, base.generator, device)

    @classmethod
    def _build(cls, info: VoiceInfo, weights: Mapping[str, torch.Tensor], device: str) -> Voice:
        import torch

        from ffvits.base.skeleton import filled
        from ffvits.text import front_end
        from ffvits.vits import VitsConfig

        model = filled(VitsConfig.from_dict(info.model), {name: tensor.float() for name, tensor in weights.items()})
        reader = front_end(info.front_end, symbols=info.symbols, add_blank=info.add_blank, lexicon=info.lexicon)
        chosen = torch.device(device)
        return cls(info, model.eval().fused().to(chosen), reader, chosen)

    def say(
        self,
        text: str,
        speaker: str | None = None,
        *,
        speed: float | None = None,
        noise: float | None = None,
        noise_w: float | None = None,
        seed: int | None = None,
    ) -> np.ndarray:
        """Speaks a text of any length: float32 [T] in [-1, 1] at `sample_rate`.

        `speed` 2 is twice as fast; `noise` varies the sound and `noise_w` the rhythm (0 is fixed); the same `seed`
        gives the same samples. Raises TextError if there is nothing speakable in the text.
        """
        import numpy as np

        spoken = self.stream(text, speaker, speed=speed, noise=noise, noise_w=noise_w, seed=seed)
        return np.concatenate(list(spoken))

    def stream(
        self,
        text: str,
        speaker: str | None = None,
        *,
        speed: float | None = None,
        noise: float | None = None,
        noise_w: float | None = None,
        seed: int | None = None,
    ) -> Iterator[np.ndarray]:
        """Like `say`, a phrase at a time as it is ready, each with the pause that follows it."""
        import numpy as np

        spoken = self.phrases(text, speaker, speed=speed, noise=noise, noise_w=noise_w, seed=seed)
        for phrase in spoken:
            yield np.concatenate([phrase.samples, np.zeros(round(phrase.pause * self.sample_rate), np.float32)])

    def phrases(
        self,
        text: str,
        speaker: str | None = None,
        *,
        speed: float | None = None,
        noise: float | None = None,
        noise_w: float | None = None,
        seed: int | None = None,
    ) -> Iterator[Phrase]:
        """Like `stream`, with what each phrase says and how long each of its symbols takes."""
        import torch

        from ffvits.text import split_sentences

        sid = self._speaker_id(speaker)
        pace = self.info.speed if speed is None else speed
        if not 0.1 <= pace <= 10:
            raise FfvitsError(f"speed cannot be {pace}", cure="it goes from 0.1 to 10")
        phrases = split_sentences(text)
        if not phrases:
            raise TextError("there is nothing to say in this text", text=text, cure="give some Chinese words")
        generator = torch.Generator()
        if seed is None:
            generator.seed()
        else:
            generator.manual_seed(seed)
        for number, phrase in enumerate(phrases):
            encoded = self._reader.encode(phrase.text)
            ids = torch.tensor([encoded.ids], device=self._device)
            with torch.inference_mode():
                speech = self._model.infer(
                    ids,
                    torch.tensor([ids.shape[1]], device=self._device),
                    sid,
                    noise_scale=self.info.noise if noise is None else noise,
                    noise_scale_w=self.info.noise_w if noise_w is None else noise_w,
                    length_scale=1 / pace,
                    generator=generator,
                )
            pause = phrase.pause / pace if number < len(phrases) - 1 else 0.0
            frames = tuple(speech.durations[0].tolist())
            yield Phrase(speech.audio[0, 0].float().cpu().numpy(), encoded, frames, pause)

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

    def _speaker_id(self, speaker: str | None) -> torch.Tensor | None:
        import torch

        if not self._model.config.has_speakers:
            return None
        if speaker is None:
            return torch.tensor([0], device=self._device)
        if speaker not in self.speakers:
            raise FfvitsError(f"this voice has no speaker {speaker!r}", cure=f"it has: {', '.join(self.speakers)}")
        return torch.tensor([self.speakers.index(speaker)], device=self._device)


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
