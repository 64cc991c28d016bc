"""How loud each 32 ms of a recording are, and how far speech stands above what is behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.label.cuts import SECONDS, Piece, speech

if TYPE_CHECKING:
    import numpy as np

_SILENT = 0.1  # probability of speech under which a frame has none, not even a syllable fading away
_NEAR = 94  # frames (3 s) on each side of a piece that tell what is behind it


def frame_levels(sound: Sound, count: int) -> np.ndarray:
    """The level of each of `count` frames in dBFS, at least -120."""
    import numpy as np

    edges = np.minimum(np.round(np.arange(count + 1) * SECONDS * sound.rate).astype(int), len(sound.samples))
    total = np.concatenate([[0.0], np.cumsum(np.square(sound.samples, dtype=np.float64))])
    power = (total[edges[1:]] - total[edges[:-1]]) / np.maximum(1, np.diff(edges))
    return 10 * np.log10(np.maximum(power, 1e-12))


def overall_level(sound: Sound) -> float:
    """The level of what sounds in a recording, in dBFS, at least -120: pauses count nothing, single clicks little."""
    import numpy as np

    power = 10 ** (frame_levels(sound, max(1, round(sound.seconds / SECONDS))) / 10)
    return float(10 * np.log10(np.square(power).sum() / power.sum()))


def heard_levels(sound: Sound, count: int) -> np.ndarray:
    """The same as the ear weighs it: rumble, of which some recordings are full, counts little."""
    from ffvits.audio.loudness import k_weighted

    return frame_levels(k_weighted(sound), count)


def snr(levels: np.ndarray, probabilities: np.ndarray, piece: Piece | None = None) -> float:
    """Speech over noise in dB, from -20 to 60: in all of a recording, or in and around one piece; nan without speech.

    Noise is what three quarters of the silences do not exceed, so that a knock in a pause counts.
    """
    import numpy as np

    inside = np.zeros(len(levels), bool)
    for stretch in speech(probabilities):
        inside[stretch.start : stretch.end] = True
    near = np.ones(len(levels), bool)
    if piece is not None:
        near[: max(0, piece.start - _NEAR)] = near[piece.end + _NEAR :] = False
        inside[: piece.start] = inside[piece.end :] = False
    spoken, silence = levels[inside], levels[near & (probabilities < _SILENT)]
    if not len(spoken):
        return float("nan")
    if len(silence) < 3:
        silence = np.sort(spoken)[: max(3, len(spoken) // 20)]
    noise = 10 ** (float(np.quantile(silence, 0.75)) / 10)
    power = float(np.mean(10 ** (spoken / 10)))
    return float(np.clip(10 * np.log10(max(power - noise, 1e-12) / noise), -20, 60))
