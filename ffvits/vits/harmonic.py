"""The harmonic decoder: pulses and breath, shaped by what the latent says of throat and mouth.

A source and a filter, as speech is made (Fant 1960), in the form of J. Engel et al., "DDSP", 2020: a network at the
rate of the frames says how loud pulses and breath are at each frequency, and the rest is a Fourier transform. Nothing
in it can hum at the rate of the frames, and it learns without a judge.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.device import full_precision
from ffvits.vits.config import VitsConfig
from ffvits.vits.decoder import Reach, surroundings, trimmed
from ffvits.vits.layers import LayerNorm
from ffvits.vits.source import Excitation

KERNEL, DEPTH, WIDER = 5, 6, 3
# Frames on each side that the source and the filters of a stretch need: they ring for two, waves are read half a frame
# around, and how a pitch changes is seen in the next frame.
AROUND = 3
QUIET = -4.0  # the logarithm of what is passed on before anything is learnt
LOUDEST = 4.0


class _Block(nn.Module):
    """ConvNeXt's block (Liu et al. 2022) in one dimension: each channel over time, then all channels at a time."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.over_time = nn.Conv1d(channels, channels, KERNEL, padding=KERNEL // 2, groups=channels)
        self.norm = LayerNorm(channels)
        self.wide = _Mix(channels, WIDER * channels)
        self.narrow = _Mix(WIDER * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, T] -> the same."""
        y = self.norm(self.over_time(x)).transpose(1, 2)
        return x + self.narrow(F.gelu(self.wide(y))).transpose(1, 2)


class _Mix(nn.Conv1d):
    """A convolution of one tap, over channels that lie last: [B, T, C] -> [B, T, C']."""

    def __init__(self, ins: int, outs: int) -> None:
        super().__init__(ins, outs, 1)

    def forward(self, x: Tensor) -> Tensor:
        if torch.jit.is_tracing():  # exported weights have a scale for each channel that a convolution makes
            return super().forward(x.transpose(1, 2)).transpose(1, 2)
        return F.linear(x, self.weight.squeeze(2), self.bias)  # the same sums in two thirds of the time


class HarmonicDecoder(nn.Module):
    """From the latent and the state of its source (`Vits.latent`) to samples."""

    def __init__(self, config: VitsConfig) -> None:
        super().__init__()
        width, hop = config.upsample_initial_channel, config.hop_length
        self.channels, self.hop = config.inter_channels, hop
        self.conv_pre = nn.Conv1d(config.inter_channels, width, 7, padding=3)
        if config.gin_channels > 0:
            self.cond = nn.Conv1d(config.gin_channels, width, 1)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(DEPTH))
        self.norm = LayerNorm(width)
        self.proj = _Mix(width, 2 * (2 * hop + 1))
        nn.init.normal_(self.proj.weight, 0.0, 0.01)
        nn.init.constant_(self.proj.bias, QUIET)
        self.excitation = Excitation(hop)
        self.reach = Reach(3 + DEPTH * (KERNEL // 2) + 2, (), ())  # what two frames before said still rings
        self.work = self._work()

    def forward(
        self, z: Tensor, g: Tensor | None = None, before: int = 0, after: int = 0, mask: Tensor | None = None
    ) -> Tensor:
        """See `ffvits.vits.decoder.Decoder`."""
        x = self.conv_pre(z[:, : self.channels].to(self.conv_pre.weight.dtype))
        if g is not None:
            x = x + self.cond(g)
        x = _kept(x, mask)
        for block in self.blocks:
            x = _kept(block(x), mask)
        # What is not wanted has been looked at by now, and the rest is the dearest part.
        sides = surroundings(before, after)
        state, _, _ = trimmed(z[:, self.channels :], None, sides, AROUND)
        x, mask, sides = trimmed(x, mask, sides, AROUND)
        loud = self.proj(self.norm(x).transpose(1, 2)).transpose(1, 2)
        with full_precision(z):
            y = _shaped(self.excitation(state), loud.float().clamp(max=LOUDEST), mask, self.hop)
        before, after = sides or (0, 0)
        return torch.tanh(y[..., before * self.hop : y.shape[-1] - after * self.hop])

    def _work(self) -> int:
        """Multiplications that one frame costs."""
        convolutions = sum(module.weight.numel() for module in self.modules() if isinstance(module, nn.Conv1d))
        bins = 2 * self.hop + 1
        return convolutions + 2 * 2 * self.hop * 2 * bins + bins * bins + 2 * bins * 4 * self.hop


def _kept(x: Tensor, mask: Tensor | None) -> Tensor:
    return x if mask is None else x * mask


def _shaped(waves: Tensor, loud: Tensor, mask: Tensor | None, hop: int) -> Tensor:
    """waves [B, 2, T * hop] through filters of the log magnitudes `loud` [B, 2 * bins, T] -> [B, 1, T * hop]."""
    transform, back, phase = _bases(hop, waves.device)
    blocks = waves.unflatten(2, (-1, hop))  # [B, 2, T, hop]
    half = hop // 2
    earlier = F.pad(blocks[:, :, :-1, half:], (0, 0, 1, 0))
    later = F.pad(blocks[:, :, 1:, : hop - half], (0, 0, 0, 1))
    real, imaginary = (torch.cat([earlier, blocks, later], dim=3) @ transform).chunk(2, dim=3)
    pulses, breath = loud.transpose(1, 2).chunk(2, dim=2)  # [B, T, bins]
    angle = pulses @ phase
    gain = torch.exp(pulses)
    cos, sin, noise = gain * torch.cos(angle), gain * torch.sin(angle), torch.exp(breath)
    shaped = torch.cat(
        [
            real[:, 0] * cos - imaginary[:, 0] * sin + real[:, 1] * noise,
            real[:, 0] * sin + imaginary[:, 0] * cos + imaginary[:, 1] * noise,
        ],
        dim=2,
    )
    frames = shaped @ back  # [B, T, 4 * hop], each beginning a hop before its own
    if mask is not None:
        frames = frames * mask.transpose(1, 2)
    parts = frames.unflatten(2, (4, hop)).unbind(2)
    # What a frame says of the hop before it, of its own and of the two after it.
    y = F.pad(parts[0][:, 1:], (0, 0, 0, 1)) + parts[1] + F.pad(parts[2][:, :-1], (0, 0, 1, 0))
    y = y + F.pad(parts[3], (0, 0, 2, 0))[:, : y.shape[1]]
    return y.flatten(1).unsqueeze(1)


@lru_cache(maxsize=4)
def _bases(hop: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Matrices: a windowed stretch of two hops to its spectrum, a spectrum to four hops, log gain to minimum phase.

    Products with them are what every runtime has; of the phase, A. Oppenheim & R. Schafer, "Discrete-Time Signal
    Processing", chapter 13: the Hilbert transform of the log magnitude.
    """
    size, stretch = 4 * hop, 2 * hop
    bins = size // 2 + 1
    window = np.diag(0.5 - 0.5 * np.cos(np.pi * np.arange(stretch) / hop))
    # Room for what rings: half a hop before the stretch, one and a half after it.
    spectrum = np.fft.rfft(np.pad(window, ((0, 0), (hop // 2, size - stretch - hop // 2))))
    eye, fold = np.eye(bins), np.zeros(size)
    fold[[0, size // 2]], fold[1 : size // 2] = 1, 2
    transform = np.concatenate([spectrum.real, spectrum.imag], axis=1)
    back = np.concatenate([np.fft.irfft(eye, size), np.fft.irfft(1j * eye, size)])
    phase = np.fft.rfft(np.fft.irfft(eye, size) * fold).imag
    with torch.inference_mode(False):
        return tuple(torch.from_numpy(matrix.astype(np.float32)).to(device) for matrix in (transform, back, phase))
