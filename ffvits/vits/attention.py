"""The transformer of the text encoder: self-attention that knows how far apart two symbols stand."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.vits.layers import LayerNorm

WINDOW = 4  # distances beyond this many symbols have no embedding of their own


class RelativeAttention(nn.Module):
    """Multi-head self-attention with relative position embeddings shared by the heads (Shaw et al. 2018)."""

    def __init__(self, channels: int, n_heads: int, p_dropout: float) -> None:
        super().__init__()
        self.n_heads = n_heads
        head = channels // n_heads
        self.emb_rel_k = nn.Parameter(torch.empty(1, 2 * WINDOW + 1, head))
        self.emb_rel_v = nn.Parameter(torch.empty(1, 2 * WINDOW + 1, head))
        for embedding in (self.emb_rel_k, self.emb_rel_v):
            nn.init.normal_(embedding, std=head**-0.5)
        self.conv_q = nn.Conv1d(channels, channels, 1)
        self.conv_k = nn.Conv1d(channels, channels, 1)
        self.conv_v = nn.Conv1d(channels, channels, 1)
        self.conv_o = nn.Conv1d(channels, channels, 1)
        self.drop = nn.Dropout(p_dropout)
        for conv in (self.conv_q, self.conv_k, self.conv_v):
            nn.init.xavier_uniform_(conv.weight)

    def forward(self, x: Tensor, attendable: Tensor) -> Tensor:
        """x [B, C, T], attendable bool [B, 1, 1, T] (keys that exist) -> [B, C, T]."""
        queries = self._heads(self.conv_q(x)) / math.sqrt(x.shape[1] // self.n_heads)
        keys, values = self._heads(self.conv_k(x)), self._heads(self.conv_v(x))
        scores = queries @ keys.transpose(-1, -2) + _from_band(
            queries @ self.emb_rel_k.transpose(-1, -2)
        )  # [B, H, T, T]
        weights = F.softmax(scores.float().masked_fill(~attendable, -1e4), dim=-1)
        weights = self.drop(weights).to(values.dtype)
        out = weights @ values + _to_band(weights) @ self.emb_rel_v
        return self.conv_o(out.transpose(-1, -2).reshape(x.shape))  # [B, H, head, T] -> [B, C, T]

    def _heads(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], self.n_heads, -1, x.shape[2]).transpose(-1, -2)  # [B, C, T] -> [B, H, T, head]


def _from_band(band: Tensor) -> Tensor:
    """Entry (i, d) of [..., T, 2W+1] goes to row i, column i + d - W of [..., T, T]; zero elsewhere.

    Padding each row by T and cutting rows one shorter than that shifts row i by i places, without any index tensor.
    """
    size, width = band.shape[-2], band.shape[-1]
    rows = F.pad(band, (0, size)).flatten(-2)[..., : size * (size + width - 1)]
    return rows.unflatten(-1, (size, size + width - 1))[..., width // 2 : width // 2 + size]


def _to_band(square: Tensor) -> Tensor:
    """The inverse of `_from_band`: the 2W+1 middle diagonals of [..., T, T] as [..., T, 2W+1]."""
    size = square.shape[-1]
    rows = F.pad(square, (WINDOW, WINDOW)).flatten(-2)
    return F.pad(rows, (0, size)).unflatten(-1, (size, -1))[..., : 2 * WINDOW + 1]


class FeedForward(nn.Module):
    """Two convolutions with a ReLU between: [B, C, T] -> [B, C, T]."""

    def __init__(self, channels: int, filter_channels: int, kernel_size: int, p_dropout: float) -> None:
        super().__init__()
        self.padding = ((kernel_size - 1) // 2, kernel_size // 2)
        self.conv_1 = nn.Conv1d(channels, filter_channels, kernel_size)
        self.conv_2 = nn.Conv1d(filter_channels, channels, kernel_size)
        self.drop = nn.Dropout(p_dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.drop(F.relu(self.conv_1(F.pad(x * mask, self.padding))))
        return self.conv_2(F.pad(x * mask, self.padding)) * mask


class Transformer(nn.Module):
    """Attention and feed-forward blocks, each normalised after its residual: [B, C, T] -> [B, C, T]."""

    def __init__(
        self, channels: int, filter_channels: int, n_heads: int, n_layers: int, kernel_size: int, p_dropout: float
    ) -> None:
        super().__init__()
        self.attn_layers = nn.ModuleList(RelativeAttention(channels, n_heads, p_dropout) for _ in range(n_layers))
        self.norm_layers_1 = nn.ModuleList(LayerNorm(channels) for _ in range(n_layers))
        self.ffn_layers = nn.ModuleList(
            FeedForward(channels, filter_channels, kernel_size, p_dropout) for _ in range(n_layers)
        )
        self.norm_layers_2 = nn.ModuleList(LayerNorm(channels) for _ in range(n_layers))
        self.drop = nn.Dropout(p_dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x [B, C, T], mask [B, 1, T] -> [B, C, T], zero in the padding."""
        attendable = mask.unsqueeze(1) > 0  # [B, 1, 1, T]
        x = x * mask
        for attend, norm_1, feed, norm_2 in zip(
            self.attn_layers, self.norm_layers_1, self.ffn_layers, self.norm_layers_2, strict=True
        ):
            x = norm_1(x + self.drop(attend(x, attendable)))
            x = norm_2(x + self.drop(feed(x, mask)))
        return x * mask
