from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from ffvits.vits.segments import random_starts, slice_segments


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(1, 40), st.integers(0, 1000))
def test_segments_lie_inside_their_clips(lengths, size, seed):
    lengths = torch.tensor(lengths)
    starts = random_starts(lengths, size, torch.Generator().manual_seed(seed))
    assert ((starts >= 0) & (starts + size <= lengths.clamp(min=size))).all()


def test_every_start_is_drawn():
    starts = random_starts(torch.full((2000,), 6), 4, torch.Generator().manual_seed(0))
    assert sorted(set(starts.tolist())) == [0, 1, 2]


def test_the_largest_chance_stays_inside(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda shape, **kwargs: torch.full(shape, 1.0 - 2**-24))
    lengths = torch.tensor([2**24, 5])
    assert (random_starts(lengths, 1) < lengths).all()


def test_slices():
    x = torch.arange(12.0).view(2, 1, 6)
    assert slice_segments(x, torch.tensor([1, 3]), 3).tolist() == [[[1, 2, 3]], [[9, 10, 11]]]
    assert slice_segments(x, torch.tensor([4, 5]), 3).tolist() == [[[4, 5, 0]], [[11, 0, 0]]]
    assert slice_segments(x, torch.tensor([0, 0]), 8)[0, 0].tolist() == [0, 1, 2, 3, 4, 5, 0, 0]
