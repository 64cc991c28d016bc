from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

import monotonic_align
from monotonic_align import BACKENDS, maximum_path

GOLDEN = Path(__file__).parent.parent / "golden"


def _installed(name: str) -> bool:
    try:
        monotonic_align._filler(name)
    except ImportError:
        return False
    return True


AVAILABLE = [name for name in BACKENDS if _installed(name)]
each_backend = pytest.mark.parametrize("backend", AVAILABLE)


def rectangles(spec_lengths, text_lengths, shape) -> torch.Tensor:
    """The mask of a batch [B, T_spec, T_text] from its lengths."""
    frames = torch.arange(shape[1]) < torch.as_tensor(spec_lengths)[:, None]
    symbols = torch.arange(shape[2]) < torch.as_tensor(text_lengths)[:, None]
    return (frames[:, :, None] & symbols[:, None, :]).float()


def assert_valid(path: torch.Tensor, n_spec: int, n_text: int) -> None:
    """One symbol per frame, in order, none left out, and nothing outside the rectangle."""
    assert path[n_spec:].sum() == 0 and path[:, n_text:].sum() == 0
    assert torch.equal(path[:n_spec].sum(1), torch.ones(n_spec))
    symbols = path[:n_spec].argmax(1).tolist()
    assert symbols[0] == 0 and symbols[-1] == n_text - 1
    assert all(after - before in (0, 1) for before, after in itertools.pairwise(symbols))


@each_backend
@pytest.mark.parametrize("case", ["single_sdp", "multi_sdp", "multi_dp_resblock2"])
def test_reference_paths(case, backend):
    io = load_file(GOLDEN / f"{case}.io.safetensors")
    mask = io["enc_q.mask"].mT * io["enc_p.mask"]
    assert torch.equal(maximum_path(io["mas.score"], mask, backend=backend), io["mas.path"])


def all_paths(n_spec: int, n_text: int):
    """Every monotonic path, as the symbol of each frame."""
    for moves in itertools.combinations(range(1, n_spec), n_text - 1):
        yield [sum(move <= frame for move in moves) for frame in range(n_spec)]


@each_backend
@settings(max_examples=60)
@given(data=st.data())
def test_no_path_is_better(backend, data):
    n_text = data.draw(st.integers(1, 5))
    n_spec = data.draw(st.integers(n_text, 9))
    # Whole numbers: sums are exact, and equal paths are frequent.
    cells = data.draw(st.lists(st.integers(-3, 3), min_size=n_spec * n_text, max_size=n_spec * n_text))
    score = torch.tensor(cells, dtype=torch.float32).view(1, n_spec, n_text)
    path = maximum_path(score, torch.ones_like(score), backend=backend)
    assert_valid(path[0], n_spec, n_text)
    best = max(sum(score[0, y, x].item() for y, x in enumerate(symbols)) for symbols in all_paths(n_spec, n_text))
    assert (path * score).sum().item() == best


@pytest.mark.parametrize("backend", AVAILABLE[1:])
@settings(max_examples=40)
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 70), st.integers(1, 40)),
    seed=st.integers(0, 2**32),
    coarse=st.booleans(),
)
def test_backends_agree(backend, shape, seed, coarse):
    draw = np.random.default_rng(seed)
    score = draw.normal(-20, 30, shape).astype(np.float32)
    if coarse:
        score = np.round(score / 30)  # many ties
    spec_lengths, text_lengths = draw.integers(0, shape[1] + 1, shape[0]), draw.integers(0, shape[2] + 1, shape[0])
    mask = rectangles(spec_lengths, text_lengths, shape)
    reference = maximum_path(torch.from_numpy(score), mask, backend=AVAILABLE[0])
    assert torch.equal(maximum_path(torch.from_numpy(score), mask, backend=backend), reference)
    for path, n_spec, n_text in zip(reference, spec_lengths, text_lengths, strict=True):
        if 0 < n_text <= n_spec:
            assert_valid(path, n_spec, n_text)
        else:
            assert path.sum() == 0


@pytest.mark.skipif("cython" not in AVAILABLE, reason="the extension was not compiled")
@pytest.mark.parametrize("n_text", [1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129, 150, 192, 193, 260, 400])
def test_every_kernel_at_the_edges_of_its_tiles(n_text):
    from monotonic_align import _core, _numpy

    draw = np.random.default_rng(n_text)
    shape = (3, n_text + 23, n_text)
    score = draw.normal(-20, 30, shape).astype(np.float32)
    mask = rectangles([n_text + 23, n_text, n_text + 5], [n_text, n_text, max(1, n_text - 3)], shape).numpy()
    edges = mask[:, :, 0], mask[:, 0, :]
    reference = np.empty_like(score)
    _numpy.fill_paths(score, *edges, reference)
    assert _core.kernels()[0] == "plain"
    for kernel in _core.kernels():
        path = np.full_like(score, np.nan)
        _core.fill_paths(score, *edges, path, kernel)
        assert np.array_equal(path, reference), kernel


