"""What can be told from samples alone: how far up the sound reaches, and whether its peaks are cut off."""

from __future__ import annotations

from ffvits.audio.sound import Sound


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


def clipped_share(sound: Sound) -> float:
    """The share of samples that lie on flat tops: runs close to the sound's own highest or lowest value.

    Natural peaks are pointed, so this holds at any level: also for a clipped recording that was turned down later.
    """
    import numpy as np

    shortest = max(3, round(sound.rate * 0.00015))
    found = 0
    for side in (sound.samples, -sound.samples):
        top = float(side.max(initial=0.0))
        if top < 0.01:
            continue
        flat = np.concatenate([[False], side >= 0.98 * top, [False]])
        edges = np.flatnonzero(flat[1:] != flat[:-1])
        lengths = edges[1::2] - edges[::2]
        found += int(lengths[lengths >= shortest].sum())
    return found / max(1, len(sound.samples))
