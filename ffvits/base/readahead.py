"""Brings a file into the system's cache while this process is busy with something else."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

WORTH_IT = 16 << 20  # bytes; a smaller file has come before anybody misses it


def read_ahead(path: Path) -> None:
    """Starts to read a large file in the background.

    Its mapped weights would else come in small pieces, each when it is first touched, and whoever touches it waits.
    """
    if path.stat().st_size > WORTH_IT:
        threading.Thread(target=_read, args=(path,), daemon=True).start()


def _read(path: Path) -> None:
    try:
        with path.open("rb", buffering=0) as file:
            if sys.platform == "linux":
                _into_nothing(file.fileno())
            else:
                block = bytearray(1 << 22)
                while file.readinto(block):
                    pass
    except OSError:
        return  # nothing is lost: whoever touches the weights meets the same fault


def _into_nothing(file: int) -> None:
    """Lets the kernel pass the file to /dev/null: one call that copies no byte.

    A loop of readings would wait for Python's lock after each of them, 5 ms whenever the other thread is busy: for a
    fast disk longer than the reading itself.
    """
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        size, at = os.fstat(file).st_size, 0
        while at < size:
            sent = os.sendfile(nothing, file, at, size - at)
            if not sent:
                return
            at += sent
    finally:
        os.close(nothing)
