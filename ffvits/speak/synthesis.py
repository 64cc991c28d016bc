"""From symbol ids to samples, whatever computes the networks. Arrays are numpy, float32 unless said otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

# Frames decoded at once: few at first, so that speech begins; then more, as surroundings cost less of a longer tile.
FIRST_TILE, LAST_TILE = 16, 128


class Parts(Protocol):
    """The networks of a voice. `g` is what `speaker` gave: [1, gin, 1], or None for a voice without speakers."""

    hop_length: int
    reach: int
    """How many latent frames on each side of a stretch decide its samples."""

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

    def decode(self, z: np.ndarray, g: np.ndarray | None, before: int, after: int) -> np.ndarray:
        """z [1, C, T] with `before` and `after` frames of surroundings -> samples [(T - before - after) * hop]."""
        ...


@dataclass(frozen=True)
class Manner:
    """How to speak: `noise` varies the sound, `noise_w` the rhythm, `stretch` 2 takes twice the time."""

    noise: float
    noise_w: float
    stretch: float


def latent(
    parts: Parts, ids: Sequence[int], g: np.ndarray | None, manner: Manner, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """What the decoder speaks of one phrase, [1, C, frames], and the frames of each id, int64 [ids].

    All that is random in it comes from `random`.
    """
    import numpy as np

    text = np.asarray([ids], np.int64)
    hidden, mean, logs, mask = parts.encode(text, np.asarray([len(ids)], np.int64))
    noise = random.standard_normal((1, 2, len(ids)), np.float32) * np.float32(manner.noise_w)
    frames = np.ceil(np.exp(parts.log_frames(hidden, mask, noise, g)) * mask * np.float32(manner.stretch))[0, 0]
    counts = frames.astype(np.int64)
    if not counts.sum():
        counts[0] = 1
    mean, logs = np.repeat(mean, counts, axis=2), np.repeat(logs, counts, axis=2)
    z_p = mean + random.standard_normal(mean.shape, np.float32) * np.exp(logs) * np.float32(manner.noise)
    return parts.flow(z_p, np.ones((1, 1, z_p.shape[2]), np.float32), g), counts


def decoded(parts: Parts, z: np.ndarray, g: np.ndarray | None) -> Iterator[np.ndarray]:
    """The samples of a latent [1, C, T], tile by tile; joined they are what decoding the whole at once would give."""
    total = z.shape[2]
    start, size = 0, FIRST_TILE
    while start < total:
        end = total if total - start < size + FIRST_TILE else start + size
        before, after = min(parts.reach, start), min(parts.reach, total - end)
        yield parts.decode(z[:, :, start - before : end + after], g, before, after)
        start, size = end, min(2 * size, LAST_TILE)
