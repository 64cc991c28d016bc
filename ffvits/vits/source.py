"""The source of a voice: how high it is at each frame, and the pulses and the breath that a decoder shapes.

From latents alone a decoder makes the same samples for every frame of a held vowel, so that a voice can only be as
high as a multiple of the frame rate. It takes a long time with a strong judge to learn otherwise. Given the vocal
folds' pulses (X. Wang, S. Takaki & J. Yamagishi, "Neural source-filter-based waveform model for statistical parametric
speech synthesis", 2019) it has no phase to invent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ffvits.device import full_precision

MIDDLE = 2.5  # cycles in a frame: 215 Hz at the published hop and rate, and what `octaves` are counted from
LOWEST, HIGHEST = 0.5, 8.0  # cycles in a frame
STATE = 4  # rows under the latent: voicing, cycles in a frame, and where pulse and breath are at its beginning
TURN = 0.6180339887498949  # of the breath's table, from frame to frame: no two near ones breathe alike
SLICES = 64  # frames of noise in the table


@dataclass(frozen=True)
class Melody:
    """`octaves` [B, 1, T] above MIDDLE, everywhere a number; `voicing` [B, 1, T] is above 0 where there is voice."""

    octaves: Tensor
    voicing: Tensor


class PitchReader(nn.Module):
    """Reads off a decoder's latent how high the voice is, and whether there is any."""

    def __init__(self, channels: int, hidden: int, gin_channels: int = 0) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv1d(channels, hidden, 5, padding=2), nn.Conv1d(hidden, hidden, 5, padding=2)])
        self.proj = nn.Conv1d(hidden, 2, 1)
        if gin_channels:
            self.cond = nn.Conv1d(gin_channels, 2, 1)
        self.reach = sum(conv.padding[0] for conv in self.convs)

    def forward(self, z: Tensor, mask: Tensor, g: Tensor | None = None) -> Melody:
        """z [B, C, T], mask [B, 1, T], speaker g [B, gin, 1]."""
        with full_precision(z):
            x = z.float() * mask
            for conv in self.convs:
                x = F.silu(conv(x)) * mask
            x = self.proj(x)
            if g is not None:
                x = x + self.cond(g.float())
        return Melody(*x.chunk(2, dim=1))

    @torch.no_grad()
    def transpose(self, voices: Tensor, octaves: Tensor) -> None:
        """Lets the speakers with the vectors `voices` [N, gin] sing higher by `octaves` [N], exactly where N <= gin."""
        self.cond.weight[0, :, 0] += torch.linalg.pinv(voices) @ octaves


def sung(melody: Melody) -> Tensor:
    """What a decoder needs to know of each frame, float32 [B, STATE, T]."""
    rate = (MIDDLE * torch.exp(math.log(2) * melody.octaves.float())).clamp(LOWEST, HIGHEST)
    way = (rate[..., 1:] + rate[..., :-1]) / 2
    # A minute has ten thousand cycles, and a thousandth of one is heard: too much for float32.
    wide = torch.float32 if rate.device.type == "mps" else torch.float64
    phase = F.pad(torch.cumsum(way.to(wide), dim=-1), (1, 0)) % 1
    turn = torch.cumsum(torch.full_like(rate, TURN, dtype=wide), dim=-1) % 1
    return torch.cat([torch.sigmoid(melody.voicing.float()), rate, phase.float(), turn.float()], dim=1)


class Excitation(nn.Module):
    """The state of frames as waves: pulses with every harmonic up to half the rate, and breath."""

    def __init__(self, hop: int) -> None:
        super().__init__()
        self.hop = hop

    def forward(self, state: Tensor) -> Tensor:
        """state [B, STATE, T] -> float32 [B, 2, T * hop], pulses and breath, each of about the power 1 where it sounds.

        Where the state is 0 there is nothing.
        """
        voicing, rate, phase, turn = state.float().unsqueeze(-1).unbind(1)  # each [B, T, 1]
        u = torch.arange(self.hop, device=state.device) / self.hop
        change = F.pad((rate[:, 1:] - rate[:, :-1]) * (rate[:, 1:] > 0), (0, 0, 0, 1))  # 0 is padding
        cycles = (phase + rate * u + change * u * u / 2) % 1
        harmonics = torch.floor(self.hop / (2 * rate.clamp(LOWEST, HIGHEST)))
        half = torch.sin(torch.pi * cycles)
        tip = half.abs() < 1e-4
        pulses = torch.sin((2 * harmonics + 1) * torch.pi * cycles) / torch.where(tip, torch.ones_like(half), half)
        pulses = (torch.where(tip, 2 * harmonics + 1, pulses) - 1) / torch.sqrt(2 * harmonics)
        breath = _breath(self.hop, state.device)[(turn[..., 0] * SLICES).long().clamp(0, SLICES - 1)]
        waves = torch.stack([pulses * voicing, breath], dim=1)
        return (waves * (rate > 0).unsqueeze(1)).flatten(2)


@lru_cache(maxsize=4)
def _breath(hop: int, device: torch.device) -> Tensor:
    """White noise [SLICES, hop], the same for everybody."""
    noise = np.random.default_rng(hop).standard_normal((SLICES, hop), np.float32)
    with torch.inference_mode(False):
        return torch.from_numpy(noise).to(device)
