"""The run folder: the only state of a voice in the making, movable to another machine as it is.

recipe.yaml     the resolved recipe
clips.jsonl     the one label file, a line per clip; a person may edit text, status and speaker
audio/          the kept clips, as they will be heard in training
cache/          what each stage made of each recording, by content and settings
checkpoints/    training states, resumable
tensorboard/    curves
report.html     what happened, in one file
voice/          what `Voice.load` reads
"""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffvits.audio.sound import Sound
from ffvits.clip import Clip, merge_edits, parse_clip, read_clips, write_clips
from ffvits.errors import BusyError, ClipError, RecipeError, RunError
from ffvits.files import path_of, system_words, write_text
from ffvits.recipe import Recipe


@dataclass(frozen=True)
class Run:
    """Paths of a run folder and the few things that are done to it as a whole."""

    folder: Path

    @property
    def recipe_file(self) -> Path:
        return self.folder / "recipe.yaml"

    @property
    def clips_file(self) -> Path:
        return self.folder / "clips.jsonl"

    @property
    def audio(self) -> Path:
        return self.folder / "audio"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def tensorboard(self) -> Path:
        return self.folder / "tensorboard"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    @property
    def samples(self) -> Path:
        return self.folder / "samples"

    @property
    def voice(self) -> Path:
        return self.folder / "voice"

    @classmethod
    def create(cls, folder: str | Path, recipe: Recipe) -> Run:
        """Makes the folder (or takes up an earlier run in it) and writes the resolved recipe.

        Raises RunError if it cannot be written.
        """
        run = cls(path_of(folder))
        try:
            run.folder.mkdir(parents=True, exist_ok=True)
            write_text(run.recipe_file, recipe.to_yaml())
        except OSError as error:
            raise run._unwritable(error) from error
        return run

    def check_place(self) -> None:
        """Raises RunError where `create` could not make or write the folder; changes nothing."""
        for there in (self.folder, *self.folder.absolute().parents):
            try:
                there.stat()
                break
            except (FileNotFoundError, NotADirectoryError):
                continue  # to be made, or below what is a file
            except OSError as error:
                raise self._unwritable(error) from error
        if not there.is_dir():
            raise self._unwritable(NotADirectoryError(errno.ENOTDIR, f"{there} is a file"))
        if not os.access(there, os.W_OK | os.X_OK):
            raise self._unwritable(PermissionError(errno.EACCES, f"{there} is not yours to write in"))

    @classmethod
    def open(cls, folder: str | Path) -> Run:
        """An existing run folder. Raises RunError if there is none."""
        run = cls(path_of(folder))
        if not run.recipe_file.is_file():
            raise RunError(
                "this is not a run folder (it holds no recipe.yaml)", cure="make one with: ffvits auto", file=folder
            )
        return run

    def recipe(self) -> Recipe:
        """What the run goes by. Raises RecipeError: after a slip by hand, or for what another version wrote."""
        try:
            return Recipe.load(self.recipe_file)
        except RecipeError as error:
            error.cure = f"{error.cure or 'mend the line'}; or, if a newer ffvits made this run, update ffvits"
            raise

    @contextmanager
    def locked(self, patience: float = 0) -> Iterator[None]:
        """Makes the folder and holds it for one process; the system frees it even when that process is killed.

        Raises BusyError if another process still holds it after `patience` seconds, RunError if nothing can be
        written here.
        """
        import filelock

        lock = filelock.FileLock(str(self.folder / ".lock"), timeout=patience)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except filelock.Timeout as error:
            raise BusyError(
                "another ffvits is at work in this run folder",
                cure="wait for it, or stop it where it runs: what it has done is kept",
                file=self.folder,
            ) from error
        except (OSError, NotImplementedError) as error:  # the latter where a drive knows no locks
            raise self._unwritable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _unwritable(self, error: Exception) -> RunError:
        cure = "free some space, give yourself the right to write in it, or copy it to another disk"
        if not os.path.isdir(self.folder):  # which, unlike the folder itself, raises nothing
            cure = "choose another with --out"
        return RunError(f"the run folder cannot be written: {system_words(error)}", cure=cure, file=self.folder)

    def clips(self) -> list[Clip]:
        """The label file's clips. Raises RunError if there is none yet, ClipError if a hand edit broke it."""
        if not self.clips_file.is_file():
            raise RunError("nothing is labelled yet", cure="run: ffvits label", file=self.clips_file)
        return read_clips(self.clips_file)

    def edit_clips(self, changed: Iterable[Clip], patience: float = 10) -> None:
        """Writes clips with another text, status or speaker, as a person's edits: labelling never takes them back.

        The others stay as they are. Raises ClipError for a clip that is not in the label file or would break it,
        RunError as `clips` does, BusyError if another ffvits is still at work here after `patience` seconds.
        """
        with self.locked(patience):
            clips = {clip.id: clip for clip in self.clips()}
            for clip in changed:
                if clip.id not in clips:
                    raise ClipError(
                        f"there is no clip {clip.id!r}", cure="change clips of Run.clips()", file=self.clips_file
                    )
                number = list(clips).index(clip.id) + 1
                clips[clip.id] = parse_clip(clip.to_json(), file=self.clips_file, number=number)
            write_clips(self.clips_file, clips.values())

    def save_clips(self, clips: list[Clip]) -> list[Clip]:
        """Writes what was labelled, with a person's edits kept, and returns what the label file now holds."""
        previous = read_clips(self.clips_file) if self.clips_file.is_file() else []
        merged = merge_edits(clips, previous)
        write_clips(self.clips_file, merged)
        return merged

    def cache(self, stage: str, settings: Any, version: int = 1) -> StageCache:
        """Where one stage keeps its results; `settings` (a dataclass) and `version` (of its code) are in every key."""
        return StageCache(self.folder, stage, digest(stage, version, dataclasses.asdict(settings)))

    def path(self, clip: Clip) -> Path:
        """The file with the clip's current samples."""
        return self.folder / clip.audio


