"""Monotonic alignment search: which symbol each frame of a recording says (Glow-TTS, Kim et al. 2020, algorithm 1)."""

from __future__ import annotations

import torch
from torch import Tensor

from monotonic_align._numpy import fill_paths


def maximum_path(score: Tensor, mask: Tensor) -> Tensor:
    """The best monotonic path through `score` [B, T_spec, T_text] under `mask`: 0/1 in its shape and dtype."""
    valid = mask.bool()
    spec_lengths, text_lengths = valid.any(2).sum(1), valid.any(1).sum(1)
    path = torch.zeros(score.shape)
    fill_paths(
        score.detach().float().cpu().contiguous().numpy(),
        spec_lengths.cpu().numpy(),
        text_lengths.cpu().numpy(),
        path.numpy(),
    )
    return path.to(score)
