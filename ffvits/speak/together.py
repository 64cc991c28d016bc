"""Several phrases at once: one batch through the networks instead of one phrase after the other.

Whether that pays is for the device to say (`Parts.rows`): a graphics card has room for many rows, while a processor is
busy with one, and padding only gives it more to do (docs/measured/serve.md has the measurement).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ffvits.speak.synthesis import LAST_TILE, Asked, Parts, Step, Stretch, decode, flow, think, tile

if TYPE_CHECKING:
    import numpy as np

SPREAD = 2  # a batch's longest row is at most so many times as long as its shortest: padding is computed as well
WAIT = 0.003  # seconds that a batch waits for threads which had a row in the one before


def rows_that_pay(device: str) -> int:
    """How many phrases are worth computing in one batch on a kind of device.

    One on a processor: measured, see docs/measured/serve.md. 16 elsewhere, where it was not measured.
    """
    return 1 if device == "cpu" else 16


@dataclass
class _Job:
    step: Step
    row: Any
    over: bool = False
    result: Any = None
    error: Exception | None = None


@dataclass
class Together:
    """A stage for many threads: what they want at the same time is computed in batches of up to `size` rows.

    There is no thread of its own: one of those that wait computes for all. While it does, others queue up for the
    next batch; a thread that is alone never waits.
    """

    parts: Parts
    size: int
    batches: int = field(default=0, init=False)  # how many were computed, and
    rows: int = field(default=0, init=False)  # how many rows they had: to be looked at only
    _waiting: list[_Job] = field(default_factory=list, init=False)
    _busy: bool = field(default=False, init=False)
    _expected: int = field(default=1, init=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, init=False)

    def run(self, step: Step, row: Any) -> Any:
        """See `Stage`. A batch that fails is tried again row by row, so that nobody pays for another's row."""
        job = _Job(step, row)
        with self._changed:
            self._waiting.append(job)
            self._changed.notify_all()
            while not job.over:
                self._changed.wait_for(lambda: job.over or not self._busy)
                if not job.over:
                    self._compute()
        if job.error is not None:
            raise job.error
        return job.result

    def _compute(self) -> None:
        """One batch; the lock is held before and after, not while the networks run."""
        self._busy = True
        self._changed.wait_for(lambda: len(self._waiting) >= min(self.size, self._expected), WAIT)
        batch = self._taken()
        self._changed.release()
        try:
            _fill(self.parts, batch)
        finally:
            self._changed.acquire()
            for job in batch:
                job.over = True
            self._expected = len(batch) + len(self._waiting)
            self.batches, self.rows = self.batches + 1, self.rows + len(batch)
            self._busy = False
            self._changed.notify_all()

    def _taken(self) -> list[_Job]:
        """The one that waits longest, and those of its step and about its length."""
        first, *others = self._waiting
        chosen, left, low, high = [first], [], first.row.size, first.row.size
        for job in others:
            size = job.row.size
            if job.step is first.step and len(chosen) < self.size and max(high, size) <= SPREAD * min(low, size):
                chosen.append(job)
                low, high = min(low, size), max(high, size)
            else:
                left.append(job)
        self._waiting = left
        return chosen


def _fill(parts: Parts, batch: Sequence[_Job]) -> None:
    try:
        results = batch[0].step(parts, [job.row for job in batch])
        for job, result in zip(batch, results, strict=True):
            job.result = result
    except Exception as error:  # noqa: BLE001 — it is raised again where the row came from
        if len(batch) == 1:
            batch[0].error = error
            return
        for job in batch:
            _fill(parts, [job])


def all_spoken(parts: Parts, rows: Sequence[Asked]) -> list[np.ndarray]:
    """The samples of many phrases, in batches of phrases of about a length."""
    samples: dict[int, np.ndarray] = {}
    order = sorted(range(len(rows)), key=lambda i: rows[i].size)
    for start in range(0, len(order), parts.rows):
        group = order[start : start + parts.rows]
        samples.update(zip(group, _batch_spoken(parts, [rows[i] for i in group]), strict=True))
    return [samples[i] for i in range(len(rows))]


def _batch_spoken(parts: Parts, rows: Sequence[Asked]) -> list[np.ndarray]:
    import numpy as np

    thoughts = think(parts, rows)
    latents = flow(parts, [Stretch(thought.z_p, thought.g) for thought in thoughts])
    pieces: list[list[np.ndarray]] = [[] for _ in rows]
    for start in range(0, max(z.shape[2] for z in latents), LAST_TILE):
        alive = [i for i, z in enumerate(latents) if z.shape[2] > start]
        ends = [min(start + LAST_TILE, latents[i].shape[2]) for i in alive]
        tiles = [tile(latents[i], rows[i].g, start, end, parts.reach) for i, end in zip(alive, ends, strict=True)]
        for i, made in zip(alive, decode(parts, tiles), strict=True):
            pieces[i].append(made)
    return [np.concatenate(made) for made in pieces]
