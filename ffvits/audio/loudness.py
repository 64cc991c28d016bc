"""How loud a sound is to the ear, and bringing it to a given loudness without cutting its peaks.

ITU-R BS.1770-5 (K-weighting, gated mean) as EBU R 128 uses it. The two filters are given there for 48 kHz only; here
they are designed anew for each rate from the analogue shapes behind those numbers, which at 48 kHz gives the
standard's own coefficients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np

_BLOCK, _STEP = 0.4, 0.1  # seconds
_ABSOLUTE_GATE, _RELATIVE_GATE = -70.0, -10.0  # LUFS, and LU below the loudness of what passes the first gate
_OFFSET = -0.691  # dB: a full-scale sine of 997 Hz in one channel then reads -3.01 LUFS
SILENT = -70.0


def at_level(samples: np.ndarray, level: float, silence: float = 0.0) -> np.ndarray:
    """Samples [T] scaled to the root mean square `level`; those at or below the level `silence` stay as they are.

    For networks, which want every recording alike; `levelled` is for ears.
    """
    import numpy as np

    now = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    return samples * np.float32(level / now) if now > silence else samples


def loudness(sound: Sound) -> float:
    """The integrated loudness in LUFS, at least -70 (which also stands for silence).

    A sound shorter than the standard's block of 400 ms is one block.
    """
    import numpy as np

    if not len(sound.samples):
        return SILENT
    samples = k_weighted(sound).samples
    step = max(1, round(_STEP * sound.rate))
    whole = len(samples) // step
    steps = np.square(samples[: whole * step]).reshape(whole, step).mean(axis=1)
    count = round(_BLOCK / _STEP)
    if whole < count:
        powers = np.square(samples).mean(keepdims=True)
    else:
        powers = np.convolve(steps, np.ones(count) / count, mode="valid")
    powers = powers[powers > _power(_ABSOLUTE_GATE)]
    if not len(powers):
        return SILENT
    powers = powers[powers > powers.mean() * 10 ** (_RELATIVE_GATE / 10)]
    return max(SILENT, _OFFSET + 10 * float(np.log10(powers.mean())))


def k_weighted(sound: Sound) -> Sound:
    """The sound as the standard takes the ear to weigh it (float64): highs raised by 4 dB, rumble turned down."""
    from scipy.signal import sosfilt

    return Sound(sosfilt(_k_weighting(sound.rate), sound.samples.astype("float64")), sound.rate)


def peak(sound: Sound) -> float:
    """The true peak in dBFS: of the curve through the samples, four times oversampled (BS.1770-5, annex 2)."""
    import numpy as np
    import soxr

    if not len(sound.samples):
        return SILENT
    between = soxr.resample(sound.samples, sound.rate, 4 * sound.rate, quality="MQ")
    top = max(float(np.abs(sound.samples).max()), float(np.abs(between).max(initial=0.0)))
    return max(SILENT, 20 * float(np.log10(max(top, 1e-9))))


def levelled(sound: Sound, target: float, ceiling: float = -1.0) -> tuple[Sound, float]:
    """The sound at `target` LUFS, or as near to it as a true peak of `ceiling` dBFS allows, and the gain in dB.

    One gain for the whole sound: its dynamics stay as they were. Silence is returned as it is.
    """
    import numpy as np

    top = peak(sound)
    if top <= SILENT:
        return sound, 0.0
    # Measured at full scale: in a very quiet recording the standard's absolute gate would leave out quiet words.
    loud = Sound(sound.samples * np.float32(10 ** (-top / 20)), sound.rate)
    gain = min(target - loudness(loud), ceiling) - top
    return Sound(sound.samples * np.float32(10 ** (gain / 20)), sound.rate), gain


def _power(lufs: float) -> float:
    return 10 ** ((lufs - _OFFSET) / 10)


def _k_weighting(rate: int) -> np.ndarray:
    """Second-order sections [2, 6]: a shelf for the head's acoustics, then a high-pass."""
    import numpy as np

    def section(kind: str, frequency: float, quality: float, gain: float = 0.0) -> list[float]:
        # Bilinear transform with the frequency pre-warped, below Nyquist also at 4 kHz.
        k = np.tan(np.pi * min(frequency, 0.49 * rate) / rate)
        scale = 1 + k / quality + k * k
        poles = [1.0, 2 * (k * k - 1) / scale, (1 - k / quality + k * k) / scale]
        if kind == "high-pass":
            return [1.0, -2.0, 1.0, *poles]
        high = 10 ** (gain / 20)
        middle = high**0.4996667741545416  # makes the numbers of the standard at 48 kHz
        zeros = [
            (high + middle * k / quality + k * k) / scale,
            2 * (k * k - high) / scale,
            (high - middle * k / quality + k * k) / scale,
        ]
        return [*zeros, *poles]

    return np.array(
        [
            section("shelf", 1681.974450955533, 0.7071752369554196, 3.999843853973347),
            section("high-pass", 38.13547087602444, 0.5003270373238773),
        ]
    )
