"""Times `monotonic_align.maximum_path` against the classic search on the same scores, in one thread.

    python benchmarks/mas.py                  # needs a C compiler, for the yardstick too
    python benchmarks/mas.py --json           # {"baseline_s": ..., "fast_s": ..., "speedup": ..., ...}

Both are called as training calls them: tensors in, tensor out. Each round times a few calls of one, then of the other,
after a call of each that is not timed (the allocator has to find its ease again); medians over all rounds are compared,
so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module

import numpy as np
import torch
from torch import Tensor

import monotonic_align


def classic_search(folder: str) -> Callable[[Tensor, Tensor], Tensor]:
    """The classic search, compiled into `folder` the plain way."""
    import pyximport

    pyximport.install(build_dir=folder, language_level=3)
    search_batch = import_module("classic_mas").search_batch

    def search(score: Tensor, mask: Tensor) -> Tensor:
        sums = score.numpy().astype(np.float32)
        paths = np.zeros(sums.shape, np.int32)
        spec_lengths = mask.sum(1)[:, 0].numpy().astype(np.int32)
        text_lengths = mask.sum(2)[:, 0].numpy().astype(np.int32)
        search_batch(paths, sums, spec_lengths, text_lengths)
        return torch.from_numpy(paths).to(score.dtype)

    return search


def random_batch(shape: tuple[int, int, int], ragged: bool) -> tuple[Tensor, Tensor]:
    """Scores like those of training, and their mask: full, or with lengths from half to whole."""
    draw = torch.Generator().manual_seed(0)
    n_batch, n_spec, n_text = shape
    share = torch.rand(n_batch, 1, generator=draw) / 2 + 0.5 if ragged else torch.ones(n_batch, 1)
    frames = (torch.arange(n_spec) < share * n_spec).float()
    symbols = (torch.arange(n_text) < share * n_text).float()
    score = 50 * torch.randn(shape, generator=draw) - 200
    return score, frames[:, :, None] * symbols[:, None, :]


def seconds(work: Callable[[], object], calls: int = 10) -> list[float]:
    """How long each of some calls took, after one that does not count."""
    work()
    taken = []
    for _ in range(calls):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return taken


def compare(shape: tuple[int, int, int], rounds: int, ragged: bool) -> dict[str, object]:
    """Runs both and says how long a call took and whether the paths are the same."""
    torch.set_num_threads(1)
    score, mask = random_batch(shape, ragged)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        classic = classic_search(folder)
        identical = torch.equal(classic(score, mask), monotonic_align.maximum_path(score, mask))
        baseline, fast = [], []
        for _ in range(rounds):
            baseline += seconds(lambda: classic(score, mask))
            fast += seconds(lambda: monotonic_align.maximum_path(score, mask))
    return {
        "shape": list(shape),
        "ragged": ragged,
        "backend": monotonic_align.backend(),
        "threads": 1,
        "rounds": rounds,
        "identical": identical,
        "baseline_s": statistics.median(baseline),
        "fast_s": statistics.median(fast),
        "speedup": statistics.median(baseline) / statistics.median(fast),
        "speedup_of_the_best_rounds": min(baseline) / min(fast),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("--shape", type=int, nargs=3, default=(16, 600, 150), metavar=("B", "T_SPEC", "T_TEXT"))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--ragged", action="store_true", help="recordings of different lengths")
    options = parser.parse_args()
    result = compare(tuple(options.shape), options.rounds, options.ragged)
    if options.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        for name, value in result.items():
            sys.stdout.write(f"{name:28} {value}\n")
    if not result["identical"]:
        sys.exit("the two searches found different paths")


if __name__ == "__main__":
    main()
