"""How good a recording sounds: DNSMOS, a listening panel learnt by a network.

C. K. A. Reddy et al., "DNSMOS P.835: a non-intrusive perceptual objective speech quality metric to evaluate noise
suppressors", ICASSP 2022. The network comes inside the `speechmos` wheel; its raw outputs are mapped to the scale of
the panel (1 bad … 5 excellent) by the quadratics that were published with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError

if TYPE_CHECKING:
    import numpy as np
    import onnxruntime

RATE = 16000
WINDOW = 144160  # samples: the 9.01 s that the network was trained on
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
    """Scores sounds with one loaded network; make it with `load`."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name

    def __call__(self, sound: Sound) -> Quality:
        """The quality of a sound of any length and rate; one second or more gives steady numbers.

        Raises ValueError for a sound without samples.
        """
        import numpy as np

        samples = np.clip(sound.at(RATE).samples, -1, 1).astype(np.float32)
        raw = self._session.run(None, {self._input: _windows(samples)})[0]
        columns = zip(raw.T, (_SIGNAL, _BACKGROUND, _OVERALL), strict=True)
        return Quality(*(float(_scale(column, terms).mean()) for column, terms in columns))


def load(threads: int = 1) -> Judge:
    """Loads the network from the installed `speechmos` wheel (no download).

    Raises FfvitsError if the labelling packages are not installed.
    """
    try:
        from importlib.resources import files

        import onnxruntime

        model = (files("speechmos") / "dnsmos_models" / "sig_bak_ovr.onnx").read_bytes()
    except ImportError as error:
        raise FfvitsError(f"the package {error.name!r} is not installed", cure="pip install 'ffvits[label]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return Judge(onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]))


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


def _scale(raw: np.ndarray, terms: tuple[float, float, float]) -> np.ndarray:
    return sum(term * raw**power for power, term in enumerate(terms))
