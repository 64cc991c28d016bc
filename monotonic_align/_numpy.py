"""The aligner in numpy: every recording of the batch advances by one frame at a time."""

from __future__ import annotations

import numpy as np


def fill_paths(score: np.ndarray, frames: np.ndarray, symbols: np.ndarray, path: np.ndarray) -> None:
    """Writes the best path of each item into `path`; an item without any path gets zeros.

    score and path float32 [B, T_spec, T_text]; frames [B, T_spec] and symbols [B, T_text] float32, 0 where there is
    only padding, which must be at the end.
    """
    path[:] = 0
    spec_lengths, text_lengths = np.count_nonzero(frames, axis=1), np.count_nonzero(symbols, axis=1)
    possible = (text_lengths > 0) & (text_lengths <= spec_lengths)
    if not possible.any():
        return
    n_batch, n_text = score.shape[0], int(text_lengths[possible].max())
    n_spec = int(spec_lengths[possible].max())
    best = np.full((n_batch, n_text), -np.inf, np.float32)
    best[:, 0] = score[:, 0, 0]
    shifted = np.full_like(best, -np.inf)
    moved = np.zeros((n_spec, n_batch, n_text), bool)
    # A value that is not a number loses every comparison, so it never moves the path; numpy need not warn of it.
    with np.errstate(invalid="ignore", over="ignore"):
        for frame in range(1, n_spec):
            shifted[:, 1:] = best[:, :-1]
            np.less(best, shifted, out=moved[frame])
            np.copyto(best, shifted, where=moved[frame])
            best += score[:, frame, :n_text]

    items = np.flatnonzero(possible)
    at = text_lengths - 1
    for frame in range(n_spec - 1, -1, -1):
        active = items[frame < spec_lengths[items]]
        here = at[active]
        path[active, frame, here] = 1
        # A path that stands on the diagonal has no frame to spare: it must move with every frame.
        at[active] -= (here > 0) & (moved[frame, active, here] | (here == frame))
