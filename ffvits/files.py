"""Writing files so that a crash, a kill or a full disk leaves either the old file or the new one; what disks refuse."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ffvits.errors import FfvitsError

FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}  # EFBIG: FAT32 holds no file of 4 GB
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def path_of(named: str | Path) -> Path:
    """A path as a person names it: ~ is the home folder, also where no shell has seen to it (--out=~/a, Windows).

    As in a shell, ~name is a file of that name where nobody is called so.
    """
    try:
        return Path(named).expanduser()
    except RuntimeError:
        return Path(named)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside `path`; what was written there takes its place if the block ends without error.

    The bytes are on the disk before the name changes, so that not even a power cut leaves half a file. Whoever may read
    a new file in this folder may read this one: some libraries write for their owner alone, and a server that runs as
    another user could not load the voice. A link is written through; raises OSError for a device, a pipe or a folder,
    whose place no file may take (for root it would: /dev/null would be a file from then on).
    """
    if path.is_symlink():
        path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EEXIST, "this is no file, but a folder, a device or a pipe", str(path))
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
        try:
            os.replace(temporary, path)
        except OSError as error:  # which names the temporary file; what a program holds on Windows is the other
            raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a UTF-8 file in one atomic step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def refused_by_disk(error: Exception) -> FfvitsError | None:
    """The error with its cure where a disk is full or a file may not be used; None for any other, which may be a bug.

    A refusal that names no file is not a disk's: it may be of a port or a process.
    """
    if isinstance(error, OSError) and error.errno in FULL:
        cure = "free some space, and give the same command again"
    elif isinstance(error, OSError) and error.errno in _FORBIDDEN and error.filename is not None:
        cure = "give yourself the right to use it (a run by sudo may have made it), or close the program that holds it"
    else:
        return None
    return FfvitsError(error.strerror, cure=cure, file=error.filename)


def system_words(error: Exception) -> str:
    """What the system says of a refusal, for a sentence: without its number, and without the file that it names."""
    return getattr(error, "strerror", None) or str(error)


def text_of(data: bytes) -> str | None:
    """The text of a file in UTF-8, UTF-16 with its mark or GBK (the old code of Chinese Windows), or None."""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # For GBK a text in Big5 is hanzi and kana at random, and private signs in between.
        private = sum("\ue000" <= char <= "\uf8ff" for char in text)
        return text if "\x00" not in text and 20 * private <= len(text) else None
    return None


def _encodings(data: bytes) -> tuple[str, ...]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    # GBK may have a sign for every byte of damaged UTF-8, but as UTF-8 nearly all of a text in GBK is lost.
    lost = len(data) - len(data.decode("utf-8", "ignore").encode())
    beyond_ascii = len(data.translate(None, bytes(range(128))))
    return ("utf-8-sig",) if 10 * lost < beyond_ascii else ("utf-8-sig", "gb18030")
