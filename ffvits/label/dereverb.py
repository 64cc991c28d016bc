"""A voice with less of its room: what its last fifth of a second foretells of each moment is taken away.

T. Nakatani et al., "Speech dereverberation based on variance-normalized delayed linear prediction", IEEE TASLP 2010
(WPE), for one microphone: per frequency, a filter over past frames predicts the late echo, fitted where the voice is
weak as well as where it is strong. It adds nothing and removes what is predictable only, so words survive it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np

_FRAME, _PARTS = 0.064, 4  # seconds of a frame, and how many frames each sample lies in
_DELAY, _TAPS = 3, 10  # frames: what is left to the voice itself, and what the echo is foretold from
_ROUNDS = 3
_LEAST = 3.0  # seconds from which on the filters can be fitted


def dereverberated(sound: Sound) -> Sound:
    """The sound without its late echo, in step with `sound` sample by sample; a very short one stays as it is."""
    import numpy as np
    from scipy.signal import ShortTimeFFT
    from scipy.signal.windows import hann

    if sound.seconds < _LEAST:
        return sound
    hop = max(16, round(_FRAME * sound.rate / _PARTS))
    transform = ShortTimeFFT(hann(_PARTS * hop, sym=False), hop, sound.rate)
    spectrum = transform.stft(sound.samples.astype(np.float64))  # [F, T]
    dry = np.stack([_dry(band) for band in spectrum])
    samples = transform.istft(dry, k1=len(sound.samples))
    return Sound(samples.astype(np.float32), sound.rate)


def _dry(band: np.ndarray) -> np.ndarray:
    """One frequency's frames [T] without what those of `_DELAY` and more frames before foretell."""
    import numpy as np

    past = np.stack([_later(band, _DELAY + tap) for tap in range(_TAPS)], axis=1)  # [T, K]
    floor = 1e-10 * float(np.square(np.abs(band)).max()) + 1e-20
    dry = band
    for _ in range(_ROUNDS):
        weight = 1 / np.maximum(np.square(np.abs(dry)), floor)
        weighted = past.conj().T * weight
        among = weighted @ past
        among[np.diag_indices(_TAPS)] += 1e-8 * np.trace(among).real / _TAPS + 1e-30
        dry = band - past @ np.linalg.solve(among, weighted @ band)
    return dry


def _later(frames: np.ndarray, count: int) -> np.ndarray:
    import numpy as np

    return np.concatenate([np.zeros(min(count, len(frames)), frames.dtype), frames[: max(0, len(frames) - count)]])
