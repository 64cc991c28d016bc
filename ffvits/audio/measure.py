"""What can be told from samples alone: how far up the sound reaches, and whether its peaks are cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np


def bandwidth(sound: Sound) -> float:
    """The highest frequency (Hz) that is within 60 dB of the loudest one in the long-term spectrum; 0 for silence.

    A recording that went through a telephone stays near 3.8 kHz, whatever rate its file has.
    """
    import numpy as np

    size = 1 << max(8, round(np.log2(sound.rate / 20)))  # bins near 20 Hz apart
    samples = sound.samples
    if len(samples) < size:
        samples = np.pad(samples, (0, size - len(samples)))
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    window = np.hanning(size).astype(np.float32)
    power = np.zeros(size // 2 + 1)
    for start in range(0, len(frames), 256):
        power += np.square(np.abs(np.fft.rfft(frames[start : start + 256] * window, axis=1))).sum(axis=0)
    width = max(1, len(power) // 100)
    smooth = np.convolve(power, np.ones(width) / width, mode="same")
    if smooth.max() < 1e-9 * len(frames):
        return 0.0
    return float(np.nonzero(smooth > smooth.max() * 1e-6)[0].max() * sound.rate / size)


# Of the moments in which something sounds, the share that reaches nearly the same height. Over 98 plain recordings of
# 39 voices, as PCM and MP3, it was 0.21 at most.
_PILED = 0.25


def clipped_share(sound: Sound) -> float:
    """The share of samples that were cut off, at whatever level: it does not help to turn a clipped recording down.

    In PCM they lie on flat tops, and natural peaks are pointed. A lossy codec bends the tops; then it tells that the
    peaks of the voice pile up at one height, on the upper or the lower side.
    """
    return sum(_flat(side, sound.rate) for side in (sound.samples, -sound.samples)) / max(1, len(sound.samples))


def _flat(side: np.ndarray, rate: int) -> int:
    """How many samples [T] of the upper side of a wave were cut off."""
    import numpy as np

    top = float(side.max(initial=0.0))
    if top < 0.01:
        return 0
    near = np.concatenate([[False], side >= 0.98 * top, [False]])
    edges = np.flatnonzero(near[1:] != near[:-1])
    lengths = edges[1::2] - edges[::2]
    found = int(lengths[lengths >= max(3, round(rate * 0.00015))].sum())
    moment = max(1, round(0.01 * rate))
    peaks = side[: len(side) // moment * moment].reshape(-1, moment).max(axis=1)
    if len(peaks) < 50:
        return found
    ceiling = float(np.quantile(peaks, 0.995))
    piled = np.count_nonzero(peaks > 0.85 * ceiling) / np.count_nonzero(peaks > 0.25 * ceiling)
    return max(found, int(np.count_nonzero(side > 0.9 * ceiling))) if piled > _PILED else found
