"""Samples and their rate, and the lossless files in which ffvits keeps them between stages."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
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
        kind = ("WAV", 16) if path.suffix.lower() == ".wav" else ("FLAC", 24)
        try:
            write(path, [self.samples], self.rate, *kind)
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
            with path.open("rb"):  # of what cannot be opened libsndfile says only "System error"
                samples, rate = soundfile.read(for_libsndfile(path), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            cure = "if ffvits made it, delete it and label again: it is made anew; otherwise export it again"
            raise AudioError(f"cannot be read: {error.error_string}", cure=cure, file=path) from error
        except OSError as error:
            cure = "put it back, or give yourself the right to read it"
            raise AudioError(f"cannot be read: {error.strerror}", cure=cure, file=path) from error
        return cls(samples.mean(axis=1) if samples.shape[1] > 1 else samples[:, 0], rate)


def for_libsndfile(path: Path) -> str | bytes:
    """The name by which libsndfile opens a file itself, on every system and with every character.

    Never give it a Python file in the main thread: a Ctrl-C, or an error, while it calls back is lost, and what was
    read is cut short, or the process aborts.
    """
    return str(path) if sys.platform == "win32" else os.fsencode(path)


def write(path: Path, pieces: Iterable[np.ndarray], rate: int, kind: str, bits: int) -> int:
    """Writes pieces of samples, float32 [T], into one file of a `kind` (WAV or FLAC) in one atomic step.

    Returns how many samples they were; louder than full scale is limited. Raises OSError if they cannot be written, and
    says whether for want of room.
    """
    import soundfile

    written = 0
    with replacing(path) as temporary:
        name = for_libsndfile(temporary)
        try:
            opened = soundfile.SoundFile(name, "w", rate, channels=1, format=kind, subtype=f"PCM_{bits}")
        except soundfile.LibsndfileError as error:  # a rate that this kind of file does not know
            raise OSError(errno.EINVAL, error.error_string, str(path)) from error
        try:
            with opened as file:
                for piece in pieces:
                    file.write(piece)
                    written += len(piece)
            # What is left at the end it loses without a word.
            whole = soundfile.info(name).frames == written
        except soundfile.LibsndfileError:
            whole = False
        if not whole:
            raise OSError(errno.ENOSPC, "the disk is full, or takes no file of this size", str(path))
    return written
