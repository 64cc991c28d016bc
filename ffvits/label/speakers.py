"""Who speaks: a voice as 256 numbers (which of many belong together, `voices` tells).

L. Wan et al., "Generalized end-to-end loss for speaker verification", ICASSP 2018: three LSTM layers over 40 mel
bands, the last state projected and brought to length one. The weights are Resemblyzer's (Apache-2.0).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ffvits.audio.loudness import at_level
from ffvits.audio.sound import Sound
from ffvits.audio.spectrogram import AudioFormat, mel_filters
from ffvits.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from torch import Tensor, nn

RATE = 16000
SIZE = 256  # values of an embedding
_WINDOW, _STEP, _BANDS = 400, 160, 40  # samples (25 ms, 10 ms), mel bands
_FRAMES, _ADVANCE = 160, 77  # frames the network hears at once (1.6 s), and from one hearing to the next
_LEAST = 0.75  # share of the last hearing that must be sound
# Root mean square that every sound is brought to: the network hears power, not its logarithm, so the level matters. The
# original only raised sounds to -30 dBFS; at -20 one voice and 30 others were further apart (d' 7.6 instead of 5.9).
_LEVEL = 10 ** (-20 / 20)


class Encoder:
    """Turns sounds into embeddings with one loaded network; make it with `load`."""

    def __init__(self, network: nn.ModuleDict) -> None:
        self._network = network

    def embed(self, sound: Sound) -> np.ndarray:
        """The voice in a sound: float32 [256] of length one, all values positive or zero.

        The cosine of two embeddings is their dot product. Zeros for a sound without samples or of pure silence.
        """
        import numpy as np
        import torch

        samples = _without_silence(at_level(sound.at(RATE).samples.astype(np.float32), _LEVEL))
        if not len(samples) or not np.any(samples):
            return np.zeros(SIZE, np.float32)
        with torch.inference_mode():
            mels = torch.stack(list(_hearings(torch.from_numpy(samples))))
            mean = self._voices(mels).mean(dim=0)
            return torch.nn.functional.normalize(mean, dim=0).numpy()

    def _voices(self, mels: Tensor) -> Tensor:
        """Mel power [N, 160, 40] -> embeddings [N, 256]."""
        import torch

        _, (hidden, _) = self._network["lstm"](mels)
        return torch.nn.functional.normalize(torch.relu(self._network["linear"](hidden[-1])), dim=1)


def load(offline: bool = False) -> Encoder:
    """Loads the encoder, fetching its 17 MB once.

    Raises DownloadError if the weights are out of reach or not what they should be.
    """
    import torch

    from ffvits import store

    path = store.fetch("resemblyzer", offline=offline) / "pretrained.pt"
    weights = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    network = torch.nn.ModuleDict(
        {"lstm": torch.nn.LSTM(_BANDS, SIZE, 3, batch_first=True), "linear": torch.nn.Linear(SIZE, SIZE)}
    )
    # The file also holds two numbers of the training loss, which no voice needs.
    try:
        network.load_state_dict({name: value for name, value in weights.items() if name.startswith(("lstm", "linear"))})
    except RuntimeError as error:
        raise DownloadError("not the weights of the speaker encoder", cure="delete the file", file=path) from error
    return Encoder(network.eval())


@lru_cache(maxsize=1)
def shared(offline: bool = False) -> Encoder:
    """The encoder that all stages of this process share; see `load`."""
    return load(offline)


def _hearings(samples: Tensor) -> Iterator[Tensor]:
    """Mel power of overlapping stretches, each [160, 40]; the last is filled up with silence."""
    import torch

    count = -(-(len(samples) + 1) // _STEP)
    starts = list(range(0, max(1, count - _FRAMES + _ADVANCE + 1), _ADVANCE))
    if len(starts) > 1 and (len(samples) - starts[-1] * _STEP) / (_FRAMES * _STEP) < _LEAST:
        starts.pop()
    missing = (starts[-1] + _FRAMES) * _STEP - len(samples)
    padded = torch.nn.functional.pad(samples, (0, max(0, missing)))
    window = torch.hann_window(_WINDOW)
    spectrum = torch.stft(padded, _WINDOW, _STEP, window=window, pad_mode="constant", return_complex=True)
    filters = mel_filters(AudioFormat(RATE, _WINDOW, _STEP, _WINDOW, _BANDS), samples.device)
    mel = (filters @ spectrum.abs().square()).T
    for start in starts:
        yield mel[start : start + _FRAMES]


def _without_silence(samples: np.ndarray) -> np.ndarray:
    """The samples without pauses longer than a quarter of a second: the network would take them for a voice."""
    import numpy as np

    frame = RATE // 50
    whole = len(samples) // frame
    if whole < 50:
        return samples
    levels = np.sqrt(np.mean(np.square(samples[: whole * frame].reshape(whole, frame)), axis=1))
    heard = levels > 0.05 * np.quantile(levels, 0.95)
    near = np.convolve(heard, np.ones(13), mode="same") > 0.5
    return samples[: whole * frame][np.repeat(near, frame)]
