"""The judges of training: HiFi-GAN's period judges and a scale judge, as VITS has them; and small ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.device import full_precision
from ffvits.vits.layers import ColumnConv2d, NormedColumnConv2d, NormedConv1d, NormedConv2d

PERIODS = (2, 3, 5, 7, 11)
WIDTHS = (32, 128, 512, 1024, 1024)
LITE_WIDTHS = (16, 48, 96, 192, 192)
# Sixteen at a time is what a processor multiplies at once: 24 would cost as much as 32.
SPECTROGRAM_WIDTHS = (16, 16, 32, 32)
RESOLUTIONS = (512, 1024, 2048)  # samples in a window of the spectrograms
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

    def __init__(self, period: int, use_spectral_norm: bool = False, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.period = period
        inputs = (1, *widths[:-1])
        strides = (3,) * (len(widths) - 1) + (1,)

        def conv(inputs: int, outputs: int, size: int, stride: int) -> nn.Module:
            arguments = (inputs, outputs, (size, 1), (stride, 1), (size // 2, 0))
            return _spectral(ColumnConv2d(*arguments)) if use_spectral_norm else NormedColumnConv2d(*arguments)

        self.convs = nn.ModuleList(
            conv(before, after, 5, stride) for before, after, stride in zip(inputs, widths, strides, strict=True)
        )
        self.conv_post = conv(widths[-1], 1, 3, 1)

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


class SpectrogramDiscriminator(_Judge):
    """Hears a logarithmic spectrogram (UnivNet, Jang et al. 2021): [B, 1, T] -> maps [B, C, frames, bins].

    Bins are halved from layer to layer, frames are a quarter of a window apart and all kept.
    """

    def __init__(self, window: int) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(window), persistent=False)

        def conv(inputs: int, outputs: int, size: int, stride: int = 1) -> nn.Module:
            return NormedConv2d(inputs, outputs, (3, size), (1, stride), (1, size // 2))

        widths = (1, *SPECTROGRAM_WIDTHS)
        sizes = (7, 5, 5, 5)
        self.convs = nn.ModuleList(
            conv(before, after, size, 2) for before, after, size in zip(widths, widths[1:], sizes, strict=False)
        )
        self.conv_post = conv(widths[-1], 1, 3)

    def forward(self, audio: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        with full_precision(audio):
            size = len(self.window)
            waves = torch.stft(
                audio[:, 0].float(), size, size // 4, window=self.window, normalized=True, return_complex=True
            )
            # From -1 (silence) to about 1; the floor keeps the gradient of silence small.
            levels = torch.log10(waves.real.square() + waves.imag.square() + 1e-6) / 3 + 1
        return self._listen(levels.mT.unsqueeze(1))


def _spectral(conv: nn.Module) -> nn.Module:
    # The old function, not the parametrisation: it keeps the parameter names of published checkpoints.
    return torch.nn.utils.spectral_norm(conv)


class Discriminators(nn.Module):
    """Several judges of the same sound: audio [B, 1, T] in [-1, 1] -> Judgement.

    Real and made audio can be heard in separate calls, so that either can go without a graph.
    """

    def __init__(self, judges: list[nn.Module]) -> None:
        super().__init__()
        self.discriminators = nn.ModuleList(judges)

    def forward(self, audio: Tensor) -> Judgement:
        logits, features = zip(*(judge(audio) for judge in self.discriminators), strict=True)
        return Judgement(logits, features)


class MultiPeriodDiscriminator(Discriminators):
    """The published judges, 46.7 M parameters: one of the scale, five of periods (2, 3, 5, 7, 11)."""

    def __init__(self, use_spectral_norm: bool = False) -> None:
        super().__init__(
            [
                ScaleDiscriminator(use_spectral_norm),
                *(PeriodDiscriminator(period, use_spectral_norm) for period in PERIODS),
            ]
        )


class LiteDiscriminator(Discriminators):
    """Small judges that a small base can hold its own against: five of periods, three of spectrograms."""

    def __init__(self) -> None:
        super().__init__(
            [
                *(PeriodDiscriminator(period, widths=LITE_WIDTHS) for period in PERIODS),
                *(SpectrogramDiscriminator(window) for window in RESOLUTIONS),
            ]
        )


DISCRIMINATORS: Mapping[str, type[Discriminators]] = {"published": MultiPeriodDiscriminator, "lite": LiteDiscriminator}


def kind_of(state: Mapping[str, Tensor]) -> str:
    """Which of DISCRIMINATORS this state is of: the first published judge hears a line, the first small one columns."""
    first = "discriminators.0.convs.0.weight"
    is_lite = any(tensor.dim() == 4 for name, tensor in state.items() if name.startswith(first))
    return "lite" if is_lite else "published"