@dataclass(frozen=True)
class StageCache:
    """Results of one stage, each under the hash of what it was made from: a killed run continues where it was."""

    folder: Path
    stage: str
    settings: str

    def key(self, *inputs: str) -> str:
        """The name of the result that this stage, as set, makes of these inputs (keys of earlier results)."""
        return digest(self.stage, self.settings, *inputs)

    def audio(self, key: str, part: int = 0) -> str:
        """Where the result's samples lie, relative to the run folder; one result may hold several parts."""
        return f"cache/{self.stage}/{key[:2]}/{key}-{part}.flac"

    def get(self, key: str) -> dict[str, Any] | None:
        """The values put under this key, or None if there is no whole result."""
        try:
            values = json.loads(self._values(key).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):  # no JSON, or no text at all: a disk may lose what it had
            return None
        if not all((self.folder / self.audio(key, part)).is_file() for part in range(values["parts"])):
            return None
        return values["values"]

    def put(self, key: str, values: Mapping[str, Any], *sounds: Sound) -> None:
        """Keeps a result: first its sounds, then the values, so that a result is either whole or absent.

        Raises RunError if the disk is full, AudioError if that shows while a sound is written.
        """
        path = self._values(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for part, sound in enumerate(sounds):
                sound.save(self.folder / self.audio(key, part))
            write_text(path, json.dumps({"parts": len(sounds), "values": values}, ensure_ascii=False))
        except OSError as error:
            raise RunError(
                f"the cache cannot be written: {error.strerror}", cure="free some space and run again", file=path
            ) from error

    def _values(self, key: str) -> Path:
        return self.folder / "cache" / self.stage / key[:2] / f"{key}.json"


def digest(*parts: Any) -> str:
    """A short hash (24 hex digits) of plain values."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]
