"""Where an export lies: a folder that holds one export, whole, and what somebody else put there."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from ffvits import console
from ffvits.errors import FfvitsError, RecipeError
from ffvits.files import path_of
from ffvits.run import Run, digest
from ffvits.store import sha256_of

RECORD = ".ffvits-export"  # which voice, and which files; no .json, as some programs read the first one they find
NETWORKS = (".onnx", ".pth", ".safetensors")
# What exports wrote before they kept a record: a note that says what they are, and files, some by a name that it says.
UNRECORDED = (
    ("READ_ME.txt", "G_*.pth and config.json: ", r"G_\d+\.pth|config\.json|moegoe_config\.json|moetts\.json"),
    (
        "READ_ME.txt",
        "--vits-model=model.onnx",
        r"model\.onnx|tokens\.txt|lexicon\.txt|voice\.json|(?P<name>.+?)(_(enc_p|dp|flow|dec|emb)\.onnx|\.json)",
    ),
    ("READ_ME.txt", "piper --model ", r"(?P<name>.+?)\.onnx(\.json)?"),
    ("README.md", "A Mandarin voice made with ffvits.", r"(model|D_latest)\.safetensors|(voice|lexicon)\.json"),
)


class Refused(FfvitsError):
    """A program cannot take this voice, or its folder cannot."""


@contextmanager
def placed(folder: Path, voice: str, mark: str = "") -> Iterator[Path]:
    """Gives an empty folder; what was written there takes the place of the export in `folder` if the block ends well.

    It is an export of the voice of that name, as it was when its files had that mark (see `mark_of`).

    Files of an earlier export go. Whatever else lies there or in its folders stays, under the name `NAME.old` where the
    export has one of that name. But a network that no export is known to have written could be taken for this voice's
    by the programs that look for one: it raises Refused before the block begins, and nothing is changed; likewise where
    another export is being made for this folder. What an export left that was killed is cleared away first, or put
    back.
    """
    folder = folder.resolve()
    with _held(folder):
        _recover(folder)
        before, own = _recorded(folder)
        _keep_apart(folder, own)
        made = folder.with_name(f".{folder.name}.{os.getpid()}.new")
        old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        try:
            made.mkdir()
            yield made
            written = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if not path.is_dir())
            record = {"voice": voice, "mark": mark, "files": [*written, RECORD]}
            (made / RECORD).write_text(json.dumps(record), encoding="ascii")
            if folder.is_dir():
                folder.rename(old)
            made.rename(folder)
        except BaseException:
            if old.is_dir() and not folder.exists():
                old.rename(folder)
            raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
        if old.is_dir():
            _carry_over(old, folder)
    if before not in ("", voice):
        console.warn(f"{folder}: this held an export of {before}, which is replaced")


def mark_of(voice: Path | None) -> str:
    """A hash of the files of a finished voice, which a training or a setting changes; empty where there are none."""
    files = [voice / name for name in ("model.safetensors", "voice.json")] if voice else []
    return digest(*map(sha256_of, files)) if files and all(file.is_file() for file in files) else ""


def outdated(folder: Path, mark: str) -> list[str]:
    """The exports in a folder, by name, that are known to be of another voice than the one with this mark."""
    found = []
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            record = json.loads((place / RECORD).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        if isinstance(record, dict) and record.get("mark") and record["mark"] != mark and place.name[0] != ".":
            found.append(place.name)
    return found


def holds_base(folder: Path, run: Run) -> bool:
    """Whether the base that a run is trained from lies there: with another in its place training would begin afresh."""
    try:
        base = path_of(run.recipe().base)
    except (RecipeError, OSError):
        return False  # what cannot be read is told where it is gone by
    return base.exists() and folder.resolve() in (base.resolve(), *base.resolve().parents)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Holds the place for one export at a time: what another is just writing looks like what a killed one left.

    The lock's file stays: between two that have it open and a third that finds none, two would hold the place.
    """
    import filelock

    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(str(folder.with_name(f".{folder.name}.lock")), timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise Refused("another ffvits is exporting to here", cure="wait for it, or stop it", file=folder) from error
    except NotImplementedError:  # a drive that knows no locks: there nobody is kept apart
        pass
    try:
        yield
    finally:
        lock.release()


def _recover(folder: Path) -> None:
    """Ends what an export began that was killed: nothing half-made stays, and nothing of a person's is lost."""
    for left in folder.parent.glob(f".{escape(folder.name)}.*.new"):
        shutil.rmtree(left)
    for left in folder.parent.glob(f".{escape(folder.name)}.*.old"):
        if folder.exists():
            _carry_over(left, folder)
        else:
            left.rename(folder)


def _carry_over(old: Path, folder: Path) -> None:
    """Moves what is no export's from the folder of before to the one that took its place, and removes the former."""
    for name in list(_foreign(old, _recorded(old)[1])):
        kept = _free(folder / name)
        kept.parent.mkdir(parents=True, exist_ok=True)
        (old / name).rename(kept)
        if kept != folder / name:
            console.warn(f"{folder / name}: what lay here was no export's, and is now {kept.name}")
    shutil.rmtree(old, ignore_errors=True)


def _foreign(folder: Path, own: Iterable[str], within: str = "") -> Iterator[str]:
    """What lies in the folder and is none of `own`, as paths below it; a folder that holds none of them is one path."""
    for path in sorted((folder / within).iterdir()):
        name = f"{within}{path.name}"
        if path.is_dir() and not path.is_symlink() and any(file.startswith(f"{name}/") for file in own):
            yield from _foreign(folder, own, f"{name}/")
        elif name not in own or path.is_dir():
            yield name


def _recorded(folder: Path) -> tuple[str, set[str]]:
    """The voice and the files of the export that lies here, as paths below it; nothing where none is known of."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="ascii"))
        return str(record["voice"]), set(record["files"])
    except OSError:
        return "", _unrecorded(folder)
    except (ValueError, KeyError, TypeError):
        return "", set()


def _unrecorded(folder: Path) -> set[str]:
    """The files of an export that was made before exports kept a record."""
    for note, phrase, pattern in UNRECORDED:
        try:
            text = (folder / note).read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
        if phrase not in text:
            continue
        found = {path.name: re.fullmatch(pattern, path.name) for path in folder.iterdir()}
        return {note} | {name for name, match in found.items() if match and _told(match, text)}
    return set()


def _told(match: re.Match[str], note: str) -> bool:
    """Whether the note says the name that a file goes by: another voice's files of this form are somebody's own."""
    name = match.groupdict().get("name")
    return name is None or re.search(rf"(put|piper --model) {re.escape(name)}(_\*)?\.onnx", note) is not None


def _free(path: Path) -> Path:
    """The path, or the first behind it that nothing lies at."""
    while path.exists() or path.is_symlink():
        path = path.with_name(f"{path.name}.old")
    return path


def _keep_apart(folder: Path, own: set[str]) -> None:
    """Raises Refused for a network beside the export's that is not of it."""
    foreign = _foreign(folder, own) if folder.is_dir() else ()
    network = next((name for name in foreign if "/" not in name and name.endswith(NETWORKS)), None)
    if network:
        raise Refused(
            "this network is not of an export that ffvits knows of, and programs could take it for this voice's",
            cure="move it away, or choose another --out", file=folder / network,
        )  # fmt: skip
