"""Waveforms as the model sees them: linear magnitude and log-mel spectrograms, exactly as VITS bases were trained."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

from ffvits.device import full_precision
from ffvits.errors import BaseError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

LOG_FLOOR = 1e-5  # mel magnitudes below this count as silence


@dataclass(frozen=True)
class AudioFormat:
    """The audio settings of a model, under the names of the `data` section of its config.json.

    Rates and frequencies in Hz, lengths in samples; `mel_fmax=None` means half the sampling rate.

    Raises BaseError naming the setting if a value is impossible.
    """

    sampling_rate: int = 22050
    filter_length: int = 1024
    hop_length: int = 256
    win_length: int = 1024
    n_mel_channels: int = 80
    mel_fmin: float = 0.0
    mel_fmax: float | None = None

    def __post_init__(self) -> None:
        for name in ("sampling_rate", "filter_length", "hop_length", "win_length", "n_mel_channels"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise _impossible(name, value, "a whole number from 1")
        if self.win_length > self.filter_length:
            raise _impossible("win_length", self.win_length, f"at most filter_length, {self.filter_length}")
        if self.hop_length > self.filter_length:
            raise _impossible("hop_length", self.hop_length, f"at most filter_length, {self.filter_length}")
        if not _is_number(self.mel_fmin) or not 0 <= self.mel_fmin < self.sampling_rate / 2:
            raise _impossible("mel_fmin", self.mel_fmin, f"from 0, below {self.sampling_rate / 2:g} Hz")
        if self.mel_fmax is None:
            return
        if not _is_number(self.mel_fmax) or not self.mel_fmin < self.mel_fmax <= self.sampling_rate / 2:
            raise _impossible("mel_fmax", self.mel_fmax, f"above mel_fmin, at most {self.sampling_rate / 2:g} Hz")

    @property
    def spec_channels(self) -> int:
        """Bins of the linear spectrogram."""
        return self.filter_length // 2 + 1

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> AudioFormat:
        """Reads the `data` section of a config.json; other entries of it (file lists, cleaners) are not audio's."""
        known = {field.name for field in fields(cls)}
        for name in values:
            # A slip of the pen in one of our own names would otherwise silently leave the default in place.
            near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.8)
            if near and name not in known:
                raise BaseError(f"unknown audio setting {name!r}", cure=f"did you mean {near[0]!r}?")
        return cls(**{name: value for name, value in values.items() if name in known})


def linear_spectrogram(wav: Tensor, format: AudioFormat) -> Tensor:
    """Magnitudes of a waveform [B, T] or [T] in [-1, 1] -> float32 [B, filter_length / 2 + 1, T // hop_length].

    Hann window, reflected at both ends so that every frame sits in the middle of its hop.

    Raises ValueError as `padded_for_frames` does.
    """
    import torch

    padded = padded_for_frames(wav, format)
    with full_precision(wav):
        spectrum = torch.stft(
            padded,
            format.filter_length,
            hop_length=format.hop_length,
            win_length=format.win_length,
            window=_window(format.win_length, wav.device),
            center=False,
            return_complex=True,
        )
        # The small constant keeps the gradient of silence finite.
        return torch.sqrt(spectrum.real.square() + spectrum.imag.square() + 1e-6)


def padded_for_frames(wav: Tensor, format: AudioFormat) -> Tensor:
    """A waveform [B, T] or [T], reflected at both ends so that T // hop_length windows fit: float32 [B, T'].

    Raises ValueError if it is too short to be reflected, or shorter than one hop.
    """
    import torch
    from torch.nn import functional as F

    wav = torch.atleast_2d(wav).float()
    padding = (format.filter_length - format.hop_length) // 2
    least = max(padding + 1, format.hop_length)
    if wav.shape[-1] < least:
        raise ValueError(f"a waveform of {wav.shape[-1]} samples is too short: at least {least} are needed")
    # Reflection needs a channel dimension.
    return F.pad(wav.unsqueeze(1), (padding, padding), mode="reflect").squeeze(1)


def spec_to_mel(spec: Tensor, format: AudioFormat) -> Tensor:
    """Linear magnitudes [B, bins, frames] -> natural log of mel magnitudes, float32 [B, n_mel_channels, frames]."""
    import torch

    with full_precision(spec):
        mel = mel_filters(format, spec.device) @ spec.float()
        return torch.log(mel.clamp(min=LOG_FLOOR))


def mel_spectrogram(wav: Tensor, format: AudioFormat) -> Tensor:
    """Log-mel spectrogram of a waveform [B, T] or [T] -> float32 [B, n_mel_channels, T // hop_length]."""
    return spec_to_mel(linear_spectrogram(wav, format), format)


@lru_cache(maxsize=16)
def _window(length: int, device: torch.device) -> Tensor:
    import torch

    # A tensor made in inference mode could never take part in a gradient, and this one is kept.
    with torch.inference_mode(False):
        return torch.hann_window(length, device=device)


@lru_cache(maxsize=16)
def mel_filters(format: AudioFormat, device: torch.device) -> Tensor:
    """Triangular filters of equal area on Slaney's mel scale, [n_mel_channels, bins]."""
    import numpy as np
    import torch

    top = format.sampling_rate / 2 if format.mel_fmax is None else format.mel_fmax
    corners = _hertz(np.linspace(_mels(format.mel_fmin), _mels(top), format.n_mel_channels + 2))
    bins = np.linspace(0, format.sampling_rate / 2, format.spec_channels)
    rising = (bins - corners[:-2, None]) / (corners[1:-1, None] - corners[:-2, None])
    falling = (corners[2:, None] - bins) / (corners[2:, None] - corners[1:-1, None])
    area = 2 / (corners[2:] - corners[:-2])
    filters = np.maximum(0, np.minimum(rising, falling)) * area[:, None]
    with torch.inference_mode(False):
        return torch.from_numpy(filters.astype(np.float32)).to(device)


# Slaney's Auditory Toolbox (1998): 15 mels per 1000 Hz up to there, then 27 mels for each factor of 6.4.
_KNEE_HERTZ, _KNEE_MELS, _MELS_PER_OCTAVE_OF_6_4 = 1000.0, 15.0, 27.0


def _mels(hertz):
    import numpy as np

    steep = _KNEE_MELS + np.log(np.maximum(hertz, _KNEE_HERTZ) / _KNEE_HERTZ) * _MELS_PER_OCTAVE_OF_6_4 / np.log(6.4)
    return np.where(hertz < _KNEE_HERTZ, hertz * _KNEE_MELS / _KNEE_HERTZ, steep)


def _hertz(mels):
    import numpy as np

    steep = _KNEE_HERTZ * np.exp(np.maximum(mels - _KNEE_MELS, 0) * np.log(6.4) / _MELS_PER_OCTAVE_OF_6_4)
    return np.where(mels < _KNEE_MELS, mels * _KNEE_HERTZ / _KNEE_MELS, steep)


def _impossible(name: str, value: object, wanted: str) -> BaseError:
    return BaseError(f"the audio setting {name!r} is {value!r}", cure=f"it must be {wanted}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
