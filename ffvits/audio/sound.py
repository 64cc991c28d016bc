"""Samples and their rate, and the lossless files in which ffvits keeps them between stages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.errors import AudioError
from ffvits.files import replacing

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Sound:
    """Mono audio: `samples` float32 [T] in [-1, 1], `rate` in Hz."""

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def cut(self, start: float, end: float) -> Sound:
        """The stretch from `start` to `end` (seconds)."""
        return Sound(self.samples[max(0, round(start * self.rate)) : round(end * self.rate)], self.rate)

    def at(self, rate: int) -> Sound:
        """The same sound at another rate (Hz), by soxr's high-quality band-limited resampler."""
        if rate == self.rate:
            return self
        import soxr

        return Sound(soxr.resample(self.samples, self.rate, rate, quality="HQ"), rate)

    def save(self, path: Path) -> None:
        """Writes 24-bit FLAC, or 16-bit WAV if the name says so, in one atomic step; louder than full scale is limited.

        Raises AudioError if the file cannot be written.
        """
        import io

        import numpy as np
        import soundfile

        kind, subtype = ("WAV", "PCM_16") if path.suffix.lower() == ".wav" else ("FLAC", "PCM_24")
        # Into memory first: of a full disk libsndfile tells nothing, and soundfile only that a count is wrong.
        file = io.BytesIO()
        soundfile.write(file, np.clip(self.samples, -1.0, 1.0), self.rate, subtype=subtype, format=kind)
        try:
            with replacing(path) as temporary:
                temporary.write_bytes(file.getbuffer())
        except OSError as error:
            raise AudioError(
                f"cannot be written: {error.strerror}",
                cure="free some space, or give yourself the right to write there, and run again",
                file=path,
            ) from error

    @classmethod
    def load(cls, path: Path) -> Sound:
        """Reads a file that `save` wrote (any sound that libsndfile knows), mixed down to mono."""
        import soundfile

        try:
            with path.open("rb") as file:
                samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
        except (OSError, soundfile.LibsndfileError) as error:
            raise AudioError(f"cannot be read: {error}", file=path) from error
        return cls(samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0], rate)
