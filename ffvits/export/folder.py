"""Where an export lies: a folder that holds one export, whole, and what somebody else put there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ffvits import console
from ffvits.errors import FfvitsError

RECORD = ".ffvits-export"  # which voice, and which files; no .json, as some programs read the first one they find
NETWORKS = (".onnx", ".pth", ".safetensors")


class Refused(FfvitsError):
    """A program cannot take this voice."""


@contextmanager
def placed(folder: Path, voice: str) -> Iterator[Path]:
    """Gives an empty folder; what was written there takes the place of the export in `folder` if the block ends well.

    Files of an earlier export go. Whatever else lies there stays, under the name `NAME.old` where the export has one of
    that name. But a network that no export is known to have written could be taken for this voice's by the programs
    that look for one: it raises FfvitsError, and nothing is changed.
    """
    folder = folder.resolve()
    before, own = _recorded(folder)
    foreign = [path.name for path in folder.iterdir() if path.name not in own] if folder.is_dir() else []
    made = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        made.mkdir(parents=True)
        yield made
        written = sorted(path.name for path in made.iterdir())
        _keep_apart(folder, [name for name in foreign if name not in written])
        (made / RECORD).write_text(json.dumps({"voice": voice, "files": [*written, RECORD]}), encoding="ascii")
        if folder.is_dir():
            folder.rename(old)
        made.rename(folder)
    except BaseException:
        if old.is_dir() and not folder.exists():
            old.rename(folder)
        raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    for name in foreign:
        kept = _free(folder / name)
        (old / name).rename(kept)
        if kept.name != name:
            console.warn(f"{folder / name}: what lay here was no export's, and is now {kept.name}")
    shutil.rmtree(old, ignore_errors=True)
    if before not in ("", voice):
        console.warn(f"{folder}: this held an export of {before}, which is replaced")


def _recorded(folder: Path) -> tuple[str, set[str]]:
    """The voice and the files of the export that lies here; nothing where none is known of."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="ascii"))
        return str(record["voice"]), set(record["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return "", set()


def _free(path: Path) -> Path:
    """The path, or the first behind it that nothing lies at."""
    while path.exists():
        path = path.with_name(f"{path.name}.old")
    return path


def _keep_apart(folder: Path, foreign: list[str]) -> None:
    network = next((name for name in sorted(foreign) if name.endswith(NETWORKS)), None)
    if network:
        raise FfvitsError(
            "this network is not of an export that ffvits knows of, and programs could take it for this voice's",
            cure="move it away, or choose another --out", file=folder / network,
        )  # fmt: skip