@pytest.mark.skipif("cython" not in AVAILABLE, reason="the extension was not compiled")
def test_the_extension_checks_what_it_is_given():
    from monotonic_align import _core

    score, path = np.zeros((1, 3, 2), np.float32), np.ones((1, 3, 2), np.float32)
    frames, symbols = np.ones((1, 3), np.float32), np.ones((1, 2), np.float32)
    with pytest.raises(ValueError, match="same shape"):
        _core.fill_paths(score, frames, symbols, path[:, :2].copy())
    with pytest.raises(ValueError, match="frames must be"):
        _core.fill_paths(score, symbols, symbols, path)
    with pytest.raises(ValueError, match="symbols must be"):
        _core.fill_paths(score, frames, frames, path)
    with pytest.raises(ValueError, match="cannot run the kernel 'abacus'"):
        _core.fill_paths(score, frames, symbols, path, "abacus")
    with pytest.raises(ValueError, match="Buffer dtype mismatch"):
        _core.fill_paths(score.astype(np.float64), frames, symbols, path)


@each_backend
def test_a_mask_with_holes_gives_some_path_and_no_crash(backend):
    draw = torch.Generator().manual_seed(5)
    score, mask = torch.randn(20, 12, 7, generator=draw), torch.rand(20, 12, 7, generator=draw) < 0.7
    for path in maximum_path(score, mask, backend=backend):
        if path.any():
            assert_valid(path, int(path.sum()), int(path.any(0).sum()))


@each_backend
def test_ties_stay(backend):
    path = maximum_path(torch.zeros(1, 5, 3), torch.ones(1, 5, 3), backend=backend)
    assert path[0].argmax(1).tolist() == [0, 1, 2, 2, 2]


@each_backend
@pytest.mark.parametrize(
    ("n_spec", "n_text", "expected"),
    [
        (1, 1, [[1, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]),
        (2, 2, [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]]),
        (3, 1, [[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0]]),
        (2, 3, [[0, 0, 0]] * 4),  # more symbols than frames: no path visits them all
        (0, 2, [[0, 0, 0]] * 4),
        (3, 0, [[0, 0, 0]] * 4),
    ],
)
def test_corner_sizes(backend, n_spec, n_text, expected):
    score = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(0))
    path = maximum_path(score, rectangles([n_spec], [n_text], score.shape), backend=backend)
    assert path[0].tolist() == expected


@each_backend
@pytest.mark.parametrize("shape", [(0, 4, 3), (2, 0, 3), (2, 4, 0)])
def test_empty_batches(backend, shape):
    path = maximum_path(torch.zeros(shape), torch.zeros(shape), backend=backend)
    assert path.shape == shape and path.dtype == torch.float32


@each_backend
@pytest.mark.parametrize("poison", [float("nan"), float("inf"), -float("inf"), 3e38, -3e38])
@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_scores_that_are_not_finite_still_give_a_path(backend, poison, share):
    draw = torch.Generator().manual_seed(1)
    score = torch.randn(2, 90, 70, generator=draw)
    score[torch.rand(score.shape, generator=draw) < share] = poison
    for path in maximum_path(score, torch.ones_like(score), backend=backend):
        assert_valid(path, 90, 70)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_dtype_of_the_path_is_that_of_the_scores(dtype):
    score = torch.randn(2, 8, 3, generator=torch.Generator().manual_seed(2)).to(dtype)
    path = maximum_path(score, torch.ones(2, 8, 3, dtype=torch.bool))
    assert path.dtype == dtype
    assert torch.equal(path.float(), maximum_path(score.float(), torch.ones(2, 8, 3)))


def test_views_and_gradients_do_not_matter():
    score = torch.randn(3, 9, 2, generator=torch.Generator().manual_seed(3), requires_grad=True).mT
    score = score.mT[::2].flip(1)
    path = maximum_path(score, torch.ones(2, 9, 2))
    assert not path.requires_grad
    assert torch.equal(path, maximum_path(score.detach().clone(), torch.ones(2, 9, 2)))


def test_threads_do_not_change_paths(monkeypatch):
    score = torch.randn(7, 30, 10, generator=torch.Generator().manual_seed(4))
    mask = rectangles([30, 12, 10, 0, 25, 9, 30], [10, 10, 10, 10, 3, 10, 1], score.shape)
    alone = maximum_path(score, mask, threads=1)
    monkeypatch.setattr(monotonic_align, "CELLS_PER_THREAD", 1)
    for threads in (2, 3, 16):
        assert torch.equal(maximum_path(score, mask, threads=threads), alone)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        maximum_path(torch.zeros(2, 3), torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"\(1, 3, 2\) and \(1, 2, 3\)"):
        maximum_path(torch.zeros(1, 3, 2), torch.zeros(1, 2, 3))
    with pytest.raises(ValueError, match="no backend 'fortran': there are cython, numba, numpy"):
        maximum_path(torch.zeros(1, 3, 2), torch.zeros(1, 3, 2), backend="fortran")


def test_the_quickest_backend_is_chosen():
    assert monotonic_align.backend() == AVAILABLE[0]


@pytest.mark.parametrize(
    ("missing", "chosen"),
    [(["monotonic_align._core"], "numba"), (["monotonic_align._core", "numba"], "numpy")],
)
def test_without_a_compiler_or_numba_another_backend_serves(missing, chosen):
    if chosen not in AVAILABLE:
        pytest.skip(f"{chosen} is not installed")
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({missing!r}))\n"  # None there makes the import fail
        "import torch, monotonic_align\n"
        "path = monotonic_align.maximum_path(torch.zeros(1, 3, 2), torch.ones(1, 3, 2))\n"
        "print(monotonic_align.backend(), path.argmax(2).tolist())\n"
    )
    root = Path(monotonic_align.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.split("\n")[0] == f"{chosen} [[0, 1, 1]]"
