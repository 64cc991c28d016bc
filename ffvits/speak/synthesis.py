"""From symbol ids to samples, whatever computes the networks. Arrays are numpy, float32 unless said otherwise.

A phrase takes three steps: `think` (symbols become the prior's latent), `flow` (to the decoder's latent) and `decode`
(to samples). Each step takes rows of any number and gives for each what it gives for that row alone; who runs them, one
by one or several in a batch, is a `Stage`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

# Frames decoded at once. Few at first, so that speech begins: `Pace.first`. Then more, as surroundings cost less of a
# longer tile, but never more than `Pace.growth` times all that sounds before: a decoder that makes so many seconds in
# one leaves no gap.
LAST_TILE = 384

LIGHT = 75_000_000  # multiplications for a frame; the published size takes 307 million, mandarin-lite 4

TURN = 0.6180339887498949  # see ffvits.vits.source, which needs torch
Step = Callable[["Parts", Sequence[Any]], list[Any]]


@dataclass(frozen=True)
class Pace:
    """How a phrase begins, so that it begins soon and goes on without a gap.

    `first` frames are decoded before anything sounds, then up to `growth` times as many as sound before; the flow goes
    `ahead` times as far each time as it has gone.
    """

    first: int
    growth: int
    ahead: int


class Parts(Protocol):
    """The networks of a voice. `g` is what `speaker` gave: [B, gin, 1], or None for a voice without speakers."""

    hop_length: int
    reach: int
    """How many latent frames on each side of a stretch decide its samples."""
    flow_reach: int
    """How many frames on each side of a stretch decide what the flow makes of it."""
    pace: Pace
    rows: int
    """How many rows are worth computing at once; 1 where a batch takes longer than one row after the other."""
    batches: bool
    """Whether several rows can be computed at once at all."""

    def fingerprint(self) -> str:
        """Tells voices apart by their weights. What they say is no use: its last bits hang on threads and memory."""
        ...

    def speaker(self, row: int | None) -> np.ndarray | None: ...

    def encode(self, ids: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """ids int64 [B, T], lengths int64 [B] -> hidden [B, H, T], mean and logs [B, C, T], mask [B, 1, T]."""
        ...

    def log_frames(self, hidden: np.ndarray, mask: np.ndarray, noise: np.ndarray, g: np.ndarray | None) -> np.ndarray:
        """noise [B, 2, T] -> the logarithm of each symbol's frames [B, 1, T]."""
        ...

    def flow(self, z_p: np.ndarray, mask: np.ndarray, g: np.ndarray | None) -> np.ndarray:
        """The prior's latent to the decoder's, both [B, C, T]."""
        ...

    def decode(
        self, z: np.ndarray, g: np.ndarray | None, before: int, after: int, mask: np.ndarray | None = None
    ) -> np.ndarray:
        """z [B, C, T] with `before` and `after` frames of surroundings -> samples [B, (T - before - after) * hop].

        `mask` [B, 1, T] is 0 in the padding of a batch of unequal rows; only parts with `rows` above 1 are given one.
        """
        ...


class Stage(Protocol):
    """Where steps are run."""

    parts: Parts

    def run(self, step: Step, row: Any) -> Any:
        """What the step makes of one row."""
        ...


@dataclass(frozen=True)
class Alone:
    """Runs every row at once, by itself."""

    parts: Parts

    def run(self, step: Step, row: Any) -> Any:
        return step(self.parts, [row])[0]


@dataclass(frozen=True)
class Manner:
    """How to speak: `noise` varies the sound, `noise_w` the rhythm, `stretch` 2 takes twice the time."""

    noise: float
    noise_w: float
    stretch: float


