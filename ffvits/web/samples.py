"""What the voice said at each look while it was trained, out of TensorBoard's files, which grow all the time."""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Iterator
from pathlib import Path

TAG = "sample"
HEAD, SUM = 12, 4  # bytes: the length of an event before it, with its checksum, and the checksum behind
SHORT = 32  # bytes: an event that begins a session is no longer


class Samples:
    """Reads on where it stopped. TensorBoard's own reader takes a second for each two thousand steps, every time: it
    checks and parses the dozen numbers of every step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, int] = {}  # bytes of each file
        self._said: dict[int, bytes] = {}
        self._mutex = threading.Lock()

    def by_step(self) -> dict[int, bytes]:
        """WAV files; none without the package tensorboard."""
        if importlib.util.find_spec("tensorboard") is None:
            return {}
        with self._mutex:
            sizes = {path: path.stat().st_size for path in sorted(self._folder.glob("events.*"))}
            if any(sizes.get(path, 0) < read for path, read in self._read.items()):  # trained anew
                self._read, self._said = {}, {}
            for path, size in sizes.items():
                if size > self._read.get(path, 0):
                    self._read_on(path)
            return dict(self._said)

    def _read_on(self, path: Path) -> None:
        from google.protobuf.message import DecodeError
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog

        for data in self._events(path):
            if len(data) > SHORT and TAG.encode() not in data[: 2 * SHORT]:
                continue
            try:
                event = Event.FromString(data)
            except DecodeError:  # what a disk has damaged is passed over
                continue
            if event.session_log.status == SessionLog.START:  # goes on from a checkpoint: what came after is forgotten
                self._said = {step: wav for step, wav in self._said.items() if step < event.step}
            for value in event.summary.value:
                if value.tag == TAG:
                    self._said[event.step] = value.audio.encoded_audio_string

    def _events(self, path: Path) -> Iterator[bytes]:
        """Every event that is whole and was not read before."""
        with path.open("rb") as file:
            there = os.fstat(file.fileno()).st_size
            file.seek(self._read.get(path, 0))
            while len(head := file.read(HEAD)) == HEAD:
                size = int.from_bytes(head[:8], "little")
                if file.tell() + size + SUM > there:  # on its way, or of a damaged file, which may say any length
                    return
                data = file.read(size + SUM)
                self._read[path] = file.tell()
                yield data[:size]
