"""Stages side by side: one works on the next recordings while another still listens to the last."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ffvits.device import cores

T = TypeVar("T")
_END = object()
_SIDE_BY_SIDE = 3  # stages: cleaning, measuring and listening


def ahead(items: Iterable[T], size: int = 16) -> Iterator[T]:
    """The same items in the same order, made in a thread of their own that is at most `size` items ahead.

    Worth it where the work is done outside of Python (decoding, networks, filters), which then runs at the same time
    as the consumer's. An error of the maker is raised here, in its place; a consumer that stops early stops the maker.
    """
    import torch

    iterator = iter(items)
    ours = torch.get_num_threads()  # of a thread that did not ask before it would be the maker's
    with ThreadPoolExecutor(1, thread_name_prefix="ahead", initializer=_share) as maker:
        waiting = deque(maker.submit(next, iterator, _END) for _ in range(size))
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(maker.submit(next, iterator, _END))
                yield item
        finally:
            for future in waiting:
                future.cancel()
            # A generator's own cleaning up (processes, files) belongs to the thread that ran it.
            close = getattr(iterator, "close", None)
            if close is not None:
                maker.submit(close).result()
            torch.set_num_threads(ours)  # those that begin later take it over


def _share() -> None:
    """Leaves the processor to the others: torch's threads that wait for a core turn it idly meanwhile.

    Of two cores under load the encoder of voices took 15 s instead of 0.8 with two threads, for the same numbers.
    """
    import torch

    torch.set_num_threads(max(1, cores() // _SIDE_BY_SIDE))
