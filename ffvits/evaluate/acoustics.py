"""What the samples and the syllables tell without any network: rhythm, hoarseness, clicks."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ffvits.audio.pitch import HOP, RATE, Pitch
from ffvits.audio.sound import Sound
from ffvits.evaluate.syllables import Span

if TYPE_CHECKING:
    import numpy as np

PAUSE = 0.2  # seconds of quiet inside a sentence that count as a pause
_QUIET = -25.0  # dB below the mean power of the sound
_BAND = (2000.0, 4500.0)  # Hz: where a buzzing or hoarse voice gives itself away


def rhythm(spans: Sequence[Span]) -> float | None:
    """How much neighbouring syllables differ in length, in percent (nPVI); None for fewer than three.

    E. Grabe & E. L. Low, "Durational variability in speech and the rhythm class hypothesis", 2002. Pairs over a pause
    are left out.
    """
    pairs = [(a.seconds, b.seconds) for a, b in itertools.pairwise(spans) if b.start - a.end < PAUSE]
    pairs = [(a, b) for a, b in pairs if a + b > 0]
    return 100 * sum(abs(a - b) / ((a + b) / 2) for a, b in pairs) / len(pairs) if len(pairs) > 1 else None


def pauses(loudness: np.ndarray) -> list[float]:
    """The seconds of each pause inside a sound, by its loudness every 10 ms (dB above its mean)."""
    import numpy as np

    loud = np.flatnonzero(loudness > _QUIET)
    gaps = np.diff(loud) * HOP / RATE if len(loud) else np.zeros(0)
    return [float(gap) for gap in gaps[gaps > PAUSE]]


def harmonicity(sound: Sound, pitch: Pitch) -> float | None:
    """How regular the voice is between 2 and 4.5 kHz, from 0 (breath, hoarseness) to 1; None without a voice.

    A vocoder that invents its phases leaves noise there; one that only repeats its last period leaves a buzz near 1.
    """
    import numpy as np
    from scipy.signal import butter, sosfiltfilt

    voiced = np.flatnonzero(pitch.voiced)
    if len(voiced) < 10:
        return None
    samples = sound.at(RATE).samples.astype(np.float64)
    band = sosfiltfilt(butter(4, _BAND, "bandpass", fs=RATE, output="sos"), samples)
    window = 3 * RATE // 100  # 30 ms
    found = []
    for frame in voiced[:: max(1, len(voiced) // 200)]:
        lag = round(RATE / float(pitch.hz[frame]))
        start = frame * HOP - window // 2
        if start < lag + 1 or start + window + lag + 2 > len(band):
            continue
        here = band[start : start + window]
        # The period is known to a sample only, and the band has three of them in a cycle: look on either side.
        found.append(max(_cosine(here, band[start + by : start + by + window]) for by in range(lag - 2, lag + 3)))
    return float(np.mean(found)) if found else None


def clicks(sound: Sound) -> int:
    """How many jumps of the wave stand alone: joins that were not joined, lost samples."""
    import numpy as np

    jump = np.abs(np.diff(sound.samples.astype(np.float64), n=2))
    if len(jump) < 512:
        return 0
    around = np.sqrt(np.convolve(np.square(jump), np.ones(257) / 257, mode="same"))
    peak = float(np.abs(sound.samples).max())
    found = np.flatnonzero((jump > 12 * np.maximum(around, 1e-5)) & (jump > 0.05 * peak))
    return int(1 + np.count_nonzero(np.diff(found) > sound.rate // 200)) if len(found) else 0


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    import numpy as np

    power = float(np.sqrt(np.dot(a, a) * np.dot(b, b)))
    return float(np.dot(a, b)) / power if power > 0 else 0.0
