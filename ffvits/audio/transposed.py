"""A recording's spectrogram as if the same person had spoken higher or lower, at the same pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ffvits.audio.spectrogram import AudioFormat, linear_spectrogram

if TYPE_CHECKING:
    from torch import Tensor

FORMANTS = 1 / 3  # of the way that the pitch goes: whoever speaks an octave higher has a shorter throat, too
BREADTH = 400.0  # Hz: what is broader in a spectrum is the throat's, and not the vocal folds'


def transposed_spectrogram(wav: Tensor, format: AudioFormat, octaves: float) -> Tensor:
    """Magnitudes of a waveform [B, T] -> float32 [B, filter_length / 2 + 1, T // hop_length], `octaves` higher.

    A window that is longer by a factor, read as if it were not, holds the same sound higher by that factor; it moves on
    by the same hops. The spectrum's envelope is put back to where FORMANTS says.

    Raises ValueError if the waveform is too short, as `linear_spectrogram` does.
    """
    import torch
    from torch.nn import functional as F

    plain = linear_spectrogram(wav, format)
    if not octaves:
        return plain
    wav = torch.atleast_2d(wav).float()
    factor = 2.0**octaves
    length = 2 * round(format.filter_length * factor / 2)
    bins, frames = plain.shape[1:]
    # Zeros where the signal is too short to be reflected so far.
    reflected = (format.filter_length - format.hop_length) // 2
    padded = F.pad(wav.unsqueeze(1), (reflected, reflected), mode="reflect").squeeze(1)
    left = (length - format.hop_length) // 2 - reflected
    right = max(left, (frames - 1) * format.hop_length + length - left - padded.shape[-1])
    padded = F.pad(padded, (left, right)) if left > 0 else padded[:, -left : padded.shape[-1]]
    spectrum = torch.stft(
        padded,
        length,
        hop_length=format.hop_length,
        win_length=length,
        window=torch.hann_window(length, device=wav.device),
        center=False,
        return_complex=True,
    )[..., :frames]
    power = (spectrum.real.square() + spectrum.imag.square())[:, :bins] / factor**2
    if power.shape[1] < bins:  # there is nothing above half the rate: what is highest goes on
        power = torch.cat([power, power[:, -1:].expand(-1, bins - power.shape[1], -1)], dim=1)
    power = power + 1e-6
    envelope = _envelope(power, format)
    return torch.sqrt(power) * torch.exp(_stretched(envelope, factor ** (FORMANTS - 1)) - envelope)


def _envelope(power: Tensor, format: AudioFormat) -> Tensor:
    """The log of magnitudes [B, bins, T], smooth over BREADTH."""
    import torch
    from torch.nn import functional as F

    side = max(1, round(BREADTH * format.filter_length / format.sampling_rate))
    window = torch.hann_window(2 * side + 1, periodic=False, device=power.device)
    rows = F.pad(power.mT.flatten(0, 1).unsqueeze(1), (side, side), mode="reflect")
    smooth = F.conv1d(rows, (window / window.sum())[None, None])
    return torch.log(smooth.reshape(power.mT.shape).mT) / 2


def _stretched(log: Tensor, factor: float) -> Tensor:
    """What stood at a frequency f, at f * factor: [B, bins, T]; the last bin goes on."""
    import torch

    last = log.shape[1] - 1
    at = (torch.arange(last + 1, device=log.device) / factor).clamp(max=last)
    low = at.long().clamp(max=last - 1)
    share = (at - low)[:, None]
    return torch.lerp(log[:, low], log[:, low + 1], share)
