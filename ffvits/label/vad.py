"""Where someone speaks: Silero's network, run over whole blocks at once.

Silero Team, "Silero VAD", 2024, https://github.com/snakers4/silero-vad (MIT). Its wheel brings the network in a form
that takes many frames a call; on one core that was seven times as fast as the frame-by-frame TorchScript, with
probabilities equal to 1.5e-6. The package itself is never imported: it would load torch and torchaudio.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.extras import install

if TYPE_CHECKING:
    import numpy as np
    import onnxruntime

RATE = 16000
FRAME = 512  # samples: 32 ms
_CONTEXT = 64  # samples of the frame before that the network wants in front
_BLOCK = 512  # frames a call
_LOUD, _MOST_GAIN = 0.3, 100.0


class Vad:
    """The loaded network; make it with `load`."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session

    def __call__(self, sound: Sound) -> np.ndarray:
        """The probability of speech in each frame of 32 ms, float32 [ceil(T / 512)] with T samples at 16 kHz."""
        import numpy as np

        samples = _levelled(sound.at(RATE).samples)
        count = -(-len(samples) // FRAME)
        frames = np.zeros((count + 1, FRAME), np.float32)  # one of silence in front, as the first frame's context
        frames[1:].reshape(-1)[: len(samples)] = samples
        inputs = np.concatenate([frames[:-1, -_CONTEXT:], frames[1:]], axis=1)
        hidden = cell = np.zeros((1, 1, 128), np.float32)
        found = [np.zeros(0, np.float32)]
        for start in range(0, count, _BLOCK):
            block = {"input": inputs[start : start + _BLOCK], "h": hidden, "c": cell}
            values, hidden, cell = self._session.run(["speech_probs", "hn", "cn"], block)
            found.append(values.reshape(-1))
        return np.concatenate(found)


def load(threads: int = 1) -> Vad:
    """Loads the network from the installed `silero-vad` wheel (no download).

    Raises FfvitsError if the labelling packages are not installed, or too old.
    """
    from importlib.util import find_spec

    spec = find_spec("silero_vad")
    cure = install("label", newer=True)
    if spec is None or not spec.submodule_search_locations:
        raise FfvitsError("the package 'silero-vad' is not installed", cure=cure)
    path = Path(spec.submodule_search_locations[0]) / "data" / "silero_vad_16k_sequence.onnx"
    if not path.is_file():
        raise FfvitsError("the installed silero-vad is too old for ffvits", cure=cure, file=path)
    try:
        import onnxruntime
    except ImportError as error:
        raise FfvitsError("the package 'onnxruntime' is not installed", cure=cure) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 3
    return Vad(onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"]))


def _levelled(samples: np.ndarray) -> np.ndarray:
    """The samples at a usual level: the network hears little in recordings that peak at a thousandth."""
    import numpy as np

    peak = float(np.quantile(np.abs(samples[:: max(1, len(samples) // 100_000)]), 0.999)) if len(samples) else 0.0
    return samples * np.float32(min(_MOST_GAIN, _LOUD / peak)) if peak > 0 else samples
