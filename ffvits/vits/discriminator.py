"""The judges of training: HiFi-GAN's multi-period discriminator with one scale discriminator, as VITS uses them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.vits.layers import ColumnConv2d, NormedColumnConv2d, NormedConv1d

PERIODS = (2, 3, 5, 7, 11)
SLOPE = 0.1


@dataclass(frozen=True)
class Judgement:
    """What each judge says: `logits` [B, N] (1 is real), `features` its feature maps, first layer first."""

    logits: tuple[Tensor, ...]
    features: tuple[tuple[Tensor, ...], ...]


class _Judge(nn.Module):
    """Convolutions with leaky ReLUs between; every layer's output is a feature map."""

    convs: nn.ModuleList
    conv_post: nn.Module

    def _listen(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        features = []
        for conv in self.convs:
            x = F.leaky_relu(conv(x), SLOPE, inplace=True)  # nothing else needs what goes in
            features.append(x)
        x = self.conv_post(x)
        return x.mT.flatten(1), (*features, x)


class PeriodDiscriminator(_Judge):
    """Hears every `period`-th sample as one signal: [B, 1, T] -> logits [B, N], maps [B, C, period, T']."""

    def __init__(self, period: int, use_spectral_norm: bool = False) -> None:
        super().__init__()
        self.period = period
        widths = (1, 32, 128, 512, 1024, 1024)
        strides = (3, 3, 3, 3, 1)

        def conv(inputs: int, outputs: int, size: int, stride: int) -> nn.Module:
            arguments = (inputs, outputs, (size, 1), (stride, 1), (size // 2, 0))
            return _spectral(ColumnConv2d(*arguments)) if use_spectral_norm else NormedColumnConv2d(*arguments)

        self.convs = nn.ModuleList(conv(widths[i], widths[i + 1], 5, stride) for i, stride in enumerate(strides))
        self.conv_post = conv(1024, 1, 3, 1)

    def forward(self, audio: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        missing = -audio.shape[-1] % self.period
        x = F.pad(audio, (0, missing), "reflect") if missing else audio
        return self._listen(x.unflatten(-1, (-1, self.period)).mT)  # [B, 1, period, T / period]


class ScaleDiscriminator(_Judge):
    """Hears the waveform itself through wide grouped convolutions: [B, 1, T] -> logits [B, N], maps [B, C, T']."""

    def __init__(self, use_spectral_norm: bool = False) -> None:
        super().__init__()

        def conv(inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> nn.Module:
            arguments = {"stride": stride, "padding": size // 2, "groups": groups}
            if use_spectral_norm:
                return _spectral(nn.Conv1d(inputs, outputs, size, **arguments))
            return NormedConv1d(inputs, outputs, size, **arguments)

        self.convs = nn.ModuleList(
            [
                conv(1, 16, 15),
                conv(16, 64, 41, stride=4, groups=4),
                conv(64, 256, 41, stride=4, groups=16),
                conv(256, 1024, 41, stride=4, groups=64),
                conv(1024, 1024, 41, stride=4, groups=256),
                conv(1024, 1024, 5),
            ]
        )
        self.conv_post = conv(1024, 1, 3)

    def forward(self, audio: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        return self._listen(audio)


def _spectral(conv: nn.Module) -> nn.Module:
    # The old function, not the parametrisation: it keeps the parameter names of published checkpoints.
    return torch.nn.utils.spectral_norm(conv)


class MultiPeriodDiscriminator(nn.Module):
    """One scale judge and five period judges (2, 3, 5, 7, 11): audio [B, 1, T] in [-1, 1] -> Judgement.

    Real and made audio are heard in separate calls, so that either can go without a graph.
    """

    def __init__(self, use_spectral_norm: bool = False) -> None:
        super().__init__()
        judges: list[nn.Module] = [ScaleDiscriminator(use_spectral_norm)]
        judges += [PeriodDiscriminator(period, use_spectral_norm) for period in PERIODS]
        self.discriminators = nn.ModuleList(judges)

    def forward(self, audio: Tensor) -> Judgement:
        logits, features = zip(*(judge(audio) for judge in self.discriminators), strict=True)
        return Judgement(logits, features)
