"""The training state on disk: everything that resuming needs, written so that a kill or a full disk loses nothing."""

from __future__ import annotations

import json
import pickle
import zipfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from ffvits import console
from ffvits.base.unpickle import Damaged, Unfamiliar, read_zip
from ffvits.errors import TrainError
from ffvits.files import replacing, system_words, write_text

CHOSEN = "chosen.json"
# What reading a file raises that is no checkpoint, or only a part of one.
UNREADABLE = (
    *(OSError, RuntimeError, ValueError, KeyError, TypeError, EOFError),
    *(pickle.UnpicklingError, zipfile.BadZipFile, Damaged, Unfamiliar),
)


@dataclass(frozen=True)
class Progress:
    """How far training has come. `step` counts optimizer steps and never goes back; `epoch` and `index` say which
    batch is dealt next; `seconds` by the clock went into steps, and `processor` seconds of work; `best_step` and
    `best` are the look that pleased most and its distance, by what `best_by` says (see `verdict.Criterion`). The clips
    that are looked at have been those of the digest `held_out` since the step `held_out_since`."""

    step: int = 0
    samples: int = 0
    epoch: int = 0
    index: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    best_step: int = 0
    best: float = float("inf")
    best_by: str = "mel"
    held_out: str = ""
    held_out_since: int = 0

    def with_(self, **changes: Any) -> Progress:
        return replace(self, **changes)


def save(folder: Path, progress: Progress, identity: str, state: dict[str, Any], keep: int) -> Path:
    """Writes `step-<n>.pt` and then deletes older ones beyond `keep`; the best one, the one that a person
    has chosen and the one just written stay.

    The caller holds the run. Raises TrainError if the disk is full; the earlier checkpoints are untouched then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for torso in folder.glob("step-*.tmp"):  # of a process that was killed while it wrote: no other writes here
        torso.unlink(missing_ok=True)
    path = folder / name_of(progress.step)
    try:
        with replacing(path) as temporary:
            torch.save({"progress": asdict(progress), "identity": identity, **state}, temporary)
    except (OSError, RuntimeError) as error:
        # torch reports a full disk as a RuntimeError of its zip writer.
        raise TrainError(
            f"the checkpoint of step {progress.step} cannot be written: {system_words(error)}",
            cure="free some space and run again; the earlier checkpoint is whole",
            file=path,
        ) from error
    _prune(folder, path, progress, keep)
    return path


def name_of(step: int) -> str:
    """The name of a step's checkpoint; names sort as their steps do."""
    return f"step-{step:08d}.pt"


def _prune(folder: Path, written: Path, progress: Progress, keep: int) -> None:
    others = sorted((path for path in folder.glob("step-*.pt") if path != written), reverse=True)
    chosen = choice(folder)
    spared = {name_of(progress.best_step), name_of(chosen.step) if chosen else ""}
    for path in others[max(0, keep - 1) :]:
        if path.name not in spared:
            with suppress(PermissionError):  # Windows, where somebody listens to it: it goes after the next one
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Choice:
    """The state of `step` is the voice, because a person said so when training stood at the step `at`."""

    step: int
    at: int


def choice(folder: Path) -> Choice | None:
    """What a person has chosen; None where they leave it to the looks."""
    try:
        found = json.loads((folder / CHOSEN).read_text(encoding="utf-8"))
        return Choice(int(found["step"]), int(found["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def choose(folder: Path, chosen: Choice | None) -> None:
    """Remembers a choice beside the states that it is among, or forgets it."""
    if chosen is None:
        (folder / CHOSEN).unlink(missing_ok=True)
    else:
        write_text(folder / CHOSEN, json.dumps(asdict(chosen)) + "\n")


def place_of(folder: Path, said: str | Path | int) -> Path:
    """Where a state lies that is named by its path, its file's name or its step."""
    if str(said).isdecimal():
        return folder / name_of(int(str(said)))
    path = Path(said)
    return path if path.is_file() else folder / path.name


def newest(folder: Path, identity: str | None = None) -> Path | None:
    """The checkpoint with the highest stored step that belongs to this base and these clips (or to any), or None."""
    found = [(saved.progress.step, path) for path, saved in _readable(folder) if identity in (None, saved.identity)]
    return max(found)[1] if found else None


def load(path: Path, device: torch.device | str = "cpu") -> tuple[Progress, dict[str, Any]]:
    """A checkpoint's progress and the rest of it, tensors on `device`."""
    state = torch.load(path, map_location=device, weights_only=True)
    return Progress(**state.pop("progress")), state


def set_aside(folder: Path) -> Path | None:
    """Moves the checkpoints of another base or other clips out of the way; nothing is deleted."""
    return _moved(folder) if any(folder.glob("*.pt")) else None


def _moved(folder: Path) -> Path:
    """Gives the folder the first name of those set aside that no other has, and returns it."""
    number = 1
    while (aside := folder.with_name(f"{folder.name}-before-{number}")).exists():
        number += 1
    folder.rename(aside)
    return aside


def taken_back(folder: Path, identity: str) -> Path | None:
    """The newest checkpoint for this base and these clips among those set aside, which take the present ones' place."""
    for aside in sorted(folder.parent.glob(f"{folder.name}-before-[0-9]*")):  # as `set_aside` names them
        found = newest(aside, identity)
        if found is not None:
            if folder.exists():  # also without a state: a training that ended before its first one left its curves
                _moved(folder)
            aside.rename(folder)
            console.info(f"{aside.name} holds states of this base and these clips: they are taken up again")
            return folder / found.name
    return None


def header(path: Path) -> dict[str, Any]:
    """A checkpoint read lazily: mapped, so that looking at its step does not read its weights."""
    # By our own reader: torch's takes four times as long to say which step it is (0.34 and 0.08 s of a voice's state).
    with zipfile.ZipFile(path) as archive:
        (pickled,) = (member for member in archive.infolist() if member.filename.endswith("/data.pkl"))
        return read_zip(path, archive, pickled)


@dataclass(frozen=True)
class About:
    """What a checkpoint says of itself: how far it has come, which base and clips it belongs to, the base's name."""

    progress: Progress
    identity: str
    base: str | None


def about(path: Path) -> About:
    """What a checkpoint says of itself. Raises one of UNREADABLE where it is none, or only a part of one."""
    # A start asks this of each of them some six times, and ten thousand tensors are described before the answer.
    found = path.stat()
    return _about(path, found.st_ino, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=64)
def _about(path: Path, *_of_this_content: int) -> About:
    saved = header(path)
    progress, identity = Progress(**saved["progress"]), saved["identity"]
    card = saved.get("voice", {}).get("card", {})  # a state of an earlier version has none
    return About(progress, identity, card.get("base"))


def _readable(folder: Path) -> list[tuple[Path, About]]:
    """Every whole checkpoint."""
    found = []
    for path in sorted(folder.glob("*.pt")):
        try:
            found.append((path, about(path)))
        except UNREADABLE as error:
            console.warn(f"{path}: not a whole checkpoint, passed over ({type(error).__name__})")
    return found
