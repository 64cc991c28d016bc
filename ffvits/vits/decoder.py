"""The decoder: HiFi-GAN's generator (Kong et al. 2020), from latent frames to samples."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.device import multiplies_wide
from ffvits.vits.config import BLOCK_DEPTH, VitsConfig
from ffvits.vits.layers import NormedRowConv1d, NormedRowConvTranspose1d, RowConv1d, as_row

SLOPE = 0.1  # of the leaky ReLUs everywhere but before the last convolution

# How many columns at the beginning and at the end are only surroundings of what is wanted; None where none can be.
Sides = tuple[int, int] | None


def _same_conv(channels: int, kernel_size: int, dilation: int) -> NormedRowConv1d:
    padding = (kernel_size - 1) * dilation // 2
    return NormedRowConv1d(channels, channels, kernel_size, dilation=dilation, padding=padding)


def _kept(x: Tensor, mask: Tensor | None) -> Tensor:
    """`x` without what the padding would pass on to its neighbours."""
    return x if mask is None else x * mask


class ResBlock1(nn.Module):
    """Three residual pairs of a dilated and an undilated convolution."""

    def __init__(self, channels: int, kernel_size: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(_same_conv(channels, kernel_size, d) for d in dilations)
        self.convs2 = nn.ModuleList(_same_conv(channels, kernel_size, 1) for _ in dilations)

    def forward(self, x: Tensor, mask: Tensor | None = None, sides: Sides = None, needed: int = 0) -> Tensor:
        """x [B, C, 1, T] whose `sides` are surroundings -> the same with at most `needed` of them."""
        ahead = needed + sum(conv.padding[0] for conv in (*self.convs1, *self.convs2))
        for dilated, plain in zip(self.convs1, self.convs2, strict=True):
            x, mask, sides = trimmed(x, mask, sides, ahead)
            y = _kept(dilated(F.leaky_relu(x, SLOPE)), mask)
            x = _kept(plain(F.leaky_relu(y, SLOPE, inplace=True)).add_(x), mask)
            ahead -= dilated.padding[0] + plain.padding[0]
        return trimmed(x, mask, sides, needed)[0]


class ResBlock2(nn.Module):
    """Two residual dilated convolutions."""

    def __init__(self, channels: int, kernel_size: int, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.convs = nn.ModuleList(_same_conv(channels, kernel_size, d) for d in dilations)

    def forward(self, x: Tensor, mask: Tensor | None = None, sides: Sides = None, needed: int = 0) -> Tensor:
        """See `ResBlock1`."""
        ahead = needed + sum(conv.padding[0] for conv in self.convs)
        for dilated in self.convs:
            x, mask, sides = trimmed(x, mask, sides, ahead)
            x = _kept(dilated(F.leaky_relu(x, SLOPE)).add_(x), mask)
            ahead -= dilated.padding[0]
        return trimmed(x, mask, sides, needed)[0]


@dataclass(frozen=True)
class Reach:
    """How far the decoder looks to each side.

    In latent `frames`, and in samples after each upsampling: before its blocks (`samples`) and after them (`left`).
    """

    frames: int
    samples: tuple[int, ...]
    left: tuple[int, ...]


def reach(config: VitsConfig) -> Reach:
    """The decoder's exact receptive field, from the last convolution back to the first."""
    needed = 3  # conv_post
    samples, left = [], []
    blocks = list(zip(config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True))
    depth, plain = BLOCK_DEPTH[config.resblock], 1 if config.resblock == "1" else 0
    for rate, size in zip(reversed(config.upsample_rates), reversed(config.upsample_kernel_sizes), strict=True):
        left.insert(0, needed)
        needed += max(sum((k - 1) // 2 * (d + plain) for d in dilations[:depth]) for k, dilations in blocks)
        samples.insert(0, needed)
        padding = (size - rate) // 2
        needed = max((needed + size - 1 - padding) // rate, 1 + (needed + padding - 1) // rate)
    return Reach(needed + 3, tuple(samples), tuple(left))  # conv_pre


def work(config: VitsConfig) -> int:
    """Multiplications that one latent frame costs, without surroundings."""
    width, columns = config.upsample_initial_channel, 1
    total = 7 * config.inter_channels * width
    depth, pair = BLOCK_DEPTH[config.resblock], 2 if config.resblock == "1" else 1
    taps = sum(size * depth * pair for size in config.resblock_kernel_sizes)
    for rate, size in zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True):
        total += columns * size * width * (width // 2)
        width, columns = width // 2, columns * rate
        total += columns * taps * width * width
    return total + columns * 7 * width


def surroundings(before: int | Tensor, after: int | Tensor) -> Sides:
    """What `trimmed` may cut off; None where everything is wanted.

    Training wants everything, and must not cut even nothing off: the gradient of a slice is laid out anew, and in
    another order than the convolutions'.
    """
    wanted = isinstance(before, int) and isinstance(after, int) and before == after == 0
    return None if wanted else (before, after)


def trimmed(x: Tensor, mask: Tensor | None, sides: Sides, needed: int) -> tuple[Tensor, Tensor | None, Sides]:
    """`x` and its mask with at most `needed` of the surroundings on each side, and how many are left.

    Written without `min`, so that an exporter can trace the numbers as tensors.
    """
    if sides is None:
        return x, mask, None
    before, after = ((side - needed) * (side > needed) for side in sides)
    inner = (..., slice(before, x.shape[-1] - after))
    return x[inner], None if mask is None else mask[inner], (sides[0] - before, sides[1] - after)


class Decoder(nn.Module):
    """Upsampling steps, each followed by the mean of residual blocks with several kernel sizes."""

    def __init__(self, config: VitsConfig) -> None:
        super().__init__()
        width = config.upsample_initial_channel
        block = ResBlock1 if config.resblock == "1" else ResBlock2
        depth = BLOCK_DEPTH[config.resblock]
        self.conv_pre = RowConv1d(config.inter_channels, width, 7, padding=3)
        self.ups = nn.ModuleList()
        self.resblocks = nn.ModuleList()
        for rate, size in zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True):
            self.ups.append(NormedRowConvTranspose1d(width, width // 2, size, rate, padding=(size - rate) // 2))
            width //= 2
            for kernel_size, dilations in zip(
                config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True
            ):
                self.resblocks.append(block(width, kernel_size, dilations[:depth]))
        self.conv_post = RowConv1d(width, 1, 7, padding=3, bias=False)
        if config.gin_channels > 0:
            self.cond = RowConv1d(config.gin_channels, config.upsample_initial_channel, 1)
        self.rates = config.upsample_rates
        self.reach, self.work = reach(config), work(config)

    def forward(
        self, z: Tensor, g: Tensor | None = None, before: int = 0, after: int = 0, mask: Tensor | None = None
    ) -> Tensor:
        """z [B, C, T], speaker g [B, gin, 1] -> audio [B, 1, (T - before - after) * hop] in [-1, 1].

        The first `before` and the last `after` frames are only the surroundings of what is wanted: with
        `reach.frames` of them (or all there are) the samples are those of the whole. They are dropped as early as
        they can be, so that they cost little. `mask` [B, 1, T] is 0 where a row of the batch has no frames: with it,
        each row's samples are those of the row alone.
        """
        # Without AVX-512 its gradients would take 1.4 times as long channels last.
        last = not torch.is_grad_enabled() or multiplies_wide()
        x = as_row(z.to(self.conv_post.weight.dtype), last)  # [B, C, 1, T] to the end
        x = self.conv_pre(x)
        if g is not None:
            x = x + self.cond(g.unsqueeze(2))
        mask = None if mask is None else mask.unsqueeze(2)
        x = _kept(x, mask)
        sides = surroundings(before, after)
        n_kernels = len(self.resblocks) // len(self.ups)
        # An exporter would write down every number of every block's slices: to a small voice's file that is a third.
        inside = not torch.jit.is_tracing()
        for i, (up, rate) in enumerate(zip(self.ups, self.rates, strict=True)):
            x = up(F.leaky_relu(x, SLOPE, inplace=True))
            mask = None if mask is None else mask.repeat_interleave(rate, dim=-1)
            sides = sides and (sides[0] * rate, sides[1] * rate)
            x, mask, sides = trimmed(x, mask, sides, self.reach.samples[i])
            x, left = _kept(x, mask), self.reach.left[i]
            first, *others = self.resblocks[i * n_kernels : (i + 1) * n_kernels]
            around = sides if inside else None
            heard = first(x, mask, around, left)
            for block in others:
                heard = heard.add_(block(x, mask, around, left))
            if inside:
                _, mask, sides = trimmed(x, mask, sides, left)
            x = heard.div_(n_kernels)
        x, _, _ = trimmed(self.conv_post(F.leaky_relu(x, 0.01, inplace=True)), None, sides, 0)
        return torch.tanh(x.float()).squeeze(2)
