"""Whisper by faster-whisper's engine, CTranslate2: several sounds at once, in windows sized to them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits import device
from ffvits.audio.sound import Sound
from ffvits.errors import DownloadError, FfvitsError
from ffvits.files import path_of
from ffvits.label import laying, on_card, overlap, second_opinion
from ffvits.label.recogniser import LONGEST, RATE, TOLD, Character, Heard, fitting, most_tokens, opening, written
from ffvits.label.wording import simplified
from ffvits.recipe import TranscribeSettings

if TYPE_CHECKING:
    import ctranslate2
    import numpy as np
    from faster_whisper import WhisperModel

    from ffvits.label.encoder import Encoder
    from ffvits.label.second_opinion import Reading

_FRAME = 0.01  # seconds; the encoder halves the rate
_WORKERS = 4  # of more the last ones find nothing to do; each needs memory for the batch it writes


class FasterEngine:
    """The network in int8 on the processor, in so many `threads` (None: one for each core); in float16 on cuda.

    Where the processor multiplies tiles of bfloat16, and on a card that CTranslate2 cannot use, the encoder is torch's:
    faster, and its words are as good.
    """

    def __init__(self, folder: Path, settings: TranscribeSettings, place: str, threads: int | None = None) -> None:
        place = place if place.startswith("cuda") else "cpu"  # Apple's processor is not CTranslate2's
        loaded, unusable = on_card.opened(folder, place) if place != "cpu" else (None, "")
        threads = threads or device.cores()
        # Two workers of one thread each write in 2.1 s what one of two threads writes in 3.3, and one of one in 4.1.
        self.workers = 1 if loaded else min(threads, _WORKERS)
        self._threads = threads // self.workers
        if loaded is None:
            loaded = self._on_processor(folder, settings)
            if unusable:
                on_card.tell(unusable)
            self._encoder = self._quick_encoder(folder, place)
        else:
            self._encoder = None
        self._model = loaded.model
        self._features = loaded.feature_extractor
        self._tokens = loaded.hf_tokenizer
        self._beam = settings.beam_size
        self._guesses = settings.beam_size if settings.by_sound else 1
        before = self._ids(opening(fitting(settings, lambda text: len(self._ids(text)))))[-TOLD:]
        special = self._tokens.token_to_id
        self._unprompted = [special("<|startoftranscript|>"), special("<|zh|>"), special("<|transcribe|>")]
        told = [special("<|startofprev|>"), *before] if opening(settings) else []
        self._start = [*told, *self._unprompted]
        self._text_only = special("<|notimestamps|>")
        self._overlap = overlap.load(settings)
        self._opinion = second_opinion.load(settings)

    def _ids(self, before: str) -> list[int]:
        """The tokens of what was written before."""
        return self._tokens.encode(" " + before, add_special_tokens=False).ids

    def _on_processor(self, folder: Path, settings: TranscribeSettings) -> WhisperModel:
        from faster_whisper import WhisperModel

        try:
            with device.threads():
                return WhisperModel(
                    str(folder),
                    device="cpu",
                    compute_type="int8",
                    cpu_threads=self._threads,
                    num_workers=self.workers,
                    local_files_only=True,
                )
        except (RuntimeError, ValueError) as error:
            own = folder == path_of(settings.model)
            raise DownloadError(
                f"not a Whisper model of faster-whisper: {error}",
                cure="name a folder with its model.bin, or a size" if own else "delete the folder to fetch it again",
                file=folder,
            ) from error

    @staticmethod
    def _quick_encoder(folder: Path, place: str) -> Encoder | None:
        """The encoder in torch, or None where CTranslate2's on the processor is the faster one."""
        from ffvits.label import encoder

        return encoder.load(folder / "model.bin", place) if place != "cpu" or device.multiplies_tiles() else None

    def write(self, sounds: Sequence[Sound], seconds: int, *, prompted: bool = True) -> list[Heard]:
        try:
            return self._written(sounds, seconds, prompted)
        except (RuntimeError, MemoryError) as error:
            if not device.out_of_memory(error):
                raise
            if len(sounds) == 1:
                cure = "take a smaller Whisper (--whisper base), or hear on the processor (--device cpu)"
                raise FfvitsError("there is not enough memory for Whisper to hear a clip", cure=cure) from error
        half = len(sounds) // 2  # what is heard does not depend on what is heard with it
        return [
            *self.write(sounds[:half], seconds, prompted=prompted),
            *self.write(sounds[half:], seconds, prompted=prompted),
        ]

    def _written(self, sounds: Sequence[Sound], seconds: int, prompted: bool) -> list[Heard]:
        encoded = self._encoded(sounds, seconds)
        languages = self._model.detect_language(encoded)
        start = self._start if prompted else self._unprompted
        prompt = [*start, self._text_only]
        results = self._model.generate(
            encoded,
            [prompt] * len(sounds),
            beam_size=self._beam,
            num_hypotheses=self._guesses,
            max_length=min(448, len(prompt) + most_tokens(sounds)),
            return_scores=True,
            return_no_speech_prob=True,
        )
        states = _states(encoded, sounds)
        readings = [self._opinion(own) if self._opinion is not None else None for own in states]
        texts, logprobs = zip(*map(self._guessed, results, sounds, readings), strict=True)
        aligned = self._align(encoded, start, texts, sounds)
        found = []
        together = [self._overlap(own) if self._overlap is not None else 0.0 for own in states]
        for result, ids, logprob, spoken, characters, both, reading in zip(
            results, texts, logprobs, languages, aligned, together, readings, strict=True
        ):
            chances = {name.strip("<|>"): chance for name, chance in spoken}
            raw = self._tokens.decode(ids).strip()
            heard = written(raw, logprob, result.no_speech_prob, chances, characters, both)
            found.append(replace(heard, reading=reading))
        return found

    def _guessed(
        self, result: ctranslate2.models.WhisperGenerationResult, sound: Sound, reading: Reading | None
    ) -> tuple[list[int], float]:
        """The tokens of the beam that fits best, as language and as sound, and their mean log-probability."""
        beams = result.sequences_ids
        # The score is the mean over the written tokens of a sum that also holds the end mark.
        logprobs = [score * len(ids) / (len(ids) + 1) for score, ids in zip(result.scores, beams, strict=True)]
        texts = [simplified(self._tokens.decode(ids).strip()) for ids in beams]
        confidences = [math.exp(min(0.0, logprob)) for logprob in logprobs]
        number = laying.likeliest(sound, texts, confidences, reading)
        return beams[number], logprobs[number]

    def states(self, sound: Sound, seconds: int) -> np.ndarray:
        return _states(self._encoded([sound], seconds), [sound])[0]

    def fit(self, sound: Sound, seconds: int, texts: Sequence[str]) -> list[float]:
        import numpy as np

        encoded = self._encoded([sound], seconds)
        found = []
        for text in texts:
            ids = self._tokens.encode(text, add_special_tokens=False).ids[:LONGEST]
            if not ids:
                found.append(0.0)
                continue
            (aligned,) = self._model.align(encoded, self._start, [ids], [max(2, round(sound.seconds / _FRAME))])
            chances = np.maximum(aligned.text_token_probs, 1e-6)
            found.append(float(np.exp(np.log(chances).mean())))
        return found

    def _encoded(self, sounds: Sequence[Sound], seconds: int) -> ctranslate2.StorageView:
        import ctranslate2
        import numpy as np

        features = np.stack([self._mel(sound, seconds) for sound in sounds])
        if self._encoder is not None:
            with device.threads(self._threads):
                return ctranslate2.StorageView.from_array(self._encoder.states(features))
        return self._model.encode(ctranslate2.StorageView.from_array(features))

    def _mel(self, sound: Sound, seconds: int) -> np.ndarray:
        import numpy as np

        samples = np.zeros(seconds * RATE, np.float32)
        samples[: len(sound.samples)] = sound.samples[: len(samples)]
        return np.ascontiguousarray(self._features(samples, padding=0)[:, : round(seconds / _FRAME)], dtype=np.float32)

    def _align(
        self, encoded: ctranslate2.StorageView, start: list[int], texts: Sequence[list[int]], sounds: Sequence[Sound]
    ) -> list[list[Character]]:
        """The characters of each text with their probabilities and times."""
        frames = [max(2, round(sound.seconds / _FRAME)) for sound in sounds]
        results = self._model.align(encoded, start, texts, frames)
        return [
            list(self._characters(ids, result.text_token_probs, result.alignments))
            for ids, result in zip(texts, results, strict=True)
        ]

    def _characters(
        self, ids: Sequence[int], chances: Sequence[float], path: Sequence[tuple[int, int]]
    ) -> Iterator[Character]:
        begins: dict[int, int] = {}
        for token, frame in path:
            begins.setdefault(token, frame)
        first = 0
        for number in range(len(ids)):
            text = self._tokens.decode(ids[first : number + 1])
            if "\ufffd" in text:  # a character that goes on in the next token
                continue
            chance = min(chances[first : number + 1], default=0.0)
            start = begins.get(first, 0) * 2 * _FRAME
            for char in text:
                yield Character(char, float(chance), start)
            first = number + 1


def _states(encoded: ctranslate2.StorageView, sounds: Sequence[Sound]) -> list[np.ndarray]:
    """The encoder's states of each sound without those of the silence behind it."""
    import ctranslate2
    import numpy as np

    here = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
    return [
        states[: max(1, round(sound.seconds * overlap.RATE))]
        for states, sound in zip(np.array(here), sounds, strict=True)
    ]
