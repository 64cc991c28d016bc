"""A recording that is to be said again in another voice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.errors import AudioError
from ffvits.files import path_of

if TYPE_CHECKING:
    import numpy as np

    from ffvits.audio.sound import Sound


def samples_of(audio: np.ndarray | Sound | str | Path, rate: int | None, wanted: int) -> np.ndarray:
    """Any audio as float32 [T] at the `wanted` rate. Raises AudioError if it cannot be read, or is too short."""
    import numpy as np

    from ffvits.audio.sound import Sound

    if isinstance(audio, str | Path):
        audio = Sound.load(path_of(audio))
    elif not isinstance(audio, Sound):
        rate = wanted if rate is None else rate
        if rate <= 0:
            raise AudioError(f"there is no recording at {rate} Hz", cure="give the rate at which it was sampled")
        audio = Sound(_floats(np.asarray(audio)), rate)
    if audio.samples.ndim != 1 or audio.seconds < 0.1 or not np.isfinite(audio.samples).all():
        raise AudioError("this is no recording of one channel and a tenth of a second or more", cure="give samples [T]")
    return np.ascontiguousarray(audio.at(wanted).samples, np.float32)


def _floats(samples: np.ndarray) -> np.ndarray:
    """Samples as files hold them (int16, int32) or as floats, in [-1, 1]. Raises AudioError for another type."""
    import numpy as np

    if samples.dtype in (np.int16, np.int32):
        return samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min)
    if samples.dtype.kind != "f":
        raise AudioError(
            f"samples of the type {samples.dtype} have no known scale", cure="give int16, int32, or floats in [-1, 1]"
        )
    return samples.astype(np.float32)
