"""Which stretch of a sound is which syllable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np

    from ffvits.base import Base
    from ffvits.text.frontend import Encoded
    from ffvits.vits import Vits

COEFFICIENTS = 13  # of the mel cepstrum, each with mean 0 and variance 1: what is said matters, not who says it
_QUIET = 0.02  # of the loudest moment: what is below at either end is not speech


@dataclass(frozen=True)
class Span:
    """One syllable: the pinyin that it should be (TONE3, as spoken), and where it lies (seconds)."""

    pinyin: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def tone(self) -> int:
        return int(self.pinyin[-1])


def intended(text: str) -> tuple[str, ...]:
    """The syllables of a text as they are spoken: with tone sandhi, and r5 for the r that colours a syllable."""
    from ffvits.text import front_end

    return front_end("initials-finals").encode(text).pinyin


def spans(encoded: Encoded, frames: Sequence[int], add_blank: bool, frame: float, pinyin: Sequence[str]) -> list[Span]:
    """The syllables of a spoken phrase, by the model's own durations.

    `frames` are those of each id in `encoded.ids`, `frame` their length in seconds; `pinyin` names the syllables. A
    blank belongs to the syllable before it.
    """
    import numpy as np

    ends = np.concatenate([[0], np.cumsum(frames)]) * frame
    found = []
    for syllable, name in zip(encoded.syllables, pinyin, strict=True):
        first, last = syllable.start, syllable.end
        if add_blank:
            first, last = 2 * first + 1, 2 * last + 1
        found.append(Span(name, float(ends[first]), float(ends[last])))
    return found


class Aligner:
    """Finds the syllables of a recording whose words are known, by a base that reads them; made by `load_aligner`.

    The reading is warped onto the recording by dynamic time warping of mel cepstra (H. Sakoe & S. Chiba, "Dynamic
    programming algorithm optimization for spoken word recognition", 1978).
    """

    def __init__(self, base: Base) -> None:
        self._base = base

    def align(self, sound: Sound, text: str, pinyin: Sequence[str] | None = None) -> list[Span]:
        """The spans of the text's syllables; `pinyin` names them where it is known better than the front end does.

        Raises TextError if the text cannot be read, ValueError if `pinyin` has another number of syllables.
        """
        import librosa
        import numpy as np

        encoded = self._reader.encode(text)
        names = intended(text) if pinyin is None else tuple(pinyin)
        if len(names) != len(encoded.syllables):
            raise ValueError(f"{len(names)} readings for the {len(encoded.syllables)} syllables of {text!r}")
        audio = self._base.audio
        read, frames = self._read(encoded)
        heard = sound.at(audio.sampling_rate).samples
        lead, tail = _speech(heard)
        _, path = librosa.sequence.dtw(self._cepstrum(read), self._cepstrum(heard[lead:tail]))
        times = np.full(int(path[:, 0].max()) + 1, np.inf)
        np.minimum.at(times, path[:, 0], path[:, 1])
        frame = audio.hop_length / audio.sampling_rate

        def heard_at(seconds: float) -> float:
            place = np.interp(seconds / frame, np.arange(len(times)), times)
            return float(place * frame + lead / audio.sampling_rate)

        own = spans(encoded, frames, self._base.add_blank, frame, names)
        return [Span(span.pinyin, heard_at(span.start), heard_at(span.end)) for span in own]

    @cached_property
    def _reader(self):
        from ffvits.text import front_end

        return front_end(self._base.front_end, symbols=self._base.symbols, add_blank=self._base.add_blank)

    @cached_property
    def _model(self) -> Vits:
        from ffvits.base.skeleton import filled

        return filled(self._base.config, self._base.generator).eval().fused()

    def _read(self, encoded: Encoded) -> tuple[np.ndarray, list[int]]:
        import torch

        with torch.inference_mode():
            speech = self._model.infer(
                torch.tensor([encoded.ids]), torch.tensor([len(encoded.ids)]), noise_scale=0.0, noise_scale_w=0.0
            )
        return speech.audio[0, 0].numpy(), speech.durations[0].tolist()

    def _cepstrum(self, samples: np.ndarray) -> np.ndarray:
        import numpy as np
        import torch
        from scipy.fft import dct

        from ffvits.audio.spectrogram import mel_spectrogram

        short = max(0, self._base.audio.filter_length - len(samples))
        wav = torch.from_numpy(np.pad(samples, (0, short)).astype(np.float32))
        cepstrum = dct(mel_spectrogram(wav, self._base.audio)[0].numpy(), axis=0, norm="ortho")[:COEFFICIENTS]
        return (cepstrum - cepstrum.mean(1, keepdims=True)) / (cepstrum.std(1, keepdims=True) + 1e-5)


def load_aligner() -> Aligner:
    """The aligner with the embedded base, which needs no download."""
    from ffvits.base import load_base

    return Aligner(load_base("mandarin-lite"))


def _speech(samples: np.ndarray) -> tuple[int, int]:
    """The stretch (samples) that is not silence at either end."""
    import numpy as np

    width = 512
    if len(samples) < 2 * width:
        return 0, len(samples)
    levels = np.sqrt(np.mean(np.square(samples[: len(samples) // width * width].reshape(-1, width)), axis=1))
    loud = np.flatnonzero(levels > _QUIET * np.quantile(levels, 0.98))
    return (int(loud[0]) * width, min(len(samples), (int(loud[-1]) + 1) * width)) if len(loud) else (0, len(samples))
