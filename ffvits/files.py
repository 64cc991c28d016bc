"""Writing files so that a crash, a kill or a full disk leaves either the old file or the new one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside `path`; what was written there takes its place if the block ends without error.

    The bytes are on the disk before the name changes, so that not even a power cut leaves half a file. Whoever may read
    a new file in this folder may read this one: some libraries write for their owner alone, and a server that runs as
    another user could not load the voice.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        temporary.touch()
        usual = temporary.stat().st_mode
        temporary.unlink()  # a block that writes nothing must not leave an empty file in the old one's place
        yield temporary
        if temporary.stat().st_mode != usual:  # some network drives allow no change of modes, and need none
            temporary.chmod(usual)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a UTF-8 file in one atomic step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
