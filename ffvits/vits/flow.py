"""The normalising flow between the posterior's latent and the prior of the text."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ffvits.vits.layers import WaveNet


class MeanCoupling(nn.Module):
    """Shifts one half of the channels by what the other half says; volume-preserving, so there is no determinant."""

    def __init__(self, channels: int, hidden: int, kernel_size: int, n_layers: int, gin_channels: int) -> None:
        super().__init__()
        self.pre = nn.Conv1d(channels // 2, hidden, 1)
        self.enc = WaveNet(hidden, kernel_size, n_layers, gin_channels)
        self.post = nn.Conv1d(hidden, channels // 2, 1)
        # A fresh coupling is the identity.
        nn.init.zeros_(self.post.weight)
        nn.init.zeros_(self.post.bias)

    def shift(self, kept: Tensor, mask: Tensor, g: Tensor | None) -> Tensor:
        """kept [B, C/2, T] -> how far to move the other half, float32 [B, C/2, T]."""
        hidden = self.enc(self.pre(kept) * mask, mask, g)
        return self.post(hidden).float() * mask

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None, reverse: bool = False) -> Tensor:
        kept, moved = x.chunk(2, dim=1)
        shift = self.shift(kept, mask, g)
        moved = (moved - shift if reverse else moved + shift) * mask
        return torch.cat([kept, moved], dim=1)


class Flip(nn.Module):
    """Reverses the channels, so that the next coupling moves the half that this one kept."""

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None, reverse: bool = False) -> Tensor:
        return x.flip(1)


class CouplingFlow(nn.Module):
    """Couplings with flips between them; `reverse=True` is the exact inverse. z [B, C, T] -> z_p [B, C, T]."""

    def __init__(
        self,
        channels: int,
        hidden: int,
        kernel_size: int = 5,
        n_layers: int = 4,
        n_flows: int = 4,
        gin_channels: int = 0,
    ) -> None:
        super().__init__()
        self.reach = n_flows * n_layers * (kernel_size // 2)  # frames on each side that decide one
        self.flows = nn.ModuleList()
        for _ in range(n_flows):
            self.flows.append(MeanCoupling(channels, hidden, kernel_size, n_layers, gin_channels))
            self.flows.append(Flip())

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None, reverse: bool = False) -> Tensor:
        """x [B, C, T] float32, zero in the padding; mask [B, 1, T]; speaker g [B, gin, 1]."""
        for step in reversed(self.flows) if reverse else self.flows:
            x = step(x, mask, g, reverse)
        return x
