"""The melody of speech: how often the vocal folds close per second, by autocorrelation.

P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled
sound", Proceedings of the Institute of Phonetic Sciences 17, 1993. Own code, because the trackers of the field are
either slow (librosa's pyin takes 30 times as long), of another licence (Praat), or need a compiler (WORLD).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np

RATE, HOP = 16000, 160  # Hz, samples: a value every 10 ms
LOW, HIGH = 60.0, 600.0  # Hz
_WINDOW, _FFT = 768, 2048  # samples: nearly three periods of the lowest voice
_CANDIDATES = 6
_HUM = 2.0  # Hz to either side
_VOICED, _SILENCE, _OCTAVE, _JUMP, _SWITCH = 0.45, 0.03, 0.01, 0.35, 0.14  # section 4 of the paper


@dataclass(frozen=True)
class Pitch:
    """`hz` [frames] is 0 where there is no voice; `clarity` [frames] from 0 (noise) to 1 (a pure tone); 10 ms apart."""

    hz: np.ndarray
    clarity: np.ndarray

    @property
    def voiced(self) -> np.ndarray:
        return self.hz > 0

    def semitones(self, reference: float) -> np.ndarray:
        """The melody in semitones above `reference` (Hz), bridged in straight lines where there is no voice."""
        import numpy as np

        at = np.flatnonzero(self.voiced)
        if not len(at):
            return np.zeros(len(self.hz))
        return np.interp(np.arange(len(self.hz)), at, 12 * np.log2(self.hz[at] / reference))


def track(sound: Sound, hum: float = 0.0) -> Pitch:
    """The pitch of a sound of any rate and length.

    `hum` (Hz) is a rate that is never taken for the voice, nor its octave: a vocoder that joins its frames badly
    repeats itself at their rate. Over the embedded base's own speech half of all frames were taken for this hum, and
    over voices trained from it a third for its octave.
    """
    import numpy as np

    samples = sound.at(RATE).samples.astype(np.float64)
    frames = _frames(samples)
    peaks = np.abs(frames).max(axis=1)
    loudness = peaks / max(float(np.abs(samples).max(initial=0.0)), 1e-9)
    window = np.hanning(_WINDOW)
    shape = _autocorrelation(window[None])[0]
    correlation = _autocorrelation((frames - frames.mean(axis=1, keepdims=True)) * window)
    lags = np.arange(int(RATE / HIGH), int(RATE / LOW) + 2)
    strength = correlation[:, lags] / np.maximum(correlation[:, :1], 1e-12) / (shape[lags] / shape[0])
    hz, chance = _candidates(strength, lags)
    humming = np.minimum(np.abs(hz - hum), np.abs(hz - 2 * hum)) < _HUM
    hz, chance = np.where(humming, 0.0, hz), np.where(humming, 0.0, chance)
    ranked = np.where(hz > 0, chance - _OCTAVE * np.log2(LOW / np.maximum(hz, LOW)), -np.inf)
    unvoiced = _VOICED + np.maximum(0, 2 - loudness / (_SILENCE / (1 + _VOICED)))
    path = _best_path(np.column_stack([unvoiced, ranked]), np.column_stack([np.zeros(len(hz)), hz]))
    rows = np.arange(len(hz))
    found = np.where(path > 0, hz[rows, path - 1], 0.0)
    return Pitch(found.astype(np.float32), np.clip(chance.max(axis=1, initial=0.0), 0, 1).astype(np.float32))


def _frames(samples: np.ndarray) -> np.ndarray:
    """[frames, _WINDOW], each centred on a multiple of the hop."""
    import numpy as np

    padded = np.pad(samples, (_WINDOW // 2, _WINDOW // 2 + HOP))
    count = 1 + len(samples) // HOP
    return np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::HOP][:count]


def _autocorrelation(frames: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.fft.irfft(np.abs(np.fft.rfft(frames, _FFT, axis=1)) ** 2, axis=1)


def _candidates(strength: np.ndarray, lags: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The highest peaks of each frame: their frequency [frames, K] (0 for none) and height, both between samples."""
    import numpy as np

    middle, left, right = strength[:, 1:-1], strength[:, :-2], strength[:, 2:]
    peak = (middle > left) & (middle >= right)
    chosen = np.argsort(np.where(peak, middle, -np.inf), axis=1)[:, ::-1][:, :_CANDIDATES]
    rows = np.arange(len(strength))[:, None]
    a, b, c = left[rows, chosen], middle[rows, chosen], right[rows, chosen]
    bend = np.where(peak[rows, chosen], a - 2 * b + c, -1.0)
    shift = np.clip(0.5 * (a - c) / bend, -0.5, 0.5)
    hz = RATE / (lags[1 + chosen] + shift)
    real = peak[rows, chosen] & (hz >= LOW) & (hz <= HIGH)
    return np.where(real, hz, 0.0), np.where(real, b - 0.25 * (a - c) * shift, 0.0)


def _best_path(strength: np.ndarray, hz: np.ndarray) -> np.ndarray:
    """Which candidate each frame has on the path that is strong and jumps little: [frames]; 0 is unvoiced."""
    import numpy as np

    octaves = np.where(hz > 0, np.log2(np.maximum(hz, LOW)), np.nan)
    total, back = strength[0], np.zeros(strength.shape, int)
    for frame in range(1, len(strength)):
        cost = _JUMP * np.abs(octaves[frame][None] - octaves[frame - 1][:, None])
        voiced = ~np.isnan(octaves[frame])[None] ^ ~np.isnan(octaves[frame - 1])[:, None]
        cost = np.where(voiced, _SWITCH, np.nan_to_num(cost, nan=0.0))
        reached = total[:, None] - cost
        back[frame] = reached.argmax(axis=0)
        total = reached.max(axis=0) + strength[frame]
    path = np.zeros(len(strength), int)
    path[-1] = int(total.argmax())
    for frame in range(len(strength) - 1, 0, -1):
        path[frame - 1] = back[frame, path[frame]]
    return path
