"""A recording's spectrogram as if the same person had spoken higher or lower, at the same pace."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ffvits.audio.spectrogram import AudioFormat, linear_spectrogram, padded_for_frames
from ffvits.device import full_precision

if TYPE_CHECKING:
    import torch
    from torch import Tensor

FORMANTS = 1 / 3  # of the way that the pitch goes: whoever speaks an octave higher has a shorter throat, too
BREADTH = 400.0  # Hz: what is broader in a spectrum is the throat's, and not the vocal folds'
# A Fourier transform is fast of a length with no other factors: one of 1,294 takes four times as long as one of 1,296.
FACTORS = (2, 3, 5, 7, 11, 13)


def transposed_spectrogram(wav: Tensor, format: AudioFormat, octaves: float) -> Tensor:
    """Magnitudes of a waveform [B, T] -> float32 [B, filter_length / 2 + 1, T // hop_length], `octaves` higher.

    A window that is longer by a factor, read as if it were not, holds the same sound higher by that factor; it moves on
    by the same hops. As windows have a whole number of samples, and one that is fast to transform, the interval is up
    to a quarter of a semitone from what was asked. The spectrum's envelope is put back to where FORMANTS says.

    Raises ValueError if the waveform is too short, as `linear_spectrogram` does.
    """
    import torch
    from torch.nn import functional as F

    if not octaves:
        return linear_spectrogram(wav, format)
    padded = padded_for_frames(wav, format)
    hop, bins = format.hop_length, format.spec_channels
    frames = (padded.shape[-1] - format.filter_length) // hop + 1
    length = _fast_length(format.filter_length * 2.0**octaves)
    factor = length / format.filter_length
    # Zeros where the signal is too short to be reflected so far.
    left = (length - hop) // 2 - (format.filter_length - hop) // 2
    right = max(left, (frames - 1) * hop + length - left - padded.shape[-1])
    padded = F.pad(padded, (left, right)) if left > 0 else padded[:, -left : padded.shape[-1]]
    with full_precision(wav):
        window = torch.hann_window(length, device=wav.device)
        spectrum = torch.stft(padded, length, hop, length, window, center=False, return_complex=True)
        spectrum = spectrum[:, :bins, :frames]
        power = (spectrum.real.square() + spectrum.imag.square()) / factor**2
        if power.shape[1] < bins:  # there is nothing above half the rate: what is highest goes on
            power = torch.cat([power, power[:, -1:].expand(-1, bins - power.shape[1], -1)], dim=1)
        power = power + 1e-6
        side = max(1, round(BREADTH * format.filter_length / format.sampling_rate))
        envelope = torch.log(_smoothing(bins, side, power.device) @ power) / 2
        return torch.sqrt(power) * torch.exp(_stretched(envelope, factor ** (FORMANTS - 1)) - envelope)


def _fast_length(wanted: float) -> int:
    """The even number nearest to `wanted` that has no factors but FACTORS."""
    nearest = 2 * round(wanted / 2)
    return next(
        length for step in range(nearest) for length in (nearest - 2 * step, nearest + 2 * step) if _is_fast(length)
    )


def _is_fast(length: int) -> bool:
    for factor in FACTORS:
        while length % factor == 0:
            length //= factor
    return length == 1


@lru_cache(maxsize=4)
def _smoothing(bins: int, side: int, device: torch.device) -> Tensor:
    """What averages a spectrum [bins, T] over `side` bins to each side, reflected at its ends: [bins, bins]."""
    import numpy as np
    import torch

    weights = np.hanning(2 * side + 1)
    reflected = np.pad(np.eye(bins), ((side, side), (0, 0)), mode="reflect")
    matrix = sum(weight * reflected[at : at + bins] for at, weight in enumerate(weights / weights.sum()))
    with torch.inference_mode(False):
        return torch.from_numpy(matrix.astype(np.float32)).to(device)


def _stretched(log: Tensor, factor: float) -> Tensor:
    """What stood at a frequency f, at f * factor: [B, bins, T]; the last bin goes on."""
    import torch

    last = log.shape[1] - 1
    at = (torch.arange(last + 1, device=log.device) / factor).clamp(max=last)
    low = at.long().clamp(max=last - 1)
    share = (at - low)[:, None]
    return torch.lerp(log[:, low], log[:, low + 1], share)
