"""Short random stretches of long clips: training decodes only these."""

from __future__ import annotations

import torch
from torch import Tensor


def random_starts(lengths: Tensor, size: int, generator: torch.Generator | None = None) -> Tensor:
    """Where a stretch of `size` frames begins in each clip, evenly drawn: lengths [B] -> [B]; 0 for shorter clips."""
    device = generator.device if generator is not None else lengths.device
    chance = torch.rand(lengths.shape, generator=generator, device=device).to(lengths.device)
    choices = (lengths - size + 1).clamp(min=1)
    # float32 can round chance * choices up to choices itself.
    return (chance * choices).long().minimum(choices - 1)


def slice_segments(x: Tensor, starts: Tensor, size: int) -> Tensor:
    """Cuts x[b, :, starts[b] : starts[b] + size] from x [B, C, T] -> [B, C, size]; zeros follow where x ends."""
    index = (starts[:, None] + torch.arange(size, device=x.device)).unsqueeze(1)  # [B, 1, size]
    last = x.shape[2] - 1
    cut = x.gather(2, index.clamp(max=last).expand(-1, x.shape[1], -1))
    return cut.masked_fill(index > last, 0)
