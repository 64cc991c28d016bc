"""faster-whisper's engine, CTranslate2, on a graphics card: it needs a library that torch need not have brought."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ffvits import console

if TYPE_CHECKING:
    from faster_whisper import WhisperModel

_TRIAL = 100  # frames: a second


def opened(folder: Path, place: str) -> tuple[WhisperModel | None, str]:
    """The network on the card `place` (cuda, cuda:1), or None and why it cannot be there.

    It is tried out with a second of silence, since what the card or its libraries lack shows with the first product.
    """
    import ctranslate2
    import numpy as np
    from faster_whisper import WhisperModel

    number = int(place.partition(":")[2] or 0)
    _bring_cublas()
    try:
        loaded = WhisperModel(
            str(folder), device="cuda", device_index=number, compute_type=_kind(number), local_files_only=True
        )
        silence = np.zeros((1, len(loaded.feature_extractor.mel_filters), _TRIAL), np.float32)
        loaded.model.encode(ctranslate2.StorageView.from_array(silence))
    except (RuntimeError, ValueError) as error:
        return None, str(error)
    return loaded, ""


@lru_cache(maxsize=4)
def tell(reason: str) -> None:
    """Warns, once, that the card is left to torch, and says what helps where that is known."""
    warning = f"faster-whisper cannot use the graphics card: {reason}; the processor writes what it hears, slower"
    console.warn(warning + ("; to use it: pip install nvidia-cublas-cu12" if "cublas" in reason else ""))


def _kind(number: int) -> str:
    """The numbers to compute in: cards before Volta have float16 without its speed, and CTranslate2 refuses that."""
    import ctranslate2

    return "float16" if "float16" in ctranslate2.get_supported_compute_types("cuda", number) else "float32"


def _bring_cublas() -> None:
    """Loads cuBLAS for CUDA 12 from its own package, where that is installed: no system looks for it there.

    CTranslate2 is built for CUDA 12 and looks for the library by its name; a torch for CUDA 12 has loaded it already.
    """
    name = "bin/cublas64_12.dll" if sys.platform == "win32" else "lib/libcublas.so.12"
    package = find_spec("nvidia")
    for place in (package.submodule_search_locations if package else None) or ():
        library = Path(place) / "cublas" / name
        if library.is_file():
            with suppress(OSError):  # CTranslate2 tells that it is missing
                ctypes.CDLL(str(library))
