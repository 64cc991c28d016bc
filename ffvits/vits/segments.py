"""Short random stretches of long clips: training decodes only these."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def random_starts(lengths: Tensor, size: int, generator: torch.Generator | None = None) -> Tensor:
    """Where a stretch of `size` frames begins in each clip, evenly drawn: lengths [B] -> [B]; 0 for shorter clips."""
    device = generator.device if generator is not None else lengths.device
    chance = torch.rand(lengths.shape, generator=generator, device=device).to(lengths.device)
    choices = (lengths - size + 1).clamp(min=1)
    # float32 can round chance * choices up to choices itself.
    return (chance * choices).long().minimum(choices - 1)


def slice_segments(x: Tensor, starts: Tensor, size: int) -> Tensor:
    """Cuts x[b, :, starts[b] : starts[b] + size] from x [B, C, T] -> [B, C, size]; zeros follow where x ends."""
    if x.shape[2] < size:
        x = F.pad(x, (0, size - x.shape[2]))
    index = starts[:, None] + torch.arange(size, device=x.device)
    # A start near the end of a short row would read past it; such stretches begin at 0, see random_starts.
    return x.gather(2, index[:, None].expand(-1, x.shape[1], -1))
