"""Monotonic alignment search: which symbol each frame of a recording says (Glow-TTS, Kim et al. 2020, algorithm 1)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib import import_module

import numpy as np
import torch
from torch import Tensor

BACKENDS = {"cython": "monotonic_align._core", "numba": "monotonic_align._numba", "numpy": "monotonic_align._numpy"}
"""All ways to search, the quickest first; they give identical paths."""

CELLS_PER_THREAD = 4_000_000  # starting a second thread takes longer than searching less than this


@lru_cache(maxsize=1)
def backend() -> str:
    """The quickest of BACKENDS that works here: "cython" where it was compiled, else "numba", else "numpy"."""
    for name in BACKENDS:
        try:
            _filler(name)
        except ImportError:
            continue
        return name
    raise ImportError("monotonic_align needs numpy")


def maximum_path(score: Tensor, mask: Tensor, *, backend: str | None = None, threads: int | None = None) -> Tensor:
    """The path of the highest total score that visits every symbol in order and gives each frame one symbol.

    score [B, T_spec, T_text] of any dtype on any device (compared in float32); mask of the same shape, 1 where both
    the frame and the symbol exist: the upper left rectangle of each item. Returns 0 and 1 in the shape, dtype and
    device of `score`. Of equal paths the one that stays with its symbol longer, seen from the end, wins.

    An item with more symbols than frames has no such path, and stays zero. Scores that are not finite still give a
    path through every symbol, though not a meaningful one. `backend` asks for one of BACKENDS, `threads` for at most
    so many threads instead of torch's own number.

    Raises ValueError if the shapes do not fit or the backend is unknown, ImportError if the backend is not installed.
    """
    if score.dim() != 3 or mask.shape != score.shape:
        raise ValueError(
            f"score and mask must both be [B, T_spec, T_text], not {tuple(score.shape)} and {tuple(mask.shape)}"
        )
    fill_paths = _filler(_backend() if backend is None else backend)
    path = torch.empty(score.shape, dtype=torch.float32, device="cpu")
    if path.numel() == 0:
        return path.to(score)
    # The edges of the rectangle say all about it, and only they travel from another device.
    arrays = [_array(score.contiguous()), _array(mask[:, :, 0]), _array(mask[:, 0, :]), path.numpy()]
    limit = torch.get_num_threads() if threads is None else threads
    workers = max(1, min(limit, len(path), path.numel() // CELLS_PER_THREAD))
    if workers == 1:
        fill_paths(*arrays)
    else:
        shares = [slice(i * len(path) // workers, (i + 1) * len(path) // workers) for i in range(workers)]
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda share: fill_paths(*(array[share] for array in arrays)), shares))
    return path.to(score)


def _array(values: Tensor) -> np.ndarray:
    return values.detach().to("cpu", torch.float32).numpy()


_backend = backend  # `maximum_path` has an argument of this name


@lru_cache
def _filler(name: str) -> Callable[..., None]:
    if name not in BACKENDS:
        raise ValueError(f"no backend {name!r}: there are {', '.join(BACKENDS)}")
    return import_module(BACKENDS[name]).fill_paths