@dataclass(frozen=True)
class Asked:
    """A phrase to think of: its symbol `ids`, a speaker `g` [1, gin, 1], a manner, and the `seed` of its chance."""

    ids: Sequence[int]
    g: np.ndarray | None
    manner: Manner
    seed: Sequence[int] | int

    @property
    def size(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Thought:
    """A phrase before it sounds: the prior's latent `z_p` [1, C, frames] and the `frames` of each id, int64 [ids]."""

    z_p: np.ndarray
    frames: np.ndarray
    g: np.ndarray | None


@dataclass(frozen=True)
class Stretch:
    """Frames of a latent [1, C, T], of which the first `before` and the last `after` are only surroundings."""

    z: np.ndarray
    g: np.ndarray | None
    before: int = 0
    after: int = 0

    @property
    def size(self) -> int:
        return self.z.shape[2]

    @property
    def wanted(self) -> int:
        return self.size - self.before - self.after


def pace(work: int) -> Pace:
    """For a decoder that multiplies so often for a frame: a heavy one needs time while the first tile sounds.

    A light one takes a quarter of its work at most, so that its tiles may grow faster where both can keep up.
    """
    return Pace(first=12, growth=4, ahead=64) if work < LIGHT else Pace(first=16, growth=2, ahead=8)


def think(parts: Parts, rows: Sequence[Asked]) -> list[Thought]:
    """What is to be spoken of each phrase. A row draws its own chance, so it is the same in every batch, and if a batch
    failed and is tried again."""
    import numpy as np

    g = _stacked([row.g for row in rows])
    ids = _padded([np.asarray([row.ids], np.int64) for row in rows])
    hidden, mean, logs, mask = parts.encode(ids, np.asarray([row.size for row in rows], np.int64))
    random = [np.random.default_rng(row.seed) for row in rows]
    noise = [
        own.standard_normal((1, 2, row.size), np.float32) * np.float32(row.manner.noise_w)
        for own, row in zip(random, rows, strict=True)
    ]
    log_frames = parts.log_frames(hidden, mask, _padded(noise), g)
    thoughts = []
    for i, row in enumerate(rows):
        frames = np.ceil(np.exp(log_frames[i, 0, : row.size]) * np.float32(row.manner.stretch)).astype(np.int64)
        if not frames.sum():
            frames[0] = 1
        own = slice(i, i + 1), slice(None), slice(0, row.size)
        spread, deviation = np.repeat(mean[own], frames, axis=2), np.repeat(np.exp(logs[own]), frames, axis=2)
        chance = random[i].standard_normal(spread.shape, np.float32) * np.float32(row.manner.noise)
        thoughts.append(Thought(spread + chance * deviation, frames, row.g))
    return thoughts


def flow(parts: Parts, rows: Sequence[Stretch]) -> list[np.ndarray]:
    """The decoder's latent [1, C, wanted] of each stretch of the prior's."""
    import numpy as np

    mask = _padded([np.ones((1, 1, row.size), np.float32) for row in rows])
    z = parts.flow(_padded([row.z for row in rows]), mask, _stacked([row.g for row in rows]))
    return [z[i : i + 1, :, row.before : row.before + row.wanted] for i, row in enumerate(rows)]


def decode(parts: Parts, rows: Sequence[Stretch]) -> list[np.ndarray]:
    """The samples [wanted * hop] of each stretch of the decoder's latent.

    Unequal rows are laid so that what is wanted begins at the same frame in all of them.
    """
    import numpy as np

    g = _stacked([row.g for row in rows])
    before, after = max(row.before for row in rows), max(row.after for row in rows)
    if len({(row.size, row.before, row.after) for row in rows}) == 1:
        return list(parts.decode(_stacked([row.z for row in rows]), g, before, after))
    width = before + max(row.wanted for row in rows) + after
    z = np.zeros((len(rows), rows[0].z.shape[1], width), np.float32)
    mask = np.zeros((len(rows), 1, width), np.float32)
    for i, row in enumerate(rows):
        place = slice(before - row.before, before - row.before + row.size)
        z[i, :, place], mask[i, :, place] = row.z[0], 1
    samples = parts.decode(z, g, before, after, mask)
    return [samples[i, : row.wanted * parts.hop_length] for i, row in enumerate(rows)]


def spoken(stage: Stage, thought: Thought) -> Iterator[np.ndarray]:
    """The samples of a thought, tile by tile; joined they are what decoding the whole at once would give.

    Of a longer thought only as much goes through the flow as the next tiles need.
    """
    latent = _Latent(stage, thought)
    return _tiles(stage, latent.upto, thought.z_p.shape[2], thought.g)


def decoded(stage: Stage, z: np.ndarray, g: np.ndarray | None) -> Iterator[np.ndarray]:
    """The samples of a decoder's latent [1, C, T], tile by tile."""
    return _tiles(stage, lambda _: z, z.shape[2], g)


def _tiles(stage: Stage, latent: Callable[[int], np.ndarray], total: int, g: np.ndarray | None) -> Iterator[np.ndarray]:
    """`latent` gives the decoder's latent up to a frame or farther."""
    start, reach = 0, stage.parts.reach
    for end in ends(total, stage.parts.pace):
        yield stage.run(decode, tile(latent(min(end + reach, total)), g, start, end, reach))
        start = end


def ends(total: int, pace: Pace) -> Iterator[int]:
    """Where the tiles of so many frames end; the longest are of about one length."""
    end, first = 0, pace.first
    while end < total:
        size, left = max(first, pace.growth * end), total - end
        if size >= LAST_TILE:
            size = math.ceil(left / math.ceil(left / LAST_TILE))
        end = total if left < size + first else end + size
        yield end


class _Latent:
    """The decoder's latent of a thought, from its beginning to where it was wanted so far."""

    def __init__(self, stage: Stage, thought: Thought) -> None:
        self.stage = stage
        self.thought = thought
        self.z: np.ndarray | None = None

    def upto(self, frame: int) -> np.ndarray:
        """[1, C, T] with T at least `frame`."""
        import numpy as np

        start = 0 if self.z is None else self.z.shape[2]
        if start < frame:
            z_p, far = self.thought.z_p, self.stage.parts.flow_reach
            total, end = z_p.shape[2], max(frame, self.stage.parts.pace.ahead * start)
            if total - end <= 4 * far:  # what is flowed twice would cost more than it gains
                end = total
            before, after = min(far, start), min(far, total - end)
            stretch = Stretch(z_p[:, :, start - before : end + after], self.thought.g, before, after)
            flowed = self.stage.run(flow, stretch)
            self.z = flowed if self.z is None else np.concatenate([self.z, self._continued(flowed)], axis=2)
        return self.z

    def _continued(self, flowed: np.ndarray) -> np.ndarray:
        """With a harmonic source, its waves go on where they were."""
        import numpy as np

        if flowed.shape[1] > self.thought.z_p.shape[1]:
            last, first = self.z[:, -3:, -1:], flowed[:, -3:, :1]
            on = np.concatenate([(last[:, :1] + first[:, :1]) / 2, np.full_like(last[:, :1], TURN)], axis=1)
            flowed[:, -2:] = (flowed[:, -2:] - first[:, 1:] + last[:, 1:] + on) % 1
        return flowed


def tile(z: np.ndarray, g: np.ndarray | None, start: int, end: int, reach: int) -> Stretch:
    """Frames `start` to `end` of a decoder's latent [1, C, T], with all the surroundings that they need."""
    before, after = min(reach, start), min(reach, z.shape[2] - end)
    return Stretch(z[:, :, start - before : end + after], g, before, after)


def _stacked(arrays: Sequence[np.ndarray | None]) -> np.ndarray | None:
    """Arrays of one shape [1, …], one below the other; None for None."""
    import numpy as np

    return None if arrays[0] is None else np.concatenate(arrays)


def _padded(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays [1, …, T] one below the other, with zeros after the shorter ones."""
    import numpy as np

    longest = max(array.shape[-1] for array in arrays)
    widths = [[(0, 0)] * (array.ndim - 1) + [(0, longest - array.shape[-1])] for array in arrays]
    return np.concatenate([np.pad(array, width) for array, width in zip(arrays, widths, strict=True)])
