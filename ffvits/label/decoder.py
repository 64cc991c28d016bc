"""Decoding in processes of its own, so that a recording that crashes or hangs a decoder costs only itself.

Such a process reads one JSON job a line and answers with one JSON line. Plain pipes rather than `multiprocessing`: a
script that calls ffvits needs no `if __name__ == "__main__"`, and nothing is pickled.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ffvits.audio.files import Undecodable
from ffvits.errors import FfvitsError, RunError
from ffvits.files import system_words
from ffvits.run import StageCache

_PATIENCE = 300.0  # seconds that any file may take ...
_SLOWEST = 1e5  # ... plus one for so many bytes: 3 MB for half a minute of 16-bit stereo


@dataclass(frozen=True)
class Job:
    """One file to decode into a cache in mono parts of at most `part_seconds`, at `max_rate` Hz or less."""

    path: Path
    cache: StageCache
    max_rate: int
    part_seconds: float


def decode(job: Job) -> dict[str, Any]:
    """Decodes one file here and now, unless the cache has what its bytes become.

    Returns the values of the whole file: what was found, and the key, start and length of each part. Raises
    Undecodable if no sound can be had, RunError if the cache cannot be written.
    """
    for attempt in (1, 2):
        before = _stamp(job.path)
        content = _content(job.path)
        key = job.cache.key(content)
        values = job.cache.get(key)
        known = values is not None and "level" in values  # earlier versions did not measure it
        if known and all(job.cache.get(part["key"]) is not None for part in values["parts"]):
            return values
        try:
            values = _decode_parts(job, content)
        except Undecodable:
            if attempt == 2 or before == _stamp(job.path):
                raise
            continue
        if before == _stamp(job.path):
            job.cache.put(key, values)
            return values
    raise Undecodable("it changed while it was read", cure="wait until it is written, and run again", file=job.path)


def _decode_parts(job: Job, content: str) -> dict[str, Any]:
    from ffvits.audio.measure import bandwidth
    from ffvits.audio.mixdown import parts, survey
    from ffvits.label.levels import overall_level

    heard = survey(job.path)
    found, loudest = [], -120.0
    for number, (start, sound) in enumerate(parts(job.path, heard, **_limits(job))):
        key = job.cache.key(content, str(number))
        job.cache.put(key, {}, sound)
        loudest = max(loudest, overall_level(sound))
        found.append(
            {
                "key": key,
                "start": start / sound.rate,
                "end": (start + len(sound.samples)) / sound.rate,
                "bandwidth": bandwidth(sound),
            }
        )
    probe = heard.probe
    return {
        "format": str(probe),
        "rate": probe.rate,
        "channels": probe.channels,
        "bits": probe.bits,
        "notes": list(heard.notes),
        "level": loudest,
        "parts": found,
    }


def _limits(job: Job) -> dict[str, Any]:
    return {"max_rate": job.max_rate, "seconds": job.part_seconds}


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _content(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for as long as a decoder may take
            raise Undecodable("this is not a regular file", cure="put a recording in its place", file=path)
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except PermissionError as error:
        raise Undecodable("you may not read this file", cure="give yourself the right to read it", file=path) from error
    except OSError as error:
        raise Undecodable(f"the system cannot read it: {error.strerror}", file=path) from error
    return digest.hexdigest()


def decode_all(jobs: Iterable[Job], workers: int = 1) -> Iterator[tuple[Job, dict[str, Any] | Undecodable]]:
    """Decodes files in `workers` processes, ahead of whoever takes the results but only by a few; order is kept.

    A file that kills its process, or keeps it busy beyond patience, comes back as Undecodable.
    """
    local = threading.local()
    processes: list[_Process] = []

    def work(job: Job) -> dict[str, Any] | Undecodable:
        if not hasattr(local, "process"):
            local.process = _Process()
            processes.append(local.process)
        return local.process.decode(job)

    waiting: deque[tuple[Job, Future]] = deque()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="decoder")
    try:
        for job in jobs:
            waiting.append((job, pool.submit(work, job)))
            if len(waiting) > 4 * workers:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    finally:
        for _, future in waiting:
            future.cancel()
        for process in processes:
            process.stop()
        pool.shutdown()


@dataclass
class _Process:
    """One decoding process, started when first needed and again after a crash."""

    popen: subprocess.Popen | None = field(default=None, repr=False)
    stopped: bool = False

    def decode(self, job: Job) -> dict[str, Any] | Undecodable:
        if self.stopped:
            return Undecodable("it was not read: the run was stopped", file=job.path)
        if self.popen is None or self.popen.poll() is not None:
            self.popen = _start()
            if self.stopped:  # meanwhile, by who found no process to kill yet
                self.popen.kill()
        popen = self.popen
        limit = _PATIENCE + ((_stamp(job.path) or (0, 0))[0] / _SLOWEST)
        late = threading.Event()
        watch = threading.Timer(limit, lambda: (late.set(), popen.kill()))
        watch.start()
        try:
            popen.stdin.write(_line(_to_json(job)))
            popen.stdin.flush()
            answer = popen.stdout.readline()
        except OSError:
            answer = b""
        finally:
            watch.cancel()
        if answer.endswith(b"\n"):  # else it was killed amid its answer
            return _from_answer(json.loads(answer), job)
        code = popen.wait()
        if late.is_set():
            return Undecodable(f"its decoder was not done after {limit:.0f} s", file=job.path)
        return Undecodable(f"its decoder crashed (exit code {code})", file=job.path)

    def stop(self) -> None:
        self.stopped = True
        if self.popen is not None:
            self.popen.kill()
            self.popen.communicate()


def _start() -> subprocess.Popen:
    # Not `-m`: that looks for modules in the current folder first, where a user's own queue.py or av.py may lie.
    root = str(Path(__file__).parents[2])
    code = f"import sys; sys.path[:] = [*filter(None, sys.path), {root!r}]; from {__name__} import main; main()"
    try:
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # codecs complain there about what is reported better in our own words
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise RunError(
            f"no decoding process can be started: {system_words(error)}",
            cure="free some memory and run again",
            file=sys.executable,
        ) from error


def _line(values: dict[str, Any]) -> bytes:
    # ASCII JSON carries any file name, also one whose bytes are not UTF-8.
    return json.dumps(values).encode("ascii") + b"\n"


def _to_json(job: Job) -> dict[str, Any]:
    return {
        "path": str(job.path.absolute()),
        "folder": str(job.cache.folder.absolute()),
        "stage": job.cache.stage,
        "settings": job.cache.settings,
        **_limits(job),
    }


def _from_json(values: dict[str, Any]) -> Job:
    cache = StageCache(Path(values["folder"]), values["stage"], values["settings"])
    return Job(Path(values["path"]), cache, values["max_rate"], values["seconds"])


def _from_answer(answer: dict[str, Any], job: Job) -> dict[str, Any] | Undecodable:
    if "values" in answer:
        return answer["values"]
    if answer["kind"] == "RunError":
        raise RunError(answer["message"], cure=answer["cure"], file=answer["file"])
    return Undecodable(answer["message"], code=answer["code"], cure=answer["cure"], file=job.path)


def main() -> None:
    """The loop of a decoding process: a job in, an answer out, until the pipe closes."""
    for line in sys.stdin.buffer:
        job = _from_json(json.loads(line))
        try:
            answer = {"values": decode(job)}
        except FfvitsError as error:
            kind = "Undecodable" if isinstance(error, Undecodable) else "RunError"
            code = getattr(error, "code", "unreadable")
            answer = {"kind": kind, "code": code, "message": error.message, "cure": error.cure, "file": error.file}
        except (MemoryError, ValueError, OSError, RuntimeError) as error:
            message = f"its decoder failed: {type(error).__name__}: {error}"
            answer = {"kind": "Undecodable", "code": "unreadable", "message": message, "cure": "", "file": None}
        sys.stdout.buffer.write(_line(answer))
        sys.stdout.buffer.flush()
