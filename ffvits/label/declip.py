"""Peaks that were cut off, drawn again: what could have been there, by the sparsest spectrum that agrees with the rest.

S. Kitić, N. Bertin, R. Gribonval, "Sparsity and cosparsity for audio declipping: a flexible non-convex approach",
LVA/ICA 2015 (A-SPADE): of all sounds that equal the recording where it is whole, and reach at least as far as the cut
where it is not, the one whose spectrum needs the fewest terms, frame by frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ffvits.audio.measure import flat_tops
from ffvits.audio.sound import Sound

if TYPE_CHECKING:
    import numpy as np

_FRAME = 0.064  # seconds of a frame, of which each sample is in four
_LEAST = 0.00012  # seconds of a flat top; less than what condemns a clip, for whatever is cut is drawn again
_GROWTH = 2  # rounds after which one more term is allowed
_CLOSE = 0.01  # of a frame's size: so near must the sparse spectrum come
_ROUNDS = 300  # at most
_TOGETHER = 256  # frames worked on at once
_LOUDEST = 0.97  # peak of what is returned; a restored peak may lie far above full scale


def declipped(sound: Sound) -> tuple[Sound, float]:
    """The sound with its cut peaks restored, and the share of samples that were cut; the same sound if none were.

    Where it must be to fit below full scale, the whole is turned down.
    """
    import numpy as np

    samples = sound.samples
    above, below = (flat_tops(side, sound.rate, _LEAST) for side in (samples, -samples))
    share = float((above.sum() + below.sum()) / max(1, len(samples)))
    if not share:
        return sound, 0.0
    mended = _restored(samples.astype(np.float32), above, below, 4 * max(16, round(_FRAME * sound.rate / 4)))
    peak = float(np.abs(mended).max())
    return Sound(mended * np.float32(min(1.0, _LOUDEST / peak)), sound.rate), share


def _restored(samples: np.ndarray, above: np.ndarray, below: np.ndarray, size: int) -> np.ndarray:
    """The samples [T] with those that are cut off replaced; whatever is whole stays exactly as it is."""
    import numpy as np

    hop = size // 4
    pad = size
    count = -(-(len(samples) + 2 * pad - size) // hop) + 1
    length = (count - 1) * hop + size
    whole = [np.pad(values, (pad, length - pad - len(values))) for values in (samples, above, below)]
    sound, high, low = (np.lib.stride_tricks.sliding_window_view(values, size)[::hop] for values in whole)
    window = np.sqrt(np.hanning(size + 1)[:-1]).astype(np.float32)
    total, weight = np.zeros(length, np.float32), np.zeros(length, np.float32)
    hurt = np.flatnonzero((high | low).any(axis=1))
    for start in range(0, len(hurt), _TOGETHER):
        chosen = hurt[start : start + _TOGETHER]
        mended = _spade(sound[chosen] * window, high[chosen], low[chosen])
        for frame, number in zip(mended, chosen, strict=True):
            place = slice(number * hop, number * hop + size)
            total[place] += frame * window
            weight[place] += np.square(window)
    inside = slice(pad, pad + len(samples))
    lost = above | below
    made = samples.copy()
    # Every cut sample lies in four frames, of which the window's weights add up to two.
    drawn = total[inside][lost] / np.maximum(weight[inside][lost], 1e-3)
    made[lost] = np.where(above[lost], np.maximum(drawn, samples[lost]), np.minimum(drawn, samples[lost]))
    return made


def _spade(frames: np.ndarray, high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """A-SPADE on windowed frames [N, S], of which some samples were higher or lower than they are."""
    import numpy as np
    from scipy import fft

    size, lost = frames.shape[1], high | low
    norm = np.linalg.norm(frames, axis=1)
    made, found = frames.copy(), frames.copy()
    open_ = np.flatnonzero(norm > 0)
    dual = np.zeros((len(frames), size + 1), np.complex64)  # of a transform twice as long as the frame
    for turn in range(1, _ROUNDS + 1):
        spectrum = fft.rfft(made[open_], 2 * size, axis=1, norm="ortho")
        sparse = _largest(spectrum + dual[open_], turn // _GROWTH + 1)
        rest = np.linalg.norm(spectrum - sparse, axis=1)
        done = rest <= _CLOSE * norm[open_]
        found[open_[done]] = made[open_[done]]
        open_, spectrum, sparse = open_[~done], spectrum[~done], sparse[~done]
        if not len(open_):
            return found
        wanted = fft.irfft(sparse - dual[open_], 2 * size, axis=1, norm="ortho")[:, :size]
        bound = frames[open_]
        free = np.where(high[open_], np.maximum(wanted, bound), np.minimum(wanted, bound))
        made[open_] = np.where(lost[open_], free, bound)
        dual[open_] += fft.rfft(made[open_], 2 * size, axis=1, norm="ortho") - sparse
    found[open_] = made[open_]
    return found


def _largest(spectrum: np.ndarray, count: int) -> np.ndarray:
    """The spectra [N, F] with all but their `count` largest terms set to zero."""
    import numpy as np

    size = np.abs(spectrum)
    count = min(count, size.shape[1])
    least = -np.partition(-size, count - 1, axis=1)[:, count - 1 : count]
    return np.where(size >= least, spectrum, 0)
