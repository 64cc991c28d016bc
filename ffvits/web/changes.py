"""What was changed on the page, kept so that it can be taken back: only that, whatever others have changed since."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from ffvits.clip import Clip
from ffvits.errors import ServeError

KEPT = 1000  # changes that can be taken back
OWN = ("text", "status", "review")  # what a person changes of a clip


@dataclass(frozen=True)
class Change:
    """Clips before and after, as the label file held them; the same ids where they were edited, and not cut or joined.

    `heard` is, by id, what a person had agreed to of the clips before (None: nothing), `agreed` what after.
    """

    before: tuple[Clip, ...]
    after: tuple[Clip, ...]
    heard: Mapping[str, str | None]
    agreed: Mapping[str, str | None]

    @property
    def edit(self) -> bool:
        return [clip.id for clip in self.before] == [clip.id for clip in self.after]

    def undone(self, now: Mapping[str, Clip]) -> tuple[Clip, ...]:
        """What takes the place of `after`. Raises ServeError (409) where somebody changed the same since."""
        if self.edit:
            return tuple(map(_taken_back, self.before, self.after, map(now.get, (clip.id for clip in self.after))))
        for made in self.after:
            if _own(now.get(made.id)) != _own(made):
                raise _outdated()
        if any(clip.id in now for clip in self.before):
            raise _outdated()
        return self.before


class Changes:
    """The last changes by number."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._kept: OrderedDict[int, Change] = OrderedDict()

    def keep(self, change: Change) -> int:
        """The number by which it is found again."""
        number = next(self._numbers)
        self._kept[number] = change
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return number

    def find(self, number: int) -> Change:
        """Raises ServeError (404) for one that is too long ago, or was taken back."""
        if number not in self._kept:
            raise ServeError("this change can no longer be undone", status=404, code="refused", cure="reload the page")
        return self._kept[number]

    def forget(self, number: int) -> None:
        del self._kept[number]


def _taken_back(before: Clip, after: Clip, now: Clip | None) -> Clip:
    """The clip of today with what was changed as it was before."""
    changed = [name for name in OWN if getattr(before, name) != getattr(after, name)]
    if now is None or any(getattr(now, name) != getattr(after, name) for name in changed):
        raise _outdated()
    return now.with_(**{name: getattr(before, name) for name in changed})


def _own(clip: Clip | None) -> tuple | None:
    return clip and tuple(getattr(clip, name) for name in OWN)


def _outdated() -> ServeError:
    return ServeError(
        "this clip has been changed since, elsewhere: it was left as it is",
        status=409,
        code="changed",
        cure="reload the page",
    )
