"""Who speaks when: few threads, each taking the next request for a slice of time, so that a long text holds nobody up.

Whether phrases of different requests are computed in one batch is not decided here: the workers' voices may share a
`ffvits.speak.together.Together`, which makes batches of what they want at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Generator

from ffvits import console
from ffvits.errors import ServeError

SLICE = 2.0  # seconds of a worker before the next request has its turn: what is short is said whole
AHEAD = 4  # pieces made before a streaming client has taken the first


class Turns:
    """At most `places` requests at once, on `workers` threads that give the model `threads` threads each."""

    def __init__(self, *, workers: int, threads: int, places: int, slice: float = SLICE) -> None:
        self.places = places
        self._slice = slice
        self._changed = threading.Condition()
        self._ready: deque[Turn] = deque()
        self._taken = 0
        self._closed = False
        self._workers = [
            threading.Thread(target=self._work, args=(threads,), name=f"speaking-{number}", daemon=True)
            for number in range(workers)
        ]

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    @property
    def taken(self) -> int:
        """Requests that wait or are being spoken."""
        return self._taken

    def enter(self, pieces: Generator[bytes], *, ahead: int | None = None) -> Turn:
        """Admits a request; `pieces` is run on the workers, never more than `ahead` pieces before they are taken.

        Raises ServeError (429) if every place is taken.
        """
        with self._changed:
            if self._taken >= self.places:
                raise ServeError(
                    f"{self._taken} requests are waiting already", status=429, code="queue_full", cure="try again soon"
                )
            self._taken += 1
            turn = Turn(self, pieces, asyncio.get_running_loop(), ahead)
            self._ready.append(turn)
            self._changed.notify()
        return turn

    def close(self) -> None:
        """Ends the threads after the pieces they are at."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.join()

    def _work(self, threads: int) -> None:
        with contextlib.suppress(ImportError):  # voices in ONNX are served without
            import torch

            torch.set_num_threads(threads)  # of this thread
        while True:
            with self._changed:
                while not self._ready and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                turn = self._ready.popleft()
            began = time.monotonic()
            while self._goes_on(turn, time.monotonic() - began < self._slice):
                continue

    def _goes_on(self, turn: Turn, in_its_slice: bool) -> bool:
        """One piece of a request; true if the same worker should make its next one."""
        over = turn.cancelled or turn.advance()
        with self._changed:
            turn.made += 1
            if over or turn.cancelled:
                self._leave(turn)
            elif turn.ahead is not None and turn.made >= turn.ahead:
                turn.resting = True
            elif in_its_slice or not self._ready:
                return True
            else:
                self._ready.append(turn)
                self._changed.notify()
            return False

    def _leave(self, turn: Turn) -> None:
        self._taken -= 1
        try:
            turn.pieces.close()
        except Exception as error:  # noqa: BLE001 — an encoder that cannot end its file must not end the worker
            console.warn(f"a request that was left could not be closed: {type(error).__name__}: {error}")


class Turn:
    """One request on its way: its bytes arrive here, on the event loop that it came from."""

    def __init__(
        self, turns: Turns, pieces: Generator[bytes], loop: asyncio.AbstractEventLoop, ahead: int | None
    ) -> None:
        self.pieces = pieces
        self.ahead = ahead
        self.made = 0
        self.resting = False
        self.cancelled = False
        self._turns = turns
        self._loop = loop
        self._arrived: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()

    def advance(self) -> bool:
        """Makes the next piece, on a worker; true if it was the last, or failed."""
        try:
            piece = next(self.pieces, None)
        except Exception as error:  # noqa: BLE001 — whatever went wrong is told to the one who asked
            piece = error
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, piece)
        return not isinstance(piece, bytes)

    async def next(self, patience: float) -> bytes | None:
        """The next piece, None after the last.

        Raises what went wrong in making it, or ServeError (504) if it does not come within `patience` seconds.
        """
        try:
            piece = await asyncio.wait_for(self._arrived.get(), patience)
        except asyncio.TimeoutError as error:
            raise ServeError(
                f"not spoken within {patience:g} s", status=504, code="timeout", cure="try again, or a shorter text"
            ) from error
        with self._turns._changed:
            self.made -= 1
            if self.resting and not self.cancelled:
                self.resting = False
                self._turns._ready.append(self)
                self._turns._changed.notify()
        if isinstance(piece, Exception):
            raise piece
        return piece

    def cancel(self) -> None:
        """Gives the place back: at once if the request rests, else after the piece that is being made."""
        with self._turns._changed:
            if self.cancelled:
                return
            self.cancelled = True
            if self.resting:
                self._turns._leave(self)
