"""The small parts that every room of the model is built from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def sequence_mask(lengths: Tensor, size: int) -> Tensor:
    """1 where a position belongs to the sequence, 0 in the padding: lengths [B] -> float32 [B, 1, size].

    Being float32, a mask also keeps the sums of residual layers in float32 when autocast convolves in less.
    """
    positions = torch.arange(size, device=lengths.device)
    return (positions < lengths[:, None]).unsqueeze(1).float()


def noise_like(x: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Standard normal float32 noise in the shape of `x`, the same on every device for a generator of the CPU."""
    device = generator.device if generator is not None else x.device
    return torch.randn(x.shape, generator=generator, device=device, dtype=torch.float32).to(x.device)


class _WeightNorm:
    """Splits the weight of a convolution into length `weight_g` and direction `weight_v` (Salimans & Kingma 2016).

    One length per slice of dimension 0, also for transposed convolutions, and old-style parameter names: this is how
    every published VITS checkpoint stores it.
    """

    plain_type: type[nn.Module]
    _settled: Tensor | None = None  # see `settled_weights`

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        direction = self.weight
        del self.weight
        self.weight_g = nn.Parameter(_lengths(direction.detach()))
        self.weight_v = direction

    def normed_weight(self) -> Tensor:
        """The weight to convolve with."""
        if self._settled is not None:
            return self._settled
        # The kernel behind torch's own weight_norm: written out, the backward pass takes ten times as long.
        return torch._weight_norm(self.weight_v, self.weight_g, 0)

    def plain(self) -> nn.Module:
        """An ordinary convolution with the same output."""
        module = self.plain_type(
            self.in_channels,
            self.out_channels,
            self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            bias=self.bias is not None,
            device="meta",
        )
        module.weight = nn.Parameter(self.normed_weight().detach())
        module.bias = self.bias
        return module.train(self.training)


def _lengths(weight: Tensor) -> Tensor:
    return torch.linalg.vector_norm(weight, dim=tuple(range(1, weight.dim())), keepdim=True)


class NormedConv1d(_WeightNorm, nn.Conv1d):
    """Conv1d with weight normalisation, [B, C, T] -> [B, C', T']."""

    plain_type = nn.Conv1d

    def forward(self, x: Tensor) -> Tensor:
        return self._conv_forward(x, self.normed_weight(), self.bias)


class NormedConv2d(_WeightNorm, nn.Conv2d):
    """Conv2d with weight normalisation, [B, C, H, W] -> [B, C', H', W']."""

    plain_type = nn.Conv2d

    def forward(self, x: Tensor) -> Tensor:
        return self._conv_forward(x, self.normed_weight(), self.bias)


