"""One downloader per entry at a time, across processes; a crash releases the lock by itself."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path, waiting: Callable[[], None], poll: float = 0.2) -> Iterator[None]:
    """Holds the lock file `path` while the block runs; calls `waiting` once if another process has it.

    The lock belongs to the open file, not to its existence, so nothing is left to clean up after a kill.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        told = False
        while not _try(descriptor):
            if not told:
                waiting()
                told = True
            time.sleep(poll)
        yield
    finally:
        os.close(descriptor)


if os.name == "nt":
    import msvcrt

    def _try(descriptor: int) -> bool:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
