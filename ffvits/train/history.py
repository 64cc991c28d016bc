"""The curves of a training: lines of JSON for the verdict and the report, events for TensorBoard."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ffvits.errors import TrainError
from ffvits.files import write_text

if TYPE_CHECKING:
    import numpy as np


EVENTS = "events.out.tfevents."  # then the time, in so many digits that names are in its order


class History:
    """`history.jsonl`: a line per look, no step twice."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, kind: str, step: int, values: dict[str, float]) -> None:
        entry = {"kind": kind, "step": step, **{name: round(float(value), 5) for name, value in values.items()}}
        try:
            with self.path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(entry) + "\n")
        except OSError as error:
            raise _refused(self.path, error) from error

    def read(self) -> list[dict]:
        """All whole lines; one that a crash cut short or a disk damaged is passed over."""
        if not self.path.is_file():
            return []
        entries = []
        for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(json.JSONDecodeError):
                entries.append(json.loads(line))
        return [entry for entry in entries if isinstance(entry, dict) and {"kind", "step"} <= entry.keys()]

    def cut(self, step: int) -> None:
        """Forgets what came after `step`: a resumed run writes it anew."""
        kept = [entry for entry in self.read() if entry["step"] <= step]
        if self.path.is_file():
            write_text(self.path, "".join(json.dumps(entry) + "\n" for entry in kept))


class Curves:
    """A file of events in a folder; what earlier files hold of `step` and later ones counts no more.

    What is added is in the file at once: torch's SummaryWriter leaves it to a thread, which tells of a full disk by a
    traceback, and loses up to two minutes of the curves when it is killed. Raises TrainError if it cannot be written.
    """

    def __init__(self, folder: Path, step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.summary.writer.record_writer import RecordWriter

        self.path = folder / f"{EVENTS}{_later(folder):017.6f}.{socket.gethostname()}.{os.getpid()}"
        self._event = Event
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._records = RecordWriter(self.path.open("wb"))
        except OSError as error:
            raise _refused(self.path, error) from error
        self._write(step=step, file_version="brain.Event:2")
        self._write(step=step, session_log=SessionLog(status=SessionLog.START))

    def __enter__(self) -> Curves:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what could not be written was told when it was added
            self._records.close()

    def add(self, values: Mapping[str, float], step: int) -> None:
        """A point of each curve."""
        from torch.utils.tensorboard.summary import scalar

        for name, value in values.items():
            self._write(step=step, summary=scalar(name, value))

    def add_sound(self, name: str, samples: np.ndarray, step: int, rate: int) -> None:
        """A sound, float32 [T] in [-1, 1]."""
        from torch.utils.tensorboard.summary import audio

        self._write(step=step, summary=audio(name, samples, rate))

    def _write(self, **event: Any) -> None:
        try:
            self._records.write(self._event(wall_time=time.time(), **event).SerializeToString())
            self._records.flush()
        except OSError as error:
            raise _refused(self.path, error) from error


def _later(folder: Path) -> float:
    """The time now, or one after that of every file there: TensorBoard reads them in the order of their names, and the
    clock may have been put back since."""
    times = [path.name.removeprefix(EVENTS)[:17] for path in folder.glob(f"{EVENTS}*")]
    return max([time.time(), *(float(one) + 1e-3 for one in times if re.fullmatch(r"\d+\.\d{6}", one))])


def _refused(path: Path, error: OSError) -> TrainError:
    return TrainError(
        f"the curves cannot be written: {error.strerror}",
        cure="free some space and run again; the earlier checkpoint is whole",
        file=path,
    )
