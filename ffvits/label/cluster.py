"""The labelling stages on Ray: actors hold the networks, recordings are dealt out, clips come back in order.

What an actor makes goes into the run's cache, as it does in one process, so every worker must reach the run folder
under the same path: on several machines it lies on storage that they share. A worker that dies costs the recording
that it was at; the next one finds what was finished in the cache.
"""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ffvits import console
from ffvits.clip import Clip
from ffvits.errors import FfvitsError, RunError
from ffvits.extras import install
from ffvits.label.road import Road
from ffvits.language import counted
from ffvits.recipe import Recipe
from ffvits.run import Run

_PORTION = 4  # recordings dealt out at once: enough to be heard together, few enough to be spread evenly
_WAITING = 2  # portions that each worker has before it
_TRIES = 3  # workers that may die of one portion


class Worker:
    """One process of the cluster: the road with its networks, which stay loaded from portion to portion."""

    def __init__(self, run: Run, recipe: Recipe, device: str) -> None:
        console.quiet()
        self._run = run
        self._road = Road(recipe, device)

    def label(self, clips: list[Clip], until: str | None) -> list[Clip] | FfvitsError:
        """What these recordings become. An error that a person can act on is returned: Ray would wrap it."""
        try:
            return list(self._road(clips, self._run, until))
        except FfvitsError as error:
            return error


def spread(
    clips: Iterable[Clip], run: Run, recipe: Recipe, device: str = "cpu", until: str | None = None
) -> Iterator[Clip]:
    """The same clips in the same order as `Road` makes them, made by workers on Ray.

    A cluster is joined by the variable RAY_ADDRESS, as usual with Ray; without it, Ray starts on this machine and ends
    with the labelling. No more recordings are under way than the workers have before them. Raises FfvitsError
    if ray is not installed, RunError if recordings keep killing workers, and whatever a stage raises.
    """
    try:
        import ray
    except ImportError as error:
        raise FfvitsError("the package 'ray' is not installed", cure=install("ray")) from error
    started = not ray.is_initialized()
    if started:
        ray.init(include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    try:
        there, cuda = ray.cluster_resources(), device.startswith("cuda")
        # A worker without a processor (or GPU) of its own would be waited for and never start.
        most = max(1, int(min(there.get("CPU", 1), there.get("GPU", 0) if cuda else there.get("CPU", 1))))
        count = min(recipe.label.workers or most, most)
        crew = _Crew(count, (Run(run.folder.absolute()), recipe, device), gpus=float(cuda))
        console.info(f"{counted(count, 'worker')} on Ray")
        yield from crew.label(clips, until)
    finally:
        if started:
            ray.shutdown()


@dataclass
class _Crew:
    """The workers of one run, replaced as they die."""

    count: int
    arguments: tuple[Any, ...]
    gpus: float = 0.0
    workers: list[Any] = field(init=False)

    def __post_init__(self) -> None:
        self.workers = [self._hire() for _ in range(self.count)]

    def _hire(self) -> Any:
        import ray

        return ray.remote(num_cpus=1, num_gpus=self.gpus)(Worker).remote(*self.arguments)

    def label(self, clips: Iterable[Clip], until: str | None) -> Iterator[Clip]:
        clips = iter(clips)
        portions = iter(lambda: list(itertools.islice(clips, _PORTION)), [])
        waiting: deque[_Order] = deque()
        for number, portion in enumerate(portions):
            waiting.append(self._order(number % self.count, portion, until))
            if len(waiting) >= _WAITING * self.count:
                yield from self._finished(waiting, until)
        while waiting:
            yield from self._finished(waiting, until)

    def _order(self, number: int, portion: list[Clip], until: str | None) -> _Order:
        worker = self.workers[number]
        return _Order(number, worker, portion, worker.label.remote(portion, until))

    def _finished(self, waiting: deque[_Order], until: str | None) -> list[Clip]:
        """The clips of the first order that was given, given again to another worker if its own has died."""
        import ray

        # Ray kills workers itself where a machine runs out of memory.
        died = (ray.exceptions.RayActorError, ray.exceptions.OutOfMemoryError, ray.exceptions.WorkerCrashedError)
        order = waiting.popleft()
        for _ in range(_TRIES):
            try:
                made = ray.get(order.result)
            except died:
                if self.workers[order.number] is order.worker:
                    console.warn("A worker died; another goes on where it was.")
                    self.workers[order.number] = self._hire()
                order = self._order(order.number, order.portion, until)
                continue
            if isinstance(made, FfvitsError):
                raise made
            return made
        raise RunError(
            f"{_TRIES} workers died of {order.portion[0].source} or what comes next",
            cure="give them more memory, or take the recording out",
            file=order.portion[0].source,
        )


@dataclass(frozen=True)
class _Order:
    """A portion of recordings that a worker has been given."""

    number: int
    worker: Any
    portion: list[Clip]
    result: Any
