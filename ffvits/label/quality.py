"""How good a recording sounds: DNSMOS, a listening panel learnt by a network.

C. K. A. Reddy et al., "DNSMOS P.835: a non-intrusive perceptual objective speech quality metric to evaluate noise
suppressors", ICASSP 2022. The network comes inside the `speechmos` wheel; its raw outputs are mapped to the scale of
the panel (1 bad … 5 excellent) by the quadratics that were published with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.extras import install

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import onnxruntime

    Look = Callable[[np.ndarray, int], np.ndarray]  # windows [N, WINDOW] and frames looked at -> raw scores [N, 3]

RATE = 16000
WINDOW = 144160  # samples: the 9.01 s that the network was trained on
_FRAME, _FRAMES = 160, 900  # samples of a frame, frames of a window that the network looks at
# Frames of a shorter look, and the samples that must follow a sound in it: each of its outputs sees 0.45 s.
_SHORTER, _MORE = (450, 600, 750), RATE // 2
_MOST = 3  # windows of a sound longer than one; a shorter one, repeated, is the same in all of them

# Constant, linear and quadratic term of raw output -> panel scale.
_SIGNAL = (0.0052439, 1.22083953, -0.08397278)
_BACKGROUND = (-0.39604546, 1.60915514, -0.13166888)
_OVERALL = (0.04602535, 1.11546468, -0.06766283)


@dataclass(frozen=True)
class Quality:
    """Mean opinion scores from 1 (bad) to 5 (excellent): of the speech itself, of the background, of the whole."""

    signal: float
    background: float
    overall: float


class Judge:
    """Scores sounds with one network; make it with `load`."""

    def __init__(self, look: Look, quick: Look | None = None) -> None:
        """`quick` is another form of the network, less exact, which then is the one that looks `once`."""
        self._look = look
        self._quick = quick or look

    def __call__(self, sound: Sound) -> Quality:
        """The quality of a sound of any length and rate; one second or more gives steady numbers.

        Raises ValueError for a sound without samples.
        """
        return _scaled(self._look(_windows(_samples(sound)), _FRAMES))

    def once(self, sound: Sound) -> Quality:
        """The quality as heard once through, where `__call__` repeats a short sound until a window is full.

        From half to two thirds of the work for sounds of up to 5.5 s, the same for those of 7 s and more. On 24 clips
        the overall score was 0.03 lower on average, 0.19 at most: the network keeps what is highest, and is shown less.
        A processor that multiplies bfloat16 does so here, for half of what is left: of 37 clips none moved by more
        than 0.03.
        """
        samples = _samples(sound)
        enough = (frames for frames in _SHORTER if len(samples) + _MORE <= frames * _FRAME)
        return _scaled(self._quick(_windows(samples), next(enough, _FRAMES)))


def load(threads: int = 1, *, exact: bool = False) -> Judge:
    """Loads the network from the installed `speechmos` wheel (no download); `exact` forbids bfloat16.

    Raises FfvitsError if the labelling packages are not installed.
    """
    try:
        from importlib.resources import files

        import onnxruntime

        model = (files("speechmos") / "dnsmos_models" / "sig_bak_ovr.onnx").read_bytes()
    except ImportError as error:
        raise FfvitsError(f"the package {error.name!r} is not installed", cure=install("label")) from error

    @cache
    def session(frames: int) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        held = {} if frames == _FRAMES else _lengths(frames)
        for name, value in held.items():
            options.add_initializer(name, value)
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def look(windows: np.ndarray, frames: int) -> np.ndarray:
        loaded = session(frames)
        return loaded.run(None, {loaded.get_inputs()[0].name: windows})[0]

    return Judge(look, None if exact else _quick(model))


def _quick(model: bytes) -> Look | None:
    """The network in bfloat16, or None where the processor would only imitate that."""
    from ffvits.device import multiplies_bfloat16

    if not multiplies_bfloat16():
        return None
    from ffvits.label import dnsmos

    return dnsmos.load(model).look


@lru_cache(maxsize=4)  # so they stay: a session only borrows them
def _lengths(frames: int) -> dict[str, onnxruntime.OrtValue]:
    """The network's own constants that say how much of a window it cuts into frames, for another number of frames.

    It takes each frame with half of the one before: its input twice, the second time later by one step.
    """
    import numpy as np
    import onnxruntime

    everything = np.iinfo(np.int64).max
    constants = {
        "shape_tensor": (-1, frames, _FRAME),
        "shape_tensor1": (-1, frames, _FRAME),
        "input_1:01_cropping_end": (everything, frames * _FRAME),
        "input_1:01_cropping_end1": (everything, (frames + 1) * _FRAME),
    }
    return {
        name: onnxruntime.OrtValue.ortvalue_from_numpy(np.array(value, np.int64)) for name, value in constants.items()
    }


def _samples(sound: Sound) -> np.ndarray:
    import numpy as np

    return np.clip(sound.at(RATE).samples, -1, 1).astype(np.float32)


def _windows(samples: np.ndarray) -> np.ndarray:
    """`[N, WINDOW]`: the sound repeated to at least one window, and up to `_MOST` windows spread over it."""
    import numpy as np

    if not len(samples):
        raise ValueError("a sound without samples has no quality")
    # Doubling, as the published scorer does: the seams then fall where they fell when its scale was made.
    repeated = len(samples) < WINDOW
    while len(samples) < WINDOW:
        samples = np.concatenate([samples, samples])
    if repeated:
        return samples[None, :WINDOW]
    # The published scorer takes a window at every second.
    count = int(len(samples) // RATE - WINDOW / RATE) + 1
    chosen = np.unique(np.linspace(0, count - 1, min(count, _MOST)).round().astype(int))
    return np.stack([samples[number * RATE : number * RATE + WINDOW] for number in chosen])


def _scaled(raw: np.ndarray) -> Quality:
    """The scores on the panel's scale, the mean over windows, of raw ones [N, 3]."""
    columns = zip(raw.T, (_SIGNAL, _BACKGROUND, _OVERALL), strict=True)
    return Quality(*(float(_scale(column, terms).mean()) for column, terms in columns))


def _scale(raw: np.ndarray, terms: tuple[float, float, float]) -> np.ndarray:
    return sum(term * raw**power for power, term in enumerate(terms))
