"""How long each symbol sounds: the stochastic predictor of VITS and the plain one of Glow-TTS."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.device import full_precision
from ffvits.vits.layers import DilatedSeparableConv, LayerNorm, noise_like
from ffvits.vits.spline import rational_quadratic, rational_quadratic_inverse

LOG_2PI = math.log(2 * math.pi)


class DurationPredictor(nn.Module):
    """Log-duration of each symbol by two convolutions."""

    def __init__(
        self, channels: int, filter_channels: int, kernel_size: int, p_dropout: float, gin_channels: int = 0
    ) -> None:
        super().__init__()
        self.drop = nn.Dropout(p_dropout)
        self.conv_1 = nn.Conv1d(channels, filter_channels, kernel_size, padding=kernel_size // 2)
        self.norm_1 = LayerNorm(filter_channels)
        self.conv_2 = nn.Conv1d(filter_channels, filter_channels, kernel_size, padding=kernel_size // 2)
        self.norm_2 = LayerNorm(filter_channels)
        self.proj = nn.Conv1d(filter_channels, 1, 1)
        if gin_channels > 0:
            self.cond = nn.Conv1d(gin_channels, channels, 1)

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None) -> Tensor:
        """Hidden text x [B, C, T], mask [B, 1, T], speaker g [B, gin, 1] -> log-frames [B, 1, T], zero in the padding.

        No gradient goes back into the text or the speaker.
        """
        x = x.detach()
        if g is not None:
            x = x + self.cond(g.detach())
        x = self.drop(self.norm_1(F.relu(self.conv_1(x * mask))))
        x = self.drop(self.norm_2(F.relu(self.conv_2(x * mask))))
        return self.proj(x * mask).float() * mask

    def loss(
        self,
        x: Tensor,
        mask: Tensor,
        frames: Tensor,
        g: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Squared error of the log-durations, summed over each text: frames [B, 1, T] -> [B]; draws nothing."""
        target = torch.log(frames + 1e-6) * mask
        return (self(x, mask, g) - target).square().sum((1, 2))

    def predict(
        self,
        x: Tensor,
        mask: Tensor,
        g: Tensor | None = None,
        noise_scale: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Log-frames [B, 1, T]; this predictor has no noise to scale."""
        return self(x, mask, g)

    def shaped(self, x: Tensor, mask: Tensor, noise: Tensor, g: Tensor | None = None) -> Tensor:
        """Log-frames [B, 1, T] for noise [B, 2, T], of which this predictor makes no use."""
        return self(x, mask, g)


class ElementwiseAffine(nn.Module):
    """Scales and shifts every channel; one step of a flow."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.m = nn.Parameter(torch.zeros(channels, 1))
        self.logs = nn.Parameter(torch.zeros(channels, 1))

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x [B, C, T] -> the image [B, C, T] and its log-determinant [B]."""
        return (self.m + torch.exp(self.logs) * x) * mask, (self.logs * mask).sum((1, 2))

    def inverse(self, y: Tensor, mask: Tensor, g: Tensor | None = None) -> Tensor:
        return (y - self.m) * torch.exp(-self.logs) * mask


class SplineCoupling(nn.Module):
    """Bends the second of two channels by a spline that the first and the text choose; one step of a flow."""

    def __init__(self, hidden: int, kernel_size: int = 3, n_layers: int = 3, bins: int = 10) -> None:
        super().__init__()
        self.hidden, self.bins = hidden, bins
        self.pre = nn.Conv1d(1, hidden, 1)
        self.convs = DilatedSeparableConv(hidden, kernel_size, n_layers)
        self.proj = nn.Conv1d(hidden, 3 * bins - 1, 1)
        # A fresh coupling is nearly the identity.
        nn.init.zeros_(self.proj.weight)
        nn.init.zeros_(self.proj.bias)

    def knobs(self, kept: Tensor, mask: Tensor, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """kept [B, 1, T], text g [B, hidden, T] -> widths, heights [B, T, K] and slopes [B, T, K-1], float32."""
        knobs = (self.proj(self.convs(self.pre(kept), mask, g)).float() * mask).transpose(-1, -2)
        widths, heights, slopes = knobs.split([self.bins, self.bins, self.bins - 1], dim=-1)
        return widths / math.sqrt(self.hidden), heights / math.sqrt(self.hidden), slopes

    def forward(self, x: Tensor, mask: Tensor, g: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, 2, T] -> the image [B, 2, T] and its log-determinant [B]."""
        kept, bent = x.chunk(2, dim=1)
        knobs = self.knobs(kept, mask, g)
        with full_precision(x):
            image, log_slope = rational_quadratic(bent.squeeze(1), *knobs)
        return torch.cat([kept, image.unsqueeze(1)], dim=1) * mask, (log_slope * mask.squeeze(1)).sum(1)

    def inverse(self, y: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        kept, bent = y.chunk(2, dim=1)
        knobs = self.knobs(kept, mask, g)
        with full_precision(y):
            source = rational_quadratic_inverse(bent.squeeze(1), *knobs)
        return torch.cat([kept, source.unsqueeze(1)], dim=1) * mask


class Swap(nn.Module):
    """Exchanges the two channels; one step of a flow."""

    def forward(self, x: Tensor, mask: Tensor, g: Tensor | None = None) -> tuple[Tensor, float]:
        return x.flip(1), 0.0

    def inverse(self, y: Tensor, mask: Tensor, g: Tensor | None = None) -> Tensor:
        return y.flip(1)


def _spline_flow(hidden: int, n_couplings: int = 4) -> nn.ModuleList:
    steps: list[nn.Module] = [ElementwiseAffine(2)]
    for _ in range(n_couplings):
        steps += [SplineCoupling(hidden), Swap()]
    return nn.ModuleList(steps)


class StochasticDurationPredictor(nn.Module):
    """A flow that draws natural rhythms, trained by variational dequantisation and augmentation (VITS, 2.2.2, B.2)."""

    def __init__(self, channels: int, p_dropout: float = 0.5, gin_channels: int = 0) -> None:
        super().__init__()
        self.flows = _spline_flow(channels)
        self.post_pre = nn.Conv1d(1, channels, 1)
        self.post_proj = nn.Conv1d(channels, channels, 1)
        self.post_convs = DilatedSeparableConv(channels, 3, 3, p_dropout)
        self.post_flows = _spline_flow(channels)
        self.pre = nn.Conv1d(channels, channels, 1)
        self.proj = nn.Conv1d(channels, channels, 1)
        self.convs = DilatedSeparableConv(channels, 3, 3, p_dropout)
        if gin_channels > 0:
            self.cond = nn.Conv1d(gin_channels, channels, 1)

    def condition(self, x: Tensor, mask: Tensor, g: Tensor | None) -> Tensor:
        """What the flows hear of the text and the speaker, [B, C, T]; no gradient goes back into either."""
        x = self.pre(x.detach())
        if g is not None:
            x = x + self.cond(g.detach())
        return self.proj(self.convs(x, mask)) * mask

    def loss(
        self,
        x: Tensor,
        mask: Tensor,
        frames: Tensor,
        g: Tensor | None = None,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """An upper bound of the negative log-likelihood of the durations: x [B, C, T], frames [B, 1, T] -> [B]."""
        text = self.condition(x, mask, g)
        timing = self.post_proj(self.post_convs(self.post_pre(frames), mask)) * mask

        # The posterior: u in (0, 1) makes the whole durations continuous, v is a second channel for them.
        noise = noise_like(frames.expand(-1, 2, -1), generator) * mask
        z, log_q = noise, -0.5 * ((LOG_2PI + noise.square()) * mask).sum((1, 2))
        for step in self.post_flows:
            z, log_det = step(z, mask, text + timing)
            log_q = log_q - log_det
        raw_u, v = z.chunk(2, dim=1)
        u = torch.sigmoid(raw_u) * mask
        log_q = log_q - ((F.logsigmoid(raw_u) + F.logsigmoid(-raw_u)) * mask).sum((1, 2))

        # The likelihood of the continuous durations and v, given the text.
        log_frames = torch.log(((frames - u) * mask).clamp(min=1e-5)) * mask
        z, log_p = torch.cat([log_frames, v], dim=1), -log_frames.sum((1, 2))
        for step in self.flows:
            z, log_det = step(z, mask, text)
            log_p = log_p + log_det
        log_p = log_p - 0.5 * ((LOG_2PI + z.square()) * mask).sum((1, 2))
        return log_q - log_p

    def predict(
        self,
        x: Tensor,
        mask: Tensor,
        g: Tensor | None = None,
        noise_scale: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Draws log-frames [B, 1, T] for the hidden text x [B, C, T]."""
        return self.shaped(x, mask, noise_like(mask.expand(-1, 2, -1), generator) * noise_scale, g)

    def shaped(self, x: Tensor, mask: Tensor, noise: Tensor, g: Tensor | None = None) -> Tensor:
        """The log-frames [B, 1, T] that the flow makes of noise [B, 2, T]."""
        text, z = self.condition(x, mask, g), noise
        # Undone last, the first coupling would only bend the channel that is dropped here.
        affine, _, *rest = self.flows
        for step in [*reversed(rest), affine]:
            z = step.inverse(z, mask, text)
        return z[:, :1]
