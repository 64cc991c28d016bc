"""What is spoken may come from a file, and goes into one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits import console
from ffvits.audio.sound import write
from ffvits.errors import FfvitsError, TextError
from ffvits.files import FULL, path_of, text_of

if TYPE_CHECKING:
    import numpy as np

LONGEST_WAV = (2**32 - 4096) // 2  # samples of two bytes: its header counts bytes in 32 bits


@dataclass(frozen=True)
class SpeechFile:
    """A file for speech; made by `named`. `kind` is wav or flac, by its name."""

    path: Path
    kind: str

    @classmethod
    def named(cls, name: str | Path) -> SpeechFile:
        """Raises FfvitsError for a folder, and for a kind that is not written here."""
        path = path_of(name)
        if os.path.isdir(path):  # which raises nothing, unlike the path's own, for a name that is too long
            cure = f"name a file in it: {console.typed(path / 'speech.wav')}"
            raise FfvitsError("this is a folder", cure=cure, file=path)
        kind = path.suffix.lower().lstrip(".") or "wav"
        if kind not in ("wav", "flac"):
            raise FfvitsError(f"cannot write {kind} files", cure="name the file .wav or .flac", file=path)
        return cls(path, kind)

    def write(self, pieces: Iterable[np.ndarray], rate: int) -> float:
        """Writes float32 pieces [T] at `rate` (Hz) as they come, and returns their seconds.

        An earlier file stays until the new one is whole. Raises FfvitsError if it cannot be written, or cannot hold so
        much.
        """
        if self.kind == "wav":
            pieces = self._that_a_wav_holds(pieces, rate)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return write(self.path, pieces, rate, self.kind.upper(), bits=16) / rate
        except OSError as error:
            space = "free some space, or " if error.errno in FULL else ""
            raise FfvitsError(
                f"cannot be written: {error.strerror}", cure=f"{space}choose another with --out", file=self.path
            ) from error

    def _that_a_wav_holds(self, pieces: Iterable[np.ndarray], rate: int) -> Iterator[np.ndarray]:
        """The pieces, as long as a WAV file can count their samples."""
        written = 0
        for piece in pieces:
            written += len(piece)
            if written > LONGEST_WAV:
                raise FfvitsError(
                    f"a WAV file holds no more than {LONGEST_WAV / rate / 3600:.0f} hours",
                    cure="name the file .flac, or speak the text in parts",
                    file=self.path,
                )
            yield piece


def read_text(path: str) -> str:
    """A text file in UTF-8, UTF-16 or GBK, or standard input for "-"; of subtitles and lyrics what they say, by line.

    Raises TextError if it cannot be read.
    """
    from ffvits.label import subtitles

    try:
        data = sys.stdin.buffer.read() if path == "-" else path_of(path).read_bytes()
    except OSError as error:
        cure = "name a text file, or - for standard input"
        raise TextError(f"cannot be read: {error.strerror}", cure=cure, file=path) from error
    text = text_of(data)
    if text is None:
        raise TextError("neither UTF-8 nor GBK text", cure="save the file as UTF-8", file=path)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kind = Path(path).suffix.lower()
    return "\n".join(line.text for line in subtitles.parse(text, kind)) if kind in subtitles.SUFFIXES else text
