"""Whisper by its authors' own package, for those who want the reference (one clip takes about five times as long)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.errors import DownloadError
from ffvits.label import overlap
from ffvits.label.recogniser import LONGEST, Character, Heard, fitting, most_tokens, opening, written
from ffvits.recipe import TranscribeSettings

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


class OpenAiEngine:
    """The network in float32, or float16 on cuda; its window is always 30 s."""

    workers = 1

    def __init__(self, folder: Path, settings: TranscribeSettings, device: str) -> None:
        import whisper

        files = sorted(folder.glob("*.pt"))
        if len(files) != 1:
            raise DownloadError(
                f"{len(files)} files end in .pt", cure="name a folder with one model of openai-whisper", file=folder
            )
        # Whisper's sparse alignment mask is not known to Apple's processor.
        self._model = whisper.load_model(str(files[0]), device="cpu" if device == "mps" else device)
        self._settings = settings
        self._overlap = overlap.load(settings)
        self._tokenizer = whisper.tokenizer.get_tokenizer(
            self._model.is_multilingual, num_languages=self._model.num_languages, language="zh", task="transcribe"
        )
        # Of a prompt alone that is too long Whisper itself takes the end.
        self._opening = opening(fitting(settings, lambda text: len(self._tokenizer.encode(" " + text))))

    def write(self, sounds: Sequence[Sound], seconds: int, *, prompted: bool = True) -> list[Heard]:
        import torch
        import whisper

        options = whisper.DecodingOptions(
            language="zh",
            beam_size=self._settings.beam_size,
            prompt=(self._opening or None) if prompted else None,
            without_timestamps=True,
            sample_len=min(224, most_tokens(sounds)),
            fp16=self._model.device.type == "cuda",
        )
        found = []
        with torch.inference_mode():
            # Beams of several sounds at once would need one length of text for all.
            for sound in sounds:
                mel = self._mel(sound).to(torch.float16 if options.fp16 else torch.float32)
                encoded = self._model.embed_audio(mel[None])
                _, languages = whisper.detect_language(self._model, encoded, self._tokenizer)
                result = whisper.decode(self._model, encoded, options)[0]
                characters = list(self._characters(result.tokens, mel, sound))
                both = self._overlap(_states(encoded, sound)) if self._overlap else 0.0
                found.append(
                    written(result.text, result.avg_logprob, result.no_speech_prob, languages[0], characters, both)
                )
        return found

    def states(self, sound: Sound, seconds: int) -> np.ndarray:
        import torch

        with torch.inference_mode():
            return _states(self._model.embed_audio(self._mel(sound)[None]), sound)

    def fit(self, sound: Sound, seconds: int, texts: Sequence[str]) -> list[float]:
        import math

        from whisper.timing import find_alignment

        mel, frames = self._mel(sound), _frames(sound)
        found = []
        for text in texts:
            ids = self._tokenizer.encode(text)[:LONGEST]
            words = find_alignment(self._model, self._tokenizer, ids, mel, frames) if ids else []
            sizes = [len(word.tokens) for word in words]
            logs = [math.log(max(float(word.probability), 1e-6)) for word in words]
            total = sum(size * log for size, log in zip(sizes, logs, strict=True))
            found.append(math.exp(total / sum(sizes)) if sum(sizes) else 0.0)
        return found

    def _mel(self, sound: Sound) -> Tensor:
        """The log-mel spectrogram of half a minute that begins with the sound, [M, 3000], where the network is."""
        import torch
        import whisper

        samples = whisper.pad_or_trim(torch.from_numpy(sound.samples))
        return whisper.log_mel_spectrogram(samples, self._model.dims.n_mels).to(self._model.device)

    def _characters(self, tokens: list[int], mel: Tensor, sound: Sound) -> Iterator[Character]:
        from whisper.timing import find_alignment

        texts = [token for token in tokens if token < self._tokenizer.eot]
        if not texts:
            return
        for word in find_alignment(self._model, self._tokenizer, texts, mel, _frames(sound)):
            for char in word.word:
                yield Character(char, float(word.probability), float(word.start))


def _states(encoded: Tensor, sound: Sound) -> np.ndarray:
    """The encoder's states [1, 1500, D] without those of the silence behind the sound."""
    return encoded[0, : max(1, round(sound.seconds * overlap.RATE))].float().cpu().numpy()


def _frames(sound: Sound) -> int:
    """How many frames of a spectrogram, 100 a second, a sound has; two at least, to be aligned with."""
    return max(2, round(sound.seconds * 100))
