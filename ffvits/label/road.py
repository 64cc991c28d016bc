"""The stages between the first and the last, with the networks that they share: how one process labels many clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ffvits.clip import Clip
from ffvits.label import denoise, measure, segment, separate
from ffvits.label.repair import repair
from ffvits.label.transcribe import Listener, transcribe
from ffvits.recipe import Recipe
from ffvits.run import Run

STAGES = ("repair", "separate", "denoise", "segment", "transcribe")


def _as_it_is(clips: Iterable[Clip]) -> Iterator[Clip]:
    return iter(clips)


@dataclass
class Road:
    """Takes recordings, a few or all of them, from decoded to transcribed; each network is loaded when first needed.

    `device` is cpu or cuda. `alongside` (see `ahead`) lets stages run at the same time in a process that has the
    machine for itself; the recogniser then hears in so many `threads`.
    """

    recipe: Recipe
    device: str = "cpu"
    alongside: Callable[[Iterable[Clip]], Iterator[Clip]] = _as_it_is
    threads: int = 1
    listener: Listener = field(init=False)
    _separators: separate.Models = field(init=False, repr=False)
    _filters: denoise.Models = field(init=False, repr=False)
    _measures: measure.Models = field(init=False, repr=False)

    def __post_init__(self) -> None:
        settings, offline = self.recipe.label, self.recipe.offline
        self.listener = Listener(settings.transcribe, self.device, offline, self.threads)
        self._separators = separate.Models(settings.separate, self.device, offline)
        self._filters = denoise.Models(settings.denoise)
        self._measures = measure.Models(offline)

    def __call__(self, clips: Iterable[Clip], run: Run, until: str | None = None) -> Iterator[Clip]:
        """The clips that these recordings become, in order, up to the stage `until` (None: all of `STAGES`)."""
        settings = self.recipe.label

        def measured(clips: Iterable[Clip]) -> Iterator[Clip]:
            """The clips as they are; the screen then finds their measures in the cache."""
            return (clip for clip, _ in measure.measure(clips, run, models=self._measures))

        stages = (
            lambda clips: repair(clips, run, settings.repair),
            lambda clips: separate.separate(clips, run, settings.separate, models=self._separators),
            lambda clips: denoise.denoise(clips, run, settings.denoise, models=self._filters),
            lambda clips: segment.segment(clips, run, settings.segment, offline=self.recipe.offline),
            # Cleaning, measuring and listening keep a processor busy each; they wait for one another by a few clips.
            lambda clips: transcribe(
                self.alongside(measured(self.alongside(clips))), run, settings.transcribe, listener=self.listener
            ),
        )
        made: Iterator[Clip] = iter(clips)
        for name, stage in zip(STAGES, stages, strict=True):
            made = stage(made)
            if name == until:
                break
        return made
