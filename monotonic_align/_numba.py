"""The aligner for numba: the plain loop of _core.h, compiled when it first runs."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(nogil=True)
def fill_paths(score, frames, symbols, path):
    """Writes the best path of each item into `path`; an item without any path gets zeros.

    score and path float32 [B, T_spec, T_text]; frames [B, T_spec] and symbols [B, T_text] float32, 0 where there is
    only padding, which must be at the end.
    """
    path[:] = 0
    nothing = np.float32(-np.inf)
    moved = np.empty((score.shape[1], score.shape[2]), np.bool_)
    sums = np.empty(score.shape[2], np.float32)
    for item in range(score.shape[0]):
        n_spec, n_text = np.count_nonzero(frames[item]), np.count_nonzero(symbols[item])
        if n_text < 1 or n_text > n_spec:
            continue
        sums[:] = nothing
        sums[0] = score[item, 0, 0]
        for frame in range(1, n_spec):
            # From the right, so that one row of sums is enough.
            for symbol in range(min(frame, n_text - 1), max(0, n_text - (n_spec - frame)) - 1, -1):
                stay = sums[symbol]
                move = sums[symbol - 1] if symbol > 0 else nothing
                moved[frame, symbol] = move > stay
                sums[symbol] = (move if move > stay else stay) + score[item, frame, symbol]
        symbol = n_text - 1
        for frame in range(n_spec - 1, -1, -1):
            path[item, frame, symbol] = 1
            if symbol > 0 and (symbol == frame or moved[frame, symbol]):
                symbol -= 1
