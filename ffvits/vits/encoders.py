"""The prior's text encoder and the posterior's spectrogram encoder."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ffvits.vits.attention import Transformer
from ffvits.vits.layers import WaveNet, noise_like, sequence_mask


@dataclass(frozen=True)
class TextEncoding:
    """What the text says: `hidden` [B, hidden, T], the prior's `mean` and `logs` [B, inter, T], `mask` [B, 1, T]."""

    hidden: Tensor
    mean: Tensor
    logs: Tensor
    mask: Tensor


@dataclass(frozen=True)
class Posterior:
    """What the recording says: a Gaussian with `mean` and `logs` [B, inter, T], and `mask` [B, 1, T]."""

    mean: Tensor
    logs: Tensor
    mask: Tensor

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """One latent drawn from the Gaussian, [B, inter, T], zero in the padding."""
        return (self.mean + noise_like(self.mean, generator) * torch.exp(self.logs)) * self.mask


class TextEncoder(nn.Module):
    """Symbol ids to the hidden text and the prior's Gaussian at each symbol."""

    def __init__(
        self,
        n_vocab: int,
        out_channels: int,
        hidden: int,
        filter_channels: int,
        n_heads: int,
        n_layers: int,
        kernel_size: int,
        p_dropout: float,
    ) -> None:
        super().__init__()
        self.emb = nn.Embedding(n_vocab, hidden)
        nn.init.normal_(self.emb.weight, 0.0, hidden**-0.5)
        self.encoder = Transformer(hidden, filter_channels, n_heads, n_layers, kernel_size, p_dropout)
        self.proj = nn.Conv1d(hidden, 2 * out_channels, 1)
        self.scale = math.sqrt(hidden)

    def forward(self, x: Tensor, x_lengths: Tensor) -> TextEncoding:
        """x [B, T] symbol ids, x_lengths [B]."""
        mask = sequence_mask(x_lengths, x.shape[1])
        hidden = self.encoder((self.emb(x) * self.scale).transpose(-1, -2), mask)
        mean, logs = (self.proj(hidden).float() * mask).chunk(2, dim=1)
        return TextEncoding(hidden, mean, logs, mask)


class PosteriorEncoder(nn.Module):
    """Linear spectrogram to the posterior's Gaussian at each frame."""

    def __init__(
        self, in_channels: int, out_channels: int, hidden: int, kernel_size: int, n_layers: int, gin_channels: int
    ) -> None:
        super().__init__()
        self.pre = nn.Conv1d(in_channels, hidden, 1)
        self.enc = WaveNet(hidden, kernel_size, n_layers, gin_channels)
        self.proj = nn.Conv1d(hidden, 2 * out_channels, 1)

    def forward(self, spec: Tensor, spec_lengths: Tensor, g: Tensor | None = None) -> Posterior:
        """spec [B, spec_channels, T], spec_lengths [B], speaker g [B, gin, 1]."""
        mask = sequence_mask(spec_lengths, spec.shape[2])
        hidden = self.enc(self.pre(spec) * mask, mask, g)
        mean, logs = (self.proj(hidden).float() * mask).chunk(2, dim=1)
        return Posterior(mean, logs, mask)
