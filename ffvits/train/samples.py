"""A clip's samples as training reads them: float32 .npy at the base's rate, kept by what its sound file holds.

The file decides, not how it came to be: a person may write lines of the label file by hand, and put a better sound in
the place of one in `audio/`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ffvits.audio.sound import Sound
from ffvits.clip import Clip
from ffvits.errors import AudioError, RunError
from ffvits.files import replacing, write_text
from ffvits.run import Run, digest


class Shelf:
    """The samples of a run's clips at one rate (Hz).

    Files that are as long and as old as they were are not read again, since there may be a hundred thousand; in a
    folder that was copied they are, and found to be the same.
    """

    def __init__(self, run: Run, rate: int) -> None:
        self._run = run
        self._rate = rate
        self._folder = run.folder / "cache" / "samples"
        self._before = _read(self._folder / "contents.json")
        self._contents: dict[str, list] = {}  # by file: its length, its time and the hash of its bytes

    def take(self, clip: Clip) -> tuple[Path, int]:
        """Where the clip's samples lie, and how many they are: 0 where one of them is no number.

        Raises RunError if the clip's sound is missing, AudioError if it cannot be read.
        """
        key = digest("samples", self._content(clip), self._rate)
        path = self._folder / key[:2] / f"{key}.npy"
        if not path.is_file():
            samples = Sound.load(self._run.path(clip)).at(self._rate).samples
            # One value that is no number would make every weight one.
            save_samples(path, samples if np.isfinite(samples).all() else samples[:0])
        return path, np.load(path, mmap_mode="r").shape[0]

    def close(self) -> None:
        """Remembers the files that were seen."""
        if self._contents != self._before:
            with _written(self._folder):
                write_text(self._folder / "contents.json", json.dumps(self._contents, ensure_ascii=False))

    def _content(self, clip: Clip) -> str:
        """The hash of the bytes of the clip's sound file."""
        file = self._run.path(clip)
        if not file.is_file():
            raise RunError("the clip's audio is missing", cure="label again: ffvits label", file=file)
        try:
            status = file.stat()
            stamp = [status.st_size, status.st_mtime_ns]
            known = self._before.get(clip.audio)
            content = known[2] if known and known[:2] == stamp else hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError as error:
            raise AudioError(f"cannot be read: {error.strerror}", file=file) from error
        self._contents[clip.audio] = [*stamp, content]
        return content


def _read(path: Path) -> dict[str, list]:
    """What was remembered; where that is damaged, every file is read again."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, list) and len(entry) == 3}


def save_samples(path: Path, samples: np.ndarray) -> None:
    """Writes float32 samples as .npy in one atomic step. Raises RunError if the disk is full."""
    with _written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, temporary.open("wb") as file:
            np.save(file, samples.astype(np.float32))


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(
            f"the cache cannot be written: {error.strerror or error}", cure="free some space and run again", file=path
        ) from error