class ColumnConv2d(nn.Conv2d):
    """Convolves down columns, as its weight [C', C, k, 1] says, on pictures that lie on their side.

    [B, C, W, T] -> [B, C', W, T']: with time last, where memory is contiguous, the same sums take less time.
    """

    def _conv_forward(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return F.conv2d(x, weight.mT, bias, self.stride[::-1], self.padding[::-1])


class NormedColumnConv2d(_WeightNorm, ColumnConv2d):
    """ColumnConv2d with weight normalisation."""

    plain_type = ColumnConv2d

    def forward(self, x: Tensor) -> Tensor:
        return self._conv_forward(x, self.normed_weight(), self.bias)


class _OneRow:
    """Convolves sound as a picture of one row: [B, C, 1, T] -> [B, C', 1, T'].

    Only pictures can lie in memory channels last, in which a processor convolves the decoder's few channels and many
    samples a good deal faster (bfloat16 most of all).
    """

    def _conv_forward(self, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        return F.conv2d(x, weight.unsqueeze(2), bias, (1, *self.stride), (0, *self.padding), (1, *self.dilation))


def as_row(x: Tensor, last: bool = False) -> Tensor:
    """Sound [B, C, T] as the picture of one row that the layers below convolve: [B, C, 1, T].

    For a processor it lies channels last in bfloat16, in float32 only if that is asked for: what it does there for a
    WaveNet is nothing, and without AVX-512 its gradients take half as long again.
    """
    row = x.unsqueeze(2)
    kind = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else row.dtype
    last = row.device.type == "cpu" and (last or kind is torch.bfloat16)
    return row.contiguous(memory_format=torch.channels_last) if last else row


class RowConv1d(_OneRow, nn.Conv1d):
    """Conv1d on a picture of one row, [B, C, 1, T] -> [B, C', 1, T']."""


class NormedRowConv1d(_OneRow, NormedConv1d):
    """Conv1d on a picture of one row, with weight normalisation."""

    plain_type = RowConv1d


class RowConvTranspose1d(nn.ConvTranspose1d):
    """ConvTranspose1d on a picture of one row, [B, C, 1, T] -> [B, C', 1, T * stride] for the paddings used here."""

    def forward(self, x: Tensor) -> Tensor:
        return self._upsample(x, self.weight)

    def _upsample(self, x: Tensor, weight: Tensor) -> Tensor:
        return F.conv_transpose2d(x, weight.unsqueeze(2), self.bias, (1, *self.stride), (0, *self.padding))


class NormedRowConvTranspose1d(_WeightNorm, RowConvTranspose1d):
    """ConvTranspose1d on a picture of one row, with weight normalisation."""

    plain_type = RowConvTranspose1d

    def forward(self, x: Tensor) -> Tensor:
        return self._upsample(x, self.normed_weight())


def fuse_weight_norm(root: nn.Module) -> None:
    """Replaces every weight-normalised convolution inside `root` by an ordinary one with the same output."""
    for module in list(root.modules()):
        for name, child in module.named_children():
            if isinstance(child, _WeightNorm):
                setattr(module, name, child.plain())


@contextmanager
def settled_weights(root: nn.Module) -> Iterator[None]:
    """Lets the weight-normalised convolutions inside `root` norm and cast their weights once instead of at every call.

    For several passes within one autocast, all of them without gradients for these weights.
    """
    normed = [module for module in root.modules() if isinstance(module, _WeightNorm)]
    try:
        for module in normed:
            weight = module.normed_weight().detach()
            if torch.is_autocast_enabled(weight.device.type):
                weight = weight.to(torch.get_autocast_dtype(weight.device.type))
            module._settled = weight
        yield
    finally:
        for module in normed:
            module._settled = None


def lay_channels_last(root: nn.Module) -> None:
    """Keeps the weights of the one-row convolutions inside `root` in memory as those convolve; their values stay.

    For a processor: otherwise they are copied at every call, which a short sound feels.
    """
    for module in root.modules():
        if isinstance(module, RowConv1d | RowConvTranspose1d):
            module.weight.data = module.weight.data.mT.contiguous().mT


class LayerNorm(nn.Module):
    """Normalises over channels: [B, C, T] -> [B, C, T]."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x.transpose(-1, -2), self.gamma.shape, self.gamma, self.beta).transpose(-1, -2)


class WaveNet(nn.Module):
    """Gated residual convolutions, non-causal as in WaveGlow: [B, hidden, T] -> the sum of skips [B, hidden, T]."""

    def __init__(self, hidden: int, kernel_size: int, n_layers: int, gin_channels: int = 0) -> None:
        super().__init__()
        self.hidden = hidden
        self.in_layers = nn.ModuleList(
            NormedRowConv1d(hidden, 2 * hidden, kernel_size, padding=kernel_size // 2) for _ in range(n_layers)
        )
        # The last layer has no residual to pass on, only a skip.
        self.res_skip_layers = nn.ModuleList(
            NormedRowConv1d(hidden, 2 * hidden if i < n_layers - 1 else hidden, 1) for i in range(n_layers)
        )
        if gin_channels > 0:
            # One projection of the speaker for all layers at once.
            self.cond_layer = NormedRowConv1d(gin_channels, 2 * hidden * n_layers, 1)

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None) -> Tensor:
        """x [B, hidden, T], mask [B, 1, T], speaker g [B, gin, 1] -> [B, hidden, T], zero in the padding."""
        x, mask = as_row(x), mask.unsqueeze(2)
        conditions = self.cond_layer(g.unsqueeze(2)).chunk(len(self.in_layers), dim=1) if g is not None else None
        skips = None
        for i, (gate, split) in enumerate(zip(self.in_layers, self.res_skip_layers, strict=True)):
            gates = gate(x) if conditions is None else gate(x) + conditions[i]
            signal, opening = gates.chunk(2, dim=1)
            out = split(torch.tanh(signal) * torch.sigmoid(opening))
            if i < len(self.in_layers) - 1:
                residual, skip = out.chunk(2, dim=1)
                x = (x + residual) * mask
            else:
                skip = out
            skips = skip if skips is None else skips + skip
        return (skips * mask).squeeze(2)


class DilatedSeparableConv(nn.Module):
    """Depth-wise dilated and point-wise convolutions with residuals: [B, C, T] -> [B, C, T] (VITS, appendix B.2)."""

    def __init__(self, channels: int, kernel_size: int, n_layers: int, p_dropout: float = 0.0) -> None:
        super().__init__()
        self.convs_sep = nn.ModuleList(
            nn.Conv1d(
                channels,
                channels,
                kernel_size,
                groups=channels,
                dilation=kernel_size**i,
                padding=(kernel_size - 1) * kernel_size**i // 2,
            )
            for i in range(n_layers)
        )
        self.convs_1x1 = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in range(n_layers))
        self.norms_1 = nn.ModuleList(LayerNorm(channels) for _ in range(n_layers))
        self.norms_2 = nn.ModuleList(LayerNorm(channels) for _ in range(n_layers))
        self.drop = nn.Dropout(p_dropout)

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None) -> Tensor:
        """x [B, C, T], mask [B, 1, T], condition g [B, C, T] -> [B, C, T], zero in the padding."""
        if g is not None:
            x = x + g
        for wide, point, norm_1, norm_2 in zip(self.convs_sep, self.convs_1x1, self.norms_1, self.norms_2, strict=True):
            # The norms lie transposed in memory and gradients do not: a backward pass over both would be a slow one.
            y = F.gelu(norm_1(wide(x * mask)).contiguous())
            y = F.gelu(norm_2(point(y)).contiguous())
            x = x + self.drop(y)
        return x * mask
